"""Shared parts of charts: line styles, encodings, time axis, tooltips, and data binding."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from forecasts.questions.question import Forecaster, ForecasterId
from tracker.reports.chart_style import (
    BLUE,
    COMPUTED,
    GREEN,
    GREY,
    LOCALE,
    ME,
    ORANGE,
    PEOPLE,
    PURPLE,
    SKY,
    VERMILLION,
    LineStyle,
    time_ticks,
)

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "HEIGHT",
    "ORANGE",
    "PURPLE",
    "SKY",
    "VERMILLION",
    "ChartSpec",
    "LineStyle",
    "bind_data",
    "colour_encoding",
    "dash_encoding",
    "forecaster_lines",
    "text_tooltip",
    "time_axis",
    "time_ticks",
    "time_tooltip",
    "width_encoding",
]

ChartSpec = Mapping[str, Any]

INK: Final = "#808495"
"""Grey for words within a chart, readable on light and dark backgrounds."""

HEIGHT: Final = 400


def forecaster_lines(
    forecasters: Sequence[Forecaster], names: Sequence[str], me: ForecasterId
) -> tuple[LineStyle, ...]:
    """Assign a colour and dash to each forecaster: me blue, the suggestion vermillion, base rates
    grey.
    """
    styles, people = [], 0
    for forecaster, name in zip(forecasters, names, strict=True):
        if forecaster.id == me:
            styles.append(LineStyle(name, *ME))
        elif forecaster.id in COMPUTED:
            styles.append(LineStyle(name, *COMPUTED[forecaster.id]))
        else:
            styles.append(LineStyle(name, PEOPLE[people % len(PEOPLE)]))
            people += 1
    return tuple(styles)


def other_question_style(name: str, number: int) -> LineStyle:
    """Return the style of the line of another question: long dashes."""
    return LineStyle(name, PEOPLE[(2 - number) % len(PEOPLE)], (10, 3), 2.0)


def bind_data(spec: ChartSpec, **frames: Any) -> dict[str, Any]:
    """Bind data frames to a compiled chart by name."""
    return {**spec, "config": {**spec.get("config", {}), "locale": LOCALE}, "datasets": frames}


def time_axis() -> alt.X:
    """Return the time axis in the viewer's zone, the same for all layers of a chart."""
    axis = alt.Axis(grid=False, **time_ticks("x", "local"))
    return alt.X("time:T", title=None, scale=alt.Scale(nice=False), axis=axis)


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


def dash_encoding(
    styles: tuple[LineStyle, ...], *, field: str = "forecaster", legend: bool = True
) -> alt.StrokeDash:
    """Encode the dashes of forecasters or another field; equal domains merge this legend with that
    of colours.
    """
    names = [line.name for line in styles]
    scale = alt.Scale(domain=names, range=[list(line.dash) or [1, 0] for line in styles])
    return alt.StrokeDash(f"{field}:N", scale=scale, legend=alt.Undefined if legend else None)


def width_encoding(styles: tuple[LineStyle, ...]) -> alt.StrokeWidth:
    """Encode the width of each forecaster's line."""
    scale = alt.Scale(domain=[line.name for line in styles], range=[line.width for line in styles])
    return alt.StrokeWidth("forecaster:O", scale=scale, legend=None)


def text_tooltip(field: str, title: str) -> alt.Tooltip:
    """Return a tooltip line for text."""
    return alt.Tooltip(f"{field}:N", title=title)


def time_tooltip(title: str) -> alt.Tooltip:
    """Return a tooltip line for the time."""
    return alt.Tooltip("time:T", title=title, format="%d %b %Y, %H:%M")
