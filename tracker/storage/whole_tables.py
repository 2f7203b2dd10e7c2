"""Rows of whole tables, to be carried from one database into another.

Core tables on purpose: an export is complete, whoever may see which question.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Table, delete, func, insert
from sqlalchemy import select as sa_select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlmodel import Session

from forecasts.questions.question import COMPUTED
from tracker.errors import Refused
from tracker.storage.database_info import ColumnType, column_type
from tracker.storage.schema import read_schema_version
from tracker.storage.tables import ForecasterRow, PropertyRow, TableRow

ROWS_AT_A_TIME: Final = 1000
"""Rows that are in memory at a time."""

Row = tuple[Any, ...]


def take_snapshot(session: Session) -> None:
    """Make all that the session reads from now on belong to one instant, on PostgreSQL too."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def read_version(session: Session) -> str:
    """Return the schema version of the database."""
    return read_schema_version(session.connection()) or ""


def list_tables() -> tuple[str, ...]:
    """Return the names of all tables, each after those that it refers to."""
    return tuple(table.name for table in TableRow.metadata.sorted_tables)


def list_columns(name: str) -> dict[str, ColumnType]:
    """Return the columns of a table with the kinds of their values."""
    return {column.name: column_type(column.type) for column in _get_table(name).columns}


def iterate_rows(session: Session, name: str, *, secrets: bool) -> Iterator[Row]:
    """Iterate over the rows of a table by primary key; secrets are left out unless asked for."""
    table = _get_table(name)
    if _is_secret(table) and not secrets:
        return
    hidden = [] if secrets else [nr for nr, column in enumerate(table.c) if _is_secret(column)]
    query = sa_select(table).order_by(*table.primary_key.columns)
    for row in session.connection().execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}):
        yield tuple("" if nr in hidden else value for nr, value in enumerate(row))


def clear_empty_database(session: Session) -> None:
    """Delete what every new database begins with; raises `Refused` if there is anything else."""
    seeds = (ForecasterRow.__tablename__, PropertyRow.__tablename__)
    connection = session.connection()
    used = [
        name
        for name in list_tables()
        if name not in seeds and connection.execute(sa_select(_get_table(name)).limit(1)).first()
    ]
    known = {forecaster.id for forecaster in COMPUTED}
    people = connection.execute(sa_select(_get_table(ForecasterRow.__tablename__).c.id)).scalars()
    if used or not known.issuperset(people):
        raise Refused(
            "this database is in use already, and an export goes into an empty one: choose a new "
            "folder with --data"
        )
    for name in seeds:
        connection.execute(delete(_get_table(name)))


def insert_rows(session: Session, name: str, rows: Sequence[Row]) -> None:
    """Insert rows as they are; raises `Refused` for those that contradict the database."""
    table = _get_table(name)
    columns = [column.name for column in table.columns]
    try:
        session.connection().execute(
            insert(table), [dict(zip(columns, row, strict=True)) for row in rows]
        )
    except StatementError as error:
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError):
            raise
        raise Refused(f"the rows of {name} contradict each other: export once more") from None


def continue_numbering(session: Session) -> None:
    """Let new rows be numbered after those that were inserted, on PostgreSQL too."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in TableRow.metadata.sorted_tables:
        if (column := table.autoincrement_column) is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            last = sa_select(func.max(column)).scalar_subquery()
            session.connection().execute(
                sa_select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None)))
            )


def _get_table(name: Any) -> Table:
    return TableRow.metadata.tables[name]


def _is_secret(part: Any) -> bool:
    return bool(part.info.get("secret"))
