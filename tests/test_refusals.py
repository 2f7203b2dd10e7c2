"""What is refused stands in the log, with who asked for what, and a flood stays small there."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.questions.question import ForecasterId
from tests.builders import NOW, FakeClock, a_set
from tests.test_accounts import HERE, fail_log_in, identify, let_join
from tests.test_permissions import read_actors
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import Forbidden
from tracker.model.principal import Door, Principal
from tracker.people.refusals import MAX_ENTRIES, PERIOD, RefusalTally

BEN = ForecasterId("ben")


def list_refused(tracker: Tracker) -> list[tuple[str, str, str, int]]:
    """Return what was refused, the oldest first: who, what, through which door, how many."""
    refusals = reversed(tracker.accounts.refusals())
    return [(r.name, r.act, r.door, r.count) for r in refusals]


def test_a_refused_act_is_logged_once_with_its_actor(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    principal = identify(tracker, let_join(tracker, role="viewer"))
    assert principal is not None
    ben = tracker.serve(principal)
    before = tracker.system.verify().entries
    with pytest.raises(Forbidden):
        ben.forecasts.submit("summit-2027", "40%")
    assert list_refused(tracker) == [("Ben", "forecasts.submit", "page", 1)]
    assert read_actors(tracker)[-1] == principal.describe()
    check = tracker.system.verify()
    assert (check.entries, check.bad_seq) == (before + 1, None)


@pytest.mark.parametrize("door", ["command", "page", "api", "mcp"])
def test_only_an_admin_acts_for_another_through_each_door(tracker: Tracker, door: Door) -> None:
    tracker.question_sets.load(a_set())
    tracker.people.add("Ben")
    analyst = tracker.serve(Principal(BEN, "analyst", door, account="a1", token="t1"))
    for act in (
        lambda: analyst.acting_as(tracker.me),
        lambda: analyst.forecasts.submit("summit-2027", "40%", forecaster=tracker.me),
        lambda: analyst.accounts.make_token("x", "viewer", 1, account="another"),
    ):
        with pytest.raises(Forbidden):
            act()
    acts = ["acting_as", "forecasts.submit", "accounts.make_token"]
    assert [(act, through) for _, act, through, _ in list_refused(tracker)] == [
        (act, door) for act in acts
    ]
    admin = tracker.serve(Principal(ForecasterId("eve"), "admin", door, account="a2"))
    admin.acting_as(BEN).forecasts.submit("summit-2027", "40%")
    expected = {"account": "a2", "by": "eve", "for": "ben", "via": door}
    assert json.loads(read_actors(tracker)[-1]) == expected
    assert tracker.system.verify().bad_seq is None


def test_guesses_beyond_the_wait_are_logged(tracker: Tracker) -> None:
    let_join(tracker)
    for name in ("ben", "nobody"):
        for _ in range(7):
            fail_log_in(tracker, name=name)
    assert (
        list_refused(tracker)
        == [("Ben", "log-in", "page", 1)] * 2 + [("unknown", "log-in", "page", 1)] * 2
    )


def test_refused_tokens_are_logged_by_their_id(tracker: Tracker) -> None:
    account = tracker.accounts.add("Scout", "agent")
    made = tracker.accounts.make_token("x", "agent", 1, account=account.id)
    (token,) = tracker.accounts.tokens()
    tracker.accounts.revoke_token(token.id)
    assert tracker.accounts.identify_program(made.secret, "api") is None
    assert tracker.accounts.identify_program("trk_guess", "mcp") is None
    assert list_refused(tracker) == [
        (token.id, "token", "api", 1),
        ("unknown", "token", "mcp", 1),
    ]


def test_a_flood_of_refusals_is_counted_in_one_line(tracker: Tracker, clock: FakeClock) -> None:
    before = tracker.system.verify().entries
    for _ in range(1000):
        assert tracker.accounts.identify_program("trk_guess", "api") is None
    assert tracker.system.verify().entries == before + MAX_ENTRIES
    clock.advance(hours=1)
    tracker.accounts.identify_program("trk_guess", "api")
    assert list_refused(tracker)[MAX_ENTRIES:] == [
        ("unknown", "token", "api", 1),
        ("unknown", "further refusals", "", 1000 - MAX_ENTRIES),
    ]
    assert tracker.system.verify().bad_seq is None


def test_a_count_is_written_when_the_tracker_ends(tracker: Tracker, clock: FakeClock) -> None:
    with open_tracker(tracker.settings, now=clock) as other:
        for _ in range(MAX_ENTRIES + 5):
            other.accounts.identify_program("trk_guess", "api")
    assert list_refused(tracker)[-1] == ("unknown", "further refusals", "", 5)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 90)), max_size=120))
def test_every_refusal_is_written_or_counted_once(steps: list[tuple[str, int]]) -> None:
    tally, now, seen = RefusalTally(), NOW, Counter[str]()
    for who, minutes in steps:
        now += PERIOD * minutes / 60
        is_entry, ended = tally.count(who, now)
        seen[who] += is_entry
        for each in ended:
            seen[each.subject] += each.excess
    for each in tally.drain():
        seen[each.subject] += each.excess
    assert seen == Counter(who for who, _ in steps)


def test_an_unknown_name_waits_like_a_known_one(tracker: Tracker, clock: FakeClock) -> None:
    let_join(tracker)
    answers = []
    for name in ("ben", "nobody"):
        reasons = []
        for _ in range(12):
            reasons.append(fail_log_in(tracker, name=name))
            clock.advance(seconds=20)
        answers.append(reasons)
    assert answers[0] == answers[1]
    assert any("Try again in" in words for words in answers[0])


def test_an_unknown_name_costs_one_password_check_too(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_join(tracker)
    tracker.accounts.add("Scout", "viewer")
    checked = []

    def check(password: str, password_hash: str) -> bool:
        checked.append(bool(password_hash))
        return False

    monkeypatch.setattr("tracker.app.accounts.verify_password", check)
    for name in ("ben", "nobody", "scout", ""):
        tracker.accounts.log_in(name, "wrong", HERE)
    assert checked == [True, False, False, False]
