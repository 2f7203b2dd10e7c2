"""Check of everything that can be wrong with an installation; each result says what to do."""

import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from forecasts.questions.formatting import format_count, format_utc_minute
from tracker.errors import TrackerError
from tracker.files.user_files import list_open_paths, list_own_files
from tracker.model.read_models import LogCheck
from tracker.model.upkeep import CheckResult, format_bytes
from tracker.questions import verify_log
from tracker.questions.queries import feed_status
from tracker.settings import Settings
from tracker.storage import backup_files, database_copies, database_info
from tracker.storage.schema import find_missing_part
from tracker.storage.sessions import Session, Store

MIN_FREE_BYTES: Final = 500_000_000
"""Room that the disk of the data directory should have beside that of one more backup."""

MAX_BACKUP_AGE: Final = timedelta(days=2)
MAX_CLOCK_LAG: Final = timedelta(minutes=1)
"""Time by which the clock may stand before the newest stored time."""

ORDER: Final = (
    *("integrity", "foreign keys", "schema", "log", "scores"),
    *("disk", "backups", "permissions", "clock", "feeds"),
)
"""The checks, what is worst first."""

_RESTORE: Final = "stop the tracker, then `tracker system restore` the newest backup"
_LOOK_AT_LOG: Final = "compare with a backup: `tracker system restore` it into a new folder"


def check_everything(
    store: Store, settings: Settings, now: datetime, verify: Callable[[], LogCheck]
) -> tuple[CheckResult, ...]:
    """Run every check, also where another one finds a problem; `verify` is that of the log."""
    on_session: dict[str, Callable[[Session], CheckResult]] = {
        "foreign keys": _check_references,
        "schema": _check_schema,
        "scores": _check_scores,
        "feeds": lambda session: _check_feeds(session, now),
        "clock": lambda session: _check_clock(session, now),
    }
    checks = {name: _in_session(store, check) for name, check in on_session.items()}
    checks |= {
        "integrity": lambda: _check_integrity(store),
        "log": lambda: _check_log(verify()),
        "disk": lambda: _check_disk(store, settings),
        "backups": lambda: _check_backups(settings, now),
        "permissions": lambda: _check_permissions(settings),
    }
    return tuple(_run(name, checks[name]) for name in ORDER)


def _in_session(store: Store, check: Callable[[Session], CheckResult]) -> Callable[[], CheckResult]:
    def run() -> CheckResult:
        with store.reading() as session:
            return check(session)

    return run


def _run(name: str, check: Callable[[], CheckResult]) -> CheckResult:
    try:
        return check()
    except (TrackerError, OSError) as error:
        return CheckResult(name, "could not be checked", str(error))


def _check_integrity(store: Store) -> CheckResult:
    store.check_integrity()
    is_file = store.engine.dialect.name == "sqlite"
    return CheckResult("integrity", "sound" if is_file else "PostgreSQL checks what it reads")


def _check_references(session: Session) -> CheckResult:
    broken = database_copies.find_broken_reference(session.connection())
    return CheckResult("foreign keys", broken or "all rows are there", broken and _RESTORE)


def _check_schema(session: Session) -> CheckResult:
    missing = find_missing_part(session.connection())
    if missing:
        return CheckResult("schema", f"{missing} is missing", _RESTORE)
    return CheckResult("schema", "as this version of the tracker wants it")


def _check_log(check: LogCheck) -> CheckResult:
    if check.bad_seq is not None:
        return CheckResult("log", f"entry {check.bad_seq}: {check.reason}", _LOOK_AT_LOG)
    entries = format_count(check.entries, "entry", "entries")
    return CheckResult("log", f"{entries}, whole, and every fact is as it was entered")


def _check_scores(session: Session) -> CheckResult:
    check = verify_log.check_scores(session)
    if check.differences:
        finding = f"{check.differences[0]} ({format_count(len(check.differences), 'difference')})"
        return CheckResult("scores", finding, "`tracker system verify --scores` lists them")
    return CheckResult("scores", f"{check.scores:,}, all as the log gives them")


def _check_disk(store: Store, settings: Settings) -> CheckResult:
    with store.reading() as session:
        size = database_info.read_database_bytes(session)
    folder = settings.data_dir.absolute()  # which PostgreSQL does without
    free = shutil.disk_usage(next(p for p in (folder, *folder.parents) if p.exists())).free
    finding = f"{format_bytes(free)} free, the database has {format_bytes(size)}"
    remedy = "free space, or move the backups to another disk (setting backup_dir)"
    return CheckResult("disk", finding, remedy if free < size + MIN_FREE_BYTES else "")


def _check_backups(settings: Settings, now: datetime) -> CheckResult:
    folder, make_one = settings.backup_folder, "make one: `tracker system backup`"
    backups = backup_files.list_backups(folder)
    if not backups:
        is_off = not settings.backups
        finding = f"none in {folder}{', as setting backups says' if is_off else ''}"
        return CheckResult("backups", finding, "" if is_off else make_one)
    newest = backup_files.check_backup(backups[0].file)  # raises for a damaged one
    at = newest.manifest.made_at
    finding = f"{len(backups)} in {folder}, the newest of {format_utc_minute(at)} is whole"
    is_old = settings.backups and now - at > MAX_BACKUP_AGE
    why = "the scheduler makes one a day: is `tracker system run` running?"
    return CheckResult("backups", finding, f"{make_one}; {why}" if is_old else "")


def _check_permissions(settings: Settings) -> CheckResult:
    folder = settings.backup_folder
    files = list_own_files(settings.file, settings.url)
    opened = list_open_paths([*files, folder, *folder.glob("*.zip")])
    if opened:
        finding = f"other users can read {opened[0]}"
        return CheckResult("permissions", finding, f"chmod go= {' '.join(map(str, opened))}")
    if settings.data_dir.exists() and not os.access(settings.data_dir, os.W_OK):
        return CheckResult(
            "permissions",
            f"{settings.data_dir} cannot be written",
            "let the user of the tracker write it",
        )
    return CheckResult("permissions", "the files are for their owner alone")


def _check_clock(session: Session, now: datetime) -> CheckResult:
    newest = database_info.find_newest_time(session)
    if newest is not None and newest - now > MAX_CLOCK_LAG:
        finding = (
            f"it shows {now:%Y-%m-%d %H:%M}, and something was stored at {newest:%Y-%m-%d %H:%M}"
        )
        return CheckResult("clock", finding, "set the clock of this machine")
    return CheckResult("clock", f"{now:%Y-%m-%d %H:%M} UTC, after all that is stored")


def _check_feeds(session: Session, now: datetime) -> CheckResult:
    fleet = feed_status.summarise_fleet(session, now)
    finding = fleet.alarm or f"{format_count(fleet.feeds, 'feed')}, {fleet.share_failing:.0%} fail"
    return CheckResult("feeds", finding, "`tracker feed list` says why" if fleet.alarm else "")
