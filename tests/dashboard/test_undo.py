"""Undo and redo of forecasts from the notice at the foot of a page."""

from functools import partial
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import acting
from dashboard.components.acting import Notice
from forecasts.distributions.distribution import Binary
from forecasts.questions.formatting import format_full
from tests.builders import FakeClock, a_question
from tests.dashboard.entry_form import act, form_of, save
from tests.dashboard.pages import button, open_page, plain, seen, words
from tests.dashboard.test_entry import ME, NO_FORECAST, OTHER, SUMMIT, held, loaded, opened, two
from tracker.app.tracker import Tracker

__all__ = ["loaded", "two"]


def shown(visit: AppTest) -> tuple[str, str]:
    """What the field and the line above it say."""
    data = form_of(visit)
    return data["input"]["text"], data["standing"].split(",")[0]


def labels(visit: AppTest) -> set[str]:
    return {plain(b.label) for b in visit.button}


def test_undo_walks_back_and_redo_forward(loaded: Tracker, clock: FakeClock) -> None:
    prior = (format_full(a_question(), a_question().prior), NO_FORECAST)
    standing = {p: (f"{p}%", f"{p}%") for p in (10, 20)}
    visit = opened(loaded)
    for p in standing:
        clock.advance(minutes=1)
        visit = save(visit, str(p))
    for way, expected in (
        ("Undo", [standing[10], prior]),
        ("Redo", [standing[10], standing[20]]),
        ("Undo", [standing[10]]),
    ):
        for each in expected:
            clock.advance(minutes=1)
            visit = seen(button(visit, way).click().run())
            assert shown(visit) == each
    visit = save(visit, "55")
    assert "Redo" not in labels(visit)
    clock.advance(minutes=1)
    assert shown(seen(button(visit, "Undo").click().run())) == standing[10]


def test_undo_goes_back_over_the_acts_on_several_questions(two: Tracker, clock: FakeClock) -> None:
    visit = open_page(two, "question", q=SUMMIT)
    for question in (SUMMIT, OTHER):
        visit.query_params["q"] = question
        visit = save(seen(visit.run()), "20")
        clock.advance(minutes=1)
    for question in (OTHER, SUMMIT):
        assert ME in two.questions.get(question).summary.standings
        visit = seen(button(visit, "Undo").click().run())
        assert (
            f"Your forecast: no forecast ({two.questions.get(question).summary.question.text[:40]}"
            in words(visit)
        )
        assert ME not in two.questions.get(question).summary.standings


def test_undo_by_the_button_is_done_again_by_redo(loaded: Tracker, clock: FakeClock) -> None:
    loaded.forecasts.submit(SUMMIT, Binary(0.4))
    clock.advance(minutes=1)
    visit = act(opened(loaded), "undo")
    assert held(loaded) is None
    clock.advance(minutes=1)
    seen(button(visit, "Redo").click().run())
    assert held(loaded) == 0.4


def test_an_act_without_a_way_back_ends_the_walk() -> None:
    done: list[str] = []

    def a_notice(text: str) -> Notice:
        return Notice(text, partial(done_again, text))

    def done_again(text: str) -> Notice:
        done.append(text)
        return a_notice(text)

    state: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(acting.st, "session_state", state)
        acting.push_notice(a_notice("first"))
        acting.notify("The question is linked")
        acting.push_notice(a_notice("second"))
        for _ in range(3):
            acting._reverse("undo", state["notices"])
    assert done == ["second"]


def test_notice_stays_and_says_what_came_too_late(loaded: Tracker, clock: FakeClock) -> None:
    # A notice stays until it is closed.
    loaded.forecasts.submit(SUMMIT, Binary(0.4))
    visit = act(opened(loaded), "reaffirm")
    visit = seen(visit.run())
    assert "Confirmed: 40%" in words(visit)
    visit = seen(button(visit, "Close").click().run())
    assert "Confirmed" not in words(visit)
    # An undo that comes too late says why.
    visit = act(opened(loaded), "reaffirm")
    clock.time = a_question().closes_at
    visit = seen(button(visit, "Undo").click().run())
    (toast,) = visit.toast
    assert "Not done: summit-2027 takes no more forecasts" in plain(toast.value)
