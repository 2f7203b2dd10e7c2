"""Intervals cut to their windows, and how values that hold on them average."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.time_averages import (
    ClippedIntervals,
    Windows,
    clip_intervals,
    to_microseconds,
)
from tests.forecasts.strategies import OPENS, law
from tests.tables import check_rows


def windows(*rows: tuple[int, int, int]) -> Windows:
    """Opening, scheduled close and effective close of each pair."""
    opens, closes, ends = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Windows(opens, closes, ends)


def cut(over: Windows, *intervals: tuple[int, int, int]) -> ClippedIntervals:
    """Stretches of intervals given as (pair, start, end)."""
    pair, start, end = np.array(intervals, dtype=np.int64).reshape(-1, 3).T
    return clip_intervals(pair.astype(np.intp), start, end, over)


def test_times_are_whole_microseconds_whatever_their_zone() -> None:
    east = datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    early = datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert to_microseconds([east, early, datetime(1970, 1, 2, tzinfo=UTC)]).tolist() == [
        0,
        -1,
        86_400_000_000,
    ]
    assert to_microseconds([]).tolist() == []


@law
@given(st.integers(-(10**9), 10**9), st.integers(0, 999_999))
def test_times_are_exact_to_the_microsecond(seconds: int, micros: int) -> None:
    instant = OPENS + timedelta(seconds=seconds, microseconds=micros)
    (found,) = to_microseconds([instant]).tolist()
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=found) == instant


def test_intervals_are_cut_to_the_window() -> None:
    # Intervals are cut to the opening and the effective close.
    found = cut(windows((0, 10, 8)), (0, -5, 2), (0, 2, 8), (0, 8, 99), (0, -9, 0), (0, -9, 99))
    assert found.length.tolist() == [2, 6, 0, 0, 8]
    # An interval that ends before it starts has no length.
    assert cut(windows((0, 10, 10)), (0, 6, 4)).length.tolist() == [0]


def test_each_pair_has_its_own_window_and_its_own_means() -> None:
    over = windows((0, 10, 10), (100, 120, 110), (0, 5, 5))
    found = cut(over, (1, 100, 105), (0, 0, 4), (1, 105, 120), (0, 6, 10))
    assert found.active.tolist() == [8, 10, 0]
    assert found.scheduled.tolist() == [10, 20, 5]
    assert found.coverage.tolist() == [0.8, 0.5, 0.0]
    assert found.attainable_coverage.tolist() == [1.0, 0.5, 1.0]
    assert found.share.tolist() == [0.5, 0.5, 0.5, 0.5]
    assert found.weight.tolist() == [0.25, 0.4, 0.25, 0.4]
    means, parts = found.means(np.array([1.0, 2.0, 3.0, 4.0]))
    assert means.tolist() == pytest.approx([3.0, 2.0, np.nan], nan_ok=True)
    assert parts.tolist() == [0.5, 1.0, 1.5, 2.0]
    assert found.over_schedule(means).tolist() == pytest.approx([2.4, 1.0, 0.0])


@check_rows([0, -5])
def test_an_answer_known_by_the_opening_leaves_nothing(ends: int) -> None:
    found = cut(windows((0, 10, ends)), (0, -3, 5), (0, 5, 10))
    assert (found.length.tolist(), found.share.tolist(), found.weight.tolist()) == (
        [0, 0],
        [0, 0],
        [0, 0],
    )
    assert (found.coverage.tolist(), found.attainable_coverage.tolist()) == ([0.0], [0.0])
    means, parts = found.means(np.array([0.3, 0.4]))
    assert np.isnan(means).all()
    assert parts.tolist() == [0.0, 0.0]
    assert found.over_schedule(means).tolist() == [0.0]


def test_empty_tables_are_no_special_case() -> None:
    idle = cut(windows((0, 10, 10)))
    assert (idle.active.tolist(), idle.coverage.tolist()) == ([0.0], [0.0])
    assert idle.active.dtype == np.float64
    means, parts = idle.means(np.zeros(0))
    assert np.isnan(means).all()
    assert parts.size == 0
    none = np.zeros(0, dtype=np.int64)
    assert (
        clip_intervals(none.astype(np.intp), none, none, Windows(none, none, none)).active.size == 0
    )


@law
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 25), st.integers(0, 9)), max_size=12))
def test_lengths_and_shares_add_up(drawn: list[tuple[int, int, int]]) -> None:
    over = windows((0, 10, 7), (0, 20, 20), (5, 6, 6), (0, 20, 0))
    found = cut(over, *((pair, start, start + long) for pair, start, long in drawn))
    for pair in range(4):
        mine = found.pair == pair
        assert found.length[mine].sum() == found.active[pair]
        assert found.weight[mine].sum() == pytest.approx(found.coverage[pair])
        assert found.share[mine].sum() == pytest.approx(1.0 if found.active[pair] else 0.0)
    assert (found.attainable_coverage == [0.7, 1.0, 1.0, 0.0]).all()
