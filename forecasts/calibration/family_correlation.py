"""Correlation of outcomes within families of questions that share fate.

Deadlines of one event come true together, options of one question exclude each other, and most
families lie in between. Their correlation is estimated from the products of deviations within
families, each family weighing by its size, and shrunk towards 1 while families are few. It is
measured as a share of what is possible: 1 where the likelier question comes true whenever the less
likely one does.

Source: Donner & Koval 1980, Biometrics 36, who compare estimators of the correlation within
families of unequal size; here the means are known under the hypothesis of calibration.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError
from forecasts.questions.families import describe_families
from forecasts.statistics.intervals import number_labels

PRIOR_FAMILIES: Final = 2.0
"""Families of full correlation that are added to those observed."""

MARGIN: Final = 1.64
"""Standard errors added to the estimate, its upper limit of 95%: too low a correlation accuses
calibrated forecasters, too high a one costs power."""


@dataclass(frozen=True, slots=True)
class FamilyCorrelation:
    """Correlation within families, from 0 (independent) to 1 (one fate), and what it costs.

    `families` counts all, `shared` those with several questions: with none, the correlation is 1
    and has no effect. `effective` is the number of independent questions that tell as much about
    the level, `families` to `questions`.
    """

    questions: int
    families: int
    shared: int
    correlation: float
    effective: float

    def describe(self) -> str:
        """Describe the sample, and what its families cost.

        >>> FamilyCorrelation(60, 30, 20, 0.4, 41.2).describe()
        '60 questions (30 independent), which count as 41 (correlated by up to 0.40)'
        >>> FamilyCorrelation(19, 19, 0, 1.0, 19.0).describe()
        '19 questions'
        """
        sample = describe_families(self.questions, self.families)
        if not self.shared:
            return sample
        return (
            f"{sample}, which count as {self.effective:.0f} (correlated by up to "
            f"{self.correlation:.2f})"
        )


def count_effective(sizes: NDArray[np.intp], correlation: float) -> float:
    """Effective number of questions in families of these sizes: n / (1 + (m − 1) ρ).

    m is the size-weighted mean size Σ m² / Σ m. Source: the design effect of Kish 1965.

    >>> count_effective(np.array([5, 5, 5, 5, 5, 5, 5, 5]), 0.25)
    20.0
    """
    total = int(sizes.sum())
    if total == 0:
        return 0.0
    mean_size = float((sizes**2).sum()) / total
    return total / (1.0 + (mean_size - 1.0) * correlation)


def estimate_correlation(
    deviations: Floats, covariances: Floats, families: NDArray[np.intp]
) -> FamilyCorrelation:
    """Estimate the correlation within families from `deviations` of mean 0, shrunk towards 1.

    `covariances` has for each family the sum over its pairs of the largest possible covariance,
    and `families` the number of each row's family, from 0.
    """
    sizes = np.bincount(families)
    several = sizes > 1
    sums = np.bincount(families, weights=deviations)[several]
    squares = np.bincount(families, weights=deviations**2)[several]
    # The pairs of a family are m(m − 1)/2; divided by m − 1 it weighs by its size.
    weights = 1.0 / (sizes[several] - 1)
    observed = weights * (sums**2 - squares) / 2.0
    possible = weights * covariances[several]
    correlation = 1.0
    if possible.sum() > 0.0:
        estimate = float(observed.sum() / possible.sum())
        spread = np.sqrt(((observed - estimate * possible) ** 2).sum()) / possible.sum()
        upper = min(max(estimate + MARGIN * float(spread), 0.0), 1.0)
        shared = int(several.sum())
        correlation = (shared * upper + PRIOR_FAMILIES) / (shared + PRIOR_FAMILIES)
    return FamilyCorrelation(
        questions=int(sizes.sum()),
        families=int(sizes.size),
        shared=int(several.sum()),
        correlation=correlation,
        effective=count_effective(sizes, correlation),
    )


def correlate_outcomes(
    p: Floats, happened: Floats, families: NDArray[np.intp]
) -> FamilyCorrelation:
    """Estimate the correlation of outcomes with probabilities `p` within families.

    The largest covariance of two of them is that of one fate: min(p) · (1 − max(p)).

    >>> p, families = np.full(80, 0.5), np.repeat(np.arange(40), 2)
    >>> together, apart = np.repeat(np.arange(40) % 2, 2), np.tile([0, 1], 40)
    >>> [round(correlate_outcomes(p, o.astype(float), families).correlation, 2)
    ...     for o in (together, apart)]
    [1.0, 0.05]
    """
    order = np.lexsort((p, families))
    ordered_p, ordered = p[order], families[order]
    starts = np.flatnonzero(np.r_[True, np.diff(ordered) > 0])
    before = np.cumsum(ordered_p) - ordered_p
    lower_sums = before - np.repeat(before[starts], np.diff(np.r_[starts, ordered.size]))
    possible = np.bincount(ordered, weights=lower_sums * (1.0 - ordered_p)).astype(np.float64)
    return estimate_correlation(happened - p, possible, families)


def correlate_ranks(ranks: Floats, families: NDArray[np.intp]) -> FamilyCorrelation:
    """Estimate the correlation within families of ranks that are even from 0 to 1."""
    sizes = np.bincount(families)
    return estimate_correlation(
        ranks - 0.5, np.asarray(sizes * (sizes - 1) / 24.0, dtype=np.float64), families
    )


def number_families(families: Sequence[Hashable] | None, rows: int) -> NDArray[np.intp]:
    """Number the family of each row from 0; without labels each row is a family of its own.

    Raises `ForecastsError` unless there is one label for each row.
    """
    if families is None:
        return np.arange(rows)
    if len(families) != rows:
        raise ForecastsError(
            f"give one family for each forecast: there are {len(families)} for {rows}"
        )
    return number_labels(families)


def draw_shared_luck(
    rng: np.random.Generator, draws: int, families: NDArray[np.intp], correlation: float
) -> Floats:
    """Draw uniform numbers of `draws` worlds, one row a world and one column a question.

    With chance `correlation` the questions of a family share their number, else each has its own.
    """
    count = int(families.max(initial=-1)) + 1
    shared = rng.random((draws, count))[:, families]
    together = (rng.random((draws, count)) < correlation)[:, families]
    return np.where(together, shared, rng.random((draws, families.size)))
