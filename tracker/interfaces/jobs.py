"""Jobs of the scheduler: what each does in its slot, and how its run is recorded.

A job catches its own errors and leaves a `job_run`. An unavailable or damaged database concerns all
jobs: the scheduler handles it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from structlog.contextvars import bound_contextvars

from tracker.app.tracker import Tracker
from tracker.errors import StorageDamaged, StorageUnavailable
from tracker.interfaces.process_setup import release_memory
from tracker.model.audit import JobRun
from tracker.model.work import QueueName

if TYPE_CHECKING:
    from tracker.ingestion.rematch import RematchReport
    from tracker.ingestion.writer import PollReport

logger = structlog.get_logger("tracker.interfaces.jobs")

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
