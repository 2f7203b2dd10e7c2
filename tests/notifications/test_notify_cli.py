"""The command line sets up what people are told."""

from io import StringIO

import pytest

from tests.builders import FakeClock, a_question
from tests.notifications.postbox import SUMMIT, Postbox, begin, postbox, report
from tests.test_cli import Shell
from tracker.app.tracker import Tracker

__all__ = ["postbox"]


def test_a_channel_is_added_tried_paused_and_removed(
    shell: Shell, tracker: Tracker, postbox: Postbox
) -> None:
    assert "`tracker notify add` takes" in shell("notify", "list")
    shell("notify", "add", "ntfy://secret-topic", "--name", "Phone")
    (channel,) = shell.json("notify", "list")
    assert (channel["name"], channel["paused"]) == ("Phone", False)
    assert "secret" not in shell("notify", "list") + str(channel)
    assert "was accepted" in shell("notify", "test", channel["id"])
    postbox.refusal = "error=403"
    assert "not accepted: error=403" in shell.refused("notify", "test", channel["id"])
    assert "failing" in shell("notify", "list")
    assert "gets nothing until" in shell("notify", "pause", channel["id"])
    assert "gets messages again" in shell("notify", "resume", channel["id"])
    assert "Phone is removed." in shell("notify", "remove", channel["id"])
    assert "`tracker notify list` has yours" in shell.refused("notify", "test", channel["id"])
    assert "no address of a channel" in shell.refused("notify", "add", "pigeon://loft")


def test_an_address_may_be_piped_in(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("ntfy://piped-topic\n"))
    shell("notify", "add")
    (channel,) = shell.json("notify", "list")
    assert channel["name"] == "ntfy"


def test_the_key_of_a_webhook_is_printed_alone(shell: Shell) -> None:
    key = shell("notify", "add", "webhook+https://192.88.98.1/hook").strip()
    assert key.startswith("whk_")
    assert "not shown again" in shell.error
    assert key not in shell("notify", "list", "--json")


def test_rules_and_times_are_listed_and_changed(shell: Shell) -> None:
    assert "The estimate moved" in shell("notify", "rules")
    assert "by 15 points or more" in shell(
        "notify", "rule", "moved", "--pace", "at once", "--threshold", "15"
    )
    said = shell("notify", "times", "--zone", "Europe/Oslo", "--quiet", "none")
    assert "A digest comes every day at 8:00. No quiet hours (Europe/Oslo)." in said
    weekly = ("--digest", "weekly", "--weekday", "friday", "--hour", "17")
    assert "every Friday at 17:00" in shell("notify", "times", *weekly)
    stored = shell.json("notify", "rules")
    assert stored["times"]["zone"] == "Europe/Oslo"
    assert {r["kind"]: r["threshold"] for r in stored["rules"]}["moved"] == 15.0
    assert "no time of day" in shell.refused("notify", "times", "--quiet", "late")


def test_questions_are_followed_muted_and_previewed(
    shell: Shell, tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    begin(tracker)
    assert "nothing to tell" in shell("notify", "preview")
    clock.advance(hours=1)
    report(tracker)
    assert a_question().text in " ".join(shell("notify", "preview").split())
    shell("notify", "mute", SUMMIT)
    assert "nothing to tell" in shell("notify", "preview")
    shell("notify", "mute", SUMMIT, "--undo")
    assert "Decisive evidence" in shell("notify", "preview")
    shell("notify", "follow", SUMMIT)
    assert tracker.notifications.attention() == {SUMMIT: "follow"}
    assert "there is no question" in shell.refused("notify", "follow", "summit-2072")
