"""The list of rows, as it is sent to the browser, and without scripts of ours."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard.components import rows
from tests.dashboard.pages import seen


def _list() -> None:
    import streamlit as st

    from dashboard.components.rows import (
        EntryCell,
        LinkCell,
        Row,
        RowColumn,
        SparkCell,
        TextCell,
        page_address,
        show_rows,
    )

    link = LinkCell("Will it rain?", page_address("question", q="rain"), mark="↳")
    cells = {
        "title": link,
        "estimate": TextCell("61%", "+3"),
        "trend": SparkCell((0.5, 0.6), "50% to 60%"),
        "you": EntryCell("", "Your forecast: Will it rain?", "63"),
    }
    columns = [RowColumn("title", "Question"), RowColumn("estimate", "Estimate", "end", "change")]
    events = {"forecast": lambda event: st.session_state.update(entered=event)}
    show_rows("list", "Open questions", columns, [Row("rain", cells)], on=events)


def _sent(visit: AppTest) -> dict[str, Any]:
    (element,) = visit.get("bidi_component")
    data: dict[str, Any] = json.loads(element.proto.json)
    return data


def test_rows_are_sent_as_plain_values() -> None:
    data = _sent(seen(AppTest.from_function(_list).run()))
    assert data["label"] == "Open questions"
    assert data["keys"]
    (row,) = data["rows"]
    assert row["cells"]["title"]["href"] == "question?q=rain"
    assert row["cells"]["trend"]["points"] == [0.5, 0.6]
    assert data["columns"][1] == {
        "name": "estimate", "label": "Estimate", "align": "end", "sort": "change",
        "descending": False, "help": "",
    }  # fmt: skip


def test_without_scripts_rows_are_text(monkeypatch: Any) -> None:
    monkeypatch.setattr(rows, "_load", lambda: rows._show_plain)
    visit = seen(AppTest.from_function(_list).run())
    assert [text.value for text in visit.text] == ["Will it rain? · 61% · 50% to 60%"]


def _long_list() -> None:
    from dashboard.components.rows import Row, RowColumn, TextCell, show_rows

    columns = [RowColumn("title", "Number"), RowColumn("note", "Note")]
    rows = [Row(str(n), {"title": TextCell(str(n))}) for n in range(5)]
    show_rows("numbers", "Numbers", columns, rows, first=2)


def test_a_long_list_shows_its_first_rows_and_filled_columns() -> None:
    visit = seen(AppTest.from_function(_long_list).run())
    data = _sent(visit)
    assert [row["id"] for row in data["rows"]] == ["0", "1"]
    assert [column["name"] for column in data["columns"]] == ["title"]
    (switch,) = visit.toggle
    assert switch.label == "Show all 5"
    assert len(_sent(seen(switch.set_value(True).run()))["rows"]) == 5
