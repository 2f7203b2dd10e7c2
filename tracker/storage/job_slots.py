"""Slots: each job runs, or is handed to a worker, at most once in each of its periods.

The lock of the scheduler saves work; these rows make it right. A connection that is cut gives two
leaders for a moment, and only one of them inserts the row.
"""

import math
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, text

from tracker.storage.database_info import build_insert
from tracker.storage.tables import JobSlotRow


def take_slot(session: Session, job: str, seconds: float, now: datetime) -> bool:
    """Take the current slot of a job with this period; False if it is taken.

    PostgreSQL counts by the time of the server, so that no clock of a machine matters. Other rows
    of the job go, but for neighbours: a clock set back an hour finds its slots free.
    """
    slot = math.floor(_read_time(session, now) / seconds)
    row = {"job": job, "slot": slot, "taken_at": now}
    statement = build_insert(session, JobSlotRow).values(row).on_conflict_do_nothing()
    if session.connection().execute(statement.returning(col(JobSlotRow.slot))).first() is None:
        return False
    distant = (col(JobSlotRow.slot) < slot - 1) | (col(JobSlotRow.slot) > slot + 1)
    session.execute(delete(JobSlotRow).where(col(JobSlotRow.job) == job, distant))
    return True


def _read_time(session: Session, now: datetime) -> float:
    """Return the time in seconds since 1970."""
    if session.get_bind().dialect.name == "sqlite":
        return now.timestamp()
    query = text("SELECT extract(epoch FROM clock_timestamp())")
    return float(session.execute(query).scalar_one())
