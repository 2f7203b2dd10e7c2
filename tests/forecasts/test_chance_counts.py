"""What chance alone gives: exact counts, ranges that hold, and intervals of what exceeds it."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forecasts.errors import ForecastsError
from forecasts.statistics.chance_counts import (
    Estimate,
    chance_range,
    count_distribution,
    difference_interval,
    excess_interval,
)
from tests.forecasts.strategies import law
from tests.tables import check_rows

chances = st.floats(0.01, 0.99)
families = st.lists(st.lists(chances, min_size=1, max_size=3), min_size=1, max_size=5)


@law
@given(st.lists(chances, min_size=1, max_size=6))
def test_counts_agree_with_all_ways_to_succeed(single: list[float]) -> None:
    expected = [0.0] * (len(single) + 1)
    for ways in product((0, 1), repeat=len(single)):
        expected[sum(ways)] += math.prod(
            p if w else 1 - p for p, w in zip(single, ways, strict=True)
        )
    assert count_distribution([[p] for p in single]) == pytest.approx(expected)


@law
@given(families)
def test_families_keep_the_mean_and_widen_the_spread(drawn: list[list[float]]) -> None:
    def moments(groups: list[list[float]]) -> tuple[float, float]:
        counts = count_distribution(groups)
        mean = sum(n * p for n, p in enumerate(counts))
        return mean, sum(n * n * p for n, p in enumerate(counts)) - mean**2

    mean, spread = moments(drawn)
    assert mean == pytest.approx(sum(map(sum, drawn)))
    assert spread >= moments([[p] for family in drawn for p in family])[1] - 1e-9


@law
@given(families)
def test_a_chance_range_holds_what_it_promises(drawn: list[list[float]]) -> None:
    low, high = chance_range(drawn)
    counts = count_distribution(drawn)
    assert counts[low : high + 1].sum() >= 0.95 - 1e-9
    assert counts[:low].sum() <= 0.025 + 1e-9
    assert counts[high + 1 :].sum() <= 0.025 + 1e-9


@law
@given(families, st.data())
def test_an_excess_is_shown_only_outside_the_chance_range(
    drawn: list[list[float]], data: st.DataObject
) -> None:
    n = sum(map(len, drawn))
    seen = data.draw(st.integers(0, n))
    low, high = excess_interval(seen, drawn)
    excess = seen - sum(map(sum, drawn))
    assert low - 1e-6 <= excess <= high + 1e-6
    # A tail of exactly 2.5 % is cut off; here the ends of the interval are rounded more coarsely.
    up_to = np.cumsum(count_distribution(drawn))
    assume(min(np.abs(up_to - 0.025).min(), np.abs(up_to - 0.975).min()) > 1e-6)
    fewest, most = chance_range(drawn)
    assert (low <= 1e-6 and high >= -1e-6) is (fewest <= seen <= most)
    # A number between two has the interval of both.
    if seen < n:
        between, above = excess_interval(seen + 0.5, drawn), excess_interval(seen + 1, drawn)
        assert between == (low, above[1])


def test_a_tail_of_just_the_limit_lies_outside() -> None:
    drawn = [[0.5], [0.95]]  # none succeeds in 2.5 of 100 cases
    assert chance_range(drawn) == (1, 2)
    assert excess_interval(0, drawn)[1] < 0.0


def test_sure_draws_add_nothing_to_an_excess() -> None:
    alone = excess_interval(8, [[0.5]] * 10)
    assert excess_interval(48, [[0.5]] * 10 + [[1.0]] * 40) == pytest.approx(alone, abs=0.5)


@check_rows([([[1.2]], 0), ([[-0.1]], 0), ([[0.5]], 2), ([[0.5]], -1)])
def test_impossible_counts_are_refused(drawn: list[list[float]], seen: float) -> None:
    with pytest.raises(ForecastsError):
        excess_interval(seen, drawn)


def test_the_interval_of_a_difference() -> None:
    first, second = Estimate(0.3, (0.0, 0.7)), Estimate(0.1, (-0.2, 0.3))
    low, high = difference_interval(first, second)
    assert (low, high) == pytest.approx((0.2 - math.hypot(0.3, 0.2), 0.2 + math.hypot(0.4, 0.3)))
    assert difference_interval(second, first) == pytest.approx((-high, -low))
    # If the two may depend on each other, the interval is the widest possible.
    assert difference_interval(first, second, dependent=True) == pytest.approx((-0.3, 0.9))
