"""What to expect next, and silence: frames, words, the page, and the signposts of one question on a
real tracker.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.questions.data import (
    count_by_month,
    group_by_period,
    list_recent_marks,
)
from dashboard.wording.evidence import (
    describe_ratio,
    describe_signpost_ratio,
    describe_signpost_state,
    describe_silence,
    mark_line,
)
from dashboard.wording.numbers import UTC_ZONE
from forecasts.evidence.evidence import Expectation, Indicator
from forecasts.evidence.signposts import CalendarQuestion, Signpost, build_calendar, list_signposts
from forecasts.questions.question import Question, QuestionId
from tests.builders import DAY, FakeClock, a_question, a_set, an_indicator
from tests.builders import NOW as BUILT
from tests.dashboard.examples import (
    CLOSES,
    NOW,
    QUESTION,
    VISIT,
    days,
    evidence,
    named_question,
    summary,
)
from tests.dashboard.pages import open_page, seen, sent_rows, words
from tracker.app.tracker import Tracker
from tracker.model.audit import SignpostStatus
from tracker.model.due_items import list_due_items
from tracker.model.scenarios import SignpostCalendar

ZONE = UTC_ZONE
SUMMIT = "summit-2027"


def expected_by(by: datetime, **changes: Any) -> Indicator:
    return replace(VISIT, expected=Expectation(by, "very likely", "unlikely"), **changes)


def a_calendar(
    *questions: Question, indicators: tuple[Indicator, ...] = (), now: datetime = NOW
) -> SignpostCalendar:
    """What the tracker gathers: entries of questions without an answer, and all questions as
    rows.
    """
    status = {q.id: "closed" if q.closes_at <= now else "open" for q in questions}
    entries = [CalendarQuestion(q, list_signposts(q, indicators, [], now)) for q in questions]
    rows = {q.id: summary(None, status[q.id], q) for q in questions}  # type: ignore[arg-type]
    return SignpostCalendar(
        build_calendar(entries, now), (), rows, {i.id: i.name for i in indicators}, {}
    )


# What is due


def test_due_items_stand_in_periods() -> None:
    # NOW is a Wednesday: its week ends on Sunday, 5 July 2026.
    assert NOW.weekday() == 2
    soon = [expected_by(NOW + days(n), id=f"in {n}", name=f"in {n} days") for n in (4, 5, 30, 31)]
    items = list_due_items(a_calendar(QUESTION, indicators=tuple(soon)))
    found = group_by_period(items, NOW, ZONE)
    assert {title: [d.name or d.kind for d in due] for title, due in found.items()} == {
        "This week": ["in 4 days"],
        "Next 30 days": ["in 5 days", "in 30 days"],
        "Later": ["in 31 days", "close", "answer due"],
    }
    assert count_by_month(items, ZONE) == {"2026-07": 3, "2026-08": 1, "2027-01": 2}


def test_overdue_items_come_first_and_old_ones_last() -> None:
    closed = named_question("past", closes_at=NOW - days(9), resolves_at=NOW - days(2))
    older = named_question("older", closes_at=NOW - days(99), resolves_at=NOW - days(40))
    waits = named_question("soon", closes_at=NOW - days(1), resolves_at=NOW + days(1))
    items = list_due_items(a_calendar(QUESTION, closed, older, waits))
    found = group_by_period(items, NOW, ZONE)
    assert list(found) == ["Overdue", "This week", "Later", "Older"]
    first = {title: due[0].question.id for title, due in found.items()}
    assert (first["Overdue"], first["This week"], first["Older"]) == ("past", "soon", "older")
    assert "2026-05" not in count_by_month(items, ZONE)  # nothing is to come in it


def test_items_that_fall_together_are_one() -> None:
    # A signpost on two questions is named once.
    other = named_question("other")
    both = tuple(expected_by(NOW + days(9), id=q.id, question_id=q.id) for q in (QUESTION, other))
    due = list_due_items(a_calendar(QUESTION, other, indicators=both))[0]
    assert due.name == VISIT.name
    assert {q.id for _, q in due.entries} == {QUESTION.id, "other"}
    # So is a question that is due when it closes.
    at_once = named_question("q", closes_at=CLOSES, resolves_at=CLOSES)
    assert [d.kind for d in list_due_items(a_calendar(at_once))] == ["close and answer"]


def test_mark_on_a_question_that_is_gone_is_left_out() -> None:
    mark = SignpostStatus(VISIT.id, QUESTION.id, "silent", NOW, 0.2, 0.0, NOW)
    found = replace(
        a_calendar(QUESTION),
        marks=(mark, replace(mark, question_id=QuestionId("gone"))),
        names={VISIT.id: VISIT.name},
    )
    assert list_recent_marks(found) == ((mark, QUESTION, VISIT.name),)


def test_seen_signpost_is_not_waited_for() -> None:
    indicator = expected_by(NOW + days(9))
    seen = list_signposts(QUESTION, [indicator], [evidence(status="confirmed")], NOW)
    found = replace(
        a_calendar(QUESTION), expected=build_calendar([CalendarQuestion(QUESTION, seen)], NOW)
    )
    assert [d.kind for d in list_due_items(found)] == ["close", "answer due"]


# Words


def test_signposts_in_words() -> None:
    # A ratio says its side in the words of the kind.
    assert describe_ratio(0.1852, "binary") == "×0.19, speaks for NO"
    assert describe_ratio(5.4, "numeric") == "×5.4, points higher"
    assert describe_ratio(12.4, "date") == "×12, points earlier"
    assert describe_ratio(0.5, "categorical", "Moscow") == "×0.5, speaks against option Moscow"
    assert describe_ratio(1.0, "binary") == "×1, neutral"
    # A signpost says where it stands and what its silence will say.
    clock = (NOW, ZONE)
    waiting = a_post("waiting")
    assert (
        describe_signpost_state(waiting, clock) == "○ Waiting, due by 15 Jul 2026 (in 14\u00a0days)"
    )
    assert describe_signpost_ratio(QUESTION, waiting, ZONE) == (
        "If unseen by 15 Jul 2026: ×0.19, speaks for NO. If seen: ×2.7, speaks for YES."
    )
    seen = a_post("seen", seen_at=NOW - days(2), trust=0.6)
    assert (
        describe_signpost_state(seen, clock) == "✓ Seen 29 Jun 2026 (60% sure), due by 15 Jul 2026"
    )
    assert (
        describe_signpost_ratio(QUESTION, seen, ZONE)
        == "Seen in time: ×1.8, speaks for YES (if certain: ×2.7, speaks for YES)."
    )
    sure = describe_signpost_ratio(QUESTION, a_post("seen", trust=1.0), ZONE)
    assert sure == "Seen in time: ×2.7, speaks for YES."
    doubtful = describe_signpost_ratio(QUESTION, a_post("waiting", trust=0.3), ZONE)
    assert doubtful.endswith(" Unclear sighting so far: ×1.3, speaks for YES.")
    faint = describe_signpost_ratio(QUESTION, a_post("silent", silence=0.5), ZONE)
    assert faint == "Not seen: ×0.43, speaks for NO (if certain: ×0.19, speaks for NO)."
    silent = a_post("silent", silence=1.0)
    assert describe_signpost_state(silent, (NOW + days(20), ZONE)) == (
        "∅ Silent: due by 15 Jul 2026 (6\u00a0days ago) and not seen"
    )
    assert describe_signpost_ratio(QUESTION, silent, ZONE) == "Not seen: ×0.19, speaks for NO."
    # A silence reads as a piece of evidence.
    post = replace(silent, indicator=expected_by(NOW))
    assert describe_silence(QUESTION, post, NOW + days(1), ZONE) == (
        "“An envoy visits” was expected by 1 Jul 2026 and hasn’t been seen, likelihood ratio 0.19"
        " (5.4 times likelier if NO), logged on 2 Jul 2026."
    )
    assert describe_silence(QUESTION, post, None, ZONE).endswith("(5.4 times likelier if NO).")
    # Marks say what was noted.
    silent = SignpostStatus(VISIT.id, QUESTION.id, "silent", NOW, 0.1852, 0.0, NOW + days(1))
    assert mark_line(silent, "A visit", "binary", ZONE) == (
        "∅ Silent: “A visit” was due by 1 Jul 2026 and not seen, noted on 2 Jul 2026: "
        "×0.19, speaks for NO"
    )
    seen = replace(silent, state="seen")
    assert mark_line(seen, "A visit", "binary", ZONE) == (
        "✓ Seen: “A visit”, due by 1 Jul 2026, noted on 2 Jul 2026"
    )


def a_post(state: str, **more: Any) -> Signpost:
    values: dict[str, Any] = {"seen_at": None, "trust": 0.0, "silence": 0.0, **more}
    return Signpost(expected_by(NOW + days(14)), state, **values)  # type: ignore[arg-type]


# Pages


@pytest.fixture
def waiting(tracker_with_press: Tracker) -> Tracker:
    """A tracker with a question of which an invitation is expected within nine days."""
    due = Expectation(BUILT + 9 * DAY, "very likely", "unlikely")
    tracker_with_press.question_sets.load(a_set(indicators=[an_indicator(expected=due)]))
    return tracker_with_press


def calendar(tracker: Tracker, **params: str) -> Any:
    return open_page(tracker, "questions", view="calendar", **params)


def test_calendar_page(waiting: Tracker, clock: FakeClock) -> None:
    # The calendar tells what comes and what it will say.
    visit = calendar(waiting)
    (signpost,) = sent_rows(visit, "Due: Next 30 days")
    assert signpost["day"]["text"] == "10 Dec 2026"
    assert signpost["title"]["text"] == "One leader invites the other"
    told = "If it happens: odds ×2.7. If not by then: odds ×0.19."
    assert signpost["title"]["note"] == f"{a_question().text} {told}"
    later = [row["kind"]["text"] for row in sent_rows(visit, "Due: Later")]
    assert later == ["Closes", "Resolution due"]
    # A month of the strip shows what is due in it alone.
    (alone,) = sent_rows(calendar(waiting, month="2026-12"), "Due: 2026-12")
    assert alone["title"]["text"] == "One leader invites the other"
    # So do the filters of the place.
    assert "No question fits" in words(calendar(waiting, find="penguins"))
    # The calendar's own address leads there.
    assert sent_rows(open_page(waiting, "calendar"), "Due: Next 30 days")
    # An overdue answer comes first.
    clock.time = a_question().resolves_at + timedelta(days=3)
    (overdue,) = sent_rows(calendar(waiting), "Due: Overdue")
    assert (overdue["day"]["text"], overdue["day"]["note"]) == ("8 Jul 2027", "3\u00a0days ago")


def test_what_is_long_overdue_is_folded(waiting: Tracker, clock: FakeClock) -> None:
    clock.time = a_question().resolves_at + timedelta(days=99)
    visit = calendar(waiting)
    assert not sent_rows(visit, "Due: Older")
    drawer = visit.expander[0]
    assert drawer.label == "1 overdue for more than a month"
    visit.session_state["older"] = True
    assert len(sent_rows(seen(visit.run()), "Due: Older")) == 1


def test_a_question_shows_its_signposts(waiting: Tracker, clock: FakeClock) -> None:
    assert "If unseen by 10 Dec 2026: ×0.19, speaks for NO" in words(
        open_page(waiting, "question", q=SUMMIT, details="Signposts")
    )
    clock.advance(days=10)
    assert "Not seen: ×0.19" in words(open_page(waiting, "question", q=SUMMIT, details="Signposts"))


def test_silence_is_noted_among_the_evidence(waiting: Tracker, clock: FakeClock) -> None:
    clock.advance(days=10)
    waiting.signposts.mark()
    assert "∅ Silent: “One leader invites the other” was due by 10 Dec 2026" in words(
        calendar(waiting)
    )
    said = words(open_page(waiting, "question", q=SUMMIT))
    assert "“One leader invites the other” was expected by 10 Dec 2026 and hasn’t been seen" in said
    assert "logged on 11 Dec 2026" in said
    assert "No evidence yet" in said


def test_many_entries_are_shown_on_demand(tracker: Tracker) -> None:
    closes = datetime(2027, 7, 1, tzinfo=UTC)
    many = [
        a_question(
            f"q{n}",
            closes_at=closes + n * DAY,
            resolves_at=closes + (n + 60) * DAY,
            text=f"{a_question().text} {n}",
        )
        for n in range(10)
    ]
    tracker.question_sets.load(a_set(*many, indicators=[]))
    visit = calendar(tracker)
    assert len(sent_rows(visit, "Due: Later")) == 8
    visit.toggle(key="all-Later").set_value(True).run()
    rows = sent_rows(seen(visit), "Due: Later")
    assert len(rows) == 20
    # A day is named once.
    assert [row.get("day", {}).get("text") for row in rows[:2]] == ["1 Jul 2027", "2 Jul 2027"]
