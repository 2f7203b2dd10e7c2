"""Scores over time: how values that hold on intervals average, for one question or a hundred
thousand at once.

Everything is in columns. A *pair* is one forecaster on one question and has a number from 0 up; an
*interval* is a stretch on which one forecast of a pair stood. Times are whole microseconds, so that
lengths are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasts.cdf import EPOCH
from forecasts.probability import Floats

Counts = NDArray[np.int64]


def microseconds(instants: Sequence[datetime]) -> Counts:
    """Aware times as whole microseconds since 1970-01-01, UTC.

    >>> from datetime import UTC
    >>> microseconds([datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)]).tolist()
    [1000000]
    """
    tick = timedelta(microseconds=1)
    return np.array([(instant - EPOCH) // tick for instant in instants], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The time over which each pair is scored, in microseconds, one row a pair.

    `opens` and `closes` are the question's opening and scheduled close; `ends` is the effective
    close, after which nothing counts.
    """

    opens: Counts
    closes: Counts
    ends: Counts


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Intervals cut to their windows: `pair` of each, its `length`, and `share` of the pair's
    active time, 0 to 1.

    Both are 0 for an interval that is cut away. A row a pair: `scheduled`, the time from opening to
    scheduled close; `active`, that on which anything stood; `coverage`, active by scheduled, 0 to
    1; and `attainable_coverage`, the most that anyone could have covered before the answer was
    known.
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
        """Each interval's share of the scheduled length, 0 to 1."""
        return self.length / self.scheduled[self.pair]

    def means(self, values: Floats) -> tuple[Floats, Floats]:
        """Each pair's time-weighted mean of finite values, NaN where nothing stood, and each
        interval's part in it.
        """
        parts = values * self.share
        means = _sum_by_pair(self.pair, parts, len(self.active))
        means[self.active == 0.0] = np.nan
        return means, parts

    def over_schedule(self, means: Floats) -> Floats:
        """The integral behind each pair's mean divided by the scheduled length: mean × coverage; 0
        for nothing.
        """
        return np.where(self.active > 0.0, means * self.coverage, 0.0)


def stretches(pair: NDArray[np.intp], start: Counts, end: Counts, windows: Windows) -> Stretches:
    """Cut intervals to the windows of their pairs: what stood before the opening counts from there,
    what stood at or after the effective close does not count. An interval that is cut away keeps
    its row, with length 0.

    Intervals of one pair do not overlap, and windows close after they open; neither is checked
    here.

    >>> windows = Windows(*(np.array([t], dtype=np.int64) for t in (0, 10, 8)))
    >>> cut = stretches(np.array([0, 0]), np.array([-5, 4]), np.array([4, 99]), windows)
    >>> cut.length.tolist(), cut.coverage.tolist(), cut.attainable_coverage.tolist()
    ([4.0, 4.0], [0.8], [0.8])
    >>> mean, parts = cut.means(np.array([1.0, 0.5]))
    >>> mean.tolist(), parts.tolist(), cut.over_schedule(mean).round(4).tolist()
    ([0.75], [0.5, 0.25], [0.6])
    """
    whole = np.minimum(end, windows.ends[pair]) - np.maximum(start, windows.opens[pair])
    length = np.maximum(whole, 0.0)
    scheduled = (windows.closes - windows.opens).astype(np.float64)
    active = _sum_by_pair(pair, length, len(scheduled))
    return Stretches(
        pair=pair,
        length=length,
        share=length
        / np.where(active > 0.0, active, 1.0)[pair],  # where nothing stood every length is 0
        scheduled=scheduled,
        active=active,
        coverage=active / scheduled,
        attainable_coverage=np.maximum(windows.ends - windows.opens, 0) / scheduled,
    )


def _sum_by_pair(pair: NDArray[np.intp], values: Floats, pairs: int) -> Floats:
    # Without any interval numpy counts in whole numbers.
    return np.bincount(pair, weights=values, minlength=pairs).astype(np.float64, copy=False)
