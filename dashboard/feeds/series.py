"""Series of numbers on the page Feeds: those that are read, and the form that adds one."""

from collections.abc import Sequence
from typing import Final, cast, get_args

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.rows import (
    Cell,
    LinkCell,
    Row,
    RowColumn,
    TextCell,
    page_address,
    show_rows,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals, show_section_title
from dashboard.wording.numbers import clip, plural
from forecasts.questions.series import Series, SeriesFormat, SeriesId
from tracker.errors import Refused
from tracker.feeds.feed import FeedState
from tracker.model.proposed_answers import SeriesStatus

_COLUMNS: Final = (
    RowColumn("title", "Series"),
    RowColumn("newest", "Latest value", "end"),
    RowColumn("questions", "Resolves"),
    RowColumn("state", "State"),
)
_MAX_REASON_CHARACTERS: Final = 160


def render(visit: Visit) -> None:
    """Show the series that are read, and the form."""
    rows = visit.tracker.series.list()
    show_section_title("Series")
    st.caption("Published numbers, such as a price or an index, that resolve questions.")
    if rows:
        show_rows("series", "Series of numbers", _COLUMNS, [build_row(visit, row) for row in rows])
        _show_paused(visit, rows)
    if visit.may_curate:
        _show_form(visit)


def _show_paused(visit: Visit, rows: Sequence[SeriesStatus]) -> None:
    """Show a button for each paused series, such as one that a question set offers."""
    with st.container(horizontal=True, gap="xsmall"):
        for name in (status.series.id for status in rows if status.state.paused):
            if st.button(f"Read {name}", key=f"read-{name}", icon=":material/refresh:"):
                with show_refusals():
                    visit.tracker.feeds.retry(name)
                    notify(f"{name} will be checked in the next round")
                    st.rerun()


def build_row(visit: Visit, status: SeriesStatus) -> Row:
    """Build the row of a series."""
    newest, questions = status.newest, status.questions
    cells: dict[str, Cell] = {
        "title": TextCell(status.series.id),
        "state": TextCell(clip(_describe_state(status.state), _MAX_REASON_CHARACTERS)),
    }
    if newest is not None:
        note = f"for {newest.period}, seen {visit.day(newest.known_at)}"
        cells["newest"] = TextCell(f"{newest.text} {status.series.unit}".strip(), note)
    if questions:
        address = page_address("question", q=questions[0])
        words = plural(len(questions), "question")
        cells["questions"] = LinkCell(words, address) if len(questions) == 1 else TextCell(words)
    return Row(status.series.id, cells)


def _describe_state(state: FeedState) -> str:
    if state.paused:
        return f"paused: {state.paused_why}"
    if state.failures:
        return f"failing: {state.last_error}"
    return "OK" if state.last_success_at else "not checked yet"


_FIELDS: Final = (
    ("name", "Name", "brent"),
    ("url", "Address of the table", "https://…"),
    ("date", "Column with the dates", "Date"),
    ("value", "Column with the numbers", "Price"),
    ("unit", "Unit", "USD a barrel"),
    ("where", "Only rows with", "Country=Norway; Unit=tonnes"),
)


def _show_form(visit: Visit) -> None:
    with st.expander("Add a series", key="add-series"), st.form("series", border=False):
        st.caption("A table in CSV or JSON, or on a web page.")
        columns = st.columns(2)
        fields = {
            name: columns[nr % 2].text_input(label, key=f"series-{name}", placeholder=example)
            for nr, (name, label, example) in enumerate(_FIELDS)
        }
        table_format = st.segmented_control(
            "Format", get_args(SeriesFormat), default="csv", required=True, key="series-format"
        )
        with st.container(horizontal=True):
            day_first = st.checkbox("Day before month, as in 03/04/2026", key="series-day-first")
            comma = st.checkbox("Decimal comma, as in 1,5", key="series-comma")
        if st.form_submit_button("Add"):
            with show_refusals(), st.spinner("Reading the address …"):
                typed = {name: (text or "").strip() for name, text in fields.items()}
                made = Series(
                    SeriesId(typed["name"]),
                    typed["url"],
                    cast(SeriesFormat, table_format),
                    typed["date"],
                    typed["value"],
                    _parse_conditions(typed["where"]),
                    typed["unit"],
                    day_first,
                    comma,
                )
                status = visit.tracker.series.add(made)
                notify(f"{status.series.id} added, with {plural(status.count, 'value')}")
                st.rerun()


def _parse_conditions(typed: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in filter(None, map(str.strip, typed.split(";"))):
        column, mark, content = part.partition("=")
        if not mark or not column.strip():
            raise Refused(f"{part!r} names no column: write Column=Content")
        pairs.append((column.strip(), content.strip()))
    return tuple(pairs)
