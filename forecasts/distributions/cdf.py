"""Numeric and date forecasts: cumulative distributions over a range.

A date question is a numeric one whose values are days since 1970-01-01, UTC; an event that never
occurs within the window has a value above its end.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from forecasts.distributions.probability import Floats, check_probabilities
from forecasts.errors import InvalidForecast, InvalidTime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

OPEN_TAIL = 0.01
"""Default mass beyond an open bound; at most half of the outermost quantile."""

_GRID_STEPS = 200  # between the bounds of a nonlinear curve: the resolution of points
_MIN_GAP = 1e-9  # share of the scale: nearer knots could round to one value


@dataclass(frozen=True, slots=True)
class Scale:
    """Range of a numeric or date question.

    The answer lies between `lower` and `upper`, or beyond an open bound, where a forecast has a
    mass without a location. With `zero_point` (below `lower`) the scale is logarithmic: equal steps
    are equal ratios of the distance from it. `unit` is for display. Bounds in the wrong order,
    infinite ones or a zero point inside the range raise `InvalidForecast`.

    >>> Scale(0.0, 200.0, unit="billion US dollars").location(50.0)
    0.25
    >>> round(Scale(1.0, 1000.0, zero_point=0.0).location(31.6228), 4)
    0.5
    """

    lower: float
    upper: float
    open_lower: bool = False
    open_upper: bool = False
    zero_point: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        if not -math.inf < self.lower < self.upper < math.inf:
            raise InvalidForecast(
                f"a range goes from a lower to a higher number, not {self.lower} to {self.upper}"
            )
        if self.zero_point is not None and not -math.inf < self.zero_point < self.lower:
            raise InvalidForecast(
                f"the zero point of a log scale lies below its range, not at {self.zero_point}"
            )

    @property
    def span(self) -> float:
        """Length of the range in the unit of its values."""
        return self.upper - self.lower

    @property
    def length(self) -> float:
        """Length along the scale: `span`, or on a log scale the nats between its bounds."""
        return self.span if self.zero_point is None else math.log(self._ratio)

    def locations(self, values: ArrayLike) -> Floats:
        """Locations of values: 0 at the lower bound, 1 at the upper, outside [0, 1] beyond them.

        On a log scale values at or below the zero point are at −inf.
        """
        array = np.asarray(values, dtype=np.float64)
        if self.zero_point is None:
            return (array - self.lower) / self.span
        with np.errstate(divide="ignore"):
            distance: Floats = np.log(
                np.maximum(array - self.zero_point, 0.0) / (self.lower - self.zero_point)
            )
        # The same np.log, so that the upper bound is at exactly 1.
        return distance / float(np.log(self._ratio))

    def location(self, value: float) -> float:
        """Location of one value."""
        return float(self.locations(value))

    def values(self, locations: ArrayLike) -> Floats:
        """Values at locations; the inverse of `locations`.

        >>> Scale(1.0, 1000.0, zero_point=0.0).values([0.0, 1 / 3, 1.0]).round(6).tolist()
        [1.0, 10.0, 1000.0]
        """
        array = np.asarray(locations, dtype=np.float64)
        if self.zero_point is None:
            return self.lower + self.span * array
        return self.zero_point + (self.lower - self.zero_point) * self._ratio**array

    def bucket(self, value: float, count: int) -> int:
        """Number of the one of `count` equal parts that holds a value; 0 below, `count` + 1 above.

        Parts are numbered from 1 and include their upper end, the first its lower end too. Source:
        Metaculus, `score_math.py`.

        >>> scale = Scale(0.0, 200.0)
        >>> [scale.bucket(value, 200) for value in (-0.1, 0.0, 1.0, 1.001, 200.0, 200.1)]
        [0, 1, 1, 2, 200, 201]
        """
        if value < self.lower:
            return 0
        if value > self.upper:
            return count + 1
        # Tolerates rounding of an upper end.
        return min(max(1, math.floor(self.location(value) * count + 1 - 1e-10)), count)

    @property
    def _ratio(self) -> float:
        assert self.zero_point is not None
        return (self.upper - self.zero_point) / (self.lower - self.zero_point)


@dataclass(frozen=True, slots=True)
class Cdf:
    """Piecewise linear P(answer ≤ x) at knots x, also on a log scale: a numeric or date forecast.

    `x` rises strictly and `p` does not fall. `p[0]` is the mass below the first knot, 1 − `p[-1]`
    the mass above the last one: for a date, that it never occurs within the window. Fewer than two
    knots, knots out of order and a falling curve raise `InvalidForecast`; an invalid probability
    raises `InvalidProbability`.

    >>> Cdf((0.0, 10.0, 50.0), (0.0, 0.6, 0.9)).at(5.0)
    0.3
    """

    x: tuple[float, ...]
    p: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.x) != len(self.p) or len(self.x) < 2:
            raise InvalidForecast(
                "a curve needs at least two points, each with a value and a probability"
            )
        rising = all(a < b for a, b in pairwise(self.x))
        if not rising or not all(map(math.isfinite, self.x)):
            raise InvalidForecast("the values of a curve are finite and rise from point to point")
        if np.any(np.diff(check_probabilities(self.p)) < 0.0):
            raise InvalidForecast(
                "the probability that the answer lies below a value cannot fall as the value rises"
            )

    @property
    def below(self) -> float:
        """Mass below the first knot."""
        return self.p[0]

    @property
    def above(self) -> float:
        """Mass above the last knot; for a date, that it never occurs within the window."""
        return 1.0 - self.p[-1]

    def at(self, value: float) -> float:
        """P(answer ≤ value); constant beyond the knots."""
        return float(np.interp(value, self.x, self.p))

    def quantile(self, share: float) -> float | None:
        """Value with that share of the mass at or below it; None beyond the knots.

        >>> curve = Cdf((0.0, 10.0, 50.0), (0.0, 0.6, 0.9))
        >>> curve.quantile(0.3), curve.quantile(0.95)
        (5.0, None)
        """
        target = float(check_probabilities(share))
        if target < self.p[0] or target > self.p[-1]:
            return None
        right = next(i for i, p in enumerate(self.p) if p >= target)
        if right == 0:
            return self.x[0]
        low, high = self.p[right - 1], self.p[right]
        return self.x[right - 1] + (self.x[right] - self.x[right - 1]) * (target - low) / (
            high - low
        )

    def bounded_quantile(self, scale: Scale, share: float) -> float:
        """Quantile, or the bound of the scale beyond which it lies."""
        value = self.quantile(share)
        if value is not None:
            return value
        return scale.lower if share < self.below else scale.upper

    def central(self, level: float = 0.9) -> tuple[float, float]:
        """Central interval of mass `level`; an end beyond the knots is the outermost knot."""
        return self._within((1.0 - level) / 2), self._within((1.0 + level) / 2)

    def _within(self, share: float) -> float:
        value = self.quantile(share)
        if value is not None:
            return value
        return self.x[0] if share < self.p[0] else self.x[-1]


def curve_from_quantiles(
    levels: Mapping[float, float],
    scale: Scale,
    *,
    below: float | None = None,
    above: float | None = None,
) -> Cdf:
    """Curve from values at a few levels, such as 5, 50 and 95%.

    `levels` maps a level to a value, `below` and `above` are the masses beyond open bounds (for a
    date, `above` is "never in the window"); by default a hundredth, or half of what the outermost
    level leaves. Linear between the points, on a log scale along that scale. Raises
    `InvalidForecast` when values do not rise with their levels, when one is not finite or lies
    beyond a closed bound, or when a mass is given beyond a closed bound, or contradicts values
    beyond an open one.

    >>> made = curve_from_quantiles({0.25: 20.0, 0.5: 30.0, 0.75: 60.0}, Scale(0.0, 100.0))
    >>> made.quantile(0.5), made.at(10.0)
    (30.0, 0.125)
    """
    if not levels:
        raise InvalidForecast("give the value of at least one level, such as 50%=41")
    ordered = sorted(levels.items())
    check_probabilities([level for level, _ in ordered])
    values = [value for _, value in ordered]
    if any(not a < b for a, b in pairwise(values)):
        raise InvalidForecast(
            "a higher level needs a higher value: order the values by their levels"
        )
    _refuse_beyond_closed(values, scale)
    places = scale.locations(values).tolist()
    points = list(zip(places, (level for level, _ in ordered), strict=True))
    if places[0] > 0.0:
        points.insert(0, (0.0, _tail_mass(below, ordered[0][0], scale.open_lower)))
    if places[-1] < 1.0:
        points.append((1.0, 1.0 - _tail_mass(above, 1.0 - ordered[-1][0], scale.open_upper)))
    curve = _curve_through(scale, points)
    _refuse_contradiction(below, curve.below)
    _refuse_contradiction(above, curve.above)
    return curve


def _refuse_contradiction(stated: float | None, left: float) -> None:
    if stated is not None and not abs(stated - left) <= _MIN_GAP:
        raise InvalidForecast(
            f"{stated:g} beyond the range contradicts the values given, which leave {left:g} there"
        )


def _refuse_beyond_closed(values: Sequence[float], scale: Scale) -> None:
    if not np.isfinite(scale.locations(values)).all():
        raise InvalidForecast(
            "the value of a level is a number; give what lies beyond the range as a mass of its own"
        )
    outside = [
        v
        for v in values
        if (v < scale.lower and not scale.open_lower) or (v > scale.upper and not scale.open_upper)
    ]
    if outside:
        raise InvalidForecast(
            f"{outside[0]:g} lies outside the range {scale.lower:g} to {scale.upper:g}"
        )


def _tail_mass(stated: float | None, left: float, is_open: bool) -> float:
    """Mass beyond one bound, given the mass left by the outermost level."""
    if not is_open:
        if stated is not None and check_probabilities(stated) > 0.0:
            raise InvalidForecast(
                "the answer cannot lie beyond a closed bound of this question: give no mass to that"
            )
        return 0.0
    if stated is None:
        return min(OPEN_TAIL, left / 2)
    if stated > left + 1e-12:
        raise InvalidForecast(
            f"{stated:g} beyond the range is more than the {left:g} that the outermost level leaves"
        )
    return min(float(check_probabilities(stated)), left)


def curve_from_handles(low: float, middle: float, high: float, scale: Scale) -> Cdf:
    """Curve from three quartiles set by slider handles: 25% below `low`, 50 `middle`, 75 `high`.

    A logistic curve on the scale, with a separate width on each side of the median. The mass cut
    off by a closed bound is added to the quarter before it, so that all three quartiles stay exact;
    with a quartile at the bound itself, to the half. Raises `InvalidForecast` when the handles are
    out of order or outside the range.

    >>> made = curve_from_handles(20.0, 30.0, 60.0, Scale(0.0, 100.0, open_upper=True))
    >>> round(made.at(30.0), 2), round(made.at(60.0), 2), round(made.above, 2)
    (0.5, 0.75, 0.07)
    """
    from scipy.special import expit

    if not scale.lower <= low < middle < high <= scale.upper:
        raise InvalidForecast(
            "the three handles lie in the range and rise: a quarter below, the middle, a "
            "quarter above"
        )
    left, centre, right = scale.locations([low, middle, high]).tolist()
    places = _merge_knots(np.linspace(0.0, 1.0, _GRID_STEPS + 1), np.array([left, centre, right]))
    width = np.where(places < centre, centre - left, right - centre) / math.log(3.0)
    raw = expit((places - centre) / width)
    start = 0.0 if scale.open_lower else raw[0]
    end = 1.0 if scale.open_upper else raw[-1]
    below, above = _restore_cut_mass(raw, start), 1.0 - _restore_cut_mass(1.0 - raw, 1.0 - end)
    shares = np.clip(np.where(places < centre, below, above), 0.0, 1.0)
    return Cdf(tuple(scale.values(places).tolist()), tuple(shares.tolist()))


def _restore_cut_mass(shares: Floats, cut: float) -> Floats:
    """Shares up to the median, with the mass cut by a closed bound added to the outer quarter."""
    if 0.25 - cut > 1e-6:
        return np.where(shares < 0.25, (shares - cut) / (0.25 - cut) / 4, shares)
    return (shares - cut) / (0.5 - cut) / 2


def uniform_curve(scale: Scale) -> Cdf:
    """Uniform curve over the range, with 5% beyond each open bound: the uninformed forecast.

    >>> uniform_curve(Scale(0.0, 10.0, open_upper=True)).p
    (0.0, 0.95)
    """
    low, high = (0.05 if scale.open_lower else 0.0), (0.95 if scale.open_upper else 1.0)
    return _curve_through(scale, [(0.0, low), (1.0, high)])


def _curve_through(scale: Scale, points: list[tuple[float, float]]) -> Cdf:
    """Curve through points on the scale, cut to the range; on a log scale with a grid of knots."""
    places = np.array([place for place, _ in points])
    grid = (
        np.linspace(0.0, 1.0, _GRID_STEPS + 1)
        if scale.zero_point is not None
        else np.array([0.0, 1.0])
    )
    knots = _merge_knots(grid, places[(places > 0.0) & (places < 1.0)])
    shares = np.interp(knots, places, np.array([share for _, share in points]))
    return Cdf(tuple(scale.values(knots).tolist()), tuple(shares.tolist()))


def _merge_knots(grid: Floats, places: Floats) -> Floats:
    """Union of places and grid, without grid points that are too near to a place."""
    apart = np.abs(grid[:, np.newaxis] - places).min(axis=1, initial=1.0) > _MIN_GAP
    apart[[0, -1]] = True
    return np.unique(np.concatenate([grid[apart], places]))


def day_number(instant: datetime) -> float:
    """Convert an aware time to days since 1970-01-01, UTC, the unit of date questions.

    >>> day_number(datetime(1970, 1, 2, 12, tzinfo=UTC))
    1.5
    """
    if instant.tzinfo is None:
        raise InvalidTime(
            f"{instant.isoformat()!r} has no time zone: add Z or an offset such as +02:00"
        )
    return (instant - EPOCH) / timedelta(days=1)


def date_from_day_number(days: float) -> datetime:
    """Convert days since 1970-01-01, UTC, to a time; the inverse of `day_number`."""
    return EPOCH + timedelta(days=days)


def mass_in_past(forecast: Cdf, now: datetime) -> float:
    """Mass of a date forecast on dates before `now`, for an event that has not happened.

    Above 0 it is wasted, and worth a warning.

    >>> mass_in_past(Cdf((0.0, 10.0), (0.0, 1.0)), datetime(1970, 1, 3, tzinfo=UTC))
    0.2
    """
    return forecast.at(day_number(now)) - forecast.below if day_number(now) > forecast.x[0] else 0.0
