"""Form that turns a sentence into a question, step by step, with the linter's findings."""

from collections.abc import Sequence
from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import format_sentence, show_refusals
from dashboard.essays.draft_fields import (
    PROPOSAL_FIELD,
    DraftFormValues,
    DraftWork,
    choose_draft,
    show_candidates,
    show_fields,
)
from dashboard.essays.text import (
    DraftForm,
    build_questions,
    initial_fields,
    merge_flaws,
    serialise_fields,
)
from dashboard.home.question_form import (
    QuestionForm,
    input_override,
    input_statements,
    show_findings,
)
from dashboard.wording import escape_markdown, plural
from forecasts.errors import ForecastsError
from forecasts.essays.claim_map import MappedSentence
from forecasts.essays.claim_outcomes import check_outcome_condition
from forecasts.essays.draft import build_new_question
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.new_question import NewQuestion, build_question
from forecasts.questions.question import EssayId
from tracker.essays.claim_questions import PlannedQuestion
from tracker.llm.draft_proposals import Proposal
from tracker.model.essays import EssayPage

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
        show_candidates(work)
        values = show_fields(work)
        statements = _input_statements(work, values)
        _show_opening(work, values, statements)


def _input_statements(work: DraftWork, values: DraftFormValues) -> CompiledQuestion | None:
    """Show the lines that news is compared with; None where the question has none of its own."""
    first = next(iter(_build_questions(work, values)), None)
    lines = input_statements(work.visit, work.form, first) if first is not None else None
    work.form.place("indicators", "feeds")
    return lines


def _build_work(visit: Visit, page: EssayPage, mapped: MappedSentence) -> DraftWork:
    """Build the draft with its form, which starts from the saved draft, else from the rules'
    proposal.
    """
    essay_id, offset = page.essay.id, mapped.sentence.offset
    drafts = visit.tracker.essays.drafts(essay_id, offset)
    saved, now = page.drafts.get(offset), visit.tracker.now()
    form_id = st.session_state.setdefault(_FORMS_KEY, {}).setdefault(
        f"{essay_id}@{offset}", uuid4().hex
    )
    first = build_new_question(drafts[0], name="draft", now=now)
    form = QuestionForm(
        form_id, {**initial_fields(drafts[0], first), **(saved.fields if saved is not None else {})}
    )
    proposal = st.session_state.get(form.key(PROPOSAL_FIELD))
    more = proposal.drafts if isinstance(proposal, Proposal) else ()
    offered = (*drafts, *more)
    return DraftWork(visit, page, mapped, offered, choose_draft(offered, form), form, saved, now)


def _show_opening(
    work: DraftWork, values: DraftFormValues, statements: CompiledQuestion | None
) -> None:
    """Show the linter's findings, the questions that will open, and the buttons."""
    new_questions = _build_questions(work, values, statements)
    flaws = merge_flaws(work.visit.tracker.questions.lint(question) for question in new_questions)
    problem = values.refusal or _find_problem(new_questions)
    show_findings(work.form, flaws)
    st.markdown("**5 · Open it**")
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
        _open_questions(work, new_questions, override)


def _build_questions(
    work: DraftWork, values: DraftFormValues, statements: CompiledQuestion | None = None
) -> tuple[NewQuestion, ...]:
    if values.refusal is not None:
        return ()
    choices = DraftForm(
        values.draft, work.draft, values.name, values.days, values.prior, values.prior_reason,
        values.scale, EssayId(work.essay_id), work.mapped.claim_ids, statements,
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


def _open_questions(work: DraftWork, new_questions: Sequence[NewQuestion], override: str) -> None:
    """Open all questions or none; several closing days of one event become a group in the same
    step.
    """
    planned = [PlannedQuestion(question) for question in new_questions]
    work.visit.tracker.essays.open_claims(planned, work.offset, override=override)
    close_form(work.essay_id, work.offset)
    notify(
        "The question is open"
        if len(new_questions) == 1
        else f"{plural(len(new_questions), 'question')} are open"
    )
    st.rerun()
