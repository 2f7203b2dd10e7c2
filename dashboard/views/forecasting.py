"""The form where a person forecasts, reaffirms, withdraws and undoes."""

from dataclasses import dataclass
from uuid import uuid4

import streamlit as st

from dashboard.frames.distributions import as_read
from dashboard.views.entering import Entry, enter
from dashboard.views.parts import calm, say
from dashboard.views.visit import Visit
from dashboard.wording import clipped, headline, in_short, inert, percent
from forecasts.distribution import Distribution
from forecasts.errors import InvalidForecast
from forecasts.evidence import EvidenceId
from forecasts.scoring.rulebook import HEADLINE, RULES
from tracker.summaries import QuestionPage

RATIONALE_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form; `key` lets it be saved once only."""

    entry: Entry
    why: str
    cites: tuple[EvidenceId, ...]
    key: str


def render(visit: Visit, page: QuestionPage) -> None:
    """My forecast: what stands, and what can be done about it."""
    with st.container(border=True):
        st.subheader("My forecast", anchor=False)
        standing = page.summary.standings.get(visit.me)
        held = None if standing is None else as_read(page.summary.question, standing.distribution, visit.now)
        if standing is None:
            st.caption("You have none yet.")
        else:
            words = inert(in_short(page.summary.question, held))
            st.caption(f"You hold **{words}**, last confirmed {visit.age(standing.since)}.")
        _new(visit, page)
        _acts(visit, page, held)


def _render_id(question_id: str) -> str:
    """The name of this rendering of the form: also the key under which its save is kept once only."""
    return st.session_state.setdefault(f"form-{question_id}", uuid4().hex)


def _renew(question_id: str) -> None:
    st.session_state.pop(f"form-{question_id}", None)


@st.fragment
def _new(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    form = _render_id(question.id)
    entry = enter(visit, page, form)
    with st.form(f"why-{form}", border=False):
        why = st.text_area(
            "Why",
            key=f"why-text-{form}",
            placeholder="What do you know that moves you?",
            height=90,
            max_chars=RATIONALE_LIMIT,
            persist_state="session",
        )
        cites = _cites(page, form)
        if st.form_submit_button("Save forecast", type="primary"):
            with calm():
                _save(visit, page, Draft(entry, (why or "").strip(), tuple(cites), form))


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
        persist_state="session",
    )


def _save(visit: Visit, page: QuestionPage, draft: Draft) -> None:
    question, given = page.summary.question, draft.entry.given
    if given is None:
        raise InvalidForecast(draft.entry.problem)
    if not draft.why:
        raise InvalidForecast("a forecast needs its reason: write a sentence under Why")
    visit.tracker.forecast(question.id, given, rationale=draft.why, cites=draft.cites, key=draft.key)
    _done(question.id, f"Saved: {in_short(question, given)}")


def _done(question_id: str, text: str) -> None:
    _renew(question_id)
    say(text)
    st.rerun()


def _earned(visit: Visit, page: QuestionPage) -> None:
    """What stood so far would score under either answer of a yes-no question, if nothing follows it."""
    question = page.summary.question
    if question.kind != "binary" or visit.now <= question.opens_at:
        return
    scored = visit.tracker.preview(question.id, ("yes", "no"), visit.now)
    rule = RULES[HEADLINE[question.kind]]
    own = {
        answer: next((s for s in scores if s.forecaster_id == visit.me and s.rule == rule.name), None)
        for answer, scores in scored.items()
    }
    yes, no = own["yes"], own["no"]
    if yes is not None and no is not None and yes.mean_while_active is not None and no.mean_while_active is not None:
        st.caption(
            f"What stood so far would score {yes.mean_while_active:.3f} if YES and {no.mean_while_active:.3f} if NO by"
            f" {rule.title} ({rule.better} is better), on {percent(yes.coverage)} of the scheduled time."
        )


def _acts(visit: Visit, page: QuestionPage, held: Distribution | None) -> None:
    question = page.summary.question
    mine = [a for a in page.acts if a.forecaster_id == visit.me]
    form = _render_id(question.id)
    with st.container(horizontal=True):
        if held is not None:
            words = clipped(headline(question, held)[0], 30)
            again = "Say again what you hold, so that it counts as fresh."
            if st.button(f"Still {inert(words)}", key="reaffirm", help=again):
                with calm():
                    visit.tracker.reaffirm(question.id, key=f"{form}-reaffirm")
                    _done(question.id, f"Reaffirmed: {words}")
            with st.popover("Withdraw", key="withdrawing", on_change="rerun") as leaving:
                st.caption("From now on you hold no forecast here. What stood before still counts.")
                if leaving.open:
                    _earned(visit, page)
                if st.button("Withdraw my forecast", key="withdraw"):
                    with calm():
                        visit.tracker.withdraw(question.id, key=f"{form}-withdraw")
                        _done(question.id, "Withdrawn")
        if mine and st.button("Undo my last act", key="undo", type="tertiary", icon=":material/undo:"):
            with calm():
                visit.tracker.undo(question.id, key=f"{form}-undo")
                _done(question.id, "Undone; the history keeps both")
