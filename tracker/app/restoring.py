"""Restore the database from a backup: checked beside the present one, then put in its place."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

from forecasts.questions.question import ForecasterId
from tracker.errors import Refused
from tracker.model.principal import Principal
from tracker.model.read_models import LogCheck
from tracker.model.upkeep import Backup, BackupForm, BackupManifest, Restored
from tracker.questions import verify_log
from tracker.settings import Settings
from tracker.storage import backup_files, database_copies, database_info, event_log
from tracker.storage.database_swap import hold_place
from tracker.storage.sessions import open_store

_NAMES: Final[dict[BackupForm, str]] = {
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
    "export": "either",
}


def restore_backup(settings: Settings, file: Path, now: datetime) -> Restored:
    """Replace the database by a backup, all or nothing; the present one is kept beside it.

    The log gets an entry `restore` with the head that it goes on from. Nothing of the present
    database is read, so that a damaged one can be replaced. Raises `Refused` for a damaged file or
    one of the other kind of database, and `AlreadyRunning` while a scheduler runs.
    """
    backup = backup_files.check_backup(file)
    manifest = backup.manifest
    with hold_place(settings.url, now) as place:
        if manifest.form not in place.forms:
            raise Refused(
                f"{file} is a backup of {_NAMES[manifest.form]}: restore it there, then carry it "
                "over by `tracker system export` and `import`"
            )
        place.make_fresh(backup)
        if manifest.form == "export":
            _import_export(place.fresh_url, backup)
        if database_copies.check_copy(place.fresh_url) != manifest.state:
            raise Refused(f"{file} has other entries or rows than its manifest: take another one")
        check = _bring_up_to_date(place.fresh_url, manifest, settings.me, now)
        replaced = place.swap(now)
    return Restored(manifest, replaced, check.head, check.reason)


def _import_export(url: str, backup: Backup) -> None:
    from tracker.reports.database_file import read_database

    store = open_store(url)
    try:
        with tempfile.TemporaryDirectory() as folder, store.writing() as session:
            export = Path(folder) / "export.zip"
            backup_files.extract_copy(backup, export)
            read_database(session, export)
    finally:
        store.close()


def _bring_up_to_date(url: str, manifest: BackupManifest, me: str, now: datetime) -> LogCheck:
    """Upgrade the new database, append the entry of the restore, and verify the log."""
    seq, _, head = manifest.state.head.partition(":")
    facts = {"from_seq": int(seq), "from_head": head, "made_at": manifest.made_at}
    store = open_store(url).acting(Principal(ForecasterId(me), "admin", "command").describe())
    try:
        with store.writing() as session:
            event_log.append_entry(session, event_log.RESTORE, "database", facts=facts, at=now)
            database_info.save_backup_time(session, manifest.made_at)
        with store.reading() as session:
            return verify_log.verify_log(session)
    finally:
        store.close()
