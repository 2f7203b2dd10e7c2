"""Resampling of clusters: bootstrap intervals and sign-flip tests.

Questions about one event are one cluster. A cluster is drawn or flipped as a whole, and its sums
stand for its rows. Results are reproducible: the same seed gives the same answer.

Sources: Fisher 1935, The Design of Experiments, for flipped signs; Efron & Tibshirani 1993, An
Introduction to the Bootstrap.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError

MAX_CELLS = 4_000_000
"""Repetitions × clusters held in memory at once; 32 megabytes."""

EXACT_CLUSTERS = 16
"""Up to this number of clusters all 2^m sign choices are enumerated; above, random ones are drawn.
"""

TIE_TOLERANCE = 1e-9
"""Relative difference up to which totals count as equal."""


def number_labels(labels: Iterable[Hashable]) -> NDArray[np.intp]:
    """Number the labels 0, 1, 2, … in order of first occurrence.

    >>> number_labels(["summit", "vote", "summit", "strike"]).tolist()
    [0, 1, 0, 2]
    """
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(label, len(seen)) for label in labels], dtype=np.intp)


def cluster_sums(rows: ArrayLike, clusters: Sequence[Hashable] | None = None) -> Floats:
    """Sum the rows of each cluster, in order of first occurrence.

    `rows` has one entry, or one row of entries, per question, and `clusters` one label for each;
    without labels every row is a cluster. Raises `ForecastsError` when there are no rows, when one
    is not finite, or when rows and labels differ in number.

    >>> cluster_sums([0.25, 0.5, 1.0], ["summit", "vote", "summit"]).tolist()
    [1.25, 0.5]
    """
    values = np.asarray(rows, dtype=np.float64)
    if values.size == 0:
        raise ForecastsError("there is nothing to compare: give at least one score")
    if not np.isfinite(values).all():
        raise ForecastsError(
            "a score is missing or infinite: leave the question out, or clip the score"
        )
    if clusters is None:
        return values
    if len(clusters) != len(values):
        raise ForecastsError(
            f"give one cluster for each score: there are {len(clusters)} for {len(values)}"
        )
    codes = number_labels(clusters)
    sums = np.zeros((int(codes.max()) + 1, *values.shape[1:]))
    np.add.at(sums, codes, values)
    return sums


def as_vector(differences: ArrayLike) -> Floats:
    """Convert differences to a vector; raises `ForecastsError` unless they are one-dimensional.

    >>> as_vector([0.25, -0.5]).tolist()
    [0.25, -0.5]
    """
    vector = np.asarray(differences, dtype=np.float64)
    if vector.ndim != 1:
        raise ForecastsError("give a plain list with one difference for each question")
    return vector


def sign_flip_test(
    differences: ArrayLike,
    clusters: Sequence[Hashable] | None = None,
    *,
    draws: int = 10_000,
    seed: int = 0,
) -> float:
    """Two-sided p-value of the sign-flip test for a mean difference of 0.

    If A and B were equally good, the sign of each difference would be random. So the signs are
    flipped, whole clusters at a time, and p is the share of sign choices under which the mean is at
    least as far from 0 as observed. Range: above 0, up to 1; lower is stronger evidence of a
    difference.

    `differences` holds A's score minus B's per question, in any unit; `clusters` a label for each
    (without: every question by itself). All 2^m choices are enumerated for m ≤ 16 clusters, else
    `draws` random ones, with 1 added to both counts for the observed one. Raises `ForecastsError`
    for no differences, for one that is not finite, or for labels that do not match. Source: Fisher
    1935; Phipson & Smyth 2010 for the added 1.

    >>> differences = [0.02, -0.01, 0.05, 0.08, -0.02, 0.03, 0.01, 0.06, -0.03, 0.04]
    >>> sign_flip_test(differences), sign_flip_test(differences, "aaabbcddef")
    (0.091796875, 0.09375)
    """
    totals = cluster_sums(as_vector(differences), clusters)
    threshold = abs(totals.sum()) - TIE_TOLERANCE * np.abs(totals).sum()
    if len(totals) <= EXACT_CLUSTERS:
        return float(np.mean(np.abs(_all_flips(totals)) >= threshold))
    as_far = np.count_nonzero(np.abs(_random_flips(totals, draws=draws, seed=seed)) >= threshold)
    return (1 + int(as_far)) / (1 + draws)


def _all_flips(totals: Floats) -> Floats:
    """Grand totals for half of the 2^m sign choices; the other half mirrors them."""
    sums = totals[:1]
    for total in totals[1:]:
        sums = np.concatenate([sums + total, sums - total])
    return sums


def _random_flips(totals: Floats, *, draws: int, seed: int) -> Floats:
    rng, m = np.random.default_rng(seed), len(totals)
    positive_sums = [
        rng.integers(0, 2, size=(portion, m), dtype=np.int8).astype(np.float64) @ totals
        for portion in _batch_sizes(draws, m)
    ]
    flipped: Floats = 2.0 * np.concatenate(positive_sums) - totals.sum()
    return flipped


def bootstrap_interval(
    differences: ArrayLike,
    clusters: Sequence[Hashable] | None = None,
    *,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean difference, lower end first.

    Clusters are drawn with replacement, as many as there are; each resample's mean is taken over
    all rows drawn, and the middle share `level` of these means is the interval, in the unit of the
    differences. Raises `ForecastsError` as `sign_flip_test` does, for fewer than two clusters, or
    for a level outside (0, 1). Source: Efron & Tibshirani 1993, the percentile interval.

    >>> differences = [0.02, -0.01, 0.05, 0.08, -0.02, 0.03, 0.01, 0.06, -0.03, 0.04]
    >>> [round(end, 3) for end in bootstrap_interval(differences, "aaabbcddef")]
    [0.006, 0.034]
    """
    vector = as_vector(differences)
    sums = cluster_sums(np.column_stack([vector, np.ones(len(vector))]), clusters)
    if len(sums) < 2:
        raise ForecastsError(
            "an interval takes at least two clusters: one event says nothing about others"
        )
    resampled = resample_sums(sums, resamples=resamples, seed=seed)
    return percentile_interval(resampled[:, 0] / resampled[:, 1], level)


def resample_sums(sums: Floats, *, resamples: int, seed: int) -> Floats:
    """Totals of as many clusters as there are, drawn with replacement; one row per resample.

    `sums` has one row per cluster and a column per quantity; a resample keeps the quantities of a
    cluster together, so that ratios of them can be taken. Raises `ForecastsError` without
    resamples.

    >>> resample_sums(np.array([[1.0, 10.0], [2.0, 20.0]]), resamples=4, seed=0).tolist()
    [[4.0, 40.0], [3.0, 30.0], [2.0, 20.0], [2.0, 20.0]]
    """
    rng, m = np.random.default_rng(seed), len(sums)
    totals = []
    for portion in _batch_sizes(resamples, m):
        chosen = rng.integers(0, m, size=(portion, m), dtype=np.int32)
        # Counts of each cluster by a single bincount, eight times faster than multinomials.
        cells = (chosen + np.arange(portion)[:, np.newaxis] * m).ravel()
        totals.append(np.bincount(cells, minlength=portion * m).reshape(portion, m) @ sums)
    return np.concatenate(totals)


def percentile_interval(values: Floats, level: float) -> tuple[float, float]:
    """Central interval that holds the share `level` of the values, lower end first.

    Raises `ForecastsError` unless 0 < level < 1.

    >>> [round(end, 3) for end in percentile_interval(np.linspace(0.0, 1.0, 101), 0.9)]
    [0.05, 0.95]
    """
    outside = (1.0 - check_level(level)) / 2.0
    low, high = np.quantile(values, [outside, 1.0 - outside])
    return float(low), float(high)


def check_level(level: float) -> float:
    """Return a valid level of an interval; raises `ForecastsError` otherwise.

    >>> check_level(95)
    Traceback (most recent call last):
    forecasts.errors.ForecastsError: the level of an interval lies between 0 and 1, such
    as 0.95, not 95
    """
    if not 0.0 < level < 1.0:
        raise ForecastsError(
            f"the level of an interval lies between 0 and 1, such as 0.95, not {level}"
        )
    return level


def _batch_sizes(times: int, clusters: int) -> Iterator[int]:
    if times < 1:
        raise ForecastsError(f"at least one repetition is needed, better thousands, not {times}")
    at_once = max(1, MAX_CELLS // clusters)
    for done in range(0, times, at_once):
        yield min(at_once, times - done)
