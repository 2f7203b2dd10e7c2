"""How good everyone was: skill with intervals, references, scores over time, and calibration."""

from functools import lru_cache
from typing import Final

import altair as alt

from dashboard.charts.common import BLUE, GREY, Line, Spec, colour, text, time_axis, when

ROW: Final = 40
"""Height of one line of dots, so that few and many are spaced alike."""

_ROOM: Final = 40  # for the axis below the lines
_MEDIUM: Final = 320
_TALL: Final = 420
_FAINT: Final = 0.45
"""Opacity of what rests on too few questions to say anything."""


@lru_cache(maxsize=64)
def skill(styles: tuple[Line, ...], title: str) -> Spec:
    """Skill of each forecaster as a dot with its 95 % interval, in the order given. Data: `rows`,
    `zero`.
    """
    names = [line.name for line in styles]
    tips = [
        text("forecaster", "Who"),
        alt.Tooltip("skill:Q", title="Skill", format="+.1f"),
        text("interval", "95 %"),
        text("on", "Questions"),
    ]
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=_rows("forecaster", names), color=colour(styles, legend=False)
    )
    return _dots(base, ("skill", title, ""), tips, len(names))


@lru_cache(maxsize=64)
def saved(references: tuple[str, ...], title: str) -> Spec:
    """What was saved of each reference's loss as a dot with its 95 % interval. Data: `rows`,
    `zero`.
    """
    tips = [
        text("reference", "Against"),
        alt.Tooltip("saved:Q", title="Saved, %", format="+.0f"),
        text("interval", "95 %"),
        text("on", "Questions"),
        text("meaning", "What it is"),
    ]
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=_rows("reference", list(references)), color=alt.value(BLUE)
    )
    return _dots(base, ("saved", title, " %"), tips, len(references))


def _rows(field: str, names: list[str]) -> alt.Y:
    axis = alt.Axis(
        labelLimit=180,
        labelFlush=False,
        labelBound=False,
        ticks=False,
        domain=False,
        labelPadding=8,
    )
    return alt.Y(f"{field}:N", title=None, sort=names, scale=alt.Scale(domain=names), axis=axis)


def _dots(base: alt.Chart, x: tuple[str, str, str], tips: list[alt.Tooltip], count: int) -> Spec:
    """A dot and a bar a row, faint where too few questions stand behind it, and the line of no gain
    behind them.
    """
    field, title, unit = x
    axis = _gain_axis(unit)
    zero = (
        alt.Chart(alt.NamedData("zero")).mark_rule(color=GREY, strokeDash=[4, 3]).encode(x="zero:Q")
    )
    bars = base.mark_rule(strokeWidth=3).encode(
        x=alt.X("low:Q", title=title, axis=axis), x2="high:Q", opacity=_where_enough(0.55)
    )
    dots = base.mark_circle(size=150).encode(
        x=alt.X(f"{field}:Q", title=title, axis=axis), tooltip=tips, opacity=_where_enough(1.0)
    )
    return alt.layer(zero, bars, dots).properties(height=count * ROW + _ROOM).to_dict()


def _where_enough(full: float) -> alt.typing.ChannelOpacity:
    return alt.when("datum.enough").then(alt.value(full)).otherwise(alt.value(full * _FAINT))


def _gain_axis(unit: str = "") -> alt.Axis:
    """Gains with their sign, and 0 without one."""
    return alt.Axis(
        tickCount=6, labelExpr=f"(datum.value === 0 ? '0' : format(datum.value, '+,~f')) + '{unit}'"
    )


@lru_cache(maxsize=64)
def progress(styles: tuple[Line, ...]) -> Spec:
    """Mean skill of each forecaster over the questions that count so far. Data: `progress`,
    `zero`.
    """
    tips = [
        text("forecaster", "Who"),
        alt.Tooltip("mean:Q", title="Mean skill so far", format="+.1f"),
        alt.Tooltip("n:Q", title="Questions"),
        text("last", "Last"),
        when("on"),
    ]
    base = alt.Chart(alt.NamedData("progress")).encode(
        x=time_axis(),
        y=alt.Y("mean:Q", title="Mean skill, points", axis=_gain_axis()),
        color=colour(styles, legend=True),
    )
    names = [line.name for line in styles]
    dash = alt.Scale(domain=names, range=[list(line.dash) or [1, 0] for line in styles])
    line = base.mark_line(interpolate="step-after").encode(
        strokeDash=alt.StrokeDash("forecaster:N", scale=dash)
    )
    zero = (
        alt.Chart(alt.NamedData("zero")).mark_rule(strokeDash=[2, 4], color=GREY).encode(y="zero:Q")
    )
    dots = base.mark_circle(size=50, opacity=1).encode(tooltip=tips)
    return alt.layer(zero, line, dots).properties(height=_MEDIUM).to_dict()


@lru_cache(maxsize=2)
def calibration(*, curved: bool = True) -> Spec:
    """The reliability curve over its band and the diagonal; the more questions, the larger a dot.

    Not `curved`, where there are too few questions: dots alone, since a line through noise looks
    like knowledge.

    Data: `band`, `diagonal`, `curve`.
    """
    said, happened = _said([0, 1]), _happened()
    band = alt.Chart(alt.NamedData("band")).mark_area(color=GREY, opacity=0.25)
    diagonal = alt.Chart(alt.NamedData("diagonal")).mark_line(strokeDash=[5, 4], color=GREY)
    curve = alt.Chart(alt.NamedData("curve")).encode(x=said, y=happened)
    tips = [
        alt.Tooltip("said:Q", title="Said", format=".1%"),
        alt.Tooltip("happened:Q", title="Recalibrated", format=".0%"),
        alt.Tooltip("n:Q", title="Questions"),
    ]
    layers = (
        band.encode(x=said, y=alt.Y("lower:Q"), y2="upper:Q"),
        diagonal.encode(x=said, y=happened),
        *((curve.mark_line(color=BLUE, strokeWidth=2),) if curved else ()),
        curve.mark_circle(color=BLUE, opacity=0.9).encode(
            size=alt.Size("size:Q", scale=None), tooltip=tips
        ),
    )
    return alt.layer(*layers).properties(height=_TALL).to_dict()


@lru_cache(maxsize=1)
def bins() -> Spec:
    """Coarse bins: what was said against what happened, with Wilson's intervals. Data: `bins`,
    `diagonal`.
    """
    # Beyond 100 % there is only room for the last count.
    said, happened = _said([0, 1.1]), _happened()
    base = alt.Chart(alt.NamedData("bins")).transform_calculate(
        said="datum.said / 100",
        happened="datum.happened / 100",
        low="datum.low / 100",
        high="datum.high / 100",
    )
    tips = [
        text("range", "Forecasts of"),
        alt.Tooltip("said:Q", title="Said on average", format=".0%"),
        text("of", "Happened"),
        text("wilson", "95 % (Wilson)"),
        text("jeffreys", "95 % (Jeffreys)"),
    ]
    line = alt.Chart(alt.NamedData("diagonal")).mark_line(strokeDash=[5, 4], color=GREY)
    bars = base.mark_rule(color=BLUE, strokeWidth=2).encode(x=said, y=alt.Y("low:Q"), y2="high:Q")
    dots = base.mark_circle(color=BLUE, size=110, opacity=1).encode(
        x=said, y=happened, tooltip=tips
    )
    counts = base.mark_text(dx=12, align="left", color=GREY).encode(
        x=said, y=happened, text=alt.Text("label:N")
    )
    return (
        alt.layer(line.encode(x=said, y=happened), bars, dots, counts)
        .properties(height=260)
        .to_dict()
    )


def _said(domain: list[float]) -> alt.X:
    return alt.X(
        "said:Q", title="Said", axis=_share_axis(), scale=alt.Scale(domain=domain, nice=False)
    )


def _happened() -> alt.Y:
    return alt.Y(
        "happened:Q",
        title="Happened",
        axis=_share_axis(),
        scale=alt.Scale(domain=[0, 1], nice=False),
    )


def _share_axis() -> alt.Axis:
    return alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])
