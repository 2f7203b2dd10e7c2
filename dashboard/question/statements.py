"""Lines that news on a question is compared with, and the form that edits them."""

from collections.abc import Sequence
from uuid import uuid4

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.wording import (
    capitalise,
    escape_markdown,
    judge_name,
    line_labels,
    option_line_label,
)
from forecasts.question_sets.question_set import SET_AUTHOR
from forecasts.questions.compiled_question import (
    MAX_LINE_LENGTH,
    CompiledQuestion,
    build_own_lines,
    format_names,
    list_lines,
    parse_names,
)
from forecasts.questions.question import ForecasterId, Question
from tracker.model.read_models import QuestionPage, QuestionStatements


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the lines of a question with their author, and the form while news can move it."""
    question, lines = page.summary.question, page.statements
    st.markdown("**Headlines to watch for**")
    st.caption(escape_markdown(_describe_author(visit, lines)))
    with st.container(gap="xxsmall"):
        for label, line in list_lines(question, lines.compiled):
            if line:
                name = label if question.options else capitalise(label)
                st.markdown(f"{escape_markdown(name)}: *{escape_markdown(line)}*")
        if names := [spellings[0] for spellings in lines.compiled.names]:
            st.markdown(f"Names: {escape_markdown(', '.join(names))}")
    if visit.looks_back or page.summary.resolution is not None:
        return
    drawer = st.expander(
        "Edit these lines", icon=":material/edit:", key="edit-lines", on_change="rerun"
    )
    if drawer.open:
        with drawer, st.container(width=760):
            _show_form(visit, question, lines)


def _describe_author(visit: Visit, lines: QuestionStatements) -> str:
    if lines.written_at is None:
        return "News is compared with these lines. They follow from the question."
    author = ForecasterId(lines.compiled.author)
    name = "the question set" if author == SET_AUTHOR else judge_name(author, visit.me)
    since = " The question was worded anew since: do they still fit?" if lines.reworded else ""
    return (
        f"News is compared with these lines, edited by {name} on {visit.day(lines.written_at)}."
        f"{since}"
    )


def _show_form(visit: Visit, question: Question, lines: QuestionStatements) -> None:
    form = st.session_state.setdefault(_get_form_key(question), uuid4().hex)
    with st.form(f"lines-{form}", border=False):
        st.caption("An empty line follows from the question again.")
        edited = _show_fields(question, lines.compiled, form)
        with st.container(horizontal=True):
            is_saved = st.form_submit_button("Save the lines", type="primary")
            is_reset = lines.written_at is not None and st.form_submit_button(
                "Let them follow from the question"
            )
    with show_refusals():
        if is_reset or (is_saved and not any(edited)):
            visit.tracker.questions.reset_statements(question.id)
            _finish(question, "The lines follow from the question")
        elif is_saved:
            own_lines = _build_lines(question, lines.compiled, edited)
            visit.tracker.questions.set_statements(question.id, own_lines)
            _finish(question, "The lines are saved")


def _show_fields(question: Question, lines: CompiledQuestion, form: str) -> tuple[str, ...]:
    """Show the fields and return what was typed: a line for each answer, then the names."""
    written = list_lines(question, lines)
    labels = (
        [option_line_label(option) for option, _ in written]
        if question.options
        else line_labels(question.kind)
    )
    typed = [
        st.text_input(
            escape_markdown(label),
            line,
            key=f"line-{number}-{form}",
            max_chars=MAX_LINE_LENGTH,
            autocomplete="off",
        )
        for number, (label, (_, line)) in enumerate(zip(labels, written, strict=True))
    ]
    names = st.text_area(
        "Names to look for, one a line, with | between spellings",
        "\n".join(format_names(lines.names)),
        key=f"line-names-{form}",
        height=80,
        placeholder="Xi Jinping | Xi | Си Цзиньпин",
    )
    return *((line or "").strip() for line in typed), (names or "").strip()


def _build_lines(
    question: Question, lines: CompiledQuestion, typed: Sequence[str]
) -> CompiledQuestion:
    names = parse_names(typed[-1].splitlines())
    if not question.options:
        yes, no, _ = typed
        return build_own_lines(yes, no, names=names)
    options = (option for option, _ in list_lines(question, lines))
    return build_own_lines(options=dict(zip(options, typed, strict=False)), names=names)


def _get_form_key(question: Question) -> str:
    return f"lines-form-{question.id}"


def _finish(question: Question, message: str) -> None:
    st.session_state.pop(_get_form_key(question), None)
    notify(message)
    st.rerun()
