"""Vectorised scores of binary forecasts: all forecasters, questions and binary rules.

Equivalent to `scoring`, without receipts, for a hundred thousand questions at once. Work and memory
are linear in the number of intervals.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.probability import Floats, check_outcomes, check_probabilities
from forecasts.errors import ForecastsError, InvalidTime
from forecasts.scoring.rulebook import RuleName, rule_gains
from forecasts.scoring.rules import baseline_points, brier, brier_two_sided, log_score, spherical
from forecasts.scoring.stretches import ClippedIntervals, Counts, Windows, clip_intervals


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
