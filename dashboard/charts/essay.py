"""Chart of the record of an essay by word or by kind of claim."""

from functools import lru_cache
from typing import Final

import altair as alt

from dashboard.charts.common import BLUE, GREEN, GREY, ChartSpec, text_tooltip

RECORD_ROW_HEIGHT: Final = 34
_RECORD_AXIS_HEIGHT: Final = 34
_MAX_LABEL_WIDTH: Final = 130


@lru_cache(maxsize=64)
def essay_record_chart(labels: tuple[str, ...]) -> ChartSpec:
    """One row per label: share confirmed with its interval, mean probability of open claims,
    counts.

    Data: `rows` (see the record frame of essays). Screen readers read the labels, the counts and
    the chart's alternative text; a layer without rows would be an image without a name.
    """
    axis = alt.Axis(labelLimit=_MAX_LABEL_WIDTH, ticks=False, domain=False, labelPadding=8)
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y(
            "label:N",
            title=None,
            sort=list(labels),
            scale=alt.Scale(domain=list(labels)),
            axis=axis,
        )
    )
    tips = [
        text_tooltip("label", "Claims"),
        text_tooltip("said", "Borne out"),
        text_tooltip("interval", "95 %"),
        alt.Tooltip("chance:Q", title="Open ones are held to be", format=".0%"),
    ]
    bars = base.transform_filter("isValid(datum.share)").mark_rule(
        strokeWidth=3, opacity=0.5, color=BLUE, aria=False
    )
    dots = base.transform_filter("isValid(datum.share)").mark_circle(
        size=130, opacity=1, color=BLUE, aria=False
    )
    open_ = base.transform_filter("isValid(datum.chance)").mark_point(
        shape="diamond", size=90, filled=False, strokeWidth=2, color=GREEN, aria=False
    )
    counts = base.mark_text(align="left", dx=4, color=GREY, fontSize=12)
    layers = (
        bars.encode(x=_record_axis("low"), x2="high:Q"),
        dots.encode(x=_record_axis("share"), tooltip=tips),
        open_.encode(x=_record_axis("chance"), tooltip=tips),
        counts.encode(x=alt.datum(1.02), text="said:N"),
    )
    return (
        alt.layer(*layers)
        .properties(height=len(labels) * RECORD_ROW_HEIGHT + _RECORD_AXIS_HEIGHT)
        .to_dict()
    )


def _record_axis(field: str) -> alt.X:
    """Return the share axis, with room for the counts beyond 100 %."""
    axis = alt.Axis(
        values=[0, 0.25, 0.5, 0.75, 1],
        labelExpr="format(100 * datum.value, '.0f') + ' %'",
        grid=True,
    )
    return alt.X(f"{field}:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, 1.55], nice=False))
