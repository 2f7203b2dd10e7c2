"""A new database: four first steps that are ticked when they are done, and on every page the next
thing to do.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from dashboard.components.visit import PAGES, Visit
from dashboard.home import first_run
from dashboard.home.first_run import BUILT_IN_SETS, PURPOSE, _forecast_sample
from dashboard.wording.numbers import UTC_ZONE
from forecasts.distributions.distribution import Binary
from forecasts.question_sets.question_set import QuestionSet
from forecasts.questions.question import EssayId
from tests.builders import FakeClock, Press, a_question, a_set
from tests.dashboard.pages import button, open_page, seen, sent_rows, words
from tracker.app import question_set_files
from tracker.app.tracker import Tracker

STEPS = (
    "Load questions",
    "Make a first forecast",
    "Connect a feed",
    "Review a first piece of evidence",
)

NEXT_STEP = {
    "home": "Load a question set, with its feeds:",
    "questions": "First steps",
    "question": "First steps",
    "essays": "Paste one below",
    "essay": "Paste one below",
    "add": "No question is open",
    "inbox": "*Feeds* shows whether they answer",
    "calendar": "First steps",
    "scenarios": "There are no questions yet.",
    "coherence": "or load a question set",
    "record": "Forecast a question",
    "learned": "Learning starts at",
    "feeds": "Add one by its address",
    "reports": "Every table as it is stored",
    "ask": "Fill in the question and its answers",
    "settings": "See what they do",
    "people": "Invite somebody with a role",
    "notifications": "You get no messages yet",
    "import": "Nothing was imported yet",
}
"""What each page of an empty database says that can be done next."""


def ticked(text: str) -> list[str]:
    return [step for step in STEPS if f":material/check_circle: {step}: done" in text]


def test_empty_pages_say_the_next_step(tracker: Tracker) -> None:
    # Every page of an empty database says the next step.
    for name in PAGES:
        visit = open_page(tracker, name)
        assert NEXT_STEP[name] in words(visit)
        assert not visit.error
    # The list is put away for a session and the page still says the next step.
    visit = open_page(tracker, "home")
    visit = seen(button(visit, "Hide").click().run())
    text = words(visit)
    assert "First steps:" not in text
    assert "There are no questions yet." in text
    assert "First steps: 0 of 4 done" in words(open_page(tracker, "home"))


def test_steps_are_ticked_when_done_until_the_list_goes(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press

    def shown() -> Iterator[list[str]]:
        yield ticked(words(open_page(tracker, "home")))
        tracker.question_sets.load(a_set())
        yield ticked(words(open_page(tracker, "home")))
        press.publish("wire", "Arland invites Borland to a summit")
        tracker.feeds.poll()
        yield ticked(words(open_page(tracker, "home")))
        tracker.forecasts.submit("summit-2027", Binary(0.4))
        yield ticked(words(open_page(tracker, "home")))

    assert list(shown()) == [[], [STEPS[0]], [STEPS[0], STEPS[2]], list(STEPS[:3])]
    assert "First steps: 3 of 4 done" in words(open_page(tracker, "home"))
    tracker.evidence.review(tracker.evidence.inbox()[0].evidence.id, "rejected")
    text = words(open_page(tracker, "home"))
    assert "First steps:" not in text
    assert "What changed and why" in text


def test_a_replay_has_a_tour_instead_of_first_steps(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set(a_question(), a_question("other-2027")))
    press.publish("wire", "Arland invites Borland to a summit")
    tracker.feeds.poll()
    clock.advance(days=1)
    tracker.resolutions.resolve(
        "other-2027", "no", source_url="https://example.org", known_at=clock()
    )
    tracker.system.mark_replayed(clock())
    home = open_page(tracker, "home")
    assert "First steps" not in words(home)
    links = {link.proto.label: link.proto.query_string for link in home.get("page_link")}
    assert links["Why one moved"] == "q=summit-2027"
    assert links["How one was answered"] == "q=other-2027"
    assert "Who was right" in links


@pytest.fixture
def shipped(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracker]:
    """A tracker whose shipped sets are small."""

    def read(name: str) -> QuestionSet:
        essay = replace(a_set().essay, id=EssayId(name))
        question = a_question(essay_id=essay.id, claim_ids=())
        return replace(a_set(question), essay=essay, claims=())

    monkeypatch.setattr(question_set_files, "load_question_set", read)
    monkeypatch.setattr(first_run, "load_question_set", read)
    first_run._read_default_questions.clear()
    yield tracker
    first_run._read_default_questions.clear()


def test_built_in_set_is_loaded_by_a_click(shipped: Tracker) -> None:
    # The sets that are offered are those that come along.
    assert tuple(BUILT_IN_SETS) == question_set_files.list_built_in_sets()
    # A set is loaded by one click.
    visit = open_page(shipped, "home")
    assert "./run --demo" in words(visit)
    visit = seen(button(visit, BUILT_IN_SETS["grid_storage_2026"]).click().run())
    text = words(visit)
    assert ticked(text) == [STEPS[0]]
    assert "./run --demo" not in text
    # The other one is still offered.
    assert [b.label for b in visit.button if b.label in BUILT_IN_SETS.values()] == [
        BUILT_IN_SETS["china_russia_2022"]
    ]
    assert [s.question.id for s in shipped.questions.list()] == ["summit-2027"]


def test_a_question_can_be_tried_at_once(shipped: Tracker, clock: FakeClock) -> None:
    """It is one of the shipped set, which its first forecast loads, or else one that is here."""
    visit = open_page(shipped, "home")
    assert PURPOSE in words(visit)
    (row,) = sent_rows(visit, "A question to try")
    assert row["estimate"]["text"].endswith("%")
    sample = a_question()
    assert (row["id"], row["title"]["text"]) == (sample.id, sample.text)
    a_visit = Visit(shipped, {}, clock(), UTC_ZONE, None)
    for typed, problem in (("perhaps", True), ("63", False)):
        state: dict[str, Any] = {}
        with mock.patch("streamlit.session_state", state):
            _forecast_sample(a_visit, sample, {"id": sample.id, "text": typed})
        assert any(name.endswith("refused") for name in state) == problem
        assert shipped.system.first_steps().asked
        assert shipped.system.first_steps().forecast != problem
    assert not sent_rows(open_page(shipped, "home"), "A question to try")


def test_first_day_has_a_sample_and_no_empty_sections(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    visit = open_page(tracker, "home")
    (row,) = sent_rows(visit, "A question to try")
    assert row["title"]["href"] == "question?q=summit-2027"
    assert row["act"]["entry"] == ""
    assert row["estimate"]["text"].endswith("%")
    assert "What changed and why" not in words(visit)
    tracker.forecasts.submit("summit-2027", Binary(0.4))
    assert "What changed and why" in words(open_page(tracker, "home"))


def test_set_that_cannot_be_loaded_ticks_nothing(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_set_files, "list_built_in_sets", tuple)
    visit = seen(
        button(open_page(tracker, "home"), BUILT_IN_SETS["grid_storage_2026"]).click().run()
    )
    assert "There is no question set" in words(visit)
    assert ticked(words(visit)) == []
