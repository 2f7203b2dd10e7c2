"""Related questions on the page of a question: rows, contradictions, a conditional pair."""

from typing import Any

import pytest

from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import QuestionId
from tests.builders import DAY, FakeClock, a_question, a_set
from tests.dashboard.pages import lists, open_page, words
from tests.lives import an_asked
from tracker.app.tracker import Tracker

BY_2026 = "rain"
BY_2027 = "rain-longer"


@pytest.fixture
def linked(tracker: Tracker, clock: FakeClock) -> Tracker:
    """Two questions on rain by two dates, linked, of which I hold the earlier one to be the
    likelier.
    """
    later = an_asked(
        BY_2027,
        text="Will it rain in Arland before 31 January 2027?",
        criteria=an_asked().criteria.replace("31 December 2026", "31 January 2027"),
        closes_at=an_asked().closes_at + 31 * DAY,
        resolves_at=an_asked().resolves_at + 31 * DAY,
        horizon_shape="event_by",
    )
    tracker.questions.ask(an_asked(horizon_shape="event_by"))
    tracker.questions.ask(later)
    tracker.links.add(
        Link(
            LinkId("rain-dates"),
            "dates",
            (QuestionId(BY_2026), QuestionId(BY_2027)),
            "Rain",
            ("by December", "by January"),
        )
    )
    tracker.forecasts.submit(BY_2026, "60%", rationale="clouds")
    tracker.forecasts.submit(BY_2027, "45%", rationale="sun")
    return tracker


def related(tracker: Tracker, question_id: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """The words of a question's page, and the cells of its related questions by their address."""
    visit = open_page(tracker, "question", q=question_id)
    rows = lists(visit).get("Related questions", [])
    return words(visit), {row["cells"]["title"]["href"]: row["cells"] for row in rows}


def test_a_question_without_links_has_no_such_section(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked())
    assert "Related questions" not in related(tracker, "rain")[0]


def test_group_of_dates(linked: Tracker) -> None:
    # The other date is a row with its label and number, and contradictions come first.
    text, rows = related(linked, BY_2026)
    (row,) = rows.values()
    assert list(rows) == [f"question?q={BY_2027}"]
    assert row["title"]["text"] == "Will it rain in Arland before 31 January 2027?"
    assert row["title"]["note"] == "by January"
    assert row["number"]["text"] == "45% (You)"
    assert "⚠ You contradict yourself: “by December” is at 60%" in text
    assert "Fix or keep" in text


@pytest.fixture
def pair(tracker: Tracker) -> Tracker:
    """Does it rain, and do they meet if it does and if it does not?"""
    tracker.questions.ask(an_asked())
    tracker.question_sets.load(
        a_set(a_question("meet-if"), a_question("meet-if-not"), indicators=[])
    )
    ids = tuple(map(QuestionId, ("rain", "meet-if", "meet-if-not")))
    tracker.links.add(Link(LinkId("pair"), "condition", ids, "Rain and the summit"))
    for name, said in (("rain", "30%"), ("meet-if", "40%"), ("meet-if-not", "20%")):
        tracker.forecasts.submit(name, said, rationale="so")
    return tracker


def test_conditional_pair(pair: Tracker, clock: FakeClock) -> None:
    # The parts of a pair are named by their roles, and their total is told.
    text, rows = related(pair, "meet-if")
    assert [row["title"]["note"] for row in rows.values()] == [
        "The condition",
        "Asked for the case that it does not",
    ]
    assert "You: either way: 26% = 30% × 40% + 70% × 20%" in text
    # The branch that did not come about is annulled.
    clock.advance(days=40)
    pair.resolutions.resolve(
        "rain", "no", source_url="https://arland.example/x", known_at=clock.time
    )
    text, rows = related(pair, "meet-if-not")
    assert rows["question?q=rain"]["number"]["text"] == "NO"
    assert rows["question?q=meet-if"]["number"]["text"] == "annulled"
    assert "either way" not in text
