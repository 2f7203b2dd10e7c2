"""Data frames for forecasts of options, numbers and dates: over time, and everyone's current
forecast.

Values are times for date questions and numbers for numeric ones. On a log scale a value is its
distance from the zero point, as a logarithmic axis requires.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pandas as pd

from dashboard.charts.revisions import LABEL_ROOM
from dashboard.components.frames import TIME, build_frame
from dashboard.components.probability_lines import (
    TimeWindow,
    list_question_forecasters,
    spread_heights,
)
from dashboard.wording import (
    clip,
    display_name,
    format_answer,
    format_forecast,
    percent_exact,
)
from forecasts.distributions.cdf import Cdf, Scale, date_from_day_number
from forecasts.distributions.distribution import Categorical
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.answers import get_answer
from forecasts.questions.question import (
    ForecasterId,
    Question,
    Resolution,
)
from forecasts.questions.settlement import end_of_period
from forecasts.questions.timeline import ForecastStep, Timeline, build_timeline
from tracker.model.read_models import QuestionPage

FAN_LEVELS: Final[Mapping[str, float]] = {
    "low90": 0.05,
    "low50": 0.25,
    "middle": 0.5,
    "high50": 0.75,
    "high90": 0.95,
}
"""Quantile levels of a fan."""


def _read_timeline(question: Question, raw: Timeline) -> Timeline:
    """Read a timeline with removed options merged, with a step wherever an option was removed."""
    removed = [o.removed_at for o in question.options if o.removed_at is not None]
    instants = {at: raw.at(at) for at in (*(at for at, _ in raw.steps), *removed)}
    return build_timeline(
        (at, None if distribution is None else fold_removed_options(question, at, distribution))
        for at, distribution in instants.items()
    )


def _steps_of(
    page: QuestionPage, forecaster_id: ForecasterId, window: TimeWindow
) -> list[ForecastStep]:
    timeline = _read_timeline(page.summary.question, page.timelines[forecaster_id])
    return timeline.drawn_steps(*window)


# Options


def option_lines_frame(
    page: QuestionPage, forecaster_id: ForecasterId, window: TimeWindow
) -> pd.DataFrame:
    """One step line per option, of one forecaster, within a window. Columns:

    time, y (0..1, empty where a line ends), option, shown (percent in words). An option has no line
    before it was given a probability of its own, or after it was removed.
    """
    points = _steps_of(page, forecaster_id, window)
    rows = [
        row for option in page.summary.question.options for row in _option_rows(points, option.name)
    ]
    return build_frame("time:time y:float option shown", rows)


def _option_rows(points: Iterable[ForecastStep], option: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    previous: float | None = None
    for at, distribution in points:
        p = (
            distribution.of(option)
            if isinstance(distribution, Categorical) and option in distribution.options
            else None
        )
        if p is None and previous is not None:
            rows.append((at, previous, option, percent_exact(previous)))
        if p is not None or previous is not None:
            rows.append((at, p, option, "no forecast" if p is None else percent_exact(p)))
        previous = p
    return rows


def option_answer_frame(
    question: Question, resolution: Resolution | None, top: float = 1.0
) -> pd.DataFrame:
    """The answer as a mark at the top. Columns: time, y, option, answer; empty while unanswered."""
    outcome = get_answer(question, resolution)
    rows = (
        []
        if resolution is None or outcome is None
        else [
            (
                resolution.known_at,
                top,
                str(outcome),
                f"answer: {format_answer(question, resolution)}",
            )
        ]
    )
    return build_frame("time:time y:float option answer", rows)


# Numbers and dates


def fan_frame(page: QuestionPage, forecaster_id: ForecasterId, window: TimeWindow) -> pd.DataFrame:
    """Quantiles of one forecaster's forecasts within a window. Columns:

    time, low90, low50, middle, high50, high90 (values; clamped to the range, all empty where a gap
    begins), shown (the forecast in words).
    """
    question = page.summary.question
    scale = _scale_of(question)
    types = {"time": TIME, **dict.fromkeys(FAN_LEVELS, _value_dtype(question)), "shown": "str"}
    rows = []
    for at, distribution in _steps_of(page, forecaster_id, window):
        levels = (
            [
                _chart_value(question, distribution.bounded_quantile(scale, q))
                for q in FAN_LEVELS.values()
            ]
            if isinstance(distribution, Cdf)
            else [None] * 5
        )
        rows.append(
            (
                at,
                *levels,
                format_forecast(question, distribution)
                if distribution is not None
                else "no forecast",
            )
        )
    return build_frame(types, rows)


def medians_frame(
    page: QuestionPage, forecaster_id: ForecasterId, me: ForecasterId, window: TimeWindow
) -> pd.DataFrame:
    """Medians of everyone else's forecasts within a window. Columns: time, middle, forecaster,
    shown.
    """
    question = page.summary.question
    scale = _scale_of(question)
    rows = [
        (
            at,
            _chart_value(question, distribution.bounded_quantile(scale, 0.5))
            if isinstance(distribution, Cdf)
            else None,
            display_name(forecaster, me),
            format_forecast(question, distribution) if distribution is not None else "no forecast",
        )
        for forecaster in list_question_forecasters(page, me)
        if forecaster.id != forecaster_id
        for at, distribution in _steps_of(page, forecaster.id, window)
    ]
    return build_frame(
        {"time": TIME, "middle": _value_dtype(question), "forecaster": "str", "shown": "str"}, rows
    )


def fan_labels_frame(
    question: Question,
    lead: str,
    fan: pd.DataFrame,
    medians: pd.DataFrame,
    *,
    window: TimeWindow,
) -> pd.DataFrame:
    """The name of each line at its end, `lead` that of the fan, without overlaps. Columns:

    time, forecaster, middle (height of the name, not of the line), label; and a last row without a
    name, which reserves room at the right.
    """
    lead_line = fan[["time", "middle"]].assign(forecaster=lead)
    lines = pd.concat([lead_line, medians[lead_line.columns]]).dropna(subset=["middle"])
    last_rows = lines.groupby("forecaster", sort=False).last()
    is_log = _scale_of(question).zero_point is not None
    levels = [*fan[["low90", "high90"]].stack(), *last_rows["middle"]]
    numbers = [_axis_number(value, is_log=is_log) for value in levels]
    if not numbers:
        return build_frame({**_LABEL_TYPES, "middle": _value_dtype(question)}, ())
    domain = min(numbers), max(numbers) + 1e-9
    heights = spread_heights(numbers[-len(last_rows) :], domain)
    rows: list[tuple[Any, ...]] = [
        (window[1], name, _axis_value(question, height, is_log=is_log), clip(str(name), 24))
        for name, height in zip(last_rows.index, heights, strict=True)
    ]
    rows.append((window[1] + LABEL_ROOM * (window[1] - window[0]), *rows[0][1:3], ""))
    return build_frame({**_LABEL_TYPES, "middle": _value_dtype(question)}, rows)


_LABEL_TYPES: Final = {"time": TIME, "forecaster": "str", "middle": "", "label": "str"}


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
    outcome = get_answer(question, resolution)
    scale = _scale_of(question)
    rows = (
        []
        if resolution is None or not isinstance(outcome, float)
        else [
            (
                resolution.known_at,
                _chart_value(question, min(max(outcome, scale.lower), scale.upper)),
                f"answer: {format_answer(question, resolution)}",
            )
        ]
    )
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
