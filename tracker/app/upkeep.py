"""Upkeep of the installation: backups, the check of everything, and pruning."""

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from tracker.app import health
from tracker.app.requests import ANSWER_LIFE
from tracker.app.service import Service
from tracker.app.system import SystemService, get_version
from tracker.errors import Refused
from tracker.files.user_files import write_privately
from tracker.model.upkeep import (
    Backup,
    BackupForm,
    BackupManifest,
    BackupReason,
    CheckResult,
    DailyUpkeep,
    DatabaseState,
    PruneReport,
    format_bytes,
)
from tracker.settings import Settings, replay_settings
from tracker.storage import backup_files, database_copies, database_info, pruning, schema
from tracker.storage.leader import hold_leadership
from tracker.storage.sessions import Store

logger = structlog.get_logger("tracker.app.upkeep")

ROOM_FACTOR: Final = 1.5
"""Room that a backup of SQLite may take, the copy and its archive, in sizes of the database."""


class UpkeepService(Service, noun="upkeep"):
    """Use cases on the care for the database. All of it goes on while everything runs."""

    def back_up(self, to: Path | None = None) -> Backup:
        """Make a backup in the folder of backups, in another folder, or under another name.

        It is checked before it appears. Raises `Refused` for a place that has no room, cannot be
        written, is not there, or has such a file already.
        """
        folder = self._settings.backup_folder if to is None else to
        if to is None or to.is_dir():
            return self._make_backup(folder / backup_files.name_backup(self._now()), "by hand")
        if to.suffix != ".zip" or not to.parent.is_dir():  # such as a disk that is not there
            raise Refused(f"{to} is no folder: make it, or name a file in a folder, as backup.zip")
        return self._make_backup(to, "by hand")

    def backups(self) -> tuple[Backup, ...]:
        """Return the backups in the folder of backups, newest first."""
        return backup_files.list_backups(self._settings.backup_folder)

    def run_daily(self) -> DailyUpkeep | None:
        """Make the backup of the day, thin out old ones, prune, and record the size.

        None if that was done today (UTC), and in a replay. A backup that fails ends it: nothing is
        pruned that no backup has.
        """
        now = self._now()
        with self._whole_store.reading() as session:
            replayed = database_info.read_replay_time(session) is not None
            sizes = database_info.list_sizes(session)
        if replayed or any(day == now.date() for day, _ in sizes):
            return None
        backup, folder = None, self._settings.backup_folder
        if self._settings.backups:
            backup = self._make_backup(folder / backup_files.name_backup(now), "daily")
            backup_files.thin_out(folder, now)
        pruned = self._prune(is_dry=False)
        with self._whole_store.writing() as session:
            database_info.save_size(session, now.date(), pruned.bytes)
        return DailyUpkeep(backup, pruned)

    def check(self) -> tuple[CheckResult, ...]:
        """Check everything that can be wrong with the installation; one result each."""
        verify = SystemService(self._context).verify
        return health.check_everything(self._whole_store, self._settings, self._now(), verify)

    def prune(self, *, dry_run: bool = False) -> PruneReport:
        """Delete by rules what only takes room; with `dry_run`, count it alone.

        Texts go after setting `keep_days`, never with 0.
        """
        return self._prune(is_dry=dry_run)

    def compact(self) -> PruneReport:
        """Write a SQLite file anew without its free pages; raises `AlreadyRunning`."""
        with hold_leadership(self._whole_store.engine, self._now()):
            schema.let_shrink(self._whole_store.engine)
        return self._report({}, is_dry=False)

    def _make_backup(self, file: Path, reason: BackupReason) -> Backup:
        backup = make_backup(self._whole_store, file, reason, self._now())
        with self._whole_store.writing() as session:
            database_info.save_backup_time(session, backup.manifest.made_at)
        return backup

    def _prune(self, *, is_dry: bool) -> PruneReport:
        now, keep_days = self._now(), self._settings.keep_days
        before = now - timedelta(days=keep_days) if keep_days else None
        store = self._whole_store
        with store.reading() as session:
            since = pruning.read_pruned_until(session)
        rules = pruning.list_rules(since, before, now - ANSWER_LIFE)
        if is_dry:
            with store.reading() as session:
                counts = {rule.content: pruning.count_prunable(session, rule) for rule in rules}
            return self._report(counts, is_dry=True)
        counts = {rule.content: pruning.apply_rule(store, rule) for rule in rules}
        if before is not None and before > since:
            with store.writing() as session:
                pruning.save_pruned_until(session, before)
        pruning.give_back_room(store)
        return self._report(counts, is_dry=False)

    def _report(self, counts: dict[str, int], *, is_dry: bool) -> PruneReport:
        with self._whole_store.reading() as session:
            size = database_info.read_database_bytes(session)
            free = pruning.count_free_bytes(session)
        return PruneReport(counts, is_dry, size, free)


def make_backup(store: Store, file: Path, reason: BackupReason, now: datetime) -> Backup:
    """Copy a database, whatever its schema, check the copy, and pack it into a file.

    PostgreSQL is dumped by pg_dump, or without it by our own export. Raises `Refused`.
    """
    if file.exists():
        raise Refused(f"{file} is there already: name a new file")
    with backup_files.make_temporary_path(file.parent, now) as copy:
        form, note = _choose_form(store)
        if form == "sqlite":
            _check_room(store, file.parent)
            state = database_copies.copy_sqlite(store.engine, copy)
        elif form == "postgresql":
            state = database_copies.dump_postgres(store.engine, copy)
        else:
            state = _export(store, copy, now)
        manifest = BackupManifest(
            backup_files.FORMAT, get_version(), form, reason, now, state, bytes=0, sha256=""
        )
        return replace(backup_files.pack_backup(copy, file, manifest), note=note)


def back_up_before_upgrade(settings: Settings, now: datetime, store: Store) -> None:
    """Make a backup of a database that is about to be migrated, unless backups are off.

    Not of a replay, which can be made anew, nor of a database without facts. PostgreSQL without
    pg_dump leaves a line in the log instead: our own export knows the newest schema alone.
    """
    is_replay = settings.url == replay_settings(settings).url
    if not settings.backups or is_replay or not database_copies.has_entries(store.engine):
        return
    form, note = _choose_form(store)
    if form == "export":
        logger.warning("upgrade.without_backup", reason=note)
        return
    folder = settings.backup_folder
    file = folder / backup_files.name_backup(now)
    if file.exists():  # another process upgrades in the same second
        return
    make_backup(store, file, "before an upgrade", now)
    backup_files.thin_out(folder, now)
    logger.info("upgrade.backed_up", file=str(file))


def _choose_form(store: Store) -> tuple[BackupForm, str]:
    """Return the form of a backup, and why it is not a dump where it could be one."""
    if store.engine.dialect.name == "sqlite":
        return "sqlite", ""
    missing = database_copies.explain_missing_program(store.engine, "pg_dump")
    return ("export", missing) if missing else ("postgresql", "")


def _check_room(store: Store, folder: Path) -> None:
    """Refuse a backup that could fill the disk, on which the database may be, too."""
    with store.reading() as session:
        needed = round(database_info.read_database_bytes(session) * ROOM_FACTOR)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Refused(
            f"{folder} has {format_bytes(free)} free, and a backup may take "
            f"{format_bytes(needed)}: free space, or name another folder (setting backup_dir)"
        )


def _export(store: Store, copy: Path, now: datetime) -> DatabaseState:
    from tracker.reports.database_file import write_database

    with store.reading() as session, write_privately(copy) as target:
        write_database(session, target, get_version(), at=now, secrets=True)
        return database_copies.read_state(session.connection())
