"""Handles of an interval: its quartiles within the range, and the masses beyond open bounds.

So a probability of "never" of any size can be set beside the quartiles. Until a handle is changed,
the forecast is exactly the initial one.
"""

import math
from dataclasses import astuple, dataclass, replace
from datetime import datetime

from forecasts.distributions.cdf import Cdf, Scale, day_number
from forecasts.distributions.curve_builders import replace_tail_masses, reshape_curve
from forecasts.questions.question import Question

QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class IntervalHandles:
    """Quartiles of the forecast within the range, and the probabilities beyond its bounds."""

    low: float
    middle: float
    high: float
    below: float = 0.0
    above: float = 0.0


@dataclass(frozen=True, slots=True)
class IntervalStart:
    """Initial state: the forecast, the range still open, its exact handles, and these as shown.

    An input shows fewer digits than a forecast has, so unchanged values are read from the exact
    handles.
    """

    curve: Cdf
    left: Scale
    exact: IntervalHandles
    shown: IntervalHandles


def build_start(question: Question, curve: Cdf, now: datetime) -> IntervalStart:
    """Build the initial state of the inputs for a forecast."""
    left = get_open_range(question, now)
    exact = compute_handles(curve, left)
    shown = _round_days(exact, left) if question.kind == "date" else _round_numbers(exact, left)
    masses = {"below": _round_percentage(exact.below), "above": _round_percentage(exact.above)}
    return IntervalStart(curve, left, exact, replace(shown, **masses))


def get_open_range(question: Question, now: datetime) -> Scale:
    """Return the range in which the answer can lie: for a date question from tomorrow on.

    The whole range if hardly anything is left.
    """
    assert question.scale is not None
    tomorrow = math.ceil(day_number(now))
    if question.kind != "date" or not question.scale.lower < tomorrow < question.scale.upper - 3:
        return question.scale
    return replace(question.scale, lower=float(tomorrow))


def build_curve(start: IntervalStart, entered: IntervalHandles, scale: Scale) -> Cdf:
    """Build the forecast from the inputs, over the whole `scale`; the initial one if none was
    changed.

    If only a probability beyond the range was changed, the shape within it stays; if a handle was
    moved, the curve is smooth. Raises `InvalidForecast` if the handles do not rise within the
    range, or if the probabilities beyond it exceed 1.
    """
    unchanged = [
        math.isclose(new, old)
        for new, old in zip(astuple(entered), astuple(start.shown), strict=True)
    ]
    if all(unchanged):
        return start.curve
    exact, left = astuple(start.exact), start.left
    *places, below, above = (
        old if is_same else new
        for is_same, old, new in zip(unchanged, exact, astuple(entered), strict=True)
    )
    curve = replace_tail_masses(start.curve, left, below=below, above=above)
    if not all(unchanged[:3]):
        curve = reshape_curve(curve, left, places, below=below, above=above)
    return curve if left.lower == scale.lower else Cdf((scale.lower, *curve.x), (below, *curve.p))


def compute_handles(curve: Cdf, left: Scale) -> IntervalHandles:
    """Compute the handles of a forecast; evenly spread if it has no probability in the range."""
    start, end = curve.at(left.lower), curve.at(left.upper)
    quartiles = [curve.quantile(start + q * (end - start)) for q in QUARTERS]
    even = left.values(QUARTERS).tolist()
    low, middle, high = (
        fallback if value is None else value
        for value, fallback in zip(quartiles, even, strict=True)
    )
    if not left.lower <= low < middle < high <= left.upper:
        low, middle, high = even
    return IntervalHandles(
        low,
        middle,
        high,
        curve.below if left.open_lower else 0.0,
        curve.above if left.open_upper else 0.0,
    )


def count_digits(left: Scale) -> int:
    """Return the decimals of a value of the range; below 0 for tens, hundreds and so on."""
    least = left.span if left.zero_point is None else left.lower - left.zero_point
    return (2 if left.zero_point is not None else 3) - math.floor(math.log10(least))


def _round_numbers(exact: IntervalHandles, left: Scale) -> IntervalHandles:
    digits = count_digits(left)
    low, middle, high = (
        min(max(round(value, digits), left.lower), left.upper)
        for value in (exact.low, exact.middle, exact.high)
    )
    return IntervalHandles(low, middle, high)


def _round_days(exact: IntervalHandles, left: Scale) -> IntervalHandles:
    first, last = math.ceil(left.lower), math.floor(left.upper)
    low = min(max(round(exact.low), first), last - 2)
    middle = min(max(round(exact.middle), low + 1), last - 1)
    return IntervalHandles(low, middle, min(max(round(exact.high), middle + 1), last))


def _round_percentage(mass: float) -> float:
    """Round a probability to four digits, as an input shows it in percent."""
    return float(f"{100 * mass:.4g}") / 100
