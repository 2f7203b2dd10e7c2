"""Charts of options, numbers and dates: one forecaster over time."""

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
    text_tooltip,
    time_axis,
    time_tooltip,
    width_encoding,
)
from dashboard.charts.revisions import (
    Domain,
    encode_marks,
    end_layers,
    probability_axis,
    rules_layer,
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
def options_over_time_chart(
    styles: tuple[LineStyle, ...], domain: Domain, *, marks: bool, answer: bool
) -> ChartSpec:
    """One forecaster's probability of each option as step lines with their names.

    Data: `steps`, `ends`, `rules`, `marks`, `answer`.
    """
    y = probability_axis("y", "probability", domain)
    base = alt.Chart(alt.NamedData("steps")).encode(x=time_axis(), y=y)
    line = base.mark_line(interpolate="step-after").encode(
        color=colour_encoding(styles, legend=False, field="option"),
        strokeDash=dash_encoding(styles, legend=False, field="option"),
        strokeWidth=width_encoding(styles, field="option"),
    )
    hover = base.mark_point(opacity=0.01, size=80).encode(
        tooltip=[
            text_tooltip("option", "Option"),
            text_tooltip("shown", "Forecast"),
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
        [line, rules_layer(), *end_layers(styles, y, field="option"), hover],
        marks=marks,
        answer=happened if answer else None,
    )


@lru_cache(maxsize=256)
def fan_chart(
    styles: tuple[LineStyle, ...],
    axis: ValueAxis,
    domain: Domain | None = None,
    *,
    layers: frozenset[str] = frozenset(),
) -> ChartSpec:
    """Median, 50% and 90% intervals of one forecaster, and the medians of others as thin lines.

    The values of a series are points. Data: `fan`, `others`, `ends`, `rules`, and those of `marks`,
    `answer` and `series` that `layers` names.
    """
    base = alt.Chart(alt.NamedData("fan")).encode(x=time_axis())
    wide = base.mark_area(interpolate="step-after", opacity=0.16, color=BLUE).encode(
        y=_value_y("low90", axis, domain), y2="high90"
    )
    half = base.mark_area(interpolate="step-after", opacity=0.28, color=BLUE).encode(
        y=_value_y("low50", axis, domain), y2="high50"
    )
    middle = base.mark_line(interpolate="step-after", strokeWidth=3, color=BLUE).encode(
        y=_value_y("middle", axis, domain)
    )
    hover = base.mark_point(opacity=0.01, size=80).encode(
        y=_value_y("middle", axis, domain),
        tooltip=[text_tooltip("shown", "Forecast"), time_tooltip("from")],
    )
    end = alt.Chart(alt.NamedData("answer")).mark_point(
        shape="diamond", filled=True, size=220, color=VERMILLION, opacity=1
    )
    happened = end.encode(
        x=time_axis(),
        y=_value_y("value", axis, domain),
        tooltip=[text_tooltip("answer", "It was"), time_tooltip("known")],
    )
    stack = [
        wide,
        half,
        *_other_medians(styles, axis, domain),
        middle,
        rules_layer(),
        *([_series_points(axis, domain)] if "series" in layers else []),
        hover,
    ]
    answered = happened if "answer" in layers else None
    return _combine_layers(stack, marks="marks" in layers, answer=answered)


def _series_points(axis: ValueAxis, domain: Domain | None) -> alt.Chart:
    """Return the values of a series as rings, dated by the end of their periods."""
    points = alt.Chart(alt.NamedData("series")).mark_point(
        shape="circle", filled=False, size=34, strokeWidth=1.5, color=GREEN, opacity=1
    )
    return points.encode(
        x=time_axis(),
        y=_value_y("value", axis, domain),
        tooltip=[text_tooltip("shown", "Value"), text_tooltip("period", "For")],
    )


def _other_medians(
    styles: tuple[LineStyle, ...], axis: ValueAxis, domain: Domain | None
) -> tuple[alt.Chart, ...]:
    """Return the medians of others, with the names of all lines at their ends."""
    y = _value_y("middle", axis, domain)
    base = alt.Chart(alt.NamedData("others")).encode(x=time_axis(), y=y)
    lines = base.mark_line(interpolate="step-after").encode(
        color=colour_encoding(styles, legend=False),
        strokeDash=dash_encoding(styles, legend=False),
        strokeWidth=width_encoding(styles),
    )
    return lines, *end_layers(styles, y)


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
