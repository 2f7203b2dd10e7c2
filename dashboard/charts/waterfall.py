"""Waterfall chart of a suggestion, from the base rate down to the suggestion."""

from functools import lru_cache
from typing import Final

import altair as alt

from dashboard.charts.common import INK, ChartSpec, text_tooltip
from forecasts.distributions.probability import logit
from tracker.model.chart_style import BLUE, GREY, VERMILLION

UP, DOWN, END, NONE = "towards YES", "towards NO", "stands here", "adds nothing"
"""Direction of a bar; END marks the two ends, NONE a group without effect."""


_ROW_HEIGHT: Final = 30
_LOW_TICKS: Final = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45)
_TICKS: Final = (*_LOW_TICKS, 0.5, *(1.0 - p for p in _LOW_TICKS))


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
        values=[round(logit(p), 4) for p in _TICKS],
        labelExpr="format(1 / (1 + exp(-datum.value)), '.0%')",
        labelOverlap="greedy",
        labelSeparation=14,
        gridOpacity=0.5,
    )
    return alt.X(
        f"{field}:Q", title=None, axis=axis, scale=alt.Scale(zero=False, nice=False, padding=56)
    )
