"""What was learned: lessons in words, and the page with its buttons on a real tracker."""

from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.settings import data
from tests.builders import FakeClock, Press, a_question, a_set
from tests.dashboard.examples import learned, named_question, resolution, summary
from tests.dashboard.pages import open_page, plain, seen, sent_rows, words
from tests.quick_databases import begin
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.feeds.feed import Feed
from tracker.feeds.item import FeedId
from tracker.questions.crowd_lessons import SKILL
from tracker.questions.fit_parameters import DEMOTED_FEED, DEMOTED_INDICATOR, LearnedRecord

LEVEL = "xi-zelensky/envoy-visits"

# Lessons

NAMES = data.LessonNames(
    {"wire": Feed(FeedId("wire"), "The wire", "https://wire.example", "wire", grade="A")},
    {"xi-zelensky": "Will Xi call?"},
    {"ana": "Ana"},
)
NO_PROGRESS = (12, 3)


def lessons_of(*records: LearnedRecord) -> dict[str, data.Lesson]:
    """The lessons of these values, by their names in addresses."""
    return {lesson.id: lesson for lesson in data.list_lessons(records, NAMES, NO_PROGRESS)}


def test_what_applies_everywhere_is_always_listed() -> None:
    # Before anything is learned it is said what is waited for.
    relevance, direction, weight, crowd = lessons_of().values()
    assert relevance.meaning == direction.meaning
    assert relevance.meaning.endswith("Learning starts at 30 reviews (now 12).")
    assert "Learning starts at 30 resolved yes/no questions that have closed (now 3)" in (
        weight.meaning
    )
    assert "15 independent yes/no questions, 5 of them with the less common" in crowd.meaning
    assert relevance.sample == ""
    # A learned value says what it does, one that was reset says its default again.
    records = (learned("gamma", 0.72), learned("shift", 0.36), learned("crowd exponent", 0.5))
    found = lessons_of(*records)
    assert found["gamma/all"].meaning == "Evidence counts ×0.72; without any, 30% becomes 38%."
    assert found["gamma/all"].names == (("gamma", "all"), ("shift", "all"))
    assert found["crowd exponent/all"].meaning.endswith("say 70%, the crowd says 60%.")
    assert lessons_of(learned("gamma", 0.8, state="reset"))["gamma/all"].meaning == weight.meaning
    frozen = lessons_of(learned("gamma", 1.0, state="frozen"))["gamma/all"]
    assert frozen.meaning == "Evidence counts ×1.00; without any, 30% stays 30%."
    zero = lessons_of(learned("gamma", 0.0))["gamma/all"].meaning
    assert zero.startswith("Evidence pointed the wrong way: ignored")
    moved = lessons_of(learned("relevance shift", -1.0))["relevance shift/all"]
    assert moved.meaning == "60% is treated as 36%, 80% as 60%, 95% as 87%."


@check_rows(
    [
        (
            learned("reliability", 0.6, "wire"),
            ("The wire", "Source", "60% of its reports are informative; its grade, A, says 97%."),
        ),
        (
            learned("reliability", 0.6, "gone"),
            ("gone", "Source", "60% of its reports are informative."),
        ),
        (
            learned("correction", 1.0, LEVEL),
            ("Will Xi call?", "Signpost “envoy visits”", "A match at 60% is treated as 80%."),
        ),
        (
            learned("correction", 1.0, "xi-zelensky"),
            ("Will Xi call?", "", "A match at 60% is treated as 80%."),
        ),
        (
            learned(DEMOTED_FEED, 1.0, "wire"),
            ("The wire", "Source", "Usually rejected: no weight until you accept it."),
        ),
        (
            learned(SKILL, 0.02, "brier/ana"),
            ("Ana", "Forecaster", "Weight ×2.72 in the crowd on yes/no and option questions."),
        ),
        (
            learned(SKILL, -0.02, "crps/ben"),
            ("ben", "Forecaster", "Weight ×0.37 in the crowd on numbers and dates."),
        ),
        (
            learned("correction", 1.0, "other", state="reset"),
            ("other", "", "The default applies."),
        ),
    ]
)
def test_single_values_say_what_they_do(record: LearnedRecord, told: tuple[str, ...]) -> None:
    lesson = lessons_of(record)[f"{record.learned.name}/{record.learned.scope}"]
    assert (lesson.title, lesson.subject, lesson.meaning) == told


def test_values_without_effect_are_left_out() -> None:
    found = lessons_of(
        learned("correction", 0.01, "small"),
        learned(DEMOTED_INDICATOR, 0.0, LEVEL),
        learned("correction", -0.5, "middle"),
        learned("correction", 1.5, "large"),
        learned("correction", 0.0, "decided", state="frozen"),
        learned("usual level", 0.1, LEVEL),
    )
    # What is left comes by its effect, with its sample; a decision of a person stays.
    assert list(found)[4:] == ["correction/large", "correction/middle", "correction/decided"]
    assert plain(found["correction/large"].sample) == "40 reviews"


def test_judged_evidence_and_answers_are_counted() -> None:
    answer = resolution("yes")
    hindsight = named_question("past", retrospective=True)
    rows = [
        summary(evidence=5, waiting=2),
        summary(status="resolved", resolution=answer, evidence=2, waiting=2),
        summary(status="resolved", resolution=answer, question=hindsight, evidence=1, waiting=0),
        summary(status="annulled", evidence=0, waiting=0),
    ]
    closed = rows[1].question.closes_at
    assert data.measure_progress(rows, closed) == (4, 1)
    assert data.measure_progress(rows, closed, replayed=True)[1] == 2
    assert data.measure_progress(rows, closed - timedelta(seconds=1), replayed=True)[1] == 0


# The page


@pytest.fixture
def taught(tracker_with_press: Tracker, press: Press, clock: FakeClock) -> Tracker:
    """A tracker that judged enough evidence to learn from: of thirty pieces every other was
    rejected.
    """
    press.publish("wire", "Arland invites Borland to a summit")
    begin(tracker_with_press, clock, read_judge_and_learn)
    return tracker_with_press


def read_judge_and_learn(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set(*(a_question(f"summit-{n}") for n in range(30))))
    tracker.feeds.poll()
    clock.advance(hours=1)
    for n, each in enumerate(tracker.evidence.inbox()):
        tracker.evidence.review(each.evidence.id, "rejected" if n % 2 else "confirmed")
    clock.advance(hours=1)
    assert {found.name for found in tracker.learning.fit()} >= {"relevance shift"}
    clock.advance(hours=1)


RELEVANCE = "relevance shift/all"


def rows_of(visit: AppTest) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in sent_rows(visit, "Learned values")}


def test_nothing_learned_yet(tracker: Tracker) -> None:
    # Before anything is learned the page says what it waits for.
    visit = open_page(tracker, "learned")
    rows = rows_of(visit)
    assert len(rows) == 4
    assert rows[RELEVANCE]["meaning"]["text"].endswith("starts at 30 reviews (now 0).")
    assert rows[RELEVANCE]["title"]["href"] == "learned?value=relevance+shift%2Fall"
    assert "from 10 resolved questions, 3 of them with the less common outcome" in words(visit)
    # A default can be frozen before anything is learned.
    visit = press_sure(open_page(tracker, "learned", value="gamma/all"), "freeze-gamma/all")
    assert {k.learned.name: (k.learned.value, k.state) for k in tracker.learning.list()} == {
        "gamma": (1.0, "frozen"),
        "shift": (0.0, "frozen"),
    }
    assert "Evidence counts ×1.00; without any, 30% stays 30%." in words(visit)
    # An address of something else is told apart.
    assert "has no effect now" in words(open_page(tracker, "learned", value="gamma/none"))


def test_learned_value_is_frozen_and_learns_again(taught: Tracker, clock: FakeClock) -> None:
    # A learned value says what it does, and from what.
    visit = open_page(taught, "learned")
    row = rows_of(visit)[RELEVANCE]
    assert row["meaning"]["text"].startswith("60% is treated as")
    assert (plain(row["sample"]["text"]), row["since"]["text"]) == ("30 reviews", "1 Dec 2026")
    assert "**15 of 30 reviewed matches were accepted.**" in words(visit)
    # A value is frozen and let learn again, each with a second step.
    visit = open_page(taught, "learned", value=RELEVANCE)
    assert "Fitted to 30 decisions, 15 kept." in words(visit)
    assert state(taught) == "learned"
    visit = press_sure(visit, f"freeze-{RELEVANCE}")
    assert state(taught) == "frozen"
    assert "Frozen since" in words(visit)
    assert "Frozen by ada" in words(visit)
    badges = rows_of(open_page(taught, "learned"))[RELEVANCE]["title"]["badges"]
    assert [badge["text"] for badge in badges] == ["frozen"]
    clock.advance(hours=1)
    press_sure(open_page(taught, "learned", value=RELEVANCE), f"thaw-{RELEVANCE}")
    assert state(taught) == "learned"


def state(tracker: Tracker) -> str:
    (found,) = [k.state for k in tracker.learning.list() if k.learned.name == "relevance shift"]
    return found


def press_sure(visit: AppTest, key: str) -> AppTest:
    return seen(visit.button(key=f"sure-{key}").click().run())


def test_a_reset_brings_the_default_back_and_keeps_the_history(
    taught: Tracker, clock: FakeClock
) -> None:
    press_sure(open_page(taught, "learned", value=RELEVANCE), f"reset-{RELEVANCE}")
    assert state(taught) == "reset"
    clock.advance(hours=1)
    visit = open_page(taught, "learned", value=RELEVANCE)
    text = words(visit)
    assert "The matcher's probabilities apply unchanged. Learning starts at 30 reviews" in text
    assert "Reset by ada" in text
    keys = {b.key for b in visit.button}
    assert f"sure-freeze-{RELEVANCE}" in keys
    assert not {f"sure-reset-{RELEVANCE}", f"sure-thaw-{RELEVANCE}"} & keys
    # Its history begins with the newest version.
    versions = sent_rows(visit, "History")
    assert [row["value"]["text"] for row in versions][:2] == ["default", "default"]
    assert {row["name"]["text"] for row in versions} == {"relevance shift", "relevance slope"}
    assert versions[-1]["why"]["text"] == "Fitted to 30 decisions, 15 kept"
