"""Sessions for reading and writing.

Python's sqlite3 begins no transaction before a SELECT. With SQLAlchemy's defaults four threads that
read, add and write lost 180 of 240 updates without an error. So the driver's own transactions are
switched off, and each session begins explicitly: BEGIN to read, BEGIN IMMEDIATE to write.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import copy
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from forecasts.questions.question import ForecasterId
from tracker.errors import (
    BadSettings,
    Refused,
    StorageUnavailable,
)
from tracker.files.user_files import create_private_file
from tracker.model.access import NOTHING_HIDDEN, Hidden
from tracker.storage import access
from tracker.storage.database_errors import damage_error, find_damage, translate_errors
from tracker.storage.event_log import ACTOR_KEY
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
    """Database access: scopes for reading and writing sessions.

    `actor` is in all log entries of its sessions: see `LogEntry`. Its sessions hide what its
    viewer may not see: see `tracker.storage.access`.
    """

    def __init__(self, engine: Engine, actor: str = "") -> None:
        self.engine = engine
        self._actor = actor
        self._viewer: ForecasterId | None = None
        self._hidden: dict[ForecasterId, tuple[str, Hidden]] = {}
        self._writer = engine.execution_options(tracker_writing=True)
        self._data_version = DataVersion(engine)

    def acting(self, actor: str) -> "Store":
        """Return the same database for another actor; closing one closes both."""
        other = copy(self)
        other._actor = actor
        return other

    def view_as(self, viewer: ForecasterId | None) -> "Store":
        """Return the same database as a person sees it; None sees everything."""
        other = copy(self)
        other._viewer = viewer
        return other

    def load_hidden(self, version: str = "") -> Hidden:
        """Return what this store's viewer does not see, from memory while nothing is written.

        A caller that has just read the version of the database saves reading it again.
        """
        if self._viewer is None:
            return NOTHING_HIDDEN
        version = version or self.read_version()
        known_at, hidden = self._hidden.get(self._viewer, ("", NOTHING_HIDDEN))
        if known_at != version:
            with translate_errors(self.engine), Session(self.engine) as session:
                hidden = access.load_hidden(session, self._viewer)
            self._hidden[self._viewer] = version, hidden
        return hidden

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session with a consistent snapshot; its changes are discarded."""
        hidden = self.load_hidden()
        with translate_errors(self.engine), Session(self.engine) as session:
            if hidden:
                access.hide(session, hidden)
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits at the end, or rolls back on an exception."""
        hidden = self.load_hidden()
        with translate_errors(self.engine), Session(self._writer) as session, session.begin():
            session.info[ACTOR_KEY] = self._actor
            if hidden:
                access.hide(session, hidden)
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


_FIRST_COMMANDS = (
    "`tracker up`, `tracker essay add FILE`, `tracker question ask` or `tracker feed add` makes one"
)

_NO_DIRECTORY = "{} is a file: choose a directory with --data"


def open_store(
    url: str,
    *,
    create: bool = True,
    before_upgrade: Callable[[Store], None] = lambda _store: None,
) -> Store:
    """Open the database at an address and upgrade its schema; an older one is handed over before.

    Without `create`, raises `Refused` if there is no database file, and creates nothing. Raises
    `StorageUnavailable` or `StorageDamaged` for an unusable database, `BadSettings` for a bad
    address.
    """
    engine = open_engine(url)
    try:
        prepare_file(engine, create)
        with translate_errors(engine):
            upgrade(engine, before=lambda: before_upgrade(Store(engine)))
    except BaseException:
        engine.dispose()
        raise
    access.hide_rows(engine)
    return Store(engine)


def check_connection(url: str) -> None:
    """Connect to the database server at an address; raises `ServerAway` while there is none.

    Raises other errors as `open_store`. There is no server of SQLite, so nothing is done for it.
    """
    engine = open_engine(url)
    try:
        if engine.dialect.name != "sqlite":
            with translate_errors(engine), engine.connect():
                pass
    finally:
        engine.dispose()


def prepare_file(engine: Engine, create: bool) -> None:
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
    if file.name == "replay.sqlite":
        return f"no replay in {file.parent}; `tracker demo` makes one"
    place = f"in {file.parent}" if file.name == "tracker.sqlite" else str(file)
    return f"no database {place}; {_FIRST_COMMANDS}"
