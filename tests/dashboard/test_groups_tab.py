"""The tab of linked questions on a real tracker: charts, sentences, a conditional pair."""

from typing import Any

import pytest

from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import QuestionId
from tests.builders import DAY, FakeClock, a_question, a_set
from tests.dashboard.pages import button, layers, open_page, plain, seen, words
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


def linked_tab(tracker: Tracker, question_id: str) -> Any:
    return open_page(tracker, "question", q=question_id, tab="Linked")


def test_a_question_without_links_says_what_they_are_for(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked())
    assert "It is linked to no other question" in words(linked_tab(tracker, "rain"))


def test_group_of_dates(linked: Tracker) -> None:
    # Dates share a chart and what contradicts is said plainly.
    visit = linked_tab(linked, BY_2026)
    assert layers(visit, 1) == {"chances"}
    text = words(visit)
    assert "Your forecasts contradict this" in text
    assert "Repair it, or keep it as it is" in text
    assert "“by December” is at 60%" in text
    assert "**by January**: Will it rain in Arland before 31 January 2027?" in text
    assert "You 45%" in text
    # Each member but this one can be opened and the address follows.
    seen(button(visit, "Open").click().run())
    assert visit.query_params["q"] == BY_2027
    assert "Will it rain in Arland before 31 January 2027?" in [
        plain(h.value) for h in visit.header
    ]


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
    # A conditional pair stands side by side with its condition.
    text = words(linked_tab(pair, "meet-if"))
    assert "If it comes about" in text
    assert "If it does not" in text
    assert "Counts only if “Will it rain in Arland before 31 December 2026?” is answered NO" in text
    assert "You, whatever becomes of it: 26% = 30% × 40% + 70% × 20%" in text.replace("**", "")
    # The branch that did not come about is shown as annulled.
    clock.advance(days=40)
    pair.resolutions.resolve(
        "rain", "no", source_url="https://arland.example/x", known_at=clock.time
    )
    text = words(linked_tab(pair, "meet-if-not"))
    assert "Answered: annulled" in text
    assert "Answered: NO" in text
    assert "whatever becomes of it" not in text
