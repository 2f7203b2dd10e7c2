"""Base rates from reference classes and from counts over years."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import ForecastsError
from forecasts.statistics.intervals import jeffreys_base_rate, rate_to_probability
from tests.forecasts.strategies import law
from tests.tables import check_rows

classes = st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_base_rates_by_hand() -> None:
    # The mean adds half a case to either side.
    assert jeffreys_base_rate(3, 10).mean == pytest.approx(3.5 / 11, abs=1e-12)
    assert jeffreys_base_rate(0, 10).mean == pytest.approx(0.5 / 11, abs=1e-12)
    # Without a case the interval is that of the arcsine law.
    found = jeffreys_base_rate(0, 0, 0.9)
    assert found.mean == 0.5
    assert found.lower == pytest.approx(math.sin(math.pi * 0.05 / 2) ** 2, abs=1e-12)
    assert found.upper == pytest.approx(math.sin(math.pi * 0.95 / 2) ** 2, abs=1e-12)
    # An event never seen is possible all the same.
    # (8 / 16)^½ of not happening in the next eight years.
    assert rate_to_probability(0, 8, 8) == pytest.approx(1 - 0.5**0.5, abs=1e-12)
    assert rate_to_probability(2, 8, 1) == pytest.approx(1 - (8 / 9) ** 2.5, abs=1e-12)
    assert rate_to_probability(2, 8, 0) == 0.0


@law
@given(classes, st.floats(0.5, 0.99))
def test_the_interval_holds_the_mean(k_n: tuple[int, int], level: float) -> None:
    found = jeffreys_base_rate(*k_n, level)
    assert 0.0 < found.lower < found.mean < found.upper < 1.0


@law
@given(classes, st.floats(0.5, 0.9))
def test_counting_the_other_answer_turns_the_base_rate_over(
    k_n: tuple[int, int], level: float
) -> None:
    k, n = k_n
    one, other = jeffreys_base_rate(k, n, level), jeffreys_base_rate(n - k, n, level)
    assert (one.mean, one.lower, one.upper) == pytest.approx(
        (1 - other.mean, 1 - other.upper, 1 - other.lower)
    )
    wider = jeffreys_base_rate(k, n, level + 0.05)
    assert wider.lower < one.lower < one.upper < wider.upper


@check_rows([(-1, 10), (11, 10), (math.nan, 10), (1, math.inf)])
def test_counts_that_are_no_class_are_refused(k: float, n: float) -> None:
    with pytest.raises(ForecastsError, match="no reference class"):
        jeffreys_base_rate(k, n)


@check_rows([0.0, 1.0, 90.0, math.nan])
def test_a_level_outside_0_to_1_is_refused(level: float) -> None:
    with pytest.raises(ForecastsError, match="level"):
        jeffreys_base_rate(3, 10, level)


@law
@given(st.integers(0, 50), st.floats(0.5, 100.0), st.floats(0.0, 20.0), st.floats(0.0, 20.0))
def test_a_longer_window_and_more_events_make_it_likelier(
    k: int, years: float, one: float, other: float
) -> None:
    short, long = sorted((one, other))
    chance = rate_to_probability(k, years, long)
    assert (
        0.0
        <= rate_to_probability(k, years, short)
        <= chance
        <= rate_to_probability(k + 1, years, long)
        <= 1.0
    )
    assert chance <= -math.expm1(-(k + 0.5) / years * long) + 1e-12


@check_rows([0.0, -1.0, math.nan, math.inf])
def test_years_that_nobody_can_watch_are_refused(years: float) -> None:
    with pytest.raises(ForecastsError, match="years watched"):
        rate_to_probability(1, years, 1.0)


@check_rows([(-1, 1.0), (1, -1.0), (math.nan, 1.0), (1, math.inf)])
def test_negative_events_and_windows_are_refused(k: float, window: float) -> None:
    with pytest.raises(ForecastsError, match="0 or more"):
        rate_to_probability(k, 8.0, window)
