"""Probability input: a text field and a slider that follow each other.

The field's value counts. It starts with the current forecast, or on a question's page with the base
rate; a cleared field leaves the slider's value. The slider shows the tick nearest to the field.

When one changes the other, the browser may send a late message with the other's old value, which
must not count as a change. The field therefore gets a new key. The slider may have the focus, so it
stays, and its old values are ignored for a moment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Final

import streamlit as st

from dashboard.charts import BLUE, GREY, ORANGE, VERMILLION
from dashboard.components.visit import Visit
from dashboard.question.form_state import initial_text
from dashboard.question.slider_ticks import (
    SLIDER_STOPS,
    Sign,
    SliderMark,
    draw_marks,
    format_stop,
    nearest_stop,
    sign_glyph,
)
from dashboard.wording import percent_whole
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.errors import ForecastsError
from forecasts.questions.format import format_full
from forecasts.questions.parse_forecast import parse_forecast
from forecasts.questions.question import CROWD, PRIOR, RESERVED, SUGGESTION, ForecasterId, Question
from tracker.model.read_models import QuestionSummary

_CATCH_UP_SECONDS: Final = 2.0
"""Seconds in which the browser receives the effect of its last message."""

_REFERENCE_MARKS: Final[tuple[tuple[ForecasterId, Sign, str, str], ...]] = (
    (PRIOR, "triangle", GREY, "base rate"),
    (CROWD, "ring", ORANGE, "crowd"),
    (SUGGESTION, "square", VERMILLION, "suggested"),
)


def show_probability_input(
    visit: Visit, summary: QuestionSummary, form: str, *, slider: bool
) -> Distribution | str:
    """Show field and slider; return the typed text, or the unchanged initial distribution."""
    question, current = summary.question, get_own_forecast(visit, summary)
    start, key = _get_initial_value(question, current, slider=slider), _get_text_key(form)

    def read(text: str) -> Distribution | None:
        try:
            return parse_forecast(question, text, visit.now, current)
        except ForecastsError:
            return None

    text = st.text_input(
        "Probability of YES",
        initial_text(form, "typed", "" if start is None else format_full(question, start)),
        key=key,
        placeholder="63 or 2:1" if current is None else "63, 2:1, +5 or x2",
        live="300ms",
        autocomplete="off",
        on_change=partial(_update_slider, form, key, read),
        persist_state="session",
    )
    text = (text or "").strip()
    if slider:
        stop = _show_slider(visit, summary, form, read(text) or start)
        text = text or format_stop(stop)
    return start if start is not None and text == format_full(question, start) else text


def _show_slider(
    visit: Visit, summary: QuestionSummary, form: str, first: Distribution | None
) -> int:
    st.session_state.setdefault(
        f"slide-{form}", nearest_stop(first.p if isinstance(first, Binary) else 0.5)
    )
    stop: int = st.select_slider(
        "On a slider",
        SLIDER_STOPS,
        format_func=format_stop,
        key=f"slide-{form}",
        label_visibility="collapsed",
        on_change=partial(_update_text, form),
        persist_state="session",
    )
    _show_marks(list_slider_marks(visit, summary))
    return stop


def get_own_forecast(visit: Visit, summary: QuestionSummary) -> Distribution | None:
    """Return my current forecast."""
    standing = summary.standings.get(visit.me)
    return None if standing is None else standing.distribution


def list_slider_marks(visit: Visit, summary: QuestionSummary) -> list[SliderMark]:
    """List the marks of the slider: my last forecast, base rate, crowd and suggestion.

    The crowd needs at least one other forecaster.
    """
    slider_marks = []
    own_standing = summary.standings.get(visit.me)
    if own_standing is not None and own_standing.p is not None:
        slider_marks.append(SliderMark(own_standing.p, "dot", BLUE, "you, before"))
    is_alone = all(
        forecaster_id == visit.me or forecaster_id in RESERVED
        for forecaster_id in summary.standings
    )
    for forecaster_id, sign, colour, label in _REFERENCE_MARKS:
        standing = summary.standings.get(forecaster_id)
        if (
            standing is not None
            and standing.p is not None
            and not (forecaster_id == CROWD and is_alone)
        ):
            slider_marks.append(SliderMark(standing.p, sign, colour, label))
    return slider_marks


def _show_marks(slider_marks: list[SliderMark]) -> None:
    if slider_marks:
        description = " · ".join(
            f"{sign_glyph(mark.sign)} {mark.owner} {percent_whole(mark.p)}" for mark in slider_marks
        )
        with st.container(key="marks"):  # `look.css` removes its button from the tab order
            st.image(
                draw_marks(slider_marks), width="stretch", alt=f"Marks on the slider: {description}"
            )
        st.caption(description)


def _get_initial_value(
    question: Question, current: Distribution | None, *, slider: bool
) -> Distribution | None:
    """Return the initial value: my forecast, else the base rate if there is a slider."""
    return question.prior if current is None and slider else current


def _update_slider(form: str, key: str, read: Callable[[str], Distribution | None]) -> None:
    if key != _get_text_key(form):
        return
    distribution = read(st.session_state[key] or "")
    if isinstance(distribution, Binary):
        before, target = st.session_state.get(f"slide-{form}"), nearest_stop(distribution.p)
        st.session_state[f"lead-{form}"] = _get_update(form).extend(before, target)
        st.session_state[f"slide-{form}"] = target


def _update_text(form: str) -> None:
    stop, update = st.session_state[f"slide-{form}"], _get_update(form)
    if update.covers(stop):
        st.session_state[f"slide-{form}"] = update.target
        return
    st.session_state.pop(_get_text_key(form), None)
    st.session_state[f"turn-{form}"] = _get_key_number(form) + 1
    st.session_state[_get_text_key(form)] = format_stop(stop)


@dataclass(frozen=True, slots=True)
class _SliderUpdate:
    """Slider tick set by the field, and older ticks that the browser may still send."""

    target: int = -1
    before: frozenset[int | None] = frozenset()
    until: float = 0.0
    """Seconds of the monotonic clock."""

    def extend(self, before: int | None, target: int) -> "_SliderUpdate":
        older = self.before if monotonic() < self.until else frozenset()
        return _SliderUpdate(target, older | {before}, monotonic() + _CATCH_UP_SECONDS)

    def covers(self, stop: int) -> bool:
        return monotonic() < self.until and (stop == self.target or stop in self.before)


def _get_update(form: str) -> _SliderUpdate:
    update: _SliderUpdate = st.session_state.get(f"lead-{form}", _SliderUpdate())
    return update


def _get_key_number(form: str) -> int:
    number: int = st.session_state.get(f"turn-{form}", 0)
    return number


def _get_text_key(form: str) -> str:
    return f"typed{_get_key_number(form) or ''}-{form}"
