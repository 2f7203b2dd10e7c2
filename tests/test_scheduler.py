"""The timer ticks, survives what its jobs do, and says so when it is dead."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.builders import FakeClock, Press, a_feed, a_set
from tracker.app.tracker import Tracker
from tracker.errors import LeadershipLost, StorageDamaged, StorageUnavailable
from tracker.interfaces.jobs import (
    JOBS,
    Job,
    check_fleet,
    judge_first_start,
    judge_with_model,
    keep_up_database,
    learn_parameters,
    note_scheduler,
    notify_people,
    offer_near_misses,
    open_siblings,
    poll_benchmarks,
    poll_feeds,
    read_articles,
    record_signposts,
    rematch_archive,
    run_job,
    sign_head,
    update_suggestions,
)
from tracker.interfaces.scheduler import DatabaseOutage, Scheduler
from tracker.model.audit import JobRun
from tracker.storage.database_info import MAX_JOB_RUNS


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something that happens in another thread."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@contextmanager
def running(scheduler: Scheduler) -> Iterator[list[bool]]:
    """A scheduler in a thread of its own, stopped at the end; afterwards the list holds what its
    run returned.
    """
    outcome: list[bool] = []
    thread = threading.Thread(target=lambda: outcome.append(scheduler.run()))
    thread.start()
    try:
        yield outcome
    finally:
        scheduler.stop()
        thread.join(10)


def test_jobs_are_recorded_when_they_did_something(tracker: Tracker) -> None:
    run_job(tracker, JOBS[0])
    assert tracker.system.runs() == ()

    def broken(_tracker: Tracker) -> str:
        raise RuntimeError("out of cheese")

    run_job(tracker, Job("cheese", 1, broken))
    assert [(r.outcome, r.detail) for r in tracker.system.runs()] == [
        ("failed", "RuntimeError: out of cheese")
    ]
    run_job(tracker, Job("cheese", 1, lambda _tracker: "fine again"))
    assert [(r.outcome, r.detail) for r in tracker.system.runs()] == [("ok", "fine again")]


def test_a_poll_is_recorded_with_what_it_did(tracker_with_press: Tracker, press: Press) -> None:
    tracker_with_press.question_sets.load(a_set())
    press.publish("wire", "Arland invites Borland to a summit")
    run_job(tracker_with_press, JOBS[0])
    (run,) = tracker_with_press.system.runs()
    assert (run.job, run.outcome, run.detail) == (
        "poll",
        "ok",
        "1 feeds, 0 failed, 1 new items, 0 edited, 1 evidence",
    )


def test_an_unrecorded_run_does_not_stop_the_timer(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_run: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(tracker.system, "record_run", full)
    run_job(tracker, Job("cheese", 1, lambda _tracker: "eaten"))


def test_the_jobs_are_a_table_of_verbs() -> None:
    assert {job.name: job.run for job in JOBS} == {
        "poll": poll_feeds, "articles": read_articles, "fleet": check_fleet,
        "signposts": record_signposts, "suggest": update_suggestions, "rematch": rematch_archive,
        "learn": learn_parameters, "ask_model": judge_with_model, "upkeep": keep_up_database,
        "first_start": judge_first_start, "near_misses": offer_near_misses,
        "siblings": open_siblings, "notify": notify_people, "benchmarks": poll_benchmarks,
        "sign": sign_head, "alive": note_scheduler,
    }  # fmt: skip


def test_it_ticks_at_once_and_again_until_it_is_stopped(tracker: Tracker) -> None:
    ran: list[float] = []
    quick = Job("quick", 0.05, lambda _tracker: ran.append(time.monotonic()))
    with running(Scheduler(tracker, (quick,))) as outcome:
        wait_until(lambda: len(ran) >= 3)
    assert outcome == [True]


def test_a_timer_without_heartbeat_ends_the_run(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = Scheduler(tracker, ())
    monkeypatch.setattr(scheduler, "_record_heartbeat", lambda: None)
    assert scheduler.run(silence_seconds=0.1) is False


class SettableTime(datetime):
    """The wall clock as APScheduler reads it, which can be set."""

    set_by = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return datetime.now(tz) + cls.set_by


def test_a_wall_clock_set_back_an_hour_costs_no_restart(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", SettableTime)
    monkeypatch.setattr("tracker.interfaces.scheduler.clock", lambda: SettableTime.now(UTC))
    monkeypatch.setattr("tracker.interfaces.scheduler.HEARTBEAT_SECONDS", 0.2)
    ran: list[float] = []
    scheduler = Scheduler(
        tracker, (Job("quick", 0.05, lambda _tracker: ran.append(time.monotonic())),)
    )
    with running(scheduler) as outcome:
        wait_until(lambda: len(ran) >= 3)
        monkeypatch.setattr(SettableTime, "set_by", timedelta(hours=-1))
        before = len(ran)
        wait_until(lambda: len(ran) >= before + 20)
        beat = scheduler._beat
        wait_until(lambda: scheduler._beat > beat)  # what the watchdog listens for goes on, too
    assert outcome == [True]


def test_an_outage_is_logged_once_and_refused_jobs_come_soon(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.interfaces.scheduler.RETRY_SECONDS", 0.0)
    refused: list[str] = []

    def daily(_tracker: Tracker) -> str:
        if len(refused) < 2:
            refused.append("daily")
            raise StorageUnavailable("no database answers")
        refused.append("answered")
        return "done"

    with (
        capture_logs() as logs,
        running(Scheduler(tracker, (Job("daily", 86400, daily),))) as outcome,
    ):
        wait_until(lambda: "answered" in refused)
    assert outcome == [True]
    told = [entry["event"] for entry in logs if not entry["event"].startswith("scheduler.")]
    assert told == ["database.away", "database.back"]
    runs = {run.job: (run.outcome, run.detail) for run in tracker.system.runs()}
    assert runs["daily"] == ("ok", "done")
    assert runs["database"] == ("failed", "no database answers; runs refused: daily 2")


def test_an_outage_is_recorded_once_the_database_takes_it(now: datetime) -> None:
    recorded: list[JobRun] = []

    def refuse(_run: JobRun) -> None:
        raise StorageUnavailable("still away")

    outage, away = DatabaseOutage(), StorageUnavailable("the disk is full")
    outage.record_end(recorded.append, now)  # there was none
    for seconds, job in enumerate(("poll", "notify", "poll")):
        outage.record_result(job, away, now + timedelta(seconds=seconds))
    outage.record_result("poll", None, now)
    outage.record_end(recorded.append, now)  # one job still waits
    outage.record_result("notify", None, now)
    outage.record_end(refuse, now)
    back = now + timedelta(minutes=2)
    outage.record_end(recorded.append, back)
    outage.record_end(recorded.append, back)
    detail = "the disk is full; runs refused: notify 1, poll 2"
    assert recorded == [JobRun("database", now, back, "failed", detail)]


def test_a_daily_run_is_known_while_others_run_often(tracker: Tracker, now: datetime) -> None:
    tracker.system.record_run(JobRun("backup", now, now, "ok", "copied"))
    tracker.system.record_run(JobRun("backup", now, now, "failed", "no room"))
    for _ in range(MAX_JOB_RUNS + 10):
        tracker.system.record_run(JobRun("poll", now, now, "ok", "1 feed"))
    assert [(run.job, run.outcome) for run in tracker.system.runs()] == [
        ("backup", "failed"),
        ("poll", "ok"),
    ]
    assert set(tracker.system.workload().good_runs) == {"backup", "poll"}


def test_a_run_without_a_database_is_an_outage(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_run: object) -> None:
        raise StorageUnavailable("no database answers")

    monkeypatch.setattr(tracker.system, "record_run", away)
    with capture_logs() as logs:
        assert isinstance(
            run_job(tracker, Job("cheese", 1, lambda _tracker: "eaten")), StorageUnavailable
        )
    assert logs == []


@pytest.mark.parametrize("where", ["in the job", "in its record"])
def test_a_damaged_database_ends_the_run(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def damaged(*_: object) -> str:
        raise StorageDamaged("the database is damaged")

    if where == "in its record":
        monkeypatch.setattr(tracker.system, "record_run", damaged)
    job = Job("poll", 0.05, damaged if where == "in the job" else lambda _tracker: "polled")
    with capture_logs() as logs, pytest.raises(StorageDamaged, match="the database is damaged"):
        Scheduler(tracker, (job,)).run()
    assert {entry["event"] for entry in logs} == {"scheduler.started", "scheduler.stopped"}


def test_a_lost_lock_ends_the_run_before_the_next_job(tracker: Tracker) -> None:
    ran: list[float] = []

    def lost() -> None:
        raise LeadershipLost("another one leads")

    job = Job("quick", 0.05, lambda _tracker: ran.append(time.monotonic()))
    with pytest.raises(LeadershipLost, match="another one leads"):
        Scheduler(tracker, (job,), check_lock=lost).run()
    assert ran == []


def test_no_job_runs_while_the_lock_is_away(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.interfaces.scheduler.RETRY_SECONDS", 0.0)
    away = threading.Event()
    checked: list[bool] = []
    ran: list[bool] = []

    def check() -> None:
        checked.append(away.is_set())
        if away.is_set():
            raise StorageUnavailable("no server answers")

    away.set()
    job = Job("quick", 0.05, lambda _tracker: ran.append(away.is_set()))
    with running(Scheduler(tracker, (job,), check_lock=check)):
        wait_until(lambda: len(checked) >= 5)
        away.clear()
        wait_until(lambda: len(ran) >= 3)
    assert not any(ran)


def test_a_fleet_in_trouble_raises_the_alarm(tracker: Tracker, clock: FakeClock) -> None:
    assert check_fleet(tracker) is None
    tracker.question_sets.load(a_set(feeds=[a_feed(f"wire-{number}") for number in range(6)]))
    tracker.feeds.poll()
    assert check_fleet(tracker) == "ALARM: 6 of 6 feeds fail"
    clock.advance(hours=3)
    assert "no feed has ever answered" in str(check_fleet(tracker))
