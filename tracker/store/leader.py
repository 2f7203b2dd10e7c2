"""One scheduler a database: the second is refused and told who holds it.

SQLite: an operating-system lock on a file beside the database; it is gone when its process is, even
after kill -9. PostgreSQL: a session advisory lock on a connection of its own.
"""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, text

from tracker.errors import AlreadyRunning
from tracker.rights import create_private

SCHEDULER_LOCK = 7_305_151_211_520_108
"""PostgreSQL advisory lock held by the one scheduler."""


@contextmanager
def leading(engine: Engine, now: datetime) -> Iterator[None]:
    """Hold the scheduler's place; raises `AlreadyRunning` when somebody else does."""
    if engine.dialect.name == "sqlite":
        with _file_lock(Path(f"{engine.url.database}.scheduler"), now):
            yield
    else:
        with _advisory_lock(engine):
            yield


@contextmanager
def _file_lock(path: Path, now: datetime) -> Iterator[None]:
    create_private(path)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"a scheduler already runs on this database: {_holder(path)}; stop it first") from None
        file.truncate(0)
        json.dump({"pid": os.getpid(), "host": socket.gethostname(), "since": now.isoformat(timespec="seconds")}, file)
        file.flush()
        yield  # closing the file releases the lock; the file stays, since removing it would race


def _holder(path: Path) -> str:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return f"process {held['pid']} on {held['host']}, since {held['since']}"
    except (OSError, ValueError, KeyError):  # it is just being written
        return "another process"


@contextmanager
def _advisory_lock(engine: Engine) -> Iterator[None]:
    with engine.connect() as connection:
        connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": _name()})
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": SCHEDULER_LOCK}).scalar():
            holder = connection.execute(text(_WHO), {"low": SCHEDULER_LOCK & 0xFFFFFFFF}).scalar()
            raise AlreadyRunning(
                f"a scheduler already runs on this database: {holder or 'another process'}; stop it first"
            )
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": SCHEDULER_LOCK})
            connection.commit()


def _name() -> str:
    return f"tracker scheduler {os.getpid()} on {socket.gethostname()}"


_WHO = (
    "SELECT a.application_name || ', since ' || a.backend_start::timestamp(0) FROM pg_locks l"
    " JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND l.objid = :low"
)
