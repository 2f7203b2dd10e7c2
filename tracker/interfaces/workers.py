"""Worker process: it takes jobs from the queues in PostgreSQL and does them.

One job of each queue at a time; a poll alone asks many feeds at once. A worker that is killed loses
nothing: the scheduler returns its jobs, and what was done already is not done twice, by natural
keys. The database may go away and come back.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import structlog

from tracker.app.tracker import Tracker
from tracker.errors import StorageUnavailable
from tracker.feeds.item import FeedId, ItemId
from tracker.interfaces.jobs import JOBS, describe_poll, describe_rematch, run_job
from tracker.interfaces.process_setup import freeze_gc
from tracker.interfaces.stop_signals import stop_by_signal
from tracker.model.audit import JobRun
from tracker.model.work import (
    JOB_TASK,
    MATCH_TASK,
    MAX_ATTEMPTS,
    POLL_TASK,
    RETRY_BASE_SECONDS,
    STALLED_SECONDS,
    QueueName,
)

if TYPE_CHECKING:
    from procrastinate import App, JobContext

logger = structlog.get_logger("tracker.interfaces.workers")

HEARTBEAT_SECONDS: Final = 5.0
RECONNECT_SECONDS: Final = 1.0


def run_scheduled_job(tracker: Tracker, _attempt: int, *, job: str) -> None:
    """Run a job of the scheduler. Its error is recorded; its next slot is the next attempt."""
    run_job(tracker, next(known for known in JOBS if known.name == job))


def poll_batch(tracker: Tracker, attempt: int, *, feeds: list[FeedId]) -> None:
    """Poll a batch of feeds. One that failed before is split, to find the feed that fails."""
    if attempt > 1 and len(feeds) > 1:
        tracker.feeds.split_batch(feeds)
        return
    started = tracker.now()
    _record(tracker, "poll", started, describe_poll(tracker.feeds.poll_batch(feeds)))


def match_chunk(tracker: Tracker, _attempt: int, *, first: int, last: int) -> None:
    """Match a chunk of the archive."""
    started = tracker.now()
    report = tracker.evidence.match_chunk(ItemId(first), ItemId(last))
    _record(tracker, "rematch", started, describe_rematch(report))


def _record(tracker: Tracker, job: str, started: datetime, detail: str | None) -> None:
    if detail is not None:
        tracker.system.record_run(JobRun(job, started, tracker.now(), "ok", detail))


Perform = Callable[..., None]
"""A task: it gets the tracker, the number of the attempt, and its arguments."""

TASKS: Final[Mapping[str, Perform]] = {
    JOB_TASK: run_scheduled_job,
    POLL_TASK: poll_batch,
    MATCH_TASK: match_chunk,
}


def run_worker(tracker: Tracker, queues: Sequence[QueueName]) -> int:
    """Work on these queues until SIGINT or SIGTERM; returns 0. Raises `Refused` for SQLite."""
    app = _make_app(tracker, tracker.system.connect_worker(queues))
    for name in ("procrastinate", "psycopg.pool"):  # they print tracebacks of an outage
        logging.getLogger(name).setLevel(logging.CRITICAL)
    freeze_gc()
    stop, runner = asyncio.Event(), asyncio.Runner()
    loop = runner.get_loop()

    def request_stop() -> None:
        stop.set()
        tracker.feeds.stop_polling()

    # What is cut off is done again elsewhere. The runner waits for it, hence ends first.
    with stop_by_signal(lambda: loop.call_soon_threadsafe(request_stop)), runner:
        runner.run(_work_until_stopped(app, queues, stop))
    logger.info("worker.stopped")
    return 0


def _make_app(tracker: Tracker, parameters: Mapping[str, Any]) -> "App":
    from procrastinate import App, PsycopgConnector, RetryStrategy

    app = App(connector=PsycopgConnector(kwargs=dict(parameters), min_size=1, max_size=4))
    retry = RetryStrategy(max_attempts=MAX_ATTEMPTS - 1, exponential_wait=RETRY_BASE_SECONDS)
    for name, perform in TASKS.items():
        app.task(name=name, retry=retry, pass_context=True)(_guard(tracker, name, perform))
    return app


def _guard(tracker: Tracker, task: str, perform: Perform) -> Perform:
    """Return the task with its errors logged; after the last attempt its feeds are paused."""

    def run_task(context: "JobContext", **arguments: Any) -> None:
        attempt = context.job.attempts + 1
        try:
            perform(tracker, attempt, **arguments)
        except Exception as error:
            job, reason = context.job.id, str(error)
            logger.error("job.failed", job=job, task=task, attempt=attempt, reason=reason)
            if attempt >= MAX_ATTEMPTS:
                tracker.feeds.park(arguments.get("feeds", ()))
            raise

    return run_task


async def _work_until_stopped(app: "App", queues: Sequence[QueueName], stop: asyncio.Event) -> None:
    logger.info("worker.started", queues=list(queues))
    is_away = False
    while not stop.is_set():
        try:
            async with app.open_async():
                if is_away:
                    logger.warning("database.back")
                is_away = False
                await _work(app, queues, stop)
        except Exception as error:  # whatever an outage raises in its many places
            if not is_away:
                logger.error("database.away", reason=str(error))
            is_away = True
        await _wait(stop, RECONNECT_SECONDS)


async def _work(app: "App", queues: Sequence[QueueName], stop: asyncio.Event) -> None:
    """Run a worker of each queue until one of them ends, or `stop` is set; raise its error."""
    workers = [
        asyncio.create_task(
            app.run_worker_async(
                queues=[queue],
                name=queue,
                delete_jobs="successful",
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
            )
        )
        for queue in queues
    ]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([*workers, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in (*workers, stopping):
        task.cancel()
    results = await asyncio.gather(*workers, return_exceptions=True)
    if not stop.is_set():  # a worker that lost its connection may also end without an error
        errors = (error for error in results if isinstance(error, Exception))
        raise next(errors, StorageUnavailable("the connection to the queue is lost"))


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    """Wait so many seconds, or until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
