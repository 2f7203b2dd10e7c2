"""The shape of the database: bring it to the newest version, or say why that cannot be done."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, func, inspect, select, table, text

from tracker.errors import DatabaseTooNew, Refused, TrackerError

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, target: str = "head") -> None:
    """Run the migrations that are missing, all or none; raises `DatabaseTooNew`, and `Refused` for
    a foreign file.

    SQLite: foreign keys are off while tables are rebuilt, since batch-altering a parent with
    ON DELETE CASCADE would silently delete its children. Before the commit the foreign keys are
    checked and no table may have lost a row.
    """
    known = revisions()
    with engine.connect() as connection:
        found = current(connection)
        foreign = found is None and engine.dialect.name == "sqlite" and row_counts(connection)
    if foreign:
        raise Refused(
            f"{engine.url.database} is the database of another program: choose another --data"
        )
    if found == known[-1] and target == "head":
        return
    if found is not None and found not in known:
        raise DatabaseTooNew(
            f"the database is at version {found}, which this tracker does not know:"
            " update the tracker, or choose another --data"
        )
    _migrate(engine, target)


def revisions() -> list[str]:
    """The versions that this code knows, oldest first: the numbers that the migrations' files begin
    with.
    """
    return sorted(
        path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")
    )


def _migrate(engine: Engine, target: str) -> None:
    from alembic import command

    sqlite = engine.dialect.name == "sqlite"
    with engine.execution_options(tracker_writing=True).connect() as connection:
        if sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        try:
            with connection.begin():
                before = row_counts(connection)
                config = _config()
                config.attributes["connection"] = connection
                command.upgrade(config, target)
                check_after(connection, before)
        finally:
            if sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]


def current(connection: Connection) -> str | None:
    """The version the database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def row_counts(connection: Connection) -> dict[str, int]:
    """Rows in each table, to compare before and after a migration."""
    names = [n for n in inspect(connection).get_table_names() if n != "alembic_version"]
    return {
        name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
        for name in names
    }


def check_after(connection: Connection, before: dict[str, int]) -> None:
    """Refuse, and so roll back, a migration that broke a reference or lost a row."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise TrackerError(
                f"migration stopped, nothing changed: {len(broken)} broken references, first in "
                f"{broken[0][0]}"
            )
    after = row_counts(connection)
    lost = [name for name, count in before.items() if name in after and after[name] < count]
    if lost:
        raise TrackerError(
            f"migration stopped, nothing changed: rows would be lost in {', '.join(lost)}"
        )


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
