"""Smooth curves through three quartiles: of values alone, or of another curve whose quartiles were
moved by hand.
"""

from collections.abc import Callable, Sequence

import numpy as np

from forecasts.cdf import Cdf, Scale
from forecasts.errors import InvalidForecast
from forecasts.probability import Floats

_QUARTERS = (0.25, 0.5, 0.75)
_ENDS = (0.05, 0.95)  # where the tails of a curve are taken hold of when its quartiles move
_EVEN_TAIL = 0.8  # of the way from a quartile to its bound lies the end of a tail that is as dense beyond as before
_STEPS = 200  # between the bounds, and between 0 and 1: as fine as a curve from three handles
_MIN_GAP = 1e-9  # of the scale: knots that lie nearer to each other could turn out to be one value
_MIN_MASS = 1e-12  # a mass within the scale that has no shape
_TAIL_EASE = 1.5  # log-odds of a place: how far from the outermost given point the slope of the tail has settled
_MAX_LOG_ODDS = 40.0  # log-odds of a place next to a bound


def reshape(
    curve: Cdf, scale: Scale, quartiles: Sequence[float], *, below: float, above: float
) -> Cdf:
    """The part of a curve within `scale` after its quartiles moved, with the masses beyond the
    bounds given anew.

    Quartiles are those of the mass within the scale. The tails widen and narrow with the half of
    the curve on their side, within the bounds. The result is smooth even where the curve has steps.
    Raises `InvalidForecast` when the quartiles do not rise within the scale, or when `below` and
    `above` are more than everything.

    >>> made = reshape(Cdf((0.0, 100.0), (0.0, 0.9)), Scale(0.0, 100.0), (25.0, 40.0, 75.0), below=0.0, above=0.2)
    >>> round(made.at(40.0), 6), round(made.above, 6)
    (0.4, 0.2)
    """
    new = _check_places(scale, quartiles)
    first, *old, last = _scale_quantiles(curve, scale, (_ENDS[0], *_QUARTERS, _ENDS[1]))
    low = _tail_length(old[0] - first, new[0], (new[1] - new[0], old[1] - old[0]), old[0])
    high = _tail_length(
        last - old[2], 1.0 - new[2], (new[2] - new[1], old[2] - old[1]), 1.0 - old[2]
    )
    points = {
        new[0] - low: _ENDS[0],
        **dict(zip(new.tolist(), _QUARTERS, strict=True)),
        new[2] + high: _ENDS[1],
    }
    return with_masses(_fit_curve(scale, points), scale, below=below, above=above)


def with_masses(curve: Cdf, scale: Scale, *, below: float, above: float) -> Cdf:
    """The part of a curve within `scale`, with other masses beyond the bounds; even where nothing
    was within.

    Raises `InvalidForecast` when the masses are more than everything.

    >>> with_masses(Cdf((0.0, 10.0, 50.0), (0.1, 0.6, 0.9)), Scale(0.0, 50.0), below=0.0, above=0.2)
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


def from_quartiles(quartiles: Sequence[float], scale: Scale, *, below: float, above: float) -> Cdf:
    """A smooth curve below whose three values lie a quarter, a half and three quarters of
    everything.

    `below` and `above` are the masses beyond the bounds, at most a quarter each. Like a logistic
    curve on the scale, its tails end at the bounds. A value at a bound leaves the middle exact.
    Raises `InvalidForecast` when the values do not rise within the scale.

    >>> made = from_quartiles((20.0, 30.0, 60.0), Scale(0.0, 100.0, open_upper=True), below=0.0, above=0.1)
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
    """Where on the scale levels of the mass within it lie; where there is none, as if it were
    even.
    """
    start, end = curve.at(scale.lower), curve.at(scale.upper)
    if end - start < _MIN_MASS:
        return list(levels)
    values = np.interp([start + level * (end - start) for level in levels], curve.p, curve.x)
    return [float(place) for place in np.clip(scale.locations(values), 0.0, 1.0)]


def _tail_length(length: float, room: float, halves: tuple[float, float], old_room: float) -> float:
    """How far from its quartile a tail now ends, of `room` to the bound; `halves` are the new and
    the old half.
    """
    new, old = halves
    max_share = max(_EVEN_TAIL, length / max(old_room, _MIN_MASS))
    return max(
        min(length * new / max(old, _MIN_MASS), min(max_share, 1.0 - _MIN_GAP) * room),
        _MIN_GAP * room,
    )


def _fit_curve(scale: Scale, points: dict[float, float]) -> Cdf:
    """The smooth curve from bound to bound through levels at places on the scale; a place at a
    bound is left out.
    """
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
    """The smooth rising function through points, all in log-odds, that settles to a straight line
    on either side.

    The slope of that line is the one between the two outermost points, but at least 1, which is
    where a density at the bound stays finite.
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
    """The cubic through rising points with these slopes at its two ends.

    Its slope at a point between is the harmonic mean of the slopes beside it, which keeps it rising
    (Fritsch and Butland 1984).
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
