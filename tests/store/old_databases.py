"""Databases that earlier releases wrote, one for each schema version that main ever had.

`python -m tests.store.old_databases` adds those that are missing: it takes the last commit of each
version out of git and lets that commit's own program replay five weeks of news, with questions,
forecasts, evidence and answers. They lie in one archive, which compresses what they share.
"""

import io
import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from tests.checkouts import ROOT

ARCHIVE: Final = ROOT / "tests" / "data" / "old_databases.tar.xz"
PACKAGES: Final = ("tracker", "forecasts", "dashboard", "pyproject.toml")
REPLAY: Final = ("--data", "data", "demo", "--no-serve", "--until", "2022-03-10")


def list_versions() -> list[str]:
    """List the schema versions in the archive, oldest first."""
    with tarfile.open(ARCHIVE) as archive:
        return sorted(archive.getnames())


def extract_databases(folder: Path) -> None:
    """Extract all databases, each under the name of its schema version."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")


def copy_rows(source: Path, engine: sa.Engine) -> None:
    """Fill the tables of an empty PostgreSQL database with the rows of a SQLite one.

    Both have the same schema version; references and triggers are off meanwhile.
    """
    tables = sa.MetaData()
    with closing(sqlite3.connect(source)) as old, engine.begin() as connection:
        tables.reflect(connection)
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            connection.execute(sa.delete(table))
            rows = list(_read_rows(old, table))
            if rows:
                connection.execute(sa.insert(table), rows)


def _read_rows(old: sqlite3.Connection, table: sa.Table) -> Iterator[dict[str, Any]]:
    old.row_factory = sqlite3.Row
    for row in old.execute(f'SELECT * FROM "{table.name}"'):
        yield {
            column.name: _convert(row[column.name], column.type)
            for column in table.columns
            if column.computed is None
        }


def _convert(value: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    """Convert a value of SQLite, which has no type for it, to what PostgreSQL takes."""
    import json

    match kind:
        case _ if value is None:
            return None
        case sa.Boolean():
            return bool(value)
        case sa.DateTime():
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        case sa.Date():
            return datetime.fromisoformat(value).date()
        case sa.JSON():
            return json.loads(value)
        case _:
            return value


def main() -> None:
    """Add the databases of versions that the archive does not have."""
    known = set(list_versions()) if ARCHIVE.exists() else set()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if known:
            extract_databases(folder)
        for version, commit in _find_commits().items():
            if version not in known:
                _replay(commit, folder / version)
        with tarfile.open(ARCHIVE, "w:xz", preset=9) as archive:
            for path in sorted(folder.iterdir()):
                archive.add(path, path.name)


def _find_commits() -> dict[str, str]:
    """Return the last commit on the main line with each schema version."""
    commits: dict[str, str] = {}
    for commit in _git("log", "--first-parent", "--format=%H").split():
        names = _git("ls-tree", "-r", "--name-only", commit).splitlines()
        versions = [Path(n).name[:4] for n in names if "/migrations/versions/0" in n]
        if versions:
            commits.setdefault(max(versions), commit)
    return commits


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def _replay(commit: str, target: Path) -> None:
    """Let the program of a commit make a database, and keep it without its free pages."""
    with tempfile.TemporaryDirectory() as name:
        tree = subprocess.run(
            ["git", "archive", commit, *PACKAGES], cwd=ROOT, check=True, capture_output=True
        ).stdout
        with tarfile.open(fileobj=io.BytesIO(tree)) as archive:
            archive.extractall(name, filter="data")
        environment = {**os.environ, "TRACKER_ME": "ada", "TRACKER_ENCODER": "none"}
        command = [sys.executable, "-m", "tracker", *REPLAY]
        subprocess.run(command, cwd=name, env=environment, check=True, capture_output=True)
        with closing(sqlite3.connect(Path(name, "data", "replay.sqlite"))) as made:
            made.execute("VACUUM INTO ?", (str(target),))


if __name__ == "__main__":
    main()
