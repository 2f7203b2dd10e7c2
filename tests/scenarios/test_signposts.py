"""Expected indicators: seen in time, silent past their date, each noted once, and weighed as was
said in advance.
"""

from dataclasses import replace
from math import log
from typing import Any

import pytest

from forecasts.evidence.evidence import Expectation, Indicator, IndicatorId
from forecasts.questions.question import SUGGESTION
from forecasts.suggestion.explanation import format_contribution
from tests.builders import DAY, NOW, FakeClock, Press, a_set, an_indicator
from tests.scenarios.linked_questions import acts_of, answer, ask
from tracker.app.tracker import Tracker
from tracker.storage import scenarios

SUMMIT = "summit-2027"
DUE = Expectation(NOW + 9 * DAY, "very likely", "unlikely")
INVITED = "Arland invites Borland to a summit"
SEEN, SILENT = 0.875 / 0.325, 0.125 / 0.675
"""What is said in advance: the words are 87.5 % and 32.5 %."""


def expecting(**changed: Any) -> Indicator:
    return an_indicator(**{"expected": DUE, **changed})


@pytest.fixture
def waiting(tracker_with_press: Tracker) -> Tracker:
    """A question of which an invitation is expected within nine days."""
    tracker_with_press.question_sets.load(a_set(indicators=[expecting()]))
    return tracker_with_press


def noted(tracker: Tracker, name: str = SUMMIT) -> list[tuple[str, int]]:
    """All marks on a question: their state, and after how many days."""
    return [(mark.state, (mark.at - NOW).days) for mark in tracker.questions.get(name).marks]


def report(tracker: Tracker, press: Press, title: str = INVITED) -> None:
    press.publish("wire", title)
    assert tracker.feeds.poll(every=True).new_evidence == 1


def confirm(tracker: Tracker, status: str = "confirmed") -> None:
    """A person judges the piece that came in last."""
    newest = max(card.evidence.id for card in tracker.questions.get(SUMMIT).evidence)
    tracker.evidence.review(newest, status)  # type: ignore[arg-type]


# Seen


def test_news_before_the_date_is_noted_as_seen_on_arrival(
    waiting: Tracker, press: Press, clock: FakeClock
) -> None:
    clock.advance(days=2)
    report(waiting, press)
    (mark,) = waiting.questions.get(SUMMIT).marks
    assert (mark.indicator_id, mark.state, mark.due_at, mark.at) == (
        expecting().id, "seen", DUE.by, clock.time,
    )  # fmt: skip
    assert mark.ratio == pytest.approx(SEEN)
    assert 0.5 <= mark.trust < 1.0
    assert waiting.signposts.mark() == ()
    assert waiting.system.verify().bad_seq is None


def test_an_arrival_is_noted_once(waiting: Tracker, press: Press, clock: FakeClock) -> None:
    clock.advance(days=2)
    report(waiting, press)
    confirm(waiting)
    waiting.signposts.mark()
    for _ in range(3):
        clock.advance(days=5)
        assert waiting.signposts.mark() == ()
    assert noted(waiting) == [("seen", 2)]
    assert silence(waiting) == []


def test_news_of_something_else_is_not_what_was_expected(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    other = an_indicator(
        slug="ships", name="Ships", terms=(("ship*",),), examples=("Ships of Arland sail",)
    )
    tracker_with_press.question_sets.load(a_set(indicators=[expecting(), other]))
    report(tracker_with_press, press, "Ships of Arland sail")
    clock.advance(days=10)
    assert [mark.state for mark in tracker_with_press.signposts.mark()] == ["silent"]


# Silent


def test_silence_is_noted_once_from_the_date_on(waiting: Tracker, clock: FakeClock) -> None:
    assert waiting.signposts.mark() == ()
    clock.time = DUE.by - DAY / 24
    assert waiting.signposts.mark() == ()
    clock.time = DUE.by
    (mark,) = waiting.signposts.mark()
    assert (mark.state, mark.due_at, mark.trust) == ("silent", DUE.by, 0.0)
    assert mark.ratio == pytest.approx(SILENT)
    for _ in range(3):
        clock.advance(days=1)
        assert waiting.signposts.mark() == ()
    assert noted(waiting) == [("silent", 9)]
    with waiting.context.store.reading() as session:
        assert scenarios.load_signpost_statuses(session) == {mark.indicator_id: mark}


def test_a_late_arrival_takes_the_silence_back(
    waiting: Tracker, press: Press, clock: FakeClock
) -> None:
    clock.advance(days=10)
    waiting.signposts.mark()
    clock.advance(days=1)
    report(waiting, press)
    confirm(waiting)
    assert waiting.signposts.mark() == ()
    assert noted(waiting) == [("silent", 10)]
    assert silence(waiting) == []


def test_a_late_confirmation_of_a_timely_report_breaks_the_silence(
    waiting: Tracker, press: Press, clock: FakeClock
) -> None:
    clock.advance(days=2)
    report(waiting, press)
    confirm(waiting, "rejected")
    clock.advance(days=8)
    assert [mark.state for mark in waiting.signposts.mark()] == ["silent"]
    clock.advance(days=1)
    confirm(waiting)
    assert [(mark.state, mark.trust) for mark in waiting.signposts.mark()] == [("seen", 1.0)]
    assert silence(waiting) == []
    confirm(waiting, "rejected")
    clock.advance(days=1)
    assert [mark.state for mark in waiting.signposts.mark()] == ["silent"]
    assert [state for state, _ in noted(waiting)][-3:] == ["silent", "seen", "silent"]


# A date that is moved


def test_a_reloaded_set_does_not_move_expectations(waiting: Tracker, clock: FakeClock) -> None:
    moved = replace(DUE, by=NOW + 30 * DAY, if_no="almost no chance")
    waiting.question_sets.load(a_set(indicators=[expecting(expected=moved)]))
    assert waiting.questions.get(SUMMIT).indicators[expecting().id].expected == DUE
    clock.advance(days=10)
    (mark,) = waiting.signposts.mark()
    assert mark.due_at == DUE.by
    assert mark.ratio == pytest.approx(SILENT)


def test_a_new_date_is_an_indicator_of_its_own(waiting: Tracker, clock: FakeClock) -> None:
    clock.advance(days=10)
    waiting.signposts.mark()
    waiting.questions.add_indicator(
        expecting(id=IndicatorId("summit-2027/later"), expected=replace(DUE, by=NOW + 30 * DAY))
    )
    assert waiting.signposts.mark() == ()
    clock.advance(days=21)
    assert [(mark.indicator_id, mark.due_at) for mark in waiting.signposts.mark()] == [
        ("summit-2027/later", NOW + 30 * DAY)
    ]
    assert noted(waiting) == [("silent", 10), ("silent", 31)]


# What it says


def silence(tracker: Tracker) -> list[float]:
    """What silences add to the suggestion now, in log-odds."""
    found = tracker.questions.get(SUMMIT).suggestion
    assert found is not None
    return [line.log_odds for line in found.lines if "and not seen" in line.why]


def test_silence_weighs_by_the_ratio_set_in_advance(waiting: Tracker, clock: FakeClock) -> None:
    assert silence(waiting) == []
    before = acts_of(waiting, SUMMIT, SUGGESTION)[-1]
    clock.advance(days=10)
    waiting.signposts.mark()
    waiting.evidence.update_suggestions()
    (moved,) = silence(waiting)
    (mark,) = waiting.questions.get(SUMMIT).marks
    assert moved == pytest.approx(log(mark.ratio)) == pytest.approx(log(SILENT))
    (*_, last) = acts_of(waiting, SUMMIT, SUGGESTION)
    assert last.made_at > before.made_at
    assert f"signpost {format_contribution(moved)}" in last.rationale


# The calendar


def test_the_calendar_has_what_is_overdue_first_then_what_comes(
    waiting: Tracker, clock: FakeClock
) -> None:
    ask(waiting, "rain", closes=3)
    clock.advance(days=4)
    found = waiting.signposts.calendar()
    assert [(e.what, e.question_id, e.state) for e in found.expected] == [
        ("answer due", "rain", "overdue"),
        ("signpost", SUMMIT, "waiting"),
        ("close", SUMMIT, "waiting"),
        ("answer due", SUMMIT, "waiting"),
    ]
    entry = found.expected[1]
    assert entry.at == DUE.by
    assert [entry.if_seen, entry.if_silent] == pytest.approx([SEEN, SILENT])
    assert found.names == {"summit-2027/invitation": "One leader invites the other"}


def test_nothing_is_expected_of_a_question_that_is_answered(
    waiting: Tracker, clock: FakeClock
) -> None:
    ask(waiting, "rain", closes=3)
    clock.advance(days=4)
    answer(waiting, "rain", "no")
    answer(waiting, SUMMIT, "annulled")
    found = waiting.signposts.calendar()
    assert found.expected == ()
    assert set(found.questions) == {"rain", SUMMIT}


def test_marks_are_shown_for_thirty_days(waiting: Tracker, clock: FakeClock) -> None:
    later = expecting(
        id=IndicatorId("summit-2027/later"), name="Later", expected=replace(DUE, by=NOW + 20 * DAY)
    )
    waiting.questions.add_indicator(later)
    clock.advance(days=10)
    waiting.signposts.mark()
    clock.advance(days=10)
    waiting.signposts.mark()
    assert [
        waiting.signposts.calendar().names[m.indicator_id]
        for m in waiting.signposts.calendar().marks
    ] == [
        "Later",
        "One leader invites the other",
    ]
    clock.advance(days=21)
    assert [m.indicator_id for m in waiting.signposts.calendar().marks] == ["summit-2027/later"]
