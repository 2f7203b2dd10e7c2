"""Copies of the whole database while it is in use, and checks of a copy.

SQLite copies itself by its backup API within one read transaction; PostgreSQL is dumped by its own
program under an exported snapshot. Either way a copy, its head and its counts show one instant.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any

from sqlalchemy import URL, Connection, Engine, text

from tracker.errors import Refused, StorageDamaged
from tracker.files.user_files import create_private_file
from tracker.model.upkeep import DatabaseState
from tracker.storage.database_errors import (
    damage_error,
    describe_database,
    find_damage,
    translate_errors,
)
from tracker.storage.event_log import read_head
from tracker.storage.queue import QUEUE_SCHEMA
from tracker.storage.schema import count_rows, list_broken_references, read_schema_version
from tracker.storage.sessions import open_engine


def read_state(connection: Connection) -> DatabaseState:
    """Read schema version, head of the log and number of rows of each table."""
    version = read_schema_version(connection) or ""
    return DatabaseState(version, read_head(connection), count_rows(connection))


def has_entries(engine: Engine) -> bool:
    """Return whether anything was entered, under any version of the schema."""
    with translate_errors(engine), engine.connect() as connection:
        return not read_head(connection).startswith("0:")


def copy_sqlite(engine: Engine, target: Path) -> DatabaseState:
    """Copy a SQLite database into a file, and check the copy.

    Raises `StorageDamaged` for a damaged copy, and `Refused` when it has no room.
    """
    create_private_file(target)
    with translate_errors(engine), engine.connect() as connection:
        head = read_head(connection)  # from here on the transaction shows one instant
        source: Any = connection.connection.driver_connection
        try:
            with closing(sqlite3.connect(target, isolation_level=None)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")  # one file, no log beside it
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_CORRUPT:
                raise
            raise Refused(
                f"{target.parent} cannot take a copy of the database ({error}): free space on its "
                "disk, or name another folder"
            ) from None
    state = check_copy(f"sqlite:///{target}")
    if state.head != head:
        raise StorageDamaged(f"the copy has the head {state.head}, and the database had {head}")
    return state


def check_copy(url: str) -> DatabaseState:
    """Check structure and foreign keys of a copy; return its state.

    Raises `StorageDamaged`, and `Refused` for rows that refer to missing ones.
    """
    engine = open_engine(url)
    try:
        with translate_errors(engine):
            if reason := find_damage(engine):
                raise damage_error(engine, reason)
            with engine.connect() as connection:
                if broken := find_broken_reference(connection):
                    raise Refused(f"{describe_database(engine.url)}: {broken}")
                return read_state(connection)
    finally:
        engine.dispose()


def find_broken_reference(connection: Connection) -> str:
    """Return how many rows refer to missing ones, in words; "" if none does."""
    broken = list_broken_references(connection)
    return f"{len(broken)} rows refer to missing ones, first in {broken[0]}" if broken else ""


def explain_missing_program(engine: Engine, name: str) -> str:
    """Explain why a program of PostgreSQL cannot serve this server; "" if it can.

    Its version must not be older than that of the server.
    """
    if (path := shutil.which(name)) is None:
        return f"{name} is not installed"
    shown = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)", shown.partition("PostgreSQL)")[2])
    with translate_errors(engine), engine.connect() as connection:
        server = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    major = int(version[1]) if version else 0
    return "" if major >= server else f"{name} is of PostgreSQL {major}, and the server of {server}"


def dump_postgres(engine: Engine, target: Path) -> DatabaseState:
    """Dump a PostgreSQL database into a file that pg_restore reads.

    Raises `Refused` with the message of pg_dump.
    """
    create_private_file(target)
    snapshot = {"isolation_level": "REPEATABLE READ"}
    with translate_errors(engine), engine.connect().execution_options(**snapshot) as connection:
        name = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        arguments = [f"--snapshot={name}", f"--exclude-table-data={QUEUE_SCHEMA}.*"]
        run_postgres_program(
            ["pg_dump", "--format=custom", *arguments, f"--file={target}"], engine.url
        )
        return read_state(connection)


def load_dump(url: URL, dump: IO[bytes]) -> None:
    """Load a dump into an empty PostgreSQL database; raises `Refused` with pg_restore's message."""
    run_postgres_program(["pg_restore", "--exit-on-error", "--single-transaction"], url, dump)


def run_postgres_program(command: Sequence[str], url: URL, source: IO[bytes] | None = None) -> None:
    """Run a program of PostgreSQL on a database; it gets the password by its environment.

    Raises `Refused` with the first line of what it complained about.
    """
    address = url.set(drivername="postgresql", password=None)
    database = f"--dbname={address.render_as_string(hide_password=False)}"
    options = ["--no-owner", "--no-privileges", database]
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    process = subprocess.Popen(
        [shutil.which(command[0]) or command[0], *command[1:], *options],
        stdin=subprocess.DEVNULL if source is None else subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    with process:
        complaint = _feed(process, source)
    if process.returncode:
        raise Refused(f"{command[0]} failed ({complaint}): nothing was changed")


def _feed(process: "subprocess.Popen[bytes]", source: IO[bytes] | None) -> str:
    """Write a stream into a process; return the first line of its complaint."""
    assert process.stderr is not None
    if source is not None:
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # it ended, and says why
            shutil.copyfileobj(source, process.stdin)
        with suppress(BrokenPipeError):
            process.stdin.close()
    lines = process.stderr.read().decode(errors="replace").strip().splitlines()
    return lines[0] if lines else "it gave no reason"
