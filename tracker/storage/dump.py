"""Dump of whole tables for export."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import JSON
from sqlalchemy import select as sa_select
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

from tracker.storage.tables import Row

ColumnType = Literal["text", "integer", "number", "truth", "time", "day", "json", "bytes"]

_TYPES: Final[dict[type, ColumnType]] = {
    bool: "truth",
    int: "integer",
    float: "number",
    datetime: "time",
    date: "day",
    bytes: "bytes",
}


@dataclass(frozen=True, slots=True)
class TableDump:
    """A stored table: typed columns, and all rows by primary key."""

    name: str
    columns: dict[str, ColumnType]
    rows: list[tuple[Any, ...]]


def list_table_names() -> tuple[str, ...]:
    """Return the names of all tables in alphabetical order."""
    return tuple(sorted(Row.metadata.tables))


def dump_table(session: Session, name: str) -> TableDump:
    """Return a whole table; `name` is one of `list_table_names()`."""
    stored = Row.metadata.tables[name]
    rows = session.connection().execute(sa_select(stored).order_by(*stored.primary_key.columns))
    return TableDump(
        name,
        {column.name: _column_type(column.type) for column in stored.columns},
        [tuple(row) for row in rows],
    )


def _column_type(stored: Any) -> ColumnType:
    plain = stored.impl_instance if isinstance(stored, TypeDecorator) else stored
    return "json" if isinstance(plain, JSON) else _TYPES.get(plain.python_type, "text")
