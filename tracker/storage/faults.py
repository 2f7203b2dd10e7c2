"""Faults of a database as errors for a person: each is one line that says what to do, and never
holds a password.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, ProgrammingError

from forecasts.errors import ForecastsError
from tracker.errors import BadSettings, Refused, StorageDamaged, StorageUnavailable, TrackerError

PRIMARY_CODE: Final = 0xFF
"""The bits of an extended result code of SQLite that name its kind."""

PORT: Final = 5432
"""Where PostgreSQL listens unless the address says otherwise."""

_LOG_IN: Final = ("password", "authentication", "pg_hba", "role", "no pg_hba.conf")
_LATER: Final = ("starting up", "shutting down", "recovery", "too many", "reserved")

_SQLITE: Final[Mapping[int, str]] = MappingProxyType(
    {
        sqlite3.SQLITE_BUSY: (
            "{place} is locked by another process: wait until it has finished, then try again"
        ),
        sqlite3.SQLITE_LOCKED: (
            "{place} is locked by another process: wait until it has finished, then try again"
        ),
        sqlite3.SQLITE_PROTOCOL: (
            "{place} is locked by another process: wait until it has finished, then try again"
        ),
        sqlite3.SQLITE_FULL: "no room is left for {place}: free space on its disk, then try again",
        sqlite3.SQLITE_READONLY: "{place} cannot be written: allow this user to write the file and its directory",
        sqlite3.SQLITE_PERM: "{place} cannot be written: allow this user to write the file and its directory",
        sqlite3.SQLITE_IOERR: "{place} cannot be read or written ({reason}): check its disk, then try again",
    }
)
"""Kinds of failure after which the file is as good as before."""

_POSTGRES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "28": "{place} refuses the log-in ({reason}): correct user and password in database_url",
        "3D": "{place} has no such database ({reason}): create it, or correct database_url",
        "42501": (
            "{place} does not let its user do that ({reason}): grant it, or name another "
            "user in database_url"
        ),
        "25006": "{place} cannot be written ({reason}): name the primary server in database_url",
        "53100": "no room is left for {place} ({reason}): free space on its disk, then try again",
        "55P03": "{place} is locked ({reason}): wait, then try again",
        "40": "{place} was needed by another process at the same moment ({reason}): try again",
        "": "{place} cannot do that now ({reason}): try again, and look into the log of PostgreSQL",
    }
)
"""By the beginning of the SQLSTATE."""


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Raise what the database cannot do as `StorageUnavailable` or `StorageDamaged`; bugs pass as
    they are.

    A row that cannot be understood is a bug, too, unless the file turns out to be damaged.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        fault = fault_of(error, engine)
        if fault is None:
            raise
        raise fault from error
    except OverflowError as error:
        raise Refused(f"a number is too large to be kept ({error}): give a smaller one") from error
    except ForecastsError:
        raise
    except (ValueError, TypeError, LookupError) as error:
        if reason := damage_in(engine):
            raise damaged(engine, reason) from error
        raise


def fault_of(error: DBAPIError | sqlite3.Error, engine: Engine) -> TrackerError | None:
    """What an error of the driver means for a person; None for a bug of ours."""
    if isinstance(error, DataError):
        return Refused(f"the database cannot keep such a value: {first_line(error)}")
    return (
        _sqlite_fault(error, engine)
        if engine.dialect.name == "sqlite"
        else _postgres_fault(error, engine.url)
    )


def damage_in(engine: Engine) -> str:
    """What SQLite finds wrong with the structure of the whole file; "" when nothing is, and for
    PostgreSQL.
    """
    if engine.dialect.name != "sqlite":
        return ""
    try:
        with engine.connect() as connection:
            reason = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    except DBAPIError as error:
        return (
            first_line(error)
            if _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
            else ""
        )
    return "" if reason == "ok" else reason.strip().splitlines()[-1]


def damaged(engine: Engine, reason: str) -> StorageDamaged:
    """The error that names a damaged database and says what to do."""
    return StorageDamaged(
        f"{place_of(engine.url)} is damaged ({reason}): stop the tracker and put a copy of the "
        "database in its place"
    )


def place_of(url: URL) -> str:
    """The database as messages name it: its file, or the server's host and port."""
    if url.get_backend_name() == "sqlite":
        return f"the database {url.database}"
    return f"the database server at {_server(url)}"


def _server(url: URL) -> str:
    host = url.host or url.query.get("host") or "this machine"
    port = url.port or url.query.get("port") or PORT
    return f"{host if isinstance(host, str) else ', '.join(host)}:{port if isinstance(port, int) else ''.join(port)}"


def _sqlite_fault(error: DBAPIError | sqlite3.Error, engine: Engine) -> TrackerError | None:
    code, reason, place = _code(error), first_line(error), place_of(engine.url)
    undecodable = code is None and "decode to UTF-8" in reason
    if undecodable or code == sqlite3.SQLITE_CORRUPT:
        return damaged(engine, damage_in(engine) or reason)
    if code == sqlite3.SQLITE_NOTADB:
        return StorageDamaged(
            f"{place} is no SQLite database: move the file away, or choose another --data"
        )
    if code == sqlite3.SQLITE_CANTOPEN:
        return StorageUnavailable(
            f"{place} cannot be opened: {_why_unopened(Path(engine.url.database or ''))}"
        )
    if code is not None and code in _SQLITE:
        return StorageUnavailable(_SQLITE[code].format(place=place, reason=reason))
    if isinstance(error, OperationalError | sqlite3.OperationalError):
        return StorageUnavailable(
            f"{place} cannot do that ({reason}): choose another --data if it is not the tracker's"
        )
    return None


def _why_unopened(file: Path) -> str:
    if file.is_dir():
        return "it is a directory: move it away, or choose another --data"
    if not file.parent.is_dir():
        return "its directory is missing: create it, or choose another --data"
    return "allow this user to read and write the file and its directory"


def _code(error: DBAPIError | sqlite3.Error) -> int | None:
    """The kind of a failure of SQLite; None for what the driver itself complains about."""
    code = getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlite_errorcode", None)
    return None if code is None else int(code) & PRIMARY_CODE


def _postgres_fault(error: DBAPIError | sqlite3.Error, url: URL) -> TrackerError | None:
    reason, place = first_line(error), place_of(url)
    state = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    if state.startswith("XX"):
        return StorageDamaged(
            f"{place} reports damage ({reason}): stop the tracker and restore the database"
        )
    if isinstance(error, ProgrammingError) and not state:
        return BadSettings(
            "database_url has an option that PostgreSQL does not know: correct database_url"
        )
    if not state:
        return StorageUnavailable(
            _unconnected(str(error.orig if isinstance(error, DBAPIError) else error), url)
        )
    known = next((words for begin, words in _POSTGRES.items() if state.startswith(begin)))
    if known is _POSTGRES[""] and not isinstance(error, OperationalError):
        return None
    return StorageUnavailable(known.format(place=place, reason=reason))


def _unconnected(message: str, url: URL) -> str:
    """Why there is no connection; the server tells no SQLSTATE before there is one."""
    refusal = re.search(r"FATAL:\s*(.+)|(no password supplied)", message)
    if refusal is None:
        return f"no database answers at {_server(url)}: start PostgreSQL, or correct database_url"
    reason = refusal[1] or refusal[2]
    if any(word in reason for word in _LATER):
        return f"{place_of(url)} takes no connection now ({reason}): try again in a minute"
    if any(word in reason for word in _LOG_IN):
        return _POSTGRES["28"].format(place=place_of(url), reason=reason)
    if "does not exist" in reason:
        return _POSTGRES["3D"].format(place=place_of(url), reason=reason)
    return f"{place_of(url)} refuses the connection ({reason}): correct database_url"


def first_line(error: BaseException) -> str:
    """The first line of what the driver says, or the name of the error."""
    lines = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
