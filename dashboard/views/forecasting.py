"""The form where a person forecasts, reaffirms, withdraws and undoes."""

from dataclasses import dataclass
from uuid import uuid4

import streamlit as st

from dashboard.views.parts import calm, say
from dashboard.views.visit import Visit
from dashboard.wording import clipped, echo, inert, percent_exact
from forecasts.distribution import Binary, parse_probability
from forecasts.errors import InvalidForecast, InvalidProbability
from forecasts.evidence import EvidenceId
from tracker.summaries import QuestionPage

RATIONALE_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed into the form; `key` lets it be saved once only."""

    given: Binary | None
    why: str
    cites: tuple[EvidenceId, ...]
    key: str


def render(visit: Visit, page: QuestionPage) -> None:
    """My forecast: what stands, and what can be done about it."""
    with st.container(border=True):
        st.subheader("My forecast", anchor=False)
        standing = page.summary.standings.get(visit.me)
        if standing is None:
            st.caption("You have none yet.")
        else:
            st.caption(f"You hold **{percent_exact(standing.p)}**, last confirmed {visit.age(standing.since)}.")
        _new(visit, page)
        _acts(visit, page, None if standing is None else standing.p)


def _render_id(question_id: str) -> str:
    """The name of this rendering of the form: also the key under which its save is kept once only."""
    return st.session_state.setdefault(f"form-{question_id}", uuid4().hex)


def _renew(question_id: str) -> None:
    st.session_state.pop(f"form-{question_id}", None)


@st.fragment
def _new(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    form = _render_id(question.id)
    typed = st.text_input(
        "Probability of YES", key=f"p-{form}", placeholder="63, 63% or 0.63", live="300ms", autocomplete="off"
    )
    given = _echo(typed or "")
    with st.form(f"why-{form}", border=False):
        why = st.text_area(
            "Why",
            key=f"why-text-{form}",
            placeholder="What do you know that moves you?",
            height=90,
            max_chars=RATIONALE_LIMIT,
        )
        cites = _cites(page, form)
        if st.form_submit_button("Save forecast", type="primary"):
            with calm():
                _save(visit, page.summary.question.id, Draft(given, (why or "").strip(), tuple(cites), form))


def _echo(typed: str) -> Binary | None:
    if not typed.strip():
        st.caption("In percent or from 0 to 1.")
        return None
    try:
        given = parse_probability(typed)
    except InvalidProbability as refusal:
        st.caption(f":material/error: {inert(str(refusal))}")
        return None
    st.caption(inert(echo(given.p)))
    return given


def _cites(page: QuestionPage, form: str) -> list[EvidenceId]:
    headlines = {c.evidence.id: clipped(c.headline, 90) for c in page.evidence if c.evidence.status != "rejected"}
    if not headlines:
        return []
    return st.multiselect(
        "Evidence it rests on",
        list(headlines),
        format_func=headlines.__getitem__,
        key=f"cites-{form}",
        placeholder="Optional",
    )


def _save(visit: Visit, question_id: str, draft: Draft) -> None:
    if draft.given is None:
        raise InvalidForecast("no probability yet: write 63, 63% or 0.63")
    if not draft.why:
        raise InvalidForecast("a forecast needs its reason: write a sentence under Why")
    visit.tracker.forecast(question_id, draft.given, rationale=draft.why, cites=draft.cites, key=draft.key)
    _done(question_id, f"Saved: {percent_exact(draft.given.p)}")


def _done(question_id: str, text: str) -> None:
    _renew(question_id)
    say(text)
    st.rerun()


def _acts(visit: Visit, page: QuestionPage, p: float | None) -> None:
    question = page.summary.question
    mine = [a for a in page.acts if a.forecaster_id == visit.me]
    form = _render_id(question.id)
    with st.container(horizontal=True):
        if p is not None:
            held = percent_exact(p)
            if st.button(f"Still {held}", key="reaffirm", help="Say again what you hold, so that it counts as fresh."):
                with calm():
                    visit.tracker.reaffirm(question.id, key=f"{form}-reaffirm")
                    _done(question.id, f"Reaffirmed: {held}")
            with st.popover("Withdraw", key="withdrawing"):
                st.caption("From now on you hold no forecast here. What stood before still counts.")
                if st.button("Withdraw my forecast", key="withdraw"):
                    with calm():
                        visit.tracker.withdraw(question.id, key=f"{form}-withdraw")
                        _done(question.id, "Withdrawn")
        if mine and st.button("Undo my last act", key="undo", type="tertiary", icon=":material/undo:"):
            with calm():
                visit.tracker.undo(question.id, key=f"{form}-undo")
                _done(question.id, "Undone; the history keeps both")
