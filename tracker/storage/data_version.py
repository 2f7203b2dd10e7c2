"""Whether anything was written since: what a reader may keep as long as nothing was.

No table is asked, so that nothing can be forgotten: the database itself says whether a transaction
was committed, by this process or another. SQLite counts those of other connections, as one
connection sees them that does nothing else; PostgreSQL names the transactions that a snapshot sees,
and two snapshots of one name see the same.
"""

from contextlib import closing
from threading import Lock
from typing import Any

from sqlalchemy import Engine, text


class Changes:
    """Watches one database. May be asked from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._watching: Any = None

    def version(self) -> str:
        """The same as long as nothing was committed, and another afterwards."""
        if self._engine.dialect.name == "sqlite":
            return self._counted()
        with self._engine.connect() as connection:
            return str(connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one())

    def _counted(self) -> str:
        with self._lock:
            if self._watching is None:
                self._watching = self._engine.raw_connection()
                self._watching.detach()  # it never goes back to the others: what it counts depends on who asks
            with closing(self._watching.cursor()) as cursor:
                return str(cursor.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            if self._watching is not None:
                self._watching.close()
                self._watching = None
