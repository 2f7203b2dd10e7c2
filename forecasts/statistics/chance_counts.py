"""Number of successes that chance alone would give, and how far a number exceeds it.

Each draw succeeds with a chance of its own, so the number follows the Poisson-binomial
distribution; it is computed exactly, by convolution. Draws of one *family* share one luck: a draw
succeeds whenever a less likely one of its family does. That is the widest the number can vary, so
ranges are never too narrow because draws depend on each other.

The excess is measured by how much all chances have to be raised, by one amount in log-odds, until
they give the observed number (Cox's intercept with a slope of 1). Its interval holds every excess
under which the observed number would not be among the rarest 2.5% at either end. So 0 lies inside
exactly if chance alone explains the number, and a draw that could hardly fail adds almost nothing.

Sources: Poisson 1837, Recherches sur la probabilité des jugements; Cox 1958, Biometrika 45; Hong
2013, Computational Statistics & Data Analysis 59; for differences Newcombe 1998, Statistics in
Medicine 17, and Zou & Donner 2008, Statistics in Medicine 27.
"""

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError

Families = Sequence[Sequence[float]]
"""Chances of success, 0 to 1, of the draws of each family."""

Interval = tuple[float, float]

_SUREST = 0.001  # nothing is taken as surer than 99.9%, as its logit would be infinite
_MAX_SHIFT = 25.0  # in log-odds: turns 0.1% into certainty
_HALVINGS = 40
_ROUNDING = 1e-12


def count_distribution(families: Families) -> Floats:
    """Distribution of the number of successes: the probabilities of 0 … n.

    Raises `ForecastsError` for a chance outside 0 to 1.

    >>> count_distribution([[0.5], [0.5]]).tolist(), count_distribution([[0.5, 0.25]]).tolist()
    ([0.25, 0.5, 0.25], [0.5, 0.25, 0.25])
    """
    _check_chances(families)
    total = np.ones(1)
    for family in families:
        at_least = np.array([1.0, *sorted(family, reverse=True), 0.0])
        total = np.convolve(total, at_least[:-1] - at_least[1:])
    return total


def chance_range(families: Families, level: float = 0.95) -> tuple[int, int]:
    """Range of the number of successes that holds at least `level` of the probability.

    Each end cuts off at most half of the rest.

    >>> chance_range([[0.5]] * 10), chance_range([[0.5] * 10])
    ((2, 8), (0, 10))
    """
    tail = (1.0 - level) / 2.0
    up_to = np.cumsum(count_distribution(families))
    low, high = np.searchsorted(up_to, [tail + _ROUNDING, 1.0 - tail - _ROUNDING])
    return int(low), int(high)


def excess_interval(successes: float, families: Families, level: float = 0.95) -> Interval:
    """Interval for the excess over chance: expected successes minus the sum of the chances.

    A number with a fraction is taken as either of its neighbours, whichever makes the interval
    wider. Raises `ForecastsError` unless 0 ≤ successes ≤ number of draws.

    >>> [round(end, 2) for end in excess_interval(8, [[0.5]] * 10)]
    [-0.56, 4.75]
    """
    draws = sum(map(len, families))
    if not 0.0 <= successes <= draws:
        raise ForecastsError(f"{successes} of {draws} draws cannot succeed")
    _check_chances(families)
    tail = (1.0 - level) / 2.0
    expected = math.fsum(chance for family in families for chance in family)
    fewest, most = math.floor(successes), math.ceil(successes)
    low = 0.0 if fewest == 0 else _find_expected(families, fewest, 1.0 - tail)
    high = draws if most == draws else _find_expected(families, most + 1, tail)
    return low - expected, high - expected


def _check_chances(families: Families) -> None:
    for family in families:
        if not all(0.0 <= chance <= 1.0 for chance in family):
            raise ForecastsError(f"a chance among {list(family)} lies outside 0 to 1")


def _find_expected(families: Families, successes: int, below: float) -> float:
    """Expected successes when the chances are shifted until fewer than `successes` come with
    probability `below`.
    """
    low, high = -_MAX_SHIFT, _MAX_SHIFT
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        fewer = float(count_distribution(_shift(families, middle))[:successes].sum())
        low, high = (middle, high) if fewer > below else (low, middle)
    return math.fsum(chance for family in _shift(families, low) for chance in family)


def _shift(families: Families, amount: float) -> list[list[float]]:
    """Raise all chances by an amount in log-odds."""
    factor = math.exp(-amount)
    clipped = ((min(max(p, _SUREST), 1.0 - _SUREST) for p in family) for family in families)
    return [[p / (p + (1.0 - p) * factor) for p in family] for family in clipped]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval."""

    value: float
    interval: Interval


def difference_interval(
    minuend: Estimate, subtrahend: Estimate, *, dependent: bool = False
) -> Interval:
    """Interval for the difference of two estimates.

    Independent estimates: the distances to the ends add as squares (Newcombe's hybrid method).
    `dependent` ones may vary in any way together, so that the distances add as they are.

    >>> both = Estimate(0.5, (0.2, 0.9)), Estimate(0.1, (-0.2, 0.4))
    >>> [round(end, 3) for end in difference_interval(*both)]
    [-0.024, 0.9]
    """
    (a_low, a_high), (b_low, b_high) = minuend.interval, subtrahend.interval
    a, b = minuend.value, subtrahend.value
    combine = operator.add if dependent else math.hypot
    return a - b - combine(a - a_low, b_high - b), a - b + combine(a_high - a, b - b_low)
