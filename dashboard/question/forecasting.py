"""Form in which a person forecasts, reaffirms, withdraws and undoes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import streamlit as st

from dashboard.components.acting import Notice, push_notice, push_undone
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.question.forecast_inputs import ForecastEntry, show_forecast_inputs, show_text_entry
from dashboard.question.form_state import (
    get_form_id,
    initial_numbers,
    initial_text,
    reset_form,
    store_draft,
)
from dashboard.question.probability_input import get_own_forecast
from dashboard.wording import (
    capitalise,
    clip,
    escape_markdown,
    forecast_headline,
    format_forecast,
    percent_whole,
)
from forecasts.errors import ForecastsError, InvalidForecast
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import EvidenceId, Question
from forecasts.questions.timeline import Forecast
from forecasts.scoring.rulebook import HEADLINE, RULES
from tracker.app.tracker import Tracker
from tracker.errors import TrackerError
from tracker.model.evidence import EvidenceCard
from tracker.model.read_models import QuestionPage, QuestionSummary

_MAX_QUESTION_CHARACTERS: Final = 60
"""Characters of a question's text in a notice: undo may concern a question of another page."""


def build_act_notice(tracker: Tracker, question: Question, words: str, act: Forecast) -> Notice:
    """Build the notice of an act with its undo, and reset the form of the question."""
    reset_form(question.id)
    return Notice(
        f"{words}: {_format_forecast(question, act)}",
        partial(undo_act, tracker, question, f"undo-{act.id}"),
    )


def undo_act(tracker: Tracker, question: Question, key: str) -> Notice:
    """Undo the last act by appending a compensating one, once for each key.

    The form is reset except for the reason, which may be unsaved work.
    """
    act = tracker.forecasts.undo(question.id, key=key)
    reverse = partial(redo_act, tracker, question, f"redo-{act.id}")
    return _make_notice(question, f"Undone, you hold {_format_forecast(question, act)}", reverse)


def redo_act(tracker: Tracker, question: Question, key: str) -> Notice:
    """Repeat the act undone last, as a new act."""
    act = tracker.forecasts.redo(question.id, key=key)
    reverse = partial(undo_act, tracker, question, f"undo-{act.id}")
    return _make_notice(question, f"Done again: {_format_forecast(question, act)}", reverse)


def _make_notice(question: Question, text: str, reverse: Callable[[], Notice]) -> Notice:
    """Reset the form, and make the notice of an act with what takes it back."""
    reset_form(question.id, "why-text")
    return Notice(f"{text} ({_shorten_question(question)})", reverse)


def _format_forecast(question: Question, act: Forecast) -> str:
    return (
        "no forecast" if act.distribution is None else format_forecast(question, act.distribution)
    )


def _shorten_question(question: Question) -> str:
    return clip(question.text, _MAX_QUESTION_CHARACTERS)


MAX_RATIONALE_CHARACTERS = 4_000
MAX_CITABLE_EVIDENCE = 100
"""Newest pieces of evidence that are offered: they are sent to the browser at each visit."""


@dataclass(frozen=True, slots=True)
class ForecastDraft:
    """Content of the form; `key` prevents a second save."""

    entry: ForecastEntry
    why: str
    cites: tuple[EvidenceId, ...]
    key: str


def render(visit: Visit, page: QuestionPage) -> None:
    """Show my current forecast and the forms that change it."""
    with st.container(border=True):
        st.subheader("Your forecast", anchor=False)
        st.caption(describe_own_forecast(visit, page.summary))
        _show_new_forecast(visit, page.summary, page.evidence)
        with st.container(horizontal=True):
            show_reaffirm_button(visit, page.summary)
            _show_other_acts(visit, page)


def describe_own_forecast(visit: Visit, summary: QuestionSummary) -> str:
    """Describe my forecast and its age in a sentence."""
    standing = summary.standings.get(visit.me)
    if standing is None:
        return "You have none yet."
    words = escape_markdown(
        format_forecast(
            summary.question,
            fold_removed_options(summary.question, visit.now, standing.distribution),
        )
    )
    return f"You hold **{words}**, last confirmed {visit.age(standing.since)}."


@st.fragment
def show_inline_form(visit: Visit, summary: QuestionSummary) -> None:
    """Show the form for a list: one field for the forecast, one for the reason, and Reaffirm."""
    form = get_form_id(summary.question.id)
    left, right = st.columns([2, 3])
    with left:
        entry = show_text_entry(visit, summary, form)
    with right:
        reason = _show_reason(form)
    with st.container(horizontal=True):
        _show_save_button(visit, summary, ForecastDraft(entry, reason, (), form))
        show_reaffirm_button(visit, summary)


@st.fragment
def _show_new_forecast(
    visit: Visit, summary: QuestionSummary, evidence: Sequence[EvidenceCard]
) -> None:
    question = summary.question
    form = get_form_id(question.id)
    entry = show_forecast_inputs(visit, summary, form)
    reason = _show_reason(form)
    citations = _choose_citations(evidence, form)
    _show_save_button(visit, summary, ForecastDraft(entry, reason, tuple(citations), form))


def _show_reason(form: str) -> str:
    text = st.text_area(
        "Why",
        initial_text(form, "why-text"),
        key=f"why-text-{form}",
        placeholder="What do you know that moves you?",
        height=90,
        max_chars=MAX_RATIONALE_CHARACTERS,
        persist_state="session",
    )
    return (text or "").strip()


def _show_save_button(visit: Visit, summary: QuestionSummary, draft: ForecastDraft) -> None:
    """Show the save button, and store the draft in the browser until then."""
    if st.button("Save forecast", key="save", type="primary", shortcut="Ctrl+Enter"):
        with show_refusals():
            _save_forecast(visit, summary.question, draft)
    standing = summary.standings.get(visit.me)
    store_draft(
        summary.question.id, visit.me, draft.key, None if standing is None else standing.since
    )


def _choose_citations(evidence: Sequence[EvidenceCard], form: str) -> list[EvidenceId]:
    newest = [card for card in evidence if card.evidence.status != "rejected"][
        :MAX_CITABLE_EVIDENCE
    ]  # newest first
    headlines = {card.evidence.id: clip(card.headline, 90) for card in newest}
    if not headlines:
        return []
    return st.multiselect(
        "Evidence it rests on",
        list(headlines),
        [EvidenceId(number) for number in initial_numbers(form, "cites") if number in headlines],
        format_func=headlines.__getitem__,
        key=f"cites-{form}",
        placeholder="Optional",
        persist_state="session",
    )


def _save_forecast(visit: Visit, question: Question, draft: ForecastDraft) -> None:
    distribution = draft.entry.forecast
    if distribution is None:
        raise InvalidForecast(draft.entry.problem)
    if not draft.why:
        raise InvalidForecast("a forecast needs its reason: write a sentence under Why")
    act = visit.tracker.forecasts.submit(
        question.id, distribution, rationale=draft.why, cites=draft.cites, key=draft.key
    )
    _push_and_rerun(build_act_notice(visit.tracker, question, "Saved", act))


def save_text_forecast(visit: Visit, summary: QuestionSummary, text: str) -> str | None:
    """Save a forecast typed in a list, and push its notice with undo.

    Returns None, or the sentence that refuses the text. For the callback of a component.
    """
    question = summary.question
    return _act_in_list(
        visit,
        question,
        "Saved",
        partial(visit.tracker.forecasts.submit, question.id, text, key=get_form_id(question.id)),
    )


def reaffirm_in_list(visit: Visit, summary: QuestionSummary) -> str | None:
    """Confirm the standing forecast from a list; returns as `save_text_forecast` does."""
    question = summary.question
    key = f"{get_form_id(question.id)}-reaffirm"
    return _act_in_list(
        visit,
        question,
        "Confirmed",
        partial(visit.tracker.forecasts.reaffirm, question.id, key=key),
    )


def _act_in_list(
    visit: Visit, question: Question, words: str, act: Callable[[], Forecast]
) -> str | None:
    try:
        push_notice(build_act_notice(visit.tracker, question, words, act()))
    except (ForecastsError, TrackerError) as refusal:
        return f"{capitalise(str(refusal))}."
    return None


def _push_and_rerun(notice: Notice) -> None:
    push_notice(notice)
    st.rerun()


def show_reaffirm_button(visit: Visit, summary: QuestionSummary) -> None:
    """Show the button that reaffirms my forecast, if I have one."""
    question, distribution = summary.question, get_own_forecast(visit, summary)
    if distribution is None:
        return
    words = clip(
        forecast_headline(question, fold_removed_options(question, visit.now, distribution))[0], 30
    )
    again = "Say again what you hold, so that it counts as fresh."
    if st.button(f"Still {escape_markdown(words)}", key="reaffirm", help=again, shortcut="A"):
        with show_refusals():
            act = visit.tracker.forecasts.reaffirm(
                question.id, key=f"{get_form_id(question.id)}-reaffirm"
            )
            _push_and_rerun(build_act_notice(visit.tracker, question, "Reaffirmed", act))


def _show_other_acts(visit: Visit, page: QuestionPage) -> None:
    question, tracker = page.summary.question, visit.tracker
    form = get_form_id(question.id)
    if visit.me in page.summary.standings:
        with st.popover("Withdraw", key="withdrawing", on_change="rerun") as popover:
            st.caption("From now on you hold no forecast here. What stood before still counts.")
            if popover.open:
                _show_score_so_far(visit, page)
            if st.button("Withdraw your forecast", key="withdraw"):
                with show_refusals():
                    act = tracker.forecasts.withdraw(question.id, key=f"{form}-withdraw")
                    _push_and_rerun(build_act_notice(tracker, question, "Withdrawn", act))
    has_acts = any(forecast.forecaster_id == visit.me for forecast in page.acts)
    if has_acts and st.button(
        "Undo your last act", key="undo", type="tertiary", icon=":material/undo:"
    ):
        with show_refusals():
            push_undone(undo_act(tracker, question, f"{form}-undo"))
            st.rerun()


def _show_score_so_far(visit: Visit, page: QuestionPage) -> None:
    """Show the score so far under either answer of a yes-no question."""
    question = page.summary.question
    if question.kind != "binary" or visit.now <= question.opens_at:
        return
    scored = visit.tracker.resolutions.preview(question.id, ("yes", "no"), visit.now)
    rule = RULES[HEADLINE[question.kind]]
    own_scores = {
        answer: next(
            (s for s in scores if s.forecaster_id == visit.me and s.rule == rule.name), None
        )
        for answer, scores in scored.items()
    }
    yes, no = own_scores["yes"], own_scores["no"]
    if (
        yes is not None
        and no is not None
        and yes.mean_while_active is not None
        and no.mean_while_active is not None
    ):
        st.caption(
            f"What stood so far would score {yes.mean_while_active:.3f} if YES and "
            f"{no.mean_while_active:.3f} if NO by {rule.title} ({rule.better} is better), on "
            f"{percent_whole(yes.coverage)} of the scheduled time."
        )
