"""The installation: database, scheduled jobs, replay marks and verification."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog

from tracker.app.service import Service, cacheable
from tracker.errors import Refused
from tracker.files.user_files import write_privately
from tracker.model.audit import JobRun
from tracker.model.health import SchedulerState, Workload
from tracker.model.read_models import LogCheck, ScoreCheck
from tracker.model.signed_heads import HeadReport, SignedHead
from tracker.model.upkeep import compute_growth
from tracker.model.work import (
    JOB_TASK,
    ParkedJob,
    QueuedTask,
    QueueName,
    Rescue,
    SlotOutcome,
    WorkStatus,
)
from tracker.settings import Settings, make_model_endpoint
from tracker.storage import database_info, event_log, feeds, health, job_slots, queue
from tracker.storage.leader import Leadership, hold_leadership
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.llm.chat_client import LocalEndpoint
    from tracker.llm.llm_messages import LlmFailure
    from tracker.llm.model_check import ModelCheck
    from tracker.reports.database_file import Manifest

logger = structlog.get_logger("tracker.app.system")

NO_MODEL: Final = (
    "no model is set up: set 'model_url' and 'model_name' (docs/settings.md says how to start one)"
)


LONG_PERIOD_SECONDS: Final = 3600.0
"""Period from which a job has slots on SQLite, too."""


class SystemService(Service, noun="system"):
    """Use cases on the installation and its database."""

    def version(self) -> str:
        """Return an opaque token that changes on any write to the database."""
        return self._whole_store.read_version()

    def newest_entry(self) -> int:
        """Return the sequence number of the newest log entry."""
        with self._whole_store.reading() as session:
            return event_log.find_newest_seq(session)

    def take_slot(
        self, job: str, seconds: float, at: datetime, queue_name: QueueName | None = None
    ) -> SlotOutcome:
        """Take the current slot of a job with this period, so that no other process runs it.

        With the name of a queue that has a worker, the job is enqueued in the same transaction.
        SQLite's file lock allows one process alone, so there only long periods have slots, which
        outlast a restart: a write each few seconds would void what the dashboard has cached.
        """
        if seconds < LONG_PERIOD_SECONDS and self._whole_store.engine.dialect.name == "sqlite":
            return "run"
        with self._whole_store.writing() as session:
            if not job_slots.take_slot(session, job, seconds, at):
                return "taken"
            if queue_name is None or not queue.count_workers(session, queue_name):
                return "run"
            queue.enqueue(session, QueuedTask(JOB_TASK, queue_name, {"job": job}, job))
            return "queued"

    def connect_worker(self, queues: Sequence[QueueName]) -> dict[str, Any]:
        """Return the parameters of a worker's connections; raises `Refused` for SQLite."""
        return queue.connection_parameters(self._whole_store.engine, queues)

    def work(self) -> WorkStatus:
        """Return the queues, the connected workers, and the parked jobs."""
        with self._whole_store.reading() as session:
            return WorkStatus(
                queue.list_queues(session), queue.list_workers(session), queue.list_parked(session)
            )

    def rescue_jobs(self) -> Rescue:
        """Return what killed workers held to the queues; park what was tried often enough.

        Feeds of a parked job are paused.
        """
        from tracker.ingestion.feed_claims import park_feeds

        if self._whole_store.engine.dialect.name == "sqlite":
            return Rescue()
        with self._whole_store.writing() as session:
            rescue = queue.rescue_jobs(session)
            for job in rescue.parked:
                park_feeds(session, job.arguments.get("feeds", ()))
        return rescue

    def retry_job(self, job_id: int) -> ParkedJob:
        """Return a parked job to its queue, and end the pause of its feeds; raises `NotFound`."""
        with self._whole_store.writing() as session:
            job = queue.retry_job(session, job_id)
            for feed_id in job.arguments.get("feeds", ()):
                feeds.wake_feed(session, feed_id, self._now(), "its parked job is tried again")
        return job

    def drop_job(self, job_id: int) -> ParkedJob:
        """Delete a parked job; its feeds stay paused. Raises `NotFound`."""
        with self._whole_store.writing() as session:
            return queue.drop_job(session, job_id)

    def lead(self) -> AbstractContextManager[Leadership]:
        """Hold the lock of the single scheduler; raises `AlreadyRunning` with its holder."""
        return hold_leadership(self._whole_store.engine, self._now())

    def verify(self, head: str | None = None) -> LogCheck:
        """Verify the event log, every fact against it, and it against the heads kept outside.

        `head` is a further one as SEQ:HASH.
        """
        from tracker.questions import verify_log
        from tracker.storage.heads import head_places, signing_key

        own_key = signing_key.read_public_key(self._settings.key_file)
        outside = head_places.read_heads(self._settings.head_files, own_key)
        with self._whole_store.reading() as session:
            return verify_log.verify_log(session, head, outside)

    def sign_head(self) -> HeadReport:
        """Sign the head of the log, and keep it outside the database.

        What suggestions rest on is sealed first, once a day. Raises `Refused` for a key that cannot
        be used, and for a log that does not continue its last head.
        """
        from tracker.storage.heads.sign_log import HeadDesk, sign_log

        desk = HeadDesk(self._settings.key_file, self._settings.head_files)
        return sign_log(self._whole_store, desk, self._now())

    def sign_daily_head(self) -> HeadReport | None:
        """Sign the head of the log if none was signed today (UTC); return None if one was."""
        from tracker.storage.heads.sign_log import is_head_due

        with self._whole_store.reading() as session:
            if not is_head_due(session, self._now()):
                return None
        return self.sign_head()

    @cacheable()
    def read_head(self) -> SignedHead | None:
        """Return the newest signed head of the log; None if none was ever signed."""
        from tracker.storage import log_tree

        with self._whole_store.reading() as session:
            return log_tree.read_signed_head(session)

    def verify_scores(self) -> ScoreCheck:
        """Recompute every score from the facts and compare it with the stored one."""
        from tracker.questions import verify_log

        with self._whole_store.reading() as session:
            return verify_log.check_scores(session)

    def export_database(self, file: Path, *, secrets: bool = False) -> "Manifest":
        """Write the whole database into a file that `import_database` reads, on either dialect.

        Without `secrets`, hashes of passwords and tokens are left out. The file appears once it is
        complete, for its owner's eyes alone. Raises `Refused` for a file that cannot be written.
        """
        from tracker.reports.database_file import write_database

        with self._whole_store.reading() as session, write_privately(file) as target:
            return write_database(session, target, get_version(), at=self._now(), secrets=secrets)

    def import_database(self, file: Path) -> "Manifest":
        """Fill this empty database with an export, all of it or nothing.

        Raises `Refused` for a damaged file, one of another schema version, and a database in use.
        """
        from tracker.reports.database_file import read_database

        with self._whole_store.writing() as session:
            return read_database(session, file)

    def check_database(self) -> None:
        """Check the structure of the whole database; raises `StorageDamaged`."""
        began = time.monotonic()
        self._whole_store.check_integrity()
        logger.info("database.checked", seconds=round(time.monotonic() - began, 1))

    def check_model(self, on_pair: Callable[[int, int], None]) -> "ModelCheck | LlmFailure":
        """Measure the model that is set up, and store whether it may move numbers."""
        from tracker.llm import model_check

        endpoint = make_model_endpoint(self._settings)
        if endpoint is None:
            raise Refused(NO_MODEL)
        result = model_check.check_model(endpoint, self._now(), on_pair)
        if isinstance(result, model_check.ModelCheck):
            with self._whole_store.writing() as session:
                model_check.save_check(session, result)
        return result

    @cacheable()
    def last_model_check(self) -> "ModelCheck | None":
        """Return the last check of the model that is set up; None without one."""
        from tracker.llm import model_check

        endpoint = make_model_endpoint(self._settings)
        if endpoint is None:
            return None
        with self._whole_store.reading() as session:
            return model_check.load_check(session, endpoint)

    def find_local_models(self) -> "tuple[LocalEndpoint, ...]":
        """Find model servers on this machine, to be offered; none is set."""
        from tracker.llm import chat_client

        return chat_client.find_local_endpoints()

    @cacheable()
    def replayed_until(self) -> datetime | None:
        """Return the simulated time that a replay has reached; None in a live database."""
        with self._whole_store.reading() as session:
            return database_info.read_replay_time(session)

    @cacheable()
    def replay_end(self) -> datetime | None:
        """Return the simulated time that an unfinished replay goes on to; None if there is none."""
        with self._whole_store.reading() as session:
            return database_info.read_replay_end(session)

    def mark_replayed(self, until: datetime, end: datetime | None = None) -> None:
        """Mark the database as a replay that has reached this time, and goes on to `end`."""
        with self._whole_store.writing() as session:
            database_info.save_replay_time(session, until, end)

    @cacheable()
    def headline_credit(self) -> str:
        """Return the note on who worded the headlines of a replay; empty in a live database."""
        with self._whole_store.reading() as session:
            return database_info.read_property(session, database_info.HEADLINES_KEY) or ""

    def set_headline_credit(self, credit: str) -> None:
        """Store the note on who worded the headlines of a replay."""
        with self._whole_store.writing() as session:
            database_info.write_property(session, database_info.HEADLINES_KEY, credit)

    def record_run(self, run: JobRun) -> None:
        """Store the outcome of a scheduled job."""
        with self._whole_store.writing() as session:
            database_info.add_job_run(session, run)

    def note_scheduler(self) -> None:
        """Note that the scheduler runs now."""
        with self._whole_store.writing() as session:
            health.note_scheduler(session, self._now())

    @cacheable()
    def scheduler_state(self) -> SchedulerState:
        """Return when the scheduler was last seen, and since when a feed has been due."""
        with self._whole_store.reading() as session:
            return health.read_scheduler_state(session)

    def workload(self) -> Workload:
        """Return what is done and what waits, counted over the whole installation."""
        with self._whole_store.reading() as session:
            return health.read_workload(session)

    def runs(self) -> tuple[JobRun, ...]:
        """Return the last run of each scheduled job."""
        with self._whole_store.reading() as session:
            return database_info.list_last_job_runs(session)

    @cacheable()
    def first_steps(self) -> "FirstSteps":
        """Return which first steps this installation has taken."""
        with self._whole_store.reading() as session:
            return read_first_steps(session)

    @cacheable()
    def status(self) -> "SystemStatus":
        """Return the version, the storage and the health of the installation."""
        with self._whole_store.reading() as session:
            return read_system_status(session, self._settings)


PACKAGE: Final = "scenario-tracker"


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """First steps done in this database, derived from its tables."""

    asked: bool
    forecast: bool
    polled: bool
    reviewed: bool

    @property
    def done(self) -> int:
        """Number of the four steps that are done."""
        return sum((self.asked, self.forecast, self.polled, self.reviewed))


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """Version, kind and size (bytes) of the database, log entries, and end of the last job.

    `growth` is in bytes a month, None until there are sizes of a week. `last_job` is None when no
    scheduler ever ran here, `backed_up_at` is the time of the newest backup.
    """

    version: str
    database: str
    bytes: int
    entries: int
    last_job: datetime | None
    growth: int | None
    backed_up_at: datetime | None


def read_first_steps(session: Session) -> FirstSteps:
    """Read which first steps are done."""
    return FirstSteps(*database_info.read_onboarding_progress(session))


def read_system_status(session: Session, settings: Settings) -> SystemStatus:
    """Read the system status; the log is counted, not verified, which takes longer."""
    runs = database_info.list_last_job_runs(session)
    return SystemStatus(
        version=get_version(),
        database="SQLite" if settings.url.startswith("sqlite") else "PostgreSQL",
        bytes=database_info.read_database_bytes(session),
        entries=event_log.find_newest_seq(session),
        last_job=max((run.ended_at for run in runs), default=None),
        growth=compute_growth(database_info.list_sizes(session)),
        backed_up_at=database_info.read_backup_time(session),
    )


def get_version() -> str:
    """Version of the running tracker."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        return "of this folder, not installed"
