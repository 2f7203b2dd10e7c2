"""The tab of linked questions on a real tracker: charts, sentences, a conditional pair."""

from typing import Any

import pytest

from dashboard import wording
from forecasts.distributions.cdf import Scale
from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.new_question import date_scale
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


def test_dates_share_a_chart_and_what_contradicts_is_said_plainly(linked: Tracker) -> None:
    visit = linked_tab(linked, BY_2026)
    assert layers(visit, 1) == {"chances"}
    text = words(visit)
    assert "Me contradicts this" in text
    assert "Repair it, or keep it as it is" in text
    assert "“by December” is at 60%" in text
    assert "**by January**: Will it rain in Arland before 31 January 2027?" in text
    assert "Me 45 %" in text


def test_each_member_but_this_one_can_be_opened_and_the_address_follows(linked: Tracker) -> None:
    visit = linked_tab(linked, BY_2026)
    seen(button(visit, "Open").click().run())
    assert visit.query_params["q"] == BY_2027
    assert "Will it rain in Arland before 31 January 2027?" in [
        plain(h.value) for h in visit.header
    ]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("implies", "60 %, and 45 % for what follows from it"),
        ("negates", "60 % + 45 % = 105 %"),
        ("one of", "= 105 %"),
    ],
)
def test_a_link_without_a_chart_is_a_sentence_with_its_numbers(
    linked: Tracker, kind: LinkKind, said: str
) -> None:
    linked.links.add(
        Link(
            LinkId("second"),
            kind,
            (QuestionId(BY_2026), QuestionId(BY_2027)),
            "Another",
            (),
            "A reason.",
        )
    )
    text = words(linked_tab(linked, BY_2027))
    assert said in text
    assert f"{wording.LINK_RULES[kind]} A reason." in text


def test_numbers_of_several_members_share_a_fan(tracker: Tracker) -> None:
    for n, name in enumerate(("north", "south")):
        tracker.questions.ask(
            an_asked(
                name,
                kind="numeric",
                scale=Scale(0.0, 100.0, unit="mm"),
                text=f"How many mm of rain will {name} Arland have before 31 December 2026?",
                criteria=f"The sum for {name} Arland before 31 December 2026, 09:30 UTC. Annulled if "
                "nobody measures.",
            )
        )
        tracker.forecasts.submit(name, f"50%={40 + n}", rationale="clouds")
    ids = (QuestionId("north"), QuestionId("south"))
    tracker.links.add(Link(LinkId("both"), "members", ids, "Rain", ("North", "South")))
    visit = linked_tab(tracker, "north")
    assert layers(visit, 2) == {"fan"}
    assert "Me: middle, half and 80 % of each forecast, in mm." in words(visit)


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


def test_a_conditional_pair_stands_side_by_side_with_its_condition(pair: Tracker) -> None:
    text = words(linked_tab(pair, "meet-if"))
    assert "If it comes about" in text
    assert "If it does not" in text
    assert "Counts only if “Will it rain in Arland before 31 December 2026?” is answered NO" in text
    assert "Me, whatever becomes of it: 26 % = 30 % × 40 % + 70 % × 20 %" in text.replace("**", "")


def test_the_branch_that_did_not_come_about_is_shown_as_annulled(
    pair: Tracker, clock: FakeClock
) -> None:
    clock.advance(days=40)
    pair.resolutions.resolve(
        "rain", "no", source_url="https://arland.example/x", known_at=clock.time
    )
    text = words(linked_tab(pair, "meet-if-not"))
    assert "Answered: annulled" in text
    assert "Answered: NO" in text
    assert "whatever becomes of it" not in text


def test_dates_of_several_members_share_a_time_axis(tracker: Tracker) -> None:
    for name in ("north", "south"):
        tracker.questions.ask(
            an_asked(
                name,
                kind="date",
                scale=date_scale("2026-12-01", "2026-12-31"),
                text=f"When will it rain in {name} Arland before 31 December 2026?",
                criteria="The first day before 31 December 2026, 09:30 UTC, with rain. Annulled if "
                "nobody measures.",
            )
        )
    ids = (QuestionId("north"), QuestionId("south"))
    tracker.links.add(Link(LinkId("both"), "members", ids, "Rain", ("North", "South")))
    assert layers(linked_tab(tracker, "south"), 2) == {"fan"}
