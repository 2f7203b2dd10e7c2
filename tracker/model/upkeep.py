"""Values of an installation's upkeep: backups, the check, pruning and growth."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Literal

BackupForm = Literal["sqlite", "postgresql", "export"]
BackupReason = Literal["by hand", "daily", "before an upgrade"]


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """Schema version, head of the log (SEQ:HASH) and rows by table: two copies agree on them."""

    schema: str
    head: str
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """Content of a backup, to check it by.

    `version` is that of the tracker; `bytes` and `sha256` are those of the copy in the archive,
    which is a SQLite database, a dump of PostgreSQL, or an export that either reads.
    """

    format: str
    version: str
    form: BackupForm
    reason: BackupReason
    made_at: datetime
    state: DatabaseState
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup file; `note` says why the copy is no dump of PostgreSQL, "" where it is not due."""

    file: Path
    bytes: int
    manifest: BackupManifest
    note: str = ""


def _get_week(at: datetime) -> object:
    return at.isocalendar()[:2]


def _get_month(at: datetime) -> object:
    return (at.year, at.month)


PERIODS: Final[tuple[tuple[int, Callable[[datetime], object]], ...]] = (
    (7, datetime.date),
    (4, _get_week),
    (12, _get_month),
)
"""Number of days, weeks and months (UTC) of which the last daily backup stays."""


def choose_backups_to_keep(times: Iterable[datetime]) -> frozenset[datetime]:
    """Return the times of the backups to keep: the last of each of the newest days, weeks, months.

    A period without a backup does not count. What is dropped today would not be kept tomorrow, so
    that thinning out every day, or once a year, leaves the same.
    """
    ordered = sorted(at.astimezone(UTC) for at in times)
    chosen: set[datetime] = set()
    for count, get_period in PERIODS:
        last_by_period = {get_period(at): at for at in ordered}
        chosen.update([*last_by_period.values()][-count:])
    return frozenset(chosen)


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored database: its backup, where the replaced one is ("" if there was none), its head.

    `problem` is what the check of its log found, "" for a log that is whole.
    """

    manifest: BackupManifest
    replaced: str
    head: str
    problem: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A line of the check: what was found, and what to do about it, "" if nothing."""

    name: str
    finding: str
    remedy: str = ""

    @property
    def is_good(self) -> bool:
        """Return whether nothing has to be done."""
        return not self.remedy


@dataclass(frozen=True, slots=True)
class PruneReport:
    """Rows emptied or deleted by kind of content, or to be with `is_dry`; size of the database.

    `free_bytes` is room inside a SQLite file that only compacting gives back to the disk.
    """

    rows: Mapping[str, int]
    is_dry: bool
    bytes: int
    free_bytes: int

    @property
    def total(self) -> int:
        """Number of rows of all kinds."""
        return sum(self.rows.values())


@dataclass(frozen=True, slots=True)
class DailyUpkeep:
    """Outcome of the daily upkeep: the backup, None where backups are off, and what was pruned."""

    backup: Backup | None
    pruned: PruneReport


MIN_GROWTH_DAYS: Final = 7
DAYS_PER_MONTH: Final = 30


def compute_growth(sizes: Iterable[tuple[date, int]]) -> int | None:
    """Return the growth in bytes a month (30 days) by the first and last of some days' sizes.

    None while they are less than a week apart. A database that shrank has a negative growth.

    >>> compute_growth([(date(2026, 11, 1), 1_000_000), (date(2026, 11, 16), 1_200_000)])
    400000
    """
    ordered = sorted(sizes)
    if not ordered or (days := (ordered[-1][0] - ordered[0][0]).days) < MIN_GROWTH_DAYS:
        return None
    return round((ordered[-1][1] - ordered[0][1]) / days * DAYS_PER_MONTH)


def format_bytes(count: int) -> str:
    """Format a number of bytes: `812 bytes`, `45 kB`, `1.2 MB`, `3.1 GB`."""
    for size, unit in ((1_000_000_000, "GB"), (1_000_000, "MB")):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    if count >= 1_000:
        return f"{count / 1e3:.0f} kB"
    return f"{count} {'byte' if count == 1 else 'bytes'}"


def describe_size(size: int, growth: int | None) -> str:
    """Describe a size in bytes with its growth a month.

    >>> describe_size(3_100_000_000, 412_000_000), describe_size(45_000, None)
    ('3.1 GB, about 412.0 MB more a month', '45 kB')
    """
    if growth is None:
        return format_bytes(size)
    if growth <= 0:
        return f"{format_bytes(size)}, not growing"
    return f"{format_bytes(size)}, about {format_bytes(growth)} more a month"
