"""Likelihood table: diagnosticity of its rows, and the form that changes a row."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED,
    calm,
    empty,
    flat,
    link_to_question,
    selected_row,
    sentence,
    table,
)
from dashboard.scenarios import scenarios_data as frames
from dashboard.scenarios.likelihoods import NEW, read, row_inputs
from dashboard.scenarios.scenarios_text import MARKS, against
from dashboard.wording import capital, clipped, inert
from forecasts.errors import ForecastsError
from forecasts.questions.question import QuestionId
from forecasts.scenarios.diagnosticity import Diagnosticity
from forecasts.scenarios.scenario_set import LikelihoodRow
from tracker.model.scenarios import ScenarioPage

_C = st.column_config
LONGEST = 110


def render(visit: Visit, page: ScenarioPage) -> None:
    """Show the note, the table with answers against each scenario, and the form of the selected
    row.
    """
    if page.scenario_set.note:
        st.markdown(f":material/info: {inert(flat(page.scenario_set.note))}")
    selected = None
    if not page.scenario_set.rows:
        empty(
            "The table has no rows yet.",
            "Add a row below: a yes/no question that the scenarios see differently.",
        )
    else:
        try:
            diagnosticity = frames.diagnosed(page)
        except ForecastsError as refusal:
            st.warning(sentence(str(refusal)))
            selected = _choose_incomplete_row(page)
        else:
            selected = _show_matrix(page, diagnosticity)
    if selected is not None:
        _show_edit_form(visit, page, selected)
    _show_add_form(visit, page)


def _show_matrix(page: ScenarioPage, diagnosticity: Diagnosticity) -> QuestionId | None:
    frame = frames.table_frame(page, diagnosticity)
    columns = {
        "question": _C.TextColumn("Indicator question", width=290),
        "board": _C.TextColumn("On the board", width=110),
        "ratio": _C.NumberColumn(
            "Ratio",
            format="%g",
            width=60,
            help="Of the answer, for the most against the least favoured scenario.",
        ),
        **{
            f"c{n}": _C.TextColumn(capital(name), width=144)
            for n, name in enumerate(diagnosticity.scenarios)
        },
    }
    st.caption(
        "How likely YES is in each scenario; the most telling row first. Pick a row to change "
        f"it. {MARKS}"
    )
    selected = selected_row(
        table(
            frame, columns, "The likelihood table", key="likelihoods", on_select="rerun",
            selection_mode=["single-row", "single-cell"], row_height=WRAPPED,
        )
    )  # fmt: skip
    answered = sum(row.answer is not None for row in diagnosticity.rows)
    st.caption(inert(against(diagnosticity.scenarios, diagnosticity.inconsistency, answered)))
    return (
        None
        if selected is None or selected >= len(frame)
        else QuestionId(frame["id"].iloc[selected])
    )


def _choose_incomplete_row(page: ScenarioPage) -> QuestionId | None:
    """Show the choice of an incomplete row: an option added later has no number in earlier rows."""
    incomplete = [
        row.question_id for row in page.scenario_set.rows if len(row.p) < len(_list_scenarios(page))
    ]
    if not incomplete:
        return None
    return st.selectbox(
        "Row to complete", incomplete, key="incomplete-row",
        format_func=lambda name: clipped(page.board[name].question.question.text, LONGEST),
    )  # fmt: skip


def _list_scenarios(page: ScenarioPage) -> tuple[str, ...]:
    return tuple(option.name for option in page.summary.question.options)


@st.fragment
def _show_edit_form(visit: Visit, page: ScenarioPage, question_id: QuestionId) -> None:
    row = next(row for row in page.scenario_set.rows if row.question_id == question_id)
    names = _list_scenarios(page)
    question = page.board[question_id].question.question
    with st.form(f"row-{question_id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            link_to_question(visit, question, "Open", ":material/show_chart:")
            st.markdown(f"**{inert(question.text)}**", width="content")
        start = (*row.p, *[NEW] * (len(names) - len(row.p)))
        likelihoods, reason = _show_row_form(names, start, question_id, row.why)
        with st.container(horizontal=True):
            is_saving = st.form_submit_button("Save row", type="primary")
            is_removing = st.form_submit_button("Take it out")
    if is_saving:
        _save_row(visit, page, question_id, likelihoods=likelihoods, reason=reason)
    elif is_removing:
        with calm():
            visit.tracker.set_likelihoods(
                page.scenario_set.question_id, LikelihoodRow(question_id, ())
            )
            say("Taken out; the record keeps it")
            st.rerun()


def _show_row_form(
    names: Sequence[str], start: Sequence[float], form: str, initial_reason: str
) -> tuple[tuple[str, ...], str]:
    with st.container(horizontal=True, key=f"row-inputs-{form}"):
        likelihoods = row_inputs(names, start, form)
    reason = st.text_area(
        "Why these numbers", flat(initial_reason), key=f"row-why-{form}", height=80, max_chars=2_000
    )
    return likelihoods, (reason or "").strip()


def _save_row(
    visit: Visit,
    page: ScenarioPage,
    question_id: QuestionId,
    *,
    likelihoods: tuple[str, ...],
    reason: str,
) -> None:
    with calm():
        if not reason:
            raise ForecastsError("a row needs its reason: write a sentence under Why these numbers")
        visit.tracker.set_likelihoods(
            page.scenario_set.question_id, LikelihoodRow(question_id, read(likelihoods), reason)
        )
        say("Saved; the scenarios have moved with it")
        st.rerun()


@st.fragment
def _show_add_form(visit: Visit, page: ScenarioPage) -> None:
    """Show the form that adds a row about another yes-no question."""
    with st.expander("Add a row", key="add-row", on_change="rerun") as drawer:
        if not drawer.open:
            return
        used_ids = {row.question_id for row in page.scenario_set.rows}
        texts = {
            row.question.id: clipped(row.question.text, LONGEST)
            for row in visit.tracker.questions()
            if row.question.kind == "binary"
            and row.status in ("open", "upcoming")
            and row.question.id not in used_ids
        }
        if not texts:
            st.caption("There is no other open yes/no question.")
            return
        selected = st.selectbox(
            "Question", list(texts), index=None, format_func=texts.__getitem__,
            placeholder="Type to search", key="new-row",
        )  # fmt: skip
        if selected is None:
            return
        names = _list_scenarios(page)
        with st.form(f"add-{selected}", border=False):
            likelihoods, reason = _show_row_form(names, [NEW] * len(names), f"new-{selected}", "")
            if st.form_submit_button("Add row", type="primary"):
                _save_row(visit, page, selected, likelihoods=likelihoods, reason=reason)
