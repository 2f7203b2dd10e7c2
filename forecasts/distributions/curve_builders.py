"""Smooth curves through three quartiles, from values or by moving those of another curve."""

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.probability import Floats
from forecasts.errors import InvalidForecast

_QUARTERS = (0.25, 0.5, 0.75)
_ENDS = (0.05, 0.95)  # levels that define the tails when the quartiles move
# Share of the way from a quartile to its bound at which a tail of constant density ends.
_EVEN_TAIL = 0.8
_STEPS = 200  # grid steps between the bounds, as in `from_slider`
_MIN_GAP = 1e-9  # share of the scale: nearer knots could round to one value
_MIN_MASS = 1e-12  # below this the mass within the scale has no shape
_TAIL_EASE = 1.5  # log-odds of a place, from the outermost point to the linear tail
_MAX_LOG_ODDS = 40.0  # log-odds of a place next to a bound


def reshape_curve(
    curve: Cdf, scale: Scale, quartiles: Sequence[float], *, below: float, above: float
) -> Cdf:
    """Move the quartiles of a curve within `scale` and replace the masses beyond the bounds.

    Quartiles are those of the mass within the scale. Each tail scales with the half of the curve on
    its side, within the bounds. The result is smooth even where the curve has steps. Raises
    `InvalidForecast` when the quartiles do not rise within the scale, or when `below` and `above`
    exceed 1.

    >>> made = reshape_curve(Cdf((0.0, 100.0), (0.0, 0.9)), Scale(0.0, 100.0), (25.0, 40.0, 75.0),
    ...     below=0.0, above=0.2)
    >>> round(made.at(40.0), 6), round(made.above, 6)
    (0.4, 0.2)
    """
    new = _check_places(scale, quartiles)
    first, *old, last = _scale_quantiles(curve, scale, (_ENDS[0], *_QUARTERS, _ENDS[1]))
    low = _tail_length(
        old[0] - first,
        room=new[0],
        old_room=old[0],
        half=new[1] - new[0],
        old_half=old[1] - old[0],
    )
    high = _tail_length(
        last - old[2],
        room=1.0 - new[2],
        old_room=1.0 - old[2],
        half=new[2] - new[1],
        old_half=old[2] - old[1],
    )
    points = {
        new[0] - low: _ENDS[0],
        **dict(zip(new.tolist(), _QUARTERS, strict=True)),
        new[2] + high: _ENDS[1],
    }
    return replace_tail_masses(_fit_curve(scale, points), scale, below=below, above=above)


def replace_tail_masses(curve: Cdf, scale: Scale, *, below: float, above: float) -> Cdf:
    """Replace the masses of a curve beyond the bounds; uniform if nothing was within.

    Raises `InvalidForecast` when the masses exceed 1.

    >>> curve = Cdf((0.0, 10.0, 50.0), (0.1, 0.6, 0.9))
    >>> replace_tail_masses(curve, Scale(0.0, 50.0), below=0.0, above=0.2)
    Cdf(x=(0.0, 10.0, 50.0), p=(0.0, 0.5, 0.8))
    """
    top = 1.0 - above
    if top < below - _MIN_GAP:
        raise InvalidForecast(
            f"{100 * (below + above):.4g}% beyond the range is more than everything"
        )
    top = max(top, below)
    start, end = curve.at(scale.lower), curve.at(scale.upper)
    if end - start < _MIN_MASS:
        places = np.linspace(0.0, 1.0, _STEPS + 1)
        return Cdf(
            tuple(scale.values(places).tolist()), tuple((below + (top - below) * places).tolist())
        )
    x = (
        scale.lower,
        *(value for value in curve.x if scale.lower < value < scale.upper),
        scale.upper,
    )
    shares = below + (top - below) * (np.interp(x, curve.x, curve.p) - start) / (end - start)
    return Cdf(x, (*np.clip(shares[:-1], below, top).tolist(), top))


def curve_from_quartiles(
    quartiles: Sequence[float], scale: Scale, *, below: float, above: float
) -> Cdf:
    """Smooth curve with the given three quartiles.

    `below` and `above` are the masses beyond the bounds, at most a quarter each. Like a logistic
    curve on the scale, its tails end at the bounds. A quartile at a bound leaves the median exact.
    Raises `InvalidForecast` when the values do not rise within the scale.

    >>> scale = Scale(0.0, 100.0, open_upper=True)
    >>> made = curve_from_quartiles((20.0, 30.0, 60.0), scale, below=0.0, above=0.1)
    >>> [round(made.at(x), 6) for x in (20.0, 30.0, 60.0, 100.0)]
    [0.25, 0.5, 0.75, 0.9]
    """
    curve = _fit_curve(
        scale, dict(zip(_check_places(scale, quartiles).tolist(), _QUARTERS, strict=True))
    )
    levels = np.array([below, *_QUARTERS, 1.0 - above])
    shares = _monotone_spline(
        np.array([0.0, *_QUARTERS, 1.0]), levels, 4.0 * np.diff(levels)[[0, -1]]
    )(np.asarray(curve.p))
    shares = np.maximum.accumulate(np.clip(shares, below, levels[-1]))
    return Cdf(curve.x, (*shares[:-1].tolist(), 1.0 - above))


def _check_places(scale: Scale, quartiles: Sequence[float]) -> Floats:
    places = scale.locations(quartiles)
    if not (np.all(np.diff(places) > 0.0) and np.all((places >= 0.0) & (places <= 1.0))):
        raise InvalidForecast(
            "the three handles lie in the range and rise: a quarter below, the middle, a "
            "quarter above"
        )
    return places


def _scale_quantiles(curve: Cdf, scale: Scale, levels: Sequence[float]) -> list[float]:
    """Locations of quantiles of the mass within the scale; uniform if there is none."""
    start, end = curve.at(scale.lower), curve.at(scale.upper)
    if end - start < _MIN_MASS:
        return list(levels)
    values = np.interp([start + level * (end - start) for level in levels], curve.p, curve.x)
    return [float(place) for place in np.clip(scale.locations(values), 0.0, 1.0)]


def _tail_length(
    old_length: float, *, room: float, old_room: float, half: float, old_half: float
) -> float:
    """Scale the length of a tail with the half of the curve, within the `room` to the bound."""
    max_share = max(_EVEN_TAIL, old_length / max(old_room, _MIN_MASS))
    scaled = old_length * half / max(old_half, _MIN_MASS)
    return max(min(scaled, min(max_share, 1.0 - _MIN_GAP) * room), _MIN_GAP * room)


def _fit_curve(scale: Scale, points: dict[float, float]) -> Cdf:
    """Smooth curve from bound to bound through levels at places inside the scale."""
    inner = {place: level for place, level in points.items() if 0.0 < place < 1.0}
    at, levels = np.array(list(inner)), np.array(list(inner.values()))
    spline = _log_odds_spline(_log_odds(at), _log_odds(levels))
    even = np.linspace(0.0, 1.0, _STEPS + 1)[1:-1]
    fine = np.linspace(-_MAX_LOG_ODDS, _MAX_LOG_ODDS, 40 * _STEPS + 1)
    grid = np.unique(
        np.concatenate([even, _from_log_odds(np.interp(_log_odds(even), spline(fine), fine))])
    )
    grid = grid[np.diff(grid, prepend=0.0) > _MIN_GAP]
    grid = grid[
        np.abs(grid[:, np.newaxis] - np.concatenate([[0.0], at, [1.0]])).min(axis=1) > _MIN_GAP
    ]
    places = np.sort(np.concatenate([at, grid]))
    shares = np.maximum.accumulate(_from_log_odds(spline(_log_odds(places))))
    return Cdf(
        (scale.lower, *scale.values(places).tolist(), scale.upper), (0.0, *shares.tolist(), 1.0)
    )


def _log_odds_spline(x: Floats, y: Floats) -> Callable[[Floats], Floats]:
    """Smooth rising function through points in log-odds, linear beyond them.

    The slope beyond is that between the two outermost points, but at least 1, above which a density
    at the bound stays finite.
    """
    chords = np.diff(y) / np.diff(x)
    left, right = (
        (max(1.0, float(chord)) for chord in (chords[0], chords[-1])) if len(x) > 1 else (1.0, 1.0)
    )
    at = np.concatenate([[x[0] - _TAIL_EASE], x, [x[-1] + _TAIL_EASE]])
    between = _monotone_spline(
        at,
        np.concatenate([[y[0] - left * _TAIL_EASE], y, [y[-1] + right * _TAIL_EASE]]),
        np.array([left, right]),
    )

    first, last = at[0], at[-1]
    return lambda of: (
        between(np.clip(of, first, last))
        + left * np.minimum(of - first, 0.0)
        + right * np.maximum(of - last, 0.0)
    )


def _monotone_spline(x: Floats, y: Floats, ends: Floats) -> Callable[[Floats], Floats]:
    """Monotone cubic through rising points with given end slopes.

    Its slope at an inner point is the harmonic mean of the adjacent chords (Fritsch and Butland
    1984).
    """
    from scipy.interpolate import CubicHermiteSpline

    chords = np.maximum(np.diff(y) / np.diff(x), _MIN_MASS)
    slopes = np.concatenate([ends[:1], 2.0 / (1.0 / chords[:-1] + 1.0 / chords[1:]), ends[1:]])
    return CubicHermiteSpline(x, y, slopes)


def _log_odds(places: Floats) -> Floats:
    from scipy.special import logit

    return np.asarray(logit(places))


def _from_log_odds(log_odds: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(log_odds))


_GRID_LOG_ODDS: Final = tuple(n / 4 for n in range(-24, 25))
"""Levels, in log-odds, at which a tilted curve has knots beside its own: 0.25 to 99.75%."""

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
