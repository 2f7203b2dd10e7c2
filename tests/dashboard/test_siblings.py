"""Siblings on pages: a form with a preview, a record on the parent, folded lists."""

from dataclasses import replace
from typing import Any

from dashboard.components.sibling_rows import fold_siblings, keep_due_siblings
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import QuestionId, utc
from forecasts.questions.repetition import Repetition, SiblingTemplate
from tests.builders import FakeClock, a_question, a_set
from tests.dashboard.pages import button, field, open_page, seen, sent_rows, words
from tracker.app.tracker import Tracker
from tracker.model.read_models import QuestionSummary

PARENT = QuestionId("summit-2027")


def page(tracker: Tracker, question: str, **params: str) -> Any:
    return open_page(tracker, "question", q=question, **params)


def test_a_click_opens_siblings_and_another_stops_them(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    visit = page(tracker, PARENT, details="Repeat")
    assert "meet in person by 31 December 2026?" in words(visit)
    assert "Closes 1 January 2027. Base rate 4.5%" in words(visit)
    visit = seen(button(visit, "Open it, and the next ones").click().run())
    assert "One opens for each month when the last has ended." in words(visit)
    assert tracker.questions.siblings(PARENT) is not None
    seen(button(visit, "Stop opening new ones").click().run())
    family = tracker.questions.siblings(PARENT)
    assert family is not None
    assert family.repetition is None


def test_a_question_that_cannot_be_repeated_says_why(tracker: Tracker) -> None:
    timeless = a_question(text="Will the leaders ever meet?")
    tracker.question_sets.load(replace(a_set(timeless), overrides={timeless.id: "as written"}))
    told = words(page(tracker, PARENT, details="Repeat"))
    assert "names no day that moves: word the siblings" in told


def test_other_words_help_a_question_that_names_no_day(tracker: Tracker) -> None:
    timeless = a_question(text="Will the leaders ever meet?")
    tracker.question_sets.load(replace(a_set(timeless), overrides={timeless.id: "as written"}))
    visit = page(tracker, PARENT, details="Repeat")
    field(visit, "Question of each").set_value("Will the leaders meet by {last}?")
    visit = seen(field(visit, "Base rate").set_value("12%").run())
    assert "Will the leaders meet by 31 December 2026?" in words(visit)
    assert "Base rate 12%: as given" in words(visit)


def test_the_parent_sums_up_and_the_sibling_leads_back(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    template = SiblingTemplate(prior="20%", prior_reason="1 of 5")
    tracker.questions.repeat(Repetition(PARENT, "month", template=template))
    first = f"{PARENT}-2026-12"
    tracker.forecasts.submit(first, Binary(0.3), rationale="talks")
    clock.time = utc("2027-01-02")
    tracker.resolutions.resolve(
        first, "no", source_url="https://a.example", known_at=utc("2027-01-01T06:00:00Z")
    )
    tracker.questions.open_siblings()
    told = words(page(tracker, PARENT))
    assert "1 of 2 siblings are answered: YES 0, NO 1. Your mean Brier score is 0.09." in told
    assert "At their pace, this question comes to" in told
    assert "January 2027" in told
    assert "NO · your score 0.09" in told
    back = words(page(tracker, first))
    assert "Will the leaders of Arland and Borland meet in person by 30 June 2027?" in back
    assert "Long question" in back
    assert "At their pace" not in back


def row(name: str, closes: str, parent: str = "", *, resolved: bool = False) -> QuestionSummary:
    question = a_question(name, closes_at=utc(closes), resolves_at=utc("2029-01-01"))
    resolution: Any = object() if resolved else None
    return QuestionSummary(
        question, "resolved" if resolved else "open", resolution, {}, (), None, 0, 0,
        QuestionId(parent) if parent else None,
    )  # fmt: skip


LONG = row("long", "2028-01-01")
OTHER = row("other", "2027-06-01")
EARLY = row("early", "2027-01-01", "long", resolved=True)
DUE = row("due", "2027-02-01", "long")
LATE = row("late", "2027-03-01", "long")


def test_a_list_folds_siblings_under_their_parent() -> None:
    by_close = [EARLY, DUE, LATE, OTHER, LONG]
    assert fold_siblings(by_close) == [LONG, LATE, OTHER]
    assert fold_siblings([OTHER, LONG, DUE]) == [OTHER, LONG, DUE]
    assert fold_siblings([DUE, OTHER, LATE]) == [OTHER, LATE]
    assert fold_siblings([]) == []


def test_today_has_only_the_sibling_that_is_due() -> None:
    assert keep_due_siblings([LATE, LONG, DUE, EARLY, OTHER]) == [LONG, DUE, OTHER]


def test_the_list_marks_a_sibling(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    tracker.questions.repeat(Repetition(PARENT, "month"))
    rows = sent_rows(open_page(tracker, "questions"), "Questions")
    assert [row["title"]["mark"] for row in rows] == ["", "↳"]
