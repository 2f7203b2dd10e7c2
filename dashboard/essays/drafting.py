"""Form that turns a sentence into a question, with the linter's findings, and its buttons."""

from collections.abc import Sequence
from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.components.acting import Notice, notify, push_notice
from dashboard.components.visit import Visit
from dashboard.components.widgets import format_sentence, show_refusals
from dashboard.essays.draft_fields import (
    PROPOSAL_FIELD,
    DraftFormValues,
    show_candidates,
    show_fields,
)
from dashboard.essays.draft_values import (
    DraftForm,
    build_questions,
    initial_fields,
    merge_flaws,
    read_saved_fields,
    serialise_fields,
)
from dashboard.essays.draft_work import DraftWork, choose_draft
from dashboard.essays.gaps import rank_drafts
from dashboard.questions.question_form import (
    QuestionForm,
    input_override,
    input_statements,
    show_finding,
    show_findings,
)
from dashboard.wording import clip, escape_markdown, plural
from forecasts.errors import ForecastsError
from forecasts.essays.claim_map import MappedSentence
from forecasts.essays.claim_outcomes import check_outcome_condition
from forecasts.essays.draft import build_new_question
from forecasts.linting.lint import Flaw
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
    """Close the form of a sentence."""
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
            by, age = escape_markdown(work.saved.by), visit.age(work.saved.saved_at)
            st.caption(f":material/save: Saved by {by}, {age}.")
        show_candidates(work)
        values = show_fields(work)
        statements = _input_statements(work, values)
        _show_opening(work, values, statements)


def _input_statements(work: DraftWork, values: DraftFormValues) -> CompiledQuestion | None:
    """Show the lines that news is compared with; None where the question has none of its own."""
    first = next(iter(_build_questions(work, values)), None)
    with values.more:
        return input_statements(work.visit, work.form, first) if first is not None else None


def _build_work(visit: Visit, page: EssayPage, mapped: MappedSentence) -> DraftWork:
    """Build the draft with its form, which starts from the saved draft, else from the rules'
    proposal.
    """
    essay_id, offset = page.essay.id, mapped.sentence.offset
    drafts = rank_drafts(visit.tracker.essays.drafts(essay_id, offset))
    saved, now = page.drafts.get(offset), visit.tracker.now()
    form_id = st.session_state.setdefault(_FORMS_KEY, {}).setdefault(
        f"{essay_id}@{offset}", uuid4().hex
    )
    first = initial_fields(drafts[0], build_new_question(drafts[0], name="draft", now=now))
    stored = {} if saved is None else read_saved_fields(saved.fields, now.date())
    form = QuestionForm(form_id, first | stored)
    proposal = st.session_state.get(form.key(PROPOSAL_FIELD))
    more = proposal.drafts if isinstance(proposal, Proposal) else ()
    offered = (*drafts, *more)
    return DraftWork(visit, page, mapped, offered, choose_draft(offered, form), form, saved, now)


def _show_opening(
    work: DraftWork, values: DraftFormValues, statements: CompiledQuestion | None
) -> None:
    """Show what is left to do, the questions that will open, and the buttons."""
    questions = _build_questions(work, values, statements)
    flaws = merge_flaws(work.visit.tracker.questions.lint(question) for question in questions)
    flaws = tuple(flaw for flaw in flaws if _is_shown(flaw, values))
    blocking = [flaw for flaw in flaws if flaw.severity == "blocking"]
    show_findings(work.form, blocking)
    if not values.missing:
        _show_advice(work, [flaw for flaw in flaws if flaw.severity != "blocking"])
    _show_summary(work, values, questions)
    problem = None if values.missing else values.refusal or _find_problem(questions)
    if problem is not None:
        st.markdown(f":material/error: {format_sentence(str(problem))}")
    override = input_override(work.form) if blocking and not values.missing else ""
    is_blocked = bool(values.missing or problem or (blocking and not override))
    _show_buttons(work, questions, override, is_blocked=is_blocked)


def _is_shown(flaw: Flaw, values: DraftFormValues) -> bool:
    """Return False for findings on what nobody has filled in yet; it is listed as missing."""
    is_unasked = flaw.code == "no-base-rate" and not values.prior_reason
    return flaw.where not in values.missing and not is_unasked


def _show_advice(work: DraftWork, advice: Sequence[Flaw]) -> None:
    if advice:
        label = plural(len(advice), "suggestion")
        with st.expander(label, type="compact", key=f"advice-{work.form.id}"):
            for flaw in advice:
                show_finding(flaw)


def _show_summary(
    work: DraftWork, values: DraftFormValues, questions: Sequence[NewQuestion]
) -> None:
    """Show what is missing, else the questions that will open, if there are several."""
    if values.missing:
        parts = ", ".join(values.missing.values())
        st.caption(f":material/edit: Still to fill in: {parts}.")
    elif len(questions) > 1:
        for question in questions:
            st.caption(f":material/arrow_forward: {escape_markdown(question.text)}")


def _show_buttons(
    work: DraftWork, questions: Sequence[NewQuestion], override: str, *, is_blocked: bool
) -> None:
    """Show the buttons; the first one says what it will do."""
    count = len(questions)
    label = "Open this question" if count < 2 else f"Open {plural(count, 'question')}"
    with st.container(horizontal=True, gap="xsmall"):
        is_opening = st.button(label, type="primary", key="open-claim", disabled=is_blocked)
        is_saving = st.button("Save draft", key="save-draft")
        is_discarding = st.button("Discard draft", key="discard-draft", type="tertiary")
    if is_saving:
        work.visit.tracker.essays.save_draft(
            work.essay_id, work.offset, serialise_fields(work.form.fields())
        )
        notify("Draft saved")
        st.rerun()
    if is_opening:
        _open_questions(work, questions, override)
    if is_discarding:
        _discard_draft(work)


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


def _discard_draft(work: DraftWork) -> None:
    """Close the form and delete what was saved of it; undo brings its fields back as a draft."""
    essays, place = work.visit.tracker.essays, (work.essay_id, work.offset)
    fields = serialise_fields(work.form.fields())
    words = clip(work.mapped.sentence.text, 60)
    essays.delete_draft(*place)
    close_form(*place)

    def restore() -> Notice:
        essays.save_draft(*place, fields)
        return Notice(f"Draft restored: “{words}”")

    push_notice(Notice(f"Draft discarded: “{words}”", restore))
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
