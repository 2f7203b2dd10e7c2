"""Chart of the new items of a feed in its last four weeks."""

from functools import lru_cache
from typing import Final

import altair as alt

from dashboard.charts.common import ChartSpec, text_tooltip
from tracker.model.chart_style import BLUE, GREY, time_ticks

_HEIGHT: Final = 220
_NEW_ITEMS: Final = "new items"
_USUAL_ITEMS: Final = "on the usual day"


@lru_cache(maxsize=1)
def daily_items_chart() -> ChartSpec:
    """New items of each day as bars, and the usual number as a line. Data: `days`."""
    day_axis = alt.Axis(grid=False, **time_ticks("x", "utc"))
    count_axis = alt.Axis(tickMinStep=1, format="~s", tickCount=5)
    tips = [
        alt.Tooltip("utcyearmonthdate(day):T", title="Day (UTC)", format="%d %b %Y"),
        alt.Tooltip("new:Q", title="New items"),
        alt.Tooltip("edited:Q", title="Edited"),
        alt.Tooltip("polls:Q", title="Polls"),
        text_tooltip("unchanged", "Not modified"),
        text_tooltip("size", "Read"),
    ]
    scale = alt.Scale(domain=[_NEW_ITEMS, _USUAL_ITEMS], range=[BLUE, GREY])
    series = alt.Color("series:N", scale=scale, legend=alt.Legend(orient="top", title=None))
    bars = (
        alt.Chart(alt.NamedData("days"))
        .mark_bar()
        .transform_calculate(series=f"'{_NEW_ITEMS}'")
        .encode(
            x=alt.X("utcyearmonthdate(day):T", title=None, axis=day_axis),
            y=alt.Y("new:Q", title="New items", axis=count_axis),
            color=series,
            tooltip=tips,
        )
    )
    line = (
        alt.Chart(alt.NamedData("days"))
        .mark_rule(strokeDash=[5, 4], strokeWidth=2)
        .transform_calculate(series=f"'{_USUAL_ITEMS}'")
        .encode(y=alt.Y("mean(usual):Q"), color=series)
    )
    return alt.layer(bars, line).properties(height=_HEIGHT).to_dict()
