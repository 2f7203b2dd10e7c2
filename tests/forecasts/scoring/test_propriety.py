"""Which report is best, by algebra and by trying them all with the ordinary scores."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import InvalidProbability, InvalidTime
from forecasts.questions.question import Outcome
from forecasts.scoring.scores import Score, best_report, score_question
from tests.forecasts.strategies import ANN, law, probabilities, question, resolution, steps
from tests.tables import check_rows


def test_the_mean_of_an_early_event_rewards_exaggeration() -> None:
    assert best_report(0.5, 1, 10) == (pytest.approx(10 / 11), 0.5)


@check_rows([0.0, 1.0])
def test_who_is_certain_says_so_by_either_average(certain: float) -> None:
    assert best_report(certain, 1, 10) == (certain, certain)


@law
@given(probabilities, st.integers(1, 50), st.integers(0, 50))
def test_the_mean_never_rewards_understatement(p_true: float, day: int, rest: int) -> None:
    by_life, by_schedule = best_report(p_true, day, day + rest)
    assert by_schedule == p_true
    assert by_life >= p_true - 1e-12
    if rest == 0:
        assert by_life == pytest.approx(p_true)


@check_rows(product([0.1, 0.5, 0.8], [2, 7]))
def test_the_algebra_says_what_the_scores_say(p_true: float, known: int) -> None:
    def scored(q: float, outcome: Outcome, at: int) -> Score:
        return score_question(
            question(days=10), resolution(outcome, at), {ANN: steps((0, q), (known, 0.0))}
        )[0]

    def by_life(q: float) -> float:
        came, never = (
            scored(q, "yes", known).mean_while_active,
            scored(q, "no", 10).mean_while_active,
        )
        assert came is not None
        return p_true * came + (1 - p_true) * never

    def by_schedule(q: float) -> float:
        came, never = scored(q, "yes", known), scored(q, "no", 10)
        return -p_true * came.skill_over_schedule - (1 - p_true) * never.skill_over_schedule

    said = [n / 200 for n in range(201)]
    found = min(said, key=by_life), min(said, key=by_schedule)
    assert found == pytest.approx(best_report(p_true, known, 10), abs=1 / 400 + 1e-9)


@check_rows([(0, 10), (-1, 10), (11, 10), (math.nan, 10), (1, math.nan)])
def test_a_day_outside_the_schedule_is_refused(day: float, scheduled: float) -> None:
    with pytest.raises(InvalidTime, match="after the opening"):
        best_report(0.5, day, scheduled)


def test_a_belief_that_is_no_probability_is_refused() -> None:
    with pytest.raises(InvalidProbability):
        best_report(1.5, 1, 10)
