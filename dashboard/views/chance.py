"""A probability of YES: typed in any usual way, or set on a slider; each follows the other.

What stands in the field counts. It starts with what is held, or on the page of a question with the base rate; a cleared
field leaves the slider's value. The slider shows the stop nearest to the field.
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
from forecasts.spoken import in_full
from tracker.summaries import QuestionSummary

_SEATS: Final[tuple[tuple[ForecasterId, Sign, str, str], ...]] = (
    (PRIOR, "triangle", GREY, "base rate"),
    (CROWD, "ring", ORANGE, "crowd"),
    (SUGGESTION, "square", VERMILLION, "suggested"),
)


def typed(visit: Visit, summary: QuestionSummary, form: str, *, slider: bool) -> Distribution | str:
    """The field and, below it, the slider. Returns what is typed, or the distribution that the inputs started with."""
    question, held = summary.question, held_by_me(visit, summary)
    start = _start(question, held, slider=slider)
    text = st.text_input(
        "Probability of YES",
        text_of(form, "typed", "" if start is None else in_full(question, start)),
        key=f"typed-{form}",
        placeholder="63 or 2:1" if held is None else "63, 2:1, +5 or x2",
        live="300ms",
        autocomplete="off",
        on_change=partial(_slide_after_text, question, form, visit, held),
        persist_state="session",
    )
    text = (text or "").strip()
    if slider:
        read = _read(question, text, visit, held)
        stop = _slider(visit, summary, form, start if read is None else read)
        text = text or said(stop)
    return start if start is not None and text == in_full(question, start) else text


def _slider(visit: Visit, summary: QuestionSummary, form: str, first: Distribution | None) -> int:
    st.session_state.setdefault(f"slide-{form}", nearest(first.p if isinstance(first, Binary) else 0.5))
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
        with st.container(key="marks"):  # `look.css` takes its button out of the tab order
            st.image(ruler(found), width="stretch", alt=f"Marks on the slider: {told}")
        st.caption(told)


def _start(question: Question, held: Distribution | None, *, slider: bool) -> Distribution | None:
    """What the inputs start with: what I hold, else the base rate where there is a slider, which always has a value."""
    return question.prior if held is None and slider else held


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
