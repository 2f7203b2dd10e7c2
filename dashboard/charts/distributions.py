"""Charts of options, numbers and dates: one forecaster over time, everyone now, and a preview."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Final, Literal

import altair as alt

from dashboard.charts.common import (
    HEIGHT,
    ChartSpec,
    colour_encoding,
    dash_encoding,
    share_axis,
    text_tooltip,
    time_axis,
    time_tooltip,
    width_encoding,
)
from dashboard.charts.revisions import encode_marks, rules_layer
from forecasts.distributions.distribution import OTHER
from forecasts.questions.question import Question
from tracker.model.chart_style import (
    BLUE,
    GREEN,
    GREY,
    VERMILLION,
    LineStyle,
    option_style,
    time_ticks,
)

ValueAxis = tuple[Literal["number", "log", "date"], float]
"""Kind of value axis, and the zero point of a log scale."""

_COOL_TO_WARM: Final = ((0, 114, 178), (86, 180, 233), (230, 159, 0), (213, 94, 0))


def value_axis(question: Question) -> ValueAxis:
    """Return the axis for the values of a numeric or date question."""
    scale = question.scale
    if question.kind == "date" or scale is None:
        return "date", 0.0
    return ("number", 0.0) if scale.zero_point is None else ("log", scale.zero_point)


def option_lines(names: Sequence[str], *, ordered: bool) -> tuple[LineStyle, ...]:
    """Assign a colour and dash to each option: cool to warm if ordered, `Other` grey."""
    if ordered:
        return tuple(
            LineStyle(name, _interpolate_colour(k / max(1, len(names) - 1)))
            for k, name in enumerate(names)
        )
    coloured = count()
    return tuple(
        LineStyle(name, GREY, (2, 3)) if name == OTHER else option_style(name, next(coloured))
        for name in names
    )


def _interpolate_colour(place: float) -> str:
    at = place * (len(_COOL_TO_WARM) - 1)
    left = min(int(at), len(_COOL_TO_WARM) - 2)
    ends = zip(_COOL_TO_WARM[left], _COOL_TO_WARM[left + 1], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * (at - left)):02X}" for a, b in ends)


@lru_cache(maxsize=256)
def options_over_time_chart(
    styles: tuple[LineStyle, ...], top: float = 1.0, *, marks: bool, answer: bool
) -> ChartSpec:
    """One forecaster's probability of each option as step lines, up to `top`.

    Data: `steps`, `rules`, `marks`, `answer`.
    """
    y = alt.Y(
        "p:Q",
        title=None,
        axis=_share_axis(top),
        scale=alt.Scale(domain=[-0.08 * marks * top, top], nice=False),
    )
    base = alt.Chart(alt.NamedData("steps")).encode(x=time_axis(), y=y)
    line = base.mark_line(interpolate="step-after", strokeWidth=2.5).encode(
        color=colour_encoding(styles, legend=True, field="option"),
        strokeDash=dash_encoding(styles, field="option"),
    )
    hover = base.mark_point(opacity=0.01, size=80).encode(
        color=colour_encoding(styles, legend=False, field="option"),
        tooltip=[
            text_tooltip("option", "Option"),
            text_tooltip("shown", "Said"),
            time_tooltip("from"),
        ],
    )
    end = alt.Chart(alt.NamedData("answer")).mark_point(
        shape="diamond", filled=True, size=220, opacity=1, clip=False
    )
    happened = end.encode(
        x=time_axis(),
        y=y,
        color=colour_encoding(styles, legend=False, field="option"),
        tooltip=[text_tooltip("answer", "It was")],
    )
    return _combine_layers(
        [line, rules_layer(), hover], marks=marks, answer=happened if answer else None
    )


@lru_cache(maxsize=256)
def fan_chart(
    styles: tuple[LineStyle, ...],
    axis: ValueAxis,
    *,
    marks: bool,
    answer: bool,
    series: bool = False,
) -> ChartSpec:
    """Median, 50% and 90% intervals of one forecaster, and the medians of others as thin lines.

    The values of a series are points. Data: `fan`, `others`, `rules`, `marks`, `answer`, `series`.
    """
    base = alt.Chart(alt.NamedData("fan")).encode(x=time_axis())
    wide = base.mark_area(interpolate="step-after", opacity=0.16, color=BLUE).encode(
        y=_value_y("low90", axis), y2="high90"
    )
    half = base.mark_area(interpolate="step-after", opacity=0.28, color=BLUE).encode(
        y=_value_y("low50", axis), y2="high50"
    )
    middle = base.mark_line(interpolate="step-after", strokeWidth=3, color=BLUE).encode(
        y=_value_y("middle", axis)
    )
    hover = base.mark_point(opacity=0.01, size=80).encode(
        y=_value_y("middle", axis), tooltip=[text_tooltip("shown", "Said"), time_tooltip("from")]
    )
    end = alt.Chart(alt.NamedData("answer")).mark_point(
        shape="diamond", filled=True, size=220, color=VERMILLION, opacity=1
    )
    happened = end.encode(
        x=time_axis(),
        y=_value_y("value", axis),
        tooltip=[text_tooltip("answer", "It was"), time_tooltip("known")],
    )
    layers = [
        wide,
        half,
        *(_other_medians(styles, axis) if styles else ()),
        middle,
        rules_layer(),
        *([_series_points(axis)] if series else ()),
        hover,
    ]
    return _combine_layers(layers, marks=marks, answer=happened if answer else None)


def _series_points(axis: ValueAxis) -> alt.Chart:
    """Return the values of a series as rings, dated by the end of their periods."""
    points = alt.Chart(alt.NamedData("series")).mark_point(
        shape="circle", filled=False, size=34, strokeWidth=1.5, color=GREEN, opacity=1
    )
    return points.encode(
        x=time_axis(),
        y=_value_y("value", axis),
        tooltip=[text_tooltip("shown", "Value"), text_tooltip("period", "For")],
    )


def _other_medians(styles: tuple[LineStyle, ...], axis: ValueAxis) -> tuple[alt.Chart, alt.Chart]:
    base = alt.Chart(alt.NamedData("others")).encode(x=time_axis(), y=_value_y("middle", axis))
    lines = base.mark_line(interpolate="step-after", strokeWidth=1.5).encode(
        color=colour_encoding(styles, legend=True), strokeDash=dash_encoding(styles)
    )
    hover = base.mark_point(opacity=0.01, size=60).encode(
        color=colour_encoding(styles, legend=False),
        tooltip=[
            text_tooltip("forecaster", "Who"),
            text_tooltip("shown", "Said"),
            time_tooltip("from"),
        ],
    )
    return lines, hover


def _combine_layers(layers: list[alt.Chart], *, marks: bool, answer: alt.Chart | None) -> ChartSpec:
    if marks:
        # Placed in pixels near the lower edge, because the value axis differs by question.
        strip = alt.Chart(alt.NamedData("marks")).mark_point(
            shape="diamond", filled=True, opacity=0.85, color=GREY
        )
        layers.append(encode_marks(strip.encode(y=alt.value({"expr": "height - 9"}))))
    if answer is not None:
        layers.append(answer)
    chart = alt.layer(*layers).resolve_scale(
        color="independent", strokeDash="independent", size="independent"
    )
    return chart.properties(height=HEIGHT).to_dict()


@lru_cache(maxsize=256)
def options_now_chart(
    styles: tuple[LineStyle, ...], labels: tuple[str, ...], top: float = 1.0
) -> ChartSpec:
    """Everyone's probability of each option, as bars up to `top`. Data: `shares`."""
    names = [line.name for line in styles]
    base = alt.Chart(alt.NamedData("shares")).encode(
        y=alt.Y("option:N", title=None, sort=list(labels), axis=alt.Axis(labelLimit=150)),
        yOffset=alt.YOffset("forecaster:N", sort=names),
        x=alt.X(
            "p:Q",
            title=None,
            axis=_share_axis(top),
            scale=alt.Scale(domain=[0, 1.08 * top], nice=False),
        ),
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        color=colour_encoding(styles, legend=True, symbol="square"),
        tooltip=[
            text_tooltip("forecaster", "Who"),
            text_tooltip("option", "Option"),
            text_tooltip("shown", "Said"),
        ],
    )
    # Vega puts text at the upper edge of an offset band; half a bar lower is its middle.
    numbers = base.mark_text(align="left", dx=4, dy=5.5, color=GREY).encode(text="shown:N")
    # Streamlit includes the legend and the axis in the height.
    height = 110 + len(labels) * (15 * len(names) + 14)
    return alt.layer(bars, numbers).properties(height=height).to_dict()


@lru_cache(maxsize=256)
def curves_now_chart(styles: tuple[LineStyle, ...], axis: ValueAxis, *, answer: bool) -> ChartSpec:
    """Density of everyone's forecast over the range. Data: `curves`, `answer`."""
    base = alt.Chart(alt.NamedData("curves")).encode(x=_value_x(axis), y=_density_axis())
    line = base.mark_line().encode(
        color=colour_encoding(styles, legend=True),
        strokeDash=dash_encoding(styles),
        strokeWidth=width_encoding(styles),
    )
    hover = base.mark_point(opacity=0.01, size=80).encode(
        color=colour_encoding(styles, legend=False),
        tooltip=[
            text_tooltip("forecaster", "Who"),
            text_tooltip("at", "Value"),
            text_tooltip("by", "At most this"),
        ],
    )
    layers = [line, hover]
    if answer:
        rule = alt.Chart(alt.NamedData("answer")).mark_rule(color=VERMILLION, strokeWidth=2.5)
        layers.append(rule.encode(x=_value_x(axis), tooltip=[text_tooltip("answer", "It was")]))
    return (
        alt.layer(*layers)
        .resolve_scale(color="independent", strokeDash="independent")
        .properties(height=320)
        .to_dict()
    )


def _share_axis(top: float) -> alt.Axis:
    if top == 1.0:
        return share_axis()
    step = top / 5  # so that every label is a whole percentage
    return alt.Axis(format=".0%", values=[round(step * k, 4) for k in range(6)])


def _density_axis() -> alt.Y:
    return alt.Y("height:Q", title=None, axis=None, scale=alt.Scale(domainMin=0))


def _value_x(axis: ValueAxis) -> alt.X:
    kind, zero = axis
    ticks = alt.Axis(grid=False, labelOverlap=True, labelSeparation=12, tickCount=6)
    match kind:
        case "date":
            days = alt.Axis(grid=False, **time_ticks("x", "utc"))
            return alt.X("value:T", title=None, axis=days, scale=alt.Scale(type="utc", nice=False))
        case "log":
            return alt.X(
                "value:Q", title=None, axis=_log_axis(zero), scale=alt.Scale(type="log", nice=False)
            )
        case _:
            return alt.X("value:Q", title=None, axis=ticks, scale=alt.Scale(zero=False, nice=False))


def _value_y(field: str, axis: ValueAxis) -> alt.Y:
    kind, zero = axis
    match kind:
        case "date":
            days = alt.Axis(**time_ticks("y", "utc"))
            return alt.Y(f"{field}:T", title=None, axis=days, scale=alt.Scale(type="utc"))
        case "log":
            return alt.Y(
                f"{field}:Q",
                title=None,
                axis=_log_axis(zero),
                scale=alt.Scale(type="log", nice=False),
            )
        case _:
            return alt.Y(f"{field}:Q", title=None, axis=alt.Axis(), scale=alt.Scale(zero=False))


_LOG_TICKS: Final = [step * 10.0**power for power in range(-9, 16) for step in (1, 2, 5)]


def _log_axis(zero: float) -> alt.Axis:
    # By default a logarithmic axis labels 700 and 80 and leaves 1,000 out.
    return alt.Axis(
        labelExpr=f"format(datum.value + {zero}, ',~r')",
        labelOverlap=True,
        values=_LOG_TICKS,
        grid=False,
    )
