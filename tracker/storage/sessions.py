"""Read and write session context managers.

Python's sqlite3 begins no transaction before a SELECT. With SQLAlchemy's defaults four threads that
read, add and write lost 180 of 240 updates without an error. So the driver's own transactions are
switched off, and each session begins explicitly: BEGIN to read, BEGIN IMMEDIATE to write.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from tracker.errors import BadSettings, Refused, StorageUnavailable
from tracker.files.permissions import create_private_file
from tracker.storage.error_translation import damage_error, find_damage, translate_errors
from tracker.storage.schema import upgrade

__all__ = ["Session", "Store", "open_engine"]


class DataVersion:
    """Data version of one database. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._connection: Any = None

    def read_version(self) -> str:
        """Return a token that changes with every commit and only then."""
        if self._engine.dialect.name == "sqlite":
            return self._read_counter()
        with self._engine.connect() as connection:
            return str(connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one())

    def _read_counter(self) -> str:
        with self._lock:
            if self._connection is None:
                self._connection = self._engine.raw_connection()
                # Never back to the pool: the count is relative to this connection.
                self._connection.detach()
            with closing(self._connection.cursor()) as cursor:
                return str(cursor.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


CONNECT_SECONDS = 10
"""Connection timeout of PostgreSQL unless `connect_timeout` in its address sets another."""

BUSY_SECONDS = 30
"""Lock timeout of a SQLite writer; generous, since SQLite's waiting is unfair."""

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # an acknowledged forecast survives a power cut
    "foreign_keys=ON",
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "cache_size=-4000",  # kB; the operating system caches the file, too
)


def open_engine(url: str) -> Engine:
    """Create an engine with equal transactions on SQLite and PostgreSQL; raises `BadSettings`."""
    try:
        address = make_url(url)
        backend = address.get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            raise BadSettings(f"database_url must be a sqlite or postgresql address, not {backend}")
        if backend == "sqlite":
            engine = create_engine(url)
            event.listen(engine, "connect", _prepare_connection)
            event.listen(engine, "begin", _begin_transaction)
            return engine
        wait = {} if "connect_timeout" in address.query else {"connect_timeout": CONNECT_SECONDS}
        engine = create_engine(url, pool_pre_ping=True, connect_args=wait)
    except (ArgumentError, ValueError, ImportError):
        # The driver's message would show the address, with the password.
        raise BadSettings(
            "database_url is no database address: write postgresql+psycopg://user@host/name"
        ) from None
    # First of the listeners: SQLAlchemy's own would read texts that it cannot decode.
    event.listen(engine, "connect", _check_encoding, insert=True)
    return engine


def _check_encoding(connection: Any, _record: Any) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise BadSettings(
            f"the database {connection.info.dbname} has the encoding {encoding}: create it with "
            "encoding UTF8"
        )


def _prepare_connection(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin in _begin_transaction
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_transaction(connection: Connection) -> None:
    writing = connection.get_execution_options().get("tracker_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


class Store:
    """Database access: scopes for reading and writing sessions."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(tracker_writing=True)
        self._data_version = DataVersion(engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session with a consistent snapshot; its changes are discarded."""
        with translate_errors(self.engine), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits at the end, or rolls back on an exception."""
        with translate_errors(self.engine), Session(self._writer) as session, session.begin():
            yield session

    def read_version(self) -> str:
        """Return an opaque token that changes with any write, by this process or another."""
        with translate_errors(self.engine):
            return self._data_version.read_version()

    def check_integrity(self) -> None:
        """Check the integrity of the whole database; raises `StorageDamaged`.

        Takes some seconds for a gigabyte of SQLite; PostgreSQL checks pages as it reads them.
        """
        with translate_errors(self.engine):
            reason = find_damage(self.engine)
        if reason:
            raise damage_error(self.engine, reason)

    def close(self) -> None:
        """Close all connections."""
        self._data_version.close()
        self.engine.dispose()


_CREATORS = {
    "tracker.sqlite": ("database", "tracker up"),
    "replay.sqlite": ("replay", "tracker demo"),
}
"""Content of a file and the command that creates it, by file name."""

_NO_DIRECTORY = "{} is a file: choose a directory with --data"


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the database at an address and upgrade its schema.

    Without `create`, raises `Refused` if there is no database file, and creates nothing. Raises
    `StorageUnavailable` or `StorageDamaged` for an unusable database, `BadSettings` for a bad
    address.
    """
    engine = open_engine(url)
    try:
        _prepare_file(engine, create)
        with translate_errors(engine):
            upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def _prepare_file(engine: Engine, create: bool) -> None:
    """Create a new SQLite file and its directory, private to their owner, or refuse to."""
    name = engine.url.database or ""
    if engine.dialect.name != "sqlite" or name in ("", ":memory:") or name.startswith("file:"):
        return
    file = Path(name)
    try:
        if create:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            create_private_file(file)
            return
        missing = not file.exists() or (file.is_file() and file.stat().st_size == 0)
    except FileExistsError:
        raise Refused(_NO_DIRECTORY.format(file.parent)) from None
    except OSError as error:
        raise StorageUnavailable(
            f"{file.parent} cannot be used ({error.strerror}): choose another --data"
        ) from None
    if missing:
        raise Refused(_explain_missing(file))


def _explain_missing(file: Path) -> str:
    if file.parent.exists() and not file.parent.is_dir():
        return _NO_DIRECTORY.format(file.parent)
    content, command = _CREATORS.get(file.name, ("", "tracker up"))
    return (
        f"no {content} in {file.parent}; `{command}` makes one"
        if content
        else f"no database {file}; `{command}` makes one"
    )
