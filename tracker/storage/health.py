"""The state of an installation as its tables show it."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import case, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from tracker.model.health import SchedulerState, Workload
from tracker.storage import event_log
from tracker.storage.database_info import (
    read_backup_time,
    read_database_bytes,
    read_property,
    write_property,
)
from tracker.storage.tables import (
    ChannelRow,
    EvidenceRow,
    FeedRow,
    JobRunRow,
    OutboxRow,
    RematchRow,
    TableRow,
)

SEEN_KEY: Final = "scheduler_seen"


def note_scheduler(session: Session, now: datetime) -> None:
    """Note that the scheduler runs."""
    write_property(session, SEEN_KEY, now.isoformat())


def read_scheduler_state(session: Session) -> SchedulerState:
    """Read when the scheduler was last seen, and which feed is due for longest."""
    seen = read_property(session, SEEN_KEY)
    due = select(func.min(FeedRow.next_due_at)).where(FeedRow.paused_why == "")
    return SchedulerState(datetime.fromisoformat(seen) if seen else None, session.exec(due).one())


def read_workload(session: Session) -> Workload:
    """Count what is done and what waits."""
    ranges = select(RematchRow.first_item, RematchRow.last_item)
    waiting = ranges.where(col(RematchRow.done_at).is_(None)).distinct().subquery()
    failing = select(func.count()).select_from(ChannelRow)
    return Workload(
        evidence=_count_by(session, EvidenceRow, col(EvidenceRow.status)),
        notices=_count_by(session, OutboxRow, _NOTICE_STATE),
        failing_channels=session.exec(failing.where(col(ChannelRow.failures) > 0)).one(),
        chunks=session.exec(select(func.count()).select_from(waiting)).one(),
        log_entries=event_log.find_newest_seq(session),
        database_bytes=read_database_bytes(session),
        good_runs=_list_good_runs(session),
        backed_up_at=read_backup_time(session),
    )


_NOTICE_STATE: Final = case(
    (col(OutboxRow.sent_at).is_not(None), "sent"),
    (col(OutboxRow.attempts) > 0, "retrying"),
    else_="waiting",
)


def _count_by(session: Session, table: type[TableRow], state: Any) -> dict[str, int]:
    query = sa_select(state, func.count()).select_from(table).group_by(state)
    return {row[0]: row[1] for row in session.execute(query)}


def _list_good_runs(session: Session) -> dict[str, datetime]:
    newest = select(JobRunRow.job, func.max(JobRunRow.ended_at)).group_by(col(JobRunRow.job))
    return dict(session.exec(newest.where(JobRunRow.outcome == "ok")).all())
