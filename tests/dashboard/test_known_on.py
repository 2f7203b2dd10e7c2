"""The page of a question as known on an earlier day: a banner says so, and nothing can be
written.
"""

from datetime import date

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


def test_earlier_day_shows_its_numbers_and_a_banner(lived: Tracker) -> None:
    # An earlier day shows its numbers its news and a banner.
    visit = on(lived, "2026-12-05")
    assert "As known on 5 Dec 2026" in words(visit)
    assert {m.label: m.value for m in visit.metric}["You"] == "60%"
    assert list(drawn(visit, "marks")["headline"]) == ["An invitation"]
    assert str(drawn(visit, "steps")["time"].max()).startswith("2026-12-05 23:59")
    assert "Resolved" not in words(visit)
    # The answer is not told before it was entered.
    assert "The answer was not entered yet." in words(on(lived, "2026-12-12", tab="Answer"))
    # The way back leads to now.
    visit = seen(button(on(lived, "2026-12-05"), "Back to now").click().run())
    assert "As known on" not in words(visit).replace("As known on an earlier day", "")
    assert "Resolved YES" in words(visit)


def test_nothing_can_be_written_while_looking_back(lived: Tracker) -> None:
    for tab in ("Why", "Evidence", "History", "Question", "Answer"):
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


def test_slider_and_address_choose_the_day(lived: Tracker) -> None:
    # The slider moves the page to its day.

    visit = open_page(lived, "question", q=SUMMIT)
    visit = seen(visit.slider(key="known").set_value(date(2026, 12, 5)).run())
    assert "As known on 5 Dec 2026" in words(visit)
    # The slider counts where it moved and the address has not followed yet.
    visit = on(lived, "2026-12-05")
    (slider,) = [s for s in visit.slider if s.label == "As known at the end of"]
    visit = seen(slider.set_value(date(2026, 12, 8)).run())
    assert "As known on 8 Dec 2026" in words(visit)
    assert "As known on 8 Dec 2026" in words(seen(visit.run()))
    # Going back and on in the browser shows the day of the address.
    visit = open_page(lived, "question", q=SUMMIT)
    visit.query_params["known"] = "2026-12-05"
    visit = seen(visit.run())
    assert "As known on 5 Dec 2026" in words(visit)
    del visit.query_params["known"]
    visit = seen(visit.run())
    assert "Resolved YES" in words(visit)


def test_other_days_show_now(lived: Tracker, clock: FakeClock) -> None:
    # A day that is none of its own shows now.
    for day in ("", "soon", "2026-13-45", "1999-01-01", "2099-01-01", "2026-12-05T10:00"):
        assert "Resolved YES" in words(on(lived, day))
    # The last day is now.
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
