"""Curves moved by evidence and by time: a tilt in log-odds, and a window without its past."""

import math
from typing import Final

import numpy as np

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.probability import Floats

_GRID_LOG_ODDS: Final = tuple(n / 4 for n in range(-24, 25))
"""Levels, in log-odds, at which a tilted curve has knots beside its own: 0.25 to 99.75 %."""

_NOTHING_LEFT: Final = 1e-12


def tilt_curve(curve: Cdf, log_odds: float) -> Cdf:
    """Move the log-odds of every "the answer is above x" by the same amount.

    F'(x) = sigmoid(logit F(x) − log_odds), exact at each knot: above 0 the answer is likelier to be
    high. Bounds stay, mass beyond them is moved alike, and what is impossible stays so. 0 changes
    nothing, and the opposite amount takes it back. Source: the proportional odds model of
    McCullagh 1980.

    >>> even = Cdf((0.0, 100.0), (0.0, 1.0))
    >>> tilted = tilt_curve(even, math.log(3.0))
    >>> round(1.0 - tilted.at(50.0), 12), tilted.at(0.0), tilted.at(100.0)
    (0.75, 0.0, 1.0)
    """
    if log_odds == 0.0:
        return curve
    x = tilt_knots(curve)
    tilted = tilt_shares(np.interp(x, curve.x, curve.p), log_odds)
    return Cdf(tuple(x.tolist()), tuple(np.maximum.accumulate(tilted).tolist()))


def tilt_knots(curve: Cdf) -> Floats:
    """Knots of a tilted curve: those of the curve, and its values at the levels of a grid."""
    levels = [1.0 / (1.0 + math.exp(-log_odds)) for log_odds in _GRID_LOG_ODDS]
    values = [value for level in levels if (value := curve.quantile(level)) is not None]
    return np.unique(np.array([*curve.x, *values]))


def tilt_shares(below: Floats, log_odds: float) -> Floats:
    """Tilt shares of mass below some values by the same amount: sigmoid(logit share − log_odds)."""
    # The larger factor is 1, so that nothing overflows.
    rise, fall = math.exp(min(0.0, -log_odds)), math.exp(min(0.0, log_odds))
    return np.asarray(below * rise / (below * rise + (1.0 - below) * fall))


def largest_gap(curve: Cdf, other: Cdf) -> float:
    """Largest difference of "the answer is at most x" over all x, 0 to 1 (Kolmogorov 1933).

    >>> largest_gap(Cdf((0.0, 10.0), (0.0, 1.0)), Cdf((0.0, 5.0, 10.0), (0.0, 0.8, 1.0)))
    0.30000000000000004
    """
    x = np.union1d(curve.x, other.x)
    return float(np.abs(np.interp(x, curve.x, curve.p) - np.interp(x, other.x, other.p)).max())


def cut_past(curve: Cdf, day: float, scale: Scale) -> Cdf:
    """Take off the days up to `day`, on which the event did not come: the conditional curve.

    What lies later, "never" included, grows in proportion. If nothing lies later, an open window
    leaves "never", and a closed one the days that are left, evenly. Source: definition of
    conditional probability.

    >>> window = Scale(0.0, 100.0, open_upper=True)
    >>> left = cut_past(Cdf((0.0, 100.0), (0.0, 0.8)), 50.0, window)
    >>> left.at(50.0), round(left.at(75.0), 4), round(left.above, 4)
    (0.0, 0.3333, 0.3333)
    """
    past = curve.at(day)
    if day < curve.x[0] or past == 0.0:
        return curve
    if 1.0 - past <= _NOTHING_LEFT:
        return _exhaust_curve(curve, day, scale)
    later = [(x, (p - past) / (1.0 - past)) for x, p in zip(curve.x, curve.p, strict=True)]
    knots = [(day, 0.0), *((x, p) for x, p in later if x > day)]
    if day > curve.x[0]:
        knots.insert(0, (curve.x[0], 0.0))
    if len(knots) < 2 or day >= curve.x[-1]:
        return Cdf((curve.x[0], curve.x[-1]), (0.0, 0.0))
    return Cdf(tuple(x for x, _ in knots), tuple(min(p, 1.0) for _, p in knots))


def _exhaust_curve(curve: Cdf, day: float, scale: Scale) -> Cdf:
    """Curve of a window of which all mass is past."""
    first, last = curve.x[0], curve.x[-1]
    if scale.open_upper:
        return Cdf((first, last), (0.0, 0.0))
    start = min(day, curve.x[-2])
    if start == first:
        return Cdf((first, last), (0.0, 1.0))
    return Cdf((first, start, last), (0.0, 0.0, 1.0))
