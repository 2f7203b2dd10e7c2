"""Workers and schedulers in processes of their own, which tests and benchmarks kill.

They are forks, so that they start at once; nothing of the parent's database is used in them. Feeds
are answered here after a while, as by servers that take their time.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess

from tests.builders import a_feed, a_set, an_rss
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import LeadershipLost
from tracker.feeds.fetch_results import Fetch, Fetched, FetchRequest, FetchResult, RequestSource
from tracker.interfaces.scheduler_process import run_scheduler
from tracker.interfaces.workers import run_worker
from tracker.model.work import QUEUES, QueueName
from tracker.settings import Settings

ENTRIES = 3
"""Entries of every feed."""

AT_ONCE = 16
"""Requests that are answered at the same time."""

KILLER = "killer"
"""A feed whose answer kills the process that reads it."""


def slow_press(seconds: float) -> Fetch:
    """Answer sixteen requests at a time after so many seconds, always with the same entries."""

    def fetch(more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        while requests := more(AT_ONCE):
            time.sleep(seconds)
            yield [_answer(request) for request in requests]

    return fetch


def _answer(request: FetchRequest) -> FetchResult:
    if request.feed_id == KILLER:
        os.kill(os.getpid(), signal.SIGKILL)
    titles = [f"{request.feed_id} reports event {number}" for number in range(ENTRIES)]
    entries = [(title, f"https://{request.feed_id}.invalid/{title[-1]}") for title in titles]
    kind = "application/rss+xml"
    return Fetched(request.feed_id, request.url, 200, an_rss(*entries), kind, None, None, 0.0)


def subscribe(tracker: Tracker, *names: str) -> None:
    """Subscribe to feeds of these names, all due."""
    tracker.question_sets.load(a_set(feeds=[a_feed(name) for name in names]))


def start_worker(
    settings: Settings, *, seconds: float = 0.0, queues: Sequence[QueueName] = QUEUES
) -> BaseProcess:
    """Start a worker process whose feeds answer after so many seconds."""

    def work() -> None:
        with open_tracker(settings, fetch=slow_press(seconds)) as tracker:
            run_worker(tracker.through("job"), queues)

    return _fork(work)


def start_scheduler(settings: Settings) -> BaseProcess:
    """Start a scheduler process that stands by while another one leads."""

    def run() -> None:
        lost = True
        while lost:  # as `tracker system run --standby` does
            with open_tracker(settings, fetch=slow_press(0.0)) as tracker:
                try:
                    run_scheduler(tracker, standby=True)
                    lost = False
                except LeadershipLost:
                    pass

    return _fork(run)


def _fork(target: Callable[[], None]) -> BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=target, daemon=True)
    process.start()
    return process


def kill(process: BaseProcess) -> None:
    """Kill a process with SIGKILL, and wait until it is gone."""
    process.kill()
    process.join()
