"""Numeric and date scores: hand-worked numbers, quadrature and scoringrules, honesty, and what is
refused.
"""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.integrate import quad

from forecasts.errors import InvalidForecast, InvalidProbability, InvalidResolution
from forecasts.scoring.crps import (
    crps_cdf,
    quantile_score,
)
from tests.forecasts.strategies import law
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/scoring/crps")

KNOTS = [0.0, 10.0, 20.0, 30.0, 50.0]
OPEN = [0.05, 0.2, 0.6, 0.85, 0.97]
NEVER = math.inf

values = st.integers(-1000, 1000).map(lambda tenths: tenths / 10)
spreads = st.floats(0.5, 2.0)


def levels(count: int) -> st.SearchStrategy[list[float]]:
    """A CDF at so many knots: flat stretches, open ends and closed ones all come up."""
    parts = st.lists(st.integers(0, 20), min_size=count + 1, max_size=count + 1).filter(any)
    return parts.map(lambda masses: [sum(masses[: k + 1]) / sum(masses) for k in range(count)])


@st.composite
def cdfs(draw: st.DrawFn, cdfs_wanted: int = 1) -> tuple[list[float], ...]:
    """Knots, and CDFs on them."""
    knots = sorted(draw(st.sets(values, min_size=2, max_size=7)))
    return (knots, *(draw(levels(len(knots))) for _ in range(cdfs_wanted)))


def by_quadrature(knots: list[float], cdf: list[float], y: float) -> float:
    """The defining integral, piece by piece as the integrand jumps at y."""

    def gap(t: float) -> float:
        return float(np.interp(t, knots, cdf) - (t >= y)) ** 2

    ends = sorted({*knots, min(max(y, knots[0]), knots[-1])})
    # The middle of a piece decides on which side of y it lies; its ends may lie on the jump.
    return math.fsum(quad(gap, a, np.nextafter(b, a))[0] for a, b in pairwise(ends))


def test_crps_by_hand_and_shape() -> None:
    # A cdf with open ends scores as worked by hand.
    """On [0, 6] from .1 to .7, straight, the answer at 2, where the line is at .3."""
    left, right = 2 * (0.01 + 0.03 + 0.09) / 3, 4 * (0.49 + 0.21 + 0.09) / 3
    assert crps_cdf([0, 6], [0.1, 0.7], 2) == pytest.approx(left + right)
    assert crps_cdf([0, 2, 6], [0.1, 0.3, 0.7], 2) == pytest.approx(left + right)
    # Beyond the knots only the side matters.
    assert crps_cdf(KNOTS, OPEN, [-math.inf, -5, 0]) == pytest.approx(
        [crps_cdf(KNOTS, OPEN, 0)] * 3
    )
    assert crps_cdf(KNOTS, OPEN, [50, 70, NEVER]) == pytest.approx([crps_cdf(KNOTS, OPEN, 50)] * 3)
    # One cdf and many answers keep the shape of the answers.
    found = crps_cdf(KNOTS, OPEN, [[1.0, 20.0], [33.0, 99.0]])
    assert found.shape == (2, 2)
    assert found[1, 0] == crps_cdf(KNOTS, OPEN, 33.0)
    assert np.ndim(crps_cdf(KNOTS, OPEN, 33.0)) == 0


@check_rows([0.0, 1.0, math.nan])
def test_a_zero_point_above_a_knot_is_refused(zero_point: float) -> None:
    with pytest.raises(InvalidForecast, match="zero point"):
        crps_cdf([0.0, 10.0], [0.0, 1.0], 5.0, zero_point=zero_point)


@check_rows([-1e9, -1e3, -25.0, -1e-9])
def test_a_far_zero_point_is_nearly_straight(zero_point: float) -> None:
    found = crps_cdf(KNOTS, OPEN, 22.0, zero_point=zero_point)
    halved = sorted({*KNOTS, *np.linspace(0.0, 50.0, 2001).tolist()})
    assert found == pytest.approx(
        crps_cdf(halved, np.interp(halved, KNOTS, OPEN), 22.0, zero_point=zero_point), rel=1e-9
    )
    if zero_point < -1e6:
        assert found * (22.0 - zero_point) == pytest.approx(crps_cdf(KNOTS, OPEN, 22.0), rel=1e-6)


@law
@given(cdfs(), values)
def test_quadrature_agrees_with_the_exact_crps(drawn: tuple[list[float], ...], y: float) -> None:
    knots, cdf = drawn
    assert crps_cdf(knots, cdf, y) == pytest.approx(by_quadrature(knots, cdf, y), abs=1e-8)


def test_quantiles_by_hand() -> None:
    # Quantiles score as worked by hand in any order of levels.
    """The answer 41: .05·31, .25·21, .5·15, .75·6 and .05·19 to the five quantiles."""
    asked, given_ones = [0.05, 0.25, 0.5, 0.75, 0.95], [10, 20, 26, 35, 60]
    by_hand = 2 * (0.05 * 31 + 0.25 * 21 + 0.5 * 15 + 0.75 * 6 + 0.05 * 19) / 5
    assert quantile_score(asked, given_ones, 41) == pytest.approx(by_hand)
    assert quantile_score(asked[::-1], given_ones[::-1], 41) == pytest.approx(by_hand)
    assert quantile_score([0.5], [26], 41) == pytest.approx(15)
    # Quantiles broadcast over forecasts and answers.
    assert quantile_score([0.25, 0.75], [[0, 4], [1, 1]], [2, 3]) == pytest.approx([0.5 * 2, 2.0])
    assert quantile_score([0.25, 0.75], [0, 4], [[2], [3]]).shape == (2, 1)


@check_rows(
    [
        ([0], [1], InvalidForecast, "two or more knots"),
        ([0, 1], [0, 0.5, 1], InvalidForecast, "one probability for each"),
        ([[0, 1]], [0, 1], InvalidForecast, "two or more knots"),
        ([0, 0, 1], [0, 0.5, 1], InvalidForecast, "rise strictly"),
        ([1, 0], [0, 1], InvalidForecast, "rise strictly"),
        ([0, 1, 2], [0.5, 0.4, 1], InvalidForecast, "never falls"),
        ([0, NEVER], [0, 1], InvalidForecast, "finite"),
        ([0, math.nan], [0, 1], InvalidForecast, "finite"),
        ([0, 1], [0, 1.1], InvalidProbability, "between 0 and 1"),
        ([0, 1], [math.nan, 1], InvalidProbability, "between 0 and 1"),
    ]
)
def test_bad_knots_are_refused(
    x: ArrayLike, cdf: ArrayLike, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        crps_cdf(x, cdf, 0.5)


def test_an_answer_that_is_no_number_is_refused_everywhere() -> None:
    calls: list[Callable[[ArrayLike], object]] = [
        lambda y: crps_cdf([0, 1], [0, 1], y),
        lambda y: quantile_score([0.5], [1], y),
    ]
    for call in calls:
        with pytest.raises(InvalidResolution, match="not NaN"):
            call([0.5, math.nan])
    with pytest.raises(InvalidResolution, match="finite answer"):
        quantile_score([0.5], [1], [0.5, NEVER])


@check_rows(TABLES["quantiles_that_are_none_are_refused"])
def test_quantiles_that_are_none_are_refused(
    asked: ArrayLike, given_ones: ArrayLike, says: str
) -> None:
    with pytest.raises(InvalidForecast, match=says):
        quantile_score(asked, given_ones, 0.5)
