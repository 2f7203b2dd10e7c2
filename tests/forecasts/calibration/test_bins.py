"""When someone says 70 %, does it happen seven times in ten? The points and the bins."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.calibration.bins import BIN_PERCENT, Bin, bin_forecasts, bin_index
from forecasts.errors import InvalidProbability
from forecasts.statistics.intervals import wilson
from tests.forecasts.strategies import law, probabilities
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/calibration/bins")


def test_bins_count_points_and_outcomes() -> None:
    # No points make five empty bins.
    empty = bin_forecasts([])
    assert [(b.low, b.high) for b in empty] == [
        (0.0, 0.2),
        (0.2, 0.4),
        (0.4, 0.6),
        (0.6, 0.8),
        (0.8, 1.0),
    ]
    assert {b.n for b in empty} == {0}
    assert empty[0] == Bin(0.0, 0.2, 0, 0, None, 0, None, None, None)
    # A bin says what was said and how often it happened.
    third = bin_forecasts([(0.45, 1), (0.55, 0), (0.5, 1), (0.5, 1)])[2]
    assert (third.n, third.happened, third.share) == (4, 3, 0.75)
    assert third.mean_p == pytest.approx(0.5)
    assert (third.low95, third.high95) == (None, None)


@check_rows(TABLES["an_edge_lands_in_the_upper_bin"])
def test_an_edge_lands_in_the_upper_bin(p: float, index: int) -> None:
    assert [b.n for b in bin_forecasts([(p, 1)])] == [int(i == index) for i in range(5)]
    assert bin_index(p) == index


@check_rows(range(101))
def test_every_whole_percentage_lands_in_its_bin(percent: int) -> None:
    expected = min(percent // BIN_PERCENT, 4)
    assert (
        bin_index(percent / 100)
        == bin_index(percent * 0.01)
        == bin_index(1 - (100 - percent) / 100)
        == expected
    )


@law
@given(
    st.lists(
        st.tuples(
            probabilities | st.integers(0, 100).map(lambda n: n / 100), st.sampled_from([0, 1])
        )
    )
)
def test_every_point_lands_in_exactly_one_bin(points: list[tuple[float, int]]) -> None:
    found = bin_forecasts(points)
    assert sum(b.n for b in found) == len(points)
    assert sum(b.happened for b in found) == sum(outcome for _, outcome in points)
    for b in found:
        assert b.mean_p is None or b.low - 1e-9 <= b.mean_p <= b.high + 1e-9


@check_rows([-0.01, 1.01, float("nan")])
def test_a_point_that_is_no_probability_is_refused(p: float) -> None:
    with pytest.raises(InvalidProbability):
        bin_forecasts([(p, 1)])
    with pytest.raises(InvalidProbability):
        bin_index(p)


def test_bins_count_families_and_refuse_other_outcomes() -> None:
    # Fifteen families have an interval and fourteen have none.
    apart = bin_forecasts([(0.5, 1)] * 15)[2]
    assert (apart.n, apart.families, apart.low95, apart.high95) == (15, 15, *wilson(15, 15))
    few = bin_forecasts([(0.5, 1)] * 14)[2]
    assert (few.share, few.low95, few.high95) == (1.0, None, None)
    # Questions of a family count by their correlation.
    families = [str(n // 2) for n in range(30)]
    for correlation, effective in ((1.0, 15), (0.0, 30), (0.5, 20)):
        tied = bin_forecasts([(0.5, 1)] * 30, families, correlation)[2]
        assert (tied.n, tied.families) == (30, 15)
        assert (tied.low95, tied.high95) == pytest.approx(wilson(effective, effective))
    # An outcome of a bin is yes or no.
    with pytest.raises(ValueError, match="is 0 or 1"):
        bin_forecasts([(0.5, 2)])


def test_every_number_lands_in_one_bin() -> None:
    # Every tenth of a percent and its neighbours land in exactly one bin.
    for k in range(1001):
        exact = k / 1000
        near = {exact, float(f"{k}e-3"), k * 0.001, 1.0 - (1000 - k) / 1000}
        near |= {math.nextafter(p, towards) for p in tuple(near) for towards in (0.0, 1.0)}
        for p in near:
            if 0.0 <= p <= 1.0:
                (at,) = (place for place, b in enumerate(bin_forecasts([(p, 1)])) if b.n == 1)
                assert at == min(k // (10 * BIN_PERCENT), 4)
    # Thirty five percent lands in one bin however it was worked out.
    for p in (0.35, 0.4 - 0.05, 0.7 / 2, 1.0 - 0.65, 0.1 + 0.25, 35 / 100):
        assert [b.n for b in bin_forecasts([(p, 1)])] == [0, 1, 0, 0, 0]
