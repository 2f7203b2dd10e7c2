"""Time-weighted averages of values on intervals, vectorised over many questions.

All data are columns. A *pair* is one forecaster on one question, numbered from 0; an *interval* is
the period of one forecast of a pair. Times are whole microseconds, so that lengths are exact.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.cdf import EPOCH
from forecasts.distributions.probability import Floats, check_outcomes, check_probabilities
from forecasts.errors import ForecastsError, InvalidTime
from forecasts.scoring.rulebook import RuleName, rule_gains
from forecasts.scoring.rules import baseline_points, brier, brier_two_sided, log_score, spherical

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


@dataclass(frozen=True, slots=True, eq=False)
class BinaryTable:
    """Binary forecasts in columns, for pairs of a forecaster and a question.

    By interval, in any order, those of one pair not overlapping: the number of its `pair`; `start`
    and `end`, half-open, in whole microseconds since 1970 as from `clip_intervals.microseconds`;
    `p`, the probability of YES. Time outside the window is cut away. By pair, numbered from 0: its
    window, and its `outcome`, 1 or 0.

    Raises `InvalidProbability` for a p outside [0, 1]; `InvalidTime` for a window that does not
    close after it opens; `ForecastsError` for columns of unequal length and for an invalid pair
    number; `ValueError` for an outcome that is not 0 or 1.
    """

    pair: NDArray[np.intp]
    start: Counts
    end: Counts
    p: Floats
    windows: Windows
    outcome: Floats

    def __post_init__(self) -> None:
        _check_same_length("interval", self.pair, self.start, self.end, self.p)
        _check_same_length(
            "pair", self.outcome, self.windows.opens, self.windows.closes, self.windows.ends
        )
        pairs = len(self.outcome)
        if len(self.pair) and not 0 <= self.pair.min() <= self.pair.max() < pairs:
            raise ForecastsError(
                f"the pairs are numbered from 0 to {pairs - 1}: an interval belongs to none of them"
            )
        if not (self.windows.opens < self.windows.closes).all():
            raise InvalidTime("a window closes before it opens: correct one of the two times")
        check_probabilities(self.p)
        check_outcomes(self.outcome)


def _check_same_length(noun: str, *columns: NDArray[np.generic]) -> None:
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        raise ForecastsError(
            f"every column has one row for each {noun}, not {', '.join(map(str, lengths))}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class TableScores:
    """Scores of a table by one rule, which determines the direction.

    By pair, as in `scoring.Score`: `mean_while_active`, NaN without a forecast;
    `skill_over_schedule`, higher is better and 0 is no skill; `coverage` and `attainable_coverage`,
    0 to 1, which all rules share. By interval, as in `scoring.Interval`: `score`; and
    `contribution` to the mean, 0 for an interval that was cut away.
    """

    mean_while_active: Floats
    skill_over_schedule: Floats
    coverage: Floats
    attainable_coverage: Floats
    score: Floats
    contribution: Floats


def score_table(table: BinaryTable) -> Mapping[str, TableScores]:
    """Scores by every binary rule: `brier`, `brier_two_sided`, `log`, `spherical` and `baseline`.

    Equal to `scoring.score_question`, to within rounding. Sources: those of `rules`.

    >>> window = Windows(*(np.array([day * 86_400_000_000]) for day in (0, 9, 9)))
    >>> start, end = np.array([0, 6]) * 86_400_000_000, np.array([6, 9]) * 86_400_000_000
    >>> table = BinaryTable(np.array([0, 0]), start, end, np.array([0.8, 0.4]), window,
    ...     np.array([0.0]))
    >>> for name, found in score_table(table).items():
    ...     print(name, found.mean_while_active.round(4), found.skill_over_schedule.round(4))
    brier [0.48] [-0.23]
    brier_two_sided [0.96] [-0.46]
    log [1.2432] [-0.5501]
    spherical [0.439] [-0.2681]
    baseline [-79.3...] [-79.3...]
    """
    cut = clip_intervals(table.pair, table.start, table.end, table.windows)
    # Rules are symmetric in YES and NO, so the outcome's probability is scored.
    outcome_probability = np.where((table.outcome == 1.0)[table.pair], table.p, 1.0 - table.p)
    return MappingProxyType(
        {
            name: _score_rule(cut, outcome_probability, rule, like)
            for name, (rule, like) in _TABLE_RULES.items()
        }
    )


def _score_rule(
    cut: ClippedIntervals,
    outcome_probability: Floats,
    rule: Callable[[Floats], Floats],
    like: RuleName,
) -> TableScores:
    score = rule(outcome_probability)
    mean, contribution = cut.means(score)
    return TableScores(
        mean_while_active=mean,
        skill_over_schedule=cut.over_schedule(rule_gains(like, mean, float(rule(np.array(0.5))))),
        coverage=cut.coverage,
        attainable_coverage=cut.attainable_coverage,
        score=score,
        contribution=contribution,
    )


# Each with the rule of the rulebook that defines its direction.
_TABLE_RULES: Mapping[str, tuple[Callable[[Floats], Floats], RuleName]] = MappingProxyType(
    {
        "brier": (lambda p: brier(p, 1), "brier"),
        "brier_two_sided": (lambda p: brier_two_sided(p, 1), "brier"),
        "log": (lambda p: log_score(p, 1), "log"),
        "spherical": (lambda p: spherical(p, 1), "spherical"),
        "baseline": (baseline_points, "baseline"),
    }
)
