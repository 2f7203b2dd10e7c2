"""Backup files: a zip archive of one copy of the database and of a manifest to check it by.

A file appears under its name once it is complete. Only its owner can read it.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from tracker.errors import Refused
from tracker.files.user_files import make_directory, open_regular_file, write_privately
from tracker.model.upkeep import (
    Backup,
    BackupForm,
    BackupManifest,
    DatabaseState,
    choose_backups_to_keep,
)

FORMAT: Final = "scenario-tracker-backup-1"
MANIFEST: Final = "manifest.json"
MAX_MANIFEST_BYTES: Final = 1_000_000
PARTS: Final[Mapping[BackupForm, str]] = {
    "sqlite": "tracker.sqlite",
    "postgresql": "tracker.dump",
    "export": "export.zip",
}
"""Name of the copy in the archive; only that of SQLite is not compressed yet."""

KEPT_UPGRADES: Final = 3
"""Backups from before an upgrade that stay, beside the daily ones."""

MAX_STALE_SECONDS: Final = 86_400
"""Age of an unfinished file from which on nobody writes it any more."""

_PREFIX: Final = "backup-"
_CHUNK_BYTES: Final = 1 << 20
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # an unknown way of compression
    RuntimeError,  # a mark of encryption
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
)
"""Errors from reading a damaged archive."""


def name_backup(made_at: datetime) -> str:
    """Return the name of a backup file, by its time in UTC."""
    return f"{_PREFIX}{made_at:%Y%m%dT%H%M%S}Z.zip"


@contextmanager
def make_temporary_path(folder: Path, made_at: datetime) -> Iterator[Path]:
    """Yield the path of a file in a private folder, which is deleted afterwards.

    Raises `Refused` for a folder that cannot be used.
    """
    path = folder / f".{_PREFIX}{made_at:%Y%m%dT%H%M%S%f}.copy"
    make_directory(folder)
    try:
        yield path
    finally:
        for stale in folder.glob(f"{path.name}*"):
            stale.unlink(missing_ok=True)


def pack_backup(copy: Path, file: Path, manifest: BackupManifest) -> Backup:
    """Write an archive of a copy; its size and hash replace those of the manifest.

    Raises `Refused` for a file that is there already or cannot be written.
    """
    if file.exists():
        raise Refused(f"{file} is there already: name a new file")
    method = zipfile.ZIP_DEFLATED if manifest.form == "sqlite" else zipfile.ZIP_STORED
    with (
        write_privately(file) as target,
        zipfile.ZipFile(target, "w", method, compresslevel=1) as archive,
    ):
        part = PARTS[manifest.form]
        with copy.open("rb") as source, archive.open(part, "w", force_zip64=True) as written:
            size, digest = _hash_stream(source, written.write)
        manifest = replace(manifest, bytes=size, sha256=digest)
        archive.writestr(MANIFEST, _format_manifest(manifest))
    return Backup(file, file.stat().st_size, manifest)


def _format_manifest(manifest: BackupManifest) -> str:
    facts = {name: getattr(manifest, name) for name in BackupManifest.__slots__}
    state = {name: getattr(manifest.state, name) for name in DatabaseState.__slots__}
    facts |= {"made_at": manifest.made_at.isoformat(), "state": state}
    return json.dumps(facts, indent=2)


def _parse_manifest(text: bytes, file: str | None) -> BackupManifest:
    facts = json.loads(text)
    if facts["format"] != FORMAT:
        raise Refused(
            f"{file} has the format {facts['format']!r}, and backups have {FORMAT!r}: `tracker "
            "system import` reads exports; a newer tracker may read newer backups"
        )
    state = DatabaseState(**facts.pop("state"))
    made_at = datetime.fromisoformat(facts.pop("made_at"))
    manifest = BackupManifest(**facts, state=state, made_at=made_at)
    _ = (PARTS[manifest.form], made_at.astimezone(), state.head.index(":"), {**state.rows})
    return manifest


@contextmanager
def _open_archive(file: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive; raises `Refused` for a file that is no whole backup."""
    try:
        with open_regular_file(file) as source, zipfile.ZipFile(source) as archive:
            yield archive
    except _DAMAGE as error:
        reason = str(error).strip("'\"") or type(error).__name__
        raise Refused(f"{file} is no whole backup ({reason}): take another one") from None
    except OSError as error:
        raise Refused(f"{file} cannot be read ({error.strerror or error}): take another one") from (
            None
        )


def _read_manifest(archive: zipfile.ZipFile) -> BackupManifest:
    with archive.open(MANIFEST) as part:
        return _parse_manifest(part.read(MAX_MANIFEST_BYTES), archive.filename)


def check_backup(file: Path) -> Backup:
    """Read a backup through and compare it with its manifest; raises `Refused` if they differ."""
    with _open_archive(file) as archive:
        manifest = _read_manifest(archive)
        with archive.open(PARTS[manifest.form]) as part:
            measured = _hash_stream(part, len)
        if measured != (manifest.bytes, manifest.sha256):
            raise ValueError("the copy is not the one of its manifest")
    return Backup(file, file.stat().st_size, manifest)


@contextmanager
def open_copy(backup: Backup) -> Iterator[IO[bytes]]:
    """Open the copy in a checked backup for reading."""
    part = PARTS[backup.manifest.form]
    with _open_archive(backup.file) as archive, archive.open(part) as copy:
        yield copy


def extract_copy(backup: Backup, target: Path) -> None:
    """Write the copy in a checked backup into a file; raises `Refused` if it cannot be written."""
    with open_copy(backup) as copy, write_privately(target) as written:
        _hash_stream(copy, written.write)


def list_backups(folder: Path) -> tuple[Backup, ...]:
    """Return the backups in a folder, newest first, by their manifests; damaged ones are left out.

    The copies themselves are not read: see `check_backup`.
    """
    backups = []
    for file in folder.glob(f"{_PREFIX}*.zip"):
        with suppress(Refused, OSError), _open_archive(file) as archive:
            backups.append(Backup(file, file.stat().st_size, _read_manifest(archive)))
    return tuple(sorted(backups, key=lambda backup: backup.manifest.made_at, reverse=True))


def thin_out(folder: Path, now: datetime) -> None:
    """Delete old backups that were made by themselves, and unfinished files of killed processes.

    Those that a person made stay.
    """
    backups = list_backups(folder)
    daily = [b for b in backups if b.manifest.reason == "daily"]
    chosen = choose_backups_to_keep(b.manifest.made_at for b in daily)
    upgrades = [b for b in backups if b.manifest.reason == "before an upgrade"]
    old = [b for b in daily if b.manifest.made_at not in chosen] + upgrades[KEPT_UPGRADES:]
    for backup in old:
        backup.file.unlink(missing_ok=True)
    for stale in folder.glob(f".{_PREFIX}*"):
        with suppress(OSError):
            if now.timestamp() - stale.stat().st_mtime > MAX_STALE_SECONDS:
                stale.unlink()


def _hash_stream(source: IO[bytes], write: Callable[[bytes], Any]) -> tuple[int, str]:
    """Hand all of a stream on; return its size in bytes and its SHA-256."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK_BYTES):
        write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()
