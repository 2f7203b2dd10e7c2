"""Base rates from reference classes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import ForecastsError
from forecasts.statistics.intervals import jeffreys_base_rate
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
