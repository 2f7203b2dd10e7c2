"""Version token of the database, for readers that cache.

No table is queried: the database itself tells of commits, by this process or another. SQLite counts
those of other connections, as seen by one connection that does nothing else. PostgreSQL names the
transactions that a snapshot sees; snapshots of equal name see the same.
"""

from contextlib import closing
from threading import Lock
from typing import Any

from sqlalchemy import Engine, text


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
