"""The crowd weighted by contribution: only once each member has enough answered questions to learn
from.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from forecasts.aggregation.pooling import MIN_RESOLVED_QUESTIONS, crowd_contributions
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId, Question
from tests.builders import DAY, NOW, FakeClock, a_question, a_set
from tests.dashboard.pages import open_page, words
from tracker.app.tracker import Tracker

GOOD, POOR = ForecasterId("good"), ForecasterId("poor")
TODAY = "summit-2027"


def past(number: int) -> Question:
    return replace(
        a_question(f"past-{number}"),
        opens_at=NOW,
        closes_at=NOW + 20 * DAY,
        resolves_at=NOW + 20 * DAY,
    )


def a_history(
    tracker: Tracker, clock: FakeClock, answered: int, *, known_after: float = 20
) -> None:
    """Questions of the past on which one was right and one wrong, then one of today on which both
    hold something.
    """
    names = [f"past-{number}" for number in range(answered)]
    tracker.question_sets.load(a_set(a_question(TODAY), *map(past, range(answered))))
    for number, name in enumerate(names):
        truth = 0.9 if number % 2 else 0.1
        tracker.forecasts.submit(name, Binary(truth), forecaster=GOOD)
        tracker.forecasts.submit(name, Binary(1 - truth), forecaster=POOR)
    clock.advance(days=21)
    for number, name in enumerate(names):
        known = NOW + timedelta(days=known_after)
        tracker.resolutions.resolve(
            name, "yes" if number % 2 else "no", source_url="https://example.org/a", known_at=known
        )
    tracker.forecasts.submit(TODAY, Binary(0.8), forecaster=GOOD)
    tracker.forecasts.submit(TODAY, Binary(0.2), forecaster=POOR)
    clock.advance(days=1)


def test_who_made_the_crowd_better_has_the_say(tracker: Tracker, clock: FakeClock) -> None:
    a_history(tracker, clock, MIN_RESOLVED_QUESTIONS)
    found = tracker.questions.get(TODAY).weighted_crowd
    assert found is not None
    assert found.p == pytest.approx(0.8)
    right = [0.9 if number % 2 else 0.1 for number in range(MIN_RESOLVED_QUESTIONS)]
    outcomes = [number % 2 for number in range(MIN_RESOLVED_QUESTIONS)]
    assert found.weights == crowd_contributions(
        {GOOD: right, POOR: [1 - p for p in right]}, outcomes
    )
    assert found.weights[POOR] < 0 < found.weights[GOOD]
    assert found.resolved == {GOOD: MIN_RESOLVED_QUESTIONS, POOR: MIN_RESOLVED_QUESTIONS}


def test_the_past_crowd_uses_the_answers_known_then(tracker: Tracker, clock: FakeClock) -> None:
    a_history(tracker, clock, MIN_RESOLVED_QUESTIONS)
    answered_at = clock.time
    then = tracker.questions.get_as_of(TODAY, answered_at)
    assert then.weighted_crowd == tracker.questions.get(TODAY).weighted_crowd
    assert then.weighted_crowd is not None
    clock.advance(days=3)
    tracker.resolutions.resolve(
        "past-0", "annulled", source_url="https://example.org/b", known_at=clock.time
    )
    assert tracker.questions.get(TODAY).weighted_crowd is None
    assert tracker.questions.get_as_of(TODAY, answered_at).weighted_crowd == then.weighted_crowd
    assert tracker.questions.get_as_of(TODAY, NOW + 20 * DAY).weighted_crowd is None


def test_a_question_answered_before_its_middle_teaches_nothing(
    tracker: Tracker, clock: FakeClock
) -> None:
    a_history(tracker, clock, MIN_RESOLVED_QUESTIONS, known_after=9)
    assert tracker.questions.get(TODAY).weighted_crowd is None


def test_members_who_all_withdrew_hold_nothing(tracker: Tracker, clock: FakeClock) -> None:
    a_history(tracker, clock, MIN_RESOLVED_QUESTIONS)
    for who in (GOOD, POOR):
        tracker.forecasts.withdraw(TODAY, forecaster=who)
    clock.advance(days=1)
    assert tracker.questions.get(TODAY).weighted_crowd is None


def test_the_question_page_says_what_each_has_added(tracker: Tracker, clock: FakeClock) -> None:
    a_history(tracker, clock, MIN_RESOLVED_QUESTIONS)
    said = words(open_page(tracker, "question", q=TODAY))
    assert "Crowd weighted by contribution: 80 %" in said
    assert (
        f"good +56.0 over {MIN_RESOLVED_QUESTIONS} questions, poor −24.0 over {MIN_RESOLVED_QUESTIONS} questions"
        in said
    )
