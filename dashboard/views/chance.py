"""A probability of YES: typed in any usual way, or set on a slider; each follows the other.

What is typed counts. The slider has its stops, and shows the one that is next to what was typed; only who moves it
forecasts a stop.
"""

from functools import partial
from typing import Final

import streamlit as st

from dashboard.charts import BLUE, GREY, ORANGE, VERMILLION
from dashboard.frames.stops import STOPS, Mark, Sign, glyph, nearest, ruler, said
from dashboard.views.drafts import text_of
from dashboard.views.visit import Visit
from dashboard.wording import percent
from forecasts.distribution import Binary, Distribution
from forecasts.entry import read_forecast
from forecasts.errors import ForecastsError
from forecasts.forecaster import CROWD, PRIOR, RESERVED, SUGGESTION
from forecasts.question import ForecasterId, Question
from tracker.summaries import QuestionSummary

_SEATS: Final[tuple[tuple[ForecasterId, Sign, str, str], ...]] = (
    (PRIOR, "triangle", GREY, "base rate"),
    (CROWD, "ring", ORANGE, "crowd"),
    (SUGGESTION, "square", VERMILLION, "suggested"),
)


def typed(visit: Visit, summary: QuestionSummary, form: str, *, slider: bool) -> str:
    """The typed input and, below it, the slider; what is in the typed one."""
    question, held = summary.question, held_by_me(visit, summary)
    follow = partial(_slide_after_text, question, form, visit, held)
    example = "63 or 2:1" if held is None else "63, 2:1, +5 or x2"
    text = st.text_input(
        "Probability of YES",
        text_of(form, "typed"),
        key=f"typed-{form}",
        placeholder=example,
        live="300ms",
        autocomplete="off",
        on_change=follow,
        persist_state="session",
    )
    if slider:
        _slider(visit, summary, form, text or "")
    return text or ""


def _slider(visit: Visit, summary: QuestionSummary, form: str, text: str) -> None:
    start = _start(summary.question, text, visit, held_by_me(visit, summary))
    st.session_state.setdefault(f"slide-{form}", nearest(start))
    st.select_slider(
        "On a slider",
        STOPS,
        format_func=said,
        key=f"slide-{form}",
        label_visibility="collapsed",
        on_change=partial(_text_after_slide, form),
        persist_state="session",
    )
    _marked(marks(visit, summary))


def held_by_me(visit: Visit, summary: QuestionSummary) -> Distribution | None:
    """What I hold on a question."""
    standing = summary.standings.get(visit.me)
    return None if standing is None else standing.distribution


def marks(visit: Visit, summary: QuestionSummary) -> list[Mark]:
    """What to compare with: what I held before, base rate, crowd and suggestion. I alone am no crowd."""
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
        st.image(ruler(found), width="stretch", alt=f"Marks on the slider: {told}")
        st.caption(told)


def _start(question: Question, text: str, visit: Visit, held: Distribution | None) -> float:
    """Where the slider stands at first: at what is typed, at what I hold, at the base rate."""
    read = _read(question, text, visit, held)
    for known in (read, held, question.prior):
        if isinstance(known, Binary):
            return known.p
    return 0.5


def _read(question: Question, text: str, visit: Visit, held: Distribution | None) -> Distribution | None:
    try:
        return read_forecast(question, text, visit.now, held)
    except ForecastsError:
        return None


def _slide_after_text(question: Question, form: str, visit: Visit, held: Distribution | None) -> None:
    read = _read(question, st.session_state[f"typed-{form}"] or "", visit, held)
    if isinstance(read, Binary):
        st.session_state[f"slide-{form}"] = nearest(read.p)


def _text_after_slide(form: str) -> None:
    st.session_state[f"typed-{form}"] = said(st.session_state[f"slide-{form}"])
