"""The page of scenarios on a real tracker: the answer, my own shares, the table, and new scenario
sets.
"""

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.scenarios.table import parse_likelihoods
from forecasts.distributions.distribution import Categorical
from forecasts.errors import InvalidProbability
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods
from tests.builders import FakeClock
from tests.dashboard.entry_form import save
from tests.dashboard.pages import button, field, open_page, plain, seen, sent_rows, spec, words
from tests.dashboard.scenario_examples import (
    BEN,
    FUTURES,
    OPTIONS,
    OVERRIDE,
    PACT,
    SET,
    a_world,
    ask_questions,
)
from tests.lives import an_asked
from tests.quick_databases import begin
from tracker.app.tracker import Tracker


@pytest.fixture
def world(tracker: Tracker, clock: FakeClock) -> Tracker:
    """The small world, on its tenth day."""
    begin(tracker, clock, a_world)
    return tracker


def select(visit: AppTest, label: str, value: str) -> AppTest:
    """Choose in the only selectbox with this label."""
    (found,) = [box for box in visit.selectbox if plain(box.label) == label]
    return seen(found.set_value(value).run())


def choose(visit: AppTest, label: str, value: str) -> AppTest:
    """Choose one of the buttons that stand side by side under this label."""
    (found,) = [group for group in visit.button_group if plain(group.label) == label]
    return seen(found.set_value(value).run())


def fill(visit: AppTest, label: str, value: str) -> None:
    """Choose in a selectbox of a form, which is sent together with its button."""
    (found,) = [box for box in visit.selectbox if plain(box.label) == label]
    found.set_value(value)


def opened(visit: AppTest, key: str) -> AppTest:
    """Open a drawer by its key."""
    visit.session_state[key] = True
    return seen(visit.run())


def pick_row(visit: AppTest, row: int) -> AppTest:
    visit.session_state["likelihoods"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return seen(visit.run())


# The answer


def test_scenario_page(world: Tracker) -> None:
    # The page says first which scenario leads and what moved.
    visit = open_page(world, "scenarios", q=FUTURES)
    assert visit.header[0].value == "Arland and Borland"
    lead = plain(visit.subheader[0].value)
    assert lead.startswith("“friends” leads with 72%, 50 points ahead of “strangers” (22%)")
    assert "Since 1 Dec 2026 “friends” is up 42 points" in words(visit)
    # Every scenario has its share, its meaning, and the colour that the chart gives it.
    friends, *_ = sent_rows(visit, "Scenarios")
    assert (friends["title"]["text"], friends["title"]["note"]) == ("friends", "They sign pacts.")
    assert (friends["prior"]["text"], friends["now"]["text"]) == ("30%", "72%")
    found = spec(visit)
    assert [layer["data"]["name"] for layer in found["layer"]] == ["stack", "ends", "stretches"]
    scale = found["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == list(OPTIONS)
    assert friends["title"]["swatch"] == scale["range"][0]
    # A name that is no scenario set is not found.
    text = words(open_page(world, "scenarios", q="![x](http://evil.example)"))
    assert "There is no such scenario set" in text


def test_every_share_can_be_asked_why(world: Tracker) -> None:
    visit = open_page(world, "scenarios", q=FUTURES)
    first, *steps, last = sent_rows(visit, "From the base rate to the estimate")
    assert (first["friends"]["text"], last["friends"]["text"]) == ("30%", "72%")
    assert steps[0]["title"]["text"] == "Will they sign a pact?"
    assert steps[0]["now"]["text"] == "80% (Crowd)"
    assert float(steps[0]["friends"]["text"].removeprefix("×")) > 2.0
    assert steps[-1]["title"]["text"] == "All rows together"
    assert "a guess" in words(visit)


def test_several_sets_are_shown_as_a_list(world: Tracker) -> None:
    assert open_page(world, "scenarios").header[0].value == "Arland and Borland"
    world.questions.ask(
        an_asked(
            "more", text="Which way?", kind="categorical", horizon_shape="state_at", options=OPTIONS
        ),
        override=OVERRIDE,
    )
    world.scenarios.add(replace(SET, question_id=QuestionId("more"), title="Another", rows=()))
    rows = sent_rows(open_page(world, "scenarios"), "Scenario sets")
    assert {row["title"]["text"] for row in rows} == {"Arland and Borland", "Another"}


def test_a_set_that_has_not_opened_yet_says_so(tracker: Tracker, clock: FakeClock) -> None:
    ask_questions(tracker)
    tracker.scenarios.add(SET)
    clock.advance(days=-1)
    text = words(open_page(tracker, "scenarios", q=FUTURES))
    assert "It opens on 1 Dec 2026" in text
    assert "There is no history yet." in text


# Your forecast


def own(world: Tracker) -> AppTest:
    return open_page(world, "scenarios", q=FUTURES, section="Your forecast")


def test_own_shares_are_entered_here(world: Tracker) -> None:
    visit = save(own(world), values=[50.0, 40.0, 10.0])
    mine = world.questions.get(FUTURES).summary.standings[ForecasterId("ada")].distribution
    assert isinstance(mine, Categorical)
    assert mine.p == pytest.approx((0.5, 0.4, 0.1))
    (friends, *_) = sent_rows(visit, "Scenarios")
    assert friends["You"]["text"] == "50%"


def test_an_answered_question_takes_no_forecasts(world: Tracker, clock: FakeClock) -> None:
    world.resolutions.resolve(
        FUTURES,
        "friends",
        source_url="https://arland.example/x",
        known_at=clock.time,
        note="So it came.",
    )
    clock.advance(hours=1)
    visit = own(world)
    assert "It takes no forecasts any more." in words(visit)
    assert "Resolved: friends" in words(visit)


# What would change it


def test_scenario_sections(world: Tracker) -> None:
    # Open questions are ranked by what their answers would tell.
    visit = open_page(world, "scenarios", q=FUTURES, section="What would change it")
    pact, fair = sent_rows(visit, "What would change it")
    assert (pact["title"]["text"], pact["now"]["text"]) == ("Will they sign a pact?", "80% (Crowd)")
    assert pact["no"]["text"].startswith("friends 72% → ")
    assert fair["title"]["text"] == "Will there be a fair?"
    # The table shows its note its marks and what counts against.
    visit = table(world)
    assert list(visit.dataframe[0].value["question"]) == [
        "Will they sign a pact?",
        "Will there be a fair?",
    ]
    text = words(visit)
    assert "They share a cause." in text
    assert "nothing counts against any scenario" in text
    # Without a free question the form leads to asking one.
    text = words(opened(open_page(world, "scenarios"), "add-set"))
    assert "Ask a question" in text


# The table


def table(world: Tracker) -> AppTest:
    return open_page(world, "scenarios", q=FUTURES, section="Table")


def rows(world: Tracker) -> dict[Any, ScenarioLikelihoods]:
    return {row.question_id: row for row in world.scenarios.get(FUTURES).scenario_set.rows}


def test_rows_are_changed_added_and_removed(world: Tracker) -> None:
    # A row is changed with its reason and the scenarios move.
    before = world.scenarios.get(FUTURES).history[-1].shares
    visit = pick_row(table(world), 0)
    fill(visit, "friends", "almost certain")
    fill(visit, "Other", "roughly even chance")
    field(visit, "Why these numbers").set_value("They have said so.")
    seen(button(visit, "Save row").click().run())
    assert rows(world)[PACT].p == pytest.approx((0.97, 0.03, 0.5))
    assert rows(world)[PACT].why == "They have said so."
    assert world.scenarios.get(FUTURES).history[-1].shares != before
    # A row is added with its reason.
    visit = select(opened(table(world), "add-row"), "Question", "race")
    fill(visit, "strangers", "very unlikely")
    visit = seen(button(visit, "Add row").click().run())
    assert "A row needs its reason" in plain(visit.error[0].value)
    field(visit, "Why these numbers").set_value("Strangers do not race.")
    seen(button(visit, "Add row").click().run())
    assert rows(world)["race"].p == pytest.approx((0.5, 0.125, 0.5))
    # A row can be taken out.
    visit = pick_row(table(world), 1)
    seen(button(visit, "Take it out").click().run())
    assert (len(rows(world)), PACT in rows(world)) == (2, True)


def test_a_number_is_read_and_what_is_none_is_refused() -> None:
    assert parse_likelihoods(("Very likely", "20%", "0.3")) == (0.875, 0.2, 0.3)
    with pytest.raises(InvalidProbability, match="almost no chance, very unlikely"):
        parse_likelihoods(("perhaps",))


def test_table_that_lacks_a_number_says_so(world: Tracker, clock: FakeClock) -> None:
    world.questions.change_option(FUTURES, "rivals", "added", by=BEN)
    clock.advance(hours=1)
    visit = table(world)
    assert "give it a number" in plain(visit.warning[0].value)
    assert "“friends” leads with 72%" in words(visit)
    assert "no number\nrivals" in words(visit)
    fill(visit, "rivals", "very unlikely")
    seen(button(visit, "Save row").click().run())
    assert [len(row.p) for row in rows(world).values()].count(4) == 1
    assert "give it a number" in plain(table(world).warning[0].value)  # the other rows


# A new set


def test_question_becomes_a_scenario_set(tracker: Tracker) -> None:
    # A set without a description is refused.
    ask_questions(tracker)
    visit = select(opened(open_page(tracker, "scenarios"), "add-set"), "Question", FUTURES)
    field(visit, "Title").set_value("Two countries")
    visit = seen(button(visit, "Make it a scenario set").click().run())
    assert "Say of every scenario what it means" in plain(visit.error[0].value)
    assert tracker.scenarios.list() == ()
    # A question becomes a scenario set with a row.
    visit = select(opened(open_page(tracker, "scenarios"), "add-set"), "Question", FUTURES)
    field(visit, "Title").set_value("Two countries")
    for name in OPTIONS:
        field(visit, f"What “{name}” means").set_value(f"They are {name}.")
    (indicators,) = visit.multiselect
    visit = seen(indicators.set_value([PACT]).run())
    visit = select(visit, "friends", "almost certain")
    seen(button(visit, "Make it a scenario set").click().run())
    (found,) = tracker.scenarios.list()
    assert found.scenario_set.title == "Two countries"
    assert found.scenario_set.descriptions[0] == "They are friends."
    assert found.scenario_set.rows[0].p == pytest.approx((0.97, 0.5, 0.5))
