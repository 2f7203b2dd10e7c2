"""Worlds in which a forecaster is calibrated: bands around the diagonal, and tests.

The forecasts stay as they are; each outcome is drawn with the stated probability, questions of a
family with the correlation estimated for them (`family_correlation`); the curve is fitted again.
From the same worlds come the simultaneous band, the test of miscalibration, and the tests of level
and confidence behind the advice. All of them spread wider where questions that were opened one
after the other share luck (`dispersion`). For the pointwise band forecasts are drawn anew, too.

Source: Dimitriadis, Gneiting & Jordan 2021, Proceedings of the National Academy of Sciences 118,
for drawing under calibration; Dimitriadis, Dümbgen, Henzi, Puke & Ziegel 2023, Biometrika 110, for
why a band should hold at all points at once; Phipson & Smyth 2010, Statistical Applications in
Genetics and Molecular Biology 9, for the one added to both counts of a p-value.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.calibration.corp import ROUNDING, PooledForecasts, fit_rising, fit_rising_shares
from forecasts.calibration.decomposition import BINS, check_pairs, index_bins
from forecasts.calibration.dispersion import estimate_dispersion
from forecasts.calibration.envelope import fit_envelope, standardise
from forecasts.calibration.family_correlation import (
    FamilyCorrelation,
    correlate_outcomes,
    draw_shared_luck,
    number_families,
)
from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError

BAND_LEVEL: Final = 0.95
"""Chance that a calibrated forecaster stays in the band everywhere, and gets no advice."""

POINTWISE_LEVEL: Final = 0.9
"""Chance that the curve of a calibrated forecaster stays in the pointwise band at one point."""

DRAWS: Final = 2000
"""Worlds drawn. The level of the band then has a standard error of half a point."""

POINTWISE_DRAWS: Final = 500

_MAX_CELLS: Final = 4_000_000
_MAX_BAND_POINTS: Final = 60


@dataclass(frozen=True, slots=True)
class Band:
    """Band around the diagonal for the reliability curve of a calibrated forecaster.

    `x` are the distinct forecasts, rising; `lower` and `upper` belong to them, 0 to 1, and rise.
    """

    x: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Deviation:
    """Deviation of outcomes from calibration, in standard deviations of calibrated worlds.

    `level` is above 0 where more happened than was said, `confidence` (Spiegelhalter's) where
    forecasts were too far from 50%. `is_far`: one of them is farther out than chance allows.
    """

    level: float
    confidence: float
    is_far: bool


@dataclass(frozen=True, slots=True)
class CalibrationTest:
    """Tests of calibration from one set of drawn worlds.

    Of calibrated forecasters at most 1 − `BAND_LEVEL` are `outside` the `simultaneous` band at any
    forecast (1 above, −1 below, 0 inside), or have a `deviation` that is far. `p_value` is the
    share of worlds with at least the observed miscalibration, 1/(1 + draws) to 1; small values
    speak against calibration. `dispersion` is the factor by which luck that neighbours share,
    beyond recorded families, multiplies variances. `expected_gap` is the mean calibration error in
    bins of a calibrated forecaster.
    """

    correlation: FamilyCorrelation
    dispersion: float
    simultaneous: Band
    outside: tuple[int, ...]
    deviation: Deviation
    p_value: float
    expected_gap: float


@dataclass(frozen=True, slots=True)
class _Worlds:
    """Curves at some of the forecasts, and four measures, one row a world."""

    curves: Floats
    mcb: Floats
    level: Floats
    confidence: Floats
    gap: Floats

    def widen(self, dispersion: float) -> "_Worlds":
        """Return the worlds with their variances multiplied; the gap stays."""
        factor = np.sqrt(dispersion)
        middle = self.curves.mean(axis=0)
        return _Worlds(
            curves=np.clip(middle + factor * (self.curves - middle), 0.0, 1.0),
            mcb=dispersion * self.mcb,
            level=factor * self.level,
            confidence=factor * self.confidence,
            gap=self.gap,
        )


@dataclass(frozen=True, slots=True)
class _Design:
    """Forecasts and families as they are drawn: families of one apart from the others.

    `single` counts the questions of families of one at each forecast; `place` and `family` are
    those of the other questions, sorted by place.
    """

    pooled: PooledForecasts
    n: Floats
    single: NDArray[np.intp]
    place: NDArray[np.intp]
    family: NDArray[np.intp]
    correlation: float

    def draw_counts(self, rng: np.random.Generator, draws: int) -> Floats:
        """Draw how many questions happen at each forecast, one row a world."""
        x = self.pooled.x
        if self.single.max(initial=0) <= 1:
            counts = ((rng.random((draws, x.size)) < x) & (self.single > 0)).astype(np.float64)
        else:
            counts = rng.binomial(self.single, x, (draws, x.size)).astype(np.float64)
        if self.place.size:
            luck = draw_shared_luck(rng, draws, self.family, self.correlation)
            starts = np.flatnonzero(np.r_[True, np.diff(self.place) > 0])
            happened = (luck < x[self.place]).astype(np.float64)
            counts[:, self.place[starts]] += np.add.reduceat(happened, starts, axis=1)
        return counts


def judge_calibration(
    p: ArrayLike,
    outcomes: ArrayLike,
    families: Sequence[Hashable] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> CalibrationTest:
    """Hold forecasts and outcomes (1 or 0) against worlds in which the forecasts are calibrated.

    Rows are in the order in which questions were opened. `families` has one label per row;
    without, questions are independent. The same seed gives the same answer. Raises as `check_pairs`
    does, and `ForecastsError` for no draws, or labels that do not match.

    >>> happened = [1, 0, 0, 0, 0] * 10 + [1, 1, 0, 1, 1, 0, 1, 1, 0, 1] * 5
    >>> found = judge_calibration([0.2] * 50 + [0.7] * 50, happened)
    >>> found.outside, found.deviation.is_far, found.p_value
    ((0, 0), False, 1.0)
    """
    if draws < 1:
        raise ForecastsError(f"at least one draw is needed, better a thousand, not {draws}")
    forecasts, happened = check_pairs(p, outcomes)
    family = number_families(families, forecasts.size)
    pooled = PooledForecasts.of(forecasts)
    correlation = correlate_outcomes(pooled.x[pooled.place], happened, family)
    curve = fit_rising_shares(pooled.count(pooled.place), pooled.count(pooled.place, happened))
    luck = np.bincount(family, weights=happened - curve[pooled.place]).astype(np.float64)
    dispersion = estimate_dispersion(luck)
    design = _design_draws(pooled, family, correlation.correlation)
    columns = _choose_columns(pooled.x.size)
    rng = np.random.default_rng(seed)
    worlds = _draw_worlds(design, columns, draws, rng).widen(dispersion)
    observed = _measure(design, columns, pooled.count(pooled.place, happened)[np.newaxis])
    level, levels = standardise(float(observed.level[0]), worlds.level)
    confidence, confidences = standardise(float(observed.confidence[0]), worlds.confidence)
    envelope = fit_envelope(
        observed.curves[0],
        max(abs(level), abs(confidence)),
        drawn_curves=worlds.curves,
        drawn_statistics=np.maximum(np.abs(levels), np.abs(confidences)),
        level=BAND_LEVEL,
    )
    reached = int((worlds.mcb >= observed.mcb[0] - ROUNDING).sum())
    band = _spread_band(pooled.x, columns, envelope.lower, envelope.upper)
    above = curve > np.array(band.upper) + ROUNDING
    below = curve < np.array(band.lower) - ROUNDING
    return CalibrationTest(
        correlation=correlation,
        dispersion=dispersion,
        simultaneous=band,
        outside=tuple((above.astype(int) - below).tolist()),
        deviation=Deviation(level, confidence, envelope.is_far),
        p_value=(1 + reached) / (1 + draws),
        expected_gap=float(worlds.gap.mean()),
    )


def _design_draws(pooled: PooledForecasts, family: NDArray[np.intp], correlation: float) -> _Design:
    alone = np.bincount(family)[family] == 1
    single = np.bincount(pooled.place[alone], minlength=pooled.x.size)
    together = np.flatnonzero(~alone)
    together = together[np.lexsort((family[together], pooled.place[together]))]
    _, numbers = np.unique(family[together], return_inverse=True)
    return _Design(
        pooled,
        pooled.count(pooled.place),
        single,
        pooled.place[together],
        numbers.astype(np.intp),
        correlation,
    )


def _choose_columns(count: int) -> NDArray[np.intp]:
    """Choose the forecasts at which the band is fitted: all, or evenly among the distinct ones."""
    if count <= _MAX_BAND_POINTS:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, _MAX_BAND_POINTS).round().astype(np.intp))


def _draw_worlds(
    design: _Design, columns: NDArray[np.intp], draws: int, rng: np.random.Generator
) -> _Worlds:
    """Draw worlds in portions that fit into memory."""

    def portions() -> Iterator[_Worlds]:
        size = max(1, _MAX_CELLS // max(design.pooled.x.size, design.place.size))
        for start in range(0, draws, size):
            counts = design.draw_counts(rng, min(size, draws - start))
            yield _measure(design, columns, counts)

    parts = list(portions())
    return _Worlds(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in _Worlds.__slots__)
    )


def _measure(design: _Design, columns: NDArray[np.intp], counts: Floats) -> _Worlds:
    """Measure worlds in which so many questions happened at each forecast, one row a world."""
    x, n = design.pooled.x, design.n
    shares = _fit_many_shares(n, counts)
    surplus = counts - n * x
    bins = np.zeros((x.size, BINS))
    bins[np.arange(x.size), index_bins(x, BINS)] = 1.0
    return _Worlds(
        curves=shares[:, columns],
        mcb=((n * (x - shares) ** 2) + 2.0 * (counts - n * shares) * (shares - x)).sum(axis=1)
        / n.sum(),
        level=surplus.sum(axis=1),
        confidence=surplus @ (1.0 - 2.0 * x),
        gap=np.abs(surplus @ bins).sum(axis=1) / n.sum(),
    )


def _fit_many_shares(n: Floats, counts: Floats) -> Floats:
    """Fit the rising shares of each row in one call.

    Rows follow each other with a step of 2, more than shares can differ, so that none pools with
    the next.
    """
    steps = 2.0 * np.arange(counts.shape[0])[:, np.newaxis]
    values = (counts / n + steps).ravel()
    fitted = fit_rising(values, np.tile(n, counts.shape[0])).reshape(counts.shape)
    return np.clip(fitted - steps, 0.0, 1.0)


def fit_pointwise_band(
    p: ArrayLike,
    families: Sequence[Hashable] | None = None,
    *,
    correlation: float = 1.0,
    draws: int = POINTWISE_DRAWS,
    seed: int = 0,
) -> Band:
    """Band of a calibrated forecaster that holds at each forecast by itself, not at all of them.

    It has the level `POINTWISE_LEVEL`; the forecasts are drawn anew, too, by family. Raises as
    `judge_calibration` does.
    """
    forecasts, _ = check_pairs(p, np.zeros(np.shape(p)))
    pooled = PooledForecasts.of(forecasts)
    family = number_families(families, forecasts.size)
    rng = np.random.default_rng(seed)
    order = np.argsort(family, kind="stable")
    sizes = np.bincount(family)
    starts = np.cumsum(sizes) - sizes
    curves = np.empty((draws, pooled.x.size))
    for at in range(draws):
        chosen = rng.integers(0, sizes.size, sizes.size)
        counts = sizes[chosen]
        ends = np.cumsum(counts)
        rows = np.repeat(starts[chosen] - ends + counts, counts) + np.arange(ends[-1])
        place = pooled.place[order[rows]]
        luck = draw_shared_luck(rng, 1, np.repeat(np.arange(counts.size), counts), correlation)[0]
        n, yes = pooled.count(place), pooled.count(place, luck < pooled.x[place])
        seen = n > 0.0
        curves[at] = np.interp(pooled.x, pooled.x[seen], fit_rising_shares(n[seen], yes[seen]))
    tails = (1.0 - POINTWISE_LEVEL) / 2.0, (1.0 + POINTWISE_LEVEL) / 2.0
    lower, upper = np.quantile(curves, tails, axis=0, overwrite_input=True)
    return Band(tuple(pooled.x.tolist()), tuple(lower.tolist()), tuple(upper.tolist()))


def _spread_band(x: Floats, columns: NDArray[np.intp], lower: ArrayLike, upper: ArrayLike) -> Band:
    """Spread a band to the forecasts between `columns`, and draw in what no rising curve reaches.

    The same rising curves lie inside.
    """
    places = np.arange(x.size)
    low_ends = np.maximum.accumulate(np.clip(np.asarray(lower, dtype=np.float64), 0.0, 1.0))
    high_ends = np.clip(np.asarray(upper, dtype=np.float64), 0.0, 1.0)
    high_ends = np.minimum.accumulate(high_ends[::-1])[::-1]
    left = np.searchsorted(columns, places, side="right") - 1
    right = np.searchsorted(columns, places, side="left")
    return Band(tuple(x.tolist()), tuple(low_ends[left].tolist()), tuple(high_ends[right].tolist()))
