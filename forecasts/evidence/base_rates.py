"""Base rates from a reference class or from a count of events over years."""

import math
from dataclasses import dataclass

from forecasts.errors import ForecastsError


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
