"""The timer ticks, survives what its jobs do, and says so when it is dead."""

import threading
import time
from collections.abc import Callable

import pytest

from tests.builders import FakeClock, Press, a_feed, a_set
from tracker.api import Tracker
from tracker.scheduler import (
    JOBS,
    Job,
    Scheduler,
    ask_model,
    forget_old_texts,
    learn,
    let_time_pass,
    mark_signposts,
    match_the_archive,
    poll_feeds,
    read_articles,
    run_job,
    watch_the_fleet,
)


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something that happens in another thread."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_a_poll_that_found_nothing_due_leaves_no_trace(tracker: Tracker) -> None:
    run_job(tracker, JOBS[0])
    assert tracker.runs() == ()


def test_a_poll_is_recorded_with_what_it_did(tracker_with_press: Tracker, press: Press) -> None:
    tracker_with_press.load(a_set())
    press.publish("wire", "Arland invites Borland to a summit")
    run_job(tracker_with_press, JOBS[0])
    (run,) = tracker_with_press.runs()
    assert (run.job, run.outcome, run.detail) == ("poll", "ok", "1 feeds, 0 failed, 1 new items, 0 edited, 1 evidence")


def test_a_job_that_fails_is_recorded_and_the_next_run_replaces_it(tracker: Tracker) -> None:
    def broken(_tracker: Tracker) -> str:
        raise RuntimeError("out of cheese")

    run_job(tracker, Job("cheese", 1, broken))
    assert [(r.outcome, r.detail) for r in tracker.runs()] == [("failed", "RuntimeError: out of cheese")]
    run_job(tracker, Job("cheese", 1, lambda _tracker: "fine again"))
    assert [(r.outcome, r.detail) for r in tracker.runs()] == [("ok", "fine again")]


def test_a_run_that_cannot_be_recorded_does_not_stop_the_timer(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_run: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(tracker, "record_run", full)
    run_job(tracker, Job("cheese", 1, lambda _tracker: "eaten"))


def test_the_jobs_are_a_table_of_verbs() -> None:
    assert {job.name: job.run for job in JOBS} == {
        "poll": poll_feeds,
        "articles": read_articles,
        "fleet": watch_the_fleet,
        "signposts": mark_signposts,
        "suggest": let_time_pass,
        "rematch": match_the_archive,
        "learn": learn,
        "ask_model": ask_model,
        "forget": forget_old_texts,
    }


def test_time_passing_is_a_job_that_says_how_many_moved(tracker: Tracker, clock: FakeClock) -> None:
    tracker.load(a_set())
    clock.advance(days=40)
    assert let_time_pass(tracker) == "1 suggestions moved"


def test_it_ticks_at_once_and_again_until_it_is_stopped(tracker: Tracker) -> None:
    ran: list[float] = []
    quick = Job("quick", 0.05, lambda _tracker: ran.append(time.monotonic()))
    scheduler = Scheduler(tracker, (quick,))
    outcome: list[bool] = []
    thread = threading.Thread(target=lambda: outcome.append(scheduler.run()))
    thread.start()
    wait_until(lambda: len(ran) >= 3)
    scheduler.stop()
    thread.join(10)
    assert outcome == [True]


def test_a_timer_without_a_heartbeat_ends_the_run_so_that_it_is_restarted(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = Scheduler(tracker, ())
    monkeypatch.setattr(scheduler, "_heartbeat", lambda: None)
    assert scheduler.run(silence_seconds=0.1) is False


def test_a_fleet_in_trouble_raises_the_alarm_and_a_calm_one_says_nothing(tracker: Tracker, clock: FakeClock) -> None:
    assert watch_the_fleet(tracker) is None
    tracker.load(a_set(feeds=[a_feed(f"wire-{number}") for number in range(6)]))
    tracker.poll()
    assert watch_the_fleet(tracker) == "ALARM: 6 of 6 feeds fail"
    clock.advance(hours=3)
    assert "no feed has ever answered" in str(watch_the_fleet(tracker))
