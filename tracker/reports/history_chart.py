"""Charts of forecasts over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from forecasts.distributions.cdf import Cdf, date_from_day_number
from forecasts.distributions.distribution import Categorical, Distribution, p_yes
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    PRIOR,
    SUGGESTION,
    Forecaster,
    ForecasterId,
    Question,
    sort_forecasters,
)
from forecasts.questions.timeline import Timeline
from tracker.reports.content import Axis, Chart, ChartEvent, EvidenceMark, Point, ReportSeries, Role

_ROLES: Final[Mapping[ForecasterId, Role]] = {
    CROWD: "crowd",
    SUGGESTION: "suggestion",
    HAZARD: "hazard",
    PRIOR: "prior",
}
_AXES: Final[Mapping[str, Axis]] = {"binary": "share", "date": "date"}
_BAND_LEVELS: Final = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class HistoryWindow:
    """All forecasts on a question over a window of time, and the reader of the report."""

    question: Question
    timelines: Mapping[ForecasterId, Timeline]
    people: Mapping[ForecasterId, Forecaster]
    window: tuple[datetime, datetime]
    me: ForecasterId

    def list_forecasters(self) -> tuple[ForecasterId, ...]:
        """Return the forecasters in the window: `me`, other people, then computed ones."""
        active = (
            self.people[forecaster_id]
            for forecaster_id, steps in self.timelines.items()
            if forecaster_id in self.people and steps.spans(*self.window)
        )
        return tuple(f.id for f in sort_forecasters(active, self.me))

    @property
    def leading_forecaster(self) -> ForecasterId:
        """The forecaster whose option shares are drawn: crowd, else suggestion, else base rate."""
        active = self.list_forecasters()
        return next(
            forecaster_id for forecaster_id in (CROWD, SUGGESTION, PRIOR) if forecaster_id in active
        )


def build_history_chart(
    forecasts: HistoryWindow,
    *,
    marks: Sequence[EvidenceMark] = (),
    rules: Sequence[ChartEvent] = (),
    answer: Point | None = None,
) -> Chart | None:
    """Build the chart of a question of any kind; None if there is no forecast yet."""
    if not forecasts.list_forecasters():
        return None
    question = forecasts.question
    span = f"from {forecasts.window[0]:%Y-%m-%d} to {forecasts.window[1]:%Y-%m-%d}"
    more = f", with {len(marks)} pieces of evidence below (▲ for, ▼ against)" if marks else ""
    if question.kind in ("categorical", "ordered"):
        name = forecasts.people[forecasts.leading_forecaster].name
        alt = f"Probability of each option, as {name} had it, {span}{more}."
        return Chart("share", "", _build_option_series(forecasts), alt, tuple(marks), tuple(rules))
    axis = _AXES.get(question.kind, "number")
    unit = question.scale.unit if question.scale is not None and question.kind == "numeric" else ""
    quantity = "Probability of YES" if axis == "share" else "Middle and 90 % range of each forecast"
    alt = f"{quantity} over time, {span}{more}."
    return Chart(
        axis, unit, _build_forecaster_series(forecasts), alt, tuple(marks), tuple(rules), answer
    )


def _build_forecaster_series(forecasts: HistoryWindow) -> tuple[ReportSeries, ...]:
    series = []
    for forecaster_id in forecasts.list_forecasters():
        role: Role = "me" if forecaster_id == forecasts.me else _ROLES.get(forecaster_id, "person")
        points = [
            Point(at, *_read_values(forecasts.question, d))
            for at, d in forecasts.timelines[forecaster_id].drawn_steps(*forecasts.window)
        ]
        series.append(ReportSeries(forecasts.people[forecaster_id].name, role, tuple(points)))
    return tuple(series)


def _build_option_series(forecasts: HistoryWindow) -> tuple[ReportSeries, ...]:
    steps = forecasts.timelines[forecasts.leading_forecaster].drawn_steps(*forecasts.window)
    names = [option.name for option in forecasts.question.options]
    return tuple(
        ReportSeries(name, "option", tuple(Point(at, _option_share(d, name)) for at, d in steps))
        for name in names
    )


def _option_share(distribution: Distribution | None, name: str) -> float | None:
    return (
        distribution.of(name)
        if isinstance(distribution, Categorical) and name in distribution.options
        else None
    )


def _read_values(
    question: Question, distribution: Distribution | None
) -> tuple[float | None, float | None, float | None]:
    """Return the value drawn of a forecast, and its range."""
    if not isinstance(distribution, Cdf):
        return p_yes(distribution), None, None
    assert question.scale is not None
    low, middle, high = (
        to_chart_value(question, distribution.bounded_quantile(question.scale, level))
        for level in (_BAND_LEVELS[0], 0.5, _BAND_LEVELS[1])
    )
    return middle, low, high


def to_chart_value(question: Question, x: float) -> float:
    """Return a value in chart units: a number, or seconds since 1970 for a date."""
    return date_from_day_number(x).timestamp() if question.kind == "date" else x
