"""Confidence intervals of shares, and effective sample sizes.

The intervals assume independent observations. For clustered questions pass `effective_n_clustered`
observations, with the same share.

Sources: Wilson 1927, Journal of the American Statistical Association 22; Brown, Cai & DasGupta
2001, Statistical Science 16, who recommend Wilson's and Jeffreys' intervals for small n; Kish 1965,
Survey Sampling, for effective sizes.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

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


def effective_n(n: ArrayLike, rho: float) -> Floats:
    """Effective number of n equally correlated observations: n / (1 + (n − 1) ρ).

    `n` is one number or many, ≥ 0; `rho` their correlation, 0 (independent) to 1 (copies). Returns
    an array in the shape of `n`, never above n, and never above 1/ρ. Raises `ForecastsError` for a
    negative or infinite n and a `rho` outside 0 to 1. Source: Kish 1965.

    >>> effective_n([1, 2, 10, 100], 0.5).round(4).tolist()
    [1.0, 1.3333, 1.8182, 1.9802]
    """
    counts = np.asarray(n, dtype=np.float64)
    if not np.all(np.isfinite(counts) & (counts >= 0.0)):
        raise ForecastsError(
            "a number of observations is finite and not negative: give how many there are"
        )
    _check_correlation(rho)
    further = np.maximum(counts, 1.0) - 1.0  # below one observation there is no correlation
    return np.asarray(counts / (1.0 + further * rho), dtype=np.float64)


def effective_n_clustered(n: float, mean_cluster_size: float, rho: float) -> float:
    """Effective number of n clustered questions: n / (1 + (m − 1) ρ).

    `mean_cluster_size` m is 1 (no clusters) to n (one cluster); where sizes differ, take the
    size-weighted mean Σ m² / Σ m, which is larger and safer. `rho` is the correlation of outcomes
    inside a cluster, 0 to 1. For an interval use n' = `effective_n_clustered(...)` and
    `wilson(share * n', n')`. Range n/m to n. Raises `ForecastsError` unless 1 ≤ m ≤ n and 0 ≤ ρ ≤
    1. Source: the design effect of Kish 1965.

    >>> effective_n_clustered(40, 5, 0.25)
    20.0
    """
    if not 1.0 <= mean_cluster_size <= n < math.inf:
        raise ForecastsError(
            f"clusters of {mean_cluster_size} do not fit {n} questions: give a mean size from 1 "
            "to n"
        )
    _check_correlation(rho)
    return n / (1.0 + (mean_cluster_size - 1.0) * rho)


def _check_share(k: float, n: float, level: float) -> None:
    if not (0 <= k <= n and 0 < n < math.inf):
        raise ForecastsError(f"{k} of {n} is no share: give 0 ≤ k ≤ n with n ≥ 1")
    if not 0.0 < level < 1.0:
        raise ForecastsError(
            f"the level of an interval lies between 0 and 1, such as 0.95, not {level}"
        )


def _check_correlation(rho: float) -> None:
    if not 0.0 <= rho <= 1.0:
        raise ForecastsError(
            f"a correlation lies between 0 (independent) and 1 (copies), not {rho}"
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


def rate_to_probability(k: float, years: float, window_years: float) -> float:
    """P(at least one event within a window), given k events in a number of years.

    1 − (T / (T + w))^(k + ½), T the years of observation and w the length of the window in years.
    Range 0 (no window) to 1; above 0 also for k = 0. The rate is taken as constant but uncertain,
    which keeps it below 1 − exp(−rate·w) where events were many. Raises `ForecastsError` for k or a
    window below 0, or years not above 0. Source: a Poisson process whose rate has the posterior
    Gamma(k + ½, T) of Jeffreys' prior; the window's count is then negative binomial.

    >>> round(rate_to_probability(2, 8, 1.0), 4), round(rate_to_probability(0, 8, 1.0), 4)
    (0.2551, 0.0572)
    """
    if not 0.0 < years < math.inf:
        raise ForecastsError(f"give the number of years watched, above 0, not {years}")
    if not (0 <= k < math.inf and 0 <= window_years < math.inf):
        raise ForecastsError(f"events ({k}) and the window in years ({window_years}) are 0 or more")
    return -math.expm1(-(k + 0.5) * math.log1p(window_years / years))
