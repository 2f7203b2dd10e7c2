"""The timer: a handful of fixed jobs that tick. The schedule of each feed is data, not a job.

This is the only file that knows APScheduler. Jobs live in memory; what must not be forgotten lies
in the database. A job catches its own errors and leaves a `job_run`; the watchdog ends the process
when the timer's thread died or no longer ticks, since APScheduler would go on saying that it runs.

What concerns all jobs is no matter of one: a database that is away is logged once and its jobs are
tried again soon; a damaged database, and a lock that another scheduler took, end the run.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC
from functools import partial

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from tracker.app.tracker import Tracker, clock
from tracker.errors import LeadershipLost, StorageDamaged, StorageUnavailable
from tracker.model.read_models import JobRun

logger = structlog.get_logger("tracker.interfaces.scheduler")

HEARTBEAT_SECONDS = 5.0
SILENCE_SECONDS = 30.0
"""Without a heartbeat for this long the timer counts as dead."""

STEP_SECONDS = 5.0
"""A wall clock that jumps further than this, against the monotonic one, was set; slewing is far
slower.
"""

RETRY_SECONDS = 60.0
"""How soon a job that the database refused is tried again, however seldom it runs."""

CHUNKS_A_RUN = 5
"""Chunks of the archive matched in one run: new news must not wait long for its turn."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something done every so often: the verb, and what it says of itself."""

    name: str
    seconds: float
    run: Callable[[Tracker], str | None]


def poll_feeds(tracker: Tracker) -> str | None:
    """Poll what is due; nothing to say when nothing was."""
    report = tracker.poll()
    if not report.feeds:
        return None
    words = f"{report.feeds} feeds, {report.failed} failed, {report.new_items} new items"
    return f"{words}, {report.changed_items} edited, {report.new_evidence} evidence"


def read_articles(tracker: Tracker) -> str | None:
    """Read the whole articles that are wanted; nothing to say when there were none."""
    found = tracker.read_articles()
    return f"{found} articles" if found else None


def watch_the_fleet(tracker: Tracker) -> str | None:
    """Raise the alarm when the feeds as a whole are in trouble; nothing to say when all is well."""
    alarm = tracker.fleet().alarm
    if not alarm:
        return None
    logger.error("feeds.alarm", alarm=alarm)
    return f"ALARM: {alarm}"


def let_time_pass(tracker: Tracker) -> str | None:
    """Bring all suggestions up to now."""
    return f"{tracker.suggest()} suggestions moved"


def match_the_archive(tracker: Tracker) -> str | None:
    """Hold a part of the archive against new questions; nothing to say when there are none."""
    report = tracker.rematch(most_chunks=CHUNKS_A_RUN)
    if not report.chunks_done:
        return None
    return f"{report.chunks_done} chunks, {report.chunks_left} left, {report.found} evidence"


def learn(tracker: Tracker) -> str | None:
    """Learn from reviews and answers; nothing to say when that changed nothing."""
    changed = tracker.learn()
    return f"{len(changed)} learned values changed" if changed else None


def ask_model(tracker: Tracker) -> str | None:
    """Have the model judge evidence that waits; nothing to say without a model, or without anything
    to ask about.
    """
    if not tracker.settings.model_url:
        return None
    report = tracker.ask_model()
    if not (report.asked or report.judged or report.why):
        return None
    words = (
        f"{report.asked} asked, {report.judged} judged, {report.refused} refused, "
        f"{report.requests} requests"
    )
    return f"{words}; {report.why}" if report.why else words


def forget_old_texts(tracker: Tracker) -> str | None:
    """Drop the texts of old items that bear on nothing; nothing to say where they are kept for
    ever.
    """
    emptied = tracker.forget_old_texts()
    return f"{emptied} texts of old items dropped" if emptied else None


def mark_signposts(tracker: Tracker) -> str | None:
    """Note expected indicators that were seen, and those whose date passed in silence; nothing to
    say without any.
    """
    marks = tracker.mark_signposts()
    if not marks:
        return None
    silent = sum(mark.state == "silent" for mark in marks)
    return f"{len(marks) - silent} signposts seen, {silent} silent"


JOBS = (
    Job("poll", 15, poll_feeds),
    Job("articles", 60, read_articles),
    Job("fleet", 300, watch_the_fleet),
    Job("signposts", 600, mark_signposts),
    Job("suggest", 3600, let_time_pass),
    Job("rematch", 300, match_the_archive),
    Job("learn", 86400, learn),
    Job("ask_model", 600, ask_model),
    Job("forget", 86400, forget_old_texts),
)


class Scheduler:
    """Ticks until it is stopped or its timer dies."""

    def __init__(
        self,
        tracker: Tracker,
        jobs: tuple[Job, ...] = JOBS,
        *,
        check_lock: Callable[[], object] = lambda: None,
    ) -> None:
        self._tracker = tracker
        self._jobs = (
            *jobs,
            Job("lock", HEARTBEAT_SECONDS, lambda _tracker: None),
        )  # notices a lost lock between jobs
        self._check_lock = check_lock
        self._beat = time.monotonic()
        self._stopped = threading.Event()
        self._end: LeadershipLost | StorageDamaged | None = None
        self._outage = Outage()
        self._timer = BackgroundScheduler(timezone=UTC)

    def run(self, *, silence_seconds: float = SILENCE_SECONDS) -> bool:
        """Tick until `stop`; True when it was stopped, False when the timer died and a restart is
        due.

        Raises `StorageDamaged` and `LeadershipLost` when a job, or the check of the lock before it,
        met one of them.
        """
        for job in self._jobs:
            self._add(job.name, job.seconds, partial(self._tick, job))
        self._add("heartbeat", HEARTBEAT_SECONDS, self._heartbeat)
        self._timer.start()
        logger.info("scheduler.started", jobs=[job.name for job in self._jobs])
        try:
            ended_well = self._watch(silence_seconds)
        finally:
            self._timer.shutdown(wait=self._stopped.is_set())
            logger.info("scheduler.stopped")
        if self._end is not None:
            raise self._end
        return ended_well

    def stop(self) -> None:
        """End `run` after the job that is running, which takes on nothing further."""
        self._tracker.wind_down()
        self._stopped.set()

    def _watch(self, silence_seconds: float) -> bool:
        """Look each second whether the timer still beats, whether the clock was set, and what is to
        be tried again.
        """
        offset, retry_at = _clock_offset(), time.monotonic()
        while not self._stopped.wait(1.0):
            before, offset = offset, _clock_offset()
            if abs(offset - before) > STEP_SECONDS:
                logger.warning("scheduler.clock_set", seconds=round(offset - before))
                self._make_due([*(job.name for job in self._jobs), "heartbeat"])
            if time.monotonic() - self._beat > silence_seconds:
                logger.error("scheduler.silent", seconds=silence_seconds)
                return False
            if time.monotonic() >= retry_at:
                self._make_due(self._outage.refused())
                retry_at = time.monotonic() + RETRY_SECONDS
        return True

    def _tick(self, job: Job) -> None:
        """Run a job while the lock is held and the database is there."""
        if self._stopped.is_set():
            return
        try:
            self._check_lock()
            away = run_job(self._tracker, job)
        except StorageUnavailable as error:
            away = error
        except (LeadershipLost, StorageDamaged) as error:
            self._end = error
            self.stop()
            return
        self._outage.note(job.name, away)

    def _heartbeat(self) -> None:
        self._beat = time.monotonic()

    def _make_due(self, names: Iterable[str]) -> None:
        # The timer lives on the wall clock: what was due at 12:00 would else wait an hour when it
        # is set back to 11:00. Only the thread of `run` may do this: a job that waited for the
        # timer would block its shutdown.
        for name in names:
            self._timer.modify_job(name, next_run_time=clock())

    def _add(self, name: str, seconds: float, call: Callable[[], object]) -> None:
        # A late run is better than none (no grace limit), once is enough (coalesce), and the first
        # run is now: an interval alone would wait a whole period after every restart.
        self._timer.add_job(
            call,
            "interval",
            seconds=seconds,
            id=name,
            next_run_time=clock(),  # the timer lives on the wall clock, whatever time the tracker tells
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )


class Outage:
    """Jobs that the database refused; one log line when the first is, and one when none is left.
    Thread-safe.
    """

    def __init__(self) -> None:
        self._refused: set[str] = set()
        self._guard = threading.Lock()

    def note(self, job: str, away: StorageUnavailable | None) -> None:
        """Take in how a job fared; None is well."""
        with self._guard:
            before = bool(self._refused)
            if away is None:
                self._refused.discard(job)
            else:
                self._refused.add(job)
            after = bool(self._refused)
        if after and not before:
            logger.error("database.away", reason=str(away))
        if before and not after:
            logger.warning("database.back")

    def refused(self) -> tuple[str, ...]:
        """The jobs that wait for the database."""
        with self._guard:
            return tuple(self._refused)


def run_job(tracker: Tracker, job: Job) -> StorageUnavailable | None:
    """Run one job and keep its outcome; an error is recorded, and the next tick tries again.

    A database that is away is returned, since it concerns all jobs. Raises `StorageDamaged`.
    """
    started = tracker.now()
    away = None
    try:
        detail, outcome = job.run(tracker), "ok"
    except StorageDamaged:
        raise
    except Exception as error:  # anything may fail here, the next tick must still come
        away = _away(error, "job.failed", job)
        detail, outcome = f"{type(error).__name__}: {error}", "failed"
    if detail is None:
        return None
    try:
        tracker.record_run(JobRun(job.name, started, tracker.now(), outcome, detail))
    except StorageDamaged:
        raise
    except Exception as error:
        away = away or _away(error, "job.unrecorded", job)
    return away


def _away(error: Exception, event: str, job: Job) -> StorageUnavailable | None:
    """The error if it is an outage, which is logged once for all jobs; any other is logged with its
    traceback here.
    """
    if isinstance(error, StorageUnavailable):
        return error
    logger.error(event, job=job.name, exc_info=error)
    return None


def _clock_offset() -> float:
    """Seconds from the monotonic clock to the wall clock; it changes only when one of them is
    set.
    """
    return clock().timestamp() - time.monotonic()
