"""Migrations on both dialects: up, again, newer than the code, and stopped half way."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from tests.tables import check_rows
from tracker.errors import DatabaseTooNew, TrackerError
from tracker.storage import schema
from tracker.storage.schema import check_migration, count_rows, read_schema_version, upgrade
from tracker.storage.sessions import Store, open_engine
from tracker.storage.tables import TableRow


def test_an_empty_database_gets_exactly_the_tables_of_the_code(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    with engine.connect() as connection:
        options = {"include_name": lambda name, *_: not _belongs_to_search(name or "")}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, TableRow.metadata) == []
        names = {n for n in inspect(connection).get_table_names() if not _belongs_to_search(n)}
        assert names == set(TableRow.metadata.tables) | {"alembic_version"}
    engine.dispose()


SEARCH_TABLES = ("item_search", "revision_search")


def _belongs_to_search(name: str) -> bool:
    """Tables of FTS5 and indexes of PostgreSQL are the databases' own: no model describes them."""
    return name.startswith((*SEARCH_TABLES, *(f"ix_{table}" for table in SEARCH_TABLES)))


def test_migration_files_are_numbered_in_their_order() -> None:
    script = ScriptDirectory.from_config(schema._alembic_config())
    assert [s.revision for s in script.walk_revisions()][::-1] == schema.list_schema_versions()


def test_migrations_go_forth_and_back_and_stop_at_newer_ones(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    with engine.connect() as connection:
        before = (read_schema_version(connection), count_rows(connection))
    upgrade(engine)
    with engine.connect() as connection:
        assert (read_schema_version(connection), count_rows(connection)) == before
    engine.dispose()
    engine = open_engine(database_url)
    upgrade(engine)
    with engine.execution_options(tracker_writing=True).connect() as connection, connection.begin():
        config = schema._alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    upgrade(engine)
    engine.dispose()
    engine = open_engine(database_url)
    upgrade(engine)
    with Store(engine).writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(
        DatabaseTooNew,
        match="at version 9999, which this tracker does not know: update the tracker",
    ):
        upgrade(engine)
    engine.dispose()


@check_rows(["log", "forecast", "decision", "resolution", "option_change"], "table")
def test_facts_can_be_neither_changed_nor_removed(database_url: str, table: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    store = Store(engine)
    columns = {c.name: c for c in TableRow.metadata.tables[table].columns}
    with store.writing() as session:
        _insert_blindly(session, table, columns)
    for statement in (f"UPDATE {table} SET {next(iter(columns))} = 2", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"), store.writing() as session:
            session.connection().execute(text(statement))
    engine.dispose()


def _insert_blindly(session, table, columns) -> None:
    """One row of anything: what is tested is that it cannot be changed, so references are off."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    else:
        session.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
    values = {"INTEGER": 1, "JSON": "{}"}
    row = {
        n: values.get(str(c.type).split("(")[0], "2026-01-01 00:00:00+00:00")
        for n, c in columns.items()
    }
    names = ", ".join(f'"{n}"' for n in row)
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("COMMIT")
        session.connection().exec_driver_sql("PRAGMA foreign_keys=OFF")
        session.connection().exec_driver_sql("BEGIN IMMEDIATE")
    session.connection().execute(
        text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(':' + n for n in row)})"), row
    )


def test_a_migration_that_would_lose_something_is_refused(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    upgrade(engine)
    with engine.connect() as connection:
        before = count_rows(connection)
        assert before["forecaster"] == 6
        with pytest.raises(TrackerError, match="rows would be lost in forecaster"):
            check_migration(connection, {**before, "forecaster": 7})
    engine.dispose()
    engine = open_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql(
            "INSERT INTO claim VALUES ('C1', 'nowhere', 'q', 0, 'k', 'm', 'r')"
        )
        with pytest.raises(TrackerError, match="1 broken references, first in claim"):
            check_migration(connection, {})
    engine.dispose()
