"""The two doors to the database keep their promises under concurrency."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.quick_databases import AS_SHIPPED
from tracker.errors import BadSettings
from tracker.storage import sessions
from tracker.storage.sessions import Store, open_engine

THREADS, ROUNDS = 4, 60


def add_one(store: Store) -> None:
    """Read, add, write: loses updates wherever reading does not already hold the place."""
    for _ in range(ROUNDS):
        with store.writing() as session:
            value = session.connection().execute(text("SELECT n FROM counter")).scalar_one()
            session.connection().execute(text("UPDATE counter SET n = :n"), {"n": value + 1})


def counter(url: str) -> Store:
    """A database with a counter at zero."""
    store = Store(open_engine(url))
    with store.writing() as session:
        session.connection().execute(text("CREATE TABLE counter (n INTEGER NOT NULL)"))
        session.connection().execute(text("INSERT INTO counter VALUES (0)"))
    return store


def test_four_threads_that_read_add_and_write_lose_no_update(tmp_path: Path) -> None:
    store = counter(f"sqlite:///{tmp_path / 'counter.sqlite'}")
    threads = [threading.Thread(target=add_one, args=(store,)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as session:
        assert (
            session.connection().execute(text("SELECT n FROM counter")).scalar_one()
            == THREADS * ROUNDS
        )
    store.close()


def test_the_driver_alone_would_lose_updates_so_the_test_above_can_fail(tmp_path: Path) -> None:
    """Two connections with Python's own transactions both read 0 and both write 1."""
    path = tmp_path / "plain.sqlite"
    first, second = sqlite3.connect(path), sqlite3.connect(path)
    first.execute("CREATE TABLE counter (n INTEGER)")
    first.execute("INSERT INTO counter VALUES (0)")
    first.commit()
    seen = [
        connection.execute("SELECT n FROM counter").fetchone()[0] for connection in (first, second)
    ]
    for connection, value in zip((first, second), seen, strict=True):
        connection.execute("UPDATE counter SET n = ?", (value + 1,))
        connection.commit()
    assert first.execute("SELECT n FROM counter").fetchone()[0] == 1
    first.close()
    second.close()


def test_a_write_that_raises_leaves_nothing_behind(tmp_path: Path) -> None:
    store = counter(f"sqlite:///{tmp_path / 'counter.sqlite'}")

    def half_way() -> None:
        with store.writing() as session:
            session.connection().execute(text("UPDATE counter SET n = 7"))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        half_way()
    with store.reading() as session:
        assert session.connection().execute(text("SELECT n FROM counter")).scalar_one() == 0
    store.close()


def test_a_reader_keeps_nothing_of_what_it_changes(tmp_path: Path) -> None:
    store = counter(f"sqlite:///{tmp_path / 'counter.sqlite'}")
    with store.reading() as session:
        session.connection().execute(text("UPDATE counter SET n = 7"))
    with store.reading() as session:
        assert session.connection().execute(text("SELECT n FROM counter")).scalar_one() == 0
    store.close()


def test_every_sqlite_connection_has_wal_foreign_keys_and_full_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "PRAGMAS", AS_SHIPPED)
    store = counter(f"sqlite:///{tmp_path / 'counter.sqlite'}")
    with store.reading() as session:
        read = {
            name: session.connection().execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        }
    assert read == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}
    assert len(AS_SHIPPED) == 5
    store.close()


def test_another_kind_of_database_is_refused_by_name() -> None:
    with pytest.raises(BadSettings, match="must be a sqlite or postgresql address, not mysql"):
        open_engine("mysql://localhost/x")
