"""The form on a question's page that says what else to watch for."""

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from forecasts.evidence.evidence import Direction, Strength
from tests.builders import DAY, FakeClock
from tests.dashboard.pages import button, field, open_page, plain, seen
from tests.lives import KNOWN, LIVES, SOURCE, an_asked
from tracker.app.tracker import Tracker


@pytest.fixture
def asked(tracker: Tracker) -> Tracker:
    """A tracker with a yes-no question and one with options."""
    tracker.questions.ask(an_asked(), override="a question of a test")
    tracker.questions.ask(LIVES[1].asked, override="a question of a test")
    return tracker


def form(tracker: Tracker, question_id: str = "rain") -> AppTest:
    visit = open_page(tracker, "question", q=question_id, details="Signposts")
    visit.session_state["add-signpost"] = True
    return seen(visit.run())


def filled(visit: AppTest, *, example: str = "Storm on its way to Arland") -> AppTest:
    field(visit, "Signpost").set_value("A storm is forecast")
    field(
        visit, "Words to look for (optional): each line needs one in a report, separated by |"
    ).set_value("storm* | gale\nArland")
    field(visit, "Headlines that would say so, one per line").set_value(example)
    return visit


def choose(visit: AppTest, label: str, value: object) -> None:
    (found,) = [box for box in visit.selectbox if plain(box.label) == label]
    found.set_value(value)


def sent(visit: AppTest) -> AppTest:
    return seen(button(visit, "Add signpost").click().run())


def test_signpost_is_added(asked: Tracker) -> None:
    # An example that its words miss is one calm line and nothing is lost.
    visit = sent(filled(form(asked), example="Sunshine all over"))
    (error,) = visit.error
    assert "does not match the words of its own indicator" in str(error.value)
    assert field(visit, "Signpost").value == "A storm is forecast"
    assert not asked.questions.get("rain").indicators
    # An empty form is refused.
    (error,) = sent(form(asked)).error
    assert "no name" in str(error.value)
    # A signpost is added on the page of its question.
    visit = filled(form(asked))
    choose(visit, "Direction", Direction.NO)
    choose(visit, "If YES", "unlikely")
    choose(visit, "If NO", "very likely")
    field(visit, "By the end of (UTC)").set_value(date(2026, 12, 20))
    sent(visit)
    (found,) = asked.questions.get("rain").indicators.values()
    assert (found.name, found.direction, found.strength) == (
        "A storm is forecast",
        Direction.NO,
        Strength.MODERATE,
    )
    assert found.terms == (("storm*", "gale"), ("Arland",))
    assert found.expected is not None
    assert f"{found.expected.by:%Y-%m-%d %H:%M}" == "2026-12-21 00:00"
    # For a question with options one of them is named.
    visit = filled(form(asked, "visit"))
    choose(visit, "Which option", "Beijing")
    sent(visit)
    (found,) = asked.questions.get("visit").indicators.values()
    assert (found.direction, found.option) == (Direction.YES, "Beijing")


def test_a_question_that_is_over_is_watched_no_more(asked: Tracker, clock: FakeClock) -> None:
    clock.time = KNOWN + DAY
    asked.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=KNOWN)
    assert "Add a signpost" not in [drawer.label for drawer in form(asked).expander]
