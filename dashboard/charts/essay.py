"""How an essay's claims did, by the word they commit themselves with or by their kind."""

from functools import lru_cache
from typing import Final

import altair as alt

from dashboard.charts.common import BLUE, GREEN, GREY, Spec, text

ROW: Final = 34
_ROOM: Final = 34  # for the axis below the lines
_WIDEST: Final = 130


@lru_cache(maxsize=64)
def essay_record(labels: tuple[str, ...]) -> Spec:
    """A line for each label: the share borne out with its interval, what open claims are held to
    be, and the counts.

    Data: `rows` (see `dashboard.essays.essay_data.record_frame`). Read aloud are the labels and the
    counts, and the words that go with the chart: a layer without rows would be a picture without a
    name.
    """
    axis = alt.Axis(labelLimit=_WIDEST, ticks=False, domain=False, labelPadding=8)
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
        text("label", "Claims"),
        text("said", "Borne out"),
        text("interval", "95 %"),
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
        bars.encode(x=_share("low"), x2="high:Q"),
        dots.encode(x=_share("share"), tooltip=tips),
        open_.encode(x=_share("chance"), tooltip=tips),
        counts.encode(x=alt.datum(1.02), text="said:N"),
    )
    return alt.layer(*layers).properties(height=len(labels) * ROW + _ROOM).to_dict()


def _share(field: str) -> alt.X:
    """Shares, with room for the counts behind 100 %."""
    axis = alt.Axis(
        values=[0, 0.25, 0.5, 0.75, 1],
        labelExpr="format(100 * datum.value, '.0f') + ' %'",
        grid=True,
    )
    return alt.X(f"{field}:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, 1.55], nice=False))
