"""Scheduler with a handful of fixed jobs. The schedule of each feed is data, not a job.

This is the only file that uses APScheduler. Jobs live in memory; persistent state is in the
database. A job runs once in each slot of its period. While a worker of its queue is connected, it
is handed to the workers; otherwise it runs here. The watchdog ends the process when the timer's
thread died or no longer ticks, since APScheduler would still report that it runs.

Failures that concern all jobs are handled here: an unavailable database is logged once and its jobs
are retried soon; a damaged database, and a lock that another scheduler took, end the run.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from tracker.app.tracker import Tracker, clock
from tracker.errors import LeadershipLost, StorageDamaged, StorageUnavailable
from tracker.interfaces.jobs import JOBS, Job, rescue_jobs, run_job
from tracker.model.audit import OUTAGE_JOB, JobRun

if TYPE_CHECKING:
    pass

logger = structlog.get_logger("tracker.interfaces.scheduler")

HEARTBEAT_SECONDS = 5.0
MAX_SILENCE_SECONDS = 30.0
"""Without a heartbeat for this long the timer counts as dead."""

MAX_CLOCK_STEP_SECONDS = 5.0
"""A larger jump of the wall clock against the monotonic one means it was set; slewing is slower."""

RETRY_SECONDS = 60.0
"""Delay before retrying a job for which the database was unavailable, however seldom it runs."""


class SlotTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires in the middle of each slot, so that a tick a little late is in the right one."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __str__(self) -> str:
        return f"every {self._seconds:g} s"

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the middle of the slot after that of the previous time."""
        slot = math.floor((previous or now).timestamp() / self._seconds)
        return datetime.fromtimestamp((slot + 1.5) * self._seconds, UTC)


class Scheduler:
    """Runs the jobs until it is stopped or its timer dies."""

    def __init__(
        self,
        tracker: Tracker,
        jobs: tuple[Job, ...] | None = None,
        *,
        check_lock: Callable[[], object] = lambda: None,
    ) -> None:
        self._tracker = tracker
        # The last job also notices a lost lock between jobs.
        self._jobs = (
            *(JOBS if jobs is None else jobs),
            Job("rescue", HEARTBEAT_SECONDS, rescue_jobs),
        )
        self._check_lock = check_lock
        self._beat = time.monotonic()
        self._stopped = threading.Event()
        self._end: LeadershipLost | StorageDamaged | None = None
        self._outage = DatabaseOutage()
        self._owed: set[str] = set()
        self._timer = BackgroundScheduler(timezone=UTC)

    def run(self, *, silence_seconds: float = MAX_SILENCE_SECONDS) -> bool:
        """Run the jobs; True when stopped, False when the timer died and needs a restart.

        Raises `StorageDamaged` and `LeadershipLost` when a job, or the check of the lock before it,
        raised one of them.
        """
        for job in self._jobs:
            self._add_timer_job(job.name, job.seconds, partial(self._run_tick, job))
        self._add_timer_job("heartbeat", HEARTBEAT_SECONDS, self._record_heartbeat)
        self._timer.start()
        logger.info("scheduler.started", jobs=[job.name for job in self._jobs])
        try:
            ended_well = self._watch_timer(silence_seconds)
        finally:
            self._timer.shutdown(wait=self._stopped.is_set())
            logger.info("scheduler.stopped")
        if self._end is not None:
            raise self._end
        return ended_well

    def stop(self) -> None:
        """End the run after the current job, which takes on no further work."""
        self._tracker.feeds.stop_polling()
        self._stopped.set()

    def _watch_timer(self, silence_seconds: float) -> bool:
        """Check the heartbeat, the clock and the retries each second."""
        offset, retry_at = _clock_offset(), time.monotonic()
        while not self._stopped.wait(1.0):
            before, offset = offset, _clock_offset()
            if abs(offset - before) > MAX_CLOCK_STEP_SECONDS:
                logger.warning("scheduler.clock_set", seconds=round(offset - before))
                self._make_due([*(job.name for job in self._jobs), "heartbeat"])
            if time.monotonic() - self._beat > silence_seconds:
                logger.error("scheduler.silent", seconds=silence_seconds)
                return False
            if time.monotonic() >= retry_at:
                self._make_due(self._outage.list_refused_jobs())
                retry_at = time.monotonic() + RETRY_SECONDS
        return True

    def _run_tick(self, job: Job) -> None:
        """Run a job while the lock is held and the database is available."""
        if self._stopped.is_set():
            return
        try:
            self._check_lock()
            away = run_job(self._tracker, job) if self._has_slot(job) else None
        except StorageUnavailable as error:
            away = error
        except (LeadershipLost, StorageDamaged) as error:
            self._end = error
            self.stop()
            return
        self._outage.record_result(job.name, away, self._tracker.now())
        self._outage.record_end(self._tracker.system.record_run, self._tracker.now())
        if away is None:
            self._owed.discard(job.name)

    def _has_slot(self, job: Job) -> bool:
        """Take the slot of a job; False if it is another's, or a worker was given the job.

        A job that met an outage has its slot until it has run. Rescuing is safe to do twice.
        """
        if job.run is rescue_jobs or job.name in self._owed:
            return True
        slot = self._tracker.system.take_slot(job.name, job.seconds, clock(), job.queue)
        if slot == "run":
            self._owed.add(job.name)
        return slot == "run"

    def _record_heartbeat(self) -> None:
        self._beat = time.monotonic()

    def _make_due(self, names: Iterable[str]) -> None:
        # The timer lives on the wall clock: what was due at 12:00 would else wait an hour when it
        # is set back to 11:00. Only the thread of `run` may do this: a job that waited for the
        # timer would block its shutdown.
        for name in names:
            self._timer.modify_job(name, next_run_time=clock())

    def _add_timer_job(self, name: str, seconds: float, call: Callable[[], object]) -> None:
        # A late run is better than none (no grace limit), once is enough (coalesce), and the first
        # run is now: an interval alone would wait a whole period after every restart.
        self._timer.add_job(
            call,
            SlotTrigger(seconds),
            id=name,
            name=name,
            next_run_time=clock(),  # the timer uses the wall clock, not the tracker's time
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )


class DatabaseOutage:
    """Jobs for which the database was unavailable. Thread-safe.

    The first is logged, and the recovery of the last. Their runs cannot be recorded meanwhile: the
    whole outage is, as one run, once the database is back.
    """

    def __init__(self) -> None:
        self._refused: set[str] = set()
        self._missed: Counter[str] = Counter()
        self._since: datetime | None = None
        self._reason = ""
        self._guard = threading.Lock()

    def record_result(self, job: str, away: StorageUnavailable | None, at: datetime) -> None:
        """Record the result of a job; None is success."""
        with self._guard:
            if away is None:
                self._refused.discard(job)
                return
            self._refused.add(job)
            self._missed[job] += 1
            if self._since is None:
                self._since, self._reason = at, str(away)
                logger.error("database.away", reason=str(away))

    def record_end(self, record: Callable[[JobRun], object], at: datetime) -> None:
        """Record an outage that has ended; if even that is refused, the next call tries again."""
        with self._guard:
            if self._since is None or self._refused:
                return
            jobs = ", ".join(f"{job} {count}" for job, count in sorted(self._missed.items()))
            detail = f"{self._reason}; runs refused: {jobs}"
            try:
                record(JobRun(OUTAGE_JOB, self._since, at, "failed", detail))
            except StorageUnavailable:
                return
            seconds = round((at - self._since).total_seconds())
            logger.warning("database.back", seconds=seconds)
            self._since = None
            self._missed.clear()

    def list_refused_jobs(self) -> tuple[str, ...]:
        """Jobs that wait for the database."""
        with self._guard:
            return tuple(self._refused)


def _clock_offset() -> float:
    """Seconds from the monotonic clock to the wall clock; changes only when one of them is set."""
    return clock().timestamp() - time.monotonic()
