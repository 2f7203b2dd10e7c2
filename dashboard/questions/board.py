"""Board: a column for each thing that a question may need, with the most urgent as cards."""

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from dashboard.components.question_list import ListView
from dashboard.components.rows import Row, RowColumn, show_rows
from dashboard.questions.data import BoardColumn, ColumnTitle, build_board
from dashboard.questions.question_rows import RefusedForecast, RowMarks, build_row
from dashboard.wording.numbers import plural
from tracker.model.read_models import QuestionSummary

MAX_CARDS: Final = 8
"""Cards of a column; a link leads to the rest, in the list."""

_CELLS: Final = ("title", "estimate", "change", "closes")
_COLUMNS: Final = (
    RowColumn("title", "Question"),
    RowColumn("estimate", "Estimate"),
    RowColumn("change", "7 days"),
    RowColumn("closes", ""),
)
_IN_LIST: Final[Mapping[ColumnTitle, Mapping[str, str]]] = {
    "Closing within 30 days": {},
    "Moved this week": {"sort": "change"},
    "To forecast": {"mine": "no"},
    "To resolve": {"state": "Closed"},
    "Recently resolved": {"state": "Resolved", "sort": "-closing"},
}
"""Parameters of the list that begins with the questions of a column."""


def render(shown: Sequence[QuestionSummary], view: ListView, marks: RowMarks) -> None:
    """Show the columns that have questions."""
    columns, steady = build_board(shown, view)
    filled = [column for column in columns if column.questions]
    for place, column in zip(st.columns(max(len(filled), 1), gap="medium"), filled, strict=False):
        with place:
            _show_column(column, view, marks)
    if steady:
        st.caption(
            f"{plural(steady, 'more open question')} with a forecast of yours and nothing new."
        )


def _show_column(column: BoardColumn, view: ListView, marks: RowMarks) -> None:
    st.markdown(f"**{column.title}** · {len(column.questions)}")
    rows = [
        _build_card(build_row(s, view, marks, RefusedForecast()))
        for s in column.questions[:MAX_CARDS]
    ]
    show_rows(f"board-{column.title}", column.title, _COLUMNS, rows)
    if len(column.questions) > MAX_CARDS:
        st.button(
            f"All {len(column.questions)}",
            key=f"all-{column.title}",
            icon=":material/arrow_forward:",
            type="tertiary",
            on_click=_open_list,
            args=(column.title,),
        )


def _open_list(title: ColumnTitle) -> None:
    st.query_params.pop("view", None)
    st.query_params.update(_IN_LIST[title])


def _build_card(row: Row) -> Row:
    return Row(row.id, {name: cell for name, cell in row.cells.items() if name in _CELLS})
