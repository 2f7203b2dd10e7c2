"""Facts about the database itself, and the runs of scheduled jobs."""

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from tracker.model.read_models import JobRun
from tracker.storage.tables import JobRunRow, PropertyRow

REPLAYED_UNTIL = "replayed_until"
HEADLINES = "headlines"
"""Who worded the headlines of a replay, as its history states it."""
KEPT_RUNS = 500
"""Runs kept of all jobs together; older ones say nothing that the newer do not."""


def replayed_until(session: Session) -> datetime | None:
    """The simulated time a replay has reached; None in a live database."""
    value = read(session, REPLAYED_UNTIL)
    return None if value is None else datetime.fromisoformat(value)


def mark_replayed(session: Session, until: datetime) -> None:
    """Mark the database as a replay."""
    write(session, REPLAYED_UNTIL, until.isoformat())


def read(session: Session, key: str) -> str | None:
    """A fact about the database by its key."""
    row = session.get(PropertyRow, key)
    return None if row is None else row.value


def write(session: Session, key: str, value: str) -> None:
    """Set a fact about the database."""
    session.merge(PropertyRow(key=key, value=value))


def add_run(session: Session, run: JobRun) -> None:
    """Keep one run of a job and drop the oldest ones."""
    row = JobRunRow(**{name: getattr(run, name) for name in JobRun.__slots__})
    session.add(row)
    session.flush()
    session.execute(delete(JobRunRow).where(col(JobRunRow.id) <= (row.id or 0) - KEPT_RUNS))


def last_runs(session: Session) -> tuple[JobRun, ...]:
    """The newest run of each job."""
    newest = select(func.max(JobRunRow.id)).group_by(JobRunRow.job)
    rows = session.exec(
        select(JobRunRow).where(col(JobRunRow.id).in_(newest)).order_by(JobRunRow.job)
    )
    return tuple(JobRun(r.job, r.started_at, r.ended_at, r.outcome, r.detail) for r in rows)
