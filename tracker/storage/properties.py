"""Properties of the database, and runs of scheduled jobs."""

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from tracker.model.read_models import JobRun
from tracker.storage.tables import JobRunRow, PropertyRow

REPLAYED_UNTIL = "replayed_until"
HEADLINES = "headlines"
"""Origin of a replay's headlines, as stated by its history."""
KEPT_RUNS = 500
"""Stored runs of all jobs together."""


def replayed_until(session: Session) -> datetime | None:
    """Return the simulated time a replay has reached; None in a live database."""
    value = read(session, REPLAYED_UNTIL)
    return None if value is None else datetime.fromisoformat(value)


def mark_replayed(session: Session, until: datetime) -> None:
    """Save the simulated time of a replay."""
    write(session, REPLAYED_UNTIL, until.isoformat())


def read(session: Session, key: str) -> str | None:
    """Return a property by its key."""
    row = session.get(PropertyRow, key)
    return None if row is None else row.value


def write(session: Session, key: str, value: str) -> None:
    """Set a property."""
    session.merge(PropertyRow(key=key, value=value))


def add_run(session: Session, run: JobRun) -> None:
    """Store a run of a job and delete the oldest ones."""
    row = JobRunRow(**{name: getattr(run, name) for name in JobRun.__slots__})
    session.add(row)
    session.flush()
    session.execute(delete(JobRunRow).where(col(JobRunRow.id) <= (row.id or 0) - KEPT_RUNS))


def last_runs(session: Session) -> tuple[JobRun, ...]:
    """Return the newest run of each job."""
    newest = select(func.max(JobRunRow.id)).group_by(JobRunRow.job)
    rows = session.exec(
        select(JobRunRow).where(col(JobRunRow.id).in_(newest)).order_by(JobRunRow.job)
    )
    return tuple(JobRun(r.job, r.started_at, r.ended_at, r.outcome, r.detail) for r in rows)
