"""CORP reliability: calibration without bins.

CORP (Consistent, Optimally binned, Reproducible, PAV-based) replaces each forecast by the share of
outcomes at such forecasts, where shares may only rise with the forecast. The gain in score is
miscalibration; the gain of the recalibrated forecasts over the overall share is discrimination.
Equal forecasts are pooled first, so that the result does not depend on the order of rows.

One row per resolved question. Give `clusters` of related questions for a band or a p-value, which
are too narrow without.

Source: Dimitriadis, Gneiting & Jordan 2021, Proceedings of the National Academy of Sciences 118,
doi 10.1073/pnas.2016191118; Ayer et al. 1955, Annals of Mathematical Statistics 26, for PAV.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, Self, assert_never

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.calibration.decomposition import PLACES, check_pairs
from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError
from forecasts.scoring.rules import brier, log_score
from forecasts.statistics.intervals import number_labels

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
class Band:
    """Pointwise band of the reliability curve of a calibrated forecaster, with coverage `level`.

    `x` are the distinct forecasts, rising; `lower` and `upper` belong to them, 0 to 1.
    """

    x: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    level: float


@dataclass(frozen=True, slots=True)
class _PooledForecasts:
    """Distinct forecasts `x`, rising, and the `place` of each row in it."""

    x: Floats
    place: NDArray[np.intp]

    @classmethod
    def of(cls, p: Floats) -> Self:
        x, place = np.unique(np.round(p, PLACES), return_inverse=True)
        return cls(x, place)

    def count(self, place: NDArray[np.intp], weights: ArrayLike | None = None) -> Floats:
        """Number, or total weight, of the rows at each x."""
        return np.bincount(place, weights=weights, minlength=self.x.size).astype(
            np.float64, copy=False
        )


@dataclass(frozen=True, slots=True)
class _ClusterRows:
    """Places of rows sorted by cluster, then forecast, with start and size of each cluster."""

    place: NDArray[np.intp]
    starts: NDArray[np.intp]
    sizes: NDArray[np.intp]

    @classmethod
    def of(cls, place: NDArray[np.intp], clusters: Sequence[Hashable] | None) -> Self:
        if clusters is None:
            return cls(np.sort(place), np.arange(place.size), np.ones(place.size, dtype=np.intp))
        if len(clusters) != place.size:
            raise ForecastsError(
                f"give one cluster for each forecast: there are {len(clusters)} for {place.size}"
            )
        codes = number_labels(clusters)
        sizes = np.bincount(codes)
        return cls(place[np.lexsort((place, codes))], np.cumsum(sizes) - sizes, sizes)

    def draw(self, rng: np.random.Generator) -> tuple[NDArray[np.intp], Floats]:
        """Draw clusters with replacement: the place and the uniform number of each row.

        As many clusters as there are. Rows of one drawn cluster share their number; a cluster that
        is drawn twice has two numbers.
        """
        chosen = rng.integers(0, self.starts.size, self.starts.size)
        sizes = self.sizes[chosen]
        ends = np.cumsum(sizes)
        rows = np.repeat(self.starts[chosen] - ends + sizes, sizes) + np.arange(ends[-1])
        return self.place[rows], np.repeat(rng.random(sizes.size), sizes)


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
    pooled = _PooledForecasts.of(forecasts)
    n, yes = pooled.count(pooled.place), pooled.count(pooled.place, happened)
    recalibrated = _rising_shares(n, yes)[pooled.place]
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
    pooled = _PooledForecasts.of(forecasts)
    n = pooled.count(pooled.place)
    shares = _rising_shares(n, pooled.count(pooled.place, happened))
    return tuple(map(CurvePoint, pooled.x.tolist(), n.astype(int).tolist(), shares.tolist()))


def consistency_band(
    p: ArrayLike,
    *,
    level: float = 0.9,
    resamples: int = 1000,
    seed: int = 0,
    clusters: Sequence[Hashable] | None = None,
) -> Band:
    """Consistency band around the diagonal, under the hypothesis of calibration.

    Each resample draws as many forecasts as there are, with replacement, draws each outcome with
    the stated probability, and fits the curve; the band holds the middle `level` of the curves at
    each forecast (0.9: from the 5 % to the 95 % quantile). A curve outside of it indicates
    miscalibration, though at one point in ten by chance; `mcb_test` is the overall test. Narrower
    for more rows.

    With `clusters`, one label per row, whole clusters are drawn, and the rows of a cluster share
    one uniform number u: each happens if u < p. So related questions are correlated, and the band
    is wider. The same seed gives the same band; without clusters, in any order of the rows. Raises
    as `check_pairs` does, and `ForecastsError` for a level outside (0, 1), no resamples, or labels
    that do not match. Source: Dimitriadis, Gneiting & Jordan 2021, with clusters added.

    >>> band = consistency_band([0.2] * 50 + [0.7] * 50)
    >>> band.x, all(low < x < high for low, x, high in zip(band.lower, band.x, band.upper))
    ((0.2, 0.7), True)
    """
    if not 0.0 < level < 1.0:
        raise ForecastsError(f"the level of a band lies between 0 and 1, such as 0.9, not {level}")
    pooled, fates = _prepare_resampling(p, clusters, resamples)
    rng = np.random.default_rng(seed)
    curves = np.empty((resamples, pooled.x.size))
    for at in range(resamples):
        place, luck = fates.draw(rng)
        n, yes = pooled.count(place), pooled.count(place, luck < pooled.x[place])
        seen = n > 0.0
        curves[at] = np.interp(pooled.x, pooled.x[seen], _rising_shares(n[seen], yes[seen]))
    lower, upper = np.quantile(
        curves, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=0, overwrite_input=True
    )
    return Band(tuple(pooled.x.tolist()), tuple(lower.tolist()), tuple(upper.tolist()), level)


def mcb_test(
    p: ArrayLike,
    outcomes: ArrayLike,
    *,
    resamples: int = 1000,
    seed: int = 0,
    clusters: Sequence[Hashable] | None = None,
) -> float:
    """P-value of the miscalibration `mcb` (Brier) under the hypothesis of calibration.

    The forecasts are fixed and each outcome is drawn with the stated probability, `resamples`
    times; the p-value is (1 + number of draws with at least the observed mcb) / (1 + resamples).
    Range 1/(1 + resamples) to 1; small values speak against calibration, large ones do not prove
    it.

    With `clusters`, one label per row, the rows of a cluster share one uniform number u: each
    happens if u < p. That is exact for deadlines or thresholds of one event, where the nearer one
    implies the farther. For weaker correlation the test is conservative, as confirmed in
    simulations of independent, weakly and negatively correlated questions. The same seed gives the
    same answer; without clusters, in any order of the rows. Raises as `check_pairs` does, and
    `ForecastsError` for no resamples or for labels that do not match. Source: Dimitriadis, Gneiting
    & Jordan 2021; the one added is of Phipson & Smyth 2010, Statistical Applications in Genetics
    and Molecular Biology 9.

    >>> mcb_test([0.9] * 20, [1] * 18 + [0] * 2), mcb_test([0.9] * 20, [1] * 10 + [0] * 10) < 0.01
    (1.0, True)
    """
    forecasts, happened = check_pairs(p, outcomes)
    pooled, fates = _prepare_resampling(forecasts, clusters, resamples)
    n = pooled.count(pooled.place)
    ordered_p = pooled.x[fates.place]
    observed = _brier_mcb(pooled.x, n, pooled.count(pooled.place, happened))
    rng = np.random.default_rng(seed)
    at_least = 0
    for _ in range(resamples):
        luck = np.repeat(rng.random(fates.sizes.size), fates.sizes)
        at_least += (
            _brier_mcb(pooled.x, n, pooled.count(fates.place, luck < ordered_p))
            >= observed - ROUNDING
        )
    return (1 + at_least) / (1 + resamples)


def _prepare_resampling(
    p: ArrayLike, clusters: Sequence[Hashable] | None, resamples: int
) -> tuple[_PooledForecasts, _ClusterRows]:
    if resamples < 1:
        raise ForecastsError(f"at least one resample is needed, better a thousand, not {resamples}")
    forecasts, _ = check_pairs(p, np.zeros(np.shape(p)))
    pooled = _PooledForecasts.of(forecasts)
    return pooled, _ClusterRows.of(pooled.place, clusters)


def _rising_shares(n: Floats, yes: Floats) -> Floats:
    """Isotonic regression of yes / n, weighted by n, by pool adjacent violators."""
    from scipy.optimize import isotonic_regression  # slow to import

    return np.asarray(isotonic_regression(yes / n, weights=n).x, dtype=np.float64)


def _brier_mcb(x: Floats, n: Floats, yes: Floats) -> float:
    """Brier miscalibration from counts: Σ (n x² − 2 x yes) + Σ n r², as Σ r yes = Σ n r² in PAV."""
    shares = _rising_shares(n, yes)
    return float(n @ (x * x + shares * shares) - 2.0 * (x @ yes)) / float(n.sum())


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
