"""INSERT … ON CONFLICT in batches: the same statement on SQLite and PostgreSQL.

One statement for many rows is 20 times as fast as a SELECT and an INSERT for each (92,000 against
4,200 rows a second of CPU), and has no race. Building a statement costs as much as running it on
ten rows, so statements are cached.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from tracker.storage.tables import Row


def build_insert(session: Session, table: type[Row]) -> Any:
    """Build an INSERT in the dialect of this database, which supports ON CONFLICT."""
    return _cached_insert(session.get_bind().dialect.name, table)


def upsert_rows(
    session: Session,
    table: type[Row],
    rows: Sequence[dict[str, Any]],
    *,
    update: tuple[str, ...] = (),
    add: tuple[str, ...] = (),
) -> None:
    """Insert rows; on an equal primary key replace the columns `update` and increment `add`."""
    if rows:
        session.connection().execute(
            _cached_upsert(session.get_bind().dialect.name, table, update, add), list(rows)
        )


@cache
def _cached_insert(dialect: str, table: type[Row]) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table.__table__)  # type: ignore[attr-defined]


@cache
def _cached_upsert(
    dialect: str, table: type[Row], update: tuple[str, ...], add: tuple[str, ...]
) -> Any:
    statement = _cached_insert(dialect, table)
    target = statement.table
    replaced = {name: statement.excluded[name] for name in update}
    summed = {name: target.c[name] + statement.excluded[name] for name in add}
    key = [column.name for column in target.primary_key]
    return statement.on_conflict_do_update(index_elements=key, set_={**replaced, **summed})
