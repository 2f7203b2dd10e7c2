"""The scheduler's lock on PostgreSQL: checked, taken again after a lost connection, never held by
two.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise

import psycopg
import pytest
from sqlalchemy import make_url

from tests.builders import NOW, no_network
from tests.postgres import PostgresServer, own_server
from tests.test_scheduler import wait_until
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import AlreadyRunning, LeadershipLost, StorageUnavailable
from tracker.interfaces.jobs import Job
from tracker.interfaces.scheduler import Scheduler
from tracker.settings import Settings
from tracker.storage import leader
from tracker.storage.leader import AdvisoryLock, hold_leadership
from tracker.storage.sessions import open_engine

END_THE_HOLDER = (
    "SELECT pg_terminate_backend(l.pid, 10000) FROM pg_locks l JOIN pg_database d ON d.oid = "
    "l.database WHERE l.locktype = 'advisory' AND d.datname = current_database()"
)


def end_the_holder(url: str) -> None:
    """End the connection that holds the lock, and wait until it is gone."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        assert connection.execute(END_THE_HOLDER).fetchall() == [(True,)]


@pytest.fixture
def server(postgres_server: str) -> Iterator[PostgresServer]:
    """A server that other tests do not need."""
    with own_server() as own:
        yield own


@pytest.fixture
def lock(postgres_url: str) -> Iterator[AdvisoryLock]:
    """The lock of a database on the server that all tests share, taken."""
    taken = AdvisoryLock(make_url(postgres_url))
    taken.acquire()
    yield taken
    taken.release()


def test_a_lost_lock_is_taken_again_at_the_next_check(
    lock: AdvisoryLock, postgres_url: str
) -> None:
    for _ in range(5):
        end_the_holder(postgres_url)
        lock.check()
        with pytest.raises(AlreadyRunning, match=r"tracker scheduler \d+ on .*, since"):
            AdvisoryLock(make_url(postgres_url)).acquire()
    lock.check()


def test_a_holder_that_another_replaced_ends_and_names_it(
    lock: AdvisoryLock, postgres_url: str
) -> None:
    end_the_holder(postgres_url)
    another_names_it = r"was lost, and .* already runs .*: tracker scheduler \d+ on"
    with (
        hold_leadership(open_engine(postgres_url), NOW),
        pytest.raises(LeadershipLost, match=another_names_it),
    ):
        lock.check()
    lock.check()  # the place is free again


def test_a_connection_that_the_server_keeps_is_waited_for(
    lock: AdvisoryLock, postgres_url: str
) -> None:
    lost, lock._connection = (
        lock._connection,
        None,
    )  # as after a broken network: only the holder knows of it
    assert lost is not None
    with pytest.raises(
        StorageUnavailable, match="still keeps the lock for the lost connection of this scheduler"
    ):
        lock.check()
    end_the_holder(postgres_url)
    lock.check()
    lost.invalidate()
    lost.close()


def test_schedulers_of_two_databases_of_one_server_both_lead(
    lock: AdvisoryLock, server: PostgresServer
) -> None:
    with hold_leadership(open_engine(server.url), NOW) as first:
        with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE DATABASE other")
        with hold_leadership(
            open_engine(server.url.replace("/postgres?", "/other?")), NOW
        ) as second:
            first.check()
            second.check()


def test_a_server_that_is_away_is_waited_for(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader, "RETRY_SECONDS", 0.0)
    with hold_leadership(open_engine(server.url), NOW) as leadership:
        server.stop()
        for _ in range(3):
            with pytest.raises(StorageUnavailable, match="the scheduler's lock cannot be taken"):
                leadership.check()
        server.start()
        leadership.check()
        monkeypatch.setattr(leader, "RETRY_SECONDS", 1e9)
        server.restart()
        leadership.check()  # a server that answers is asked at once
        server.stop()  # threads do not queue up, and giving the lock back forgives that it is gone
        for reason in ("cannot be taken", "the server does not answer"):
            with pytest.raises(StorageUnavailable, match=reason):
                leadership.check()


@dataclass
class Node:
    """A scheduler that is started again whenever it ends, as under a supervisor; its jobs say when
    they ran.
    """

    name: str
    tracker: Tracker
    runs: list[tuple[float, float, str]]
    ended: list[Exception] = field(default_factory=list)
    closing: bool = False
    scheduler: Scheduler | None = None

    def __call__(self) -> None:
        while not self.closing:
            try:
                with self.tracker.system.lead() as leadership:
                    job = Job("mark", 0.05, self.mark)
                    self.scheduler = Scheduler(self.tracker, (job,), check_lock=leadership.check)
                    if not self.closing:
                        self.scheduler.run()
            except (AlreadyRunning, LeadershipLost, StorageUnavailable) as error:
                self.ended.append(error)
                time.sleep(0.05)

    def mark(self, _tracker: Tracker) -> None:
        start = time.monotonic()
        time.sleep(0.01)
        self.runs.append((start, time.monotonic(), self.name))

    def acts(self) -> int:
        """How often it ran, or was refused because the other one does."""
        refused = sum(isinstance(error, AlreadyRunning) for error in self.ended)
        return refused + sum(name == self.name for _, _, name in self.runs)

    def close(self) -> None:
        self.closing = True
        if self.scheduler is not None:
            self.scheduler.stop()


@pytest.mark.slow
def test_over_restarts_of_the_server_two_schedulers_never_both_run(server: PostgresServer) -> None:
    runs: list[tuple[float, float, str]] = []
    with ExitStack() as stack:
        settings = Settings(database_url=server.url)
        nodes = [
            Node(name, stack.enter_context(open_tracker(settings, fetch=no_network)), runs)
            for name in "AB"
        ]
        threads = [threading.Thread(target=node) for node in nodes]
        for thread in threads:
            thread.start()
        try:
            for _ in range(2):
                wait_until_both_act(nodes)
                server.restart()
            wait_until_both_act(nodes)
        finally:
            for node in nodes:
                node.close()
            for thread in threads:
                thread.join(30)
    for (_, end, holder), (start, _, next_holder) in pairwise(sorted(runs)):
        assert holder == next_holder or end < start, "both ran at once"


def wait_until_both_act(nodes: list[Node]) -> None:
    """Wait until each has run some more, or was refused some more."""
    before = [node.acts() for node in nodes]
    wait_until(
        lambda: all(node.acts() > acts + 5 for node, acts in zip(nodes, before, strict=True)),
        seconds=30,
    )
