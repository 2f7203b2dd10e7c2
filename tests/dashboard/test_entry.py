"""Forecasting by hand: slider and field in step, drafts, the way back, and walking through a
list.
"""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.components import acting
from dashboard.components.acting import step_through
from dashboard.components.visit import Visit
from dashboard.question import forecasting, form_state
from dashboard.question.probability_input import (
    SLIDER_STOPS,
    SliderMark,
    draw_marks,
    format_stop,
    nearest_stop,
    slider_position,
)
from forecasts.distributions.distribution import Binary
from forecasts.questions.formatting import format_full
from forecasts.questions.question import ForecasterId, QuestionId
from tests.builders import FakeClock, Press, a_question, a_set
from tests.dashboard.pages import button, field, open_page, seen, words
from tracker.app.tracker import Tracker
from tracker.model.read_models import QuestionSummary

SUMMIT = "summit-2027"
OTHER = "other-2027"
ME = ForecasterId("ada")


@pytest.fixture
def loaded(tracker: Tracker, clock: FakeClock) -> Tracker:
    """A tracker with one open question of yes or no."""
    tracker.question_sets.load(a_set())
    return tracker


@pytest.fixture
def two(tracker: Tracker) -> Tracker:
    """A tracker with two open questions; the summit closes last."""
    first = a_question(
        OTHER,
        text="Will the other thing happen?",
        closes_at=a_question().closes_at - timedelta(days=1),
    )
    tracker.question_sets.load(a_set(a_question(), first))
    return tracker


def held(tracker: Tracker) -> float | None:
    standing = tracker.questions.get(SUMMIT).summary.standings.get(ME)
    return None if standing is None else standing.p


def slider(visit: AppTest) -> Any:
    (found,) = visit.select_slider
    return found


def opened(tracker: Tracker) -> AppTest:
    return open_page(tracker, "question", q=SUMMIT)


# The stops of the slider


@given(st.floats(0.0, 1.0))
def test_no_stop_is_nearer_than_the_nearest(p: float) -> None:
    assert abs(nearest_stop(p) - 1000 * p) == min(abs(stop - 1000 * p) for stop in SLIDER_STOPS)


def test_slider_stops_and_marks() -> None:
    # Near the ends a stop is a tenth of a point and neither end is certain.
    assert [
        format_stop(stop)
        for stop in (*SLIDER_STOPS[:2], SLIDER_STOPS[19], SLIDER_STOPS[20], SLIDER_STOPS[-1])
    ] == ["0.1%", "0.2%", "2%", "3%", "99.9%"]
    assert list(SLIDER_STOPS) == sorted({*SLIDER_STOPS})
    # A mark lies where the slider has its stop.
    assert [slider_position(p) for p in (0.0001, 0.5, 0.9999)] == [0.0, 0.5, 1.0]
    drawn = draw_marks(
        [
            SliderMark(0.0001, "dot", "#0072B2", "you"),
            SliderMark(0.9999, "square", "#D55E00", "suggested"),
        ]
    )
    assert 'cx="6.0"' in drawn
    assert "translate(324.0 0)" in drawn
    # A step ends at either end.
    ids = [QuestionId("a"), QuestionId("b")]
    assert [
        step_through(ids, "a", 1),
        step_through(ids, "b", 1),
        step_through(ids, "a", -1),
        step_through(ids, "gone", 1),
    ] == ["b", None, None, "a"]


# In step


BASE_RATE = 0.123456


@pytest.fixture
def precise(tracker: Tracker) -> Tracker:
    """A tracker with a question whose base rate has more digits than a page shows."""
    tracker.question_sets.load(a_set(replace(a_question(), prior=Binary(BASE_RATE))))
    return tracker


def save_untouched(visit: AppTest) -> AppTest:
    field(visit, "Why").set_value("A reason.").run()
    return seen(button(visit, "Save forecast").click().run())


def test_untouched_form_saves_what_it_shows(precise: Tracker) -> None:
    visit = opened(precise)
    assert (field(visit, "Probability of YES").value, slider(visit).value) == (
        "12.35%",
        nearest_stop(BASE_RATE),
    )
    assert "about 1 in 8: the base rate" in words(visit)
    save_untouched(visit)
    assert held(precise) == BASE_RATE


def test_what_i_hold_is_saved_exactly_and_marked(loaded: Tracker) -> None:
    # An untouched form saves what i hold exactly.
    loaded.forecasts.submit(SUMMIT, Binary(1 / 3), rationale="First.")
    visit = opened(loaded)
    assert field(visit, "Probability of YES").value == "33.33%"
    assert "what you hold" in words(visit)
    save_untouched(visit)
    assert held(loaded) == 1 / 3
    # Base rate what i held and the suggestion are marked.
    loaded.forecasts.submit(SUMMIT, Binary(0.7), rationale="First.")
    told = words(opened(loaded))
    assert "● you, before 70%" in told
    assert "▲ base rate" in told
    assert "○ crowd" not in told  # I alone am no crowd


def test_a_cleared_field_saves_what_the_slider_shows(loaded: Tracker) -> None:
    visit = opened(loaded)
    field(visit, "Probability of YES").set_value("63").run()
    field(visit, "Probability of YES").set_value("").run()
    assert slider(visit).value == 630
    save_untouched(visit)
    assert held(loaded) == 0.63


def test_list_ignores_empty_fields_and_unknown_questions(loaded: Tracker) -> None:
    # In the list a field left empty is no forecast.
    visit = open_page(loaded, "questions", at=SUMMIT)
    assert field(visit, "Probability of YES").value == ""
    visit = save_untouched(visit)
    assert "No forecast yet" in words(visit)
    assert held(loaded) is None
    # A question that is not in the list is not at hand.
    visit = open_page(loaded, "questions", at="<script>")
    assert [w.label for w in visit.text_input] == ["Search"]


def test_typing_moves_the_slider_without_rounding(loaded: Tracker) -> None:
    # What is typed moves the slider and is not rounded by it.
    visit = opened(loaded)
    field(visit, "Probability of YES").set_value("0.05%").run()
    assert slider(visit).value == 1
    field(visit, "Why").set_value("A reason.").run()
    seen(button(visit, "Save forecast").click().run())
    assert held(loaded) == pytest.approx(0.0005)
    # What cannot be read leaves the slider where it is.
    visit = opened(loaded)
    before = slider(visit).value
    field(visit, "Probability of YES").set_value("perhaps").run()
    assert slider(visit).value == before


def test_slider_types_its_stop(loaded: Tracker) -> None:
    visit = opened(loaded)
    slider(visit).set_value(985).run()
    assert field(visit, "Probability of YES").value == "98.5%"
    assert kept(visit)["values"] == {"typed": "98.5%"}
    field(visit, "Why").set_value("A reason.").run()
    seen(button(visit, "Save forecast").click().run())
    assert held(loaded) == pytest.approx(0.985)


def test_late_answers_take_nothing_back(loaded: Tracker) -> None:
    # A slider that is behind does not take back what is typed.
    visit = opened(loaded)
    field(visit, "Probability of YES").set_value("12")
    sent = visit._tree.get_widget_states()  # the field is ahead, the slider stands at the base rate
    visit.run()
    visit = seen(
        visit._run(sent)
    )  # the browser sends again before it knows of the slider's new place
    assert (field(visit, "Probability of YES").value, slider(visit).value) == ("12", 120)
    # A field that is behind does not take back the slider.
    visit = opened(loaded)
    field(visit, "Probability of YES").set_value("12").run()
    slider(visit).set_value(630)
    sent = visit._tree.get_widget_states()
    visit.run()
    visit = seen(visit._run(sent))
    assert (field(visit, "Probability of YES").value, slider(visit).value) == ("63%", 630)


# Drafts


def kept(visit: AppTest) -> dict[str, Any]:
    """What the page hands to the browser to keep."""
    (found,) = [
        json.loads(e.proto.json)
        for e in visit.get("bidi_component")
        if "keeper" in e.proto.component_name
    ]
    return found


def test_draft_holds_only_what_was_changed(loaded: Tracker, clock: FakeClock) -> None:
    # Only what was changed is a draft.
    visit = opened(loaded)
    assert kept(visit)["values"] == {}
    field(visit, "Probability of YES").set_value("63").run()
    field(visit, "Why").set_value("Because.").run()
    assert kept(visit)["values"] == {"typed": "63", "why-text": "Because."}
    # A draft is void once something newer was said.
    before = kept(opened(loaded))["after"]
    clock.advance(hours=1)
    loaded.forecasts.submit(SUMMIT, Binary(0.4), rationale="First.")
    assert (before, kept(opened(loaded))["after"]) == (0.0, clock.time.timestamp())


def restored(tracker: Tracker, **values: Any) -> AppTest:
    """The page after a browser handed these values back."""
    visit = opened(tracker)
    form = visit.session_state[f"form-{SUMMIT}"]
    visit.session_state[f"restored-{form}"] = values
    for name in ("typed", "why-text", "slide", "cites"):
        if f"{name}-{form}" in visit.session_state:
            del visit.session_state[f"{name}-{form}"]
    anew = open_page(tracker, "question", q=SUMMIT)
    anew.session_state[f"form-{SUMMIT}"] = "again"
    anew.session_state["restored-again"] = values
    return seen(anew.run())


def test_a_draft_is_put_back(loaded: Tracker) -> None:
    visit = restored(loaded, typed="63", **{"why-text": "Because."})
    assert (field(visit, "Probability of YES").value, field(visit, "Why").value) == (
        "63",
        "Because.",
    )
    assert slider(visit).value == 630


def test_junk_is_no_draft(loaded: Tracker) -> None:
    for junk in (None, 7, True, ["63"], {"a": 1}, float("inf")):
        visit = restored(loaded, typed=junk, cites=junk, typing=junk, **{"why-text": junk})
        assert field(visit, "Probability of YES").value == format_full(
            a_question(), a_question().prior
        )


def test_junk_is_no_day(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (None, "x", "2026-13-01", 5, [1]):
        monkeypatch.setattr(
            form_state.st, "session_state", {"restored-form": {"Middle": value, "Low": value}}
        )
        usual = date(2027, 1, 1)
        assert form_state.initial_day("form", "Middle", usual) == usual
        assert form_state.initial_number("form", "Low", 2.5) == (5.0 if value == 5 else 2.5)


def test_of_much_evidence_the_newest_is_offered_to_cite(
    tracker_with_press: Tracker, press: Press, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecasting, "MAX_CITABLE_EVIDENCE", 1)
    tracker_with_press.question_sets.load(a_set())
    for headline in ("Arland invites Borland to a summit", "Arland cancels Borland talks"):
        press.publish("wire", headline)
        tracker_with_press.feeds.poll(every=True)
        clock.advance(hours=1)
    (offered,) = opened(tracker_with_press).multiselect
    assert offered.options == ["Arland cancels Borland talks"]


# Walking through a list


def test_end_of_the_list(loaded: Tracker) -> None:
    # At the end of the list the next says so.
    visit = seen(button(open_page(loaded, "questions", at=SUMMIT), "Next").click().run())
    (toast,) = visit.toast
    assert "no other question" in toast.value
    # Walking past the end leaves the way back from what was done.
    loaded.forecasts.submit(SUMMIT, Binary(0.4), rationale="First.")
    visit = seen(button(open_page(loaded, "questions", at=SUMMIT), "Still 40%").click().run())
    visit = seen(button(visit, "Next").click().run())
    assert "no other question" in visit.toast[0].value
    assert "Reaffirmed: 40%" in words(visit)
    assert button(visit, "Undo")


def test_a_question_at_hand_is_forecast_and_confirmed_in_place(
    loaded: Tracker, clock: FakeClock
) -> None:
    visit = open_page(loaded, "questions", at=SUMMIT)
    field(visit, "Probability of YES").set_value("2:1").run()
    field(visit, "Why").set_value("In the list.").run()
    visit = seen(button(visit, "Save forecast").click().run())
    assert held(loaded) == pytest.approx(2 / 3)
    clock.advance(days=1)
    seen(button(visit, "Still 67%").click().run())
    assert loaded.questions.get(SUMMIT).summary.standings[ME].since == clock.time


def test_text_in_a_list_is_saved_or_refused(
    loaded: Tracker, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    state: dict[str, Any] = {}
    monkeypatch.setattr(forecasting.st, "session_state", state)
    visit = Visit(loaded, {}, clock.time, ZoneInfo("UTC"), None)

    def summary() -> QuestionSummary:
        return loaded.questions.get(SUMMIT).summary

    assert forecasting.reaffirm_in_list(visit, summary()) == (
        "You hold no forecast on summit-2027 to reaffirm: make one first."
    )
    assert "perhaps" in str(forecasting.save_text_forecast(visit, summary(), "perhaps"))
    assert (held(loaded), state.get("notice-line")) == (None, None)
    assert forecasting.save_text_forecast(visit, summary(), "2:1") is None
    assert (held(loaded), state["notice-line"]) == (pytest.approx(2 / 3), "Saved: 67%")
    clock.advance(days=1)
    assert forecasting.reaffirm_in_list(visit, summary()) is None
    mine = [act.act for act in loaded.questions.get(SUMMIT).acts if act.forecaster_id == ME]
    assert mine == ["forecast", "reaffirm"]
    acting._reverse("undo", state["notices"])
    acting._reverse("undo", state["notices"])
    assert held(loaded) is None


def test_below_a_question_stands_the_next_of_the_list(two: Tracker) -> None:
    visit = seen(button(open_page(two, "question", q=OTHER), "Next").click().run())
    assert visit.query_params["q"] == SUMMIT
    assert a_question().text in words(visit)
