"""Inputs of a forecast: one for each kind of question, and a text field as an alternative."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from math import ceil, floor, fsum, log10
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import charts
from dashboard.components.visit import Visit
from dashboard.question import probability_input
from dashboard.question.distributions_data import density_frame, middle_frame
from dashboard.question.form_state import initial_day, initial_flag, initial_number, initial_text
from dashboard.question.probability_input import (
    IntervalHandles,
    build_curve,
    build_start,
    count_digits,
)
from dashboard.wording import (
    RangeSide,
    capitalise,
    describe_forecast,
    escape_markdown,
    format_bound,
    format_value,
    percent_exact,
)
from forecasts.distributions.cdf import Cdf, Scale, date_from_day_number, day_number
from forecasts.distributions.distribution import OTHER, Categorical, Distribution
from forecasts.errors import ForecastsError, InvalidForecast
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.formatting import warn_of_past_mass
from forecasts.questions.parse_forecast import base_for_change, parse_forecast
from forecasts.questions.question import FORECAST_FORMATS, Question
from tracker.model.read_models import QuestionSummary

_FORMATS_TEXT: Final = "In percent, from 0 to 1, as odds 2:1 or as a fraction 1/3"


@dataclass(frozen=True, slots=True)
class ForecastEntry:
    """Entered forecast, or the reason why there is none."""

    forecast: Distribution | None
    problem: str


def show_forecast_inputs(visit: Visit, summary: QuestionSummary, form: str) -> ForecastEntry:
    """Show the inputs with an echo of the parsed forecast. `form` identifies a rendering of the
    form.
    """
    question = summary.question
    if question.kind == "binary":
        text = probability_input.show_probability_input(visit, summary, form, slider=True)
        return _parse_entry(visit, summary, text)
    typing = f"typing-{form}"
    st.session_state.setdefault(typing, initial_flag(form, "typing"))
    if st.session_state[typing]:
        entry = _parse_entry(visit, summary, _show_text_field(question, form))
    else:
        entry = _show_inputs(visit, summary, form)
    if isinstance(entry.forecast, Cdf):
        _show_preview(question, entry.forecast, form)
    warning = warn_of_past_mass(question, entry.forecast, visit.now)
    if warning:
        st.warning(escape_markdown(warning), icon=":material/warning:")
    st.toggle("Type it instead", key=typing, persist_state="session")
    return entry


def show_text_entry(visit: Visit, summary: QuestionSummary, form: str) -> ForecastEntry:
    """Show one text field for any forecast, where there is little room."""
    text: Distribution | str
    if summary.question.kind == "binary":
        text = probability_input.show_probability_input(visit, summary, form, slider=False)
    else:
        text = _show_text_field(summary.question, form)
    return _parse_entry(visit, summary, text)


def _show_text_field(question: Question, form: str) -> str:
    return (
        st.text_input(
            "Forecast",
            initial_text(form, "typed"),
            key=f"typed-{form}",
            placeholder=FORECAST_FORMATS[question.kind].partition("such as ")[2],
            help=escape_markdown(f"Form: {FORECAST_FORMATS[question.kind]}"),
            live="300ms",
            autocomplete="off",
            persist_state="session",
        )
        or ""
    )


def _parse_entry(visit: Visit, summary: QuestionSummary, text: Distribution | str) -> ForecastEntry:
    """Parse typed text and echo the result; `+5` and `x2` change the current forecast."""
    question, current = summary.question, probability_input.get_own_forecast(visit, summary)
    if not isinstance(text, str):
        st.caption(_describe_start(question, text, current))
        return ForecastEntry(text, "")
    if not text.strip():
        st.caption(
            _describe_formats(current)
            if question.kind == "binary"
            else escape_markdown(capitalise(FORECAST_FORMATS[question.kind]))
        )
        return ForecastEntry(None, f"no forecast yet: {FORECAST_FORMATS[question.kind]}")
    try:
        distribution = parse_forecast(question, text, visit.now, base_for_change(question, current))
    except ForecastsError as refusal:
        return _show_refusal(refusal)
    st.caption(escape_markdown(capitalise(describe_forecast(question, distribution))))
    return ForecastEntry(distribution, "")


def _describe_start(question: Question, start: Distribution, current: Distribution | None) -> str:
    source = "the base rate" if current is None else "what you hold"
    return (
        f"{escape_markdown(capitalise(describe_forecast(question, start)))}: {source}. "
        f"{_describe_formats(current)}"
    )


def _describe_formats(current: Distribution | None) -> str:
    return (
        f"{_FORMATS_TEXT}."
        if current is None
        else f"{_FORMATS_TEXT}; or a change: +5 points, x2 the odds."
    )


def _show_refusal(refusal: ForecastsError) -> ForecastEntry:
    st.caption(f":material/error: {escape_markdown(capitalise(str(refusal)))}")
    return ForecastEntry(None, str(refusal))


def _show_inputs(visit: Visit, summary: QuestionSummary, form: str) -> ForecastEntry:
    """Show the inputs for options, numbers and dates, which start from my forecast, else the base
    rate.
    """
    question, standing = summary.question, summary.standings.get(visit.me)
    current = fold_removed_options(
        question, visit.now, question.prior if standing is None else standing.distribution
    )
    if standing is None:
        st.caption("The inputs start from the base rate.")
    try:
        if isinstance(current, Categorical):
            return ForecastEntry(_show_shares(visit, question, current, form), "")
        assert isinstance(current, Cdf)
        distribution = _show_handles(visit, question, current, form)
    except ForecastsError as refusal:
        return _show_refusal(refusal)
    st.caption(escape_markdown(capitalise(describe_forecast(question, distribution))))
    return ForecastEntry(distribution, "")


def _show_shares(visit: Visit, question: Question, current: Categorical, form: str) -> Categorical:
    offered = question.offered_options(visit.now)
    remainder = OTHER if OTHER in offered else offered[-1]
    start = dict(zip(current.options, current.p, strict=True))
    inputs = [name for name in offered if name != remainder]
    st.caption("In percent.")
    shares: dict[str, float] = {}
    for pair in (
        inputs[k : k + 2] for k in range(0, len(inputs), 2)
    ):  # row by row, so that a phone keeps their order
        for column, name in zip(st.columns(2), pair, strict=False):
            shares[name] = _show_percentage(
                column, escape_markdown(name), start.get(name, 0.0), form=form, name=f"share-{name}"
            )
    left = 1.0 - fsum(shares.values())
    if left < -1e-9:
        too_much = f"{-100 * left:.4g}%"
        raise InvalidForecast(
            f"the shares add up to {100 * (1.0 - left):.4g}%: take {too_much} away somewhere"
        )
    shares[remainder] = max(left, 0.0)
    st.markdown(
        f"{escape_markdown(remainder)} takes the rest: **{percent_exact(shares[remainder])}**"
    )
    return Categorical(offered, tuple(shares[name] for name in offered))


def _show_percentage(
    column: DeltaGenerator, label: str, p: float, *, form: str, name: str
) -> float:
    value = column.number_input(
        label,
        0.0,
        100.0,
        min(max(initial_number(form, name, min(max(100 * p, 0.0), 100.0)), 0.0), 100.0),
        step=1.0,
        format="%.4g",
        key=f"{name}-{form}",
        persist_state="session",
    )
    return value / 100


def _show_handles(visit: Visit, question: Question, current: Cdf, form: str) -> Cdf:
    scale = question.scale
    assert scale is not None
    start = build_start(question, current, visit.now)
    open_range = start.left
    if scale.open_lower or scale.open_upper:
        st.caption(_describe_condition(question, open_range))
    read = _show_date_inputs if question.kind == "date" else _show_number_inputs
    values = read(start.shown, open_range, form)
    masses = _show_tail_inputs(question, start.shown, form)
    return build_curve(start, IntervalHandles(*values, **masses), scale)


def _describe_condition(question: Question, open_range: Scale) -> str:
    if question.kind == "date":
        return f"If it comes by {format_value(question, open_range.upper)}, then"
    unit = f" {open_range.unit}" if open_range.unit else ""
    return escape_markdown(
        f"If it lies between {open_range.lower:g} and {open_range.upper:g}{unit}, then"
    )


_HANDLE_LABELS: Mapping[str, tuple[str, str, str]] = {
    "date": ("A quarter earlier than", "Middle", "A quarter later than"),
    "numeric": ("A quarter below", "Middle", "A quarter above"),
}


def _show_number_inputs(
    start: IntervalHandles, open_range: Scale, form: str
) -> tuple[float, float, float]:
    decimals = max(0, count_digits(open_range))
    values = []
    for column, label, value in zip(
        st.columns(3), _HANDLE_LABELS["numeric"], (start.low, start.middle, start.high), strict=True
    ):
        entered = column.number_input(
            label,
            float(open_range.lower),
            float(open_range.upper),
            min(max(initial_number(form, label, value), open_range.lower), open_range.upper),
            step=10.0**-decimals
            if open_range.zero_point is not None
            else _round_step(open_range.span / 100),
            format=f"%.{decimals}f",
            key=f"{label}-{form}",
            persist_state="session",
        )
        values.append(float(entered))
    return values[0], values[1], values[2]


def _round_step(step: float) -> float:
    """Return the power of ten at or below a step."""
    return 10.0 ** floor(log10(step))


def _show_date_inputs(
    start: IntervalHandles, open_range: Scale, form: str
) -> tuple[float, float, float]:
    first, last = ceil(open_range.lower), floor(open_range.upper)
    values = []
    for label, value in zip(
        _HANDLE_LABELS["date"], (start.low, start.middle, start.high), strict=True
    ):
        entered = st.date_input(
            label,
            min(
                max(
                    initial_day(form, label, date_from_day_number(value).date()),
                    date_from_day_number(first).date(),
                ),
                date_from_day_number(last).date(),
            ),
            date_from_day_number(first).date(),
            date_from_day_number(last).date(),
            format="YYYY-MM-DD",
            key=f"{label}-{form}",
            persist_state="session",
        )
        if not isinstance(entered, date):
            raise InvalidForecast(f"“{label}” is empty: give a date")
        values.append(day_number(datetime.combine(entered, time(tzinfo=UTC))))
    return values[0], values[1], values[2]


def _show_tail_inputs(question: Question, start: IntervalHandles, form: str) -> dict[str, float]:
    """Show the probabilities beyond open bounds, in percent."""
    scale = question.scale
    assert scale is not None
    sides: list[tuple[str, RangeSide, float]] = []
    if scale.open_lower:
        sides.append(("below", "lower", start.below))
    if scale.open_upper:
        sides.append(("above", "upper", start.above))
    places = st.columns(2) if len(sides) > 1 else [st.container()]
    return {
        name: _show_percentage(
            column,
            f"{escape_markdown(capitalise(format_bound(question, side, unit=False)))}, %",
            mass,
            form=form,
            name=name,
        )
        for column, (name, side, mass) in zip(places, sides, strict=False)
    }


def _show_preview(question: Question, distribution: Cdf, form: str) -> None:
    spec = charts.bind_data(
        charts.preview_chart(charts.value_axis(question)),
        curve=density_frame(question, distribution),
        middle=middle_frame(question, distribution),
    )
    st.vega_lite_chart(
        spec=spec,
        width="stretch",
        key=f"preview-{form}",
        alt=f"Your forecast: {describe_forecast(question, distribution)}",
    )
