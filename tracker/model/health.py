"""State of an installation, for pages and monitors: is the scheduler alive, and what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MAX_SILENCE: Final = timedelta(minutes=3)
"""Time without a sign of the scheduler, which gives one each minute, from which it counts as away.
"""

MAX_LATENESS: Final = timedelta(minutes=15)
"""Lateness of a feed from which polling counts as stalled; a round takes a minute."""

REVIEWED: Final = ("confirmed", "edited", "rejected")
"""States of evidence that a person has judged, the accepted ones first."""


@dataclass(frozen=True, slots=True)
class SchedulerState:
    """Last sign of the scheduler, and the due time of the feed that has waited longest.

    None if there was no sign yet, as where no scheduler ever ran, and without feeds.
    """

    seen_at: datetime | None
    oldest_due_at: datetime | None

    def is_away(self, now: datetime) -> bool:
        """True if a scheduler ran here and gives no sign any more."""
        return self.seen_at is not None and now - self.seen_at > MAX_SILENCE

    def compute_lateness(self, now: datetime) -> timedelta:
        """Return how late the most overdue feed is; zero if none is."""
        return max(now - (self.oldest_due_at or now), timedelta(0))

    def list_troubles(self, now: datetime) -> tuple[str, ...]:
        """List what keeps the installation from its work, in words."""
        troubles = []
        if self.seen_at is None:
            troubles.append("no scheduler has run here")
        elif self.is_away(now):
            troubles.append(f"no sign of the scheduler since {self.seen_at:%Y-%m-%d %H:%M} UTC")
        if (late := self.compute_lateness(now)) > MAX_LATENESS:
            troubles.append(f"a feed is {late // timedelta(minutes=1)} minutes late")
        return tuple(troubles)


@dataclass(frozen=True, slots=True)
class Workload:
    """Work done and waiting: evidence by its state, notices by theirs (sent, waiting, retrying),
    failing channels, chunks of the archive to match, entries of the log, and the size of the
    database in bytes. `good_runs` is when each job last ended well, `backed_up_at` the time of the
    newest backup, None if there was none.
    """

    evidence: Mapping[str, int]
    notices: Mapping[str, int]
    failing_channels: int
    chunks: int
    log_entries: int
    database_bytes: int
    good_runs: Mapping[str, datetime]
    backed_up_at: datetime | None

    @property
    def precision(self) -> float | None:
        """Share of judged evidence that was accepted; None before any was judged."""
        judged = sum(self.evidence.get(status, 0) for status in REVIEWED)
        return 1 - self.evidence.get("rejected", 0) / judged if judged else None
