"""Schema version of the database, and its migrations."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, func, inspect, select, table, text

from tracker.errors import DatabaseTooNew, Refused, TrackerError
from tracker.storage.tables import TableRow

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"

MIGRATION_LOCK = 7_305_151_211_520_109
"""Key of the PostgreSQL advisory lock held by a migration."""

LOCK_SECONDS = 30
"""Time for which a migration waits for a lock of another process, as a writer of SQLite does."""


def upgrade(
    engine: Engine, target: str = "head", *, before: Callable[[], None] = lambda: None
) -> None:
    """Run the missing migrations, all or none; call `before` if there are some for a database.

    One process at a time; the others find it done.

    Raises `DatabaseTooNew`, and `Refused` for the file of another program. SQLite: foreign keys are
    off while tables are rebuilt, since batch-altering a parent with ON DELETE CASCADE would
    silently delete its children. Before the commit the foreign keys are checked and no table may
    have lost a row.
    """
    versions = list_schema_versions()
    with engine.connect() as connection:
        version = read_schema_version(connection)
        is_foreign = version is None and engine.dialect.name == "sqlite" and count_rows(connection)
    if is_foreign:
        raise Refused(
            f"{engine.url.database} is the database of another program: choose another --data"
        )
    if version == versions[-1] and target == "head":
        return
    if version is not None and version not in versions:
        raise DatabaseTooNew(
            f"the database is at version {version}, which this tracker does not know:"
            " update the tracker, or choose another --data"
        )
    if version is None:
        let_shrink(engine)
    else:
        before()
    _migrate(engine, target)


def let_shrink(engine: Engine) -> None:
    """Write a SQLite file anew without free pages; from then on it gives room back in slices.

    All others wait meanwhile. PostgreSQL does so by itself, so there this does nothing.
    """
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:
            driver: Any = connection.driver_connection
            driver.execute("PRAGMA auto_vacuum=INCREMENTAL")
            driver.execute("VACUUM")


def list_schema_versions() -> list[str]:
    """Return the versions this code knows, oldest first: the prefixes of the migration files."""
    return sorted(
        path.name.partition("_")[0] for path in (MIGRATIONS_FOLDER / "versions").glob("[0-9]*.py")
    )


def _migrate(engine: Engine, target: str) -> None:
    from alembic import command

    is_sqlite = engine.dialect.name == "sqlite"
    with engine.execution_options(tracker_writing=True).connect() as connection:
        if is_sqlite:
            _set_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                if not is_sqlite:  # there BEGIN IMMEDIATE is the lock
                    _take_lock(connection)
                before = count_rows(connection)
                config = _alembic_config()
                config.attributes["connection"] = connection
                command.upgrade(config, target)
                check_migration(connection, before)
        finally:
            if is_sqlite:
                _set_foreign_keys(connection, "ON")


def _take_lock(connection: Connection) -> None:
    """Wait until no other process migrates; the lock ends with the transaction."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})


def _set_foreign_keys(connection: Connection, state: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={state}")


def read_schema_version(connection: Connection) -> str | None:
    """Return the version of the database; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def count_rows(connection: Connection) -> dict[str, int]:
    """Count the rows of each table, to compare before and after a migration.

    Not of the tables of the text index: it merges its rows as it likes.
    """
    names = [
        name
        for name in inspect(connection).get_table_names()
        if name != "alembic_version" and "_search" not in name
    ]
    return {
        name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
        for name in names
    }


def find_missing_part(connection: Connection) -> str:
    """Return the first table or column of the code that the database lacks; "" if none."""
    stored = inspect(connection)
    tables = set(stored.get_table_names())
    for expected in TableRow.metadata.sorted_tables:
        if expected.name not in tables:
            return expected.name
        columns = {column["name"] for column in stored.get_columns(expected.name)}
        if missing := sorted({column.name for column in expected.columns} - columns):
            return f"{expected.name}.{missing[0]}"
    return ""


def list_broken_references(connection: Connection) -> list[str]:
    """Return the table of each row that refers to a missing one; PostgreSQL lets none in."""
    if connection.dialect.name != "sqlite":
        return []
    return [row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]


def check_migration(connection: Connection, before: dict[str, int]) -> None:
    """Reject, and so roll back, a migration that broke a reference or lost a row."""
    if broken := list_broken_references(connection):
        raise TrackerError(
            f"migration stopped, nothing changed: {len(broken)} broken references, first in "
            f"{broken[0]}"
        )
    after = count_rows(connection)
    lost = [name for name, count in before.items() if name in after and after[name] < count]
    if lost:
        raise TrackerError(
            f"migration stopped, nothing changed: rows would be lost in {', '.join(lost)}"
        )


def _alembic_config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    config.set_main_option("path_separator", "os")
    return config
