from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binomtest

from forecasts.errors import ForecastsError
from forecasts.statistics.intervals import jeffreys, wilson
from tests.forecasts.strategies import law
from tests.tables import check_rows

Interval = Callable[..., tuple[float, float]]

INTERVALS: list[Interval] = [wilson, jeffreys]
counts = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.01, 0.99)


def test_wilson_and_jeffreys_by_hand() -> None:
    # Wilsons interval of one half by hand.
    # At this level z² = 4, and n = 4: the middle is (0.5 + 0.5) / 2, the half width √(0.25 + 0.25)
    # / 2.
    level = 0.9544997361036416
    assert wilson(2, 4, level) == pytest.approx((0.5 - 0.5**0.5 / 2, 0.5 + 0.5**0.5 / 2))
    # Jeffreys interval of one half of one is a quantile of the arcsine law.
    # k = n − k = 0 gives Beta(½, ½), whose quantiles are sin²(π q / 2); half of 0 cannot be seen,
    # so take 1e-12.
    tiny = 1e-12
    low, high = jeffreys(tiny / 2, tiny, 0.5)
    assert (low, high) == pytest.approx((np.sin(np.pi / 8) ** 2, np.sin(3 * np.pi / 8) ** 2))


@law
@given(counts, levels)
def test_wilsons_interval_is_the_one_that_scipy_computes(
    seen: tuple[int, int], level: float
) -> None:
    theirs = binomtest(*seen).proportion_ci(confidence_level=level, method="wilson")
    assert wilson(*seen, level) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@law
@given(counts, levels)
def test_jeffreys_interval_leaves_equal_tails_of_its_beta_law(
    seen: tuple[int, int], level: float
) -> None:
    k, n = seen
    low, high = jeffreys(k, n, level)
    tail = (1 - level) / 2
    assert low == 0.0 if k == 0 else beta.cdf(low, k + 0.5, n - k + 0.5) == pytest.approx(tail)
    assert high == 1.0 if k == n else beta.sf(high, k + 0.5, n - k + 0.5) == pytest.approx(tail)


@check_rows(INTERVALS)
def test_an_interval_begins_at_nothing_and_ends_at_all_exactly(interval: Interval) -> None:
    assert interval(0, 7)[0] == 0.0
    assert interval(7, 7)[1] == 1.0


@check_rows(INTERVALS)
def test_an_interval_takes_fractions_of_observations(interval: Interval) -> None:
    whole, between, more = interval(5, 10), interval(5.25, 10.5), interval(6, 12)
    assert whole[0] < between[0] < more[0]


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize(
    ("k", "n"), [(0, 0), (-1, 5), (6, 5), (float("nan"), 5), (1, float("nan")), (1, float("inf"))]
)
def test_what_is_no_share_has_no_interval(interval: Interval, k: float, n: float) -> None:
    with pytest.raises(ForecastsError, match="is no share: give 0 ≤ k ≤ n"):
        interval(k, n)


@check_rows(product(INTERVALS, [0.0, 1.0, 95, -0.1, float("nan")]))
def test_a_level_that_is_no_chance_is_refused(interval: Interval, level: float) -> None:
    with pytest.raises(ForecastsError, match=r"such as 0\.95"):
        interval(3, 5, level)
