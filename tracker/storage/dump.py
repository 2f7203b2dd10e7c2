"""Whole tables, for those who want their data elsewhere."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import JSON, select
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
class Whole:
    """A table as it is stored: its columns with their types, and all rows in the order of their
    key.
    """

    name: str
    columns: dict[str, ColumnType]
    rows: list[tuple[Any, ...]]


def names() -> tuple[str, ...]:
    """The names of all tables, in order."""
    return tuple(sorted(Row.metadata.tables))


def read(session: Session, name: str) -> Whole:
    """A table, whole; `name` is one of `names()`."""
    stored = Row.metadata.tables[name]
    rows = session.connection().execute(select(stored).order_by(*stored.primary_key.columns))
    return Whole(
        name,
        {column.name: _type(column.type) for column in stored.columns},
        [tuple(each) for each in rows],
    )


def _type(stored: Any) -> ColumnType:
    plain = stored.impl_instance if isinstance(stored, TypeDecorator) else stored
    return "json" if isinstance(plain, JSON) else _TYPES.get(plain.python_type, "text")
