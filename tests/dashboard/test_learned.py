"""What was learned: its frames, its words, and the page with its buttons on a real tracker."""

from datetime import timedelta

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import wording
from dashboard.settings import data
from forecasts.evidence.parameters import LearnedLogitMap
from tests.builders import FakeClock, Press, a_question, a_set
from tests.dashboard.examples import (
    ME,
    NOW,
    QUESTION,
    days,
    feed,
    learned,
    named_question,
    resolution,
    summary,
)
from tests.dashboard.pages import open_page, plain, seen, words
from tests.quick_databases import begin
from tracker.app.tracker import Tracker
from tracker.questions.fit_parameters import LearnedRecord

LEVEL = "xi-zelensky/envoy-visits"

# Frames


def known(*values: LearnedRecord) -> dict[data.ParameterKey, LearnedRecord]:
    return data.index_parameters(values)


def test_learned_values_and_their_counts() -> None:
    # A value that was reset counts as its default.
    assert data.effective_value(known(learned("gamma", 0.8)), "gamma") == 0.8
    assert data.effective_value(known(learned("gamma", 0.8, state="frozen")), "gamma") == 0.8
    assert data.effective_value(known(learned("gamma", 0.8, state="reset")), "gamma") == 1.0
    assert data.effective_value({}, "gamma") == 1.0
    # Chances are corrected only by what was learned.
    assert data.build_learned_map({}, "relevance", NOW).apply(0.8) == 0.8
    found = data.build_learned_map(known(learned("relevance shift", -1.0)), "relevance", NOW)
    assert found.apply(0.8) < 0.8
    assert (
        data.build_learned_map(known(learned("relevance shift", -1.0)), "direction", NOW).apply(0.8)
        == 0.8
    )
    # Judged evidence and answers given in time are counted.
    answer = resolution("yes")
    hindsight = named_question("past", retrospective=True)
    rows = [
        summary(evidence=5, waiting=2),
        summary(status="resolved", resolution=answer, evidence=2, waiting=2),
        summary(status="resolved", resolution=answer, question=hindsight, evidence=1, waiting=0),
        summary(status="annulled", evidence=0, waiting=0),
    ]
    closed = rows[1].question.closes_at
    assert data.measure_progress(rows, closed) == data.LearningProgress(judged=4, answered=1)
    assert data.measure_progress(rows, closed, replayed=True).answered == 2
    assert data.measure_progress(rows, closed - timedelta(seconds=1), replayed=True).answered == 0


def test_learned_tables() -> None:
    # Feeds stand against their grades the most surprising first.
    feeds = [feed("wire", about={"grade": "B"}), feed("paper", about={"grade": "C"})]
    record = {"wire": 0.88, "paper": 0.4, "gone": 0.5}
    values = [learned("reliability", value, name) for name, value in record.items()]
    frame = data.reliability_frame(values, feeds)
    assert list(frame["feed"]) == ["gone", "Paper", "Wire"]
    assert list(frame["graded"].iloc[1:]) == [75.0, 90.0]
    assert frame["value"].iloc[2] == pytest.approx(88.0)
    assert data.reliability_frame((), ()).dtypes.to_dict() == frame.dtypes.to_dict()
    # Usual levels are grouped by question.
    other = named_question("a-summit", text="A summit?")
    values = (learned("usual level", 0.1, LEVEL), learned("usual level", 0.3, "a-summit/talks"),
              learned("usual level", 0.2, "xi-zelensky/phone-call", state="reset"))  # fmt: skip
    frame = data.scopes_frame(values, [summary(), summary(question=other)])
    assert list(frame["question"]) == ["A summit?", QUESTION.text, QUESTION.text]
    assert list(frame["signpost"]) == ["talks", "envoy visits", "phone call"]
    assert pd.isna(frame["value"].iloc[2])
    # History is told newest first and names who decided.
    versions = (
        learned("gamma", 0.6),
        learned("gamma", 0.6, state="frozen", by=ME, as_of=NOW + days(1)),
    )
    frame = data.parameter_history_frame(versions, ME)
    assert list(frame["by"]) == ["you", "learned by itself"]
    assert list(frame["state"]) == ["❄ frozen", "✓ learns"]


# Words


def test_learned_values_in_words() -> None:
    # What a map does is told by example.
    shift, slope = (
        learned(f"relevance {what}", value).learned
        for what, value in (("shift", 0.0), ("slope", 1.0))
    )
    told = plain(wording.describe_learned_map(LearnedLogitMap(shift, slope)))
    assert told == "60% is taken for 60%, 80% for 80%, 95% for 95%"
    # The weight of evidence stands against its default.
    assert wording.gamma_sentence(0.62) == "Evidence counts ×0.62; the default is ×1.00."
    assert wording.gamma_sentence(1.0) == "Evidence counts ×1.00, which is the default."
    assert wording.gamma_sentence(0.0) == "Evidence counts nothing: it pointed the wrong way."
    # A shift says which way base rates were off.
    assert "too high: −0.14" in wording.shift_sentence(-0.14)
    assert "too low: +0.14" in wording.shift_sentence(0.14)
    assert wording.shift_sentence(0.0) == "Base rate and time stand as they are."


# The page


@pytest.fixture
def taught(tracker_with_press: Tracker, press: Press, clock: FakeClock) -> Tracker:
    """A tracker that judged enough evidence to learn from: of forty pieces every other was
    rejected.
    """
    press.publish("wire", "Arland invites Borland to a summit")
    begin(tracker_with_press, clock, read_judge_and_learn)
    return tracker_with_press


def read_judge_and_learn(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set(*(a_question(f"summit-{n}") for n in range(40))))
    tracker.feeds.poll()
    clock.advance(hours=1)
    for n, each in enumerate(tracker.evidence.inbox()):
        tracker.evidence.review(each.evidence.id, "rejected" if n % 2 else "confirmed")
    clock.advance(hours=1)
    assert {found.name for found in tracker.learning.fit()} >= {"relevance shift"}
    clock.advance(hours=1)


def test_nothing_learned_yet(tracker: Tracker) -> None:
    # Before anything is learned the page says what it waits for.
    text = words(open_page(tracker, "learned"))
    assert "Nothing has been learned yet" in text
    assert "Learning begins when 30 pieces of evidence were judged. So far 0 are judged." in text
    assert "when 30 yes-no questions have an answer and have reached their scheduled close" in text
    assert "So far 0 are answered and closed." in text
    assert (
        "when 10 questions that it bore on are answered and closed, 3 of them the rarer way" in text
    )
    # A default can be frozen before anything is learned.
    visit = press_sure(open_page(tracker, "learned"), "freeze-scale")
    assert {k.learned.name: (k.learned.value, k.state) for k in tracker.learning.list()} == {
        "gamma": (1.0, "frozen"),
        "shift": (0.0, "frozen"),
    }
    assert "Evidence counts ×1.00, which is the default." in words(visit)


def test_learned_value_is_frozen_and_learns_again(taught: Tracker, clock: FakeClock) -> None:
    # A learned value stands against its default with its reason.
    text = words(open_page(taught, "learned"))
    assert "Nothing has been learned yet" not in text
    assert "Of the matcher's chance that a match is relevant, 60% is taken for" in text
    assert "(default 0)" in text
    assert "Fitted to 40 decisions, 20 kept" in text
    assert "✓ learns · since 1 Dec 2026" in text
    # A value is frozen and let learn again each with a second step.
    visit = open_page(taught, "learned")
    assert state(taught) == "learned"
    visit = press_sure(visit, "freeze-relevance")
    assert state(taught) == "frozen"
    assert "❄ frozen" in words(visit)
    assert "Frozen by ada" in words(visit)
    clock.advance(hours=1)
    press_sure(open_page(taught, "learned"), "thaw-relevance")
    assert state(taught) == "learned"


def state(tracker: Tracker) -> str:
    (found,) = [k.state for k in tracker.learning.list() if k.learned.name == "relevance shift"]
    return found


def press_sure(visit: AppTest, key: str) -> AppTest:
    return seen(visit.button(key=f"sure-{key}").click().run())


def test_a_reset_brings_the_default_back_and_keeps_the_history(
    taught: Tracker, clock: FakeClock
) -> None:
    press_sure(open_page(taught, "learned"), "reset-relevance")
    assert state(taught) == "reset"
    clock.advance(hours=1)
    visit = open_page(taught, "learned")
    text = words(visit)
    assert "The matcher's chances stand as they are. Learning begins when 30 pieces" in text
    assert "Reset by ada" in text
    keys = {b.key for b in visit.button}
    assert "sure-freeze-relevance" in keys
    assert not {"sure-reset-relevance", "sure-thaw-relevance"} & keys
    drawer = next(e for e in visit.expander if e.label.startswith("History"))
    assert "↺ reset" in set(drawer.dataframe[0].value["state"])
