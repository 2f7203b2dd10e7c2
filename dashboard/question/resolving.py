"""The desk where a question is answered: the form, what everyone would score, and the step that
confirms it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.score_columns import score_columns
from dashboard.components.score_data import possible, would_score_frame
from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm, table
from dashboard.question.unverified_answers import OPTION, VALUE
from dashboard.wording import answered, bound, capital, inert
from forecasts.distributions.cdf import date_of
from forecasts.errors import InvalidResolution
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.question import Question
from forecasts.scoring.rulebook import HEADLINE, RULES
from tracker.model.read_models import QuestionPage

_C = st.column_config


@dataclass(frozen=True, slots=True)
class Given:
    """What stands in the form: the answer as it would be typed, None while there is none, and what
    goes with it.
    """

    answer: str | None
    source: str
    note: str
    known: datetime | None
    event: datetime | None
    sure: bool


def outcomes(question: Question) -> dict[str, str]:
    """What can be chosen as the outcome of a question, in words."""
    scale = question.scale
    found: dict[str, str] = {}
    if question.kind == "binary":
        found = {"yes": "YES", "no": "NO"}
    elif scale is None:
        found = {OPTION: "One of the options"}
    else:
        found = {VALUE: "A date" if question.kind == "date" else "A number"}
        if scale.open_lower:
            found[BELOW] = capital(bound(question, "lower"))
        if scale.open_upper:
            found[NEVER if question.kind == "date" else ABOVE] = capital(bound(question, "upper"))
    return {**found, "annulled": "Annulled", "ambiguous": "Ambiguous"}


def form(visit: Visit, page: QuestionPage) -> None:
    """The form, and below it what everyone would score, with the button that gives the answer."""
    question = page.summary.question
    words = outcomes(question)
    local = visit.now.astimezone(visit.zone).replace(tzinfo=None, second=0, microsecond=0)
    zone = visit.zone.key
    # Outside the form, because what the form asks for depends on it.
    outcome = st.segmented_control(
        "Answer",
        list(words),
        format_func=lambda word: inert(words[word]),
        key=f"answer-outcome-{question.id}",
        default=next(iter(words)) if question.kind != "binary" else None,
    )
    with st.form(f"answer-{question.id}"):
        answer = _answer(question, outcome)
        source = st.text_input(
            "Source",
            placeholder="https://…",
            key=f"answer-url-{question.id}",
            help="The link where anyone can check it.",
        )
        left, right = st.columns(2)
        known = left.datetime_input(
            f"Known at ({zone})",
            local,
            key=f"answer-known-{question.id}",
            help="When anyone could know. Forecasts made later do not count.",
        )
        event = right.datetime_input(
            f"Happened at ({zone})",
            None,
            key=f"answer-event-{question.id}",
            help="Leave it empty if it is the same.",
        )
        note = st.text_input("Note", key=f"answer-note-{question.id}", max_chars=1_000)
        sure = st.checkbox("I have checked the source.", key=f"answer-sure-{question.id}")
        asked = st.form_submit_button("Preview the scores", type="primary")
    given = Given(answer, source or "", note or "", known, event, sure)
    if asked:
        _preview(visit, question, given)
    if st.session_state.get(_shown(question)) == given:
        _confirm(visit, page, given)


def _shown(question: Question) -> str:
    """Where it is kept for which answer the preview is shown: one that is changed afterwards has to
    be shown again.
    """
    return f"answer-previewed-{question.id}"


def _preview(visit: Visit, question: Question, given: Given) -> None:
    """Check the answer as if it was given; what is refused is told, and nothing is previewed."""
    st.session_state.pop(_shown(question), None)
    with calm():
        visit.tracker.check_answer(question.id, **_said(visit, given))
        st.session_state[_shown(question)] = given


def _confirm(visit: Visit, page: QuestionPage, given: Given) -> None:
    """What everyone would score, under this answer and the others, and the button that gives it."""
    question = page.summary.question
    assert given.known is not None
    known = given.known.replace(tzinfo=visit.zone)
    frame = _would_score(visit, page, given, known)
    with st.container(border=True):
        st.markdown(
            f"**Before you confirm: {inert(_words(question, given.answer or ''))}**, known "
            f"{visit.moment(known)}",
            help=visit.utc(known),
        )
        if frame.empty:
            st.caption("Nobody would be scored. What everyone said stays in the history.")
        else:
            _table_of(question, frame)
        st.caption(
            "Forecasting on this question ends. A later answer can supersede this one; nothing "
            "is overwritten."
        )
        with st.container(horizontal=True):
            if st.button("Give this answer", type="primary", key=f"answer-give-{question.id}"):
                with calm():
                    _give(visit, question, given)
            if st.button("Not yet", key=f"answer-not-{question.id}", type="tertiary"):
                st.session_state.pop(_shown(question), None)
                st.rerun()


def _would_score(visit: Visit, page: QuestionPage, given: Given, known: datetime) -> pd.DataFrame:
    question = page.summary.question
    wanted = possible(question, given.answer or "", min(known, question.closes_at))
    scored = visit.tracker.preview(question.id, wanted, known)
    words = {each: _words(question, each) for each in wanted}
    return would_score_frame(
        question, {words[each]: found for each, found in scored.items()}, page.forecasters, visit.me
    )


def _table_of(question: Question, frame: pd.DataFrame) -> None:
    columns = {
        "outcome": _C.TextColumn("If it is", width=150),
        **score_columns(question, everything=False),
    }
    table(frame, columns, "What everyone would score under each outcome")
    rule = RULES[HEADLINE[question.kind]]
    st.caption(
        "Worked out as the final scores will be, from what stood until the answer was known. "
        f"Skill is 100 × the gain by {rule.title} over knowing nothing: higher is better. ↓ "
        "lower is better, ↑ higher is better. Annulled or ambiguous, nobody is scored."
    )


def _words(question: Question, answer: str) -> str:
    """An answer as it would be typed, in the words of the question."""
    return outcomes(question).get(answer) or answer


def _answer(question: Question, outcome: str | None) -> str | None:
    """The answer as it would be typed; None while it is not given."""
    if outcome == OPTION:
        names = [option.name for option in question.options]
        return st.selectbox(
            "Option",
            names,
            index=None,
            key=f"answer-option-{question.id}",
            placeholder="Which one was it?",
        )
    if outcome != VALUE:
        return outcome
    scale = question.scale
    assert scale is not None
    if question.kind == "date":
        first, last = date_of(scale.lower).date(), date_of(scale.upper).date()
        came = st.date_input(
            "Date", None, first, last, key=f"answer-date-{question.id}", format="YYYY-MM-DD"
        )
        return came.isoformat() if isinstance(came, date) else None
    unit = f"Number, {inert(scale.unit)}" if scale.unit else "Number"
    text = st.text_input(
        unit, key=f"answer-number-{question.id}", placeholder="41.5", autocomplete="off"
    )
    return (text or "").strip() or None


def _said(visit: Visit, given: Given) -> dict[str, Any]:
    """What the tracker is told; raises `InvalidResolution` for half an answer."""
    if given.answer is None:
        raise InvalidResolution("no answer chosen yet: choose how it came out")
    if given.known is None:
        raise InvalidResolution("when was it known? give a date and time")
    if not given.sure:
        raise InvalidResolution("tick that you have checked the source, then give the answer again")
    return {
        "answer": given.answer,
        "source_url": given.source.strip(),
        "known_at": given.known.replace(tzinfo=visit.zone),
        "event_at": None if given.event is None else given.event.replace(tzinfo=visit.zone),
        "note": given.note,
    }


def _give(visit: Visit, question: Question, given: Given) -> None:
    visit.tracker.resolve(question.id, **_said(visit, given))
    st.session_state.pop(_shown(question), None)
    resolution = visit.tracker.question(question.id).summary.resolution
    say("Answered" if resolution is None else answered(question, resolution))
    st.rerun()


def reopening(visit: Visit, question: Question) -> None:
    """The way to take an answer back, which needs a reason and a second click."""
    with st.popover("Re-open the question", icon=":material/undo:", key=f"reopening-{question.id}"):
        st.caption(
            "Its answer is taken back and its scores go, until it is answered anew. The answer "
            "stays in the record, and everyone can forecast again until the scheduled close."
        )
        why = st.text_input("Why it is re-opened", key=f"reopen-why-{question.id}", max_chars=1_000)
        if st.button("Re-open it", key=f"reopen-{question.id}"):
            with calm():
                visit.tracker.reopen(question.id, why or "")
                say("Re-opened: it has no answer now")
                st.rerun()
