"""The command line lets people and programs in."""

import re

from tests.test_cli import Shell
from tracker.app.tracker import Tracker
from tracker.model.accounts import Visitor
from tracker.model.identities import PROXY, Identity

LINK = re.compile(r"http://127\.0\.0\.1:8501/(\w+)#(\S+)\n")


def test_a_person_is_invited_promoted_and_shut_out(shell: Shell, tracker: Tracker) -> None:
    assert "makes a link to join" in shell("people", "list")
    made = LINK.search(shell("people", "invite", "forecaster"))
    assert made is not None
    assert made[1] == "join"
    tracker.accounts.join(made[2], "Ben", "a house by the river", Visitor())
    assert "Ben is analyst from now on." in shell("people", "role", "ben", "analyst")
    assert "Ben can no longer log in" in shell("people", "disable", "ben")
    assert shell.json("people", "list")[0]["role"] == "analyst"
    assert "disabled" in shell("people", "list")
    shell("people", "enable", "ben")
    again = LINK.search(shell("people", "reset", "ben"))
    assert again is not None
    assert again[1] == "reset"


def test_a_program_gets_a_token_that_is_shown_once(shell: Shell, tracker: Tracker) -> None:
    assert "agent:scout has an account as agent" in shell(
        "people", "add", "Scout", "--role", "agent"
    )
    secret = shell("people", "token", "agent:scout", "--name", "nightly").strip()
    assert "not shown again" in shell.error
    (token,) = shell.json("people", "tokens")
    assert (token["name"], token["role"]) == ("nightly", "agent")
    assert secret not in shell("people", "tokens")
    assert tracker.accounts.identify_program(secret, "api") is not None
    shell("people", "revoke", token["id"])
    assert "revoked" in shell("people", "tokens")


def test_what_does_not_exist_is_refused_with_advice(shell: Shell) -> None:
    for command in (
        ("role", "ben", "viewer"),
        ("reset", "ben"),
        ("disable", "ben"),
        ("token", "ben", "--name", "x"),
    ):
        assert "`tracker people list` has all of them" in shell.refused("people", *command)
    assert "`tracker people tokens`" in shell.refused("people", "revoke", "x")
    assert "1 to 365 days" in (
        shell("people", "add", "Ben")
        and shell.refused("people", "token", "ben", "--name", "x", "--days", "900")
    )


def test_an_admin_links_a_log_in_elsewhere(shell: Shell, tracker: Tracker) -> None:
    shell("people", "add", "Ben")
    assert "no OpenID provider is set" in shell.refused("people", "link", "ben", "00u1")
    assert "ben logs in as Ben" in shell("people", "link", "ben", "ben", "--proxy")
    admitted = tracker.accounts.identify_vouched(Identity(PROXY, "ben", "ben"))
    assert isinstance(admitted, tuple)
    shell("people", "add", "Eve")
    taken = shell.refused("people", "link", "eve", "ben", "--proxy")
    assert "belongs to another account" in taken
    shell("people", "unlink", "ben")
    assert "linked to nothing" in shell.refused("people", "unlink", "ben")


def test_refusals_are_listed(shell: Shell, tracker: Tracker) -> None:
    assert shell("people", "refusals").strip() == "Nothing was refused."
    tracker.accounts.identify_program("trk_guess", "api")
    assert "unknown" in shell("people", "refusals")
    (refusal,) = shell.json("people", "refusals")
    assert (refusal["name"], refusal["act"], refusal["door"]) == ("unknown", "token", "api")
