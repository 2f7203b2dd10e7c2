"""Charts of a track record: skill over time, and calibration."""

from functools import lru_cache

import altair as alt

from dashboard.charts.common import HEIGHT, ChartSpec, share_axis, text_tooltip, time_axis
from dashboard.charts.revisions import Domain, end_layers, line_encodings
from tracker.model.chart_style import BLUE, GREY, LineStyle


@lru_cache(maxsize=64)
def skill_chart(styles: tuple[LineStyle, ...], domain: Domain) -> ChartSpec:
    """Skill of forecasters over time, that of the first with its band, over the zero line.

    Data: `steps`, `band`, `ends`, `zero`.
    """
    limits = alt.Scale(domain=list(domain), nice=False, zero=False)
    low, y = (
        alt.Y(f"{field}:Q", title=None, axis=_gain_axis(), scale=limits) for field in ("low", "y")
    )
    tips = [
        text_tooltip("day", "Until"),
        alt.Tooltip("y:Q", title=styles[0].name, format="+.1f"),
        text_tooltip("interval", "95%"),
        alt.Tooltip("families:Q", title="Independent questions"),
    ]
    base = alt.Chart(alt.NamedData("band")).encode(x=time_axis())
    band = base.mark_area(
        color=styles[0].colour, opacity=0.16, interpolate="step-after", clip=True
    ).encode(y=low, y2="high:Q")
    dots = base.mark_circle(color=styles[0].colour, size=24, opacity=1).encode(y=y, tooltip=tips)
    lines = (
        alt.Chart(alt.NamedData("steps"))
        .mark_line(interpolate="step-after")
        .encode(**line_encodings(styles, y))
    )
    zero = alt.Chart(alt.NamedData("zero")).mark_rule(strokeDash=[2, 4], color=GREY)
    layers = (band, zero.encode(y=alt.Y("zero:Q", scale=limits)), lines, dots)
    chart = alt.layer(*layers, *end_layers(styles, y)).resolve_scale(
        color="independent", strokeDash="independent", size="independent"
    )
    return chart.properties(height=HEIGHT).to_dict()


def _gain_axis() -> alt.Axis:
    """Label gains with their sign, and 0 without one."""
    return alt.Axis(tickCount=6, labelExpr="datum.value === 0 ? '0' : format(datum.value, '+,~f')")


@lru_cache(maxsize=32)
def calibration_chart(colour: str, *, curved: bool = True) -> ChartSpec:
    """The reliability curve over its band and the diagonal; dots grow with the number of questions.

    Without `curved`, for too few questions, dots alone: line and band would mislead.

    Data: `band`, `diagonal`, `curve`.
    """
    limits = alt.Scale(domain=[0, 1], nice=False)
    x_axis = alt.X("said:Q", title="Forecast", axis=share_axis(), scale=limits)
    y_axis = alt.Y("happened:Q", title="Came true", axis=share_axis(), scale=limits)
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
        *((curve.mark_line(color=colour, strokeWidth=2),) if curved else ()),
        curve.mark_circle(color=colour, opacity=0.9).encode(
            size=alt.Size("size:Q", scale=None), tooltip=tips
        ),
    )
    return alt.layer(*layers).properties(height=HEIGHT).to_dict()


@lru_cache(maxsize=2)
def ranks_chart(*, banded: bool = True) -> ChartSpec:
    """Bars of the ranks of answers in their curves, over the band of a calibrated forecaster.

    Without `banded`, for too few questions, bars alone. Data: `ranks`, and `band`, which may be the
    same.
    """
    x_axis = alt.X(
        "low:Q", title="Where in the curve", axis=share_axis(), scale=alt.Scale(domain=[0, 1])
    )
    y_axis = alt.Y("share:Q", title="Answers", axis=share_axis())
    bars, band = (
        alt.Chart(alt.NamedData(name)).encode(x=x_axis, x2="high:Q") for name in ("ranks", "band")
    )
    bars = bars.mark_rect(color=BLUE, opacity=0.75).encode(y=y_axis, y2="foot:Q")
    band = band.mark_rect(color=GREY, opacity=0.25).encode(y=alt.Y("lower:Q"), y2="upper:Q")
    layers = (bars, band) if banded else (bars,)
    return alt.layer(*layers).properties(height=260).to_dict()
