"""Series on the page Feeds: those that are read, and the form that adds one."""

from collections.abc import Sequence
from typing import cast, get_args

import pandas as pd
import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.frames import build_frame
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals, show_table
from forecasts.questions.series import Series, SeriesFormat, SeriesId
from tracker.errors import Refused
from tracker.model.proposed_answers import SeriesStatus

_C = st.column_config


def render(visit: Visit) -> None:
    """Show the series that are read, and the form."""
    rows = visit.tracker.series.list()
    st.subheader("Series", anchor=False)
    if rows:
        columns = {
            "name": _C.TextColumn("Series", width=150),
            "newest": _C.TextColumn("Newest value", width=150),
            "period": _C.TextColumn("For", width=120),
            "seen": _C.DatetimeColumn(
                "First seen", format="D MMM YYYY, HH:mm", timezone=visit.zone.key, width=150
            ),
            "questions": _C.TextColumn("Settles", width=220),
            "state": _C.TextColumn("State", width=300),
        }
        show_table(series_frame(rows), columns, "Series of numbers that are read")
        _show_paused(visit, rows)
    else:
        st.caption("Numbers that settle questions, such as a price or an index: none is read yet.")
    _show_form(visit)


def _show_paused(visit: Visit, rows: Sequence[SeriesStatus]) -> None:
    """Show a button for each paused series, such as one that a question set offers."""
    with st.container(horizontal=True, gap="xsmall"):
        for name in (status.series.id for status in rows if status.state.paused):
            if st.button(f"Read {name}", key=f"read-{name}", icon=":material/refresh:"):
                with show_refusals():
                    visit.tracker.feeds.retry(name)
                    notify(f"{name}: due now, the next round of polling asks it")
                    st.rerun()


def series_frame(rows: Sequence[SeriesStatus]) -> pd.DataFrame:
    """One row for each series. Columns:

    name, newest (with unit), period, seen, questions, state.
    """
    return build_frame("name newest period seen:time questions state", map(_series_row, rows))


def _series_row(status: SeriesStatus) -> tuple[object, ...]:
    newest, state = status.newest, status.state
    words = (
        f"paused: {state.paused_why}"
        if state.paused
        else f"fails: {state.last_error}"
        if state.failures
        else "answers"
        if state.last_success_at
        else "not asked yet"
    )
    return (
        status.series.id,
        "" if newest is None else f"{newest.text} {status.series.unit}".strip(),
        "" if newest is None else str(newest.period),
        None if newest is None else newest.known_at,
        ", ".join(status.questions),
        words,
    )


def _show_form(visit: Visit) -> None:
    with (
        st.expander("Add a series", icon=":material/database:", key="add-series"),
        st.form("series", border=False),
    ):
        st.caption("A table in CSV, JSON or a page, by its address. It is asked as feeds are.")
        left, right = st.columns(2)
        name = left.text_input("Name", key="series-name", placeholder="brent", max_chars=60)
        url = right.text_input("Address of the table", key="series-url", placeholder="https://…")
        table_format = left.selectbox("Format", get_args(SeriesFormat), key="series-format")
        unit = right.text_input("Unit", key="series-unit", placeholder="USD a barrel")
        dates = left.text_input("Column with the dates", key="series-date", placeholder="Date")
        values = right.text_input(
            "Column with the numbers", key="series-value", placeholder="Price"
        )
        where = st.text_input(
            "Only rows with", key="series-where", placeholder="Country=Norway; Unit=tonnes",
            help="Columns with the content that a row has to have, with ; between them.",
        )  # fmt: skip
        with st.container(horizontal=True):
            day_first = st.checkbox("Day before month, as in 03/04/2026", key="series-day-first")
            comma = st.checkbox("Decimal comma, as in 1,5", key="series-comma")
        if st.form_submit_button("Read it"):
            with show_refusals(), st.spinner("Reading the address …"):
                status = visit.tracker.series.add(
                    Series(
                        SeriesId((name or "").strip()),
                        (url or "").strip(),
                        cast(SeriesFormat, table_format),
                        dates or "",
                        values or "",
                        _parse_conditions(where or ""),
                        (unit or "").strip(),
                        day_first,
                        comma,
                    )
                )
                notify(f"{status.series.id} is read from now on: {status.count:,} values")
                st.rerun()


def _parse_conditions(typed: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in filter(None, map(str.strip, typed.split(";"))):
        column, mark, content = part.partition("=")
        if not mark or not column.strip():
            raise Refused(f"{part!r} names no column: write Column=Content")
        pairs.append((column.strip(), content.strip()))
    return tuple(pairs)
