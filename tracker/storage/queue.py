"""The queue of jobs that workers share: Procrastinate, in a PostgreSQL schema of its own.

A job is stored in the transaction of the data that it is about: both are there, or neither is.
SQLite has one process and no queue: here that is a queue without jobs and workers. The schema is
that of Procrastinate 3.10; a release with another one needs a migration of ours.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Engine
from sqlmodel import Session, text

from tracker.errors import NotFound, Refused
from tracker.model.work import (
    MAX_ATTEMPTS,
    STALLED_SECONDS,
    ParkedJob,
    QueuedTask,
    QueueName,
    QueueStatus,
    Rescue,
    WorkerStatus,
)
from tracker.storage.leader import SERVER_KEEPALIVES, describe_process

QUEUE_SCHEMA: Final = "queue"
"""Schema of the queue's tables. Backups leave its jobs out: what is due is queued again."""

_KEEPALIVES: Final = " ".join(
    f"-c tcp_keepalives_{name}={value}" for name, value in SERVER_KEEPALIVES.items()
)
_WORKER_PREFIX: Final = "tracker worker "


def connection_parameters(engine: Engine, queues: Sequence[QueueName]) -> dict[str, Any]:
    """Return the parameters of libpq with which a worker of these queues connects.

    Its connections bear its name, by which others see that it is there: a killed worker is gone at
    once. Raises `Refused` for SQLite.
    """
    if engine.dialect.name == "sqlite":
        raise Refused("this database is worked by one process: tracker system run")
    parameters: dict[str, Any] = dict(engine.dialect.create_connect_args(engine.url)[1])
    options = f"{parameters.get('options', '')} -c search_path={QUEUE_SCHEMA} {_KEEPALIVES}".strip()
    return {
        **parameters,
        "connect_timeout": 5,
        "application_name": f"{_WORKER_PREFIX}{','.join(queues)} {describe_process()}",
        "options": options,
    }


def enqueue(session: Session, task: QueuedTask) -> bool:
    """Add a job in this transaction; False if one of its key waits or is parked already."""
    from procrastinate.exceptions import AlreadyEnqueued
    from procrastinate.manager import JobManager
    from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
    from procrastinate.tasks import configure_task

    if task.key and _is_parked(session, task.key):
        return False
    try:
        with session.begin_nested(), _queue_path(session) as connection:
            configure_task(
                name=task.name,
                job_manager=JobManager(SyncPsycopgConnector()),
                connection=connection,
                queue=task.queue,
                queueing_lock=task.key or None,
                lock=task.key or None,
                task_kwargs=dict(task.arguments),
            ).defer()
    except AlreadyEnqueued:
        return False
    return True


def _is_parked(session: Session, key: str) -> bool:
    return bool(session.execute(text(_PARKED_KEY_QUERY), {"key": key}).first())


@contextmanager
def _queue_path(session: Session) -> Iterator[Any]:
    """Let unqualified names mean the queue's; an error ends the transaction, and this with it."""
    before = session.execute(text("SELECT current_setting('search_path')")).scalar_one()
    _set_path(session, QUEUE_SCHEMA)
    yield session.connection().connection.driver_connection
    _set_path(session, before)


def _set_path(session: Session, path: str) -> None:
    session.execute(text("SELECT set_config('search_path', :path, true)"), {"path": path})


def list_workers(session: Session) -> tuple[WorkerStatus, ...]:
    """Return the connected workers, the oldest first."""
    if session.get_bind().dialect.name == "sqlite":
        return ()
    rows = session.execute(text(_WORKERS_QUERY), {"prefix": f"{_WORKER_PREFIX}%"})
    return tuple(_parse_worker(name, since) for name, since in rows)


def _parse_worker(name: str, since: Any) -> WorkerStatus:
    queues, _, process = name.removeprefix(_WORKER_PREFIX).partition(" ")
    return WorkerStatus(tuple(queues.split(",")), process, since)


def count_workers(session: Session, queue: QueueName) -> int:
    """Count the connected workers of a queue."""
    return sum(queue in worker.queues for worker in list_workers(session))


def list_queues(session: Session) -> tuple[QueueStatus, ...]:
    """Return the queues that have jobs, by name."""
    if session.get_bind().dialect.name == "sqlite":
        return ()
    return tuple(QueueStatus(*row) for row in session.execute(text(_QUEUES_QUERY)))


def list_parked(session: Session) -> tuple[ParkedJob, ...]:
    """Return the parked jobs, the oldest first."""
    if session.get_bind().dialect.name == "sqlite":
        return ()
    return tuple(ParkedJob(*row) for row in session.execute(text(_PARKED_QUERY)))


def rescue_jobs(session: Session) -> Rescue:
    """Return the jobs of killed workers to their queues; park those with no attempt left."""
    if session.get_bind().dialect.name == "sqlite":
        return Rescue()
    stalled = session.execute(text(_STALLED_QUERY), {"seconds": STALLED_SECONDS}).all()
    lost = {job for job, attempts in stalled if attempts + 1 >= MAX_ATTEMPTS}
    if stalled:
        with _queue_path(session):
            for job, _ in stalled:
                session.execute(text(_PARK if job in lost else _RETRY), {"job": job})
    parked = tuple(job for job in list_parked(session) if job.id in lost) if lost else ()
    return Rescue(len(stalled) - len(lost), parked)


def retry_job(session: Session, job_id: int) -> ParkedJob:
    """Give a parked job all its attempts again; raises `NotFound`."""
    parked = _require_parked(session, job_id)
    with _queue_path(session):
        session.execute(text(_RETRY), {"job": job_id})
        session.execute(text(_FORGET_ATTEMPTS), {"job": job_id})
    return parked


def drop_job(session: Session, job_id: int) -> ParkedJob:
    """Delete a parked job; raises `NotFound`."""
    parked = _require_parked(session, job_id)
    with _queue_path(session):
        session.execute(text(_DROP), {"job": job_id})
    return parked


def _require_parked(session: Session, job_id: int) -> ParkedJob:
    for job in list_parked(session):
        if job.id == job_id:
            return job
    raise NotFound("parked job", str(job_id), "`tracker system jobs` lists them")


_WORKERS_QUERY: Final = """
SELECT application_name, min(backend_start) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE :prefix
GROUP BY 1 ORDER BY 2, 1
"""
_PARKED_KEY_QUERY: Final = """
SELECT 1 FROM queue.procrastinate_jobs WHERE queueing_lock = :key AND status = 'failed' LIMIT 1
"""
_QUEUES_QUERY: Final = """
SELECT j.queue_name,
  count(*) FILTER (WHERE j.status = 'todo'),
  count(*) FILTER (WHERE j.status = 'doing'),
  count(*) FILTER (WHERE j.status = 'failed'),
  coalesce(extract(epoch FROM now() - min(greatest(e.at, j.scheduled_at)) FILTER (
    WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())
  )), 0)::float
FROM queue.procrastinate_jobs j
LEFT JOIN queue.procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
GROUP BY 1 ORDER BY 1
"""
_PARKED_QUERY: Final = """
SELECT j.id, j.queue_name, j.task_name, j.args, j.attempts,
  coalesce((SELECT max(e.at) FROM queue.procrastinate_events e WHERE e.job_id = j.id), now())
FROM queue.procrastinate_jobs j WHERE j.status = 'failed' ORDER BY j.id
"""
_STALLED_QUERY: Final = """
SELECT j.id, j.attempts FROM queue.procrastinate_jobs j
WHERE j.status = 'doing' AND NOT EXISTS (
  SELECT 1 FROM queue.procrastinate_workers w
  WHERE w.id = j.worker_id AND w.last_heartbeat > now() - make_interval(secs => :seconds)
) FOR UPDATE SKIP LOCKED
"""
_RETRY: Final = "SELECT procrastinate_retry_job_v2(:job, now(), NULL, NULL, NULL)"
_PARK: Final = "SELECT procrastinate_finish_job_v1(:job, 'failed', false)"
_FORGET_ATTEMPTS: Final = "UPDATE procrastinate_jobs SET attempts = 0 WHERE id = :job"
_DROP: Final = "DELETE FROM procrastinate_jobs WHERE id = :job"
