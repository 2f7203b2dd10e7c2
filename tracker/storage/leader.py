"""One scheduler a database: the second is refused and told who holds it.

SQLite: an operating-system lock on a file beside the database; it is gone when its process is, even
after kill -9. PostgreSQL: a session advisory lock on a connection of its own, which a restart of
the server or a broken network takes away: the holder checks it before each job.

The lock saves work that would be done twice; that nothing is stored twice is the unique keys'
doing. So a job that is under way when the lock is lost may end beside the next holder's first one.
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
from tracker.files.permissions import create_private
from tracker.storage.faults import first_line

logger = structlog.get_logger("tracker.leader")

SCHEDULER_LOCK = 7_305_151_211_520_108
"""PostgreSQL advisory lock held by the one scheduler."""

IMPATIENT = {
    "connect_timeout": 5,  # seconds, as the next two
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 11_000,  # milliseconds
}
"""How libpq finds out within 11 s that the server is gone, even when no packet says so."""

SERVER_IMPATIENT = {"idle": "5", "interval": "2", "count": "3"}
"""How the server finds out within 11 s that the holder is gone, so that another scheduler can take
its place.
"""

RETRY_SECONDS = 1.0
"""A server that did not answer is left alone for so long."""


class Leadership:
    """The scheduler's place on a database, while it is held. May be asked from any thread."""

    def check(self) -> None:
        """Make sure that the place is still held, and take it again where it was lost: call it
        before each job.

        Raises `StorageUnavailable` while the database is away, and `LeadershipLost` when another
        scheduler has the place. A lock on a file is held as long as this process lives, so there is
        nothing to check.
        """


@contextmanager
def leading(engine: Engine, now: datetime) -> Iterator[Leadership]:
    """Hold the scheduler's place; raises `AlreadyRunning` when somebody else does."""
    if engine.dialect.name == "sqlite":
        with _file_lock(Path(f"{engine.url.database}.scheduler"), now):
            yield Leadership()
        return
    lock = AdvisoryLock(engine.url)
    lock.take()
    try:
        yield lock
    finally:
        lock.release()


@contextmanager
def _file_lock(path: Path, now: datetime) -> Iterator[None]:
    create_private(path)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"a scheduler already runs on this database: {_holder(path)}; stop it first"
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
        yield  # closing the file releases the lock; the file stays, since removing it would race


def _holder(path: Path) -> str:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return f"process {held['pid']} on {held['host']}, since {held['since']}"
    except (OSError, ValueError, KeyError):  # it is just being written
        return "another process"


class AdvisoryLock(Leadership):
    """A session lock of PostgreSQL, on a connection of its own. It is gone when that connection
    is.
    """

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(
            url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=IMPATIENT
        )
        self._connection: Connection | None = None
        self._backend: int | None = None
        self._guard = Lock()
        self._retry_at = 0.0

    def take(self) -> None:
        """Take the lock; raises `AlreadyRunning`, naming the holder, and `StorageUnavailable`."""
        try:
            connection = self._engine.connect()
            try:
                self._take_on(connection)
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
        """Ask the server whether this connection still holds the lock, and take it again if not."""
        with self._guard:
            if self._is_held():
                return
            if (
                time.monotonic() < self._retry_at
            ):  # jobs that come due together do not each wait for a dead server
                raise StorageUnavailable(
                    "the scheduler's lock is lost, and the server does not answer"
                )
            try:
                self.take()
            except AlreadyRunning as error:
                raise LeadershipLost(
                    f"the connection that held the scheduler's lock was lost, and {error}"
                ) from error
        logger.warning("lock.taken_again")

    def release(self) -> None:
        """Give the lock back, if the connection still lives."""
        with self._guard:
            if self._connection is not None:
                with suppress(DBAPIError):  # closing gives it back, too, but only in a while
                    self._connection.execute(
                        text("SELECT pg_advisory_unlock(:key)"), {"key": SCHEDULER_LOCK}
                    )
            self._drop()

    def _take_on(self, connection: Connection) -> None:
        backend = connection.execute(
            text(_INTRODUCE), {"name": _name(), **SERVER_IMPATIENT}
        ).scalar_one()
        if connection.execute(
            text("SELECT pg_try_advisory_lock(:key)"), {"key": SCHEDULER_LOCK}
        ).scalar():
            self._backend = backend
            return
        holder = connection.execute(text(_HOLDER), _KEY).one_or_none()
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
            if self._connection.execute(text(_HELD), _KEY).scalar():
                return True
        self._drop()
        return False

    def _drop(self) -> None:
        """Close the connection, dead or alive."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def _name() -> str:
    return f"tracker scheduler {os.getpid()} on {socket.gethostname()}"


_KEY = {"high": SCHEDULER_LOCK >> 32, "low": SCHEDULER_LOCK & 0xFFFFFFFF}
_THE_LOCK = (
    "l.locktype = 'advisory' AND l.granted AND l.classid = :high AND l.objid = :low AND "
    "l.objsubid = 1 AND l.database = (SELECT oid FROM pg_database WHERE datname = "
    "current_database())"
)
_HELD = f"SELECT count(*) FROM pg_locks l WHERE {_THE_LOCK} AND l.pid = pg_backend_pid()"  # noqa: S608 -- constants
_HOLDER = (
    "SELECT l.pid, a.application_name || ', since ' || a.backend_start::timestamp(0) AS words"  # noqa: S608 -- constants
    " FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE " + _THE_LOCK
)
_INTRODUCE = (
    "SELECT pg_backend_pid(), set_config('application_name', :name, false), "
    "set_config('tcp_keepalives_idle', :idle, false), set_config('tcp_keepalives_interval', "
    ":interval, false), set_config('tcp_keepalives_count', :count, false)"
)
