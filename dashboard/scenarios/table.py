"""The likelihood table: how well its rows tell the scenarios apart, and a form that changes one
row.
"""

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
    """The note, the table, what was answered against each scenario, and the form of the row that is
    picked.
    """
    if page.scenario_set.note:
        st.markdown(f":material/info: {inert(flat(page.scenario_set.note))}")
    picked = None
    if not page.scenario_set.rows:
        empty(
            "The table has no rows yet.",
            "Add a row below: a yes/no question that the scenarios see differently.",
        )
    else:
        try:
            found = frames.diagnosed(page)
        except ForecastsError as refusal:
            st.warning(sentence(str(refusal)))
            picked = _incomplete(page)
        else:
            picked = _matrix(page, found)
    if picked is not None:
        _edit(visit, page, picked)
    _add(visit, page)


def _matrix(page: ScenarioPage, found: Diagnosticity) -> QuestionId | None:
    frame = frames.table_frame(page, found)
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
            for n, name in enumerate(found.scenarios)
        },
    }
    st.caption(
        "How likely YES is in each scenario; the most telling row first. Pick a row to change "
        f"it. {MARKS}"
    )
    picked = selected_row(
        table(
            frame, columns, "The likelihood table", key="likelihoods", on_select="rerun",
            selection_mode=["single-row", "single-cell"], row_height=WRAPPED,
        )
    )  # fmt: skip
    answered = sum(row.answer is not None for row in found.rows)
    st.caption(inert(against(found.scenarios, found.inconsistency, answered)))
    return None if picked is None or picked >= len(frame) else QuestionId(frame["id"].iloc[picked])


def _incomplete(page: ScenarioPage) -> QuestionId | None:
    """The row to complete: an option that came later has no number in the rows before it."""
    wanting = [
        row.question_id for row in page.scenario_set.rows if len(row.p) < len(_scenarios(page))
    ]
    if not wanting:
        return None
    return st.selectbox(
        "Row to complete", wanting, key="incomplete-row",
        format_func=lambda name: clipped(page.board[name].question.question.text, LONGEST),
    )  # fmt: skip


def _scenarios(page: ScenarioPage) -> tuple[str, ...]:
    return tuple(option.name for option in page.summary.question.options)


@st.fragment
def _edit(visit: Visit, page: ScenarioPage, question_id: QuestionId) -> None:
    row = next(row for row in page.scenario_set.rows if row.question_id == question_id)
    names = _scenarios(page)
    question = page.board[question_id].question.question
    with st.form(f"row-{question_id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            link_to_question(visit, question, "Open", ":material/show_chart:")
            st.markdown(f"**{inert(question.text)}**", width="content")
        start = (*row.p, *[NEW] * (len(names) - len(row.p)))
        said, why = _inputs(names, start, question_id, row.why)
        with st.container(horizontal=True):
            saved = st.form_submit_button("Save row", type="primary")
            out = st.form_submit_button("Take it out")
    if saved:
        _change(visit, page, (question_id, said), why)
    elif out:
        with calm():
            visit.tracker.set_likelihoods(
                page.scenario_set.question_id, LikelihoodRow(question_id, ())
            )
            say("Taken out; the record keeps it")
            st.rerun()


def _inputs(
    names: Sequence[str], start: Sequence[float], form: str, why: str
) -> tuple[tuple[str, ...], str]:
    with st.container(horizontal=True, key=f"row-inputs-{form}"):
        said = row_inputs(names, start, form)
    reason = st.text_area(
        "Why these numbers", flat(why), key=f"row-why-{form}", height=80, max_chars=2_000
    )
    return said, (reason or "").strip()


def _change(
    visit: Visit, page: ScenarioPage, row: tuple[QuestionId, tuple[str, ...]], why: str
) -> None:
    question_id, said = row
    with calm():
        if not why:
            raise ForecastsError("a row needs its reason: write a sentence under Why these numbers")
        visit.tracker.set_likelihoods(
            page.scenario_set.question_id, LikelihoodRow(question_id, read(said), why)
        )
        say("Saved; the scenarios have moved with it")
        st.rerun()


@st.fragment
def _add(visit: Visit, page: ScenarioPage) -> None:
    """A row about one more yes/no question."""
    with st.expander("Add a row", key="add-row", on_change="rerun") as drawer:
        if not drawer.open:
            return
        known = {row.question_id for row in page.scenario_set.rows}
        texts = {
            row.question.id: clipped(row.question.text, LONGEST)
            for row in visit.tracker.questions()
            if row.question.kind == "binary"
            and row.status in ("open", "upcoming")
            and row.question.id not in known
        }
        if not texts:
            st.caption("There is no other open yes/no question.")
            return
        picked = st.selectbox(
            "Question", list(texts), index=None, format_func=texts.__getitem__, placeholder="Type to search",
            key="new-row",
        )  # fmt: skip
        if picked is None:
            return
        names = _scenarios(page)
        with st.form(f"add-{picked}", border=False):
            said, why = _inputs(names, [NEW] * len(names), f"new-{picked}", "")
            if st.form_submit_button("Add row", type="primary"):
                _change(visit, page, (picked, said), why)
