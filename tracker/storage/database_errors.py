"""Database errors as one-line messages that say what to do and hold no password."""

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
from tracker.errors import (
    BadSettings,
    Refused,
    ServerAway,
    StorageDamaged,
    StorageUnavailable,
    TrackerError,
)

PRIMARY_CODE_MASK: Final = 0xFF
"""Bits of an extended SQLite result code that name its kind."""

DEFAULT_PORT: Final = 5432
"""Default port of PostgreSQL."""

_LOGIN_WORDS: Final = ("password", "authentication", "pg_hba", "role", "no pg_hba.conf")

_TRANSIENT_WORDS: Final = ("starting up", "shutting down", "recovery", "too many", "reserved")

_LOCKED: Final = "{place} is locked by another process: wait until it has finished, then try again"

_UNWRITABLE: Final = (
    "{place} cannot be written: allow this user to write the file and its directory"
)

_SQLITE_MESSAGES: Final[Mapping[int, str]] = MappingProxyType(
    {
        sqlite3.SQLITE_BUSY: _LOCKED,
        sqlite3.SQLITE_LOCKED: _LOCKED,
        sqlite3.SQLITE_PROTOCOL: _LOCKED,
        sqlite3.SQLITE_FULL: "no room is left for {place}: free space on its disk, then try again",
        sqlite3.SQLITE_READONLY: _UNWRITABLE,
        sqlite3.SQLITE_PERM: _UNWRITABLE,
        sqlite3.SQLITE_IOERR: (
            "{place} cannot be read or written ({reason}): check its disk, then try again"
        ),
    }
)
"""Messages of SQLite failures that leave the file intact, by primary code."""

_POSTGRES_MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
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
"""Messages by prefix of the SQLSTATE."""


@contextmanager
def translate_errors(engine: Engine) -> Iterator[None]:
    """Translate database errors raised inside; bugs pass unchanged.

    Raises `StorageUnavailable`, `StorageDamaged` or `Refused`. A row that cannot be parsed is a
    bug, too, unless the file turns out to be damaged.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        fault = translate_error(error, engine)
        if fault is None:
            raise
        raise fault from error
    except OverflowError as error:
        raise Refused(f"a number is too large to be kept ({error}): give a smaller one") from error
    except ForecastsError:
        raise
    except (ValueError, TypeError, LookupError) as error:
        if reason := find_damage(engine):
            raise damage_error(engine, reason) from error
        raise


def translate_error(error: DBAPIError | sqlite3.Error, engine: Engine) -> TrackerError | None:
    """Return the error to show for a driver error; None for a bug."""
    if isinstance(error, DataError):
        return Refused(f"the database cannot keep such a value: {first_line(error)}")
    return (
        _translate_sqlite_error(error, engine)
        if engine.dialect.name == "sqlite"
        else _translate_postgres_error(error, engine.url)
    )


def find_damage(engine: Engine) -> str:
    """Return the first finding of SQLite's quick check; "" if there is none, and for PostgreSQL."""
    if engine.dialect.name != "sqlite":
        return ""
    try:
        with engine.connect() as connection:
            reason = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    except DBAPIError as error:
        return (
            first_line(error)
            if _primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
            else ""
        )
    return "" if reason == "ok" else reason.strip().splitlines()[-1]


def damage_error(engine: Engine, reason: str) -> StorageDamaged:
    """Build the error that names a damaged database and says what to do."""
    return StorageDamaged(
        f"{describe_database(engine.url)} is damaged ({reason}): stop the tracker, then "
        "`tracker system restore` a backup"
    )


def describe_database(url: URL) -> str:
    """Name the database for messages: its file, or host and port of the server."""
    if url.get_backend_name() == "sqlite":
        return f"the database {url.database}"
    return f"the database server at {_format_address(url)}"


def _format_address(url: URL) -> str:
    host = url.host or url.query.get("host") or "this machine"
    port = url.port or url.query.get("port") or DEFAULT_PORT
    hosts = host if isinstance(host, str) else ", ".join(host)
    return f"{hosts}:{port if isinstance(port, int) else ''.join(port)}"


def _translate_sqlite_error(
    error: DBAPIError | sqlite3.Error, engine: Engine
) -> TrackerError | None:
    code, reason, place = _primary_code(error), first_line(error), describe_database(engine.url)
    undecodable = code is None and "decode to UTF-8" in reason
    if undecodable or code == sqlite3.SQLITE_CORRUPT:
        return damage_error(engine, find_damage(engine) or reason)
    if code == sqlite3.SQLITE_NOTADB:
        return StorageDamaged(
            f"{place} is no SQLite database: move the file away, or choose another --data"
        )
    if code == sqlite3.SQLITE_CANTOPEN:
        return StorageUnavailable(
            f"{place} cannot be opened: {_explain_unopened(Path(engine.url.database or ''))}"
        )
    if code is not None and code in _SQLITE_MESSAGES:
        return StorageUnavailable(_SQLITE_MESSAGES[code].format(place=place, reason=reason))
    if isinstance(error, OperationalError | sqlite3.OperationalError):
        return StorageUnavailable(
            f"{place} cannot do that ({reason}): choose another --data if it is not the tracker's"
        )
    return None


def _explain_unopened(file: Path) -> str:
    if file.is_dir():
        return "it is a directory: move it away, or choose another --data"
    if not file.parent.is_dir():
        return "its directory is missing: create it, or choose another --data"
    return "allow this user to read and write the file and its directory"


def _primary_code(error: DBAPIError | sqlite3.Error) -> int | None:
    """Return the primary SQLite result code; None for errors of the driver itself."""
    code = getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlite_errorcode", None)
    return None if code is None else int(code) & PRIMARY_CODE_MASK


def _translate_postgres_error(error: DBAPIError | sqlite3.Error, url: URL) -> TrackerError | None:
    reason, place = first_line(error), describe_database(url)
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
        return _explain_refusal(str(error.orig if isinstance(error, DBAPIError) else error), url)
    message = next((text for begin, text in _POSTGRES_MESSAGES.items() if state.startswith(begin)))
    if message is _POSTGRES_MESSAGES[""] and not isinstance(error, OperationalError):
        return None
    return StorageUnavailable(message.format(place=place, reason=reason))


def _explain_refusal(message: str, url: URL) -> StorageUnavailable:
    """Explain a failed connection from its message: there is no SQLSTATE yet."""
    refusal = re.search(r"FATAL:\s*(.+)|(no password supplied)", message)
    place = describe_database(url)
    if refusal is None:
        return ServerAway(
            f"no database answers at {_format_address(url)}: start PostgreSQL, or correct "
            "database_url"
        )
    reason = refusal[1] or refusal[2]
    if any(word in reason for word in _TRANSIENT_WORDS):
        return ServerAway(f"{place} takes no connection now ({reason}): try again in a minute")
    if any(word in reason for word in _LOGIN_WORDS):
        return StorageUnavailable(_POSTGRES_MESSAGES["28"].format(place=place, reason=reason))
    if "does not exist" in reason:
        return StorageUnavailable(_POSTGRES_MESSAGES["3D"].format(place=place, reason=reason))
    return StorageUnavailable(f"{place} refuses the connection ({reason}): correct database_url")


def first_line(error: BaseException) -> str:
    """Return the first line of the driver's message, or the name of the error."""
    lines = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
