"""Charts of options, numbers and dates: one forecaster over time."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Final, Literal

import altair as alt

from dashboard.charts.common import ChartSpec, text_tooltip, time_axis, time_tooltip
from dashboard.charts.revisions import (
    Domain,
    combine_layers,
    crosshair_layer,
    end_layers,
    line_encodings,
    rules_layer,
    strip_layer,
)
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
def fan_chart(
    styles: tuple[LineStyle, ...],
    axis: ValueAxis,
    domain: Domain | None = None,
    *,
    layers: frozenset[str] = frozenset(),
) -> ChartSpec:
    """Median, 50% and 90% intervals of the first forecaster, medians of the others as thin lines.

    Data: `fan`, `others`, `ends`, `crossings`, `rules`, and those of `marks`, `answer` and `series`
    (values as rings) that `layers` names.
    """
    base = alt.Chart(alt.NamedData("fan")).encode(x=time_axis())
    areas = [
        base.mark_area(interpolate="step-after", opacity=opacity, color=BLUE).encode(
            y=_value_y(f"low{level}", axis, domain), y2=f"high{level}"
        )
        for level, opacity in ((90, 0.16), (50, 0.28))
    ]
    y = _value_y("middle", axis, domain)
    medians = alt.Chart(alt.NamedData("others")).mark_line(interpolate="step-after")
    stack = [
        crosshair_layer(styles),
        *areas,
        medians.encode(**line_encodings(styles, y)),
        *end_layers(styles, y),
        base.mark_line(interpolate="step-after", strokeWidth=3, color=BLUE).encode(y=y),
        rules_layer(),
        *([_series_points(axis, domain)] if "series" in layers else []),
        *([strip_layer()] if "marks" in layers else []),
        *([_value_answer(axis, domain)] if "answer" in layers else []),
    ]
    return combine_layers(stack)


def _value_answer(axis: ValueAxis, domain: Domain | None) -> alt.Chart:
    chart = alt.Chart(alt.NamedData("answer")).mark_point(
        shape="diamond", filled=True, size=220, color=VERMILLION, opacity=1
    )
    tips = [text_tooltip("answer", "It was"), time_tooltip("known")]
    return chart.encode(x=time_axis(), y=_value_y("value", axis, domain), tooltip=tips)


def _series_points(axis: ValueAxis, domain: Domain | None) -> alt.Chart:
    """Return the values of a series as rings, dated by the end of their periods."""
    points = alt.Chart(alt.NamedData("series")).mark_point(
        shape="circle", filled=False, size=34, strokeWidth=1.5, color=GREEN, opacity=1
    )
    tips = [text_tooltip("shown", "Value"), text_tooltip("period", "For")]
    return points.encode(x=time_axis(), y=_value_y("value", axis, domain), tooltip=tips)


def _value_y(field: str, axis: ValueAxis, domain: Domain | None) -> alt.Y:
    kind, zero = axis
    limits = alt.Undefined if domain is None else list(domain)
    match kind:
        case "date":
            days = alt.Axis(**time_ticks("y", "utc"))
            return alt.Y(
                f"{field}:T", title=None, axis=days, scale=alt.Scale(type="utc", domain=limits)
            )
        case "log":
            return alt.Y(
                f"{field}:Q",
                title=None,
                axis=_log_axis(zero),
                scale=alt.Scale(type="log", nice=False, domain=limits),
            )
        case _:
            scale = alt.Scale(zero=False, nice=False, domain=limits)
            ticks = alt.Axis(tickCount=5)
            return alt.Y(f"{field}:Q", title=None, axis=ticks, scale=scale)


_LOG_TICKS: Final = [step * 10.0**power for power in range(-9, 16) for step in (1, 2, 5)]


def _log_axis(zero: float) -> alt.Axis:
    # By default a logarithmic axis labels 700 and 80 and leaves 1,000 out.
    return alt.Axis(
        labelExpr=f"format(datum.value + {zero}, ',~r')",
        labelOverlap=True,
        values=_LOG_TICKS,
        grid=False,
    )
