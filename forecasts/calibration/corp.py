"""CORP reliability: calibration without bins.

CORP (Consistent, Optimally binned, Reproducible, PAV-based) replaces each forecast by the share of
outcomes at such forecasts, where shares may only rise with the forecast. The gain in score is
miscalibration; the gain of the recalibrated forecasts over the overall share is discrimination.
Equal forecasts are pooled first, so that the result does not depend on the order of rows.

One row per resolved question. For bands and a test see `band`.

Source: Dimitriadis, Gneiting & Jordan 2021, Proceedings of the National Academy of Sciences 118,
doi 10.1073/pnas.2016191118; Ayer et al. 1955, Annals of Mathematical Statistics 26, for PAV.
"""

from dataclasses import dataclass
from typing import Literal, Self, assert_never

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.calibration.decomposition import PLACES, check_pairs
from forecasts.distributions.probability import Floats
from forecasts.scoring.rules import brier, log_score

CorpRule = Literal["brier", "log"]

ROUNDING = 1e-12
"""Difference up to which two miscalibrations count as equal."""


@dataclass(frozen=True, slots=True)
class Corp:
    """Decomposition of a mean score: score = mcb − dsc + unc.

    `recalibrated`: for each row, in the given order, the share of outcomes at such forecasts.
    `score`: the mean score, lower is better. `mcb` miscalibration: gain by recalibration, ≥ 0,
    lower is better, 0 is calibrated. `dsc` discrimination: gain of the recalibrated forecasts over
    the overall share, 0 to `unc`, higher is better. `unc` uncertainty: score of always forecasting
    the overall share, a property of the questions. Units are those of the rule.
    """

    recalibrated: tuple[float, ...]
    score: float
    mcb: float
    dsc: float
    unc: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Point of a reliability diagram: share `recalibrated` of the `n` questions with forecast `p`.

    All in 0 to 1 but `n`; on the diagonal is calibrated, below it the forecast was too high.
    """

    p: float
    n: int
    recalibrated: float


@dataclass(frozen=True, slots=True)
class PooledForecasts:
    """Distinct forecasts `x`, rising, and the `place` of each row in it."""

    x: Floats
    place: NDArray[np.intp]

    @classmethod
    def of(cls, p: Floats) -> Self:
        """Pool forecasts that are equal up to rounding."""
        x, place = np.unique(np.round(p, PLACES), return_inverse=True)
        return cls(x, place)

    def count(self, place: NDArray[np.intp], weights: ArrayLike | None = None) -> Floats:
        """Number, or total weight, of the rows at each x."""
        return np.bincount(place, weights=weights, minlength=self.x.size).astype(
            np.float64, copy=False
        )


def corp(p: ArrayLike, outcomes: ArrayLike, *, rule: CorpRule = "brier") -> Corp:
    """CORP decomposition of a mean score into miscalibration, discrimination and uncertainty.

    One row per resolved question: `p` the forecasts, `outcomes` 1 or 0; one row is enough. Under
    "log" (nats) the forecasts are clipped to 0.001 to 0.999 in the score, as in `log_score`;
    recalibrated values are not, as a recalibrated 0 or 1 was never wrong. See `Corp` for ranges and
    directions. Raises as `check_pairs` does. Source: Dimitriadis, Gneiting & Jordan 2021.

    >>> found = corp([0.1, 0.1, 0.8, 0.8], [0, 0, 1, 0])
    >>> found.recalibrated
    (0.0, 0.0, 0.5, 0.5)
    >>> round(found.score, 4), round(found.mcb, 4), round(found.dsc, 4), round(found.unc, 4)
    (0.175, 0.05, 0.0625, 0.1875)
    """
    forecasts, happened = check_pairs(p, outcomes)
    pooled = PooledForecasts.of(forecasts)
    n, yes = pooled.count(pooled.place), pooled.count(pooled.place, happened)
    recalibrated = fit_rising_shares(n, yes)[pooled.place]
    score = _mean_score(forecasts, happened, rule)
    best = _mean_of_shares(recalibrated, happened, rule)
    unc = _mean_of_shares(np.full_like(happened, happened.mean()), happened, rule)
    # PAV is optimal among rising functions, so both are ≥ 0 but for rounding.
    mcb, dsc = max(0.0, score - best), max(0.0, unc - best)
    return Corp(tuple(recalibrated.tolist()), score, mcb, dsc, unc)


def reliability_curve(p: ArrayLike, outcomes: ArrayLike) -> tuple[CurvePoint, ...]:
    """Reliability curve: each distinct forecast with its recalibrated value, rising.

    Rows as in `corp`; draw lines between the points, and dots of size n. Recalibrated values never
    fall. Raises as `check_pairs` does. Source: Dimitriadis, Gneiting & Jordan 2021.

    >>> curve = reliability_curve([0.8, 0.1, 0.8, 0.1], [1, 0, 0, 0])
    >>> [(point.p, point.n, point.recalibrated) for point in curve]
    [(0.1, 2, 0.0), (0.8, 2, 0.5)]
    """
    forecasts, happened = check_pairs(p, outcomes)
    pooled = PooledForecasts.of(forecasts)
    n = pooled.count(pooled.place)
    shares = fit_rising_shares(n, pooled.count(pooled.place, happened))
    return tuple(map(CurvePoint, pooled.x.tolist(), n.astype(int).tolist(), shares.tolist()))


def fit_rising_shares(n: Floats, yes: Floats) -> Floats:
    """Isotonic regression of yes / n, weighted by n."""
    return fit_rising(yes / n, n)


def fit_rising(values: Floats, weights: Floats) -> Floats:
    """Isotonic regression by pool adjacent violators."""
    from scipy.optimize import isotonic_regression  # slow to import

    return np.asarray(isotonic_regression(values, weights=weights).x, dtype=np.float64)


def _mean_score(p: Floats, happened: Floats, rule: CorpRule) -> float:
    match rule:
        case "brier":
            return float(brier(p, happened).mean())
        case "log":
            return float(log_score(p, happened).mean())
        case _:
            assert_never(rule)


def _mean_of_shares(share: Floats, happened: Floats, rule: CorpRule) -> float:
    """Mean score of shares of the same outcomes, with 0 · ln 0 = 0."""
    from scipy.special import xlog1py, xlogy

    if rule == "log":
        return float(-(xlogy(happened, share) + xlog1py(1.0 - happened, -share)).mean())
    return _mean_score(share, happened, rule)
