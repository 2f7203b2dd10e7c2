"""Charts, written in Altair and compiled once; the frames are handed over by name at each draw.

Compiling a chart takes about 23 ms and drawing one from a kept specification 4 ms, so each function is
cached by what shapes the chart, never by its data. Nothing here knows streamlit. Colours are Okabe and
Ito's, which the colour-blind can tell apart; a shape or a dash always says the same as a colour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import altair as alt

from dashboard.frames.revisions import FURTHEST
from forecasts.distribution import logit
from forecasts.forecaster import CROWD, HAZARD, PRIOR, SUGGESTION, Forecaster
from forecasts.question import ForecasterId

Scale = Literal["probability", "log-odds"]
Spec = Mapping[str, Any]

BLUE: Final = "#0072B2"
VERMILLION: Final = "#D55E00"
GREEN: Final = "#009E73"
PURPLE: Final = "#CC79A7"
ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
GREY: Final = "#8A8A8A"

HEIGHT: Final = 400
_TICKS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Line:
    """How one forecaster is drawn, everywhere on the page."""

    name: str
    colour: str
    dash: tuple[int, ...] = ()
    width: float = 2.0


_COMPUTED: Final = {
    SUGGESTION: (VERMILLION, (), 2.5),
    HAZARD: (GREY, (6, 3), 1.5),
    PRIOR: (GREY, (2, 3), 1.5),
    CROWD: (ORANGE, (8, 2), 2.0),
}
_PEOPLE: Final = (GREEN, PURPLE, SKY, ORANGE)


def lines(forecasters: Sequence[Forecaster], names: Sequence[str], me: ForecasterId) -> tuple[Line, ...]:
    """A colour and dash for each forecaster: me blue, the suggestion vermillion, base rates grey."""
    found, others = [], 0
    for forecaster, name in zip(forecasters, names, strict=True):
        if forecaster.id == me:
            found.append(Line(name, BLUE, (), 3.0))
        elif forecaster.id in _COMPUTED:
            found.append(Line(name, *_COMPUTED[forecaster.id]))
        else:
            found.append(Line(name, _PEOPLE[others % len(_PEOPLE)]))
            others += 1
    return tuple(found)


def drawn(spec: Spec, **frames: Any) -> dict[str, Any]:
    """A compiled chart with its frames, by the names the chart knows them under."""
    return {**spec, "datasets": frames}


# Revisions


@lru_cache(maxsize=256)
def revisions(styles: tuple[Line, ...], scale: Scale, *, marks: bool, answer: bool, long: bool = False) -> Spec:
    """Every forecaster's probability as step lines, evidence marks below, rules, and the answer.

    Data: `steps`, `acts`, `rules`, and `marks` and `answer` where asked for. One layered view, because
    joined views run off a phone. `long` writes years on the time axis.
    """
    layers = [_steps(styles, scale, long), _rules(), _hover(styles, scale), _acts(styles, scale)]
    if marks:
        layers.append(_marks(scale))
    if answer:
        layers.append(_answer(scale))
    # People and evidence are coloured by different things; the dash goes with its colour into one legend.
    apart = alt.layer(*layers).resolve_scale(
        color="independent", strokeDash="independent", shape="independent", size="independent"
    )
    return apart.properties(height=HEIGHT).to_dict()


def _y(scale: Scale) -> alt.Y:
    if scale == "probability":
        axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])
        return alt.Y("p:Q", title=None, axis=axis, scale=alt.Scale(domain=[-0.12, 1.0], nice=False))
    ticks = [round(logit(p), 4) for p in _TICKS]
    axis = alt.Axis(values=ticks, labelExpr="format(1 / (1 + exp(-datum.value)), '.0%')")
    return alt.Y("log_odds:Q", title=None, axis=axis, scale=alt.Scale(domain=[-FURTHEST * 1.24, FURTHEST], nice=False))


def _x(long: bool | None = None) -> alt.X:
    """Time. The layer that says whether it is long decides about the labels; the others follow it."""
    if long is None:
        return alt.X("time:T", title=None)
    axis = alt.Axis(grid=False, labelOverlap=True, labelSeparation=12)
    if long:
        axis = alt.Axis(grid=False, labelOverlap=True, labelSeparation=12, format="%b %Y", tickCount=6)
    return alt.X("time:T", title=None, scale=alt.Scale(nice=False), axis=axis)


def _colour(styles: tuple[Line, ...], *, legend: bool) -> alt.Color:
    names = [line.name for line in styles]
    scale = alt.Scale(domain=names, range=[line.colour for line in styles])
    shown = alt.Legend(orient="top", title=None, columns=2, symbolType="stroke", symbolSize=260) if legend else None
    return alt.Color("forecaster:N", scale=scale, legend=shown)


def _steps(styles: tuple[Line, ...], scale: Scale, long: bool) -> alt.Chart:
    names = [line.name for line in styles]
    dash = alt.Scale(domain=names, range=[list(line.dash) or [1, 0] for line in styles])
    width = alt.Scale(domain=names, range=[line.width for line in styles])
    return (
        alt.Chart(alt.NamedData("steps"))
        .mark_line(interpolate="step-after")
        .encode(
            x=_x(long),
            y=_y(scale),
            color=_colour(styles, legend=True),
            strokeDash=alt.StrokeDash("forecaster:N", scale=dash),
            strokeWidth=alt.StrokeWidth("forecaster:O", scale=width, legend=None),
        )
    )


def _hover(styles: tuple[Line, ...], scale: Scale) -> alt.Chart:
    # A line has one tooltip for its whole length; almost invisible points give each step its own.
    return (
        alt.Chart(alt.NamedData("steps"))
        .mark_point(opacity=0.01, size=80)
        .encode(
            x=_x(),
            y=_y(scale),
            color=_colour(styles, legend=False),
            tooltip=[_text("forecaster", "Who"), _text("shown", "Said"), _when("from")],
        )
    )


def _acts(styles: tuple[Line, ...], scale: Scale) -> alt.Chart:
    tips = [_text("forecaster", "Who"), _text("shown", "Said"), _when("on"), _text("why", "Why")]
    return (
        alt.Chart(alt.NamedData("acts"))
        .mark_circle(size=45, opacity=1)
        .encode(x=_x(), y=_y(scale), color=_colour(styles, legend=False), tooltip=tips)
    )


def _rules() -> alt.Chart:
    return (
        alt.Chart(alt.NamedData("rules"))
        .mark_rule(strokeDash=[3, 3], color=GREY)
        .encode(x=_x(), tooltip=[_text("what", "Question"), _when("on")])
    )


def _marks(scale: Scale) -> alt.Chart:
    # A strip of its own below zero, for YES above for NO, so that no line runs through the marks.
    unit = 0.045 if scale == "probability" else FURTHEST * 0.09
    base = -0.065 if scale == "probability" else -FURTHEST * 1.13
    picked = alt.selection_point(name="evidence", fields=["id"], on="click", empty=False)
    return (
        alt.Chart(alt.NamedData("marks"))
        .transform_calculate(strip=f"{base} + {unit} * datum.level * 0.55")
        .mark_point(filled=True, opacity=0.85)
        .encode(
            x=_x(),
            y=alt.Y("strip:Q"),
            shape=alt.Shape("direction:N", scale=_direction(["triangle-up", "triangle-down", "diamond"]), legend=None),
            color=alt.Color("direction:N", scale=_direction([BLUE, VERMILLION, GREY]), legend=None),
            size=alt.condition(picked, alt.value(260), alt.Size("weight:Q", scale=_weights(), legend=None)),
            tooltip=[_text("headline", "News"), _text("source", "Source"), _text("bears", "It"), _when("seen")],
        )
        .add_params(picked)
    )


def _direction(of: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=["for YES", "for NO", "neutral"], range=list(of))


def _weights() -> alt.Scale:
    return alt.Scale(domain=[0, 5], range=[30, 150])


def _answer(scale: Scale) -> alt.Chart:
    return (
        alt.Chart(alt.NamedData("answer"))
        .mark_point(shape="diamond", filled=True, size=220, color=GREEN, opacity=1, clip=False)
        .encode(x=_x(), y=_y(scale), tooltip=[_text("answer", "Question"), _when("known")])
    )


def _text(field: str, title: str) -> alt.Tooltip:
    return alt.Tooltip(f"{field}:N", title=title)


def _when(title: str) -> alt.Tooltip:
    return alt.Tooltip("time:T", title=title, format="%d %b %Y, %H:%M")


# Accuracy


@lru_cache(maxsize=64)
def progress(styles: tuple[Line, ...]) -> Spec:
    """Mean Brier score of each forecaster over the questions answered so far. Data: `progress`."""
    tips = [
        _text("forecaster", "Who"),
        alt.Tooltip("mean:Q", title="Mean so far", format=".3f"),
        alt.Tooltip("n:Q", title="Questions"),
        _text("last", "Answered"),
        _when("on"),
    ]
    base = alt.Chart(alt.NamedData("progress")).encode(
        x=_x(long=True),
        y=alt.Y("mean:Q", title="Mean Brier, lower is better", scale=alt.Scale(domainMin=0)),
        color=_colour(styles, legend=True),
    )
    names = [line.name for line in styles]
    dash = alt.Scale(domain=names, range=[list(line.dash) or [1, 0] for line in styles])
    line = base.mark_line(interpolate="step-after").encode(strokeDash=alt.StrokeDash("forecaster:N", scale=dash))
    even = alt.Chart(alt.NamedData("even")).mark_rule(strokeDash=[2, 4], color=GREY).encode(y="brier:Q")
    return (
        alt.layer(even, line, base.mark_circle(size=50, opacity=1).encode(tooltip=tips))
        .properties(height=300)
        .to_dict()
    )


@lru_cache(maxsize=1)
def calibration() -> Spec:
    """What was said against what happened, with 95 % intervals and the diagonal. Data: `bins`, `diagonal`."""
    # Beyond 100 % there is only room for the last count.
    said = alt.X("said:Q", title="Said", axis=_share_axis(), scale=alt.Scale(domain=[0, 1.1], nice=False))
    bins = alt.Chart(alt.NamedData("bins")).encode(x=said)
    happened = alt.Y("happened:Q", title="Happened", axis=_share_axis(), scale=alt.Scale(domain=[0, 1]))
    tips = [
        alt.Tooltip("range:N", title="Forecasts of"),
        alt.Tooltip("said:Q", title="Said on average", format=".0%"),
        alt.Tooltip("says:N", title="Of these"),
    ]
    line = alt.Chart(alt.NamedData("diagonal")).mark_line(strokeDash=[5, 4], color=GREY)
    bars = bins.mark_rule(color=BLUE, strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q")
    dots = bins.mark_circle(color=BLUE, size=110, opacity=1).encode(y=happened, tooltip=tips)
    counts = bins.mark_text(dx=14, align="left", color=GREY).encode(y=happened, text=alt.Text("label:N"))
    layers = alt.layer(line.encode(x=said, y=happened), bars, dots, counts)
    return layers.properties(height=300).to_dict()


def _share_axis() -> alt.Axis:
    return alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])
