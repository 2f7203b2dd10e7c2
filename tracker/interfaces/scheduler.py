"""Scheduler with a handful of fixed jobs. The schedule of each feed is data, not a job.

This is the only file that uses APScheduler. Jobs live in memory; persistent state is in the
database. A job runs once in each slot of its period. While a worker of its queue is connected, it
is handed to the workers; otherwise it runs here. A job catches its own errors and leaves a
`job_run`; the watchdog ends the process when the timer's thread died or no longer ticks, since
APScheduler would still report that it runs.

Failures that concern all jobs are handled here: an unavailable database is logged once and its jobs
are retried soon; a damaged database, and a lock that another scheduler took, end the run.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from structlog.contextvars import bound_contextvars

from tracker.app.tracker import Tracker, clock
from tracker.errors import LeadershipLost, StorageDamaged, StorageUnavailable
from tracker.interfaces.process_setup import release_memory
from tracker.model.audit import OUTAGE_JOB, JobRun
from tracker.model.work import QueueName

if TYPE_CHECKING:
    from tracker.ingestion.rematch import RematchReport
    from tracker.ingestion.writer import PollReport

logger = structlog.get_logger("tracker.interfaces.scheduler")

HEARTBEAT_SECONDS = 5.0
MAX_SILENCE_SECONDS = 30.0
"""Without a heartbeat for this long the timer counts as dead."""

MAX_CLOCK_STEP_SECONDS = 5.0
"""A larger jump of the wall clock against the monotonic one means it was set; slewing is slower."""

RETRY_SECONDS = 60.0
"""Delay before retrying a job for which the database was unavailable, however seldom it runs."""

NOTED_SECONDS = 60.0
"""Interval at which the scheduler notes in the database that it runs."""

MAX_CHUNKS_PER_RUN = 5
"""Maximum chunks of the archive in one run, since news must not wait long."""


@dataclass(frozen=True, slots=True)
class Job:
    """A periodic action that returns a message, or None if nothing was done.

    A worker of its queue runs it if there is one; without a queue it always runs here.
    """

    name: str
    seconds: float
    run: Callable[[Tracker], str | None]
    queue: QueueName | None = None


def note_scheduler(tracker: Tracker) -> None:
    """Note in the database that the scheduler runs, where pages and monitors look; free memory."""
    release_memory()
    tracker.system.note_scheduler()


def poll_feeds(tracker: Tracker) -> str | None:
    """Poll the feeds that are due, or hand them to the workers."""
    handed_out = tracker.feeds.hand_out()
    if handed_out is None:
        return describe_poll(tracker.feeds.poll())
    return f"{handed_out} feeds handed to the workers" if handed_out else None


def describe_poll(report: "PollReport") -> str | None:
    """Describe a poll run; None if no feed was asked."""
    if not report.feeds:
        return None
    words = f"{report.feeds} feeds, {report.failed} failed, {report.new_items} new items"
    values = f", {report.new_values} values of series" if report.new_values else ""
    return f"{words}, {report.changed_items} edited, {report.new_evidence} evidence{values}"


def read_articles(tracker: Tracker) -> str | None:
    """Fetch the full articles that are due."""
    count = tracker.feeds.read_articles()
    return f"{count} articles" if count else None


def check_fleet(tracker: Tracker) -> str | None:
    """Raise an alarm when the feeds as a whole are in trouble."""
    alarm = tracker.feeds.status().alarm
    if not alarm:
        return None
    logger.error("feeds.alarm", alarm=alarm)
    return f"ALARM: {alarm}"


def judge_first_start(tracker: Tracker) -> str | None:
    """Pause those of the first feeds that do not answer."""
    result = tracker.feeds.judge_first_start()
    return None if result is None else result.summary


def update_suggestions(tracker: Tracker) -> str | None:
    """Update all suggestions."""
    return f"{tracker.evidence.update_suggestions()} estimates moved"


def rematch_archive(tracker: Tracker) -> str | None:
    """Match a part of the archive with new questions, or hand all of it to the workers."""
    handed_out = tracker.evidence.hand_out_archive()
    if handed_out is not None:
        return f"{handed_out} chunks handed to the workers" if handed_out else None
    report = tracker.evidence.rematch(max_chunks=MAX_CHUNKS_PER_RUN)
    return describe_rematch(report)


def describe_rematch(report: "RematchReport") -> str | None:
    """Describe a run over the archive; None if no chunk was matched."""
    if not report.chunks_done:
        return None
    return f"{report.chunks_done} chunks, {report.chunks_left} left, {report.new_evidence} evidence"


def learn_parameters(tracker: Tracker) -> str | None:
    """Fit the learned parameters to reviews and answers."""
    changed = tracker.learning.fit()
    return f"{len(changed)} learned values changed" if changed else None


def offer_near_misses(tracker: Tracker) -> str | None:
    """Offer five of what the matcher left out to be judged, once a week."""
    count = tracker.evidence.offer_near_misses()
    return f"{count} near misses offered" if count else None


def judge_with_model(tracker: Tracker) -> str | None:
    """Let the model judge unreviewed evidence and near misses, if a model is set."""
    if not tracker.settings.model_url:
        return None
    report = tracker.evidence.ask_model()
    if not (report.sent or report.judged):
        return None if report.is_idle else report.why
    words = (
        f"{report.sent} asked, {report.judged} {'judged' if report.may_move else 'proposed'}, "
        f"{report.added} of them new, {report.refused} refused, {report.requests} requests"
    )
    return f"{words}; {report.why}" if report.why else words


def open_siblings(tracker: Tracker) -> str | None:
    """Open the next sibling of each repeated question whose last one ended."""
    run = tracker.questions.open_siblings()
    for question_id, reason in run.failed.items():
        logger.warning("siblings.refused", question=question_id, reason=reason)
    if not run.opened and not run.failed:
        return None
    failed = "".join(f"; {name}: {reason}" for name, reason in run.failed.items())
    noun = "sibling" if len(run.opened) == 1 else "siblings"
    return f"{len(run.opened)} {noun} opened{failed}"


def poll_benchmarks(tracker: Tracker) -> str | None:
    """Read the linked questions elsewhere that are due."""
    report = tracker.benchmarks.poll()
    if not report.requested:
        return None
    return (
        f"{report.requested} benchmarks, {report.failed} failed, {report.forecasts} moved, "
        f"{report.paused} paused"
    )


def keep_up_database(tracker: Tracker) -> str | None:
    """Make the backup of the day, and delete what only takes room."""
    done = tracker.upkeep.run_daily()
    if done is None:
        return None
    backup = "no backup" if done.backup is None else f"backup {done.backup.file.name}"
    note = f" ({done.backup.note}: our own export)" if done.backup and done.backup.note else ""
    return f"{backup}{note}, {done.pruned.total} rows pruned"


def record_signposts(tracker: Tracker) -> str | None:
    """Record expected indicators that were seen, and those whose date passed unseen."""
    marks = tracker.signposts.mark()
    if not marks:
        return None
    silent = sum(mark.state == "silent" for mark in marks)
    return f"{len(marks) - silent} signposts seen, {silent} silent"


def sign_head(tracker: Tracker) -> str | None:
    """Sign the head of the log once a day, and keep it outside the database."""
    report = tracker.system.sign_daily_head()
    if report is None:
        return None
    failed = "".join(f"; not in {place}" for place in report.failed)
    return f"head of entry {report.head.seq} in {', '.join(report.places) or 'no place'}{failed}"


def notify_people(tracker: Tracker) -> str | None:
    """Collect what people shall hear of, and send what waits."""
    collected, report = tracker.notifications.collect(), tracker.notifications.send()
    if not (collected or report.sent or report.failed):
        return None
    return f"{collected} notices, {report.sent} messages sent, {report.failed} channels failed"


def rescue_jobs(tracker: Tracker) -> str | None:
    """Return to the queue what killed workers held."""
    rescue = tracker.system.rescue_jobs()
    for job in rescue.parked:
        logger.error("job.parked", job=job.id, subject=job.subject)
    if not (rescue.returned or rescue.parked):
        return None
    return f"{rescue.returned} jobs of killed workers returned, {len(rescue.parked)} parked"


JOBS = (
    Job("poll", 15, poll_feeds),
    Job("articles", 60, read_articles),
    Job("fleet", 300, check_fleet),
    Job("first_start", 15, judge_first_start),
    Job("signposts", 600, record_signposts, "match"),
    Job("suggest", 3600, update_suggestions, "score"),
    Job("rematch", 300, rematch_archive),
    Job("learn", 86400, learn_parameters, "score"),
    Job("near_misses", 3600, offer_near_misses, "match"),
    Job("ask_model", 600, judge_with_model, "match"),
    Job("siblings", 3600, open_siblings, "score"),
    Job("notify", 60, notify_people, "notify"),
    Job("benchmarks", 300, poll_benchmarks, "poll"),
    Job("upkeep", 3600, keep_up_database),
    Job("sign", 3600, sign_head),
    Job("alive", NOTED_SECONDS, note_scheduler),
)


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


def run_job(tracker: Tracker, job: Job) -> StorageUnavailable | None:
    """Run one job and store its outcome; an error is recorded, and retried at the next tick.

    An unavailable database is returned, since it concerns all jobs. Raises `StorageDamaged`.
    """
    started = tracker.now()
    away = None
    try:
        with bound_contextvars(job=job.name):
            detail, outcome = job.run(tracker), "ok"
    except StorageDamaged:
        raise
    except Exception as error:  # anything may fail here, the next tick must still come
        away = _as_outage(error, "job.failed", job)
        detail, outcome = f"{type(error).__name__}: {error}", "failed"
    if detail is None:
        return None
    try:
        tracker.system.record_run(JobRun(job.name, started, tracker.now(), outcome, detail))
    except StorageDamaged:
        raise
    except Exception as error:
        away = away or _as_outage(error, "job.unrecorded", job)
    return away


def _as_outage(error: Exception, event: str, job: Job) -> StorageUnavailable | None:
    """Return an outage, which is logged once for all jobs; log any other error here."""
    if isinstance(error, StorageUnavailable):
        return error
    logger.error(event, job=job.name, exc_info=error)
    return None


def _clock_offset() -> float:
    """Seconds from the monotonic clock to the wall clock; changes only when one of them is set."""
    return clock().timestamp() - time.monotonic()
