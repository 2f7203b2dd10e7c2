"""A probability of YES: typed in any usual way, or set on a slider; each follows the other.

What stands in the field counts. It starts with what is held, or on the page of a question with the
base rate; a cleared field leaves the slider's value. The slider shows the stop nearest to the
field.

When one changes the other, the browser may send a message before it knows that, with the other's
value of before, which must not count as a change. The field is made anew under another key then.
The slider may have the focus already, so it stays, and its values of before are passed over for a
moment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Final

import streamlit as st

from dashboard.charts import BLUE, GREY, ORANGE, VERMILLION
from dashboard.components.visit import Visit
from dashboard.question.form_state import text_of
from dashboard.question.slider_ticks import STOPS, Mark, Sign, glyph, nearest, ruler, said
from dashboard.wording import percent
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.errors import ForecastsError
from forecasts.questions.forecaster import CROWD, PRIOR, RESERVED, SUGGESTION
from forecasts.questions.format import in_full
from forecasts.questions.parse_forecast import read_forecast
from forecasts.questions.question import ForecasterId, Question
from tracker.model.read_models import QuestionSummary

_CATCH_UP: Final = 2.0
"""Seconds in which a browser learns what its last message has changed."""

_SEATS: Final[tuple[tuple[ForecasterId, Sign, str, str], ...]] = (
    (PRIOR, "triangle", GREY, "base rate"),
    (CROWD, "ring", ORANGE, "crowd"),
    (SUGGESTION, "square", VERMILLION, "suggested"),
)


def typed(visit: Visit, summary: QuestionSummary, form: str, *, slider: bool) -> Distribution | str:
    """The field and, below it, the slider. Returns what is typed, or the distribution that the
    inputs started with.
    """
    question, held = summary.question, held_by_me(visit, summary)
    start, key = _start(question, held, slider=slider), _text_key(form)

    def read(text: str) -> Distribution | None:
        try:
            return read_forecast(question, text, visit.now, held)
        except ForecastsError:
            return None

    text = st.text_input(
        "Probability of YES",
        text_of(form, "typed", "" if start is None else in_full(question, start)),
        key=key,
        placeholder="63 or 2:1" if held is None else "63, 2:1, +5 or x2",
        live="300ms",
        autocomplete="off",
        on_change=partial(_slide_after_text, form, key, read),
        persist_state="session",
    )
    text = (text or "").strip()
    if slider:
        stop = _slider(visit, summary, form, read(text) or start)
        text = text or said(stop)
    return start if start is not None and text == in_full(question, start) else text


def _slider(visit: Visit, summary: QuestionSummary, form: str, first: Distribution | None) -> int:
    st.session_state.setdefault(
        f"slide-{form}", nearest(first.p if isinstance(first, Binary) else 0.5)
    )
    stop: int = st.select_slider(
        "On a slider",
        STOPS,
        format_func=said,
        key=f"slide-{form}",
        label_visibility="collapsed",
        on_change=partial(_text_after_slide, form),
        persist_state="session",
    )
    _marked(marks(visit, summary))
    return stop


def held_by_me(visit: Visit, summary: QuestionSummary) -> Distribution | None:
    """What I hold on a question."""
    standing = summary.standings.get(visit.me)
    return None if standing is None else standing.distribution


def marks(visit: Visit, summary: QuestionSummary) -> list[Mark]:
    """What to compare with: what I held before, base rate, crowd and suggestion. I alone am no
    crowd.
    """
    found = []
    mine = summary.standings.get(visit.me)
    if mine is not None and mine.p is not None:
        found.append(Mark(mine.p, "dot", BLUE, "you, before"))
    alone = all(who == visit.me or who in RESERVED for who in summary.standings)
    for who, sign, colour, whose in _SEATS:
        standing = summary.standings.get(who)
        if standing is not None and standing.p is not None and not (who == CROWD and alone):
            found.append(Mark(standing.p, sign, colour, whose))
    return found


def _marked(found: list[Mark]) -> None:
    if found:
        told = " · ".join(f"{glyph(mark.sign)} {mark.whose} {percent(mark.p)}" for mark in found)
        with st.container(key="marks"):  # `look.css` takes its button out of the tab order
            st.image(ruler(found), width="stretch", alt=f"Marks on the slider: {told}")
        st.caption(told)


def _start(question: Question, held: Distribution | None, *, slider: bool) -> Distribution | None:
    """What the inputs start with: what I hold, else the base rate where there is a slider, which
    always has a value.
    """
    return question.prior if held is None and slider else held


def _slide_after_text(form: str, key: str, read: Callable[[str], Distribution | None]) -> None:
    if key != _text_key(form):
        return
    given = read(st.session_state[key] or "")
    if isinstance(given, Binary):
        before, target = st.session_state.get(f"slide-{form}"), nearest(given.p)
        st.session_state[f"lead-{form}"] = _lead(form).followed_by(before, target)
        st.session_state[f"slide-{form}"] = target


def _text_after_slide(form: str) -> None:
    stop, lead = st.session_state[f"slide-{form}"], _lead(form)
    if lead.covers(stop):
        st.session_state[f"slide-{form}"] = lead.target
        return
    st.session_state.pop(_text_key(form), None)
    st.session_state[f"turn-{form}"] = _turn(form) + 1
    st.session_state[_text_key(form)] = said(stop)


@dataclass(frozen=True, slots=True)
class _Lead:
    """The stop that the field gave the slider, and those that the browser may still send from
    before it knows that.
    """

    target: int = -1
    before: frozenset[int | None] = frozenset()
    until: float = 0.0
    """Seconds of the monotonic clock."""

    def followed_by(self, before: int | None, target: int) -> "_Lead":
        older = self.before if monotonic() < self.until else frozenset()
        return _Lead(target, older | {before}, monotonic() + _CATCH_UP)

    def covers(self, stop: int) -> bool:
        return monotonic() < self.until and (stop == self.target or stop in self.before)


def _lead(form: str) -> _Lead:
    lead: _Lead = st.session_state.get(f"lead-{form}", _Lead())
    return lead


def _turn(form: str) -> int:
    turn: int = st.session_state.get(f"turn-{form}", 0)
    return turn


def _text_key(form: str) -> str:
    return f"typed{_turn(form) or ''}-{form}"
