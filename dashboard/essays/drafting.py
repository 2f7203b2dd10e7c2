"""Form that turns a sentence into a question, step by step, with the linter's findings."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm, sentence
from dashboard.essays import proposals
from dashboard.essays.draft_fields import Drafting, Filled, fields, slots
from dashboard.essays.draft_signposts import Row, indicator_rows, indicators_for
from dashboard.essays.drafting_data import Chosen, begun, kept, questions_of, together
from dashboard.home.question_form import Form, override_of, show_findings
from dashboard.wording import inert, plural
from forecasts.errors import ForecastsError
from forecasts.essays.claim_map import Mapped
from forecasts.essays.claim_outcomes import check_bearing
from forecasts.essays.draft import asked_from
from forecasts.evidence.evidence import Indicator
from forecasts.questions.new_question import Asked, question_from
from forecasts.questions.question import EssayId
from tracker.essays.horizons import Wanted
from tracker.model.essays import EssayPage

_FORMS_KEY: Final = "draft-forms"


def open_form(essay_id: str, offset: int) -> None:
    """Open the draft of a sentence."""
    st.session_state.setdefault(_FORMS_KEY, {})[f"{essay_id}@{offset}"] = uuid4().hex


def close_form(essay_id: str, offset: int) -> None:
    """Close the form; a saved draft stays."""
    st.session_state.get(_FORMS_KEY, {}).pop(f"{essay_id}@{offset}", None)


def is_open(page: EssayPage, mapped: Mapped) -> bool:
    """Return True if the draft of the sentence is open or saved."""
    offset = mapped.sentence.offset
    return offset in page.drafts or f"{page.essay.id}@{offset}" in st.session_state.get(
        _FORMS_KEY, {}
    )


@st.fragment
def render(visit: Visit, page: EssayPage, mapped: Mapped) -> None:
    """Show the draft of a sentence; a fragment, so that typing does not reload the essay."""
    with calm():
        work = _build_work(visit, page, mapped)
        if work.saved is not None:
            st.caption(
                f":material/save: Kept by {inert(work.saved.by)}, {visit.age(work.saved.saved_at)}."
            )
        slots(work)
        proposals.render(work)
        values = fields(work)
        rows = indicator_rows(work.form, values.draft.kind, values.draft.options)
        work.form.place("indicators", "feeds")
        _show_opening(work, values, rows)


def _build_work(visit: Visit, page: EssayPage, mapped: Mapped) -> Drafting:
    """Build the draft with its form, which starts from the saved draft, else from the rules'
    proposal.
    """
    essay_id, offset = page.essay.id, mapped.sentence.offset
    draft = visit.tracker.draft(essay_id, offset)
    saved, now = page.drafts.get(offset), visit.tracker.now()
    form_id = st.session_state.setdefault(_FORMS_KEY, {}).setdefault(
        f"{essay_id}@{offset}", uuid4().hex
    )
    first = asked_from(draft, name="draft", closes_on=draft.horizons[0], now=now)
    form = Form(form_id, {**begun(draft, first), **(saved.fields if saved is not None else {})})
    return Drafting(visit, page, mapped, draft, form, saved, now)


def _show_opening(work: Drafting, values: Filled, rows: Sequence[Row]) -> None:
    """Show the linter's findings, the questions that will open, and the buttons."""
    new_questions = _build_questions(work, values)
    indicators = {
        question.id: indicators_for(values.draft, question.id, rows) for question in new_questions
    }
    flaws = together(
        work.visit.tracker.lint(question, indicators[question.id]) for question in new_questions
    )
    problem = values.refusal or _find_problem(new_questions)
    show_findings(work.form, flaws)
    st.markdown("**6 · Open it**")
    for question in new_questions:
        st.caption(
            f":material/arrow_forward: {inert(question.text)} · "
            f"closes {work.visit.day(question.closes_at)}"
        )
    override = override_of(work.form, flaws) if new_questions else ""
    if problem is not None:
        st.markdown(f":material/error: {sentence(str(problem))}")
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


def _build_questions(work: Drafting, values: Filled) -> tuple[Asked, ...]:
    if values.refusal is not None:
        return ()
    choices = Chosen(
        values.draft, values.name, values.days, values.prior, values.prior_reason, values.scale,
        EssayId(work.essay_id), work.one.claim_ids,
    )  # fmt: skip
    return questions_of(choices, work.now)


def _find_problem(new_questions: Sequence[Asked]) -> ForecastsError | None:
    """Return the reason why the questions cannot be made, or None."""
    for question in new_questions:
        try:
            check_bearing(question_from(question))
        except ForecastsError as error:
            return error
    return None


def _save_draft(work: Drafting) -> None:
    work.visit.tracker.save_draft(work.essay_id, work.offset, kept(work.form.fields()))
    say("The draft is kept")
    st.rerun()


def _open_questions(
    work: Drafting,
    new_questions: Sequence[Asked],
    indicators: Mapping[str, tuple[Indicator, ...]],
    override: str,
) -> None:
    """Open all questions or none; several closing days of one event become a group in the same
    step.
    """
    planned = [Wanted(question, indicators[question.id]) for question in new_questions]
    work.visit.tracker.open_claims(planned, work.offset, override=override)
    close_form(work.essay_id, work.offset)
    say(
        "The question is open"
        if len(new_questions) == 1
        else f"{plural(len(new_questions), 'question')} are open"
    )
    st.rerun()
