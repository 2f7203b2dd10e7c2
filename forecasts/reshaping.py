"""A curve changed by hand: some of its values move to new places, and everything between them follows smoothly."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from forecasts.cdf import Cdf, Scale
from forecasts.errors import InvalidForecast
from forecasts.probability import Floats

_STEPS = 200  # between the bounds: as fine as a curve from three handles
_MANY = 300  # knots of a curve that is drawn so finely that its corners need not be kept
_APART = 1e-9  # of the scale: knots that lie nearer to each other could turn out to be one value
_NOTHING = 1e-12  # a mass within the scale that has no shape
_EASE = 1.5  # log-odds of a place: how far from the outermost moved value the stretching of the tail has settled
_FURTHEST = 40.0  # log-odds of a place next to a bound


def reshape(curve: Cdf, scale: Scale, moves: Mapping[float, float], *, below: float, above: float) -> Cdf:
    """The part of a curve within `scale` after its values moved, with the masses beyond the bounds given anew.

    `moves` maps values of the curve, rising and inside the scale, to their new values. As much of the mass within
    the scale lies below a new value as lay below the old one. Between and beyond them the scale is stretched without
    a bend, so that a density without steps stays one; where the moved values close up, the tails draw in with them.
    A value moved onto a bound leaves the mass beside it to its neighbour. Of a curve with nothing within the scale
    the result is even. Raises `InvalidForecast` when the new values do not rise within the scale, or when `below` and
    `above` are more than everything.

    >>> made = reshape(Cdf((0.0, 100.0), (0.0, 0.9)), Scale(0.0, 100.0), {50.0: 40.0}, below=0.0, above=0.2)
    >>> round(made.at(40.0), 6), round(made.above, 6)
    (0.4, 0.2)
    """
    old, new = scale.locations(list(moves)), scale.locations(list(moves.values()))
    if not (np.all(np.diff(new) > 0.0) and np.all((new >= 0.0) & (new <= 1.0))):
        raise InvalidForecast(
            "the three handles lie in the range and rise: a quarter below, the middle, a quarter above"
        )
    top = 1.0 - above
    if top < below - _APART:
        raise InvalidForecast(f"{100 * (below + above):.4g}% beyond the range is more than everything")
    places, origins = _knots(scale, curve, old, new)
    shares = below + max(top - below, 0.0) * _within(curve, scale, origins)
    shares = np.maximum.accumulate(np.clip(shares, below, max(top, below)))
    return Cdf(tuple(scale.values(places).tolist()), (*shares[:-1].tolist(), max(top, below)))


def from_quartiles(values: Sequence[float], scale: Scale, *, below: float, above: float) -> Cdf:
    """A smooth curve below whose three values lie a quarter, a half and three quarters of everything.

    `below` and `above` are the masses beyond the bounds, at most a quarter each. Like a logistic curve on the scale,
    its tails end at the bounds. A value at a bound leaves the middle exact. Raises `InvalidForecast` when the values do
    not rise within the scale.

    >>> made = from_quartiles((20.0, 30.0, 60.0), Scale(0.0, 100.0, open_upper=True), below=0.0, above=0.1)
    >>> [round(made.at(x), 6) for x in (20.0, 30.0, 60.0, 100.0)]
    [0.25, 0.5, 0.75, 0.9]
    """
    quarters = np.linspace(0.0, 1.0, 5)
    even = Cdf((scale.lower, scale.upper), (0.0, 0.0))
    moves = dict(zip(scale.values(quarters[1:-1]).tolist(), values, strict=True))
    made = reshape(even, scale, moves, below=0.0, above=0.0)
    levels = np.array([below, 0.25, 0.5, 0.75, 1.0 - above])
    shares = _rising(quarters, levels, 4.0 * np.diff(levels)[[0, -1]])(np.asarray(made.p))
    shares = np.maximum.accumulate(np.clip(shares, below, levels[-1]))
    return Cdf(made.x, (*shares[:-1].tolist(), 1.0 - above))


def _knots(scale: Scale, curve: Cdf, old: Floats, new: Floats) -> tuple[Floats, Floats]:
    """The knots of the new curve, and where on the scale each of them was before: 0 at the lower bound, 1 at the upper.

    They are even along the scale, even where it was before, and at the old curve's corners.
    """
    inner = (new > 0.0) & (new < 1.0)
    tails = max(1.0, float(np.ptp(_log_odds(old)) / np.ptp(_log_odds(new)))) if len(new) > 1 else 1.0
    back = _stretch(_log_odds(old[inner]), _log_odds(new[inner]), tails)
    even = np.linspace(0.0, 1.0, _STEPS + 1)[1:-1]
    corners = scale.locations(curve.x if len(curve.x) <= _MANY else ())
    before = np.concatenate([even, corners[(corners > 0.0) & (corners < 1.0)]])
    fine = np.linspace(-_FURTHEST, _FURTHEST, 40 * _STEPS + 1)
    moved = _place(np.interp(_log_odds(before), back(fine), fine))
    fixed = np.concatenate([[0.0], new[inner], [1.0]])
    others = np.unique(np.concatenate([even, moved]))
    others = others[np.diff(others, prepend=0.0) > _APART]
    others = others[np.abs(others[:, np.newaxis] - fixed).min(axis=1) > _APART]
    places = np.sort(np.concatenate([fixed, others]))
    return places, np.concatenate([[0.0], _place(back(_log_odds(places[1:-1]))), [1.0]])


def _stretch(old: Floats, new: Floats, tails: float) -> Callable[[Floats], Floats]:
    """The rising function without a bend that leads from the new log-odds of places to the old ones.

    Outside the given ones it settles to a straight line of slope `tails`: 1 leaves a tail as heavy as it was, more
    draws it in.
    """
    at = np.concatenate([[new[0] - _EASE], new, [new[-1] + _EASE]])
    was = np.concatenate([[old[0] - tails * _EASE], old, [old[-1] + tails * _EASE]])
    between = _rising(at, was, np.array([tails, tails]))
    return lambda x: between(np.clip(x, at[0], at[-1])) + tails * (x - np.clip(x, at[0], at[-1]))


def _rising(x: Floats, y: Floats, ends: Floats) -> Callable[[Floats], Floats]:
    """The cubic through rising points with these slopes at its two ends.

    Its slope at a point between is the harmonic mean of the slopes beside it, which keeps it rising (Fritsch and
    Butland 1984).
    """
    from scipy.interpolate import CubicHermiteSpline

    chords = np.maximum(np.diff(y) / np.diff(x), _NOTHING)
    slopes = np.concatenate([ends[:1], 2.0 / (1.0 / chords[:-1] + 1.0 / chords[1:]), ends[1:]])
    return CubicHermiteSpline(x, y, slopes)


def _log_odds(places: Floats) -> Floats:
    from scipy.special import logit

    return np.clip(logit(places), -_FURTHEST, _FURTHEST)


def _place(log_odds: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(log_odds))


def _within(curve: Cdf, scale: Scale, places: Floats) -> Floats:
    """The share of the mass within the scale at or below places on it."""
    start, end = curve.at(scale.lower), curve.at(scale.upper)
    if end - start < _NOTHING:
        return places
    return (np.interp(scale.values(places), curve.x, curve.p) - start) / (end - start)
