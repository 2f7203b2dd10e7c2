"""Data frames for forecasts of options, numbers and dates: over time, and everyone's current
forecast.

Values are times for date questions and numbers for numeric ones. On a log scale a value is its
distance from the zero point, as a logarithmic axis requires.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.components.frames import TIME, build_frame
from dashboard.components.probability_lines import (
    TimeWindow,
    chart_end,
    list_question_forecasters,
)
from dashboard.wording import (
    display_name,
    format_answer,
    format_forecast,
    format_quantile,
    format_value,
    percent_exact,
    percent_whole,
)
from forecasts.distributions.cdf import Cdf, Scale, date_from_day_number
from forecasts.distributions.distribution import OTHER, Categorical, Distribution
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.answers import get_answer
from forecasts.questions.question import (
    CROWD,
    PRIOR,
    SUGGESTION,
    Forecaster,
    ForecasterId,
    Question,
    Resolution,
    effective_close,
)
from forecasts.questions.settlement import end_of_period
from forecasts.questions.timeline import ForecastStep, Timeline, build_timeline
from tracker.model.read_models import QuestionPage

DENSITY_BUCKETS: Final = 80
"""Number of equal parts of the range at which density is drawn."""

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


def choose_forecaster(page: QuestionPage, me: ForecasterId) -> ForecasterId:
    """Choose whose forecasts a chart shows by default: mine, crowd, suggestion, or base rate."""
    return next(
        (
            forecaster_id
            for forecaster_id in (me, CROWD, SUGGESTION)
            if forecaster_id in page.timelines and page.timelines[forecaster_id].steps
        ),
        PRIOR,
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

    time, p (0..1, empty where a line ends), option, shown (percent in words). An option has no line
    before it was given a probability of its own, or after it was removed.
    """
    points = _steps_of(page, forecaster_id, window)
    rows = [
        row for option in page.summary.question.options for row in _option_rows(points, option.name)
    ]
    return build_frame("time:time p:float option shown", rows)


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


def current_shares_frame(page: QuestionPage, me: ForecasterId, now: datetime) -> pd.DataFrame:
    """Everyone's current or last probability of each option. Columns: option, forecaster, p (0..1),
    shown.

    Options are those offered when the question closed, or now; the answer carries a tick.
    """
    names = label_options(page, now)
    rows = [
        (
            label,
            display_name(forecaster, me),
            distribution.of(option),
            percent_exact(distribution.of(option)),
        )
        for forecaster, distribution in _current_distributions(page, me, now)
        if isinstance(distribution, Categorical)
        for option, label in names.items()
        if option in distribution.options
    ]
    return build_frame("option forecaster p:float shown", rows)


def label_options(page: QuestionPage, now: datetime) -> dict[str, str]:
    """Map the options offered now, or at the end, to axis labels; the answer has a tick."""
    question = page.summary.question
    outcome = get_answer(question, page.summary.resolution)
    offered = question.offered_options(chart_end(page, now))
    return {
        name: f"✓ {name}" if name == outcome else name for name in sorted(offered, key=OTHER.__eq__)
    }


def choose_axis_top(frame: pd.DataFrame) -> float:
    """Choose the top of a share axis: 1, or a half or a quarter if all shares are small."""
    max_p = frame["p"].max()
    return next((top for top in (0.25, 0.5) if max_p <= 0.9 * top), 1.0)


def option_answer_frame(
    question: Question, resolution: Resolution | None, top: float = 1.0
) -> pd.DataFrame:
    """The answer as a mark at the top. Columns: time, p, option, answer; empty while unanswered."""
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
    return build_frame("time:time p:float option answer", rows)


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


def curves_frame(page: QuestionPage, me: ForecasterId, now: datetime) -> pd.DataFrame:
    """Density of everyone's current or last forecast. Columns of `density_frame`, and
    forecaster.
    """
    question = page.summary.question
    parts = [
        density_frame(question, distribution).assign(forecaster=display_name(forecaster, me))
        for forecaster, distribution in _current_distributions(page, me, now)
        if isinstance(distribution, Cdf)
    ]
    return pd.concat(parts, ignore_index=True)


def density_frame(question: Question, curve: Cdf) -> pd.DataFrame:
    """A forecast as heights over its range. Columns:

    value, height (mass per unit of the scale; 1 is uniform), by (probability of at most this value,
    in words), at (the value in words).
    """
    scale = _scale_of(question)
    edges = scale.values(np.linspace(0.0, 1.0, DENSITY_BUCKETS + 1))
    below = np.array([curve.at(float(edge)) for edge in edges])
    heights = np.diff(below) * DENSITY_BUCKETS
    middles = scale.values((np.arange(DENSITY_BUCKETS) + 0.5) / DENSITY_BUCKETS)
    types = {"value": _value_dtype(question), "height": "float64", "by": "str", "at": "str"}
    rows = [
        (
            _chart_value(question, float(x)),
            float(height),
            percent_whole(curve.at(float(x))),
            format_value(question, float(x)),
        )
        for x, height in zip(middles, heights, strict=True)
    ]
    return build_frame(types, rows)


def quantile_levels_frame(page: QuestionPage, me: ForecasterId, now: datetime) -> pd.DataFrame:
    """Everyone's forecast in numbers. Columns:

    forecaster, below and above (percent beyond the range), low90 to high90 (quantiles in words).
    """
    question = page.summary.question
    types = {
        "forecaster": "str",
        **dict.fromkeys(FAN_LEVELS, "str"),
        "below": "float64",
        "above": "float64",
    }
    rows = [
        (
            display_name(forecaster, me),
            *(format_quantile(question, distribution, q) for q in FAN_LEVELS.values()),
            100 * distribution.below,
            100 * distribution.above,
        )
        for forecaster, distribution in _current_distributions(page, me, now)
        if isinstance(distribution, Cdf)
    ]
    return build_frame(types, rows)


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


def _current_distributions(
    page: QuestionPage, me: ForecasterId, now: datetime
) -> Sequence[tuple[Forecaster, Distribution]]:
    """List everyone's forecast now, or at the close of the question, in order."""
    question, end = page.summary.question, chart_end(page, now)
    # No forecast is in force at the close itself: one made then is too late.
    instant = (
        end
        if end < effective_close(question, page.summary.resolution)
        else end - timedelta(microseconds=1)
    )
    current = (
        (f, _read_timeline(question, page.timelines[f.id]).at(instant))
        for f in list_question_forecasters(page, me)
    )
    return [
        (forecaster, distribution)
        for forecaster, distribution in current
        if distribution is not None
    ]
