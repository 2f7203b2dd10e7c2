"""The form of a forecast: field and slider, what the browser keeps and sends, and lists."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import acting
from dashboard.components.acting import step_through
from dashboard.components.visit import Visit
from dashboard.question import forecasting
from dashboard.question.entry_data import SLIDER_STOPS, Draft, read_draft
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId, QuestionId
from tests.builders import FakeClock, Press, a_question, a_set
from tests.dashboard.entry_form import act, draft, echo_of, form_of, problem_of, save
from tests.dashboard.pages import button, open_page, plain, seen, words
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


def opened(tracker: Tracker) -> AppTest:
    return open_page(tracker, "question", q=SUMMIT)


# Field and slider


def test_slider_stops_and_steps_through_a_list() -> None:
    # Near the ends a stop is a tenth of a point and neither end is certain.
    ends = (*SLIDER_STOPS[:2], SLIDER_STOPS[19], SLIDER_STOPS[20], SLIDER_STOPS[-1])
    assert ends == (1, 2, 20, 30, 999)
    assert list(SLIDER_STOPS) == sorted({*SLIDER_STOPS})
    # A step ends at either end.
    ids = [QuestionId("a"), QuestionId("b")]
    assert [
        step_through(ids, "a", 1),
        step_through(ids, "b", 1),
        step_through(ids, "a", -1),
        step_through(ids, "gone", 1),
    ] == ["b", None, None, "a"]


BASE_RATE = 0.123456
NO_FORECAST = "No forecast yet; this is the base rate"


def test_untouched_form_saves_what_it_shows(tracker: Tracker) -> None:
    # Of a base rate that has more digits than a page shows, all are saved.
    tracker.question_sets.load(a_set(replace(a_question(), prior=Binary(BASE_RATE))))
    visit = opened(tracker)
    assert form_of(visit)["input"]["text"] == "12.35%"
    assert plain(echo_of(visit)["words"]).endswith("about 1 in 8")
    visit = save(visit)
    assert held(tracker) == BASE_RATE
    # So are all digits of what I hold, which is marked beside base rate and estimate.
    tracker.forecasts.submit(SUMMIT, Binary(1 / 3))
    visit = opened(tracker)
    assert form_of(visit)["input"]["text"] == "33.33%"
    labels = [mark["label"] for mark in form_of(visit)["input"]["marks"]]
    assert labels == ["You 33%", "Base rate 12%", "Estimate 11%"]  # I alone am no crowd
    save(visit, "33.33%")
    assert held(tracker) == 1 / 3


def test_typed_probabilities_are_echoed_and_saved(loaded: Tracker) -> None:
    visit = opened(loaded)
    for text, p, echo in (
        ("63", 0.63, "63%, odds 1.7 to 1 for, about 5 in 8"),
        ("100%", 1.0, "your log score is the worst possible"),
        ("2:1", 2 / 3, "odds 2 to 1 for"),
    ):
        visit = draft(visit, text)
        assert echo in plain(echo_of(visit)["words"])
        assert echo_of(visit)["p"] == pytest.approx(p)
    # Changes apply to what I hold, and every act has its own reason.
    visit = save(visit, text, "They have booked the hall.")
    assert held(loaded) == pytest.approx(2 / 3)
    assert "80%, odds 4 to 1 for" in plain(echo_of(draft(visit, "x2"))["words"])
    visit = save(visit, "+3", "  And the band. ")
    mine = [a for a in loaded.questions.get(SUMMIT).acts if a.forecaster_id == ME]
    assert held(loaded) == pytest.approx(2 / 3 + 0.03)
    assert [a.rationale for a in mine] == ["They have booked the hall.", "And the band."]


def test_what_cannot_be_read_is_refused_in_a_sentence(loaded: Tracker) -> None:
    visit = opened(loaded)
    for text, sentence in (
        ("perhaps", "'perhaps' is not a probability"),
        ("", "No forecast yet: give a probability, such as 63%."),
        ("+5", "changes a forecast, and there is none"),
    ):
        visit = draft(visit, text)
        assert sentence in plain(echo_of(visit)["problem"])
    visit = save(visit, text)
    assert sentence in problem_of(visit)
    assert held(loaded) is None
    # The refusal goes with the next draft.
    assert problem_of(draft(visit, "63")) == ""


# What the browser keeps and sends


def test_draft_is_void_after_a_newer_act(loaded: Tracker, clock: FakeClock) -> None:
    before = form_of(opened(loaded))
    clock.advance(hours=1)
    loaded.forecasts.submit(SUMMIT, Binary(0.4))
    after = form_of(opened(loaded))
    assert (before["after"], after["after"]) == (0.0, clock.time.timestamp())
    assert (before["standing"], before["still"]) == (NO_FORECAST, "")
    assert (after["standing"], after["still"]) == ("40%, updated just now", "40%")


JUNK = (None, 7, True, ["63"], {"a": 1}, float("inf"))


def test_junk_from_the_browser_is_left_out() -> None:
    for junk in JUNK:
        read = read_draft({"text": junk, "values": junk, "reason": junk, "cites": junk})
        assert read == Draft()
    most = read_draft({"text": "x" * 5000, "values": [1, 2.5], "reason": " y ", "cites": [3]})
    assert (len(most.text or ""), most.values, most.reason) == (4000, (1.0, 2.5), "y")
    assert most.cites == (3,)


def test_acts_of_an_earlier_form_do_nothing(loaded: Tracker) -> None:
    visit = opened(loaded)
    form = form_of(visit)["form"]
    visit = save(visit, "40", "Once.")
    for name in ("save", "withdraw"):
        visit = act(visit, name, form=form, text="50")
    visit = act(visit, "dance")
    visit = draft(visit, "70", form=form)
    assert form_of(visit)["echo"] is None
    mine = [a.act for a in loaded.questions.get(SUMMIT).acts if a.forecaster_id == ME]
    assert mine == ["forecast"]


def test_forecast_is_confirmed_withdrawn_and_undone(loaded: Tracker, clock: FakeClock) -> None:
    visit = save(opened(loaded), "40")
    for name in ("reaffirm", "withdraw", "undo"):
        clock.advance(days=1)
        visit = act(visit, name, reason="So it is.")
    mine = [a for a in loaded.questions.get(SUMMIT).acts if a.forecaster_id == ME]
    assert [a.act for a in mine] == ["forecast", "reaffirm", "withdraw", "undo"]
    assert [a.rationale for a in mine] == ["", "So it is.", "So it is.", ""]
    assert form_of(visit)["still"] == "40%"


def test_evidence_is_offered_when_asked_for(
    tracker_with_press: Tracker, press: Press, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecasting, "MAX_CITABLE_EVIDENCE", 1)
    tracker_with_press.question_sets.load(a_set())
    for headline in ("Arland invites Borland to a summit", "Arland cancels Borland talks"):
        press.publish("wire", headline)
        tracker_with_press.feeds.poll(every=True)
        clock.advance(hours=1)
    visit = opened(tracker_with_press)
    assert (form_of(visit)["citable"], form_of(visit)["evidence"]) == (True, [])
    visit = act(visit, "ask", about="cite")
    ((number, headline),) = form_of(visit)["evidence"]
    assert headline == "Arland cancels Borland talks"
    save(visit, "30", cites=[number])
    (made,) = [a for a in tracker_with_press.questions.get(SUMMIT).acts if a.forecaster_id == ME]
    assert made.cites == (number,)


def test_withdrawal_tells_the_score_first(loaded: Tracker, clock: FakeClock) -> None:
    loaded.forecasts.submit(SUMMIT, Binary(0.4))
    clock.advance(days=3)
    visit = act(opened(loaded), "ask", about="withdraw")
    assert "Score so far" in form_of(visit)["withdrawal"]
    assert "if YES, " in form_of(visit)["withdrawal"]
    assert held(loaded) == 0.4
    visit = act(visit, "ask", about="")
    assert form_of(visit)["withdrawal"] == ""
    visit = act(visit, "withdraw")
    assert held(loaded) is None
    assert (form_of(visit)["standing"], form_of(visit)["undo"]) == (NO_FORECAST, True)


# Walking through a list


def test_end_of_the_list(loaded: Tracker) -> None:
    # At the end of the list the next says so, and leaves the way back from what was done.
    loaded.forecasts.submit(SUMMIT, Binary(0.4))
    visit = act(opened(loaded), "reaffirm")
    visit = seen(button(visit, "Next").click().run())
    assert "no other question" in visit.toast[0].value
    assert "Confirmed: 40%" in words(visit)
    assert button(visit, "Undo")


def test_text_in_a_list_is_saved_or_refused(
    loaded: Tracker, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    state: dict[str, Any] = {}
    monkeypatch.setattr(forecasting.st, "session_state", state)
    visit = Visit(loaded, {}, clock.time, ZoneInfo("UTC"), None)

    def summary() -> QuestionSummary:
        return loaded.questions.get(SUMMIT).summary

    assert forecasting.reaffirm_in_list(visit, summary()) == (
        "You hold no forecast on “Will the leaders of Arland and Borland meet in person by 30 June "
        "2027?” to reaffirm: make one first."
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
