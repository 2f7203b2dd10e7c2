"""Charts of accuracy: skill with intervals, evidence over time, and calibration."""

from functools import lru_cache
from typing import Final

import altair as alt

from dashboard.charts.common import (
    ChartSpec,
    colour_encoding,
    share_axis,
    text_tooltip,
)
from tracker.model.chart_style import BLUE, GREY, LineStyle

ROW_HEIGHT: Final = 40
"""Height of one row of dots in pixels, so that charts of any size are spaced alike."""

_AXIS_HEIGHT: Final = 40
_EVIDENCE_HEIGHT: Final = 300
_CALIBRATION_HEIGHT: Final = 420
_FAINT_OPACITY: Final = 0.45
"""Opacity of rows with too few questions for a verdict."""


@lru_cache(maxsize=64)
def skill_chart(
    styles: tuple[LineStyle, ...], title: str, *, has_intervals: bool = True
) -> ChartSpec:
    """Skill of each forecaster as a dot with its 95% interval, in the given order, over the zero
    line; faint with too few questions.

    Without `has_intervals`, where nobody has one, dots alone: an empty layer would be a picture
    without words to a screen reader. Data: `rows`, `zero`.
    """
    names = [line.name for line in styles]
    tips = [
        text_tooltip("forecaster", "Who"),
        alt.Tooltip("skill:Q", title="Skill", format="+.1f"),
        text_tooltip("interval", "95%"),
        text_tooltip("on", "Questions"),
    ]
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=_row_axis("forecaster", names), color=colour_encoding(styles, legend=False)
    )
    axis = _gain_axis()
    zero = (
        alt.Chart(alt.NamedData("zero")).mark_rule(color=GREY, strokeDash=[4, 3]).encode(x="zero:Q")
    )
    bars = base.mark_rule(strokeWidth=3).encode(
        x=alt.X("low:Q", title=title, axis=axis), x2="high:Q", opacity=_opacity_by_sample(0.55)
    )
    dots = base.mark_circle(size=150).encode(
        x=alt.X("skill:Q", title=title, axis=axis), tooltip=tips, opacity=_opacity_by_sample(1.0)
    )
    layers = (zero, bars, dots) if has_intervals else (zero, dots)
    height = len(names) * ROW_HEIGHT + _AXIS_HEIGHT
    return alt.layer(*layers).properties(height=height).to_dict()


def _row_axis(field: str, names: list[str]) -> alt.Y:
    axis = alt.Axis(
        labelLimit=180,
        labelFlush=False,
        labelBound=False,
        ticks=False,
        domain=False,
        labelPadding=8,
    )
    return alt.Y(f"{field}:N", title=None, sort=names, scale=alt.Scale(domain=names), axis=axis)


def _opacity_by_sample(full: float) -> alt.typing.ChannelOpacity:
    return (
        alt.when("datum.enough").then(alt.value(full)).otherwise(alt.value(full * _FAINT_OPACITY))
    )


def _gain_axis() -> alt.Axis:
    """Label gains with their sign, and 0 without one."""
    return alt.Axis(tickCount=6, labelExpr="datum.value === 0 ? '0' : format(datum.value, '+,~f')")


@lru_cache(maxsize=64)
def evidence_chart(title: str) -> ChartSpec:
    """Difference between two forecasters as families close, with its confidence sequence.

    Data: `evidence`, `zero`.
    """
    tips = [
        alt.Tooltip("skill:Q", title="Points better", format="+.1f"),
        alt.Tooltip("low:Q", title="95% from", format="+.1f"),
        alt.Tooltip("high:Q", title="to", format="+.1f"),
        alt.Tooltip("families:Q", title="Families"),
        alt.Tooltip("evidence:Q", title="Evidence", format=".3~g"),
        text_tooltip("closed", "Closed"),
    ]
    families = alt.X(
        "families:Q",
        title="Families of questions",
        axis=alt.Axis(tickMinStep=1, tickCount=10, format="d"),
    )
    base = alt.Chart(alt.NamedData("evidence")).encode(x=families)
    band = base.mark_area(color=BLUE, opacity=0.18, interpolate="step-after").encode(
        y=alt.Y("low:Q", title=title, axis=_gain_axis()), y2="high:Q"
    )
    line = base.mark_line(color=BLUE, interpolate="step-after").encode(y="skill:Q")
    dots = base.mark_circle(color=BLUE, size=50, opacity=1).encode(y="skill:Q", tooltip=tips)
    zero = (
        alt.Chart(alt.NamedData("zero")).mark_rule(strokeDash=[2, 4], color=GREY).encode(y="zero:Q")
    )
    return alt.layer(zero, band, line, dots).properties(height=_EVIDENCE_HEIGHT).to_dict()


@lru_cache(maxsize=4)
def calibration_chart(*, curved: bool = True) -> ChartSpec:
    """The reliability curve over its band and the diagonal; dots grow with the number of questions.

    Without `curved`, for too few questions, dots alone: line and band would mislead.

    Data: `band`, `diagonal`, `curve`.
    """
    x_axis, y_axis = _forecast_axis([0, 1]), _outcome_axis()
    band = alt.Chart(alt.NamedData("band")).mark_area(color=GREY, opacity=0.25)
    diagonal = alt.Chart(alt.NamedData("diagonal")).mark_line(strokeDash=[5, 4], color=GREY)
    curve = alt.Chart(alt.NamedData("curve")).encode(x=x_axis, y=y_axis)
    tips = [
        alt.Tooltip("said:Q", title="Forecast", format=".1%"),
        alt.Tooltip("happened:Q", title="Came true, smoothed", format=".0%"),
        alt.Tooltip("n:Q", title="Questions"),
    ]
    layers = (
        *((band.encode(x=x_axis, y=alt.Y("lower:Q"), y2="upper:Q"),) if curved else ()),
        diagonal.encode(x=x_axis, y=y_axis),
        *((curve.mark_line(color=BLUE, strokeWidth=2),) if curved else ()),
        curve.mark_circle(color=BLUE, opacity=0.9).encode(
            size=alt.Size("size:Q", scale=None), tooltip=tips
        ),
    )
    return alt.layer(*layers).properties(height=_CALIBRATION_HEIGHT).to_dict()


@lru_cache(maxsize=1)
def bins_chart() -> ChartSpec:
    """Binned forecasts against outcomes, with Wilson's intervals. Data: `bins`, `diagonal`."""
    # The axis goes beyond 100% to leave room for the last count.
    x_axis, y_axis = _forecast_axis([0, 1.1]), _outcome_axis()
    base = alt.Chart(alt.NamedData("bins")).transform_calculate(
        said="datum.said / 100",
        happened="datum.happened / 100",
        low="datum.low / 100",
        high="datum.high / 100",
    )
    tips = [
        text_tooltip("range", "Forecasts of"),
        alt.Tooltip("said:Q", title="Average forecast", format=".0%"),
        text_tooltip("of", "Came true"),
        text_tooltip("wilson", "95%"),
    ]
    line = alt.Chart(alt.NamedData("diagonal")).mark_line(strokeDash=[5, 4], color=GREY)
    bars = base.mark_rule(color=BLUE, strokeWidth=2).encode(x=x_axis, y=alt.Y("low:Q"), y2="high:Q")
    dots = base.mark_circle(color=BLUE, size=110, opacity=1).encode(
        x=x_axis, y=y_axis, tooltip=tips
    )
    counts = base.mark_text(dx=12, align="left", color=GREY).encode(
        x=x_axis, y=y_axis, text=alt.Text("label:N")
    )
    return (
        alt.layer(line.encode(x=x_axis, y=y_axis), bars, dots, counts)
        .properties(height=260)
        .to_dict()
    )


@lru_cache(maxsize=2)
def ranks_chart(*, banded: bool = True) -> ChartSpec:
    """Bars of the ranks of answers in their curves, over the band of a calibrated forecaster.

    Without `banded`, for too few families, bars alone. Data: `ranks`, and `band`, which may be the
    same.
    """
    x_axis = alt.X(
        "low:Q", title="Where in the curve", axis=share_axis(), scale=alt.Scale(domain=[0, 1])
    )
    y_axis = alt.Y("share:Q", title="Answers", axis=share_axis())
    tips = [
        text_tooltip("range", "Ranks"),
        alt.Tooltip("share:Q", title="Answers", format=".0%"),
        text_tooltip("band", "If calibrated"),
    ]
    bars, band = (
        alt.Chart(alt.NamedData(name)).encode(x=x_axis, x2="high:Q") for name in ("ranks", "band")
    )
    bars = bars.mark_rect(color=BLUE, opacity=0.75).encode(y=y_axis, y2="foot:Q", tooltip=tips)
    band = band.mark_rect(color=GREY, opacity=0.25).encode(y=alt.Y("lower:Q"), y2="upper:Q")
    layers = (bars, band) if banded else (bars,)
    return alt.layer(*layers).properties(height=260).to_dict()


def _forecast_axis(domain: list[float]) -> alt.X:
    return alt.X(
        "said:Q", title="Forecast", axis=share_axis(), scale=alt.Scale(domain=domain, nice=False)
    )


def _outcome_axis() -> alt.Y:
    return alt.Y(
        "happened:Q",
        title="Came true",
        axis=share_axis(),
        scale=alt.Scale(domain=[0, 1], nice=False),
    )
