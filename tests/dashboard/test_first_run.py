"""A new database: four first steps that are ticked when they are done, and on every page the next
thing to do.
"""

from collections.abc import Iterator

import pytest

from dashboard.components.visit import PAGES
from dashboard.home.page import BUILT_IN_SETS
from forecasts.distributions.distribution import Binary
from tests.builders import FakeClock, Press, a_set
from tests.dashboard.pages import button, open_page, seen, words
from tracker.app import question_set_files as question_sets
from tracker.app.tracker import Tracker

STEPS = (
    "Load questions, or write some",
    "Make a first forecast",
    "Add feeds, and see a first one answer",
    "Review a first piece of evidence",
)

NEXT_STEP = {
    "today": "Load a set, with its questions and feeds:",
    "questions": "The first steps",
    "question": "The first steps",
    "essays": "Paste one below",
    "essay": "Paste one below",
    "inbox": "The Feeds page shows whether they answer",
    "calendar": "All questions",
    "scenarios": "Make one below",
    "coherence": "tracker scenario add-link",
    "accuracy": "Answers that are due",
    "learned": "Learning begins when",
    "feeds": "add your own here",
    "reports": "Every table as it is stored",
    "ask": "it opens now",
    "settings": "How each feed fares",
}
"""What each page of an empty database says that can be done next."""


def ticked(text: str) -> list[str]:
    return [step for step in STEPS if f":material/check_circle: {step}: done" in text]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_an_empty_database_says_the_next_step(tracker: Tracker, name: str) -> None:
    visit = open_page(tracker, name)
    assert NEXT_STEP[name] in words(visit)
    assert not visit.error


def test_steps_are_ticked_when_they_are_done_and_the_list_then_goes(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press

    def shown() -> Iterator[list[str]]:
        yield ticked(words(open_page(tracker, "today")))
        tracker.question_sets.load(a_set())
        yield ticked(words(open_page(tracker, "today")))
        press.publish("wire", "Arland invites Borland to a summit")
        tracker.feeds.poll()
        yield ticked(words(open_page(tracker, "today")))
        tracker.forecasts.submit("summit-2027", Binary(0.4))
        yield ticked(words(open_page(tracker, "today")))

    assert list(shown()) == [[], [STEPS[0]], [STEPS[0], STEPS[2]], list(STEPS[:3])]
    assert "First steps: 3 of 4 done" in words(open_page(tracker, "today"))
    tracker.evidence.review(tracker.evidence.inbox()[0].evidence.id, "rejected")
    text = words(open_page(tracker, "today"))
    assert "First steps" not in text
    assert "What moved in 7 days" in text


def test_the_list_is_put_away_for_a_session_and_the_page_still_says_the_next_step(
    tracker: Tracker,
) -> None:
    visit = open_page(tracker, "today")
    visit = seen(button(visit, "Hide").click().run())
    text = words(visit)
    assert "First steps" not in text
    assert "There are no questions yet." in text
    assert "First steps: 0 of 4 done" in words(open_page(tracker, "today"))


def test_a_replay_has_no_first_steps(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    tracker.system.mark_replayed(clock())
    assert "First steps" not in words(open_page(tracker, "today"))


def test_the_sets_that_are_offered_are_those_that_come_along() -> None:
    assert tuple(BUILT_IN_SETS) == question_sets.list_built_in_sets()


def test_a_set_is_loaded_by_one_click(tracker: Tracker) -> None:
    visit = open_page(tracker, "today")
    assert "./run --demo" in words(visit)
    visit = seen(button(visit, BUILT_IN_SETS["grid_storage_2026"]).click().run())
    text = words(visit)
    assert ticked(text) == [STEPS[0]]
    assert "Load a set" not in text
    assert "./run --demo" not in text
    assert len(tracker.questions.list()) == 18


def test_a_set_that_cannot_be_loaded_is_said_and_nothing_is_ticked(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_sets, "list_built_in_sets", tuple)
    visit = seen(
        button(open_page(tracker, "today"), BUILT_IN_SETS["grid_storage_2026"]).click().run()
    )
    assert "There is no question set" in words(visit)
    assert ticked(words(visit)) == []
