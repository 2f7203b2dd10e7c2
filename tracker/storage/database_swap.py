"""Put a restored database in the place of the present one, which stays beside it.

All or nothing: the new database is made and checked beside the present one, and takes its name in
one step (a rename of a file, or of two databases in one transaction). A process that is killed
before leaves the present one as it was, and a rest that the next try replaces.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from tracker.errors import Refused, StorageUnavailable
from tracker.model.upkeep import Backup, BackupForm
from tracker.storage.backup_files import extract_copy, open_copy
from tracker.storage.database_copies import explain_missing_program, load_dump
from tracker.storage.database_errors import first_line, translate_errors
from tracker.storage.leader import hold_leadership
from tracker.storage.sessions import open_engine, prepare_file

MAX_NAME: Final = 40
"""Characters of a database's name that the names of the replaced and of the new one have."""

_IN_USE: Final = (
    "the database is in use by another program: stop the tracker, its dashboard and its workers, "
    "then restore"
)
_LOCKED: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class DatabasePlace(Protocol):
    """The place of a database, where another one is to stand."""

    forms: tuple[BackupForm, ...]
    fresh_url: str
    """Address of the new database, until it is in its place."""

    def make_fresh(self, backup: Backup) -> None:
        """Make the new database beside the present one; empty for an export."""

    def swap(self, at: datetime) -> str:
        """Put the new database in its place; return where the replaced one is, "" without one."""


@contextmanager
def hold_place(url: str, now: datetime) -> Iterator[DatabasePlace]:
    """Hold the place of a database for a restore, and delete what is left of the new one.

    Raises `AlreadyRunning` while a scheduler runs on it, and `Refused` while others use it.
    """
    address = make_url(url)
    place: SqlitePlace | PostgresPlace
    lock: AbstractContextManager[object] = nullcontext()
    if address.get_backend_name() == "sqlite":
        engine = open_engine(url)
        prepare_file(engine, create=True)
        place, lock = SqlitePlace(Path(address.database or "")), hold_leadership(engine, now)
    else:
        place = PostgresPlace(url)
        place.refuse_users(now)
    with lock:
        place.remove_fresh()
        try:
            yield place
        finally:
            place.remove_fresh()


class SqlitePlace:
    """The file of a SQLite database."""

    forms: tuple[BackupForm, ...] = ("sqlite", "export")

    def __init__(self, file: Path) -> None:
        self._file = file
        self._fresh = file.with_name(f".{file.name}.restoring")
        self.fresh_url = f"sqlite:///{self._fresh}"

    def make_fresh(self, backup: Backup) -> None:
        """Write the copy in a backup into a file beside the present one."""
        if backup.manifest.form == "sqlite":
            extract_copy(backup, self._fresh)

    def remove_fresh(self) -> None:
        """Delete the new file, if it is there."""
        for end in ("", "-wal", "-shm", "-journal"):
            Path(f"{self._fresh}{end}").unlink(missing_ok=True)

    def swap(self, at: datetime) -> str:
        """Rename the new file over the present one, which gets a second, dated name before."""
        with closing(sqlite3.connect(self._fresh, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        if not self._file.is_file():
            raise Refused(f"{self._file} is no file: move it away, then restore")
        aside = self._file.with_name(f"{self._file.name}.before-{at:%Y%m%dT%H%M%S}Z")
        if self._file.stat().st_size == 0:
            self._fresh.replace(self._file)
            return ""
        with closing(sqlite3.connect(self._file, isolation_level=None, timeout=1)) as connection:
            self._close_log(connection, aside)
            _link_or_copy(self._file, aside)
            self._fresh.replace(self._file)
        _sync_directory(self._file.parent)
        return str(aside)

    def _close_log(self, connection: sqlite3.Connection, aside: Path) -> None:
        """Fold the write-ahead log of the present file into it, and lock others out of it.

        SQLite would apply what is left in the log to the new file. The log of a damaged file is put
        aside with it.
        """
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _LOCKED:
                raise Refused(_IN_USE) from None
            for end in ("-wal", "-shm", "-journal"):
                with suppress(FileNotFoundError):
                    Path(f"{self._file}{end}").replace(f"{aside}{end}")


def _link_or_copy(file: Path, aside: Path) -> None:
    try:
        aside.hardlink_to(file)
    except OSError:  # a file system without links
        shutil.copy2(file, aside)


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class PostgresPlace:
    """A database of a PostgreSQL server, whose user may create databases."""

    forms: tuple[BackupForm, ...] = ("postgresql", "export")

    def __init__(self, url: str) -> None:
        self._url = url
        self._address = make_url(url)
        self._name = self._address.database or ""
        self._fresh = f"{self._name[:MAX_NAME]}_restoring"
        # No database can be renamed by a connection to itself.
        other = "postgres" if self._name != "postgres" else "template1"
        self._server = self._address.set(database=other)
        self.fresh_url = self._fresh_address.render_as_string(hide_password=False)

    @property
    def _fresh_address(self) -> URL:
        return self._address.set(database=self._fresh)

    def is_there(self) -> bool:
        """Return whether the present database exists."""
        with self._administer() as connection:
            query = text("SELECT 1 FROM pg_database WHERE datname = :name")
            return connection.execute(query, {"name": self._name}).first() is not None

    def refuse_users(self, now: datetime) -> None:
        """Raise `AlreadyRunning` or `Refused` while anybody uses the present database."""
        if not self.is_there():
            return
        with hold_leadership(open_engine(self._url), now), self._administer() as connection:
            query = text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND backend_type = "
                "'client backend' AND application_name NOT LIKE 'tracker scheduler %'"
            )
            if connection.execute(query, {"name": self._name}).scalar_one():
                raise Refused(_IN_USE)

    def make_fresh(self, backup: Backup) -> None:
        """Create the new database; load the dump of a backup into it."""
        is_dump = backup.manifest.form == "postgresql"
        engine = create_engine(self._server, poolclass=NullPool)
        if is_dump and (missing := explain_missing_program(engine, "pg_restore")):
            raise Refused(f"{missing}: install the client programs of PostgreSQL, then restore")
        self._run(f"CREATE DATABASE {_quote(self._fresh)} TEMPLATE template0 ENCODING 'UTF8'")
        if is_dump:
            with open_copy(backup) as dump:
                load_dump(self._fresh_address, dump)

    def remove_fresh(self) -> None:
        """Drop the new database, if it is there."""
        self._run(f"DROP DATABASE IF EXISTS {_quote(self._fresh)} WITH (FORCE)")

    def swap(self, at: datetime) -> str:
        """Rename the present database and the new one in one transaction."""
        aside = f"{self._name[:MAX_NAME]}_before_{at:%Y%m%d_%H%M%S}" if self.is_there() else ""
        renames = [(self._name, aside)] if aside else []
        with self._administer(isolation="READ COMMITTED") as connection, connection.begin():
            for old, new in [*renames, (self._fresh, self._name)]:
                rename = f"ALTER DATABASE {_quote(old)} RENAME TO {_quote(new)}"
                connection.exec_driver_sql(rename)
        return aside and f"the database {aside}"

    def _run(self, statement: str) -> None:
        with self._administer() as connection:
            connection.exec_driver_sql(statement)

    @contextmanager
    def _administer(self, isolation: str = "AUTOCOMMIT") -> Iterator[Connection]:
        """Connect to the server beside the database; errors are one line."""
        engine = create_engine(self._server, poolclass=NullPool, isolation_level=isolation)
        with _explain_server_errors(engine), engine.connect() as connection:
            yield connection


@contextmanager
def _explain_server_errors(engine: Engine) -> Iterator[None]:
    try:
        with translate_errors(engine):
            yield
    except StorageUnavailable as error:
        cause = error.__cause__
        state = getattr(getattr(cause, "orig", None), "sqlstate", None)
        if state == "55006":
            raise Refused(_IN_USE) from None
        if state == "42501" and isinstance(cause, DBAPIError):
            raise Refused(
                f"the database user may not make databases ({first_line(cause)}): let it (ALTER "
                "ROLE … CREATEDB), or set database_url to one that may"
            ) from None
        raise


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
