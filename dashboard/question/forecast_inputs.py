"""The inputs of a forecast: one comfortable way for each kind of question, and a field to type it
instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from math import ceil, floor, fsum, log10
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import charts
from dashboard.components.visit import Visit
from dashboard.question import probability_input as chance
from dashboard.question.distributions_data import as_read, density_frame, middle_frame
from dashboard.question.form_state import day_of, flag_of, number_of, text_of
from dashboard.question.interval_input import Handles, curve_of, digits_of, start_from
from dashboard.wording import Side, bound, capital, inert, percent_exact, told, value_of
from forecasts.distributions.cdf import Cdf, Scale, date_of, day_number
from forecasts.distributions.distribution import OTHER, Categorical, Distribution
from forecasts.errors import ForecastsError, InvalidForecast
from forecasts.questions.format import warning_of
from forecasts.questions.parse_forecast import read_forecast, standing
from forecasts.questions.question import FORMS, Question
from tracker.model.read_models import QuestionSummary

_WAYS: Final = "In percent, from 0 to 1, as odds 2:1 or as a fraction 1/3"


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in the inputs: a forecast, or why there is none yet."""

    given: Distribution | None
    problem: str


def enter(visit: Visit, summary: QuestionSummary, form: str) -> Entry:
    """The inputs, and below them what is understood of them. `form` tells one rendering of the form
    from the next.
    """
    question, held = summary.question, chance.held_by_me(visit, summary)
    if question.kind == "binary":
        return _said(visit, question, chance.typed(visit, summary, form, slider=True), held)
    typing = f"typing-{form}"
    st.session_state.setdefault(typing, flag_of(form, "typing"))
    if st.session_state[typing]:
        text = _typed(question, FORMS[question.kind].partition("such as ")[2], form)
        entry = _said(visit, question, text, held)
    else:
        entry = _set(visit, summary, form)
    if isinstance(entry.given, Cdf):
        _preview(question, entry.given, form)
    _warn(visit, question, entry.given)
    st.toggle("Type it instead", key=typing, persist_state="session")
    return entry


def type_in(visit: Visit, summary: QuestionSummary, form: str) -> Entry:
    """One field to type any forecast into, for where there is little room."""
    question, held = summary.question, chance.held_by_me(visit, summary)
    if question.kind == "binary":
        return _said(visit, question, chance.typed(visit, summary, form, slider=False), held)
    return _said(
        visit, question, _typed(question, FORMS[question.kind].partition("such as ")[2], form), held
    )


def _typed(question: Question, example: str, form: str) -> str:
    return (
        st.text_input(
            "Forecast",
            text_of(form, "typed"),
            key=f"typed-{form}",
            placeholder=example,
            help=inert(f"Form: {FORMS[question.kind]}"),
            live="300ms",
            autocomplete="off",
            persist_state="session",
        )
        or ""
    )


def _said(
    visit: Visit, question: Question, text: Distribution | str, held: Distribution | None
) -> Entry:
    """What was typed, echoed as it was understood; `+5` and `x2` change what is held."""
    if not isinstance(text, str):
        st.caption(_from_start(question, text, held))
        return Entry(text, "")
    if not text.strip():
        st.caption(
            _ways(held) if question.kind == "binary" else inert(capital(FORMS[question.kind]))
        )
        return Entry(None, f"no forecast yet: {FORMS[question.kind]}")
    try:
        given = read_forecast(question, text, visit.now, standing(question, held))
    except ForecastsError as refusal:
        return _refused(refusal)
    st.caption(inert(capital(told(question, given))))
    return Entry(given, "")


def _from_start(question: Question, start: Distribution, held: Distribution | None) -> str:
    source = "the base rate" if held is None else "what you hold"
    return f"{inert(capital(told(question, start)))}: {source}. {_ways(held)}"


def _ways(held: Distribution | None) -> str:
    return f"{_WAYS}." if held is None else f"{_WAYS}; or a change: +5 points, x2 the odds."


def _refused(refusal: ForecastsError) -> Entry:
    st.caption(f":material/error: {inert(capital(str(refusal)))}")
    return Entry(None, str(refusal))


def _set(visit: Visit, summary: QuestionSummary, form: str) -> Entry:
    """The inputs for options, numbers and dates; they start from what I hold, else from the base
    rate.
    """
    question, mine = summary.question, summary.standings.get(visit.me)
    held = as_read(question, question.prior if mine is None else mine.distribution, visit.now)
    if mine is None:
        st.caption("The inputs start from the base rate.")
    try:
        if isinstance(held, Categorical):
            return Entry(_shares(visit, question, held, form), "")
        assert isinstance(held, Cdf)
        given = _handles(visit, question, held, form)
    except ForecastsError as refusal:
        return _refused(refusal)
    st.caption(inert(capital(told(question, given))))
    return Entry(given, "")


# Options


def _shares(visit: Visit, question: Question, held: Categorical, form: str) -> Categorical:
    offered = question.offered(visit.now)
    rest = OTHER if OTHER in offered else offered[-1]
    start = dict(zip(held.options, held.p, strict=True))
    named = [name for name in offered if name != rest]
    st.caption("In percent.")
    given: dict[str, float] = {}
    for pair in (
        named[k : k + 2] for k in range(0, len(named), 2)
    ):  # row by row, so that a phone keeps their order
        for place, name in zip(st.columns(2), pair, strict=False):
            given[name] = _share(place, inert(name), start.get(name, 0.0), (form, f"share-{name}"))
    left = 1.0 - fsum(given.values())
    if left < -1e-9:
        too_much = f"{-100 * left:.4g}%"
        raise InvalidForecast(
            f"the shares add up to {100 * (1.0 - left):.4g}%: take {too_much} away somewhere"
        )
    given[rest] = max(left, 0.0)
    st.markdown(f"{inert(rest)} takes the rest: **{percent_exact(given[rest])}**")
    return Categorical(offered, tuple(given[name] for name in offered))


def _share(place: DeltaGenerator, label: str, p: float, field: tuple[str, str]) -> float:
    form, name = field
    value = place.number_input(
        label,
        0.0,
        100.0,
        min(max(number_of(form, name, min(max(100 * p, 0.0), 100.0)), 0.0), 100.0),
        step=1.0,
        format="%.4g",
        key=f"{name}-{form}",
        persist_state="session",
    )
    return value / 100


# Numbers and dates


def _handles(visit: Visit, question: Question, held: Cdf, form: str) -> Cdf:
    scale = question.scale
    assert scale is not None
    start = start_from(question, held, visit.now)
    left = start.left
    if scale.open_lower or scale.open_upper:
        st.caption(_if_within(question, left))
    read = _days if question.kind == "date" else _numbers
    values = read(start.shown, left, form)
    masses = _masses(question, start.shown, form)
    return curve_of(start, Handles(*values, **masses), scale)


def _if_within(question: Question, left: Scale) -> str:
    if question.kind == "date":
        return f"If it comes by {value_of(question, left.upper)}, then"
    unit = f" {left.unit}" if left.unit else ""
    return inert(f"If it lies between {left.lower:g} and {left.upper:g}{unit}, then")


_LABELS: Mapping[str, tuple[str, str, str]] = {
    "date": ("A quarter earlier than", "Middle", "A quarter later than"),
    "numeric": ("A quarter below", "Middle", "A quarter above"),
}


def _numbers(start: Handles, left: Scale, form: str) -> tuple[float, float, float]:
    decimals = max(0, digits_of(left))
    found = []
    for place, label, value in zip(
        st.columns(3), _LABELS["numeric"], (start.low, start.middle, start.high), strict=True
    ):
        given = place.number_input(
            label,
            float(left.lower),
            float(left.upper),
            _within(number_of(form, label, value), left),
            step=10.0**-decimals if left.zero_point is not None else _nice(left.span / 100),
            format=f"%.{decimals}f",
            key=f"{label}-{form}",
            persist_state="session",
        )
        found.append(float(given))
    return found[0], found[1], found[2]


def _within(value: float, left: Scale) -> float:
    return min(max(value, left.lower), left.upper)


def _nice(step: float) -> float:
    """The power of ten at or below a step."""
    return 10.0 ** floor(log10(step))


def _days(start: Handles, left: Scale, form: str) -> tuple[float, float, float]:
    first, last = ceil(left.lower), floor(left.upper)
    found = []
    for label, value in zip(_LABELS["date"], (start.low, start.middle, start.high), strict=True):
        given = st.date_input(
            label,
            min(
                max(day_of(form, label, date_of(value).date()), date_of(first).date()),
                date_of(last).date(),
            ),
            date_of(first).date(),
            date_of(last).date(),
            format="YYYY-MM-DD",
            key=f"{label}-{form}",
            persist_state="session",
        )
        if not isinstance(given, date):
            raise InvalidForecast(f"“{label}” is empty: give a date")
        found.append(day_number(datetime.combine(given, time(tzinfo=UTC))))
    return found[0], found[1], found[2]


def _masses(question: Question, start: Handles, form: str) -> dict[str, float]:
    """What lies beyond the bounds that are open, each in percent."""
    scale = question.scale
    assert scale is not None
    sides: list[tuple[str, Side, float]] = []
    if scale.open_lower:
        sides.append(("below", "lower", start.below))
    if scale.open_upper:
        sides.append(("above", "upper", start.above))
    places = st.columns(2) if len(sides) > 1 else [st.container()]
    return {
        name: _share(
            place, f"{inert(capital(bound(question, side, unit=False)))}, %", mass, (form, name)
        )
        for place, (name, side, mass) in zip(places, sides, strict=False)
    }


def _preview(question: Question, given: Cdf, form: str) -> None:
    spec = charts.drawn(
        charts.preview(charts.axis_of(question)),
        curve=density_frame(question, given),
        middle=middle_frame(question, given),
    )
    st.vega_lite_chart(
        spec=spec,
        width="stretch",
        key=f"preview-{form}",
        alt=f"Your forecast: {told(question, given)}",
    )


def _warn(visit: Visit, question: Question, given: Distribution | None) -> None:
    warning = warning_of(question, given, visit.now)
    if warning:
        st.warning(inert(warning), icon=":material/warning:")
