"""Shared parts of charts: line styles, encodings, time axis, tooltips, and data binding."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from forecasts.questions.question import Forecaster, ForecasterId
from tracker.model.chart_style import (
    LOCALE,
    PERSON_COLOURS,
    LineStyle,
    dash_range,
    find_line_role,
    line_styles,
    time_ticks,
)

ChartSpec = Mapping[str, Any]

INK: Final = "#808495"
"""Grey for words within a chart, readable on light and dark backgrounds."""

HEIGHT: Final = 300


def forecaster_lines(
    forecasters: Sequence[Forecaster], names: Sequence[str], me: ForecasterId
) -> tuple[LineStyle, ...]:
    """Assign a colour and dash to each forecaster: me blue, the suggestion vermillion, base rates
    grey, crowds orange, markets and platforms grey with dashes and dots.
    """
    roles = ("me" if f.id == me else find_line_role(f.id) for f in forecasters)
    return line_styles(zip(names, roles, strict=True))


def other_question_style(name: str, number: int) -> LineStyle:
    """Return the style of the line of another question: long dashes."""
    return LineStyle(name, PERSON_COLOURS[(2 - number) % len(PERSON_COLOURS)], (10, 3), 2.0)


def bind_data(spec: ChartSpec, **frames: Any) -> dict[str, Any]:
    """Bind data frames to a compiled chart by name."""
    return {**spec, "config": {**spec.get("config", {}), "locale": LOCALE}, "datasets": frames}


def time_axis() -> alt.X:
    """Return the time axis in the viewer's zone, the same for all layers of a chart."""
    axis = alt.Axis(grid=False, ticks=False, **time_ticks("x", "local"))
    return alt.X("time:T", title=None, scale=alt.Scale(nice=False), axis=axis)


def share_axis(**options: Any) -> alt.Axis:
    """Return an axis of probabilities from 0 to 1, in percent."""
    return alt.Axis(format=".0%", tickCount=4, ticks=False, domain=False, **options)


def colour_encoding(
    styles: tuple[LineStyle, ...],
    *,
    legend: bool,
    field: str = "forecaster",
    symbol: str = "stroke",
) -> alt.Color:
    """Encode the colours of forecasters or another field, with or without a legend."""
    names = [line.name for line in styles]
    scale = alt.Scale(domain=names, range=[line.colour for line in styles])
    legend_spec = (
        alt.Legend(
            orient="top",
            title=None,
            columns=2,
            symbolType=symbol,
            symbolSize=260 if symbol == "stroke" else 120,
        )
        if legend
        else None
    )
    return alt.Color(f"{field}:N", scale=scale, legend=legend_spec)


def dash_encoding(styles: tuple[LineStyle, ...]) -> alt.StrokeDash:
    """Encode the dashes of forecasters."""
    scale = alt.Scale(domain=[line.name for line in styles], range=dash_range(styles))
    return alt.StrokeDash("forecaster:N", scale=scale, legend=None)


def width_encoding(styles: tuple[LineStyle, ...]) -> alt.StrokeWidth:
    """Encode the width of each forecaster's line."""
    names, widths = [line.name for line in styles], [line.width for line in styles]
    scale = alt.Scale(type="ordinal", domain=names, range=widths)  # by default it interpolates
    return alt.StrokeWidth("forecaster:O", scale=scale, legend=None)


def text_tooltip(field: str, title: str) -> alt.Tooltip:
    """Return a tooltip line for text."""
    return alt.Tooltip(f"{field}:N", title=title)


def time_tooltip(title: str) -> alt.Tooltip:
    """Return a tooltip line for the time."""
    return alt.Tooltip("time:T", title=title, format="%d %b %Y, %H:%M")
