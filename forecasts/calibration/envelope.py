"""Simultaneous band around curves, and one overall statistic, at one joint level.

Worlds are drawn in which the forecaster is calibrated. At each point of a curve the chance of a
value as far out is the larger of two: the share of drawn curves there, and the tail of a normal
distribution, which goes on where draws end; shares are turned into angles asin √share first, whose
scatter is even. The smallest chance over all points is the depth of a curve; a band of one depth at
all points holds whole curves. The statistic is far out where few draws reach it. A forecaster who
is calibrated trips over the two together with chance 1 − level, however they depend.

Source: Myllymäki, Mrkvička, Grabarnik, Seijo & Hahn 2017, Journal of the Royal Statistical Society
B 79, for envelopes by the extremest point; the smaller of two p-values is that of Tippett 1931.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.probability import Floats

ROUNDING = 1e-9
"""Difference up to which drawn values count as equal."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Ends of the band at each point, and how an observed curve and statistic lie to them.

    `outside`: where the curve leaves the band. `is_far`: the statistic is farther out than it may
    be. A calibrated forecaster is outside somewhere or far with chance 1 − level.
    """

    lower: Floats
    upper: Floats
    outside: NDArray[np.bool_]
    is_far: bool


def fit_envelope(
    curve: Floats,
    statistic: float,
    *,
    drawn_curves: Floats,
    drawn_statistics: Floats,
    level: float,
) -> Envelope:
    """Fit the band to drawn curves, one row a draw, and judge an observed curve and statistic.

    Values of curves lie in 0 to 1.

    >>> rng = np.random.default_rng(0)
    >>> drawn = rng.binomial(50, 0.5, (2000, 3)) / 50
    >>> found = fit_envelope(np.array([0.5, 0.5, 0.8]), 1.0, drawn_curves=drawn,
    ...     drawn_statistics=rng.normal(size=2000), level=0.95)
    >>> found.outside.tolist(), found.is_far
    ([False, False, True], False)
    """
    draws = drawn_statistics.size
    ordered = np.sort(drawn_curves, axis=0)
    depth = _measure_depth(drawn_curves, ordered)
    by_depth = np.searchsorted(np.sort(depth), depth, side="right")
    by_statistic = _count_reaching(drawn_statistics, drawn_statistics)
    smallest = np.sort(np.minimum(by_depth, by_statistic))
    # At most `allowed` of the draws have fewer draws beyond them than `critical`.
    allowed = max(0, int((1.0 - level) * (draws + 1)) - 1)
    critical = int(smallest[allowed])
    lower, upper = _find_ends(ordered, float(np.sort(depth)[critical - 1]))
    return Envelope(
        lower=lower,
        upper=upper,
        outside=(curve < lower - ROUNDING) | (curve > upper + ROUNDING),
        is_far=int(_count_reaching(np.array([statistic]), drawn_statistics)[0]) + 1 < critical,
    )


def standardise(observed: float, draws: Floats) -> tuple[float, Floats]:
    """Divide an observed and the drawn deviations by the standard deviation of the drawn ones."""
    spread = float(np.sqrt((draws**2).mean()))
    if spread > ROUNDING:
        return observed / spread, draws / spread
    certain = 0.0 if abs(observed) <= ROUNDING else float(np.copysign(np.inf, observed))
    return certain, np.zeros_like(draws)


def _count_reaching(values: Floats, draws: Floats) -> NDArray[np.intp]:
    """Count the draws that reach each value."""
    return draws.size - np.searchsorted(np.sort(draws), values - ROUNDING, side="left")


def _measure_depth(curves: Floats, ordered: Floats) -> Floats:
    """Smallest chance of a value as far out, over the points of each drawn curve and both sides."""
    from scipy.special import ndtr

    draws = ordered.shape[0]
    depth = np.ones(curves.shape[0])
    for values, column in zip(curves.T, ordered.T, strict=True):
        # A draw does not count itself, as an observed curve does not.
        below = (np.searchsorted(column, values + ROUNDING, side="right") - 1) / draws
        above = 1.0 - (np.searchsorted(column, values - ROUNDING, side="left") + 1) / draws
        middle, spread = _fit_angles(column)
        if spread > ROUNDING:
            z = (np.arcsin(np.sqrt(values)) - middle) / spread
            below, above = np.maximum(below, ndtr(z)), np.maximum(above, ndtr(-z))
        depth = np.minimum(depth, np.minimum(below, above))
    return depth


def _find_ends(ordered: Floats, depth: float) -> tuple[Floats, Floats]:
    """Least and greatest value at each point that are at least so deep."""
    from scipy.special import ndtri

    draws, depth = ordered.shape[0], min(depth, 0.5)
    k = max(int(np.ceil(depth * draws - ROUNDING)), 1)
    angles = np.array([_fit_angles(column) for column in ordered.T])
    steps = float(ndtri(depth)) * angles[:, 1]
    ends = np.sin(np.clip(np.stack([angles[:, 0] + steps, angles[:, 0] - steps]), 0.0, np.pi / 2))
    return np.minimum(ordered[k - 1], ends[0] ** 2), np.maximum(ordered[draws - k], ends[1] ** 2)


def _fit_angles(shares: Floats) -> tuple[float, float]:
    """Mean and standard deviation of shares, as angles."""
    angles = np.arcsin(np.sqrt(shares))
    return float(angles.mean()), float(angles.std())
