"""Wall clocks that are set, time zones that change, and clocks of which one leads."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from tests.benchmarks.feed_server import Server
from tests.faults.commands import start_program
from tests.faults.installation import Installation, new_installation
from tests.faults.newsroom import open_newsroom
from tests.faults.outcome import Check, Outcome, judge
from tests.faults.wall_clock import WallClock, make_wall_clocks

TICK_SECONDS: Final = 15
"""The scheduler looks every so often for feeds that are due."""

STALL_SECONDS: Final = 10
FEEDS: Final = 5
STEPS: Final = (0, -3600, 0, 3600, 3580, 3580 - 86400)
"""Offsets of the wall clock in seconds, one after the other."""

STEP_SECONDS: Final = 30
ZONES: Final[Mapping[str, str]] = {
    "Europe/Berlin": "2027-03-28T00:59:30",
    "America/New_York": "2027-11-07T05:59:30",
    "Australia/Lord_Howe": "2027-04-03T14:59:30",
}
"""Half a minute before a change of summer time, in UTC."""


def set_wall_clock() -> Outcome:
    """Set the wall clock of a scheduler back and forth, and let others pass a change of time."""
    courses = [("", STEPS), *((zone, (_seconds_until(at),) * 3) for zone, at in ZONES.items())]
    with ExitStack() as opened, make_wall_clocks(len(courses)) as clocks:
        watches = [
            Watch(
                opened.enter_context(open_newsroom()),
                opened.enter_context(new_installation()),
                clock,
                zone,
                steps,
            )
            for clock, (zone, steps) in zip(clocks, courses, strict=True)
        ]
        for watch in watches:  # one after the other: Alembic knows no threads
            watch.news.ask("publish", FEEDS, 1)
            watch.place.load(watch.news, FEEDS)
        with ThreadPoolExecutor(len(watches)) as threads:
            return judge(
                [check for checks in threads.map(watch_rounds, watches) for check in checks]
            )


def _seconds_until(moment: str) -> float:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return (at - datetime.now(UTC)).total_seconds()


@dataclass(frozen=True, slots=True)
class Watch:
    """A scheduler with a clock of its own, a zone, and the steps that its clock makes."""

    news: Server
    place: Installation
    clock: WallClock
    zone: str
    steps: tuple[float, ...]

    @property
    def name(self) -> str:
        """The words of the table."""
        return self.zone or "clock set by -1 h, +1 h, +1 h, -20 s, -1 day"


def watch_rounds(watch: Watch) -> list[Check]:
    """Run a scheduler through the steps of its clock; look when it asked for its feeds."""
    place, clock = watch.place, watch.clock
    clock.set_by(watch.steps[0])
    zone = {"TZ": watch.zone} if watch.zone else {}
    environment = {**place.environment, **clock.environment, **zone}
    with start_program("tracker", ("system", "run"), place.log, environment):
        for offset in watch.steps:
            clock.set_by(offset)
            _keep_due(place, STEP_SECONDS)
    asked = sorted(at for _, at in watch.news.ask("requests"))
    gaps = [after - before for before, after in pairwise(asked)]
    longest, rounds = max(gaps, default=float("inf")), 1 + sum(gap > 1 for gap in gaps)
    words = f"{watch.name}: longest pause {longest:.1f} s in {rounds} rounds"
    return [
        Check(longest <= TICK_SECONDS + STALL_SECONDS, words),
        place.check_items(watch.news),
        _check_slots(place),
        place.check_log(),
    ]


def _keep_due(place: Installation, seconds: float) -> None:
    ended = time.monotonic() + seconds
    while time.monotonic() < ended:
        place.make_due()
        time.sleep(0.5)


def _check_slots(place: Installation) -> Check:
    """Look for a run of a job right after another that began in the same second.

    A clock that is set back passes a second twice, but no step is as long as a period is.
    """
    runs: dict[str, list[str]] = {}
    for job, at in place.ask("SELECT job, started_at FROM job_run ORDER BY id"):
        runs.setdefault(job, []).append(str(at)[:19])
    doubled = sum(at == after for times in runs.values() for at, after in pairwise(times))
    return Check(not doubled, f"{doubled} runs doubled")
