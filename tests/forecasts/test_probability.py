"""What is a probability, what is refused, and the two scales it is read on."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from forecasts.distributions.probability import (
    SUM_TOLERANCE,
    check_outcomes,
    check_probabilities,
    check_sum_to_one,
    logit,
    sigmoid,
)
from forecasts.errors import ForecastsError, InvalidProbability
from tests.forecasts.strategies import law
from tests.tables import check_rows


@check_rows([0.0, 1.0, 0.63, [0.0, 0.63, 1.0], [[0.2, 0.8], [1.0, 0.0]], [], True])
def test_probabilities_keep_shape_and_value(
    values: ArrayLike,
) -> None:
    found = check_probabilities(values)
    assert found.shape == np.shape(values)
    assert found.dtype == np.float64
    assert found.tolist() == np.asarray(values, dtype=float).tolist()


@check_rows([-0.01, 1.01, math.nan, math.inf, -math.inf, np.nextafter(1.0, 2.0), -5e-324])
def test_a_number_outside_0_to_1_is_named(wrong: float) -> None:
    for values in (wrong, [0.5, wrong], [[0.5, 0.5], [wrong, 0.5]]):
        with pytest.raises(InvalidProbability, match="between 0 and 1") as caught:
            check_probabilities(values)
        assert str(caught.value).endswith(f"not {float(wrong)}")


def test_sums_and_outcomes_are_checked() -> None:
    # Options may miss 1 by a rounding error and by no more.
    assert check_sum_to_one([0.5, 0.5 - SUM_TOLERANCE / 2]).tolist() == [
        0.5,
        0.5 - SUM_TOLERANCE / 2,
    ]
    assert check_sum_to_one([[1.0, 0.0], [0.1, 0.9]]).shape == (2, 2)
    for wrong, total in (([0.5, 0.4], "0.9"), ([[0.5, 0.5], [0.6, 0.5]], "1.1"), ([], "0")):
        with pytest.raises(InvalidProbability, match=f"add up to 1, not {total}"):
            check_sum_to_one(wrong)
    # Among options too each is a probability.
    with pytest.raises(InvalidProbability, match=r"between 0 and 1, not 1\.2"):
        check_sum_to_one([1.2, -0.2])
    # Outcomes are 1 and 0.
    assert check_outcomes([True, False, 1, 0.0]).tolist() == [1.0, 0.0, 1.0, 0.0]
    assert float(check_outcomes(1)) == 1.0
    # A refused probability is a forecasts error and a value error.
    assert issubclass(InvalidProbability, ForecastsError)
    assert issubclass(ForecastsError, ValueError)


@check_rows([-1, 2, 0.5, math.nan])
def test_an_outcome_that_is_neither_0_nor_1_is_refused(wrong: float) -> None:
    for values in (wrong, [1, wrong]):
        with pytest.raises(ValueError, match="is 0 or 1, not"):
            check_outcomes(values)


def test_logit_and_sigmoid_at_their_limits() -> None:
    # Even odds and three to one have their log odds and certainty infinite ones.
    assert logit(0.5) == 0.0
    assert logit(0.75) == pytest.approx(math.log(3))
    assert (logit(0.0), logit(1.0)) == (-math.inf, math.inf)
    # Sigmoid of infinities is certainty.
    assert (sigmoid(-math.inf), sigmoid(math.inf)) == (0.0, 1.0)


@law
@given(st.floats(-700.0, 700.0))
def test_sigmoid_stays_a_probability_and_mirrors_at_zero(z: float) -> None:
    assert 0.0 <= sigmoid(z) <= 1.0
    assert sigmoid(z) + sigmoid(-z) == pytest.approx(1.0)


@law
@given(st.floats(0.0001, 0.9999))
def test_sigmoid_undoes_logit(p: float) -> None:
    assert sigmoid(logit(p)) == pytest.approx(p, abs=1e-12)
