"""Databases that earlier releases wrote are upgraded, whole or not at all, on both dialects."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests.builders import no_network
from tests.checkouts import ROOT
from tests.conftest import a_database
from tests.store.old_databases import copy_rows, extract_databases, list_versions
from tests.store.test_schema import _belongs_to_search
from tracker.app.tracker import open_tracker
from tracker.errors import StorageUnavailable
from tracker.settings import Settings
from tracker.storage import schema
from tracker.storage.sessions import open_engine, open_store
from tracker.storage.tables import TableRow

VERSIONS = list_versions()
IN_GATE = (VERSIONS[0], VERSIONS[len(VERSIONS) // 2])


@pytest.fixture(scope="module")
def old_databases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of each version."""
    folder = tmp_path_factory.mktemp("old")
    extract_databases(folder)
    return folder


@pytest.fixture
def old(request: pytest.FixtureRequest, old_databases: Path, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a database of an old version, on one dialect."""
    dialect, version = request.param
    settings = Settings(data_dir=tmp_path)
    if dialect == "sqlite":
        shutil.copy(old_databases / version, tmp_path / "tracker.sqlite")
        yield settings
        return
    with a_database(request.getfixturevalue("postgres_server")) as url:
        engine = open_engine(url)
        schema.upgrade(engine, version)
        copy_rows(old_databases / version, engine)
        engine.dispose()
        yield replace(settings, database_url=url)


def on_each_dialect(versions: list[str], gate: tuple[str, ...]) -> Any:
    """Run a test on these versions with SQLite, on those of the gate with PostgreSQL too; the
    others are marked.
    """
    return pytest.mark.parametrize(
        "old",
        [
            pytest.param(
                (dialect, version),
                id=f"{dialect}-{version}",
                marks=[] if version in gate else [pytest.mark.full],
            )
            for dialect in ("sqlite", "postgresql")
            for version in versions
            if dialect == "sqlite" or version in gate
        ],
        indirect=True,
    )


def read_rows(settings: Settings) -> list[tuple[Any, ...]]:
    """What must be the same before and after: log entries, and who forecast what."""
    engine = open_engine(settings.url)
    with engine.connect() as connection:
        statements = (
            "SELECT seq, kind, hash FROM log ORDER BY seq",
            "SELECT question_id, forecaster_id, rationale FROM forecast ORDER BY id",
            "SELECT id, text FROM question ORDER BY id",
        )
        rows = [tuple(row) for words in statements for row in connection.execute(sa.text(words))]
    engine.dispose()
    return rows


def read_version(settings: Settings) -> str | None:
    engine = open_engine(settings.url)
    with engine.connect() as connection:
        version = schema.read_schema_version(connection)
    engine.dispose()
    return version


def test_every_version_that_was_released_is_here() -> None:
    missing = set(schema.list_schema_versions()) - set(VERSIONS)
    assert missing <= {
        "0011",
        *(v for v in missing if v > VERSIONS[-1]),
    }  # 0011 and 0012 came at once


@on_each_dialect(VERSIONS, IN_GATE)
def test_an_old_database_becomes_one_of_today(old: Settings) -> None:
    before = read_rows(old)
    assert len(before) > 50
    with open_tracker(old, fetch=no_network) as tracker:
        verdict = tracker.system.verify()
        assert (verdict.bad_seq, verdict.reason) == (None, "")
        assert any(question.standings for question in tracker.questions.list())
        tracker.accuracy.summarise()
        with tracker.context.store.engine.connect() as connection:
            options = {"include_name": lambda name, *_: not _belongs_to_search(name or "")}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, TableRow.metadata) == []
    assert set(before) <= set(read_rows(old))


KILLED = """
import os, signal, sys
from sqlalchemy import event
from tracker.storage import schema
from tracker.storage.sessions import open_engine

engine, version = open_engine(sys.argv[1]), sys.argv[2]

@event.listens_for(engine, "after_cursor_execute")
def end(connection, cursor, statement, *_):
    if statement.startswith("UPDATE alembic_version SET version_num=") and version in statement:
        os.kill(os.getpid(), signal.SIGKILL)

schema.upgrade(engine)
"""


@pytest.mark.parametrize(
    "version",
    [
        pytest.param(VERSIONS[len(VERSIONS) // 2], marks=pytest.mark.full),
        VERSIONS[-1],
    ],
)
@on_each_dialect(VERSIONS[:1], IN_GATE)
def test_a_killed_migration_leaves_the_old_database(old: Settings, version: str) -> None:
    """The process is killed when it has reached a version; the last, when nothing is left to do but
    to commit.
    """
    before = read_rows(old)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, old.url, version], cwd=ROOT, timeout=120, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert read_version(old) == VERSIONS[0]
    assert read_rows(old) == before
    open_store(old.url).close()
    assert read_version(old) == schema.list_schema_versions()[-1]


BROKEN = """
from alembic import op
import sqlalchemy as sa

revision, down_revision = "9999", "{head}"

def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE question SET text = 'half'")
    raise RuntimeError("broken")
"""


@on_each_dialect(VERSIONS[-1:], VERSIONS[-1:])
def test_a_migration_that_fails_leaves_the_old_database(
    old: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, version = read_rows(old), read_version(old)
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS_FOLDER, folder)
    head = schema.list_schema_versions()[-1]
    (folder / "versions" / "9999_broken.py").write_text(BROKEN.format(head=head))
    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS_FOLDER", folder)
        with pytest.raises(RuntimeError, match="broken"):
            open_store(old.url)
    assert (read_rows(old), read_version(old)) == (before, version)
    with closing(open_store(old.url)) as store, store.reading() as session:
        assert not sa.inspect(session.connection()).has_table("half")


@pytest.mark.parametrize("old", [("postgresql", VERSIONS[0])], indirect=True)
def test_one_process_migrates_at_a_time(old: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "LOCK_SECONDS", 0.2)
    other = open_engine(old.url)
    with other.begin() as connection:
        schema._take_lock(connection)
        with pytest.raises(StorageUnavailable, match="is locked"):
            open_store(old.url)
    assert read_version(old) == VERSIONS[0]
    open_store(old.url).close()
    other.dispose()
