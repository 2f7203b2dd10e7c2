"""System status: first steps, request budget of the feeds, version and database."""

from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from typing import Final

from tracker.settings import Settings
from tracker.storage import database_info, event_log
from tracker.storage.sessions import Session

PACKAGE: Final = "scenario-tracker"


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
    return FirstSteps(*database_info.read_onboarding_progress(session))


def read_system_status(session: Session, settings: Settings) -> SystemStatus:
    """Read the system status; the log is counted, not verified, which takes longer."""
    runs = database_info.list_last_job_runs(session)
    return SystemStatus(
        version=get_version(),
        database="SQLite" if settings.url.startswith("sqlite") else "PostgreSQL",
        bytes=database_info.read_database_bytes(session),
        entries=event_log.find_newest_seq(session),
        last_job=max((run.ended_at for run in runs), default=None),
    )


def get_version() -> str:
    """Version of the running tracker."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        return "of this folder, not installed"
