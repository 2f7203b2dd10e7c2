"""What the list behind Ctrl+K offers, and in which order."""

import json
from datetime import timedelta

from dashboard.components.visit import PAGES
from dashboard.server.assets import build_shell, list_destinations
from tests.builders import FakeClock, a_question, a_set
from tracker.app.tracker import Tracker

SOURCE = "https://example.org/a"


def test_open_questions_come_first_then_pages_then_the_others(
    tracker: Tracker, clock: FakeClock
) -> None:
    soon = a_question("soon & now", closes_at=a_question().closes_at - timedelta(days=30))
    tracker.question_sets.load(a_set(a_question("answered"), a_question("later"), soon))
    clock.advance(days=1)
    tracker.resolutions.resolve("answered", "yes", source_url=SOURCE, known_at=clock.time)
    offered = json.loads(list_destinations(tracker))
    pages = [name for name, entry in PAGES.items() if entry.shown != "never"]
    assert [each["path"] for each in offered] == [
        "question?q=soon+%26+now",
        "question?q=later",
        *pages,
        "question?q=answered",
    ]
    assert [each["note"] for each in offered] == [
        "open",
        "open",
        *["page"] * len(pages),
        "resolved",
    ]
    assert offered[0]["words"] == soon.text


def test_keyboard_script_comes_before_those_of_streamlit() -> None:
    page = build_shell()
    assert page.index('addEventListener("keydown", hear, true)') < page.index("./static/js/")
