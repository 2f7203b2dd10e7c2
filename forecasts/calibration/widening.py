"""Conformal factor by which a forecaster's central intervals hold what they promise.

The distance of each answer from the median is measured in half-widths of the interval on its side,
along the scale of the question. The factor is the distance that the promised share of answers kept,
with one family added that is infinitely far: intervals widened by it hold the answer of a further
question with at least the promised chance, whatever the forecaster's curves are like, as long as
questions are exchangeable by family.

Source: Romano, Patterson & Candès 2019, NeurIPS 32, with scores scaled by the intervals; Dunn,
Wasserman & Ramdas 2023, Journal of the American Statistical Association 118, for families, of which
each weighs the same.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasts.calibration.snapshots import RankSnapshot
from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError
from forecasts.statistics.small_samples import MIN_FAMILIES

MIN_CURVES: Final = 30
"""Answered numeric and date questions from which on a factor is offered."""

WIDENED_LEVEL: Final = 0.9
"""Mass of the central interval that is to hold."""

_LIMITS: Final = (0.5, 3.0)  # beyond, the curves say too little to be mended by their width


@dataclass(frozen=True, slots=True)
class Widening:
    """Factor of the distance from the median; above 1 intervals were too narrow."""

    factor: float
    questions: int
    families: int

    def apply(self, curve: Cdf, scale: Scale) -> Cdf:
        """Widen or narrow a curve about its median along the scale, cut to the scale's range.

        Mass beyond an open bound stays there; at a closed bound the rest is raised in proportion.

        >>> curve = Cdf((0.0, 40.0, 50.0, 60.0, 100.0), (0.0, 0.05, 0.5, 0.95, 1.0))
        >>> wide = Widening(2.0, 30, 30).apply(curve, Scale(0.0, 100.0))
        >>> round(wide.at(30.0), 3), round(wide.at(70.0), 3)
        (0.02, 0.98)
        """
        return widen_curve(curve, scale, self.factor)


def offer_widening(rows: Sequence[RankSnapshot]) -> Widening | None:
    """Factor for these answered curves; None with too few, or if no factor would help."""
    families = {row.family for row in rows}
    if len(rows) < MIN_CURVES or len(families) < MIN_FAMILIES:
        return None
    distances: dict[str, list[float]] = {}
    for row in rows:
        distances.setdefault(row.family, []).append(measure_distance(row))
    factor = find_factor(distances, WIDENED_LEVEL)
    if not math.isfinite(factor):
        return None
    low, high = _LIMITS
    return Widening(min(max(factor, low), high), len(rows), len(families))


def find_factor(distances: Mapping[str, Sequence[float]], level: float) -> float:
    """Least distance that holds `level` of the families and one more that is infinitely far.

    >>> find_factor({str(n): [n / 10] for n in range(1, 20)}, 0.9)
    1.8
    >>> find_factor({"a": [1.0]}, 0.9)
    inf
    """
    pairs = sorted((d, 1.0 / len(members)) for members in distances.values() for d in members)
    needed, reached = level * (len(distances) + 1) - 1e-9, 0.0
    for distance, weight in pairs:
        reached += weight
        if reached >= needed:
            return distance
    return math.inf


def measure_distance(row: RankSnapshot) -> float:
    """Distance of the answer from the median, in half-widths of the interval on its side.

    An answer beyond the curve is as far as the interval's end if the interval reaches beyond the
    curve too, else infinitely far.
    """
    tail = (1.0 - WIDENED_LEVEL) / 2.0
    if row.low < row.high:
        beyond = row.above if row.high == 1.0 else row.below
        return 1.0 if beyond > tail else math.inf
    ends = (*row.curve.central(WIDENED_LEVEL), row.curve.bounded_quantile(row.scale, 0.5))
    low, high, middle, answer = row.scale.locations([*ends, row.answer]).tolist()
    half = high - middle if answer > middle else middle - low
    if answer == middle:
        return 0.0
    return abs(answer - middle) / half if half > 0.0 else math.inf


def widen_curve(curve: Cdf, scale: Scale, factor: float) -> Cdf:
    """Move each knot away from the median by a factor, along the scale, and cut it to the range."""
    if not 0.0 < factor < math.inf:
        raise ForecastsError(f"widen by a factor above 0, not {factor}")
    places = scale.locations(curve.x)
    middle = float(scale.location(curve.bounded_quantile(scale, 0.5)))
    moved = middle + factor * (places - middle)
    start = 0.0 if not scale.open_lower else float(np.interp(0.0, moved, curve.p))
    end = 1.0 if not scale.open_upper else float(np.interp(1.0, moved, curve.p))
    inside = (moved > 1e-9) & (moved < 1.0 - 1e-9)
    knots = np.r_[0.0, moved[inside], 1.0]
    shares: Floats = np.asarray(np.interp(knots, moved, curve.p))
    return _build_curve(scale, knots, shares, (start, end))


def _build_curve(scale: Scale, knots: Floats, shares: Floats, ends: tuple[float, float]) -> Cdf:
    """Curve through the knots, its shares stretched to both ends."""
    left, right = float(shares[0]), float(shares[-1])
    if right - left > 1e-9:
        shares = ends[0] + (shares - left) / (right - left) * (ends[1] - ends[0])
    keep = np.r_[True, np.diff(knots) > 1e-9]
    return Cdf(
        tuple(scale.values(knots[keep]).tolist()), tuple(np.clip(shares[keep], 0.0, 1.0).tolist())
    )
