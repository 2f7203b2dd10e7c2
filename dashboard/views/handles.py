"""A number or a date set by hand: three handles, and what lies beyond an open bound.

The handles speak of answers within the range: when it comes if it comes, how much if it is no more than that. So a
chance of "never" of any size can be set beside them, which could not be if a quarter of everything had to lie above the
last handle.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.cdf import Cdf, Scale, day_number, from_slider
from forecasts.errors import InvalidForecast
from forecasts.question import Question

QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Handles:
    """Where a quarter, a half and three quarters of what lies in the range are, and the masses beyond its bounds."""

    low: float
    middle: float
    high: float
    below: float = 0.0
    above: float = 0.0


def still_open(question: Question, now: datetime) -> Scale:
    """The range in which the answer can still lie: of a date question what is left of it, from tomorrow on.

    The whole range where hardly anything is left.
    """
    assert question.scale is not None
    tomorrow = math.ceil(day_number(now))
    if question.kind != "date" or not question.scale.lower < tomorrow < question.scale.upper - 3:
        return question.scale
    return replace(question.scale, lower=float(tomorrow))


def curve_of(handles: Handles, left: Scale, scale: Scale) -> Cdf:
    """The forecast that handles say, over the range `left` of the whole `scale`.

    Raises `InvalidForecast` when they do not rise within it, or when the masses beyond it are more than everything.
    """
    inside = 1.0 - handles.below - handles.above
    if inside < 0.0:
        raise InvalidForecast(f"{100 * (1.0 - inside):.4g}% beyond the range is more than everything")
    made = from_slider(handles.low, handles.middle, handles.high, replace(left, open_lower=False, open_upper=False))
    shares = [handles.below + inside * p for p in made.p]
    if not scale.open_upper:
        shares[-1] = 1.0
    if left.lower == scale.lower:
        return Cdf(made.x, tuple(shares))
    return Cdf((scale.lower, *made.x), (handles.below, *shares))


def handles_of(curve: Cdf, left: Scale) -> Handles:
    """The handles that come nearest to a forecast, so that somebody may go on from it."""
    start, end = curve.at(left.lower), curve.at(left.upper)
    wanted = [curve.quantile(start + q * (end - start)) for q in QUARTERS]
    even = left.values(QUARTERS).tolist()
    low, middle, high = (e if value is None else value for value, e in zip(wanted, even, strict=True))
    if not left.lower <= low < middle < high <= left.upper:
        low, middle, high = even
    return Handles(low, middle, high, curve.below if left.open_lower else 0.0, curve.above if left.open_upper else 0.0)
