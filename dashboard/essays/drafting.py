"""Form that turns a sentence into a question, step by step, with the linter's findings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import format_sentence, show_refusals
from dashboard.essays.draft_fields import (
    DraftFormValues,
    DraftIndicatorRow,
    DraftWork,
    build_indicators,
    reword_draft,
    show_fields,
    show_indicator_rows,
    show_slots,
)
from dashboard.essays.text import (
    SLOTS,
    DraftForm,
    Slot,
    build_questions,
    initial_fields,
    merge_flaws,
    serialise_fields,
)
from dashboard.home.question_form import QuestionForm, input_override, show_findings
from dashboard.wording import escape_markdown, plural
from forecasts.errors import ForecastsError
from forecasts.essays.claim_map import MappedSentence
from forecasts.essays.claim_outcomes import check_outcome_condition
from forecasts.essays.draft import build_new_question
from forecasts.evidence.evidence import Indicator
from forecasts.questions.new_question import NewQuestion, build_question
from forecasts.questions.question import EssayId
from tracker.essays.claim_questions import PlannedQuestion
from tracker.llm.draft_proposals import Proposal, ProposalResult
from tracker.model.essays import EssayPage

_PROPOSALS_FIELD: Final = "proposed"


def show_proposals(work: DraftWork) -> None:
    """Show the button that asks the model, and its answer; nothing without a model."""
    if not work.visit.tracker.settings.model_url:
        return
    state_key = work.form.key(_PROPOSALS_FIELD)
    if st.button(
        "Ask the model for slots and edge cases",
        icon=":material/smart_toy:",
        key=f"propose-{work.form.id}",
    ):
        with st.spinner("Asking the model …"):
            st.session_state[state_key] = work.visit.tracker.essays.propose(
                work.essay_id, work.offset
            )
    proposal: ProposalResult | None = st.session_state.get(state_key)
    if proposal is None:
        return
    if not isinstance(proposal, Proposal):
        st.markdown(f":material/error: {format_sentence(proposal.reason)}")
        return
    with st.container(border=True, gap="xsmall"):
        st.caption("The model proposes. Take what is right; nothing is taken by itself.")
        _show_proposal(work.form, proposal)


def _show_proposal(form: QuestionForm, proposal: Proposal) -> None:
    new_slots = [
        (slot, value)
        for slot in SLOTS
        if (value := getattr(proposal.slots, slot)) and value != form.value(f"slot-{slot}")
    ]
    cases = [case for case in proposal.edge_cases if case not in (form.value("criteria") or "")]
    for slot, value in new_slots:
        _show_proposal_line(
            f"{SLOTS[slot][0]}: {value}", f"take-{slot}-{form.id}", _take_slot, (form, slot, value)
        )
    for n, case in enumerate(cases):
        _show_proposal_line(case, f"case-{n}-{form.id}", _take_edge_case, (form, case))
    if not new_slots and not cases:
        st.text("It has nothing to add.")


def _show_proposal_line(
    text: str, key: str, act: Callable[..., None], args: tuple[Any, ...]
) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button("Take", key=key, on_click=act, args=args)
        st.text(text, width="stretch")


def _take_slot(form: QuestionForm, slot: Slot, value: str) -> None:
    old = form.value(f"slot-{slot}") or ""
    st.session_state[form.key(f"slot-{slot}")] = value
    reword_draft(form, slot, old)


def _take_edge_case(form: QuestionForm, case: str) -> None:
    """Add an edge case to the criteria as a gap, which blocks opening until it is filled."""
    st.session_state[form.key("criteria")] = f"{form.value('criteria') or ''} [… {case}]".strip()


_FORMS_KEY: Final = "draft-forms"


def open_form(essay_id: str, offset: int) -> None:
    """Open the draft of a sentence."""
    st.session_state.setdefault(_FORMS_KEY, {})[f"{essay_id}@{offset}"] = uuid4().hex


def close_form(essay_id: str, offset: int) -> None:
    """Close the form; a saved draft stays."""
    st.session_state.get(_FORMS_KEY, {}).pop(f"{essay_id}@{offset}", None)


def is_open(page: EssayPage, mapped: MappedSentence) -> bool:
    """Return True if the draft of the sentence is open or saved."""
    offset = mapped.sentence.offset
    return offset in page.drafts or f"{page.essay.id}@{offset}" in st.session_state.get(
        _FORMS_KEY, {}
    )


@st.fragment
def render(visit: Visit, page: EssayPage, mapped: MappedSentence) -> None:
    """Show the draft of a sentence; a fragment, so that typing does not reload the essay."""
    with show_refusals():
        work = _build_work(visit, page, mapped)
        if work.saved is not None:
            st.caption(
                f":material/save: Kept by {escape_markdown(work.saved.by)}, "
                f"{visit.age(work.saved.saved_at)}."
            )
        show_slots(work)
        show_proposals(work)
        values = show_fields(work)
        rows = show_indicator_rows(work.form, values.draft.kind, values.draft.options)
        work.form.place("indicators", "feeds")
        _show_opening(work, values, rows)


def _build_work(visit: Visit, page: EssayPage, mapped: MappedSentence) -> DraftWork:
    """Build the draft with its form, which starts from the saved draft, else from the rules'
    proposal.
    """
    essay_id, offset = page.essay.id, mapped.sentence.offset
    draft = visit.tracker.essays.draft(essay_id, offset)
    saved, now = page.drafts.get(offset), visit.tracker.now()
    form_id = st.session_state.setdefault(_FORMS_KEY, {}).setdefault(
        f"{essay_id}@{offset}", uuid4().hex
    )
    first = build_new_question(draft, name="draft", closes_on=draft.horizons[0], now=now)
    form = QuestionForm(
        form_id, {**initial_fields(draft, first), **(saved.fields if saved is not None else {})}
    )
    return DraftWork(visit, page, mapped, draft, form, saved, now)


def _show_opening(
    work: DraftWork, values: DraftFormValues, rows: Sequence[DraftIndicatorRow]
) -> None:
    """Show the linter's findings, the questions that will open, and the buttons."""
    new_questions = _build_questions(work, values)
    indicators = {
        question.id: build_indicators(values.draft, question.id, rows) for question in new_questions
    }
    flaws = merge_flaws(
        work.visit.tracker.questions.lint(question, indicators[question.id])
        for question in new_questions
    )
    problem = values.refusal or _find_problem(new_questions)
    show_findings(work.form, flaws)
    st.markdown("**6 · Open it**")
    for question in new_questions:
        st.caption(
            f":material/arrow_forward: {escape_markdown(question.text)} · "
            f"closes {work.visit.day(question.closes_at)}"
        )
    override = input_override(work.form, flaws) if new_questions else ""
    if problem is not None:
        st.markdown(f":material/error: {format_sentence(str(problem))}")
    is_blocked = problem is not None or (
        any(flaw.severity == "blocking" for flaw in flaws) and not override
    )
    with st.container(horizontal=True, gap="xsmall"):
        label = (
            "Open the question"
            if len(new_questions) < 2
            else f"Open {plural(len(new_questions), 'question')}"
        )
        is_opening = st.button(label, type="primary", key="open-claim", disabled=is_blocked)
        is_saving = st.button("Save draft", key="save-draft")
        discard_label = "Back to what was kept" if work.saved is not None else "Discard"
        st.button(
            discard_label,
            key="discard-draft",
            type="tertiary",
            on_click=close_form,
            args=(work.essay_id, work.offset),
        )
    if is_saving:
        _save_draft(work)
    if is_opening:
        _open_questions(work, new_questions, indicators, override)


def _build_questions(work: DraftWork, values: DraftFormValues) -> tuple[NewQuestion, ...]:
    if values.refusal is not None:
        return ()
    choices = DraftForm(
        values.draft, values.name, values.days, values.prior, values.prior_reason, values.scale,
        EssayId(work.essay_id), work.mapped.claim_ids,
    )  # fmt: skip
    return build_questions(choices, work.now)


def _find_problem(new_questions: Sequence[NewQuestion]) -> ForecastsError | None:
    """Return the reason why the questions cannot be made, or None."""
    for question in new_questions:
        try:
            check_outcome_condition(build_question(question))
        except ForecastsError as error:
            return error
    return None


def _save_draft(work: DraftWork) -> None:
    work.visit.tracker.essays.save_draft(
        work.essay_id, work.offset, serialise_fields(work.form.fields())
    )
    notify("The draft is kept")
    st.rerun()


def _open_questions(
    work: DraftWork,
    new_questions: Sequence[NewQuestion],
    indicators: Mapping[str, tuple[Indicator, ...]],
    override: str,
) -> None:
    """Open all questions or none; several closing days of one event become a group in the same
    step.
    """
    planned = [PlannedQuestion(question, indicators[question.id]) for question in new_questions]
    work.visit.tracker.essays.open_claims(planned, work.offset, override=override)
    close_form(work.essay_id, work.offset)
    notify(
        "The question is open"
        if len(new_questions) == 1
        else f"{plural(len(new_questions), 'question')} are open"
    )
    st.rerun()
