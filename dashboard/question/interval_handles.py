"""Handles of an interval: its quartiles within the range, and the masses beyond open bounds.

So a probability of "never" of any size can be set beside the quartiles. Until a handle is changed,
the forecast is exactly the initial one.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from forecasts.distributions.cdf import Cdf, Scale, day_number
from forecasts.distributions.curve_builders import replace_tail_masses, reshape_curve
from forecasts.questions.question import Question

QUARTERS = (0.25, 0.5, 0.75)


class IntervalHandles(NamedTuple):
    """Quartiles of the forecast within the range, and the probabilities beyond its bounds."""

    low: float
    middle: float
    high: float
    below: float = 0.0
    above: float = 0.0


def get_open_range(question: Question, now: datetime) -> Scale:
    """Return the range in which the answer can lie: for a date question from tomorrow on.

    The whole range if hardly anything is left.
    """
    assert question.scale is not None
    tomorrow = math.ceil(day_number(now))
    if question.kind != "date" or not question.scale.lower < tomorrow < question.scale.upper - 3:
        return question.scale
    return replace(question.scale, lower=float(tomorrow))


def build_curve(curve: Cdf, left: Scale, moved: Sequence[float | None], scale: Scale) -> Cdf:
    """Build the forecast over the whole `scale` from the initial one and its moved handles.

    `moved` has the order of `IntervalHandles`, and None for what was not moved. If only a
    probability beyond the range was, the shape within it stays; if a quartile was, the curve is
    smooth. Raises `InvalidForecast` if the handles do not rise within the range, or if the
    probabilities beyond it exceed 1.
    """
    if all(value is None for value in moved):
        return curve
    *places, below, above = (
        old if new is None else new
        for old, new in zip(compute_handles(curve, left), moved, strict=True)
    )
    made = replace_tail_masses(curve, left, below=below, above=above)
    if any(value is not None for value in moved[:3]):
        made = reshape_curve(made, left, places, below=below, above=above)
    return made if left.lower == scale.lower else Cdf((scale.lower, *made.x), (below, *made.p))


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
