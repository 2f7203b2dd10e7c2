"""Anytime-valid evidence on a mean difference: bets against "no difference", and their capital.

Somebody who bets on bounded differences, at odds that are fair if no difference is expected, starts
with a capital of 1 and reaches 20 with a chance of at most 1 in 20, *however often one looks*
(Ville 1939). So the capital is an e-value, and the means at which a bettor is not rich form a
*confidence sequence*: an interval that holds the truth at all times together with 95%.

A bet is made at every instant on which both forecasters stand. It knows how much either could gain
by any answer (the *bound*), but not the answer; at each instant it stakes a fraction of the capital
that is small enough for every answer. All questions of a family are one bet, on their mean, so that
any dependence inside a family is allowed. The null is that at no time a difference is expected,
given the families before.

Sources: Waudby-Smith & Ramdas 2024, arXiv 2010.09686, for betting on means; Henzi & Ziegel 2022 and
Choe & Ramdas 2024 for forecasts; Wang & Ramdas 2022, arXiv 2009.02824, for many e-values at once.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasts.errors import ForecastsError

Floats = NDArray[np.float64]

BOUNDS: Final[Floats] = np.array(
    [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
)
"""Bounds of a difference, to which its own is rounded up."""

FRACTIONS: Final[Floats] = np.array([0.12, 0.2, 0.28, 0.36, 0.6, 1.0])
"""Stakes, in units of 1 / root mean square of the bounds so far."""

SHARES: Final[Floats] = np.array([10, 10, 10, 10, 3, 2]) / 45
"""Shares of the capital for each stake: most for differences of 0.02 to 0.05 in Brier score, a
little for large ones. Chosen in simulated worlds of other seeds than those of the table."""

MAX_LOSS: Final = 0.95
"""Share of the capital that one bet may lose."""

_STEPS: Final = 81
_HALVINGS: Final = 14


@dataclass(frozen=True, slots=True, eq=False)
class Differences:
    """Differences between two forecasters on one question while both stood.

    Each entry is a stretch of time: `weights` is its share of the scheduled time, together at most
    1; `gains` is the loss of the second less that of the first, so that above 0 the first was
    better; `bounds` the largest size that any answer could have given it, 0 to 1. `left` is the
    share of the scheduled time that was left when both first stood, at least the sum of `weights`.
    """

    weights: Floats
    gains: Floats
    bounds: Floats
    left: float = 1.0

    @property
    def coverage(self) -> float:
        """Share of the scheduled time on which both stood, 0 to 1."""
        return float(self.weights.sum())


@dataclass(frozen=True, slots=True, eq=False)
class FamilyGains:
    """Differences of families, in order, by bound: one row a family, one column an entry of
    `BOUNDS`.

    `gains` are the weighted sums of differences, `times` the sums of weights, both means over the
    questions of a family. `scales` are the factors by which stakes grow because the two met late:
    1 / the share of the scheduled time that was left then.
    """

    gains: Floats
    times: Floats
    scales: Floats

    def __len__(self) -> int:
        """Return the number of families."""
        return len(self.gains)

    @property
    def advantage(self) -> float:
        """Mean difference over the time in common, each family weighing by its own; 0 without."""
        time = float(self.times.sum())
        return float(self.gains.sum()) / time if time else 0.0

    def first(self, count: int) -> "FamilyGains":
        """Return the first families."""
        return FamilyGains(self.gains[:count], self.times[:count], self.scales[:count])


def pool_families(rows: Iterable[tuple[Hashable, Differences]]) -> FamilyGains:
    """Pool the differences of questions by family; rows of a family stand together, in order.

    >>> one = Differences(np.array([0.5]), np.array([0.2]), np.array([0.2]))
    >>> pooled = pool_families([("a", one), ("b", one), ("b", one)])
    >>> len(pooled), pooled.advantage
    (2, 0.2)
    """
    gains: list[Floats] = []
    times: list[Floats] = []
    scales: list[float] = []
    for _, group in groupby(rows, key=lambda row: row[0]):
        members = [differences for _, differences in group]
        sums = [_sum_by_bound(differences) for differences in members]
        gains.append(np.mean([gain for gain, _ in sums], axis=0))
        times.append(np.mean([time for _, time in sums], axis=0))
        scales.append(len(members) / sum(member.left for member in members))
    shape = (len(gains), len(BOUNDS))
    return FamilyGains(
        np.array(gains).reshape(shape), np.array(times).reshape(shape), np.array(scales)
    )


def _sum_by_bound(differences: Differences) -> tuple[Floats, Floats]:
    if np.any(np.abs(differences.gains) > differences.bounds + 1e-9):
        raise ForecastsError("a difference is larger than its bound: give the largest there can be")
    place = np.searchsorted(BOUNDS, np.minimum(differences.bounds, 1.0) - 1e-12)
    count = len(BOUNDS)
    gains, times = (
        np.bincount(place, values, count).astype(np.float64)
        for values in (differences.weights * differences.gains, differences.weights)
    )
    return gains, times


def evidence_path(families: FamilyGains, mean: float = 0.0) -> Floats:
    """Capital after each family, against a mean difference: an e-value at any time, above 0.

    Half of it bets that the mean is higher, half that it is lower; 20 or more rejects the mean at
    the level of 5%.

    >>> steady = Differences(np.array([1.0]), np.array([0.1]), np.array([0.2]))
    >>> path = evidence_path(pool_families(enumerate([steady] * 40)))
    >>> bool(path[5] < 20.0 < path[-1])
    True
    """
    returns = _bet(families, np.array([mean]))[0]
    with np.errstate(over="ignore"):
        up, down = (np.exp(np.log1p(sign * returns).cumsum(axis=0)) for sign in (1.0, -1.0))
    path: Floats = (up @ SHARES + down @ SHARES) / 2.0
    return path


def _bet(families: FamilyGains, means: Floats) -> Floats:
    """Return of each bet that the mean is higher, by mean, family and fraction."""
    squares = families.times @ BOUNDS**2 / np.maximum(families.times.sum(axis=1), 1e-12)
    seen = np.concatenate([[1.0], squares[:-1]]) if len(squares) else squares
    # A stake knows the bounds of earlier families alone; the first counts as 1.
    earlier = np.cumsum(seen) - (np.arange(len(seen)) > 0)
    scale = np.sqrt(np.maximum(earlier, 1e-6) / np.maximum(np.arange(len(seen)), 1))
    stakes = FRACTIONS / scale[:, None]
    limits = MAX_LOSS / (BOUNDS + np.abs(means)[:, None])
    net = families.gains - means[:, None, None] * families.times
    returns: Floats = np.einsum(
        "mfsb,mfb->mfs",
        np.minimum(stakes[None, :, :, None], limits[:, None, None, :]),
        net,
    )
    return returns * families.scales[None, :, None]


def _final_capital(families: FamilyGains, means: Floats) -> Floats:
    returns = _bet(families, means)
    with np.errstate(over="ignore"):
        up, down = (np.exp(np.log1p(sign * returns).sum(axis=1)) for sign in (1.0, -1.0))
    capital: Floats = (up @ SHARES + down @ SHARES) / 2.0
    return capital


def confidence_interval(families: FamilyGains, threshold: float = 20.0) -> tuple[float, float]:
    """Means that the evidence does not reject: where the capital is below `threshold`.

    Lower end first, and no wider than the bounds of the differences allow. It may be looked at
    after every family: all intervals together hold the mean with a chance of 1 − 1/threshold. It
    leaves out 0 exactly if the last entry of `evidence_path` reaches the threshold.

    >>> steady = Differences(np.array([1.0]), np.array([0.1]), np.array([0.2]))
    >>> low, high = confidence_interval(pool_families(enumerate([steady] * 40)))
    >>> bool(0.0 < low < 0.1 < high)
    True
    """
    if not len(families):
        return -1.0, 1.0
    widest = float((families.times @ BOUNDS).sum() / families.times.sum())
    return (
        _find_end(families, -widest, threshold),
        _find_end(families, widest, threshold),
    )


def confidence_sequence(
    families: FamilyGains, counts: Sequence[int], threshold: float = 20.0
) -> list[tuple[float, float]]:
    """Confidence intervals after the first families, for each of the counts, at a single price.

    Means are tried on one grid, which is finest around 0, and the next mean beyond those accepted
    is taken: an end is never nearer than that of `confidence_interval`, and little farther.

    >>> steady = Differences(np.array([1.0]), np.array([0.1]), np.array([0.2]))
    >>> families = pool_families(enumerate([steady] * 40))
    >>> (_, first), (low, high) = confidence_sequence(families, [10, 40])
    >>> bool(0.0 < low < 0.1 < high < first)
    True
    """
    widths = families.times @ BOUNDS
    firsts = [families.first(count) for count in counts]
    limits = [float(widths[:count].sum() / families.times[:count].sum()) for count in counts]
    curved = np.sinh(np.linspace(-4.0, 4.0, 2 * _STEPS - 1))
    means = max(limits, default=1.0) * curved / curved[-1]
    returns = _bet(families, means)
    with np.errstate(over="ignore"):
        up, down = (
            np.exp(np.log1p(sign * returns).cumsum(axis=1)[:, [c - 1 for c in counts]])
            for sign in (1.0, -1.0)
        )
    capital = (up @ SHARES + down @ SHARES) / 2.0
    intervals = []
    for place, (part, limit) in enumerate(zip(firsts, limits, strict=True)):
        accepted = np.flatnonzero(capital[:, place] < threshold)
        low = high = part.advantage
        if len(accepted):
            low = min(low, float(means[max(accepted[0] - 1, 0)]))
            high = max(high, float(means[min(accepted[-1] + 1, len(means) - 1)]))
        intervals.append((max(low, -limit), min(high, limit)))
    return intervals


def _find_end(families: FamilyGains, limit: float, threshold: float) -> float:
    """Find the accepted mean nearest to `limit`, and narrow its place down."""
    centre = families.advantage
    means = np.unique(np.append(np.linspace(limit, centre, _STEPS), 0.0))
    means = means[(means - centre) * np.sign(limit) >= 0.0]
    accepted = means[_final_capital(families, means) < threshold]
    if not len(accepted):
        return centre
    inside = float(accepted.max() if limit > 0 else accepted.min())
    beyond = means[means > inside] if limit > 0 else means[means < inside]
    if not len(beyond):
        return inside
    outside = float(beyond.min() if limit > 0 else beyond.max())
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2.0
        if _final_capital(families, np.array([middle]))[0] < threshold:
            inside = middle
        else:
            outside = middle
    return inside


def e_threshold(e_values: Sequence[float], level: float = 0.95) -> float:
    """E-value from which a null is rejected among several, at a false discovery rate of 1 − level.

    The e-values are the current ones; they may depend on each other in any way. The answer is
    K / ((1 − level) k) for K e-values of which k reach it: 20 for a single one at 95%. Source:
    e-BH, Wang & Ramdas 2022.

    >>> e_threshold([25.0]), e_threshold([25.0, 1.0]), e_threshold([45.0, 50.0, 1.0])
    (20.0, 40.0, 30.0)
    """
    base = len(e_values) / (1.0 - level)
    ranked = sorted(e_values, reverse=True)
    count = max((k for k, e in enumerate(ranked, start=1) if e >= base / k - 1e-9), default=1)
    return round(base / count, 9)
