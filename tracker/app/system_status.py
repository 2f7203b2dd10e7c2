"""System status: first steps, request budget of the feeds, version and database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from typing import Final

from tracker.ingestion.request_budget import REQUESTS_PER_FEED
from tracker.settings import Settings
from tracker.storage import database_info as beginnings
from tracker.storage import database_info as properties
from tracker.storage import event_log_rows as log
from tracker.storage import feeds
from tracker.storage.sessions import Session

PACKAGE: Final = "scenario-tracker"
SOON_PERIOD: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """First steps done in this database, derived from its tables."""

    asked: bool
    forecast: bool
    polled: bool
    reviewed: bool

    @property
    def done(self) -> int:
        """Number of the four steps that are done."""
        return sum((self.asked, self.forecast, self.polled, self.reviewed))


@dataclass(frozen=True, slots=True)
class FeedBudget:
    """Request budget of all feeds together, in requests a day.

    `limit` is the effective limit, `was_set` is true if somebody set it; `used` counts the requests
    since midnight UTC. `due` feeds are polled in the next run, `soon` within the next hour (those
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
class SystemStatus:
    """Version, kind and size (bytes) of the database, log entries, and end of the last job.

    `last_job` is None when no scheduler ever ran here.
    """

    version: str
    database: str
    bytes: int
    entries: int
    last_job: datetime | None


def read_first_steps(session: Session) -> FirstSteps:
    """Read which first steps are done."""
    return FirstSteps(*beginnings.read_onboarding_progress(session))


def measure_feed_budget(session: Session, settings: Settings, now: datetime) -> FeedBudget:
    """Compute the limit of requests a day, those of today, and the next polls."""
    states = feeds.list_feeds(session)
    today = now.astimezone(UTC).date()
    used = sum(day.polls for days in feeds.list_day_counts(session, today).values() for day in days)
    due_at = sorted(state.next_due_at for state in states if not state.paused)
    return FeedBudget(
        limit=settings.request_budget or REQUESTS_PER_FEED * len(states),
        was_set=bool(settings.request_budget),
        used=used,
        feeds=len(due_at),
        due=sum(at <= now for at in due_at),
        soon=sum(at <= now + SOON_PERIOD for at in due_at),
        next_at=due_at[0] if due_at else None,
    )


def read_system_status(session: Session, settings: Settings) -> SystemStatus:
    """Read the system status; the log is counted, not verified, which takes longer."""
    runs = properties.list_last_job_runs(session)
    return SystemStatus(
        version=get_version(),
        database="SQLite" if settings.url.startswith("sqlite") else "PostgreSQL",
        bytes=beginnings.read_database_bytes(session),
        entries=log.find_newest_seq(session),
        last_job=max((run.ended_at for run in runs), default=None),
    )


def get_version() -> str:
    """Version of the running tracker."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        return "of this folder, not installed"
