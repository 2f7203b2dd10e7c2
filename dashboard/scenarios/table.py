"""Likelihood table: diagnosticity of its rows, and the form that changes a row."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    format_sentence,
    get_selected_row,
    link_to_question,
    show_empty,
    show_refusals,
    show_table,
    unwrap_prose,
)
from dashboard.scenarios import data
from dashboard.scenarios.text import MARKS_LEGEND, describe_counts_against, format_likelihood
from dashboard.wording import capitalise, clip, escape_markdown
from forecasts.errors import ForecastsError
from forecasts.questions.question import QuestionId
from forecasts.scenarios.diagnosticity import Diagnosticity
from forecasts.scenarios.scenario_set import FIVE_WORDS, ScenarioLikelihoods, parse_likelihood
from tracker.model.scenarios import ScenarioPage

NEUTRAL_LIKELIHOOD = FIVE_WORDS["roughly even chance"]
"""Initial value of a new row: the same for every scenario, so it has no effect."""


def show_row_inputs(scenarios: Sequence[str], start: Sequence[float], form: str) -> tuple[str, ...]:
    """Show the inputs and return their raw content: one of the five words, or a typed number."""
    entered = []
    for index, (name, p) in enumerate(zip(scenarios, start, strict=True)):
        current = format_likelihood(p)
        choices = [*FIVE_WORDS, *([] if current in FIVE_WORDS else [current])]
        entered.append(
            st.selectbox(
                escape_markdown(name), choices, index=choices.index(current),
                key=f"likelihood-{form}-{index}", accept_new_options=True,
                help="One of the five words, or a number such as 30%.",
            )
        )  # fmt: skip
    return tuple(text or "" for text in entered)


def parse_likelihoods(texts: Sequence[str]) -> tuple[float, ...]:
    """Parse the likelihoods; raises `InvalidProbability` with the valid forms."""
    return tuple(map(parse_likelihood, texts))


_C = st.column_config
MAX_QUESTION_CHARACTERS = 110


def render(visit: Visit, page: ScenarioPage) -> None:
    """Show the note, the table with answers against each scenario, and the form of the selected
    row.
    """
    if page.scenario_set.note:
        st.markdown(f":material/info: {escape_markdown(unwrap_prose(page.scenario_set.note))}")
    selected = None
    if not page.scenario_set.rows:
        show_empty(
            "The table has no rows yet.",
            "Add a row below: a yes/no question that the scenarios see differently.",
        )
    else:
        try:
            diagnosticity = data.diagnose_table(page)
        except ForecastsError as refusal:
            st.warning(format_sentence(str(refusal)))
            selected = _choose_incomplete_row(page)
        else:
            selected = _show_matrix(page, diagnosticity)
    if selected is not None:
        _show_edit_form(visit, page, selected)
    _show_add_form(visit, page)


def _show_matrix(page: ScenarioPage, diagnosticity: Diagnosticity) -> QuestionId | None:
    frame = data.diagnosticity_frame(page, diagnosticity)
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
            f"c{n}": _C.TextColumn(capitalise(name), width=144)
            for n, name in enumerate(diagnosticity.scenarios)
        },
    }
    st.caption(
        "How likely YES is in each scenario; the most telling row first. Pick a row to change "
        f"it. {MARKS_LEGEND}"
    )
    selected = get_selected_row(
        show_table(
            frame, columns, "The likelihood table", key="likelihoods", on_select="rerun",
            selection_mode=["single-row", "single-cell"], row_height=WRAPPED_ROW_HEIGHT,
        )
    )  # fmt: skip
    answered = sum(row.answer is not None for row in diagnosticity.rows)
    st.caption(
        escape_markdown(
            describe_counts_against(diagnosticity.scenarios, diagnosticity.inconsistency, answered)
        )
    )
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
        format_func=lambda name: clip(
            page.board[name].question.question.text, MAX_QUESTION_CHARACTERS
        ),
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
            st.markdown(f"**{escape_markdown(question.text)}**", width="content")
        start = (*row.p, *[NEUTRAL_LIKELIHOOD] * (len(names) - len(row.p)))
        likelihoods, reason = _show_row_form(names, start, question_id, row.why)
        with st.container(horizontal=True):
            is_saving = st.form_submit_button("Save row", type="primary")
            is_removing = st.form_submit_button("Take it out")
    if is_saving:
        _save_row(visit, page, question_id, likelihoods=likelihoods, reason=reason)
    elif is_removing:
        with show_refusals():
            visit.tracker.scenarios.set_likelihoods(
                page.scenario_set.question_id, ScenarioLikelihoods(question_id, ())
            )
            notify("Taken out; the record keeps it")
            st.rerun()


def _show_row_form(
    names: Sequence[str], start: Sequence[float], form: str, initial_reason: str
) -> tuple[tuple[str, ...], str]:
    with st.container(horizontal=True, key=f"row-inputs-{form}"):
        likelihoods = show_row_inputs(names, start, form)
    reason = st.text_area(
        "Why these numbers",
        unwrap_prose(initial_reason),
        key=f"row-why-{form}",
        height=80,
        max_chars=2_000,
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
    with show_refusals():
        if not reason:
            raise ForecastsError("a row needs its reason: write a sentence under Why these numbers")
        visit.tracker.scenarios.set_likelihoods(
            page.scenario_set.question_id,
            ScenarioLikelihoods(question_id, parse_likelihoods(likelihoods), reason),
        )
        notify("Saved; the scenarios have moved with it")
        st.rerun()


@st.fragment
def _show_add_form(visit: Visit, page: ScenarioPage) -> None:
    """Show the form that adds a row about another yes-no question."""
    with st.expander("Add a row", key="add-row", on_change="rerun") as drawer:
        if not drawer.open:
            return
        used_ids = {row.question_id for row in page.scenario_set.rows}
        texts = {
            row.question.id: clip(row.question.text, MAX_QUESTION_CHARACTERS)
            for row in visit.tracker.questions.list()
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
            likelihoods, reason = _show_row_form(
                names, [NEUTRAL_LIKELIHOOD] * len(names), f"new-{selected}", ""
            )
            if st.form_submit_button("Add row", type="primary"):
                _save_row(visit, page, selected, likelihoods=likelihoods, reason=reason)
