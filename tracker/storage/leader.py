"""Leader election: one scheduler per database.

SQLite: an operating-system lock on a file beside the database, released when its process ends, even
by kill -9. PostgreSQL: a session advisory lock on a connection of its own, which a restart of the
server or a broken network takes away: the holder checks it before each job.

The lock only saves duplicate work; unique keys prevent duplicate rows. A job running when the lock
is lost may overlap the next holder's first job.
"""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Lock

import structlog
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from tracker.errors import AlreadyRunning, LeadershipLost, StorageUnavailable
from tracker.files.user_files import create_private_file
from tracker.storage.database_errors import first_line

logger = structlog.get_logger("tracker.leader")

SCHEDULER_LOCK = 7_305_151_211_520_108
"""Key of the PostgreSQL advisory lock held by the scheduler."""

CLIENT_TIMEOUTS = {
    "connect_timeout": 5,  # seconds, as the next two
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 11_000,  # milliseconds
}
"""libpq settings that detect a dead server within 11 s."""

SERVER_KEEPALIVES = {"idle": "5", "interval": "2", "count": "3"}
"""Keepalive settings by which the server detects a dead holder within 11 s."""

RETRY_SECONDS = 1.0
"""Backoff after a server did not answer."""


class Leadership:
    """Leadership of a database while it is held. Thread-safe."""

    def check(self) -> None:
        """Verify that leadership is still held, re-acquiring it if lost; call before each job.

        Raises `StorageUnavailable` while the database is away, and `LeadershipLost` if another
        scheduler leads. A file lock is held as long as this process lives, so there is nothing to
        check.
        """


@contextmanager
def hold_leadership(engine: Engine, now: datetime) -> Iterator[Leadership]:
    """Hold leadership of a database; raises `AlreadyRunning` if another process does."""
    if engine.dialect.name == "sqlite":
        with _file_lock(Path(f"{engine.url.database}.scheduler"), now):
            yield Leadership()
        return
    lock = AdvisoryLock(engine.url)
    lock.acquire()
    try:
        yield lock
    finally:
        lock.release()


@contextmanager
def _file_lock(path: Path, now: datetime) -> Iterator[None]:
    create_private_file(path)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _describe_holder(path)
            raise AlreadyRunning(
                f"a scheduler already runs on this database: {holder}; stop it first"
            ) from None
        file.truncate(0)
        json.dump(
            {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "since": now.isoformat(timespec="seconds"),
            },
            file,
        )
        file.flush()
        yield  # closing the file releases the lock; removing it would race


def _describe_holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
    except (OSError, ValueError, KeyError):  # being written at this moment
        return "another process"


class AdvisoryLock(Leadership):
    """A session-level PostgreSQL advisory lock on a connection of its own."""

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(
            url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=CLIENT_TIMEOUTS
        )
        self._connection: Connection | None = None
        self._backend: int | None = None
        self._guard = Lock()
        self._retry_at = 0.0

    def acquire(self) -> None:
        """Acquire the lock; raises `AlreadyRunning` with its holder, and `StorageUnavailable`."""
        try:
            connection = self._engine.connect()
            try:
                self._acquire_on(connection)
            except BaseException:
                connection.invalidate()
                raise
        except DBAPIError as error:
            self._retry_at = time.monotonic() + RETRY_SECONDS
            raise StorageUnavailable(
                f"the scheduler's lock cannot be taken: {first_line(error)}"
            ) from error
        self._connection = connection

    def check(self) -> None:
        """Ask the server if this connection still holds the lock; re-acquire it if not."""
        with self._guard:
            if self._is_held():
                return
            if time.monotonic() < self._retry_at:
                # Jobs due at the same time must not each wait for a dead server.
                raise StorageUnavailable(
                    "the scheduler's lock is lost, and the server does not answer"
                )
            try:
                self.acquire()
            except AlreadyRunning as error:
                raise LeadershipLost(
                    f"the connection that held the scheduler's lock was lost, and {error}"
                ) from error
        logger.warning("lock.taken_again")

    def release(self) -> None:
        """Release the lock if the connection still lives."""
        with self._guard:
            if self._connection is not None:
                with suppress(DBAPIError):  # closing releases it, too, but later
                    self._connection.execute(
                        text("SELECT pg_advisory_unlock(:key)"), {"key": SCHEDULER_LOCK}
                    )
            self._close_connection()

    def _acquire_on(self, connection: Connection) -> None:
        backend = connection.execute(
            text(_CONFIGURE_QUERY),
            {"name": f"tracker scheduler {describe_process()}", **SERVER_KEEPALIVES},
        ).scalar_one()
        if connection.execute(
            text("SELECT pg_try_advisory_lock(:key)"), {"key": SCHEDULER_LOCK}
        ).scalar():
            self._backend = backend
            return
        holder = connection.execute(text(_HOLDER_QUERY), _LOCK_PARAMETERS).one_or_none()
        if holder is not None and holder.pid == self._backend:
            raise StorageUnavailable(
                "the server still keeps the lock for the lost connection of this scheduler"
            )
        words = holder.words if holder is not None else "another process"
        raise AlreadyRunning(f"a scheduler already runs on this database: {words}; stop it first")

    def _is_held(self) -> bool:
        if self._connection is None:
            return False
        with suppress(DBAPIError):
            if self._connection.execute(text(_IS_HELD_QUERY), _LOCK_PARAMETERS).scalar():
                return True
        self._close_connection()
        return False

    def _close_connection(self) -> None:
        """Close the connection, dead or alive."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def describe_process() -> str:
    """Name this process among those of all machines: `4711 on alpha`."""
    return f"{os.getpid()} on {socket.gethostname()}"


_LOCK_PARAMETERS = {"high": SCHEDULER_LOCK >> 32, "low": SCHEDULER_LOCK & 0xFFFFFFFF}
_LOCK_CONDITION = (
    "l.locktype = 'advisory' AND l.granted AND l.classid = :high AND l.objid = :low AND "
    "l.objsubid = 1 AND l.database = (SELECT oid FROM pg_database WHERE datname = "
    "current_database())"
)
_IS_HELD_QUERY = (
    "SELECT count(*) FROM pg_locks l WHERE "  # noqa: S608 -- constants
    f"{_LOCK_CONDITION} AND l.pid = pg_backend_pid()"
)
_HOLDER_QUERY = (
    "SELECT l.pid, a.application_name || ', since ' || "
    "a.backend_start::timestamp(0) AS words "
    "FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE " + _LOCK_CONDITION
)
_CONFIGURE_QUERY = (
    "SELECT pg_backend_pid(), set_config('application_name', :name, false), "
    "set_config('tcp_keepalives_idle', :idle, false), set_config('tcp_keepalives_interval', "
    ":interval, false), set_config('tcp_keepalives_count', :count, false)"
)
