"""Data frames for forecasts of numbers and dates over time.

Values are times for date questions and numbers for numeric ones. On a log scale a value is its
distance from the zero point, as a logarithmic axis requires.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pandas as pd

from dashboard.charts.revisions import LABEL_ROOM
from dashboard.components.frames import TIME, build_frame
from dashboard.components.probability_lines import (
    ProbabilityLine,
    TimeWindow,
    shorten_name,
    spread_heights,
)
from dashboard.wording.questions import format_answer
from forecasts.distributions.cdf import Cdf, Scale, date_from_day_number
from forecasts.distributions.distribution import Distribution
from forecasts.questions.answers import get_answer
from forecasts.questions.question import ForecasterId, Question, Resolution
from forecasts.questions.settlement import end_of_period
from tracker.model.read_models import QuestionPage

FAN_LEVELS: Final[Mapping[str, float]] = {
    "low90": 0.05,
    "low50": 0.25,
    "middle": 0.5,
    "high50": 0.75,
    "high90": 0.95,
}
"""Quantile levels of a fan."""


def fan_frame(page: QuestionPage, forecaster_id: ForecasterId, window: TimeWindow) -> pd.DataFrame:
    """Quantiles of one forecaster's forecasts within a window. Columns:

    time, low90, low50, middle, high50, high90 (values, clamped to the range, all empty where a gap
    begins).
    """
    question = page.summary.question
    types = {"time": TIME, **dict.fromkeys(FAN_LEVELS, _value_dtype(question))}
    rows = [
        (at, *(_compute_quantile(question, distribution, level) for level in FAN_LEVELS.values()))
        for at, distribution in page.timelines[forecaster_id].drawn_steps(*window)
    ]
    return build_frame(types, rows)


def medians_frame(
    question: Question, lines: Sequence[ProbabilityLine], window: TimeWindow
) -> pd.DataFrame:
    """Medians of some forecasters within a window. Columns: time, middle, forecaster."""
    rows = [
        (at, _compute_quantile(question, distribution, 0.5), line.name)
        for line in lines
        for at, distribution in line.timeline.drawn_steps(*window)
    ]
    types = {"time": TIME, "middle": _value_dtype(question), "forecaster": "str"}
    return build_frame(types, rows)


def _compute_quantile(question: Question, distribution: Distribution | None, level: float) -> Any:
    if not isinstance(distribution, Cdf):
        return None
    return _chart_value(question, distribution.bounded_quantile(_scale_of(question), level))


def fan_labels_frame(
    question: Question, fan: pd.DataFrame, medians: pd.DataFrame, window: TimeWindow
) -> pd.DataFrame:
    """The name of each median at its end, without overlaps. Columns:

    time, forecaster, middle (height of the name, not of the line), label, short; and a last row
    without a name, which reserves room at the right.
    """
    types = dict.fromkeys(("time", "forecaster", "middle", "label", "short"), "str")
    types |= {"time": TIME, "middle": _value_dtype(question)}
    last_rows = medians.dropna(subset=["middle"]).groupby("forecaster", sort=False).last()
    is_log = _scale_of(question).zero_point is not None
    levels = [*fan[["low90", "high90"]].stack(), *last_rows["middle"]]
    numbers = [_axis_number(value, is_log=is_log) for value in levels]
    if not numbers:
        return build_frame(types, ())
    heights = spread_heights(numbers[-len(last_rows) :], (min(numbers), max(numbers) + 1e-9))
    rows: list[tuple[Any, ...]] = [
        (window[1], name, _axis_value(question, height, is_log=is_log), *[shorten_name(name)] * 2)
        for name, height in zip(last_rows.index, heights, strict=True)
    ]
    rows.append((window[1] + LABEL_ROOM * (window[1] - window[0]), *rows[0][1:3], "", ""))
    return build_frame(types, rows)


def _axis_number(value: Any, *, is_log: bool) -> float:
    number = value.timestamp() if isinstance(value, datetime) else float(value)
    return math.log(number) if is_log else number


def _axis_value(question: Question, number: float, *, is_log: bool) -> Any:
    if question.kind == "date":
        return datetime.fromtimestamp(number, UTC)
    return math.exp(number) if is_log else number


def full_range(question: Question) -> tuple[float, float]:
    """Return the whole range of a question as the ends of an axis; of dates in milliseconds."""
    scale = _scale_of(question)
    ends = (_chart_value(question, end) for end in (scale.lower, scale.upper))
    low, high = (
        1000 * end.timestamp() if isinstance(end, datetime) else float(end) for end in ends
    )
    return low, high


def value_answer_frame(question: Question, resolution: Resolution | None) -> pd.DataFrame:
    """The number or date that is the answer, clamped to the range. Columns: time (known), value,
    answer.
    """
    outcome, scale = get_answer(question, resolution), _scale_of(question)
    rows: list[tuple[Any, ...]] = []
    if resolution is not None and isinstance(outcome, float):
        value = _chart_value(question, min(max(outcome, scale.lower), scale.upper))
        rows = [(resolution.known_at, value, format_answer(question, resolution))]
    return build_frame({"time": TIME, "value": _value_dtype(question), "answer": "str"}, rows)


def series_frame(page: QuestionPage, window: TimeWindow) -> pd.DataFrame:
    """Values of the series that settles a numeric question, within a window. Columns:

    time (end of the period), value, shown (as the source writes it), period.
    """
    question, settling = page.summary.question, page.desk.settling
    scale = question.scale
    if settling is None or scale is None or question.kind != "numeric":
        return build_frame("time:time value:float shown period", [])
    zero = -math.inf if scale.zero_point is None else scale.zero_point
    ends = ((end_of_period(value.period), value) for value in settling.values)
    rows = [
        (at, _chart_value(question, value.value), f"{value.text} {settling.series.unit}".strip(),
         str(value.period))
        for at, value in ends
        if window[0] <= at <= window[1] and value.value > zero
    ]  # fmt: skip
    return build_frame("time:time value:float shown period", rows)


def _chart_value(question: Question, value: float) -> Any:
    if question.kind == "date":
        return date_from_day_number(value)
    zero = _scale_of(question).zero_point
    return value if zero is None else value - zero


def _value_dtype(question: Question) -> str:
    return TIME if question.kind == "date" else "float64"


def _scale_of(question: Question) -> Scale:
    assert question.scale is not None
    return question.scale
