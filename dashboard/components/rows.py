"""List of rows with real links: dense, searchable by the browser, and cards on a phone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, TypedDict
from urllib.parse import urlencode

import streamlit as st

from dashboard.components.scripts import load_component
from dashboard.components.visit import PageName

Align = Literal["start", "end"]
Tone = Literal["", "strong", "quiet", "chip", "warn"]
RowEvent = Literal["forecast", "reaffirm", "sort"]

TITLE: Final = "title"
"""Name of the column that names a row."""


@dataclass(frozen=True, slots=True)
class RowColumn:
    """Column of a list. `sort` is the order that its heading chooses, "" for none."""

    name: str
    label: str
    align: Align = "start"
    sort: str = ""
    descending: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class TextCell:
    """Words, with a note in small print after them; `help` shows while the pointer rests there.

    A `swatch` is the colour of a chart that they belong to.
    """

    text: str
    note: str = ""
    tone: Tone = ""
    help: str = ""
    swatch: str = ""


@dataclass(frozen=True, slots=True)
class Badge:
    """Chip behind a link: what to know of the row at first sight."""

    text: str
    tone: Tone = "chip"
    help: str = ""


@dataclass(frozen=True, slots=True)
class LinkCell:
    """Link to a page of ours, whose `href` comes from `page_address`, or to another site, in a new
    tab, if `safe_web_link` lets its address pass.
    """

    text: str
    href: str
    note: str = ""
    mark: str = ""
    tone: Tone = ""
    help: str = ""
    badges: tuple[Badge, ...] = ()


@dataclass(frozen=True, slots=True)
class SparkCell:
    """Line of values on a scale of its own, and what it shows in words."""

    points: tuple[float, ...]
    text: str


@dataclass(frozen=True, slots=True)
class EntryCell:
    """Field in which a forecast is entered: its content, a hint, its accessible name, a refusal.

    A `wide` one has room for three numbers.
    """

    entry: str
    label: str
    hint: str = ""
    problem: str = ""
    help: str = ""
    wide: bool = False


Cell = TextCell | LinkCell | SparkCell | EntryCell


@dataclass(frozen=True, slots=True)
class Row:
    """Row of a list; a column without a cell stays empty."""

    id: str
    cells: Mapping[str, Cell] = field(default_factory=dict)


class ForecastEvent(TypedDict):
    """Forecast entered in a row; `at` tells two equal entries apart."""

    id: str
    text: str
    at: int


def page_address(page: PageName, **params: str) -> str:
    """Return the address of a page, relative to that of the dashboard.

    >>> page_address("question", q="trade war")
    'question?q=trade+war'
    """
    return f"{page}?{urlencode(params)}" if params else page


def show_rows(
    key: str,
    label: str,
    columns: Sequence[RowColumn],
    rows: Sequence[Row],
    *,
    sorted_by: str = "",
    current: str = "",
    on: Mapping[RowEvent, Callable[[Any], None]] | None = None,
    first: int = 0,
) -> None:
    """Show a list. `on` has a callback for each event; without any, keys do nothing here.

    With `first`, a longer list shows so many rows, and all of them behind a switch. A column that
    no row fills is left out.

    `current` is the row on which keys act while none is chosen.

    A callback runs before the page, as that of a widget: with a `ForecastEvent` for `forecast` and
    `reaffirm` (which has no text), with the name of an order for `sort`.
    """
    callbacks = on or {}
    total, switch = len(rows), f"{key}-all"
    if 0 < first < total and not st.session_state.get(switch):
        rows = rows[:first]

    def run(event: RowEvent) -> Callable[[], None]:
        def callback() -> None:
            value = getattr(st.session_state[key], event)
            if value is not None:
                callbacks[event](value)

        return callback

    _load()(
        key=key,
        data={
            "label": label,
            "keys": bool(callbacks),
            "sorted": sorted_by,
            "current": current,
            "columns": [asdict(c) for c in columns if any(c.name in row.cells for row in rows)],
            "rows": [_encode_row(row) for row in rows],
        },
        **{f"on_{event}_change": run(event) for event in callbacks},
    )
    if 0 < first < total:
        st.toggle(f"Show all {total:,}", key=switch)


def _encode_row(row: Row) -> dict[str, Any]:
    return {"id": row.id, "cells": {name: asdict(cell) for name, cell in row.cells.items()}}


def _load() -> Callable[..., Any]:
    return load_component("rows", '<div class="rows"></div>', _show_plain, isolated=False)


def _show_plain(data: Mapping[str, Any], **_options: object) -> None:
    """Show the rows as text, where streamlit runs no scripts of ours."""
    for row in data["rows"]:
        cells = row["cells"]
        title = cells.get(TITLE, {})
        words = [cell["text"] for name, cell in cells.items() if name != TITLE and "text" in cell]
        st.text(" · ".join([title.get("text", row["id"]), *words]))
