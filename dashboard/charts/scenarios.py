"""Charts of scenarios (over time and after each answer) and of linked questions."""

import json
from functools import lru_cache
from typing import Final

import altair as alt

from dashboard.charts.common import (
    ChartSpec,
    colour_encoding,
    dash_encoding,
    share_axis,
    text_tooltip,
    time_axis,
    time_tooltip,
    width_encoding,
)
from tracker.model.chart_style import BLUE, GREEN, LineStyle, time_ticks

SCENARIOS_HEIGHT: Final = 260


@lru_cache(maxsize=64)
def scenarios_over_time_chart(styles: tuple[LineStyle, ...]) -> ChartSpec:
    """Each scenario as an area, the first on top, together 100%. Data: `stack`, `stretches`,
    `ends`.
    """
    y = alt.Y(
        "share:Q",
        title=None,
        stack="zero",
        axis=share_axis(grid=False),
        scale=alt.Scale(domain=[0, 1], nice=False),
    )
    areas = (
        alt.Chart(alt.NamedData("stack"))
        .mark_area(interpolate="step-after", opacity=1)
        .encode(
            x=time_axis(),
            y=y,
            color=colour_encoding(styles, legend=False, field="option", symbol="square"),
            order=alt.Order("rank:Q", sort="descending"),
        )
    )
    # The whole period reacts to the pointer, because a thin line would be hard to hit.
    tips = [text_tooltip(f"s{n}", line.name) for n, line in enumerate(styles)]
    hover = (
        alt.Chart(alt.NamedData("stretches"))
        .mark_rect(opacity=0.001)
        .encode(
            x=time_axis(),
            x2="until",
            y=alt.datum(0),
            y2=alt.datum(1),
            tooltip=[time_tooltip("From"), *tips],
        )
    )
    numbers = (
        alt.Chart(alt.NamedData("ends"))
        .mark_text(align="right", dx=-8, fontWeight="bold", fontSize=13)
        .encode(x=time_axis(), y=alt.Y("y:Q"), text="shown:N", color=_text_colour(styles))
    )
    chart = alt.layer(areas, numbers, hover).resolve_scale(color="independent")
    return chart.properties(height=SCENARIOS_HEIGHT).to_dict()


def _text_colour(styles: tuple[LineStyle, ...]) -> alt.Color:
    """Choose black or white text for contrast: white only on blue (5.2 : 1)."""
    colours = ["white" if line.colour == BLUE else "black" for line in styles]
    scale = alt.Scale(domain=[line.name for line in styles], range=colours)
    return alt.Color("option:N", scale=scale, legend=None)


ANSWER_LINE: Final = LineStyle("Answer", GREEN)
"""Style of answers beside forecasts, which are drawn as diamonds."""

_POINT_SHAPES: Final = ("circle", "square", "triangle-up", "cross")
_ROW_HEIGHT: Final = 38

DateTicks = tuple[tuple[int, str], ...]
"""Labels of a time axis: milliseconds since 1970, and text."""


@lru_cache(maxsize=256)
def by_date_chart(styles: tuple[LineStyle, ...], ticks: DateTicks) -> ChartSpec:
    """P(YES) of one event by several dates, a line per forecaster, and answers. Data: `chances`."""
    labels, instants = json.dumps([label for _, label in ticks]), [instant for instant, _ in ticks]
    # An expression, because Vega-Lite does not read plain numbers as times here.
    values = {"expr": json.dumps(instants)}
    label_expression = f"{labels}[indexof({json.dumps(instants)}, time(datum.value))]"
    axis = alt.Axis(
        values=values, labelExpr=label_expression, grid=True, labelLimit=140, labelOverlap=True
    )
    base = alt.Chart(alt.NamedData("chances")).encode(
        x=alt.X("at:T", title=None, axis=axis, scale=alt.Scale(type="utc", nice=False, padding=36)),
        y=alt.Y("p:Q", title=None, axis=share_axis(), scale=alt.Scale(domain=[0, 1], nice=False)),
    )
    line = base.transform_filter(f"datum.forecaster != '{ANSWER_LINE.name}'").mark_line()
    line = line.encode(
        color=colour_encoding(styles, legend=False),
        strokeDash=dash_encoding(styles, legend=False),
        strokeWidth=width_encoding(styles),
    )
    layers = alt.layer(line, _point_layer(base, styles)).resolve_scale(
        color="independent",
        shape="independent",  # the points alone have a legend
    )
    return layers.properties(height=270).to_dict()


@lru_cache(maxsize=256)
def by_label_chart(styles: tuple[LineStyle, ...], labels: tuple[str, ...]) -> ChartSpec:
    """P(YES) of the same question about several labels, from the first down. Data: `chances`."""
    base = alt.Chart(alt.NamedData("chances")).encode(
        y=alt.Y("label:N", title=None, sort=list(labels), axis=alt.Axis(labelLimit=170, grid=True)),
        x=alt.X("p:Q", title=None, axis=share_axis(), scale=alt.Scale(domain=[0, 1], nice=False)),
    )
    return _point_layer(base, styles).properties(height=90 + _ROW_HEIGHT * len(labels)).to_dict()


@lru_cache(maxsize=256)
def label_fan_chart(labels: tuple[str, ...], *, dates: bool, log: bool = False) -> ChartSpec:
    """Median, 50% and 80% intervals of one forecaster over labels. Data: `fan`."""
    y = alt.Y("label:N", title=None, sort=list(labels), axis=alt.Axis(labelLimit=170))
    base = alt.Chart(alt.NamedData("fan")).encode(
        y=y, tooltip=[text_tooltip("label", "Of"), text_tooltip("shown", "Said")]
    )
    wide = base.mark_bar(height=8, opacity=0.3, color=BLUE).encode(
        x=_value_x("low80", dates, log), x2="high80"
    )
    half = base.mark_bar(height=16, opacity=0.45, color=BLUE).encode(
        x=_value_x("low50", dates, log), x2="high50"
    )
    middle = base.mark_tick(thickness=3, size=24, color=BLUE).encode(
        x=_value_x("middle", dates, log)
    )
    return alt.layer(wide, half, middle).properties(height=60 + _ROW_HEIGHT * len(labels)).to_dict()


def _point_layer(base: alt.Chart, styles: tuple[LineStyle, ...]) -> alt.Chart:
    names = [line.name for line in styles]
    shapes = [
        "diamond" if line == ANSWER_LINE else _POINT_SHAPES[n % len(_POINT_SHAPES)]
        for n, line in enumerate(styles)
    ]
    legend = alt.Legend(orient="top", title=None, columns=3, symbolSize=120)
    return base.mark_point(filled=True, size=130, opacity=1).encode(
        color=alt.Color(
            "forecaster:N",
            scale=alt.Scale(domain=names, range=[line.colour for line in styles]),
            legend=legend,
        ),
        shape=alt.Shape("forecaster:N", scale=alt.Scale(domain=names, range=shapes), legend=legend),
        tooltip=[
            text_tooltip("label", "Of"),
            text_tooltip("forecaster", "Who"),
            text_tooltip("shown", "Said"),
        ],
    )


def _value_x(field: str, dates: bool, log: bool) -> alt.X:
    if dates:
        days = alt.Axis(**time_ticks("x", "utc"))
        return alt.X(f"{field}:T", title=None, axis=days, scale=alt.Scale(type="utc"))
    ticks = alt.Axis(labelOverlap=True, tickCount=6)
    return alt.X(
        f"{field}:Q",
        title=None,
        axis=ticks,
        scale=alt.Scale(type="log" if log else "linear", zero=False),
    )
