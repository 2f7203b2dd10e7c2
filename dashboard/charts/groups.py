"""Linked questions on one chart: chances over dates, chances in order, and numbers over labels."""

import json
from functools import lru_cache
from typing import Final

import altair as alt

from dashboard.charts.common import BLUE, GREEN, Line, Spec, colour, stroke, text, time_ticks

ANSWER: Final = Line("Answer", GREEN)
"""How answers are drawn beside forecasts: diamonds."""

_SHAPES: Final = ("circle", "square", "triangle-up", "cross")
_ROW: Final = 38

Ticks = tuple[tuple[int, str], ...]
"""The labels on a time axis: milliseconds since 1970, and what stands there."""


@lru_cache(maxsize=256)
def by_date(styles: tuple[Line, ...], ticks: Ticks) -> Spec:
    """P(YES) of one event by several dates, a line a forecaster, and answers. Data: `chances`."""
    labels, at = json.dumps([label for _, label in ticks]), [instant for instant, _ in ticks]
    # An expression, because numbers alone are no instants to Vega-Lite, which would leave the axis
    # empty.
    values = {"expr": json.dumps(at)}
    which = f"{labels}[indexof({json.dumps(at)}, time(datum.value))]"
    axis = alt.Axis(values=values, labelExpr=which, grid=True, labelLimit=140, labelOverlap=True)
    base = alt.Chart(alt.NamedData("chances")).encode(
        x=alt.X("at:T", title=None, axis=axis, scale=alt.Scale(type="utc", nice=False, padding=36)),
        y=alt.Y("p:Q", title=None, axis=_shares(), scale=alt.Scale(domain=[0, 1], nice=False)),
    )
    line = base.transform_filter(f"datum.forecaster != '{ANSWER.name}'").mark_line()
    line = line.encode(
        color=colour(styles, legend=False), strokeDash=_dash(styles), strokeWidth=stroke(styles)
    )
    layers = alt.layer(line, _points(base, styles)).resolve_scale(
        color="independent",
        shape="independent",  # the points alone have a legend
    )
    return layers.properties(height=270).to_dict()


@lru_cache(maxsize=256)
def in_order(styles: tuple[Line, ...], labels: tuple[str, ...]) -> Spec:
    """P(YES) of the same question about several, from the first label down. Data: `chances`."""
    base = alt.Chart(alt.NamedData("chances")).encode(
        y=alt.Y("label:N", title=None, sort=list(labels), axis=alt.Axis(labelLimit=170, grid=True)),
        x=alt.X("p:Q", title=None, axis=_shares(), scale=alt.Scale(domain=[0, 1], nice=False)),
    )
    return _points(base, styles).properties(height=90 + _ROW * len(labels)).to_dict()


@lru_cache(maxsize=256)
def fan_over(labels: tuple[str, ...], *, dates: bool, log: bool = False) -> Spec:
    """Middle, half and 80 % of one forecaster's numbers or dates over labels. Data: `fan`."""
    y = alt.Y("label:N", title=None, sort=list(labels), axis=alt.Axis(labelLimit=170))
    base = alt.Chart(alt.NamedData("fan")).encode(
        y=y, tooltip=[text("label", "Of"), text("shown", "Said")]
    )
    wide = base.mark_bar(height=8, opacity=0.3, color=BLUE).encode(
        x=_along("low80", dates, log), x2="high80"
    )
    half = base.mark_bar(height=16, opacity=0.45, color=BLUE).encode(
        x=_along("low50", dates, log), x2="high50"
    )
    middle = base.mark_tick(thickness=3, size=24, color=BLUE).encode(x=_along("middle", dates, log))
    return alt.layer(wide, half, middle).properties(height=60 + _ROW * len(labels)).to_dict()


def _points(base: alt.Chart, styles: tuple[Line, ...]) -> alt.Chart:
    names = [line.name for line in styles]
    shapes = [
        "diamond" if line == ANSWER else _SHAPES[n % len(_SHAPES)] for n, line in enumerate(styles)
    ]
    shown = alt.Legend(orient="top", title=None, columns=3, symbolSize=120)
    return base.mark_point(filled=True, size=130, opacity=1).encode(
        color=alt.Color(
            "forecaster:N",
            scale=alt.Scale(domain=names, range=[line.colour for line in styles]),
            legend=shown,
        ),
        shape=alt.Shape("forecaster:N", scale=alt.Scale(domain=names, range=shapes), legend=shown),
        tooltip=[text("label", "Of"), text("forecaster", "Who"), text("shown", "Said")],
    )


def _dash(styles: tuple[Line, ...]) -> alt.StrokeDash:
    dashes = [list(line.dash) or [1, 0] for line in styles]
    scale = alt.Scale(domain=[line.name for line in styles], range=dashes)
    return alt.StrokeDash("forecaster:N", scale=scale, legend=None)


def _shares() -> alt.Axis:
    return alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])


def _along(field: str, dates: bool, log: bool) -> alt.X:
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
