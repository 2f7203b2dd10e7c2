"""The page of a question as known on an earlier day: a banner says so, and nothing can be
written.
"""

from datetime import date

import pytest

from forecasts.distributions.distribution import Binary
from tests.builders import FakeClock
from tests.dashboard.pages import button, drawn, marked, open_page, seen, words
from tests.test_looking_back import SUMMIT, lived
from tracker.app.tracker import Tracker

__all__ = ["lived"]

WRITES = (
    "Save forecast",
    "Confirm",
    "Reject",
    "Save as edited",
    "Give this answer",
    "Word it anew",
    "Take it back",
)


def on(tracker: Tracker, day: str, **more: str):  # type: ignore[no-untyped-def]
    return open_page(tracker, "question", q=SUMMIT, known=day, **more)


def test_an_earlier_day_shows_its_numbers_its_news_and_a_banner(lived: Tracker) -> None:
    visit = on(lived, "2026-12-05")
    assert "As known on 5 Dec 2026" in words(visit)
    assert {m.label: m.value for m in visit.metric}["Me"] == "60\u00a0%"
    assert list(drawn(visit, "marks")["headline"]) == ["An invitation"]
    assert str(drawn(visit, "steps")["time"].max()).startswith("2026-12-05 23:59")
    assert "Resolved" not in words(visit)


@pytest.mark.parametrize("tab", ["Why", "Evidence", "History", "Question", "Answer"])
def test_nothing_can_be_written_while_looking_back(lived: Tracker, tab: str) -> None:
    visit = on(lived, "2026-12-05", tab=tab)
    if tab == "Evidence":
        visit.session_state["evidence-table"] = {
            "selection": {"rows": [0], "columns": [], "cells": []}
        }
        visit = seen(visit.run())
        assert "An invitation" in marked(visit)
    labels = {b.label for b in visit.button}
    assert not labels & set(WRITES)
    assert not visit.text_area
    assert "Linked" not in [t.label for t in visit.tabs]


def test_the_answer_is_not_told_before_it_was_entered(lived: Tracker) -> None:
    assert "The answer was not entered yet." in words(on(lived, "2026-12-12", tab="Answer"))


def test_the_way_back_leads_to_now(lived: Tracker) -> None:
    visit = seen(button(on(lived, "2026-12-05"), "Back to now").click().run())
    assert "As known on" not in words(visit).replace("As known on an earlier day", "")
    assert "Resolved YES" in words(visit)


def test_going_back_and_on_in_the_browser_shows_the_day_of_the_address(lived: Tracker) -> None:
    visit = open_page(lived, "question", q=SUMMIT)
    visit.query_params["known"] = "2026-12-05"
    visit = seen(visit.run())
    assert "As known on 5 Dec 2026" in words(visit)
    del visit.query_params["known"]
    visit = seen(visit.run())
    assert "Resolved YES" in words(visit)


def test_the_slider_counts_where_it_moved_and_the_address_has_not_followed_yet(
    lived: Tracker,
) -> None:
    visit = on(lived, "2026-12-05")
    (slider,) = [s for s in visit.slider if s.label == "As known at the end of"]
    visit = seen(slider.set_value(date(2026, 12, 8)).run())
    assert "As known on 8 Dec 2026" in words(visit)
    assert "As known on 8 Dec 2026" in words(seen(visit.run()))


@pytest.mark.parametrize(
    "day", ["", "soon", "2026-13-45", "1999-01-01", "2099-01-01", "2026-12-05T10:00"]
)
def test_a_day_that_is_none_of_its_own_shows_now(lived: Tracker, day: str) -> None:
    assert "Resolved YES" in words(on(lived, day))


def test_the_last_day_is_now(lived: Tracker, clock: FakeClock) -> None:
    assert "Resolved YES" in words(on(lived, clock.time.date().isoformat()))


def test_a_page_that_stays_open_over_midnight_still_shows_now(
    lived: Tracker, clock: FakeClock
) -> None:
    visit = open_page(lived, "question", q=SUMMIT)
    for _ in range(2):
        clock.advance(days=1)
        assert "You look back" not in words(seen(visit.run()))
        assert "known" not in visit.query_params


def test_a_question_that_opened_today_has_no_earlier_day(
    tracker: Tracker, clock: FakeClock
) -> None:
    from tests.builders import a_set

    tracker.question_sets.load(a_set())
    tracker.forecasts.submit(SUMMIT, Binary(0.5), rationale="First.")
    clock.time = tracker.questions.get(SUMMIT).summary.question.opens_at
    assert not open_page(tracker, "question", q=SUMMIT).slider


def test_the_slider_moves_the_page_to_its_day(lived: Tracker) -> None:
    from datetime import date

    visit = open_page(lived, "question", q=SUMMIT)
    visit = seen(visit.slider(key="known").set_value(date(2026, 12, 5)).run())
    assert "As known on 5 Dec 2026" in words(visit)
