"""Curves through quartiles: of another curve, moved by hand, and of three values alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import (
    Cdf,
    Scale,
    curve_from_handles,
    curve_from_quantiles,
    uniform_curve,
)
from forecasts.distributions.curve_builders import (
    curve_from_quartiles,
    replace_tail_masses,
    reshape_curve,
)
from forecasts.errors import InvalidForecast
from forecasts.questions.question import check_distribution
from tests.forecasts.strategies import cdfs, law, numeric_question
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/reshaping")

CLOSED = Scale(0.0, 100.0)
OPEN = Scale(0.0, 100.0, open_lower=True, open_upper=True)
LOG = Scale(1.0, 1000.0, open_lower=True, open_upper=True, zero_point=0.0)
scales = st.sampled_from((CLOSED, OPEN, LOG))
places = st.lists(st.integers(1, 199), min_size=3, max_size=3, unique=True).map(sorted)
spaced = st.lists(st.integers(10, 30), min_size=3, max_size=3).map(
    lambda gaps: np.cumsum(gaps).tolist()
)
EVEN = (25.0, 50.0, 75.0)


def densities(curve: Cdf, scale: Scale) -> np.ndarray:
    """Mass for each of 1,000 equal parts of the scale, 1 where it is even."""
    edges = scale.values(np.linspace(0.0, 1.0, 1001))
    return np.diff(np.interp(edges, curve.x, curve.p)) * 1000


# Quartiles moved by hand


@law
@given(st.data(), scales, places, st.integers(0, 40), st.integers(0, 40))
def test_moved_quartiles_and_masses_are_exact(
    data: st.DataObject, scale: Scale, at: list[int], below: int, above: int
) -> None:
    low, high = below / 100 * scale.open_lower, above / 100 * scale.open_upper
    values = scale.values([n / 200 for n in at]).tolist()
    made = reshape_curve(data.draw(cdfs(scale)), scale, values, below=low, above=high)
    check_distribution(numeric_question(scale), made)
    assert (made.below, made.above) == pytest.approx((low, high))
    inside = 1.0 - low - high
    assert [made.at(x) for x in values] == pytest.approx(
        [low + inside * q for q in (0.25, 0.5, 0.75)], abs=1e-9
    )


@law
@given(spaced)
def test_a_reshaped_curve_has_no_steps(quartiles: list[float]) -> None:
    stepped = curve_from_quantiles(
        {0.05: 20.0, 0.25: 40.0, 0.5: 50.0, 0.75: 55.0, 0.95: 60.0}, CLOSED
    )
    for curve in (uniform_curve(CLOSED), stepped):
        density = densities(reshape_curve(curve, CLOSED, quartiles, below=0.0, above=0.0), CLOSED)
        assert (
            np.abs(np.diff(density)).max() < 0.3 * density.max()
        )  # from knot to knot; steps would be of 0.5 and more


def test_tails_of_a_reshaped_curve() -> None:
    # A quartile moved a little leaves the tails.
    held = curve_from_quantiles({0.05: 20.0, 0.25: 40.0, 0.5: 50.0, 0.75: 55.0, 0.95: 60.0}, CLOSED)
    made = reshape_curve(held, CLOSED, (40.0, 50.0, 55.1), below=0.0, above=0.0)
    assert made.quantile(0.05) == pytest.approx(20.0, abs=1e-6)
    assert made.quantile(0.95) == pytest.approx(60.0, abs=0.3)
    # A tail narrows and widens with its half.
    made = reshape_curve(uniform_curve(CLOSED), CLOSED, (45.0, 50.0, 60.0), below=0.0, above=0.0)
    assert (made.quantile(0.05), made.quantile(0.95)) == pytest.approx((41.0, 68.0))
    # A wide tail stays within its bound.
    made = reshape_curve(uniform_curve(CLOSED), CLOSED, (10.0, 50.0, 90.0), below=0.0, above=0.0)
    assert (made.quantile(0.05), made.quantile(0.95)) == pytest.approx((2.0, 98.0))
    assert densities(made, CLOSED).max() < 3.5
    # Of nothing in the range the tails are even.
    made = reshape_curve(Cdf((0.0, 100.0), (0.0, 0.0)), OPEN, EVEN, below=0.0, above=0.4)
    assert [made.at(x) for x in (5.0, 50.0, 95.0)] == pytest.approx([0.03, 0.3, 0.57])


@check_rows([(0.0, 30.0, 60.0), (0.0, 30.0, 100.0), (30.0, 60.0, 100.0)])
def test_a_quartile_moved_to_a_bound_leaves_the_middle_exact(
    quartiles: tuple[float, float, float],
) -> None:
    made = reshape_curve(uniform_curve(CLOSED), CLOSED, quartiles, below=0.0, above=0.0)
    assert made.at(quartiles[1]) == pytest.approx(0.5)
    assert (made.below, made.above) == (0.0, 0.0)


def test_parts_of_a_range() -> None:
    # Quartiles close together make a curve.
    for curve in (
        curve_from_handles(20.0, 30.0, 60.0, CLOSED),
        Cdf((0.0, 1e-12, 100.0), (0.0, 1.0, 1.0)),
    ):
        made = reshape_curve(curve, CLOSED, (49.999999, 50.0, 50.000001), below=0.0, above=0.0)
        check_distribution(numeric_question(CLOSED), made)
        assert made.at(50.0) == pytest.approx(0.5)
    # A part of the range leaves out the rest.
    made = replace_tail_masses(
        uniform_curve(CLOSED), Scale(40.0, 100.0, open_upper=True), below=0.0, above=0.4
    )
    assert [made.at(x) for x in (40.0, 70.0, 100.0)] == pytest.approx([0.0, 0.3, 0.6])
    # Of nothing in the range the result is even.
    made = replace_tail_masses(Cdf((0.0, 100.0), (0.0, 0.0)), OPEN, below=0.0, above=0.4)
    assert [made.at(x) for x in (0.0, 50.0, 100.0)] == pytest.approx([0.0, 0.3, 0.6])


@check_rows(TABLES["quartiles_that_do_not_rise_within_the_range_are_refused"])
def test_quartiles_that_do_not_rise_within_the_range_are_refused(
    values: tuple[float, float, float],
) -> None:
    with pytest.raises(InvalidForecast, match="lie in the range and rise"):
        reshape_curve(uniform_curve(CLOSED), CLOSED, values, below=0.0, above=0.0)


# Masses beyond the range


@law
@given(st.data(), scales, st.integers(0, 40), st.integers(0, 40))
def test_other_masses_keep_the_shape_within_the_range(
    data: st.DataObject, scale: Scale, below: int, above: int
) -> None:
    held = data.draw(cdfs(scale))
    low, high = below / 100 * scale.open_lower, above / 100 * scale.open_upper
    made = replace_tail_masses(held, scale, below=low, above=high)
    assert (made.below, made.above) == pytest.approx((low, high))
    inside = held.p[-1] - held.below
    if inside > 1e-9:
        shares = [(held.at(x) - held.below) / inside for x in held.x]
        assert [(made.at(x) - low) / (1.0 - low - high) for x in held.x] == pytest.approx(shares)


def test_more_than_everything_beyond_the_range_is_refused() -> None:
    with pytest.raises(InvalidForecast, match="120% beyond the range is more than everything"):
        replace_tail_masses(uniform_curve(OPEN), OPEN, below=0.6, above=0.6)
    assert replace_tail_masses(
        uniform_curve(OPEN), OPEN, below=0.7, above=0.3
    ).above == pytest.approx(0.3)


# Three quartiles of everything


@law
@given(scales, places, st.floats(0.0, 0.25), st.floats(0.0, 0.25))
def test_quartiles_and_masses_beyond_the_range_are_exact(
    scale: Scale, at: list[int], below: float, above: float
) -> None:
    low, high = below * scale.open_lower, above * scale.open_upper
    values = scale.values([n / 200 for n in at]).tolist()
    made = curve_from_quartiles(values, scale, below=low, above=high)
    check_distribution(numeric_question(scale), made)
    assert [made.at(x) for x in values] == pytest.approx([0.25, 0.5, 0.75], abs=1e-9)
    assert (made.below, made.above) == pytest.approx((low, high), abs=1e-12)


@law
@given(spaced, st.floats(0.0, 0.25))
def test_a_curve_from_quartiles_has_no_steps(quartiles: list[float], above: float) -> None:
    density = densities(curve_from_quartiles(quartiles, OPEN, below=0.03, above=above), OPEN)
    assert np.abs(np.diff(density)).max() < 0.3 * density.max()


def test_curves_from_quartiles() -> None:
    # A quartile at a bound leaves the middle exact.
    made = curve_from_quartiles((0.0, 30.0, 100.0), OPEN, below=0.1, above=0.2)
    assert (made.below, made.at(30.0), made.above) == pytest.approx((0.1, 0.5, 0.2))
    # A curve from quartiles is like a logistic one.
    logistic = curve_from_handles(45.0, 50.0, 55.0, OPEN)
    made = curve_from_quartiles(
        (45.0, 50.0, 55.0), OPEN, below=logistic.below, above=logistic.above
    )
    for x in range(101):
        assert made.at(x) == pytest.approx(logistic.at(x), abs=0.01)
