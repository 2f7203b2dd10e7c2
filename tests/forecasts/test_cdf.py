"""Curves over a range: the scale, the curve, and how people give one."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import (
    OPEN_TAIL,
    Cdf,
    Scale,
    curve_from_handles,
    curve_from_quantiles,
    date_from_day_number,
    day_number,
    mass_in_past,
    uniform_curve,
)
from forecasts.distributions.distribution import Distribution
from forecasts.errors import InvalidForecast, InvalidProbability, InvalidTime
from forecasts.questions.question import check_distribution
from tests.forecasts.strategies import OPENS, cdfs, date_question, day, law, numeric_question
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/cdf")

CLOSED = Scale(0.0, 100.0)
OPEN = Scale(0.0, 100.0, open_lower=True, open_upper=True)
LOG = Scale(1.0, 1000.0, zero_point=0.0)
SCALES = (CLOSED, OPEN, LOG, Scale(1.0, 1000.0, open_lower=True, open_upper=True, zero_point=0.0))

scales = st.sampled_from(SCALES)

# Scales


@check_rows(
    [(1.0, 1.0), (2.0, 1.0), (-math.inf, 1.0), (0.0, math.inf), (math.nan, 1.0), (0.0, math.nan)]
)
def test_a_range_has_to_rise_between_finite_ends(lower: float, upper: float) -> None:
    with pytest.raises(InvalidForecast, match="from a lower to a higher number"):
        Scale(lower, upper)


@check_rows([1.0, 5.0, math.nan, -math.inf])
def test_the_zero_point_lies_below_the_range(zero: float) -> None:
    with pytest.raises(InvalidForecast, match="lies below its range"):
        Scale(1.0, 10.0, zero_point=zero)


def test_locations_on_linear_and_log_scales() -> None:
    # Places on a linear scale are shares of its span.
    scale = Scale(-50.0, 150.0)
    assert scale.span == 200.0
    assert scale.locations([-50, 0, 150, -150, math.inf]).tolist() == [
        0.0,
        0.25,
        1.0,
        -0.5,
        math.inf,
    ]
    assert scale.values([0.0, 0.25, 1.0]).tolist() == [-50.0, 0.0, 150.0]
    # Equal steps on a log scale are equal ratios of the distance from its zero point.
    assert LOG.locations([1, 10, 100, 1000, 10_000]).tolist() == pytest.approx(
        [0, 1 / 3, 2 / 3, 1, 4 / 3]
    )
    shifted = Scale(11.0, 1010.0, zero_point=10.0)
    assert shifted.locations([11, 20, 110, 1010]).tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert shifted.values([0.0, 1 / 3, 2 / 3, 1.0]).tolist() == pytest.approx([11, 20, 110, 1010])


@check_rows([0.0, -5.0, -math.inf])
def test_no_location_at_or_below_the_zero_point(value: float) -> None:
    assert LOG.location(value) == -math.inf


@law
@given(st.floats(0.01, 1e6), st.floats(1.001, 1e6), st.floats(0.001, 1.0))
def test_the_bounds_of_a_log_scale_are_0_and_1(lower: float, ratio: float, below: float) -> None:
    scale = Scale(lower, lower * ratio, zero_point=lower - lower * below)
    assert [scale.location(lower), scale.location(lower * ratio)] == [0.0, 1.0]
    assert scale.locations([lower, lower * ratio] * 5).tolist() == [0.0, 1.0] * 5


@law
@given(scales, st.floats(0.0, 1.0))
def test_a_value_lies_where_it_was_read_from(scale: Scale, place: float) -> None:
    assert scale.location(float(scale.values(place))) == pytest.approx(place, abs=1e-12)


def test_a_scale_is_cut_into_equal_buckets() -> None:
    values = (-math.inf, -0.001, 0.0, 25.0, 25.001, 50.0, 99.0, 100.0, 100.001, math.inf)
    assert [OPEN.bucket(v, 4) for v in values] == [0, 0, 1, 1, 2, 2, 4, 4, 5, 5]
    assert [LOG.bucket(v, 3) for v in (-5.0, 0.0, 1.0, 10.0, 10.1, 100.0, 1000.0, 1001.0)] == [
        0,
        0,
        1,
        1,
        2,
        2,
        3,
        4,
    ]


@law
@given(scales, st.integers(1, 200))
def test_both_ends_of_a_bucket_are_told_apart(scale: Scale, part: int) -> None:
    low, middle, high = scale.values([(part - 1) / 200, (part - 0.5) / 200, part / 200]).tolist()
    assert scale.bucket(middle, 200) == part
    assert scale.bucket(min(high, scale.upper), 200) == part
    assert scale.bucket(max(low, scale.lower), 200) == max(part - 1, 1)


# Curves


@check_rows([((), ()), ((1.0,), (0.5,)), ((1.0, 2.0), (0.5,)), ((1.0,), (0.0, 1.0))])
def test_a_curve_needs_two_points_each_with_a_probability(
    x: tuple[float, ...], p: tuple[float, ...]
) -> None:
    with pytest.raises(InvalidForecast, match="at least two points"):
        Cdf(x, p)


@check_rows([(1.0, 1.0), (2.0, 1.0), (0.0, math.inf), (math.nan, 1.0), (-math.inf, 1.0)])
def test_the_values_of_a_curve_are_finite_and_rise(x: tuple[float, float]) -> None:
    with pytest.raises(InvalidForecast, match="finite and rise"):
        Cdf(x, (0.0, 1.0))


def test_a_curve_does_not_fall() -> None:
    with pytest.raises(InvalidForecast, match="cannot fall"):
        Cdf((0.0, 1.0, 2.0), (0.0, 0.6, 0.5))


@check_rows([(-0.1, 1.0), (0.0, 1.1), (0.0, math.nan)])
def test_a_curve_is_made_of_probabilities(p: tuple[float, float]) -> None:
    with pytest.raises(InvalidProbability):
        Cdf((0.0, 1.0), p)


def test_values_quantiles_and_intervals_of_a_curve() -> None:
    # A curve is linear between its points and stays as it is beyond them.
    curve = Cdf((0.0, 10.0, 50.0), (0.1, 0.6, 0.9))
    assert [curve.at(x) for x in (-5, 0, 5, 10, 30, 50, 99)] == pytest.approx(
        [0.1, 0.1, 0.35, 0.6, 0.75, 0.9, 0.9]
    )
    assert (curve.below, curve.above) == (0.1, pytest.approx(0.1))
    # A quantile is the first value that reaches the share.
    curve = Cdf((0.0, 10.0, 20.0, 50.0), (0.1, 0.5, 0.5, 0.9))
    assert [curve.quantile(q) for q in (0.1, 0.3, 0.5, 0.7, 0.9)] == pytest.approx(
        [0.0, 5.0, 10.0, 35.0, 50.0]
    )
    assert [curve.quantile(q) for q in (0.0, 0.09, 0.91, 1.0)] == [None] * 4
    for wrong in (-0.1, 1.1, math.nan):
        with pytest.raises(InvalidProbability):
            curve.quantile(wrong)
    # The central interval ends at the outermost point on the side where it leaves the curve.
    assert Cdf((0.0, 100.0), (0.0, 1.0)).central(0.5) == pytest.approx((25.0, 75.0))
    assert Cdf((0.0, 100.0), (0.1, 0.9)).central() == (0.0, 100.0)
    assert Cdf((0.0, 100.0), (0.0, 0.04)).central() == (100.0, 100.0)  # nearly all lies above
    assert Cdf((0.0, 100.0), (0.98, 1.0)).central() == (0.0, 0.0)


@law
@given(scales.flatmap(cdfs), st.floats(0.0, 1.0))
def test_a_quantile_has_its_share_at_or_below_it(curve: Cdf, share: float) -> None:
    value = curve.quantile(share)
    if value is None:
        assert share < curve.below or share > 1.0 - curve.above
    else:
        assert curve.at(value) == pytest.approx(share, abs=1e-9)


# From quantiles


def test_curves_from_quantiles_and_masses_beyond() -> None:
    # Quantiles are joined by lines from bound to bound.
    made = curve_from_quantiles({0.9: 60.0, 0.25: 20.0, 0.5: 30.0}, CLOSED)
    assert made == Cdf((0.0, 20.0, 30.0, 60.0, 100.0), (0.0, 0.25, 0.5, 0.9, 1.0))
    # Where bounds are open a hundredth lies beyond or half of what the levels leave.
    made = curve_from_quantiles({0.05: 20.0, 0.99: 60.0}, OPEN)
    assert made.below == OPEN_TAIL == 0.01
    assert made.above == pytest.approx(0.005)
    # Mass beyond open bounds can be said.
    made = curve_from_quantiles({0.5: 20.0}, OPEN, below=0.0, above=0.3)
    assert made == Cdf((0.0, 20.0, 100.0), (0.0, 0.5, 0.7))
    assert curve_from_quantiles({0.5: 20.0}, OPEN, below=0.5, above=0.5).p == (0.5, 0.5, 0.5)
    # A value beyond an open bound says by itself how much lies there.
    made = curve_from_quantiles({0.1: -50.0, 0.5: 50.0, 0.9: 150.0}, OPEN)
    assert made.x == (0.0, 50.0, 100.0)
    assert made.p == pytest.approx((0.3, 0.5, 0.7))
    assert (
        curve_from_quantiles({0.1: -50.0, 0.5: 50.0, 0.9: 150.0}, OPEN, below=0.3, above=0.3)
        == made
    )
    assert curve_from_quantiles({0.5: 50.0, 0.8: 100.0}, OPEN, above=0.2).above == pytest.approx(
        0.2
    )


@check_rows([{"below": 0.1}, {"above": 0.05}, {"above": math.nan}])
def test_contradicting_masses_are_refused(
    said: dict[str, float],
) -> None:
    with pytest.raises(InvalidForecast, match=r"contradicts the values given, which leave 0\.3"):
        curve_from_quantiles({0.1: -50.0, 0.5: 50.0, 0.9: 150.0}, OPEN, **said)


def test_quantiles_at_bounds_and_on_log_scales() -> None:
    # On a log scale quantiles are joined along the scale.
    made = curve_from_quantiles({0.5: 10.0}, LOG)
    assert made.at(math.sqrt(10)) == pytest.approx(0.25, abs=1e-4)
    assert made.at(100.0) == pytest.approx(0.75, abs=1e-4)
    assert made.at(10.0) == pytest.approx(0.5)
    assert (made.below, made.above) == (0.0, 0.0)
    # An open bound may be passed and the other not.
    half = Scale(0.0, 100.0, open_upper=True)
    assert curve_from_quantiles({0.5: 200.0}, half).above == pytest.approx(0.75)
    with pytest.raises(InvalidForecast, match="outside the range"):
        curve_from_quantiles({0.5: -1.0}, half)
    with pytest.raises(InvalidForecast, match="outside the range"):
        curve_from_quantiles({0.5: 101.0}, Scale(0.0, 100.0, open_lower=True))
    # To say that nothing lies beyond a closed bound is right.
    assert curve_from_quantiles({0.5: 20.0}, CLOSED, below=0.0, above=0.0) == curve_from_quantiles(
        {0.5: 20.0}, CLOSED
    )


@check_rows(
    [
        ({}, "at least one level"),
        ({0.25: 60.0, 0.5: 30.0}, "a higher level needs a higher value"),
        ({0.25: 30.0, 0.5: 30.0}, "a higher level needs a higher value"),
        ({0.25: 30.0, 0.5: math.nan}, "a higher level needs a higher value"),
        ({0.5: math.nan}, "the value of a level is a number"),
        ({0.5: math.inf}, "the value of a level is a number"),
        ({0.5: -1.0}, "-1 lies outside the range 0 to 100"),
        ({0.5: 20.0, 0.9: 101.0}, "101 lies outside the range 0 to 100"),
    ]
)
def test_quantiles_that_make_no_curve_are_refused(levels: dict[float, float], says: str) -> None:
    with pytest.raises(InvalidForecast, match=says):
        curve_from_quantiles(levels, CLOSED)


@check_rows([-0.1, 1.5, math.nan])
def test_a_level_is_a_probability(level: float) -> None:
    with pytest.raises(InvalidProbability):
        curve_from_quantiles({level: 20.0}, OPEN)


@check_rows([{"below": 0.1}, {"above": 0.1}])
def test_no_mass_lies_beyond_a_closed_bound(said: dict[str, float]) -> None:
    with pytest.raises(InvalidForecast, match="beyond a closed bound"):
        curve_from_quantiles({0.5: 20.0}, CLOSED, **said)


@check_rows([{"below": 0.11}, {"above": 0.2}])
def test_too_much_mass_beyond_a_bound_is_refused(
    said: dict[str, float],
) -> None:
    with pytest.raises(InvalidForecast, match=r"more than the 0\.1 that"):
        curve_from_quantiles({0.1: 20.0, 0.9: 40.0}, OPEN, **said)


@check_rows([{"below": -0.1}, {"above": math.nan}])
def test_a_mass_beyond_a_bound_is_a_probability(said: dict[str, float]) -> None:
    with pytest.raises(InvalidProbability):
        curve_from_quantiles({0.1: 20.0, 0.9: 40.0}, OPEN, **said)


@law
@given(scales, st.sets(st.integers(2, 999), min_size=1, max_size=5), st.data())
def test_a_curve_from_quantiles_has_them_and_fits_its_question(
    scale: Scale, numbers: set[int], data: st.DataObject
) -> None:
    values = [float(scale.values(n / 1000)) for n in sorted(numbers)]
    shares = sorted(
        data.draw(st.sets(st.integers(1, 99), min_size=len(values), max_size=len(values)))
    )
    made = curve_from_quantiles(dict(zip((s / 100 for s in shares), values, strict=True)), scale)
    check_distribution(numeric_question(scale), made)
    assert [made.at(value) for value in values] == pytest.approx([s / 100 for s in shares])


# From three handles


def test_curves_from_three_handles() -> None:
    # The handles of the slider are the quartiles where bounds are open.
    made = curve_from_handles(20.0, 30.0, 60.0, OPEN)
    assert [made.at(x) for x in (20.0, 30.0, 60.0)] == pytest.approx([0.25, 0.5, 0.75])
    assert made.below == pytest.approx(
        1 / 28
    )  # three handle widths down a logistic curve: 1/(1 + 3³)
    assert made.above == pytest.approx(1 / (1 + 3 ** (7 / 3)))
    # A closed bound takes the mass beyond it into its quarter and keeps the handles.
    for handles in ((20.0, 30.0, 60.0), (5.0, 50.0, 99.0)):
        made = curve_from_handles(*handles, CLOSED)
        assert (made.below, made.above) == (0.0, 0.0)
        assert [made.at(x) for x in handles] == pytest.approx([0.25, 0.5, 0.75])
    # A handle at a closed bound leaves the middle exact.
    made = curve_from_handles(0.0, 50.0, 90.0, CLOSED)
    assert (made.at(0.0), made.at(50.0), made.at(90.0)) == pytest.approx((0.0, 0.5, 0.75))
    # The slider works along a log scale.
    made = curve_from_handles(10.0, 100.0, 1000.0, SCALES[3])
    assert [made.at(x) for x in (1.0, 10.0, 100.0, 1000.0)] == pytest.approx([0.1, 0.25, 0.5, 0.75])


@check_rows(TABLES["handles_out_of_range_are_refused"])
def test_handles_out_of_range_are_refused(
    handles: tuple[float, float, float],
) -> None:
    for scale in (CLOSED, OPEN):
        with pytest.raises(InvalidForecast, match="lie in the range and rise"):
            curve_from_handles(*handles, scale)


@check_rows([(0.0, 50.0, 100.0), (49.999999, 50.0, 50.000001), (0.0, 1e-6, 100.0)])
def test_handles_at_bounds_make_a_curve(
    handles: tuple[float, float, float],
) -> None:
    for scale in (CLOSED, OPEN):
        made = curve_from_handles(*handles, scale)
        check_distribution(numeric_question(scale), made)
        assert made.at(handles[1]) == pytest.approx(0.5)


@law
@given(
    st.sampled_from([None, 0.0]),
    st.integers(1, 30_000),
    st.integers(3, 1000),
    st.sets(st.integers(0, 1000), min_size=3, max_size=3),
)
def test_whole_numbers_near_a_far_grid_make_a_curve(
    zero: float | None, lower: int, span: int, drawn: set[int]
) -> None:
    scale = Scale(lower, lower + span, zero_point=zero)
    handles = sorted({min(n, span) for n in drawn} | {0, 1, span})[-3:]
    low, middle, high = (float(lower + n) for n in handles)
    made: list[Distribution] = [curve_from_handles(low, middle, high, scale)]
    if low > lower and high < lower + span:
        made.append(curve_from_quantiles({0.1: low, 0.5: middle, 0.9: high}, scale))
    for curve in made:
        check_distribution(numeric_question(scale), curve)


# Knowing nothing


def test_an_even_curve_leaves_a_twentieth_beyond_open_bounds() -> None:
    assert uniform_curve(CLOSED) == Cdf((0.0, 100.0), (0.0, 1.0))
    assert uniform_curve(OPEN) == Cdf((0.0, 100.0), (0.05, 0.95))
    assert uniform_curve(Scale(0.0, 100.0, open_lower=True)) == Cdf((0.0, 100.0), (0.05, 1.0))
    log = uniform_curve(LOG)
    assert np.diff(log.p) == pytest.approx(np.full(len(log.p) - 1, 1 / 200))
    assert log.at(10.0) == pytest.approx(1 / 3, abs=1e-4)


# Dates


def test_dates_are_numbers_of_days() -> None:
    # A date is a number of days and back.
    assert day_number(datetime(1970, 1, 2, 12, tzinfo=UTC)) == 1.5
    assert date_from_day_number(day_number(OPENS)) == OPENS
    assert day_number(OPENS + timedelta(hours=6)) - day_number(OPENS) == pytest.approx(0.25)
    # A date without a zone is refused.
    with pytest.raises(InvalidTime, match="no time zone"):
        day_number(datetime(2026, 1, 1))  # noqa: DTZ001


def test_mass_on_days_that_are_over() -> None:
    # What a date forecast gives to days that are over is thrown away.
    window = date_question(days=100).scale
    assert window is not None
    held = curve_from_quantiles({0.5: day_number(day(50))}, window, above=0.2)
    assert [mass_in_past(held, day(at)) for at in (-5, 0, 25, 50, 100, 500)] == pytest.approx(
        [0.0, 0.0, 0.25, 0.5, 0.8, 0.8]
    )
    # Mass before the window is not counted as over.
    held = Cdf((0.0, 10.0), (0.3, 0.9))
    assert mass_in_past(held, datetime(1970, 1, 6, tzinfo=UTC)) == pytest.approx(0.3)
    assert mass_in_past(held, datetime(1969, 1, 1, tzinfo=UTC)) == 0.0
