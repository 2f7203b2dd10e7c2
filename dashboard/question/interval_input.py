"""A number or a date set by hand: three handles, and what lies beyond an open bound.

The handles speak of answers within the range: when it comes if it comes, how much if it is no more
than that. So a chance of "never" of any size can be set beside them, which could not be if a
quarter of everything had to lie above the last handle. Until one of the inputs is changed, the
forecast is exactly the one that they began with.
"""

import math
from dataclasses import astuple, dataclass, replace
from datetime import datetime

from forecasts.distributions.cdf import Cdf, Scale, day_number
from forecasts.distributions.reshaping import reshape, with_masses
from forecasts.questions.question import Question

QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Handles:
    """Where a quarter, a half and three quarters of what lies in the range are, and the masses
    beyond its bounds.
    """

    low: float
    middle: float
    high: float
    below: float = 0.0
    above: float = 0.0


@dataclass(frozen=True, slots=True)
class Start:
    """What the inputs begin with: a forecast, the range still open, its exact handles, and these as
    inputs show them.

    An input shows fewer digits than a forecast has, so what was not changed is read from the exact
    handles.
    """

    curve: Cdf
    left: Scale
    exact: Handles
    shown: Handles


def start_from(question: Question, curve: Cdf, now: datetime) -> Start:
    """The inputs of a question for somebody who begins with this forecast."""
    left = still_open(question, now)
    exact = handles_of(curve, left)
    shown = _in_days(exact, left) if question.kind == "date" else _in_digits(exact, left)
    masses = {"below": _percentage(exact.below), "above": _percentage(exact.above)}
    return Start(curve, left, exact, replace(shown, **masses))


def still_open(question: Question, now: datetime) -> Scale:
    """The range in which the answer can still lie: of a date question what is left of it, from
    tomorrow on.

    The whole range where hardly anything is left.
    """
    assert question.scale is not None
    tomorrow = math.ceil(day_number(now))
    if question.kind != "date" or not question.scale.lower < tomorrow < question.scale.upper - 3:
        return question.scale
    return replace(question.scale, lower=float(tomorrow))


def curve_of(start: Start, given: Handles, scale: Scale) -> Cdf:
    """The forecast that the inputs say, over the whole `scale`: the one they began with while none
    was changed.

    Where only a mass beyond the range was changed, the shape within it stays; where a handle was
    moved, it is smooth. Raises `InvalidForecast` when the handles do not rise within the range, or
    when the masses beyond it are more than everything.
    """
    same = [
        math.isclose(new, old)
        for new, old in zip(astuple(given), astuple(start.shown), strict=True)
    ]
    if all(same):
        return start.curve
    exact, left = astuple(start.exact), start.left
    *places, below, above = (
        old if kept else new for kept, old, new in zip(same, exact, astuple(given), strict=True)
    )
    made = with_masses(start.curve, left, below=below, above=above)
    if not all(same[:3]):
        made = reshape(made, left, places, below=below, above=above)
    return made if left.lower == scale.lower else Cdf((scale.lower, *made.x), (below, *made.p))


def handles_of(curve: Cdf, left: Scale) -> Handles:
    """The handles of a forecast; spread evenly where it has nothing in the range."""
    start, end = curve.at(left.lower), curve.at(left.upper)
    wanted = [curve.quantile(start + q * (end - start)) for q in QUARTERS]
    even = left.values(QUARTERS).tolist()
    low, middle, high = (
        e if value is None else value for value, e in zip(wanted, even, strict=True)
    )
    if not left.lower <= low < middle < high <= left.upper:
        low, middle, high = even
    return Handles(
        low,
        middle,
        high,
        curve.below if left.open_lower else 0.0,
        curve.above if left.open_upper else 0.0,
    )


def digits_of(left: Scale) -> int:
    """Digits after the point with which a value of the range is shown; below 0 for tens, hundreds
    and so on.
    """
    least = left.span if left.zero_point is None else left.lower - left.zero_point
    return (2 if left.zero_point is not None else 3) - math.floor(math.log10(least))


def _in_digits(exact: Handles, left: Scale) -> Handles:
    digits = digits_of(left)
    low, middle, high = (
        min(max(round(value, digits), left.lower), left.upper)
        for value in (exact.low, exact.middle, exact.high)
    )
    return Handles(low, middle, high)


def _in_days(exact: Handles, left: Scale) -> Handles:
    first, last = math.ceil(left.lower), math.floor(left.upper)
    low = min(max(round(exact.low), first), last - 2)
    middle = min(max(round(exact.middle), low + 1), last - 1)
    return Handles(low, middle, min(max(round(exact.high), middle + 1), last))


def _percentage(mass: float) -> float:
    """A mass as an input shows it in percent, with four digits."""
    return float(f"{100 * mass:.4g}") / 100
