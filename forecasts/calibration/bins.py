"""Forecasts in coarse bins, with how often they came true."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasts.calibration.family_correlation import count_effective
from forecasts.distributions.probability import check_outcomes, check_probabilities
from forecasts.statistics.intervals import number_labels, wilson
from forecasts.statistics.small_samples import MIN_FAMILIES

BIN_PERCENT: Final = 20
"""Width of a bin, in percent. Narrower bins would be nearly empty for years."""

_PARTS: Final = 10_000_000  # per percent: 1 − 0.8 is 0.19999999999999996 and counts as 20%


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts from `low` up to `high` (the last bin includes 100%), and the share that happened.

    `mean_p` is the mean forecast and `share` the share that happened, both None in an empty bin,
    with its 95% Wilson interval `low95` to `high95`, None below `MIN_FAMILIES` families. Well
    calibrated: `mean_p` inside the interval.
    """

    low: float
    high: float
    n: int
    families: int
    mean_p: float | None
    happened: int
    share: float | None
    low95: float | None
    high95: float | None


def bin_index(p: float) -> int:
    """Index of the bin of a probability, from 0; robust to rounding.

    Raises `InvalidProbability` outside [0, 1].

    >>> bin_index(0.35), bin_index(1 - 0.8), bin_index(1.0)
    (1, 1, 4)
    """
    parts = round(float(check_probabilities(p)) * 100 * _PARTS)
    return min(parts // (BIN_PERCENT * _PARTS), 100 // BIN_PERCENT - 1)


def bin_forecasts(
    points: Sequence[tuple[float, int]],
    families: Sequence[str] | None = None,
    correlation: float = 1.0,
) -> tuple[Bin, ...]:
    """Sort points into five bins of 20 percentage points, lower edge included.

    `families` names the family of each point, within which outcomes have this `correlation`. A p
    outside [0, 1] raises `InvalidProbability`, an outcome that is not 0 or 1 `ValueError`.

    >>> [(b.low, b.n, b.happened) for b in bin_forecasts([(0.35, 1), (1 - 0.8, 0), (1.0, 1)])]
    [(0.0, 0, 0), (0.2, 2, 1), (0.4, 0, 0), (0.6, 0, 0), (0.8, 1, 1)]
    """
    check_outcomes([outcome for _, outcome in points])
    members: list[list[tuple[float, int]]] = [[] for _ in range(100 // BIN_PERCENT)]
    labels: list[list[str]] = [[] for _ in members]
    for (p, outcome), family in zip(points, families or map(str, range(len(points))), strict=True):
        members[bin_index(p)].append((p, outcome))
        labels[bin_index(p)].append(family)
    return tuple(
        _make_bin(index, inside, labels[index], correlation) for index, inside in enumerate(members)
    )


def _make_bin(
    index: int, points: Sequence[tuple[float, int]], families: Sequence[str], correlation: float
) -> Bin:
    low, high = index * BIN_PERCENT / 100, (index + 1) * BIN_PERCENT / 100
    n, happened = len(points), sum(outcome for _, outcome in points)
    if n == 0:
        return Bin(low, high, 0, 0, None, 0, None, None, None)
    mean_p = math.fsum(p for p, _ in points) / n
    sizes = np.bincount(number_labels(families))
    interval: tuple[float | None, float | None] = (None, None)
    if sizes.size >= MIN_FAMILIES:
        effective = count_effective(sizes, correlation)
        interval = wilson(happened * effective / n, effective)
    return Bin(low, high, n, int(sizes.size), mean_p, happened, happened / n, *interval)
