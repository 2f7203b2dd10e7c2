"""Scores of many forecasts at once: time-weighted averages of values on intervals.

All data are columns. A *pair* is one forecaster on one question, numbered from 0; an *interval* is
the period of one forecast of a pair. Times are whole numbers, so that lengths are exact:
microseconds for scores over continuous time, and for others what their clock counts, such as
midnights.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.cdf import EPOCH
from forecasts.distributions.probability import Floats
from forecasts.scoring.rulebook import RuleName, rule_gains

Counts = NDArray[np.int64]

MAX_CELLS = 2_000_000
"""Pairs times periods that are compared at a time; it bounds memory."""

TICK = timedelta(microseconds=1)


def to_microseconds(instants: Sequence[datetime]) -> Counts:
    """Convert aware times to whole microseconds since 1970-01-01, UTC.

    >>> from datetime import UTC
    >>> to_microseconds([datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)]).tolist()
    [1000000]
    """
    return np.array([(instant - EPOCH) // TICK for instant in instants], dtype=np.int64)


def to_instant(microseconds: int | np.int64) -> datetime:
    """Convert microseconds since 1970-01-01 to a time, UTC.

    >>> to_instant(1_000_000).isoformat()
    '1970-01-01T00:00:01+00:00'
    """
    return EPOCH + int(microseconds) * TICK


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


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Forecasts that stand in the same periods, one row a forecast and period.

    `interval` is the number of the forecast, `column` that of the period, `row` that of the pair in
    its group. By period, `single` marks the only ones of groups of eight pairs or more.
    """

    values: Floats
    interval: NDArray[np.intp]
    column: NDArray[np.intp]
    row: NDArray[np.intp]
    single: NDArray[np.bool_]

    def count(self) -> NDArray[np.intp]:
        """Number of forecasts in each period."""
        return np.bincount(self.column, minlength=len(self.single))

    def sum(self) -> Floats:
        """Sum of the values in each period."""
        sums = np.bincount(self.column, weights=self.values, minlength=len(self.single))
        for period in np.flatnonzero(self.single & (self.count() > 0)).tolist():
            # numpy adds one column in pairs and several row by row: stored scores are sums of both.
            part = slice(*np.searchsorted(self.column, [period, period + 1]).tolist())
            rows = np.zeros(int(self.row[part].max()) + 1)
            rows[self.row[part]] = self.values[part]
            sums[period] = rows.sum()
        return sums.astype(np.float64, copy=False)


Comparison = Callable[[Cells], Floats]
"""Function of the cells of several periods, which gives each cell its value."""


def average_comparison(
    pair: NDArray[np.intp],
    start: Counts,
    end: Counts,
    *,
    group: NDArray[np.intp],
    values: Floats,
    compare: Comparison,
) -> Floats:
    """Mean over each interval of a comparison with all of its group that stand at the same time.

    `group` has the number of the question of each pair, in order; `values` has one value for each
    interval, and intervals of one pair must not overlap. An empty interval has the mean 0. The time
    is divided wherever anybody's forecast changes.

    >>> pair, start, end = np.array([0, 1]), np.array([0, 5]), np.array([10, 10])
    >>> def compare(cells):
    ...     return cells.values - (cells.sum() / np.maximum(cells.count(), 1))[cells.column]
    >>> average_comparison(pair, start, end, group=np.array([0, 0]), values=np.array([3.0, 1.0]),
    ...     compare=compare).tolist()
    [0.5, -1.0]
    """
    by_row = group[pair]
    cuts, cut_group, first, last = _find_cuts(by_row, start, end)
    lengths = np.diff(cuts, append=0).astype(np.float64)
    numbers = np.arange(int(group.max(initial=-1)) + 1)
    row = pair - np.searchsorted(group, numbers)[by_row]
    heights = np.zeros(len(numbers), dtype=np.intp)
    np.maximum.at(heights, by_row, row + 1)
    periods = np.bincount(cut_group, minlength=len(numbers)) - 1
    single = ((periods == 1) & (heights >= 8))[cut_group]
    totals = np.zeros(len(values))
    for begin, stop in _list_blocks(heights, periods + 1):
        low = np.clip(first, begin, stop)
        count = np.clip(last, begin, stop) - low
        here = np.flatnonzero(count)
        if not len(here):
            continue
        starts = np.cumsum(count[here]) - count[here]
        which = np.repeat(here, count[here])
        column = np.arange(len(which)) + np.repeat(low[here] - begin - starts, count[here])
        compared = compare(Cells(values[which], which, column, row[which], single[begin:stop]))
        totals[here] += np.add.reduceat(compared * lengths[begin + column], starts)
    return np.asarray(totals / np.maximum(end - start, 1), dtype=np.float64)


def _find_cuts(
    group: NDArray[np.intp], start: Counts, end: Counts
) -> tuple[Counts, NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Times at which forecasts of a group change, with its number, and those of each interval."""
    times, groups = np.concatenate([start, end]), np.concatenate([group, group])
    order = np.lexsort((times, groups))
    times, groups = times[order], groups[order]
    is_new = np.ones(len(order), dtype=np.bool_)
    is_new[1:] = (np.diff(times) != 0) | (np.diff(groups) != 0)
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.cumsum(is_new) - 1
    return times[is_new], groups[is_new], place[: len(start)], place[len(start) :]


def _list_blocks(heights: NDArray[np.intp], widths: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """Divide the periods of groups into blocks of at most `MAX_CELLS`, a long group into several.

    By group: `heights` in pairs, and `widths` in periods.
    """
    begin = at = cells = 0
    for height, width in zip(heights.tolist(), widths.tolist(), strict=True):
        most = max(MAX_CELLS // max(height, 1), 1)
        for size in (*(most,) * (width // most), width % most):
            if cells + size * height > MAX_CELLS and at > begin:
                yield begin, at
                begin, cells = at, 0
            at, cells = at + size, cells + size * height
    if at > begin:
        yield begin, at
