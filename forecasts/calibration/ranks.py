"""Calibration of numeric and date forecasts: where answers lie in the curves.

The rank of an answer (its probability integral transform) is even from 0 to 1 if the curves are
calibrated. Ranks crowd at both ends where curves are too narrow, in the middle where they are too
wide, and at one end where they lie too low or too high. Answers of questions of a family are drawn
with the correlation estimated for their ranks.

An answer beyond the curve has a rank between two values, and counts for each part of it by its
share; so an answer "never" is inside the central 90% interval by the share of that mass that is.

Source: Dawid 1984, Journal of the Royal Statistical Society A 147; Gneiting, Balabdaoui & Raftery
2007, Journal of the Royal Statistical Society B 69; Czado, Gneiting & Held 2009, Biometrics 65, for
ranks between two values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from forecasts.calibration.band import BAND_LEVEL, Deviation
from forecasts.calibration.envelope import fit_envelope, standardise
from forecasts.calibration.family_correlation import (
    FamilyCorrelation,
    correlate_ranks,
    draw_shared_luck,
    number_families,
)
from forecasts.calibration.snapshots import RankSnapshot
from forecasts.distributions.probability import Floats
from forecasts.statistics.intervals import wilson
from forecasts.statistics.small_samples import MIN_FAMILIES

INTERVAL_LEVELS: Final = (0.5, 0.9)
"""Central intervals of which the share of answers inside is shown."""

RANK_DRAWS: Final = 2000

_FEW_RANKS: Final = 100  # with fewer, ten bars would be nearly empty


@dataclass(frozen=True, slots=True)
class IntervalShare:
    """Share of answers inside the central intervals of mass `level`, and their mean width.

    `low95` to `high95` is its 95% interval (Wilson's, with families of questions), None below
    `MIN_FAMILIES` families. `mean_width` is in shares of the scale; among calibrated forecasters
    the narrower one is better.
    """

    level: float
    share: float
    low95: float | None
    high95: float | None
    mean_width: float


@dataclass(frozen=True, slots=True)
class RankBar:
    """Share of answers with ranks `low` to `high`, and the band of a calibrated forecaster."""

    low: float
    high: float
    share: float
    band_low: float
    band_high: float


@dataclass(frozen=True, slots=True)
class RankRecord:
    """Calibration of curves: bars of ranks with a simultaneous band, shares inside intervals.

    Of calibrated forecasters at most one in twenty leaves the band at any bar or has a `deviation`
    that is far: level above 0 where answers came higher than said, confidence above 0 where curves
    were too narrow, by the spread of ranks or the shares inside intervals. `verdict` has the words.
    """

    n: int
    correlation: FamilyCorrelation
    bars: tuple[RankBar, ...]
    intervals: tuple[IntervalShare, ...]
    deviation: Deviation
    verdict: str

    @property
    def is_enough(self) -> bool:
        """Return True if there are families enough for a verdict and a band."""
        return self.correlation.families >= MIN_FAMILIES


@dataclass(frozen=True, slots=True)
class _Ranks:
    """Ends of the ranks of answers, one row a world and one column a question."""

    low: Floats
    high: Floats

    def shares_between(self, start: float, end: float) -> Floats:
        """Share of each rank between two values; a rank on an edge belongs to the bar below."""
        width = self.high - self.low
        overlap = np.clip(np.minimum(self.high, end) - np.maximum(self.low, start), 0.0, None)
        point = ((self.low > start) | (start <= 0.0)) & (self.low <= end)
        shares: Floats = np.where(width > 0.0, overlap / np.where(width > 0.0, width, 1.0), point)
        return shares

    def measure_level(self) -> Floats:
        """Sum of the mean ranks, less those of even ranks."""
        total: Floats = ((self.low + self.high) / 2.0 - 0.5).sum(axis=1)
        return total

    def measure_outside(self, level: float) -> Floats:
        """Number of answers outside the central interval of mass `level`, less those expected."""
        inside = self.shares_between((1.0 - level) / 2.0, (1.0 + level) / 2.0)
        total: Floats = (level - inside).sum(axis=1)
        return total

    def measure_spread(self) -> Floats:
        """Sum of the mean squared distances from the middle, less those of even ranks."""
        a, b = self.low - 0.5, self.high - 0.5
        total: Floats = ((a * a + a * b + b * b) / 3.0 - 1.0 / 12.0).sum(axis=1)
        return total


def assess_ranks(
    rows: Sequence[RankSnapshot], *, draws: int = RANK_DRAWS, seed: int = 0
) -> RankRecord | None:
    """Assess the calibration of one forecaster's curves; None if there are none."""
    if not rows:
        return None
    family = number_families([row.family for row in rows], len(rows))
    observed = _Ranks(np.array([[row.low for row in rows]]), np.array([[row.high for row in rows]]))
    correlation = correlate_ranks(((observed.low + observed.high) / 2.0)[0], family)
    luck = draw_shared_luck(np.random.default_rng(seed), draws, family, correlation.correlation)
    simulated = _place_luck(rows, luck)
    edges = np.linspace(0.0, 1.0, (5 if len(rows) < _FEW_RANKS else 10) + 1)
    level, levels = standardise(float(observed.measure_level()[0]), simulated.measure_level())
    spread, spreads = _measure_narrowness(observed, simulated)
    shares = _fill_bars(observed, edges)[0]
    envelope = fit_envelope(
        shares,
        max(abs(level), abs(spread)),
        drawn_curves=_fill_bars(simulated, edges),
        drawn_statistics=np.maximum(np.abs(levels), np.abs(spreads)),
        level=BAND_LEVEL,
    )
    bars = tuple(
        RankBar(*(float(x) for x in bar))
        for bar in zip(
            edges[:-1], edges[1:], shares,
            np.clip(envelope.lower, 0.0, 1.0), np.clip(envelope.upper, 0.0, 1.0), strict=True,
        )
    )  # fmt: skip
    deviation = Deviation(level, spread, envelope.is_far)
    return RankRecord(
        n=len(rows),
        correlation=correlation,
        bars=bars,
        intervals=tuple(_measure_interval(rows, mass, correlation) for mass in INTERVAL_LEVELS),
        deviation=deviation,
        verdict=_describe_ranks(correlation, bars, deviation, outside=bool(envelope.outside.any())),
    )


def _measure_narrowness(observed: _Ranks, simulated: _Ranks) -> tuple[float, Floats]:
    """Most extreme of three signs that curves are too narrow (above 0) or too wide, in standard
    deviations: the spread of ranks, and too few answers inside each of the central intervals.
    """
    signs = [standardise(float(observed.measure_spread()[0]), simulated.measure_spread())]
    signs.extend(
        standardise(float(observed.measure_outside(level)[0]), simulated.measure_outside(level))
        for level in INTERVAL_LEVELS
    )
    observations, simulations = np.array([s for s, _ in signs]), np.stack([s for _, s in signs])
    farthest = np.abs(simulations).argmax(axis=0)[np.newaxis]
    return (
        float(observations[np.abs(observations).argmax()]),
        np.take_along_axis(simulations, farthest, axis=0)[0],
    )


def _place_luck(rows: Sequence[RankSnapshot], luck: Floats) -> _Ranks:
    """Ranks of drawn answers: luck beyond a curve is known only to lie there."""
    below, above = np.array([r.below for r in rows]), np.array([r.above for r in rows])
    is_below, is_above = luck < below, luck > 1.0 - above
    return _Ranks(
        np.where(is_below, 0.0, np.where(is_above, 1.0 - above, luck)),
        np.where(is_below, below, np.where(is_above, 1.0, luck)),
    )


def _fill_bars(ranks: _Ranks, edges: Floats) -> Floats:
    """Share of the questions in each bar, one row a world."""
    return np.stack(
        [ranks.shares_between(a, b).mean(axis=1) for a, b in pairwise(edges)],
        axis=1,
    )


def _measure_interval(
    rows: Sequence[RankSnapshot], level: float, correlation: FamilyCorrelation
) -> IntervalShare:
    ranks = _Ranks(np.array([[r.low for r in rows]]), np.array([[r.high for r in rows]]))
    share = float(ranks.shares_between((1.0 - level) / 2.0, (1.0 + level) / 2.0).mean())
    interval: tuple[float | None, float | None] = (None, None)
    if correlation.families >= MIN_FAMILIES:
        interval = wilson(share * correlation.effective, correlation.effective)
    widths = [np.diff(row.scale.locations(row.curve.central(level)))[0] for row in rows]
    return IntervalShare(level, share, *interval, mean_width=float(np.mean(widths)))


def _describe_ranks(
    correlation: FamilyCorrelation, bars: Sequence[RankBar], deviation: Deviation, *, outside: bool
) -> str:
    if correlation.families < MIN_FAMILIES:
        return f"Not enough data: {correlation.families} of {MIN_FAMILIES} independent questions."
    if deviation.is_far and abs(deviation.confidence) >= abs(deviation.level):
        return (
            "Too narrow: more answers came at the edges than was said; widen the curves."
            if deviation.confidence > 0.0
            else "Too wide: more answers came in the middle than was said; narrow the curves."
        )
    if deviation.is_far:
        return (
            "Too low: answers came higher than was said."
            if deviation.level > 0.0
            else "Too high: answers came lower than was said."
        )
    if outside:
        return _describe_worst_bar(bars)
    return "Answers came where the curves said, within chance."


def _describe_worst_bar(bars: Sequence[RankBar]) -> str:
    """Describe the bar that lies farthest outside the band, which holds all bars at once."""

    def measure_excess(bar: RankBar) -> float:
        return max(bar.share - bar.band_high, bar.band_low - bar.share)

    worst = max(bars, key=measure_excess)
    outside = sum(measure_excess(bar) > 0.0 for bar in bars)
    word = "many" if worst.share > worst.band_high else "few"
    return (
        f"Off in {outside} of {len(bars)} ranges: too {word} answers, {worst.share:.0%}, came "
        f"between the {worst.low:.0%} and {worst.high:.0%} points of the curves. Calibrated curves "
        f"have {worst.band_low:.0%} to {worst.band_high:.0%} there, and are off in no range in 95% "
        "of cases."
    )
