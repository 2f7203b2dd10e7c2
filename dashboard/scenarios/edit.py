"""Form that makes a scenario set of a question."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.scenarios.table import NEUTRAL_LIKELIHOOD, parse_likelihoods, show_row_inputs
from dashboard.wording import clip, escape_markdown
from forecasts.errors import InvalidQuestion
from forecasts.questions.question import Question, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import ScenarioSummary

MAX_QUESTION_CHARACTERS = 110


def show_set_form(visit: Visit, sets: Sequence[ScenarioSummary]) -> None:
    """Show the form, collapsed."""
    with st.expander("Turn a question into scenarios", key="add-set", on_change="rerun") as drawer:
        if drawer.open:
            _show_form(visit, {summary.scenario_set.question_id for summary in sets})


@st.fragment
def _show_form(visit: Visit, used_ids: set[QuestionId]) -> None:
    rows = visit.tracker.questions.list()
    available = {
        row.question.id: row.question
        for row in rows
        if row.question.kind == "categorical"
        and row.status in ("open", "upcoming")
        and row.question.id not in used_ids
    }
    if not available:
        st.caption(
            "It needs a question with options that is open and no scenario set yet: ask one first."
        )
        st.page_link(visit.pages["ask"], label="Ask a question", icon=":material/add:")
        return
    st.caption("Its options are the scenarios: exclusive, and together all that can come.")
    picked = st.selectbox(
        "Question", list(available), index=None, placeholder="Type to search",
        format_func=lambda question_id: available[question_id].text, key="set-question",
    )  # fmt: skip
    if picked is not None:
        _show_set_inputs(visit, available[picked], rows)


def _show_set_inputs(visit: Visit, question: Question, rows: Sequence[QuestionSummary]) -> None:
    names = [option.name for option in question.options]
    title = st.text_input(
        "Title", key=f"set-title-{question.id}", max_chars=120, autocomplete="off"
    )
    descriptions = [
        st.text_area(
            escape_markdown(f"What “{name}” means"),
            key=f"set-{question.id}-{n}",
            height=70,
            max_chars=1_000,
        )
        for n, name in enumerate(names)
    ]
    table = _show_row_inputs(question, names, rows)
    if st.button("Make it a scenario set", type="primary", key="make-set"):
        with show_refusals():
            _add_set(
                visit,
                ScenarioSet(question.id, (title or "").strip(), _strip_texts(descriptions)),
                table,
            )


RowInput = tuple[QuestionId, tuple[str, ...], str]


def _show_row_inputs(
    question: Question, names: Sequence[str], rows: Sequence[QuestionSummary]
) -> list[RowInput]:
    """Show the inputs of the first rows of the table; more can be added on its page."""
    binary = {
        row.question.id: clip(row.question.text, MAX_QUESTION_CHARACTERS)
        for row in rows
        if row.question.kind == "binary" and row.status in ("open", "upcoming")
    }
    chosen = st.multiselect(
        "Indicator questions", list(binary), format_func=binary.__getitem__,
        key=f"set-rows-{question.id}",
        placeholder="Yes/no questions that the scenarios see differently",
        help="More can be added later, and every row can be changed.",
    )  # fmt: skip
    inputs = []
    for question_id in chosen:
        with st.container(border=True):
            st.markdown(
                f"**{escape_markdown(binary[question_id])}** How likely is YES in each scenario?"
            )
            with st.container(horizontal=True, key=f"set-row-{question_id}"):
                likelihoods = show_row_inputs(
                    names, [NEUTRAL_LIKELIHOOD] * len(names), f"set-{question.id}-{question_id}"
                )
            why = st.text_input(
                "Why these numbers", key=f"set-why-{question.id}-{question_id}", autocomplete="off"
            )
            inputs.append((question_id, likelihoods, (why or "").strip()))
    return inputs


def _strip_texts(texts: Sequence[str | None]) -> tuple[str, ...]:
    return tuple((text or "").strip() for text in texts)


def _add_set(visit: Visit, new: ScenarioSet, table: Sequence[RowInput]) -> None:
    if not new.title:
        raise InvalidQuestion("a scenario set needs a title")
    if not all(new.descriptions):
        raise InvalidQuestion(
            "say of every scenario what it means, so that two people judge it alike"
        )
    rows = tuple(
        ScenarioLikelihoods(question_id, parse_likelihoods(likelihoods), why)
        for question_id, likelihoods, why in table
    )
    visit.tracker.scenarios.add(ScenarioSet(new.question_id, new.title, new.descriptions, rows))
    notify("It is a scenario set now")
    st.query_params["q"] = new.question_id
    st.rerun()
