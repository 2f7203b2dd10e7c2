"""Curves changed by hand: values that move, what follows them, and what stays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.cdf import Cdf, Scale, from_quantiles, from_slider, uniform
from forecasts.errors import InvalidForecast
from forecasts.question import check_distribution
from forecasts.reshaping import from_quartiles, reshape
from tests.forecasts.strategies import cdfs, law, numeric_question

CLOSED = Scale(0.0, 100.0)
OPEN = Scale(0.0, 100.0, open_lower=True, open_upper=True)
LOG = Scale(1.0, 1000.0, open_lower=True, open_upper=True, zero_point=0.0)
scales = st.sampled_from((CLOSED, OPEN, LOG))
places = st.lists(st.integers(1, 199), min_size=3, max_size=3, unique=True).map(sorted)
EVEN = {25.0: 25.0, 50.0: 50.0, 75.0: 75.0}


def densities(curve: Cdf, scale: Scale) -> np.ndarray:
    """Mass for each of 1,000 equal parts of the scale, 1 where it is even."""
    edges = scale.values(np.linspace(0.0, 1.0, 1001))
    return np.diff(np.interp(edges, curve.x, curve.p)) * 1000


@law
@given(st.data(), scales, places)
def test_values_moved_to_where_they_were_change_nothing(data: st.DataObject, scale: Scale, at: list[int]) -> None:
    curve = data.draw(cdfs(scale))
    values = scale.values([n / 200 for n in at]).tolist()
    made = reshape(curve, scale, dict(zip(values, values, strict=True)), below=curve.below, above=curve.above)
    along = scale.values(np.linspace(0.0, 1.0, 777))
    assert [made.at(x) for x in along] == pytest.approx([curve.at(x) for x in along], abs=1e-6)


@law
@given(st.data(), scales, places, places, st.integers(0, 40), st.integers(0, 40))
def test_moved_values_keep_their_share_of_the_range(
    data: st.DataObject, scale: Scale, old: list[int], new: list[int], below: int, above: int
) -> None:
    curve = data.draw(cdfs(scale))
    low, high = below / 100 * scale.open_lower, above / 100 * scale.open_upper
    was, now = scale.values([n / 200 for n in old]).tolist(), scale.values([n / 200 for n in new]).tolist()
    made = reshape(curve, scale, dict(zip(was, now, strict=True)), below=low, above=high)
    check_distribution(numeric_question(scale), made)
    assert (made.below, made.above) == pytest.approx((low, high))
    inside = curve.at(scale.upper) - curve.below
    if inside > 1e-9:
        shares = [low + (1.0 - low - high) * (curve.at(x) - curve.below) / inside for x in was]
        assert [made.at(x) for x in now] == pytest.approx(shares, abs=1e-9)


@law
@given(st.lists(st.integers(10, 30), min_size=3, max_size=3), st.floats(0.0, 0.4))
def test_a_density_without_steps_stays_without_steps(gaps: list[int], above: float) -> None:
    moves = dict(zip(EVEN, np.cumsum(gaps).tolist(), strict=True))
    density = densities(reshape(uniform(CLOSED), CLOSED, moves, below=0.0, above=above), CLOSED)
    assert np.abs(np.diff(density)).max() < 0.3 * density.max()  # from knot to knot; bends would be cliffs of 0.5


def test_the_tails_draw_in_with_the_values() -> None:
    made = reshape(uniform(CLOSED), CLOSED, {25.0: 45.0, 50.0: 50.0, 75.0: 55.0}, below=0.0, above=0.0)
    assert (made.quantile(0.05), made.quantile(0.95)) == pytest.approx((36.9, 63.1), abs=0.1)


def test_a_tail_keeps_its_weight_where_values_move_apart() -> None:
    made = reshape(uniform(CLOSED), CLOSED, {25.0: 10.0, 50.0: 50.0, 75.0: 90.0}, below=0.0, above=0.0)
    assert densities(made, CLOSED).max() == pytest.approx(3.0, abs=0.1)


def test_a_value_at_a_bound_leaves_its_mass_to_its_neighbour() -> None:
    made = reshape(uniform(CLOSED), CLOSED, {25.0: 0.0, 50.0: 30.0, 75.0: 60.0}, below=0.0, above=0.0)
    assert [made.at(x) for x in (0.0, 30.0, 60.0)] == pytest.approx([0.0, 0.5, 0.75])
    assert made.at(10.0) > 0.1


def test_a_single_value_may_move() -> None:
    made = reshape(uniform(CLOSED), CLOSED, {50.0: 30.0}, below=0.0, above=0.0)
    assert made.at(30.0) == pytest.approx(0.5)


def test_a_curve_with_nothing_in_the_range_becomes_even() -> None:
    made = reshape(Cdf((0.0, 100.0), (0.0, 0.0)), OPEN, EVEN, below=0.0, above=0.4)
    assert [made.at(x) for x in (0.0, 50.0, 100.0)] == pytest.approx([0.0, 0.3, 0.6])


def test_knots_do_not_pile_up_over_many_changes() -> None:
    curve = from_quantiles({0.05: 3.0, 0.5: 41.0, 0.95: 500.0}, LOG)
    for step in range(8):
        low, middle, high = (curve.quantile(q) or 0.0 for q in (0.3, 0.5, 0.7))
        moves = {low: low, middle: middle * (1.0 + 0.01 * step), high: high * 1.1}
        curve = reshape(curve, LOG, moves, below=0.02, above=0.03)
    assert len(curve.x) < 700


def test_values_close_together_make_a_curve() -> None:
    moves = {20.0: 49.999999, 30.0: 50.0, 60.0: 50.000001}
    made = reshape(from_slider(20.0, 30.0, 60.0, CLOSED), CLOSED, moves, below=0.0, above=0.0)
    check_distribution(numeric_question(CLOSED), made)
    assert made.at(50.0) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "values", [(50.0, 40.0, 75.0), (25.0, 25.0, 75.0), (-1.0, 50.0, 75.0), (25.0, 50.0, 101.0), (25.0, np.nan, 75.0)]
)
def test_values_that_do_not_rise_within_the_range_are_refused(values: tuple[float, float, float]) -> None:
    with pytest.raises(InvalidForecast, match="lie in the range and rise"):
        reshape(uniform(CLOSED), CLOSED, dict(zip(EVEN, values, strict=True)), below=0.0, above=0.0)


def test_more_than_everything_beyond_the_range_is_refused() -> None:
    with pytest.raises(InvalidForecast, match="120% beyond the range is more than everything"):
        reshape(uniform(OPEN), OPEN, EVEN, below=0.6, above=0.6)
    assert reshape(uniform(OPEN), OPEN, EVEN, below=0.7, above=0.3).above == pytest.approx(0.3)


# From three quartiles


@law
@given(scales, places, st.floats(0.0, 0.25), st.floats(0.0, 0.25))
def test_quartiles_and_masses_beyond_the_range_are_exact(
    scale: Scale, at: list[int], below: float, above: float
) -> None:
    low, high = below * scale.open_lower, above * scale.open_upper
    values = scale.values([n / 200 for n in at]).tolist()
    made = from_quartiles(values, scale, below=low, above=high)
    check_distribution(numeric_question(scale), made)
    assert [made.at(x) for x in values] == pytest.approx([0.25, 0.5, 0.75], abs=1e-9)
    assert (made.below, made.above) == pytest.approx((low, high), abs=1e-12)


@law
@given(st.lists(st.integers(10, 30), min_size=3, max_size=3), st.floats(0.0, 0.25))
def test_a_curve_from_quartiles_has_no_steps(gaps: list[int], above: float) -> None:
    made = from_quartiles(np.cumsum(gaps).tolist(), OPEN, below=0.03, above=above)
    density = densities(made, OPEN)
    assert np.abs(np.diff(density)).max() < 0.3 * density.max()


def test_a_quartile_at_a_bound_leaves_the_middle_exact() -> None:
    made = from_quartiles((0.0, 30.0, 100.0), OPEN, below=0.1, above=0.2)
    assert (made.below, made.at(30.0), made.above) == pytest.approx((0.1, 0.5, 0.2))


def test_a_curve_from_quartiles_is_like_a_logistic_one() -> None:
    logistic = from_slider(45.0, 50.0, 55.0, OPEN)
    made = from_quartiles((45.0, 50.0, 55.0), OPEN, below=logistic.below, above=logistic.above)
    for x in range(101):
        assert made.at(x) == pytest.approx(logistic.at(x), abs=0.01)
