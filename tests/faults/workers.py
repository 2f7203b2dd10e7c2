"""Workers and clocks on one PostgreSQL database: killed, cut off, poisoned."""

import os
import random
import re
import signal
import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from typing import Final

from tests.faults.commands import POISON_FLAG, wait_until
from tests.faults.installation import QUESTION, Installation, new_installation
from tests.faults.newsroom import open_newsroom
from tests.faults.outages import HOLDERS
from tests.faults.outcome import Check, NotTried, Outcome, judge
from tests.postgres import own_server

FEEDS: Final = 30
WORKER_KILLS: Final = 40
LEADER_KILLS: Final = 20
END_SECONDS: Final = 60
GAP_SECONDS: Final = 5
WORKER: Final = ("system", "worker", "--queues", "poll,match,score,notify")
CLOCK: Final = ("system", "run", "--standby")


def need(place: Installation, *command: str) -> None:
    """Raise `NotTried` where the product has no such command or option."""
    if place.run(*command, "--help") != 0:
        raise NotTried(f"not built: `tracker {' '.join(command)}`")


def kill_workers() -> Outcome:
    """Kill workers in the middle of their jobs while feeds publish and people forecast."""
    chance, acknowledged = random.Random(3), dict[str, float]()
    with (
        own_server() as server,
        open_newsroom() as news,
        new_installation(server.make_database()) as place,
    ):
        need(place, *WORKER)
        need(place, *CLOCK)
        place.load(news, FEEDS)
        clock, workers = place.fork(*CLOCK), [place.fork(*WORKER) for _ in range(2)]
        try:
            for number in range(WORKER_KILLS):
                news.ask("publish", FEEDS, 2)
                place.make_due()
                time.sleep(chance.uniform(0.3, 1.8))
                victim = chance.randrange(len(workers))
                workers[victim].kill()
                workers[victim].join()
                workers[victim] = place.fork(*WORKER)
                key = f"forecast-{number}"
                if place.run("forecast", "set", QUESTION, "0.4", "--key", key) == 0:
                    acknowledged[key] = 0.4
            place.make_due()
            seconds = wait_until(lambda: place.has_caught_up(news), 3 * END_SECONDS, every=0.5)
        finally:
            end([clock, *workers])
        seconds = seconds or 3 * END_SECONDS
        done = f"{WORKER_KILLS} kills, all done {seconds:.0f} s after the last"
        return judge(
            [
                Check(seconds <= END_SECONDS, done),
                place.check_items(news),
                place.check_forecasts(acknowledged),
                place.check_soundness(),
            ]
        )


def kill_leaders() -> Outcome:
    """Kill the leading one of three clocks, or cut its connection, and look who leads next."""
    chance = random.Random(4)
    with (
        own_server() as server,
        open_newsroom() as news,
        new_installation(server.make_database()) as place,
    ):
        need(place, *CLOCK)
        place.load(news, FEEDS)
        clocks = [place.fork(*CLOCK) for _ in range(3)]
        gaps, doubled = list[float](), 0
        try:
            assert wait_until(lambda: len(_leaders(place)) == 1, 60) is not None
            for number in range(LEADER_KILLS):
                time.sleep(chance.uniform(0.5, 3))
                gaps.append(_lose_leader(place, by_connection=number % 3 == 2))
                doubled += len(_leaders(place)) > 1
                clocks = [c if c.is_alive() else place.fork(*CLOCK) for c in clocks]
        finally:
            end(clocks)
        return judge(
            [
                Check(max(gaps) <= GAP_SECONDS, f"longest gap {max(gaps):.1f} s"),
                Check(not doubled, f"{doubled} times two leaders"),
                *_check_slots(place),
                place.check_log(),
            ],
            f"{LEADER_KILLS} leaders lost, every third by its connection",
        )


POISONED: Final = "feed-3"
PARK_SECONDS: Final = 240
"""Three attempts, each found lost and returned to its queue within a minute."""


def poison_worker() -> Outcome:
    """Follow a feed whose document kills every worker that reads it."""
    with (
        own_server() as server,
        open_newsroom() as news,
        new_installation(server.make_database()) as place,
    ):
        need(place, *WORKER)
        need(place, *CLOCK)
        news.ask("publish", FEEDS, 2)
        place.load(news, FEEDS)
        clock, poison = place.fork(*CLOCK), {POISON_FLAG: POISONED}
        workers, deaths = [place.fork(*WORKER, **poison) for _ in range(2)], 0
        ended = time.monotonic() + PARK_SECONDS
        try:
            while not (parked := _why_paused(place, POISONED)) and time.monotonic() < ended:
                time.sleep(0.5)
                deaths += sum(not worker.is_alive() for worker in workers)
                workers = [w if w.is_alive() else place.fork(*WORKER, **poison) for w in workers]
            others = 2 * (FEEDS - 1)
            wait_until(lambda: place.count("item") == others, END_SECONDS)
        finally:
            end([clock, *workers])
        stored = place.count("item")
        return judge(
            [
                Check(bool(parked), f"its feed is parked after {deaths} deaths: “{parked}”"),
                Check(stored == others, f"{stored} of {others} other items stored"),
            ]
        )


def _why_paused(place: Installation, feed: str) -> str:
    return str(place.ask("SELECT paused_why FROM feed WHERE id = :feed", feed=feed)[0][0])


def _leaders(place: Installation) -> list[int]:
    """Process ids of those who hold the clock's lock."""
    found = (re.search(r"scheduler (\d+) ", name) for (name,) in place.ask(HOLDERS))
    return [int(match[1]) for match in found if match]


def _lose_leader(place: Installation, *, by_connection: bool) -> float:
    """Kill the leader, or cut its connection; return the seconds until somebody leads again.

    Whose connection was cut may lead again.
    """
    (leader,) = _leaders(place)
    began = time.monotonic()
    if by_connection:
        _cut_connection(place)
    else:
        os.kill(leader, signal.SIGKILL)

    def is_led() -> bool:
        leaders = _leaders(place)
        return bool(leaders) and (by_connection or leader not in leaders)

    wait_until(is_led, 30, every=0.02)
    return time.monotonic() - began


def _cut_connection(place: Installation) -> None:
    place.ask(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE application_name LIKE 'tracker scheduler %' AND pid IN "
        "(SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)"
    )


def _check_slots(place: Installation) -> list[Check]:
    """Look for jobs that ran twice in one slot."""
    doubled = place.ask("SELECT job, slot FROM job_slot GROUP BY job, slot HAVING count(*) > 1")
    return [Check(not doubled, f"{len(doubled)} of {place.count('job_slot')} slots doubled")]


def end(processes: Sequence[BaseProcess]) -> None:
    """End processes, by force where they do not end."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(10)
        if process.is_alive():
            process.kill()
            process.join()
