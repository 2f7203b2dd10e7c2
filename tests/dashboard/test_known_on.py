"""The page of a question as known on an earlier day: a banner says so, and nothing can be
written.
"""

from datetime import date

from dashboard.components.visit import Visit
from dashboard.question.details import list_sections
from dashboard.wording.numbers import UTC_ZONE
from forecasts.distributions.distribution import Binary
from tests.builders import FakeClock
from tests.dashboard.pages import button, drawn, lists, marked, open_page, prose_of, seen, words
from tests.test_looking_back import SUMMIT, lived
from tracker.app.tracker import Tracker

__all__ = ["lived"]

WRITES = (
    "Save forecast",
    "Confirm",
    "Reject",
    "Save as edited",
    "Resolve",
    "Edit wording",
    "Withdraw the question",
)


def on(tracker: Tracker, day: str, **more: str):  # type: ignore[no-untyped-def]
    return open_page(tracker, "question", q=SUMMIT, known=day, **more)


def test_earlier_day_shows_its_numbers_and_a_banner(lived: Tracker) -> None:
    # An earlier day shows its numbers its news and a banner.
    visit = on(lived, "2026-12-05")
    assert "As known on 5 Dec 2026" in words(visit)
    assert "You60%" in prose_of(visit)
    assert list(drawn(visit, "marks")["headline"]) == ["An invitation"]
    assert str(drawn(visit, "steps")["time"].max()).startswith("2026-12-05 23:59")
    assert "Resolved" not in words(visit)
    # The answer is not told before it was entered.
    assert "It was not yet resolved." in words(on(lived, "2026-12-12", details="Scores"))
    # The way back leads to now.
    visit = seen(button(on(lived, "2026-12-05"), "Return to today").click().run())
    assert "As known on" not in words(visit)
    assert "known" not in visit.query_params
    assert "Resolved YES" in words(visit)


def test_nothing_can_be_written_while_looking_back(lived: Tracker) -> None:
    sections = list_sections(*[past(lived)] * 2, lived.questions.get(SUMMIT))
    assert not {"Resolve early", "Correct", "Repeat"} & set(sections)
    (card,) = lists(on(lived, "2026-12-05"))["Evidence"]
    for section in sections:
        visit = on(lived, "2026-12-05", details=section, evidence=card["id"])
        assert "An invitation" in marked(visit)
        labels = {b.label for b in visit.button}
        assert not labels & set(WRITES)
        assert not visit.text_area
        assert "Related questions" not in words(visit)


def past(tracker: Tracker) -> Visit:
    """A visit that looks back."""
    return Visit(tracker, {}, tracker.now(), UTC_ZONE, None, known_on=tracker.now())


def test_slider_and_address_choose_the_day(lived: Tracker) -> None:
    # The slider moves the page to its day.

    visit = open_page(lived, "question", q=SUMMIT, details="Earlier day")
    visit = seen(visit.slider(key="known-day").set_value(date(2026, 12, 5)).run())
    assert "As known on 5 Dec 2026" in words(visit)
    assert visit.query_params["known"] == "2026-12-05"
    # It stays there, and its end is today.
    assert "As known on 5 Dec 2026" in words(seen(visit.run()))
    visit = seen(visit.slider(key="known-day").set_value(lived.now().date()).run())
    assert "As known on" not in words(visit)
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
    for day in ("1999-01-01", "2026-12-05T10:00"):
        assert "Resolved YES" in words(on(lived, day))
    # The last day is now.
    assert "Resolved YES" in words(on(lived, clock.time.date().isoformat()))


def test_a_page_that_stays_open_over_midnight_still_shows_now(
    lived: Tracker, clock: FakeClock
) -> None:
    visit = open_page(lived, "question", q=SUMMIT)
    clock.advance(days=1)
    assert "As known on" not in words(seen(visit.run()))
    assert "known" not in visit.query_params


def test_a_question_that_opened_today_has_no_earlier_day(
    tracker: Tracker, clock: FakeClock
) -> None:
    from tests.builders import a_set

    tracker.question_sets.load(a_set())
    tracker.forecasts.submit(SUMMIT, Binary(0.5), rationale="First.")
    clock.time = tracker.questions.get(SUMMIT).summary.question.opens_at
    visit = open_page(tracker, "question", q=SUMMIT, details="Earlier day")
    assert "there is no earlier date" in words(visit)
