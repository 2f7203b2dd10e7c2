"""Two doors to the database: `reading()` and `writing()`.

Python's sqlite3 begins no transaction before a SELECT. With SQLAlchemy's defaults four threads that
read, add and write lost 180 of 240 updates without an error. So the driver's own transactions are
switched off here, and every session begins explicitly: BEGIN to read, BEGIN IMMEDIATE to write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from tracker.errors import BadSettings
from tracker.storage.data_version import Changes
from tracker.storage.faults import damage_in, damaged, explained

__all__ = [
    "Session",
    "Store",
    "open_engine",
]  # verbs name a session by this door, SQL stays behind it

CONNECT_SECONDS = 10
"""How long a server may take to answer, unless `connect_timeout` in its address says otherwise."""

BUSY_SECONDS = 30
"""How long a writer waits for another process; the wait is unfair, so it must be generous."""

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # an acknowledged forecast survives a power cut
    "foreign_keys=ON",
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "cache_size=-4000",  # kB; the system keeps the file in its own cache, too
)


def open_engine(url: str) -> Engine:
    """An engine whose transactions behave the same on SQLite and PostgreSQL; raises
    `BadSettings`.
    """
    try:
        address = make_url(url)
        backend = address.get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            raise BadSettings(f"database_url must be a sqlite or postgresql address, not {backend}")
        if backend == "sqlite":
            engine = create_engine(url)
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
            return engine
        wait = {} if "connect_timeout" in address.query else {"connect_timeout": CONNECT_SECONDS}
        engine = create_engine(url, pool_pre_ping=True, connect_args=wait)
    except (
        ArgumentError,
        ValueError,
        ImportError,
    ):  # its message would show the address, with the password
        raise BadSettings(
            "database_url is no database address: write postgresql+psycopg://user@host/name"
        ) from None
    event.listen(
        engine, "connect", _check_encoding, insert=True
    )  # before SQLAlchemy reads texts that it cannot decode
    return engine


def _check_encoding(connection: Any, _record: Any) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise BadSettings(
            f"the database {connection.info.dbname} has the encoding {encoding}: create it with "
            "encoding UTF8"
        )


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("tracker_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


class Store:
    """The database as the verbs see it: a session to read in, or one to write in."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(tracker_writing=True)
        self._changes = Changes(engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session whose reads agree with each other; nothing is kept of what it changes."""
        with explained(self.engine), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back whole when anything raises."""
        with explained(self.engine), Session(self._writer) as session, session.begin():
            yield session

    def version(self) -> str:
        """A word that stays the same as long as nothing is written here, by this process or
        another.
        """
        with explained(self.engine):
            return self._changes.version()

    def check(self) -> None:
        """Look through the structure of the whole database; raises `StorageDamaged`.

        A file of a gigabyte takes some seconds. PostgreSQL checks what it reads by itself.
        """
        with explained(self.engine):
            reason = damage_in(self.engine)
        if reason:
            raise damaged(self.engine, reason)

    def close(self) -> None:
        """Give the connections back."""
        self._changes.close()
        self.engine.dispose()
