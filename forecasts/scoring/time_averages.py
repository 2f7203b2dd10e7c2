"""Scores of many forecasts at once: time-weighted averages of values on intervals.

All data are columns. A *pair* is one forecaster on one question, numbered from 0; an *interval* is
the period of one forecast of a pair. Times are whole numbers, so that lengths are exact:
microseconds for scores over continuous time, and for others what their clock counts, such as
midnights.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.cdf import EPOCH
from forecasts.distributions.probability import Floats
from forecasts.scoring.rulebook import RuleName, rule_gains

Counts = NDArray[np.int64]

MAX_CELLS = 2_000_000
"""Cells of the matrix in which forecasters are compared at a time; it bounds memory."""


def to_microseconds(instants: Sequence[datetime]) -> Counts:
    """Convert aware times to whole microseconds since 1970-01-01, UTC.

    >>> from datetime import UTC
    >>> to_microseconds([datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)]).tolist()
    [1000000]
    """
    tick = timedelta(microseconds=1)
    return np.array([(instant - EPOCH) // tick for instant in instants], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Scored time of each pair, one row a pair.

    `opens` and `closes` are the question's opening and scheduled close; `ends` is the effective
    close, after which nothing counts.
    """

    opens: Counts
    closes: Counts
    ends: Counts


@dataclass(frozen=True, slots=True, eq=False)
class ClippedIntervals:
    """Intervals cut to their windows: `pair`, `length`, and `share` of the pair's active time.

    Both are 0 for an interval that is cut away. By pair: `scheduled`, the time from opening to
    scheduled close; `active`, the time with a forecast; `coverage`, active by scheduled, 0 to 1;
    and `attainable_coverage`, its maximum before the answer was known.
    """

    pair: NDArray[np.intp]
    length: Floats
    share: Floats
    scheduled: Floats
    active: Floats
    coverage: Floats
    attainable_coverage: Floats

    @property
    def weight(self) -> Floats:
        """Share of the scheduled length of each interval, 0 to 1."""
        return self.length / self.scheduled[self.pair]

    def means(self, values: Floats) -> tuple[Floats, Floats]:
        """Time-weighted mean by pair, NaN without a forecast, and the part of each interval."""
        parts = values * self.share
        means = _sum_by_pair(self.pair, parts, len(self.active))
        means[self.active == 0.0] = np.nan
        return means, parts

    def over_schedule(self, means: Floats) -> Floats:
        """Integral of the mean over the scheduled length: mean × coverage; 0 without a forecast."""
        return np.where(self.active > 0.0, means * self.coverage, 0.0)


def clip_intervals(
    pair: NDArray[np.intp], start: Counts, end: Counts, windows: Windows
) -> ClippedIntervals:
    """Cut intervals to the windows of their pairs.

    Time before the opening, and at or after the effective close, is removed. An interval that is
    cut away keeps its row, with length 0. Intervals of one pair must not overlap, and windows must
    close after they open; neither is checked here.

    >>> windows = Windows(*(np.array([t], dtype=np.int64) for t in (0, 10, 8)))
    >>> cut = clip_intervals(np.array([0, 0]), np.array([-5, 4]), np.array([4, 99]), windows)
    >>> cut.length.tolist(), cut.coverage.tolist(), cut.attainable_coverage.tolist()
    ([4.0, 4.0], [0.8], [0.8])
    >>> mean, parts = cut.means(np.array([1.0, 0.5]))
    >>> mean.tolist(), parts.tolist(), cut.over_schedule(mean).round(4).tolist()
    ([0.75], [0.5, 0.25], [0.6])
    """
    whole = np.minimum(end, windows.ends[pair]) - np.maximum(start, windows.opens[pair])
    length = np.maximum(whole, 0.0)
    # A clock that counts midnights may count none in the whole schedule.
    scheduled = np.maximum(windows.closes - windows.opens, 1).astype(np.float64)
    active = _sum_by_pair(pair, length, len(scheduled))
    return ClippedIntervals(
        pair=pair,
        length=length,
        share=length
        / np.where(active > 0.0, active, 1.0)[pair],  # without a forecast every length is 0
        scheduled=scheduled,
        active=active,
        coverage=active / scheduled,
        attainable_coverage=np.maximum(windows.ends - windows.opens, 0) / scheduled,
    )


def _sum_by_pair(pair: NDArray[np.intp], values: Floats, pairs: int) -> Floats:
    # numpy returns integers without any interval.
    return np.bincount(pair, weights=values, minlength=pairs).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class AveragedScores:
    """Scores of intervals by one rule, which determines the direction.

    By pair, as in `scores.Score`: `mean_while_active`, NaN without a forecast, and
    `skill_over_schedule`: higher is better, 0 is no skill, NaN a rule that does not apply. By
    interval, as in `scores.ReceiptLine`: `score`, and `contribution` to the mean, 0 for an interval
    that was cut away. Coverage, weights and shares, which all rules have in common, are in `cut`.
    """

    cut: ClippedIntervals
    mean_while_active: Floats
    skill_over_schedule: Floats
    score: Floats
    contribution: Floats


def average_scores(
    cut: ClippedIntervals, rule: RuleName, values: Floats, no_skill: Floats | float
) -> AveragedScores:
    """Average the values of a rule over time; `no_skill` is that of knowing nothing, by pair.

    NaN where the rule does not apply to a pair; so is its skill.


    >>> windows = Windows(*(np.array([day]) for day in (0, 9, 9)))
    >>> cut = clip_intervals(np.array([0, 0]), np.array([0, 6]), np.array([6, 9]), windows)
    >>> averaged = average_scores(cut, "brier", np.array([0.64, 0.16]), 0.25)
    >>> averaged.mean_while_active.round(4), averaged.skill_over_schedule.round(4)
    (array([0.48]), array([-0.23]))
    """
    means, parts = cut.means(values)
    skill = cut.over_schedule(rule_gains(rule, means, no_skill))
    skill = np.where(np.isnan(no_skill), np.nan, skill)
    return AveragedScores(cut, means, skill, values, parts)


Comparison = Callable[[Floats], Floats]
"""Function of a matrix: rows are pairs, columns times, NaN for no forecast; same shape."""


def average_comparison(
    pair: NDArray[np.intp], start: Counts, end: Counts, *, values: Floats, compare: Comparison
) -> Floats:
    """Mean over each interval of a comparison with all that stand at the same time.

    `values` has one value for each interval; intervals of one pair must not overlap. An empty
    interval has the mean 0. The time is divided wherever anybody's forecast changes.

    >>> pair, start, end = np.array([0, 1]), np.array([0, 5]), np.array([10, 10])
    >>> average_comparison(pair, start, end, values=np.array([3.0, 1.0]),
    ...     compare=lambda rows: rows - np.nanmean(rows, axis=0)).tolist()
    [0.5, -1.0]
    """
    cuts = np.unique(np.concatenate([start, end]))
    first, last = np.searchsorted(cuts, start), np.searchsorted(cuts, end)
    lengths = np.diff(cuts).astype(np.float64)
    totals = np.zeros(len(values))
    block = max(MAX_CELLS // (int(pair.max(initial=0)) + 1), 1)
    for begin in range(0, len(lengths), block):
        over = lengths[begin : begin + block]
        low = np.maximum(first - begin, 0)
        count = np.minimum(last - begin, len(over)) - low
        here = np.flatnonzero(count > 0)
        cells = _Cells(pair[here], low[here], count[here])
        totals[here] += cells.sum_over(over, compare(cells.spread(values[here], len(over))))
    return np.asarray(totals / np.maximum(end - start, 1), dtype=np.float64)


class _Cells:
    """Cells of intervals in a matrix of pairs by times."""

    def __init__(self, pair: NDArray[np.intp], first: Counts, count: Counts) -> None:
        self._starts = np.cumsum(count) - count
        self._count = count
        self._row = np.repeat(pair, count)
        self._column = np.arange(len(self._row)) + np.repeat(first - self._starts, count)

    def spread(self, values: Floats, columns: int) -> Floats:
        """Matrix of the values, NaN where no interval stands."""
        matrix = np.full((int(self._row.max(initial=0)) + 1, columns), np.nan)
        matrix[self._row, self._column] = np.repeat(values, self._count)
        return matrix

    def sum_over(self, lengths: Floats, matrix: Floats) -> Floats:
        """Integral of the matrix over each interval."""
        if len(self._starts) == 0:
            return np.zeros(0)
        parts = matrix[self._row, self._column] * lengths[self._column]
        return np.asarray(np.add.reduceat(parts, self._starts), dtype=np.float64)
