"""Gaps left out or filled."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf
from forecasts.errors import InvalidForecast, InvalidProbability
from forecasts.questions.question import Outcome
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.daily import mean_with_gaps
from forecasts.scoring.scores import score_question
from tests.forecasts.strategies import (
    ANN,
    day,
    law,
    probabilities,
    question,
    resolution,
    steps,
    timelines,
)
from tests.tables import check_rows


def filled(
    held: Timeline, imputed: float | None, *, outcome: int = 1, until: float = 10
) -> float | None:
    return mean_with_gaps(held, outcome, opens_at=day(0), ends_at=day(until), imputed=imputed)


@check_rows([(None, 0.04), (0.5, 0.103), (0.2, 0.22), (1.0, 0.028)])
def test_gaps_are_left_out_or_imputed(imputed: float | None, mean: float) -> None:
    assert filled(steps((3, 0.8)), imputed) == pytest.approx(mean)


def test_what_counts_as_a_gap() -> None:
    # A gap in the middle is filled as one at the start is.
    assert filled(steps((0, 0.8), (4, None), (7, 0.8)), 0.5) == pytest.approx(
        filled(steps((3, 0.8)), 0.5)
    )
    # Nothing held is what is imputed or nothing at all.
    assert filled(steps(), 0.2, outcome=0) == pytest.approx(0.04)
    assert filled(steps(), None) is None
    # A number that is no probability is not imputed.
    with pytest.raises(InvalidProbability):
        filled(steps((3, 0.8)), 1.5)
    # A curve has no gaps to fill.
    with pytest.raises(InvalidForecast, match="binary"):
        filled(build_timeline([(day(0), Cdf((0.0, 1.0), (0.0, 1.0)))]), 0.5)


@check_rows(product([0.0, -3.0], [None, 0.5]))
def test_no_time_has_no_mean(until: float, imputed: float | None) -> None:
    assert filled(steps((-5, 0.8)), imputed, until=until) is None


@check_rows([2, -1])
def test_an_outcome_that_is_neither_yes_nor_no_is_refused(outcome: int) -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        filled(steps((3, 0.8)), 0.5, outcome=outcome)


outcomes: st.SearchStrategy[Outcome] = st.sampled_from(["yes", "no"])


@law
@given(timelines, outcomes)
def test_left_out_gaps_give_the_mean_while_active(held: Timeline, outcome: Outcome) -> None:
    asked = replace(question(), closes_at=day(10))
    expected = score_question(asked, resolution(outcome, 10), {ANN: held})[0].mean_while_active
    found = filled(held, None, outcome=int(outcome == "yes"))
    assert found == (None if expected is None else pytest.approx(expected))


@law
@given(timelines, outcomes, probabilities)
def test_filling_gaps_is_holding_what_is_imputed(
    held: Timeline, outcome: Outcome, imputed: float
) -> None:
    standing = [(at, steps((0, imputed)).steps[0][1] if d is None else d) for at, d in held.steps]
    always = build_timeline([(day(-200), steps((0, imputed)).steps[0][1]), *standing])
    found = filled(held, imputed, outcome=int(outcome == "yes"))
    assert found == pytest.approx(filled(always, None, outcome=int(outcome == "yes")))
