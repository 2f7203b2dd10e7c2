"""Properties of the database, and runs of scheduled jobs."""

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from tracker.model.read_models import JobRun
from tracker.storage.tables import JobRunRow, PropertyRow

REPLAYED_UNTIL_KEY = "replayed_until"
HEADLINES_KEY = "headlines"
"""Origin of a replay's headlines, as stated by its history."""
MAX_JOB_RUNS = 500
"""Stored runs of all jobs together."""


def read_replay_time(session: Session) -> datetime | None:
    """Return the simulated time a replay has reached; None in a live database."""
    value = read_property(session, REPLAYED_UNTIL_KEY)
    return None if value is None else datetime.fromisoformat(value)


def save_replay_time(session: Session, until: datetime) -> None:
    """Save the simulated time of a replay."""
    write_property(session, REPLAYED_UNTIL_KEY, until.isoformat())


def read_property(session: Session, key: str) -> str | None:
    """Return a property by its key."""
    row = session.get(PropertyRow, key)
    return None if row is None else row.value


def write_property(session: Session, key: str, value: str) -> None:
    """Set a property."""
    session.merge(PropertyRow(key=key, value=value))


def add_job_run(session: Session, run: JobRun) -> None:
    """Store a run of a job and delete the oldest ones."""
    row = JobRunRow(**{name: getattr(run, name) for name in JobRun.__slots__})
    session.add(row)
    session.flush()
    session.execute(delete(JobRunRow).where(col(JobRunRow.id) <= (row.id or 0) - MAX_JOB_RUNS))


def list_last_job_runs(session: Session) -> tuple[JobRun, ...]:
    """Return the newest run of each job."""
    newest = select(func.max(JobRunRow.id)).group_by(JobRunRow.job)
    rows = session.exec(
        select(JobRunRow).where(col(JobRunRow.id).in_(newest)).order_by(JobRunRow.job)
    )
    return tuple(JobRun(r.job, r.started_at, r.ended_at, r.outcome, r.detail) for r in rows)
