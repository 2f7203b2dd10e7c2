"""Charts of a yes-no question: probabilities over time, and the pull of each piece of evidence."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Literal

import altair as alt

from dashboard.charts.common import (
    HEIGHT,
    INK,
    ChartSpec,
    colour_encoding,
    dash_encoding,
    share_axis,
    text_tooltip,
    time_axis,
    time_tooltip,
    width_encoding,
)
from forecasts.distributions.probability import logit
from tracker.model.chart_style import BLUE, GREEN, GREY, VERMILLION, LineStyle

ProbabilityScale = Literal["probability", "log-odds"]

MAX_LOG_ODDS: Final = 5.0
"""Log-odds are drawn between −5 and +5 (0.7% and 99.3%); beyond, a line runs along the edge."""

LABEL_ROOM: Final = 0.3
"""Share of the window left free at the right for the names of the lines."""

Domain = tuple[float, float]
"""Lower and upper end of a value axis."""

_TICKS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


@lru_cache(maxsize=256)
def revisions_chart(
    styles: tuple[LineStyle, ...],
    scale: ProbabilityScale,
    domain: Domain,
    *,
    layers: frozenset[str] = frozenset(),
) -> ChartSpec:
    """Step lines of probabilities with their names, marks of evidence on them, rules, the answer.

    Data: `steps`, `ends`, `crossings`, `rules`, `acts` and those of `band`, `marks` and `answer`
    that `layers` names. With `options` there, lines are options: no acts, marks below the lines.
    It is one layered view, because concatenated views overflow on a phone.
    """
    y, is_options = probability_axis("y", scale, domain), "options" in layers
    stack = [
        *([_band_layer(y)] if "band" in layers else []),
        crosshair_layer(styles),
        rules_layer(),
        _rule_label_layer(),
        _step_layer(styles, y),
        *end_layers(styles, y),
        *([] if is_options else [_act_layer(styles, y)]),
        *([strip_layer() if is_options else _mark_layer(y)] if "marks" in layers else []),
        *([_answer_layer(y, styles if is_options else ())] if "answer" in layers else []),
    ]
    return combine_layers(stack)


def combine_layers(stack: Sequence[alt.Chart]) -> ChartSpec:
    """Compile layers; people and evidence have different colour domains, so no scale is shared."""
    chart = alt.layer(*stack).resolve_scale(
        color="independent", strokeDash="independent", shape="independent", size="independent"
    )
    return chart.properties(height=HEIGHT).to_dict()


def probability_axis(field: str, scale: ProbabilityScale, domain: Domain) -> alt.Y:
    """Return the axis of a probability over a part of its range, its labels in percent."""
    limits = alt.Scale(domain=list(domain), nice=False, zero=False)
    if scale == "probability":
        return alt.Y(f"{field}:Q", title=None, axis=share_axis(), scale=limits)
    ticks = [z for p in _TICKS if domain[0] <= (z := round(logit(p), 4)) <= domain[1]]
    axis = alt.Axis(values=ticks, labelExpr="format(1 / (1 + exp(-datum.value)), '.0%')")
    return alt.Y(f"{field}:Q", title=None, axis=axis, scale=limits)


def _step_layer(styles: tuple[LineStyle, ...], y: alt.Y) -> alt.Chart:
    chart = alt.Chart(alt.NamedData("steps")).mark_line(interpolate="step-after")
    return chart.encode(**line_encodings(styles, y))


def _band_layer(y: alt.Y) -> alt.Chart:
    chart = alt.Chart(alt.NamedData("band")).mark_area(
        interpolate="step-after", opacity=0.16, color=GREY
    )
    return chart.encode(x=time_axis(), y=y, y2="high")


def end_layers(styles: tuple[LineStyle, ...], y: alt.Y) -> tuple[alt.Chart, alt.Chart]:
    """Return the names at the ends of lines, with a stroke of colour and dash before each.

    On a phone there is room for names alone.
    """
    # Names are grey, readable in both themes.
    limit = {"expr": f"width * {LABEL_ROOM / (1 + LABEL_ROOM):.3f} - ({_NAME_DISTANCE} - 2)"}
    size = {"expr": f"{IS_NARROW} ? 10 : 12"}
    names = alt.Chart(alt.NamedData("ends")).mark_text(
        align="left", dx={"expr": _NAME_DISTANCE}, color=INK, limit=limit, fontSize=size
    )
    strokes = alt.Chart(alt.NamedData("ends")).transform_filter("datum.label != ''")
    short = {"test": IS_NARROW, "value": {"expr": "datum.short || datum.label"}}
    text = alt.Text("label:N", condition=short)
    length = {"expr": f"{IS_NARROW} ? 80 : 240"}
    return (
        names.encode(x=time_axis(), y=y, text=text),
        strokes.mark_point(shape="stroke", size=length, xOffset={"expr": f"{_NAME_DISTANCE} / 2"})
        .encode(**line_encodings(styles, y)),
    )  # fmt: skip


IS_NARROW: Final = "width < 400"
_NAME_DISTANCE: Final = f"({IS_NARROW} ? 13 : 24)"
"""Pixels between the end of a line and its name."""


def line_encodings(styles: tuple[LineStyle, ...], y: alt.Y) -> dict[str, Any]:
    """Return the encodings that a line and the stroke at its end share."""
    return {
        "x": time_axis(),
        "y": y,
        "color": colour_encoding(styles, legend=False),
        "strokeDash": dash_encoding(styles),
        "strokeWidth": width_encoding(styles),
    }


def crosshair_layer(styles: tuple[LineStyle, ...]) -> alt.Chart:
    """Stripes over the chart: that below the pointer shows the values of all lines."""
    near = alt.selection_point(name="near", on="pointerover", clear="pointerout", empty=False)
    values = [text_tooltip(f"s{n}", line.name) for n, line in enumerate(styles)]
    chart = alt.Chart(alt.NamedData("crossings")).mark_rect(color=GREY)
    return chart.encode(
        x=time_axis(),
        x2="until:T",
        opacity=alt.condition(near, alt.value(0.14), alt.value(0)),
        tooltip=[time_tooltip("At"), *values],
    ).add_params(near)


def _act_layer(styles: tuple[LineStyle, ...], y: alt.Y) -> alt.Chart:
    tips = [
        text_tooltip("forecaster", "Who"),
        text_tooltip("shown", "Forecast"),
        time_tooltip("on"),
        text_tooltip("why", "Why"),
    ]
    chart = alt.Chart(alt.NamedData("acts")).mark_circle(size=40, opacity=1)
    colour = colour_encoding(styles, legend=False)
    return chart.encode(x=time_axis(), y=y, color=colour, tooltip=tips)


def rules_layer() -> alt.Chart:
    """Vertical rules at the close, rewordings, and the time of the answer. Data: `rules`.

    Screen readers read their labels instead: an empty layer of rules would be a thing without name.
    """
    return (
        alt.Chart(alt.NamedData("rules"))
        .mark_rule(strokeDash=[3, 3], color=GREY, aria=False)
        .encode(x=time_axis(), tooltip=[text_tooltip("what", "Question"), time_tooltip("on")])
    )


def _rule_label_layer() -> alt.Chart:
    chart = alt.Chart(alt.NamedData("rules")).mark_text(
        align="right", dx=-4, color=INK, fontSize=11
    )
    return chart.encode(x=time_axis(), y=alt.value({"expr": "6 + 13 * datum.row"}), text="what:N")


def _mark_layer(y: alt.Y) -> alt.Chart:
    return encode_marks(
        alt.Chart(alt.NamedData("marks"))
        .mark_point(filled=True, opacity=1, stroke="white", strokeWidth=0.8)
        .encode(
            y=y,
            shape=alt.Shape(
                "direction:N",
                scale=_direction_scale(["triangle-up", "triangle-down", "diamond"]),
                legend=None,
            ),
            color=alt.Color(
                "direction:N", scale=_direction_scale([BLUE, VERMILLION, GREY]), legend=None
            ),
        )
    )


def strip_layer() -> alt.Chart:
    """Marks of evidence near the lower edge, in pixels, as value axes differ by question."""
    chart = alt.Chart(alt.NamedData("marks"))
    strip = chart.mark_point(shape="diamond", filled=True, opacity=0.85, color=GREY)
    return encode_marks(strip.encode(y=alt.value({"expr": "height - 9"})))


def encode_marks(chart: alt.Chart) -> alt.Chart:
    """Add place in time, size, tooltip and selection to evidence marks; a click selects `id` as
    `evidence`.
    """
    picked = alt.selection_point(name="evidence", fields=["id"], on="click", empty=False)
    return chart.encode(
        x=time_axis(),
        size=alt.condition(
            picked,
            alt.value(260),
            alt.Size("weight:Q", scale=alt.Scale(domain=[0, 5], range=[80, 200]), legend=None),
        ),
        tooltip=[
            text_tooltip("headline", "News"),
            text_tooltip("source", "Source"),
            text_tooltip("bears", "It"),
            time_tooltip("seen"),
        ],
    ).add_params(picked)


def _direction_scale(values: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=["for YES", "for NO", "neutral"], range=list(values))


def _answer_layer(y: alt.Y, styles: tuple[LineStyle, ...]) -> alt.Chart:
    """Return the answer as a diamond, in the colour of the option that it is."""
    chart = alt.Chart(alt.NamedData("answer")).mark_point(
        shape="diamond", filled=True, size=220, color=GREEN, opacity=1, clip=False
    )
    tips = [text_tooltip("answer", "Question"), time_tooltip("known")]
    encoded = chart.encode(x=time_axis(), y=y, tooltip=tips)
    return encoded.encode(color=colour_encoding(styles, legend=False)) if styles else encoded


UP, DOWN, END, NONE = "towards YES", "towards NO", "stands here", "adds nothing"
"""Direction of a bar; END marks the two ends, NONE a group without effect."""


_ROW_HEIGHT: Final = 30
_LOW_TICKS: Final = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45)
_EVIDENCE_TICKS: Final = (*_LOW_TICKS, 0.5, *(1.0 - p for p in _LOW_TICKS))


@lru_cache(maxsize=32)
def waterfall_chart(rows: int) -> ChartSpec:
    """The lines of a suggestion as bars along log-odds, each beginning where the one above ends.
    Data: `bars`.

    The ends are diamonds with their probability; colour, sign and triangle show the direction.
    """
    base = alt.Chart(alt.NamedData("bars")).encode(
        y=alt.Y(
            "label:N",
            title=None,
            sort=alt.EncodingSortField("rank", op="min", order="ascending"),
            axis=alt.Axis(labelLimit=190, grid=False, ticks=False),
        ),
        tooltip=[
            text_tooltip("label", "Line"),
            text_tooltip("shown", "Adds"),
            text_tooltip("so_far", "So far"),
            text_tooltip("why", "Why"),
        ],
    )
    colour_scale = alt.Scale(domain=[UP, DOWN, END, NONE], range=[BLUE, VERMILLION, GREY, GREY])
    colour = alt.Color("way:N", scale=colour_scale, legend=None)
    bars = base.mark_bar(height={"band": 0.55}, opacity=0.85, minBandSize=3).encode(
        x=_log_odds_axis("start"), x2="end", color=colour
    )
    ends = base.transform_filter(f"datum.way == '{END}'").mark_point(
        shape="diamond", filled=True, size=130, opacity=1
    )
    labels = base.transform_calculate(edge="max(datum.start, datum.end)").mark_text(
        align="left", dx=9, color=INK, fontSize=12
    )
    layers = (
        bars,
        ends.encode(x=_log_odds_axis("end"), color=colour),
        labels.encode(x=_log_odds_axis("edge"), text="shown:N"),
    )
    return alt.layer(*layers).properties(height=50 + _ROW_HEIGHT * rows).to_dict()


def _log_odds_axis(field: str) -> alt.X:
    axis = alt.Axis(
        values=[round(logit(p), 4) for p in _EVIDENCE_TICKS],
        labelExpr="format(1 / (1 + exp(-datum.value)), '.0%')",
        labelOverlap="greedy",
        labelSeparation=14,
        gridOpacity=0.5,
    )
    return alt.X(
        f"{field}:Q", title=None, axis=axis, scale=alt.Scale(zero=False, nice=False, padding=56)
    )
