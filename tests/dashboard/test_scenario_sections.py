"""Scenario sets on the page of their question: scenarios, answers to watch, table, and new sets."""

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.scenarios import data, sections
from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError, InvalidProbability
from forecasts.questions.question import ForecasterId
from forecasts.scenarios.scenario_set import FIVE_WORDS, ScenarioLikelihoods, parse_likelihood
from tests.builders import FakeClock
from tests.dashboard.pages import button, field, open_page, plain, seen, sent_rows, spec, words
from tests.dashboard.scenario_examples import (
    BEN,
    FAIR,
    FUTURES,
    OPTIONS,
    PACT,
    a_world,
    ask_questions,
)
from tests.quick_databases import begin
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.model.scenarios import ScenarioPage


@pytest.fixture
def world(tracker: Tracker, clock: FakeClock) -> Tracker:
    """The small world, on its tenth day."""
    begin(tracker, clock, a_world)
    return tracker


@pytest.fixture
def page(world: Tracker) -> ScenarioPage:
    """Its scenario set."""
    return world.scenarios.get(FUTURES)


def opened(tracker: Tracker, section: str = "") -> AppTest:
    """The page of the question, with a section of its details."""
    return open_page(tracker, "question", q=FUTURES, **({"details": section} if section else {}))


def select(visit: AppTest, label: str, value: str) -> AppTest:
    (box,) = [box for box in visit.selectbox if plain(box.label) == label]
    return seen(box.set_value(value).run())


def fill(visit: AppTest, label: str, value: str) -> None:
    """Choose in a selectbox of a form, which is sent together with its button."""
    (box,) = [box for box in visit.selectbox if plain(box.label) == label]
    box.set_value(value)


def answer(tracker: Tracker, clock: FakeClock, name: str, outcome: str = "yes") -> None:
    url = "https://arland.example/x"
    tracker.resolutions.resolve(name, outcome, source_url=url, known_at=clock.time, note="So.")
    clock.advance(hours=1)


# Scenarios


def test_each_scenario_has_colour_meaning_and_shares(world: Tracker) -> None:
    world.forecasts.submit(FUTURES, "friends=50 strangers=40 Other=10", rationale="So it looks.")
    visit = opened(world)
    friends, *_, other = sent_rows(visit, "Scenarios")
    assert (friends["title"]["text"], friends["title"]["note"]) == ("friends", "They sign pacts.")
    assert [friends[name]["text"] for name in ("Base rate", "You")] == ["30%", "50%"]
    assert "Crowd" not in friends
    scale = next(
        layer["encoding"]["color"]["scale"]
        for layer in spec(visit)["layer"]
        if "scale" in layer.get("encoding", {}).get("color", {})
    )
    colours = dict(zip(scale["domain"], scale["range"], strict=True))
    assert {row["title"]["swatch"] for row in (friends, other)} == {
        colours["friends"],
        colours["Other"],
    }
    world.forecasts.submit(
        FUTURES, "friends=70 strangers=20 Other=10", rationale="So.", forecaster=BEN
    )
    assert "Crowd" in sent_rows(opened(world), "Scenarios")[0]


def test_estimate_of_scenarios_is_that_of_the_question(world: Tracker) -> None:
    summary = world.questions.get(FUTURES).summary
    shares = data.list_shares(summary, ForecasterId("ada"), summary.question.opens_at)
    estimate = summary.standings["suggestion"].distribution
    assert isinstance(estimate, Categorical)
    assert shares["Now"] == dict(zip(estimate.options, estimate.p, strict=True))


def test_removed_option_is_no_scenario_any_more(world: Tracker, clock: FakeClock) -> None:
    world.questions.change_option(FUTURES, "strangers", "removed")
    clock.advance(hours=1)
    rows = sent_rows(opened(world), "Scenarios")
    assert [row["id"] for row in rows] == ["friends", "Other"]


def test_addresses_of_sets_lead_to_question_and_list(world: Tracker) -> None:
    assert "Which future will Arland and Borland have" in words(
        open_page(world, "scenarios", q=FUTURES)
    )
    assert [row["id"] for row in sent_rows(open_page(world, "scenarios"), "Questions")] == [FUTURES]


def test_a_question_without_scenarios_shows_none(world: Tracker) -> None:
    visit = open_page(world, "question", q=PACT)
    assert not sent_rows(visit, "Scenarios")
    assert "Likelihood table" not in words(visit)


# What would change it


def test_questions_that_tell_most_come_first(world: Tracker, clock: FakeClock) -> None:
    pact, fair = sent_rows(opened(world, "What would change it"), "What would change it")
    assert (pact["title"]["text"], pact["now"]["text"]) == ("Will they sign a pact?", "80%")
    assert pact["now"]["help"] == "Crowd"
    assert plain(pact["no"]["text"]).startswith("friends −")
    assert fair["title"]["text"] == "Will there be a fair?"
    answer(world, clock, PACT)
    rows = sent_rows(opened(world, "What would change it"), "What would change it")
    assert [row["id"] for row in rows] == [FAIR]
    answer(world, clock, FAIR)
    assert "No indicator question is open." in words(opened(world, "What would change it"))


# The likelihood table


def table(world: Tracker) -> AppTest:
    return opened(world, "Likelihood table")


def likelihoods(world: Tracker) -> dict[Any, ScenarioLikelihoods]:
    return {row.question_id: row for row in world.scenarios.get(FUTURES).scenario_set.rows}


def test_table_tells_how_likely_yes_is(world: Tracker, clock: FakeClock) -> None:
    visit = table(world)
    pact, fair = sent_rows(visit, "The likelihood table")
    assert (pact["friends"]["text"], pact["friends"]["help"]) == ("88%", "very likely")
    assert fair["title"]["text"] == "Will there be a fair?"
    assert "They share a cause." in words(visit)
    answer(world, clock, PACT)
    assert sent_rows(table(world), "The likelihood table")[0]["now"]["text"] == "resolved YES"


def test_rows_are_changed_added_and_removed(world: Tracker) -> None:
    before = world.scenarios.get(FUTURES).history[-1].shares
    visit = select(table(world), "Change a row, or add one", PACT)
    fill(visit, "friends", "almost certain")
    fill(visit, "Other", "roughly even chance")
    field(visit, "Why these numbers").set_value("They have said so.")
    seen(button(visit, "Save row").click().run())
    assert likelihoods(world)[PACT].p == pytest.approx((0.97, 0.03, 0.5))
    assert likelihoods(world)[PACT].why == "They have said so."
    assert world.scenarios.get(FUTURES).history[-1].shares != before
    visit = select(table(world), "Change a row, or add one", "race")
    fill(visit, "strangers", "very unlikely")
    visit = seen(button(visit, "Add row").click().run())
    assert "A row needs its reason" in plain(visit.error[0].value)
    field(visit, "Why these numbers").set_value("Strangers do not race.")
    seen(button(visit, "Add row").click().run())
    assert likelihoods(world)["race"].p == pytest.approx((0.5, 0.125, 0.5))
    visit = select(table(world), "Change a row, or add one", PACT)
    seen(button(visit, "Remove row").click().run())
    assert set(likelihoods(world)) == {FAIR, "race"}


def test_table_that_lacks_a_number_says_so(world: Tracker, clock: FakeClock) -> None:
    world.questions.change_option(FUTURES, "rivals", "added", by=BEN)
    clock.advance(hours=1)
    visit = table(world)
    assert "Some rows have no number for “rivals” yet: add it below." in words(visit)
    assert [row["id"] for row in sent_rows(visit, "The likelihood table")] == [PACT, FAIR]
    assert sent_rows(opened(world, "What would change it"), "What would change it")
    visit = select(visit, "Change a row, or add one", PACT)
    fill(visit, "rivals", "very unlikely")
    seen(button(visit, "Save row").click().run())
    assert {name: len(row.p) for name, row in likelihoods(world).items()} == {PACT: 4, FAIR: 3}


@check_rows([*FIVE_WORDS.values(), 0.15, 0.333, 0.999])
def test_likelihoods_can_be_typed_as_shown(p: float) -> None:
    assert parse_likelihood(sections.format_likelihood(p)) == pytest.approx(p, abs=1e-9)


def test_row_is_read_or_refused() -> None:
    row = sections.read_row(PACT, ("Very likely", "20%", "0.3"), " So. ")
    assert (row.p, row.why) == ((0.875, 0.2, 0.3), "So.")
    with pytest.raises(InvalidProbability, match="almost no chance, very unlikely"):
        sections.read_row(PACT, ("perhaps",), "So.")


def test_answered_set_takes_no_rows(world: Tracker, clock: FakeClock) -> None:
    answer(world, clock, FUTURES, "friends")
    visit = table(world)
    assert sent_rows(visit, "The likelihood table")
    assert not [box for box in visit.selectbox if box.label == "Change a row, or add one"]


def test_table_without_a_number_for_a_scenario_is_refused(
    page: ScenarioPage, clock: FakeClock
) -> None:
    short = replace(page.scenario_set, rows=(ScenarioLikelihoods(PACT, (0.5,)),))
    with pytest.raises(ForecastsError, match="give it a number"):
        data.current_posterior(replace(page, scenario_set=short), clock.time)


# A new set


def test_question_becomes_a_scenario_set(tracker: Tracker) -> None:
    ask_questions(tracker)
    visit = opened(tracker, "Turn into scenarios")
    for title, meaning, refusal in (
        ("", "", "A scenario set needs a title"),
        ("Two countries", "", "Say what every scenario means"),
    ):
        field(visit, "Title").set_value(title)
        field(visit, f"What “{OPTIONS[0]}” means").set_value(meaning)
        visit = seen(button(visit, "Turn into scenarios").click().run())
        assert refusal in plain(visit.error[0].value)
    for name in OPTIONS:
        field(visit, f"What “{name}” means").set_value(f"They are {name}.")
    visit = seen(button(visit, "Turn into scenarios").click().run())
    (made,) = tracker.scenarios.list()
    assert made.scenario_set.title == "Two countries"
    assert made.scenario_set.descriptions[0] == "They are friends."
    assert "The table has no rows yet." in words(opened(tracker, "Likelihood table"))
