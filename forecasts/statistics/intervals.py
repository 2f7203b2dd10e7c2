"""Confidence intervals of shares, base rates, and the sign-flip test.

The intervals assume independent observations. Sources: Wilson 1927, Journal of the American
Statistical Association 22; Brown, Cai & DasGupta 2001, Statistical Science 16, who recommend
Wilson's and Jeffreys' intervals for small n.

Results of the test are reproducible: the same seed gives the same answer. Sources: Fisher 1935, The
Design of Experiments; Phipson & Smyth 2010, Statistical Applications in Genetics 9.
"""

import math
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError


def wilson(k: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval for a share of k out of n.

    `level` is the coverage. Returns (low, high) within 0 to 1; it contains k/n, is narrower for
    larger n, and begins at exactly 0 for 0 of n and ends at exactly 1 for n of n. k and n may be
    fractions, such as effective numbers. Raises `ForecastsError` unless 0 ≤ k ≤ n, n > 0 and 0 <
    level < 1. Source: Wilson 1927.

    >>> [round(end, 4) for end in wilson(0, 5)], [round(end, 4) for end in wilson(27, 40)]
    ([0.0, 0.4345], [0.5202, 0.7992])
    """
    from scipy.special import ndtri

    _check_share(k, n, level)
    z = float(ndtri((1.0 + level) / 2.0))
    share, spread = k / n, z * z / n
    middle = (share + spread / 2.0) / (1.0 + spread)
    half = math.sqrt(share * (1.0 - share) * spread + spread * spread / 4.0) / (1.0 + spread)
    return (0.0 if k == 0 else max(0.0, middle - half)), (
        1.0 if k == n else min(1.0, middle + half)
    )


def jeffreys(k: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Jeffreys' interval for a share of k out of n: equal tails of Beta(k + ½, n − k + ½).

    Returns (low, high) within 0 to 1, narrower for larger n; it begins at exactly 0 for 0 of n and
    ends at exactly 1 for n of n. It is also a credible interval under Jeffreys' prior. k and n may
    be fractions. Raises `ForecastsError` unless 0 ≤ k ≤ n, n > 0 and 0 < level < 1. Source: Brown,
    Cai & DasGupta 2001, with the ends set as they advise.

    >>> [round(end, 4) for end in jeffreys(0, 5)], [round(end, 4) for end in jeffreys(27, 40)]
    ([0.0, 0.3794], [0.5216, 0.804])
    """
    from scipy.special import betaincinv

    _check_share(k, n, level)
    tail, seen, unseen = (1.0 - level) / 2.0, k + 0.5, n - k + 0.5
    low = 0.0 if k == 0 else float(betaincinv(seen, unseen, tail))
    high = 1.0 if k == n else float(betaincinv(seen, unseen, 1.0 - tail))
    return low, high


def _check_share(k: float, n: float, level: float) -> None:
    if not (0 <= k <= n and 0 < n < math.inf):
        raise ForecastsError(f"{k} of {n} is no share: give 0 ≤ k ≤ n with n ≥ 1")
    if not 0.0 < level < 1.0:
        raise ForecastsError(
            f"the level of an interval lies between 0 and 1, such as 0.95, not {level}"
        )


@dataclass(frozen=True, slots=True)
class BaseRate:
    """Base rate with its `mean` and the interval from `lower` to `upper`."""

    mean: float
    lower: float
    upper: float


def jeffreys_base_rate(k: float, n: float, level: float = 0.9) -> BaseRate:
    """Probability that the next case of a reference class is a YES, given k of n.

    The mean of Beta(k + ½, n − k + ½) is (k + ½)/(n + 1): never 0 or 1, and ½ without any case. The
    interval is the central one of mass `level`, with ends inside 0 to 1; show it, as it is wide for
    small classes. It is a credible interval for a rate, unlike `jeffreys`, whose ends are set to 0
    and 1 at none and all. Raises `ForecastsError` unless 0 ≤ k ≤ n and 0 < level < 1. Source:
    Jeffreys' prior for a share; Brown, Cai & DasGupta 2001, Statistical Science 16.

    >>> found = jeffreys_base_rate(3, 10)
    >>> round(found.mean, 4), round(found.lower, 4), round(found.upper, 4)
    (0.3182, 0.1173, 0.5581)
    """
    from scipy.special import betaincinv

    if not 0 <= k <= n < math.inf:
        raise ForecastsError(f"{k} of {n} is no reference class: give 0 ≤ k ≤ n")
    if not 0.0 < level < 1.0:
        raise ForecastsError(
            f"the level of an interval lies between 0 and 1, such as 0.9, not at {level}"
        )
    outside = (1.0 - level) / 2.0
    lower, upper = betaincinv(k + 0.5, n - k + 0.5, [outside, 1.0 - outside]).tolist()
    return BaseRate((k + 0.5) / (n + 1.0), lower, upper)


MAX_CELLS = 4_000_000
"""Repetitions × families held in memory at once; 32 megabytes."""

EXACT_FAMILIES = 16
"""Up to this number of families all 2^m sign choices are enumerated; above, random ones are drawn.
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


def sign_flip_test(differences: ArrayLike, *, draws: int = 10_000, seed: int = 0) -> float:
    """Two-sided p-value of the sign-flip test for a mean difference of 0.

    If A and B were equally good, the sign of each difference would be random. So the signs are
    flipped, and p is the share of sign choices under which the mean is at least as far from 0 as
    observed. Range: above 0, up to 1; lower is stronger evidence of a difference.

    `differences` holds A's score minus B's, in any unit, one for each family of questions. All 2^m
    choices are enumerated for m ≤ 16 families, else `draws` random ones, with 1 added to both
    counts for the observed one. Raises `ForecastsError` for no differences, and for one that is not
    finite. Source: Fisher 1935; Phipson & Smyth 2010 for the added 1.

    >>> sign_flip_test([0.02, -0.01, 0.05, 0.08, -0.02, 0.03, 0.01, 0.06, -0.03, 0.04])
    0.091796875
    """
    totals = np.asarray(differences, dtype=np.float64)
    if totals.ndim != 1:
        raise ForecastsError("give a plain list with one difference for each family")
    if totals.size == 0:
        raise ForecastsError("there is nothing to compare: give at least one difference")
    if not np.isfinite(totals).all():
        raise ForecastsError("a difference is missing or infinite: leave the family out")
    threshold = abs(totals.sum()) - TIE_TOLERANCE * np.abs(totals).sum()
    if len(totals) <= EXACT_FAMILIES:
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


def _batch_sizes(times: int, families: int) -> Iterator[int]:
    if times < 1:
        raise ForecastsError(f"at least one repetition is needed, better thousands, not {times}")
    at_once = max(1, MAX_CELLS // families)
    for done in range(0, times, at_once):
        yield min(at_once, times - done)
