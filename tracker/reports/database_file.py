"""The whole database as one file, for either kind of database: a zip archive with a table a part.

`manifest.json` names the format, the schema, the head of the log, and the columns and number of
rows of each table; `tables/NAME.jsonl` has one row a line, as a JSON array. Times are ISO 8601 in
UTC, bytes base64. Rows are written and read some at a time, so memory does not grow with them.
"""

import base64
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from tracker.errors import Refused
from tracker.files.user_files import open_regular_file
from tracker.model.json_values import to_json
from tracker.storage import event_log, whole_tables
from tracker.storage.database_info import ColumnType
from tracker.storage.sessions import Session

FORMAT: Final = "scenario-tracker-export-1"
MANIFEST: Final = "manifest.json"
MAX_MANIFEST_BYTES: Final = 1_000_000

_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,  # an unknown way of compression
    RuntimeError,  # a mark of encryption
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
)
"""Errors from reading a damaged archive."""

_ENCODERS: Final[Mapping[ColumnType, Callable[[Any], Any]]] = {
    "time": datetime.isoformat,
    "day": date.isoformat,
    "bytes": lambda value: base64.b64encode(value).decode(),
}
_DECODERS: Final[Mapping[ColumnType, Callable[[Any], Any]]] = {
    "time": datetime.fromisoformat,
    "day": date.fromisoformat,
    "bytes": lambda value: base64.b64decode(value, validate=True),
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """Content of an export: schema version, head of the log, and rows of each table.

    `head` is SEQ:HASH as `tracker system verify` prints it, `secrets` whether hashes of passwords
    and tokens are in it, `version` that of the tracker.
    """

    format: str
    version: str
    schema: str
    exported_at: str
    head: str
    secrets: bool
    rows: Mapping[str, int]


def write_database(
    session: Session, target: IO[bytes], version: str, *, at: datetime, secrets: bool
) -> Manifest:
    """Write all tables as of one instant; `version` is that of the tracker."""
    whole_tables.take_snapshot(session)
    rows: dict[str, int] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in whole_tables.list_tables():
            with archive.open(_name_part(name), "w", force_zip64=True) as part:
                rows[name] = _write_rows(session, name, part, secrets=secrets)
        schema, head = whole_tables.read_version(session), event_log.read_head(session.connection())
        manifest = Manifest(FORMAT, version, schema, at.isoformat(), head, secrets, rows)
        archive.writestr(MANIFEST, to_json(manifest))
    return manifest


def _write_rows(session: Session, name: str, part: IO[bytes], *, secrets: bool) -> int:
    encoders = [_ENCODERS.get(kind) for kind in whole_tables.list_columns(name).values()]
    count = 0
    for row in whole_tables.iterate_rows(session, name, secrets=secrets):
        part.write(json.dumps(_convert(row, encoders), ensure_ascii=False).encode() + b"\n")
        count += 1
    return count


def read_database(session: Session, file: Path) -> Manifest:
    """Insert all rows of an export into an empty database, and check the chain of its log.

    Raises `Refused` for a damaged file, one of another schema version, and a database in use.
    """
    try:
        with open_regular_file(file) as source, zipfile.ZipFile(source) as archive:
            manifest = _read_manifest(archive)
            _check_schema(manifest, whole_tables.read_version(session))
            whole_tables.clear_empty_database(session)
            for name in whole_tables.list_tables():
                _read_rows(session, archive, name, manifest.rows[name])
    except _DAMAGE as error:
        reason = f"{type(error).__name__}: {error}".strip(": ")
        raise Refused(f"{file} is no whole export ({reason}): export once more") from None
    except OSError as error:
        raise Refused(
            f"{file} cannot be read ({error.strerror or error}): name a file that is there and "
            "that you may read"
        ) from None
    whole_tables.continue_numbering(session)
    _check_log(session, file, manifest.head)
    return manifest


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    with archive.open(MANIFEST) as part:
        return Manifest(**json.loads(part.read(MAX_MANIFEST_BYTES)))


def _check_schema(manifest: Manifest, schema: str) -> None:
    if manifest.format != FORMAT:
        raise Refused(f"this export has the format {manifest.format!r}: update the tracker")
    if manifest.schema > schema:
        raise Refused(
            f"the export is of schema {manifest.schema}, and this tracker has {schema}: update "
            "the tracker"
        )
    if manifest.schema < schema:
        raise Refused(
            f"the export is of schema {manifest.schema}, and this tracker has {schema}: import it "
            f"with tracker {manifest.version}, and open that database with this one, which "
            "upgrades it"
        )


def _read_rows(session: Session, archive: zipfile.ZipFile, name: str, expected: int) -> None:
    decoders = [_DECODERS.get(kind) for kind in whole_tables.list_columns(name).values()]
    count = 0
    with archive.open(_name_part(name)) as part:
        lines = TextIOWrapper(part, encoding="utf-8", newline="\n")
        rows = (tuple(_convert(json.loads(line), decoders)) for line in lines)
        for batch in _split(rows):
            whole_tables.insert_rows(session, name, batch)
            count += len(batch)
    if count != expected:
        raise ValueError(f"{name} has {count} rows of {expected}")


def _split(rows: Iterator[whole_tables.Row]) -> Iterator[list[whole_tables.Row]]:
    while batch := list(islice(rows, whole_tables.ROWS_AT_A_TIME)):
        yield batch


def _convert(row: Any, converters: list[Callable[[Any], Any] | None]) -> list[Any]:
    return [
        value if convert is None or value is None else convert(value)
        for value, convert in zip(row, converters, strict=True)
    ]


def _check_log(session: Session, file: Path, head: str) -> None:
    broken = event_log.find_first_break(event_log.iterate_entries(session))
    reason = event_log.read_head(session.connection()) if broken is None else broken.reason
    if broken is not None or reason != head:
        raise Refused(f"the log in {file} was changed ({reason}): export once more")


def _name_part(table: str) -> str:
    return f"tables/{table}.jsonl"
