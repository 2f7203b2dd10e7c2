"""What an installation says of itself: how far it has come, what its feeds may cost, and how it
fares.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from typing import Final

from tracker.ingestion.request_budget import PER_FEED
from tracker.settings import Settings
from tracker.storage import event_log_rows as log
from tracker.storage import feeds, properties
from tracker.storage import stats as beginnings
from tracker.storage.sessions import Session

PACKAGE: Final = "scenario-tracker"
SOON: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What has truly been done in this database, as its tables show it: no step is ticked by
    hand.
    """

    asked: bool
    forecast: bool
    polled: bool
    reviewed: bool

    @property
    def done(self) -> int:
        """How many of the four steps are done."""
        return sum((self.asked, self.forecast, self.polled, self.reviewed))


@dataclass(frozen=True, slots=True)
class Budget:
    """What all feeds together may cost: requests a day.

    `limit` is what holds, and `was_set` whether somebody set it; `used` counts the requests since
    midnight UTC. `due` feeds are asked in the next round, `soon` within the next hour (those
    included), the next one at `next_at`: None when every feed is paused, or there is none. `feeds`
    counts those that are not paused.
    """

    limit: float
    was_set: bool
    used: int
    feeds: int
    due: int
    soon: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Installation:
    """Which version runs on what: kind and size (bytes) of the database, entries of its log, when a
    job last ended.

    `last_job` is None when no scheduler ever ran here.
    """

    version: str
    database: str
    bytes: int
    entries: int
    last_job: datetime | None


def first_steps(session: Session) -> FirstSteps:
    """How far this database has come."""
    return FirstSteps(*beginnings.beginnings(session))


def budget(session: Session, settings: Settings, now: datetime) -> Budget:
    """What the feeds may cost, what they have cost today, and what comes next."""
    known = feeds.feeds(session)
    today = now.astimezone(UTC).date()
    used = sum(day.polls for days in feeds.days(session, today).values() for day in days)
    due_at = sorted(state.next_due_at for state in known if not state.paused)
    return Budget(
        limit=settings.request_budget or PER_FEED * len(known),
        was_set=bool(settings.request_budget),
        used=used,
        feeds=len(due_at),
        due=sum(at <= now for at in due_at),
        soon=sum(at <= now + SOON for at in due_at),
        next_at=due_at[0] if due_at else None,
    )


def installation(session: Session, settings: Settings) -> Installation:
    """How this installation fares; the log is counted, not checked: that takes longer
    (`verify`).
    """
    runs = properties.last_runs(session)
    return Installation(
        version=version(),
        database="SQLite" if settings.url.startswith("sqlite") else "PostgreSQL",
        bytes=beginnings.size(session),
        entries=log.newest_seq(session),
        last_job=max((run.ended_at for run in runs), default=None),
    )


def version() -> str:
    """The version of the tracker that runs."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        return "of this folder, not installed"
