"""Charts of scenarios (over time and after each answer) and of linked questions."""

from functools import lru_cache
from typing import Final

import altair as alt

from dashboard.charts.common import (
    ChartSpec,
    colour_encoding,
    share_axis,
    text_tooltip,
    time_axis,
    time_tooltip,
)
from tracker.model.chart_style import BLUE, LineStyle

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
