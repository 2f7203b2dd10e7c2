"""The form where a person forecasts, reaffirms, withdraws and undoes."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components.toasts import Notice, tell, tell_undone
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm
from dashboard.question import undo as acts
from dashboard.question.distributions_data import as_read
from dashboard.question.forecast_inputs import Entry, enter, type_in
from dashboard.question.form_state import form_of, keep, numbers_of, text_of
from dashboard.question.probability_input import held_by_me
from dashboard.wording import clipped, headline, in_short, inert, percent
from forecasts.errors import InvalidForecast
from forecasts.questions.question import EvidenceId, Question
from forecasts.scoring.rulebook import HEADLINE, RULES
from tracker.model.read_models import EvidenceCard, QuestionPage, QuestionSummary

RATIONALE_LIMIT = 4_000
MOST_CITED = 100
"""Pieces of evidence that are offered, the newest: they travel to the browser with each visit."""


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
        st.caption(standing_words(visit, page.summary))
        _new(visit, page.summary, page.evidence)
        with st.container(horizontal=True):
            still(visit, page.summary)
            _other_acts(visit, page)


def standing_words(visit: Visit, summary: QuestionSummary) -> str:
    """What I hold and since when, in a sentence."""
    standing = summary.standings.get(visit.me)
    if standing is None:
        return "You have none yet."
    words = inert(
        in_short(summary.question, as_read(summary.question, standing.distribution, visit.now))
    )
    return f"You hold **{words}**, last confirmed {visit.age(standing.since)}."


@st.fragment
def in_place(visit: Visit, summary: QuestionSummary) -> None:
    """My forecast in a list: one field for it, one for the reason, and the button to say again what
    I hold.
    """
    form = form_of(summary.question.id)
    left, right = st.columns([2, 3])
    with left:
        entry = type_in(visit, summary, form)
    with right:
        why = _why(form)
    with st.container(horizontal=True):
        _saving(visit, summary, Draft(entry, why, (), form))
        still(visit, summary)


@st.fragment
def _new(visit: Visit, summary: QuestionSummary, evidence: Sequence[EvidenceCard]) -> None:
    question = summary.question
    form = form_of(question.id)
    entry = enter(visit, summary, form)
    why = _why(form)
    cites = _cites(evidence, form)
    _saving(visit, summary, Draft(entry, why, tuple(cites), form))


def _why(form: str) -> str:
    text = st.text_area(
        "Why",
        text_of(form, "why-text"),
        key=f"why-text-{form}",
        placeholder="What do you know that moves you?",
        height=90,
        max_chars=RATIONALE_LIMIT,
        persist_state="session",
    )
    return (text or "").strip()


def _saving(visit: Visit, summary: QuestionSummary, draft: Draft) -> None:
    """The button that saves, and what keeps the draft until then."""
    if st.button("Save forecast", key="save", type="primary", shortcut="Ctrl+Enter"):
        with calm():
            _save(visit, summary.question, draft)
    standing = summary.standings.get(visit.me)
    keep(summary.question.id, visit.me, draft.key, None if standing is None else standing.since)


def _cites(evidence: Sequence[EvidenceCard], form: str) -> list[EvidenceId]:
    newest = [c for c in evidence if c.evidence.status != "rejected"][
        :MOST_CITED
    ]  # pages have them newest first
    headlines = {c.evidence.id: clipped(c.headline, 90) for c in newest}
    if not headlines:
        return []
    return st.multiselect(
        "Evidence it rests on",
        list(headlines),
        [EvidenceId(nr) for nr in numbers_of(form, "cites") if nr in headlines],
        format_func=headlines.__getitem__,
        key=f"cites-{form}",
        placeholder="Optional",
        persist_state="session",
    )


def _save(visit: Visit, question: Question, draft: Draft) -> None:
    given = draft.entry.given
    if given is None:
        raise InvalidForecast(draft.entry.problem)
    if not draft.why:
        raise InvalidForecast("a forecast needs its reason: write a sentence under Why")
    act = visit.tracker.forecast(
        question.id, given, rationale=draft.why, cites=draft.cites, key=draft.key
    )
    _done(acts.done(visit.tracker, question, "Saved", act))


def _done(notice: Notice) -> None:
    tell(notice)
    st.rerun()


def still(visit: Visit, summary: QuestionSummary) -> None:
    """The button that says again what I hold, where I hold something."""
    question, held = summary.question, held_by_me(visit, summary)
    if held is None:
        return
    words = clipped(headline(question, as_read(question, held, visit.now))[0], 30)
    again = "Say again what you hold, so that it counts as fresh."
    if st.button(f"Still {inert(words)}", key="reaffirm", help=again, shortcut="A"):
        with calm():
            act = visit.tracker.reaffirm(question.id, key=f"{form_of(question.id)}-reaffirm")
            _done(acts.done(visit.tracker, question, "Reaffirmed", act))


def _other_acts(visit: Visit, page: QuestionPage) -> None:
    question, tracker = page.summary.question, visit.tracker
    form = form_of(question.id)
    if visit.me in page.summary.standings:
        with st.popover("Withdraw", key="withdrawing", on_change="rerun") as leaving:
            st.caption("From now on you hold no forecast here. What stood before still counts.")
            if leaving.open:
                _earned(visit, page)
            if st.button("Withdraw my forecast", key="withdraw"):
                with calm():
                    act = tracker.withdraw(question.id, key=f"{form}-withdraw")
                    _done(acts.done(tracker, question, "Withdrawn", act))
    mine = any(a.forecaster_id == visit.me for a in page.acts)
    if mine and st.button("Undo my last act", key="undo", type="tertiary", icon=":material/undo:"):
        with calm():
            tell_undone(acts.undo(tracker, question, f"{form}-undo"))
            st.rerun()


def _earned(visit: Visit, page: QuestionPage) -> None:
    """What stood so far would score under either answer of a yes-no question, if nothing follows
    it.
    """
    question = page.summary.question
    if question.kind != "binary" or visit.now <= question.opens_at:
        return
    scored = visit.tracker.preview(question.id, ("yes", "no"), visit.now)
    rule = RULES[HEADLINE[question.kind]]
    own = {
        answer: next(
            (s for s in scores if s.forecaster_id == visit.me and s.rule == rule.name), None
        )
        for answer, scores in scored.items()
    }
    yes, no = own["yes"], own["no"]
    if (
        yes is not None
        and no is not None
        and yes.mean_while_active is not None
        and no.mean_while_active is not None
    ):
        st.caption(
            f"What stood so far would score {yes.mean_while_active:.3f} if YES and "
            f"{no.mean_while_active:.3f} if NO by {rule.title} ({rule.better} is better), on "
            f"{percent(yes.coverage)} of the scheduled time."
        )
