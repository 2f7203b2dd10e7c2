"""Time-weighted averages of values on intervals, vectorised over many questions.

All data are columns. A *pair* is one forecaster on one question, numbered from 0; an *interval* is
the period of one forecast of a pair. Times are whole microseconds, so that lengths are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.cdf import EPOCH
from forecasts.distributions.probability import Floats

Counts = NDArray[np.int64]


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
    """Scored time of each pair, in microseconds, one row a pair.

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
    scheduled = (windows.closes - windows.opens).astype(np.float64)
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
