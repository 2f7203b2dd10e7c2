"""Fields of the lines that news on a new question is compared with."""

from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.home.question_form import QuestionForm
from dashboard.wording import escape_markdown, line_labels, option_line_label
from forecasts.errors import ForecastsError
from forecasts.questions.compiled_question import MAX_LINE_LENGTH, CompiledQuestion
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.statement_edits import build_own_lines, format_names, parse_names

HEADING: Final = "How its news is recognised"
EXPLANATION: Final = (
    "News is compared with these lines. They follow from the question until you change them; an "
    "empty one is filled in again."
)
NAMES_LABEL: Final = "Names to look for, one a line, with | between spellings"


def input_statements(
    visit: Visit, form: QuestionForm, new_question: NewQuestion
) -> CompiledQuestion | None:
    """Show the lines, folded, filled in by rules; None while the question is incomplete.

    Raises `InvalidQuestion` for lines that cannot stand, which it shows, too.
    """
    with st.expander(HEADING, type="compact", key=f"lines-{form.id}"):
        rules = _compile(visit, new_question)
        if rules is None:
            st.caption("Its lines appear here once the question and its answers are filled in.")
            return None
        st.caption(EXPLANATION)
        try:
            return _show_lines(form, new_question, rules)
        except ForecastsError as error:
            st.caption(f":material/error: {escape_markdown(str(error))}")
            raise


def _compile(visit: Visit, new_question: NewQuestion) -> CompiledQuestion | None:
    """Compile the question as far as it is filled in; None if that is not enough."""
    if not new_question.text:
        return None
    complete = replace(new_question, id="draft", criteria="draft", sources=("draft",))
    try:
        return visit.tracker.questions.compile(complete)
    except ForecastsError:
        return None


def _show_lines(
    form: QuestionForm, new_question: NewQuestion, rules: CompiledQuestion
) -> CompiledQuestion:
    typed: dict[str, str] = {}
    yes = no = ""
    if new_question.options:
        for statement in rules.statements:
            label = option_line_label(statement.option)
            typed[statement.option] = _input_line(form, label, label, statement.yes)
    else:
        made = rules.statements[0] if rules.statements else None
        yes_label, no_label = line_labels(new_question.kind)
        yes = _input_line(form, yes_label, "line-yes", made.yes if made else "")
        no = _input_line(form, no_label, "line-no", made.no if made else "")
    form.register_field("line-names", "")
    form.follow("line-names", "\n".join(format_names(rules.names)))
    names = form.lines(
        NAMES_LABEL, "line-names", height=80, placeholder="Xi Jinping | Xi | Си Цзиньпин"
    )
    return build_own_lines(yes, no, typed, parse_names(names))


def _input_line(form: QuestionForm, label: str, name: str, made: str) -> str:
    form.register_field(name, "")
    form.follow(name, made)
    return form.text(escape_markdown(label), name, max_chars=MAX_LINE_LENGTH)
