"""What all charts share: how a forecaster is drawn, the time axis, tips, and handing over the
frames.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from forecasts.questions.forecaster import Forecaster
from forecasts.questions.question import ForecasterId
from tracker.reports.palette import (
    BLUE,
    COMPUTED,
    GREEN,
    GREY,
    ME,
    ORANGE,
    PEOPLE,
    PURPLE,
    SKY,
    VERMILLION,
    Line,
)
from tracker.reports.ticks import LOCALE, time_ticks

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "HEIGHT",
    "ORANGE",
    "PURPLE",
    "SKY",
    "VERMILLION",
    "Line",
    "Spec",
    "colour",
    "dash",
    "drawn",
    "lines",
    "stroke",
    "text",
    "time_axis",
    "time_ticks",
    "when",
]

Spec = Mapping[str, Any]

INK: Final = "#808495"
"""The grey of words within a chart, which can be read on light and on dark."""

HEIGHT: Final = 400


def lines(
    forecasters: Sequence[Forecaster], names: Sequence[str], me: ForecasterId
) -> tuple[Line, ...]:
    """A colour and dash for each forecaster: me blue, the suggestion vermillion, base rates
    grey.
    """
    found, others = [], 0
    for forecaster, name in zip(forecasters, names, strict=True):
        if forecaster.id == me:
            found.append(Line(name, *ME))
        elif forecaster.id in COMPUTED:
            found.append(Line(name, *COMPUTED[forecaster.id]))
        else:
            found.append(Line(name, PEOPLE[others % len(PEOPLE)]))
            others += 1
    return tuple(found)


def other_line(name: str, number: int) -> Line:
    """How the line of another question is drawn among those of this one: in long dashes."""
    return Line(name, PEOPLE[(2 - number) % len(PEOPLE)], (10, 3), 2.0)


def drawn(spec: Spec, **frames: Any) -> dict[str, Any]:
    """A compiled chart with its frames, by the names the chart knows them under."""
    return {**spec, "config": {**spec.get("config", {}), "locale": LOCALE}, "datasets": frames}


def time_axis() -> alt.X:
    """Time, in the zone of whoever looks; the same in every layer of a chart."""
    axis = alt.Axis(grid=False, **time_ticks("x", "local"))
    return alt.X("time:T", title=None, scale=alt.Scale(nice=False), axis=axis)


def colour(
    styles: tuple[Line, ...], *, legend: bool, field: str = "forecaster", symbol: str = "stroke"
) -> alt.Color:
    """The forecasters' colours, or those of another field, with the legend or without."""
    names = [line.name for line in styles]
    scale = alt.Scale(domain=names, range=[line.colour for line in styles])
    shown = (
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
    return alt.Color(f"{field}:N", scale=scale, legend=shown)


def dash(
    styles: tuple[Line, ...], *, field: str = "forecaster", legend: bool = True
) -> alt.StrokeDash:
    """The forecasters' dashes, or those of another field: the domain of their colours, so one
    legend shows both.
    """
    names = [line.name for line in styles]
    scale = alt.Scale(domain=names, range=[list(line.dash) or [1, 0] for line in styles])
    return alt.StrokeDash(f"{field}:N", scale=scale, legend=alt.Undefined if legend else None)


def stroke(styles: tuple[Line, ...]) -> alt.StrokeWidth:
    """How thick each forecaster's line is."""
    scale = alt.Scale(domain=[line.name for line in styles], range=[line.width for line in styles])
    return alt.StrokeWidth("forecaster:O", scale=scale, legend=None)


def text(field: str, title: str) -> alt.Tooltip:
    """A line of a tip that shows words."""
    return alt.Tooltip(f"{field}:N", title=title)


def when(title: str) -> alt.Tooltip:
    """A line of a tip that shows the time."""
    return alt.Tooltip("time:T", title=title, format="%d %b %Y, %H:%M")
