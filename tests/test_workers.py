"""Workers share the jobs of one PostgreSQL database: killed ones lose nothing, and nothing is done
twice.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from multiprocessing.process import BaseProcess

import psycopg
import pytest
from sqlalchemy import text

from tests import worker_processes
from tests.builders import NOW
from tests.conftest import a_database
from tests.test_cli import Shell
from tests.worker_processes import ENTRIES, KILLER, kill, start_worker, subscribe
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import NotFound
from tracker.interfaces.cli.commands.workers import describe_work
from tracker.interfaces.jobs import poll_feeds, rescue_jobs
from tracker.model.work import (
    JOB_TASK,
    MATCH_TASK,
    POLL_TASK,
    ParkedJob,
    QueuedTask,
    QueueStatus,
    Rescue,
    WorkerStatus,
    WorkStatus,
)
from tracker.settings import Settings
from tracker.storage import queue

pytestmark = pytest.mark.gate


@pytest.fixture
def shared(settings: Settings, postgres_server: str, migrated_template: str) -> Iterator[Settings]:
    """Settings with an empty database of the newest version on PostgreSQL."""
    with a_database(postgres_server, f" TEMPLATE {migrated_template}") as url:
        yield replace(settings, database_url=url)


@pytest.fixture
def clock_side(shared: Settings) -> Iterator[Tracker]:
    """The tracker of the scheduler's process, which itself never fetches."""
    with open_tracker(shared, fetch=worker_processes.slow_press(0.0)) as tracker:
        yield tracker


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed workers are noticed after a second, and failed jobs are retried at once."""
    monkeypatch.setattr("tracker.storage.queue.STALLED_SECONDS", 1.0)
    monkeypatch.setattr("tracker.interfaces.workers.STALLED_SECONDS", 1.0)
    monkeypatch.setattr("tracker.interfaces.workers.HEARTBEAT_SECONDS", 0.2)
    monkeypatch.setattr("tracker.interfaces.workers.RETRY_BASE_SECONDS", 0)


@contextmanager
def working(
    settings: Settings, number: int, *, seconds: float = 0.0
) -> Iterator[list[BaseProcess]]:
    """So many worker processes; those in the list at the end are killed."""
    workers = [start_worker(settings, seconds=seconds) for _ in range(number)]
    try:
        yield workers
    finally:
        for process in workers:
            kill(process)


def wait_until(true: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def wait_for_workers(tracker: Tracker, number: int) -> None:
    wait_until(lambda: len(tracker.system.work().workers) == number)


def count_read(tracker: Tracker) -> int:
    """Feeds that were read."""
    return sum(health.state.last_success_at is not None for health in tracker.feeds.list())


def count_items(tracker: Tracker) -> int:
    with tracker.context.store.reading() as session:
        return int(session.execute(text("SELECT count(*) FROM item")).scalar_one())


def is_idle(tracker: Tracker) -> bool:
    return not any(q.waiting or q.running for q in tracker.system.work().queues)


@pytest.mark.slow
def test_killed_workers_lose_nothing_and_double_nothing(
    shared: Settings, clock_side: Tracker
) -> None:
    names = [f"wire-{number}" for number in range(60)]
    subscribe(clock_side, *names)
    with working(shared, 2, seconds=0.3) as workers:
        wait_for_workers(clock_side, 2)
        assert poll_feeds(clock_side) == "60 feeds handed to the workers"
        assert poll_feeds(clock_side) is None  # they are leased
        for _ in range(2):
            wait_until(lambda: any(q.running for q in clock_side.system.work().queues))
            kill(workers.pop(0))
            workers.append(start_worker(shared, seconds=0.3))
        wait_until(lambda: rescue_jobs(clock_side) is None and is_idle(clock_side))
    assert count_read(clock_side) == len(names)
    assert count_items(clock_side) == ENTRIES * len(names)
    assert clock_side.system.work().parked == ()


@pytest.mark.full
def test_a_feed_that_kills_its_worker_is_parked_after_three_attempts(
    shared: Settings, clock_side: Tracker
) -> None:
    subscribe(clock_side, "wire", KILLER, "gazette")
    with working(shared, 1) as workers:
        wait_for_workers(clock_side, 1)
        poll_feeds(clock_side)

        def is_parked() -> bool:
            if not workers[0].is_alive():
                workers[0] = start_worker(shared)
            rescue_jobs(clock_side)
            return bool(clock_side.system.work().parked)

        wait_until(is_parked)
        wait_until(lambda: count_read(clock_side) == 2)
        (job,) = clock_side.system.work().parked
        assert (job.subject, job.attempts) == (f"reading {KILLER}", 3)
        assert "failed 3 times" in clock_side.feeds.get(KILLER).health.state.paused_why
        assert poll_feeds(clock_side) is None
    clock_side.system.retry_job(job.id)
    assert clock_side.feeds.get(KILLER).health.state.paused_why == ""
    assert clock_side.system.work().parked == ()
    with pytest.raises(NotFound, match="no parked job 999"):
        clock_side.system.retry_job(999)


def test_a_dropped_job_is_gone_and_its_feed_stays_paused(
    shared: Settings, clock_side: Tracker, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(clock_side, "wire")
    clock_side.feeds.park(["wire"])
    task = QueuedTask(POLL_TASK, "poll", {"feeds": ["wire"]}, "key")
    with clock_side.context.store.writing() as session:
        assert queue.enqueue(session, task)
        session.execute(text("SET LOCAL search_path TO queue"))
        session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
    (job,) = clock_side.system.work().parked
    monkeypatch.setenv("TRACKER_DATABASE_URL", shared.url)
    assert f"`--drop {job.id}`" in shell("system", "jobs")
    assert "choose one" in shell.refused("system", "jobs", "--retry", "1", "--drop", "1")
    assert shell("system", "jobs", "--drop", str(job.id)) == (
        f"Job {job.id} (reading wire) is dropped."
        " What it read stays paused: `tracker feed retry wire` wakes it.\n"
    )
    assert clock_side.system.work().queues == ()
    assert clock_side.feeds.get("wire").health.state.paused
    with clock_side.context.store.writing() as session:
        assert queue.enqueue(session, task)  # its key is free again


def test_a_job_is_stored_with_its_data_or_not_at_all(clock_side: Tracker) -> None:
    task = QueuedTask(POLL_TASK, "poll", {"feeds": ["wire"]}, "key")
    with suppress(ZeroDivisionError), clock_side.context.store.writing() as session:
        assert queue.enqueue(session, task)
        _ = 1 / 0
    assert clock_side.system.work().queues == ()
    with clock_side.context.store.writing() as session:
        assert queue.enqueue(session, task)
        assert not queue.enqueue(session, task)  # one of a key is enough, and hurts no transaction
        assert session.execute(text("SELECT count(*) FROM forecaster")).scalar_one()
    (status,) = clock_side.system.work().queues
    assert (status.name, status.waiting) == ("poll", 1)


def test_a_job_of_a_queue_without_a_worker_runs_in_the_scheduler(
    shared: Settings, clock_side: Tracker
) -> None:
    at = clock_side.now()
    assert clock_side.system.take_slot("notify", 60, at, "notify") == "run"
    assert clock_side.system.take_slot("notify", 60, at, "notify") == "taken"
    with ExitStack() as stack:
        process = start_worker(shared, queues=["score"])
        stack.callback(kill, process)
        wait_for_workers(clock_side, 1)
        assert clock_side.system.take_slot("siblings", 3600, at, "notify") == "run"
        assert clock_side.system.take_slot("suggest", 3600, at, "score") == "queued"
        wait_until(lambda: "suggest" in {run.job for run in clock_side.system.runs()})
    wait_for_workers(clock_side, 0)  # a killed one is gone at once
    subscribe(clock_side, "wire")
    assert poll_feeds(clock_side) == "1 feeds, 0 failed, 3 new items, 0 edited, 0 evidence"


def test_nothing_more_is_handed_out_while_a_batch_waits_too_long(
    shared: Settings, clock_side: Tracker
) -> None:
    subscribe(clock_side, "wire")
    name = "tracker worker poll 1 on a machine that hangs"
    with psycopg.connect(
        shared.url.replace("+psycopg", ""), application_name=name, autocommit=True
    ) as hanging:
        assert clock_side.feeds.hand_out() == 1
        hanging.execute("UPDATE feed SET lease_until = NULL")
        hanging.execute("UPDATE queue.procrastinate_events SET at = now() - interval '11 minutes'")
        assert clock_side.feeds.hand_out() == 0
        (status,) = clock_side.system.work().queues
        assert (status.waiting, status.lag_seconds >= 660) == (1, True)


def test_sqlite_is_worked_by_one_process(tracker: Tracker, shell: Shell) -> None:
    refusal = "Error: this database is worked by one process: tracker system run"
    assert shell.refused("system", "worker") == refusal
    assert "takes names from poll, match, score, notify" in shell.refused(
        "system", "worker", "--queues", "poll,scores"
    )
    assert shell("system", "jobs") == "No job is parked.\n"
    assert "SQLite" in shell("system", "status")
    assert tracker.system.rescue_jobs() == Rescue()


def test_status_and_jobs_say_who_works_and_what_is_parked() -> None:
    job = ParkedJob(12, "poll", POLL_TASK, {"feeds": ["wire"]}, 3, NOW)
    worker = WorkerStatus(("poll", "match"), "77 on alpha", NOW - timedelta(hours=2))
    work = WorkStatus((QueueStatus("poll", 2, 1, 1, 75.0),), (worker,), (job,))
    assert describe_work(work, NOW) == [
        "Worker 77 on alpha: poll, match, for 2 h 0 min",
        "Queue poll: 2 waiting (1 min), 1 running, 1 parked",
        "`tracker system jobs` lists the parked jobs, and tries or drops one.",
    ]
    chunk = replace(job, task=MATCH_TASK, arguments={"first": 1, "last": 2000})
    assert chunk.subject == "matching items 1 to 2000"
    assert replace(job, task=JOB_TASK, arguments={"job": "notify"}).subject == "notify"
