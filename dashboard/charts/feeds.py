"""Charts of a feed's last four weeks: new items a day, and outcomes of polls."""

from functools import lru_cache
from typing import Final

import altair as alt

from dashboard.charts.common import ChartSpec, text_tooltip
from tracker.model.chart_style import BLUE, GREY, SKY, VERMILLION, time_ticks

_HEIGHT: Final = 220
_NEW_ITEMS: Final = "new items"
_USUAL_ITEMS: Final = "on the usual day"
_COLOURS: Final = (BLUE, SKY, VERMILLION)


@lru_cache(maxsize=1)
def daily_items_chart() -> ChartSpec:
    """New items of each day as bars, and the usual number as a line. Data: `days`, `usual`."""
    tips = [
        _day_tip(),
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
            x=_day_axis(),
            y=alt.Y("new:Q", title="New items", axis=_count_axis()),
            color=series,
            tooltip=tips,
        )
    )
    line = (
        alt.Chart(alt.NamedData("usual"))
        .mark_rule(strokeDash=[5, 4], strokeWidth=2)
        .transform_calculate(series=f"'{_USUAL_ITEMS}'")
        .encode(y=alt.Y("usual:Q"), color=series)
    )
    return alt.layer(bars, line).properties(height=_HEIGHT).to_dict()


@lru_cache(maxsize=1)
def daily_polls_chart(outcomes: tuple[str, ...]) -> ChartSpec:
    """Polls of each day as bars stacked by outcome. Data: `polls`."""
    scale = alt.Scale(domain=list(outcomes), range=list(_COLOURS))
    legend = alt.Legend(orient="top", title=None)
    tips = [_day_tip(), text_tooltip("outcome", "Came to"), alt.Tooltip("polls:Q", title="Polls")]
    bars = (
        alt.Chart(alt.NamedData("polls"))
        .mark_bar()
        .encode(
            x=_day_axis(),
            y=alt.Y("polls:Q", title="Polls", stack="zero", axis=_count_axis()),
            color=alt.Color("outcome:N", scale=scale, legend=legend),
            order=alt.Order("rank:Q"),
            tooltip=tips,
        )
    )
    return bars.properties(height=_HEIGHT).to_dict()


def _day_axis() -> alt.X:
    axis = alt.Axis(grid=False, **time_ticks("x", "utc"))
    return alt.X("utcyearmonthdate(day):T", title=None, axis=axis)


def _count_axis() -> alt.Axis:
    return alt.Axis(tickMinStep=1, format="~s", tickCount=5)


def _day_tip() -> alt.Tooltip:
    return alt.Tooltip("utcyearmonthdate(day):T", title="Day (UTC)", format="%d %b %Y")
