"""Draft of a question from a sentence, in three steps, with its findings and its buttons."""

from collections.abc import Sequence
from contextlib import nullcontext

import streamlit as st

from dashboard.components.acting import Notice, notify, push_notice
from dashboard.components.visit import Visit
from dashboard.components.widgets import format_sentence, show_refusals
from dashboard.essays.draft_form import (
    SIGNPOST_FIELDS,
    DraftWork,
    FilledDraft,
    build_work,
    close_form,
    read_form,
    read_lines,
    set_fields,
)
from dashboard.essays.draft_steps import PLACES, STEPS, Step, show_step
from dashboard.essays.draft_values import merge_flaws, serialise_fields
from dashboard.questions.question_form import (
    QuestionForm,
    input_override,
    show_finding,
    show_findings,
)
from dashboard.wording.numbers import clip, escape_markdown, plural
from forecasts.errors import ForecastsError
from forecasts.essays.claim_map import MappedSentence
from forecasts.essays.claim_outcomes import check_outcome_condition
from forecasts.evidence.evidence import Indicator, Strength
from forecasts.questions.new_question import NewQuestion, build_question
from forecasts.questions.question import QuestionId
from tracker.essays.claim_questions import PlannedQuestion
from tracker.model.essays import EssayPage
from tracker.questions.add_indicator import make_indicator_id


@st.fragment
def render(visit: Visit, page: EssayPage, mapped: MappedSentence) -> None:
    """Show the draft of a sentence; a fragment, so that typing does not reload the essay."""
    with show_refusals():
        work = build_work(visit, page, mapped)
        filled = read_form(work)
        step = _choose_step(work, filled)
        show_step(work, filled, step)
        _show_end(work, filled, step)


def _choose_step(work: DraftWork, filled: FilledDraft) -> Step:
    """Show the steps, with how much is left to fill in of each."""
    options = work.form.register_field("step", 1)
    if work.form.value("step") not in STEPS:
        st.session_state[options["key"]] = 1

    def word_step(step: Step) -> str:
        left = sum(place in filled.missing for place in PLACES.get(step, ()))
        return f"{step} {STEPS[step]}{f' ({left} to fill in)' if left else ''}"

    chosen: Step = st.segmented_control(
        "Step", list(STEPS), required=True, format_func=word_step,
        label_visibility="collapsed", **options,
    )  # fmt: skip
    return chosen


def _show_end(work: DraftWork, filled: FilledDraft, step: Step) -> None:
    """Show what must be fixed at its field, the questions that will open, and the buttons."""
    flaws = merge_flaws(work.visit.tracker.questions.lint(q) for q in filled.questions)
    unasked = () if filled.form.prior_reason else ("no-base-rate",)
    flaws = tuple(f for f in flaws if f.where not in filled.missing and f.code not in unasked)
    blocking = [flaw for flaw in flaws if flaw.severity == "blocking"]
    show_findings(work.form, blocking)
    advice = [] if filled.missing else [flaw for flaw in flaws if flaw.severity != "blocking"]
    if advice:
        count = plural(len(advice), "suggestion")
        with st.expander(count, type="compact", key=f"advice-{work.form.id}"):
            for flaw in advice:
                show_finding(flaw)
    if filled.missing:
        st.caption(f":material/edit: Still to fill in: {', '.join(filled.missing.values())}.")
    elif len(filled.questions) > 1:
        for question in filled.questions:
            st.caption(f":material/arrow_forward: {escape_markdown(question.text)}")
    problem = None if filled.missing else filled.refusal or _find_problem(filled.questions)
    if problem is not None:
        words = str(problem).removeprefix(f"question {filled.form.name}: ")
        of_answers = filled.form.draft.plan.kind != "binary"
        with work.form.places.get("options", nullcontext()) if of_answers else nullcontext():
            st.markdown(f":material/error: {format_sentence(words)}")
    override = input_override(work.form) if blocking and not filled.missing else ""
    is_blocked = bool(filled.missing or problem or (blocking and not override))
    _show_buttons(work, filled.questions, step, None if is_blocked else override)


def _find_problem(new_questions: Sequence[NewQuestion]) -> ForecastsError | None:
    """Return the reason why the questions cannot be made, or None."""
    for question in new_questions:
        try:
            check_outcome_condition(build_question(question))
        except ForecastsError as error:
            return error
    return None


def _show_buttons(
    work: DraftWork, questions: Sequence[NewQuestion], step: Step, override: str | None
) -> None:
    """Show the buttons; the first says what it will do, and waits while `override` is None."""
    label = "Open this question"
    if len(questions) > 1:
        label = f"Open {plural(len(questions), 'question')}"
    with st.container(horizontal=True, gap="xsmall"):
        is_opening = st.button(label, type="primary", key="open-claim", disabled=override is None)
        following = step + 1
        if following in STEPS:
            st.button(
                "Next step", key="next-step", icon=":material/arrow_forward:",
                on_click=set_fields, args=(work.form, {"step": following}),
            )  # fmt: skip
        is_saving = st.button("Save draft", key="save-draft", type="tertiary")
        is_discarding = st.button("Discard draft", key="discard-draft", type="tertiary")
        if work.saved is not None:
            by, age = escape_markdown(work.saved.by), work.visit.age(work.saved.saved_at)
            st.caption(f"Saved by {by}, {age}", width="content")
    if is_saving:
        fields = serialise_fields(work.form.fields())
        work.visit.tracker.essays.save_draft(*work.place, fields)
        notify("Draft saved")
        st.rerun()
    if is_opening:
        _open_questions(work, questions, override or "")
    if is_discarding:
        _discard_draft(work)


def _discard_draft(work: DraftWork) -> None:
    """Close the form and delete what was saved of it; undo brings its fields back as a draft."""
    essays, place = work.visit.tracker.essays, work.place
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
    """Open all questions or none; several closing days of one event become a group."""
    planned = [PlannedQuestion(q, build_signposts(work.form, q)) for q in new_questions]
    work.visit.tracker.essays.open_claims(planned, work.place[1], override=override)
    close_form(*work.place)
    count = len(new_questions)
    notify("The question is open" if count == 1 else f"{plural(count, 'question')} are open")
    st.rerun()


def build_signposts(form: QuestionForm, question: NewQuestion) -> tuple[Indicator, ...]:
    """Build the signposts of a question: each line is a headline that would speak for a side."""
    if question.options:
        return ()
    return tuple(
        Indicator(
            make_indicator_id(question.id, line), QuestionId(question.id), line, direction,
            Strength.MODERATE, (), examples=(line,),
        )
        for direction, name in SIGNPOST_FIELDS.items()
        for line in read_lines(form, name)
    )  # fmt: skip
