"""Two days of 10,000 feeds, 30 % of them bad, in some minutes: `python -m tests.benchmarks.fleet`.

Polls are real, over HTTP to a server in a process of its own; the clock is simulated. It jumps to
the next tick while nothing goes on and runs, faster than the real one, while a poll does
(`--speed`, 30 times). What our own work takes thus counts 30 times, and the limit on how long one
server may take is 1 s of real time, 30 s of simulated time, so that a poll with a dripping server
in it lasts as long as it would.

A poll is late by the time from when the feed was due, as the tracker says half an hour before at
most, to when the server was asked. The first hour is left out: then all feeds are due at once.
Fetches of bad feeds are those that the server saw in the last 24 hours; names that cannot be found
and ports where nobody listens have no server, so there the time of the last attempt that the
tracker shows is looked at every half hour. Memory is that of the polling process and its children,
without the server and without the process that looks on. Needs Linux (see `fleet_world.py`).
"""

import argparse
import os
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles

from rich import box
from rich.console import Console
from rich.table import Table

from tests.benchmarks.feed_server import Server
from tests.benchmarks.feed_world import START
from tests.benchmarks.fleet_world import (
    BAD_KINDS,
    FEEDS,
    GOOD,
    HOSTS,
    WITHOUT_SERVER,
    FleetSite,
    kind,
    opml,
)
from tests.benchmarks.processes import PeakMemory
from tracker.app.tracker import open_tracker
from tracker.ingestion.writer import PollReport
from tracker.interfaces.process_setup import configure_logging
from tracker.settings import Settings

TICK = timedelta(seconds=15)
LOOK = timedelta(minutes=30)
LEFT_OUT = timedelta(hours=1)
DAY = timedelta(days=1)
DEADLINE_SECONDS = 30
LATE_SECONDS = 60
FETCHES_A_DAY = 4
MEMORY_MB = 300


class Clock:
    """Simulated time: it stands still, jumps when it is told to, and passes while something is
    running.
    """

    def __init__(self, start: datetime, speed: float) -> None:
        self._speed = speed
        self._stretches = [(time.monotonic(), start)]
        self._standing: datetime | None = start

    def __call__(self) -> datetime:
        return self._standing or self.at(time.monotonic())

    def at(self, real: float) -> datetime:
        """What it showed at a moment of the real clock at which it was passing."""
        begun, start = self._stretches[bisect_right(self._stretches, real, key=lambda s: s[0]) - 1]
        return start + timedelta(seconds=(real - begun) * self._speed)

    @contextmanager
    def passing_from(self, moment: datetime) -> Iterator[None]:
        """Jump, and run while this is open."""
        self._stretches.append((time.monotonic(), moment))
        self._standing = None
        try:
            yield
        finally:
            self._standing = self.at(time.monotonic())


class Looking:
    """Looks at the tracker's database from a process of its own, as a page would."""

    def __init__(self, settings: Settings) -> None:
        self._now = START
        self._tracker = open_tracker(settings, now=lambda: self._now)

    def states(self, now: datetime) -> dict[int, tuple[datetime, datetime | None]]:
        """Of each feed by its number: when it is due (never when it is paused), and when it was
        last asked.
        """
        self._now = now
        never = datetime.max.replace(tzinfo=now.tzinfo)
        states = (shown.state for shown in self._tracker.feeds.list())
        return {
            int(s.feed.url.rsplit("/", 1)[1]): (
                never if s.paused else s.next_due_at,
                s.last_attempt_at,
            )
            for s in states
        }

    def answer(self, *_: object) -> None:
        """It serves nobody."""


@dataclass
class Observed:
    """What was seen from outside."""

    first: dict[int, datetime] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)
    fetches: Counter[int] = field(default_factory=Counter)
    due: dict[int, datetime] = field(default_factory=dict)
    attempts: dict[int, datetime] = field(default_factory=dict)

    def requested(self, number: int, at: datetime, *, counts: bool) -> None:
        """The server was asked for a feed. `counts`: in the last 24 hours."""
        if number in self.due:
            self.late.append(max((at - self.due.pop(number)).total_seconds(), 0.0))
        if number < GOOD:
            self.first.setdefault(number, at)
        elif counts:
            self.fetches[number] += 1

    def looked(self, states: dict[int, tuple[datetime, datetime | None]], since: datetime) -> None:
        """What the tracker says of its feeds; attempts before `since` do not count."""
        for number, (due, attempt) in states.items():
            if number < GOOD:
                self.due.setdefault(number, due)
            elif (
                kind(number) in WITHOUT_SERVER and attempt and attempt != self.attempts.get(number)
            ):
                self.attempts[number] = attempt
                self.fetches[number] += attempt >= since

    def end(self, at: datetime) -> None:
        """Feeds that are due and were not asked are late by now at least."""
        self.late += [(at - due).total_seconds() for due in self.due.values() if due < at]


class Run:
    """The polling: ticks every 15 simulated seconds, as the scheduler makes them."""

    def __init__(self, settings: Settings, server: Server, args: argparse.Namespace) -> None:
        self.clock = Clock(START, args.speed)
        self.end = START + timedelta(hours=args.hours)
        self.observed = Observed()
        self.report = PollReport()
        self._tracker = open_tracker(settings, now=self.clock)
        self._server = server

    def go(self, looking: Server) -> None:
        """Poll to the end, and look every half hour at what is due."""
        with self._tracker as tracker:
            tracker.feeds.import_opml(opml(self._server.addresses))
            look, hour = START + LEFT_OUT, -1
            while (now := self.clock()) < self.end:
                if (now - START) // timedelta(hours=1) != hour:
                    hour = (now - START) // timedelta(hours=1)
                    self._server.ask("at_hour", hour)
                with self.clock.passing_from(_next_tick(now)):
                    self.report += tracker.feeds.poll()
                if self.clock() >= look:
                    self._look(looking)
                    look += LOOK
        self._requests()
        self.observed.end(self.clock())

    def _look(self, looking: Server) -> None:
        self._requests()
        now = self.clock()
        self.observed.looked(looking.ask("states", now), self.end - DAY)
        done = f"{(now - START) / timedelta(hours=1):.1f} h, {self.report.feeds:,} polls"
        sys.stderr.write(f"{done}, late p95 {_percentile(self.observed.late, 95):.0f} s\n")

    def _requests(self) -> None:
        for number, real in self._server.ask("seen"):
            at = self.clock.at(real)
            self.observed.requested(number, at, counts=at >= self.end - DAY)


def _next_tick(now: datetime) -> datetime:
    return START + TICK * ((now - START) // TICK + 1)


def _percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else 0.0


def main() -> None:
    """Run the fleet and print the tables."""
    args = _arguments()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Server(FleetSite, HOSTS) as server:
        settings = Settings(
            data_dir=Path(folder),
            request_budget=args.requests,
            fetch_seconds=max(DEADLINE_SECONDS / args.speed, 1),
            private_feeds="*",
            log_level="error",
        )
        configure_logging(settings)
        run = Run(settings, server, args)
        with (
            Server(partial(Looking, settings), ()) as looking,
            PeakMemory(os.getpid(), without=(server.pid, looking.pid), every=0.1) as memory,
        ):
            run.go(looking)
    console = Console(width=120)
    console.print(_polling(run, memory.peak_bytes / 1e6, time.perf_counter() - started))
    console.print(_bad(run.observed.fetches))


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(
        description="Two days of 10,000 feeds, 30 % of them bad, in some minutes."
    )
    asked.add_argument("--hours", type=float, default=48, help="how long to simulate, at least 25")
    asked.add_argument(
        "--speed", type=float, default=30, help="how fast the clock runs during a poll"
    )
    asked.add_argument(
        "--requests", type=float, default=0, help="budget of requests a day, 0 for the usual one"
    )
    return asked.parse_args()


def _polling(run: Run, peak_mb: float, wall_seconds: float) -> Table:
    hours = (run.end - START) / timedelta(hours=1)
    table = Table(
        title=f"{FEEDS:,} feeds, {FEEDS - GOOD:,} of them bad, {hours:g} hours", box=box.MARKDOWN
    )
    for column in ("what", "measured", "target", "met"):
        table.add_column(column)
    late = run.observed.late
    p50, p95 = _percentile(late, 50), _percentile(late, 95)
    good_late = f"{p50:.1f} / {p95:.1f} / {max(late, default=0):.1f} s"
    on_time, in_room = p95 <= LATE_SECONDS, peak_mb <= MEMORY_MB
    table.add_row(
        "good feeds late, median / p95 / most",
        good_late,
        f"p95 ≤ {LATE_SECONDS} s",
        "yes" if on_time else "NO",
    )
    table.add_row(
        "peak memory", f"{peak_mb:.0f} MB", f"≤ {MEMORY_MB} MB", "yes" if in_room else "NO"
    )
    table.add_row("polls whose lateness is known", f"{len(late):,}")
    r = run.report
    table.add_row(
        "polls / not modified / failed", f"{r.feeds:,} / {r.not_modified:,} / {r.failed:,}"
    )
    table.add_row("new items", f"{r.new_items:,}")
    first = run.observed.first
    seconds = max((at - START).total_seconds() for at in first.values())
    table.add_row(
        "until all good ones had been asked once",
        f"{seconds:.0f} s" if len(first) == GOOD else "never",
    )
    table.add_row("time this took", f"{wall_seconds:.0f} s")
    return table


def _bad(fetches: Counter[int]) -> Table:
    table = Table(title="Fetches of bad feeds in the last 24 hours", box=box.MARKDOWN)
    for column in ("kind", "feeds", "mean", "most", "seen by", "target", "met"):
        table.add_column(column)
    for name in BAD_KINDS:
        counts = [fetches[number] for number in range(GOOD, FEEDS) if kind(number) == name]
        mean, most = sum(counts) / len(counts), max(counts)
        met = "yes" if most <= FETCHES_A_DAY else "NO"
        where = "the tracker" if name in WITHOUT_SERVER else "the server"
        table.add_row(
            name, str(len(counts)), f"{mean:.2f}", str(most), where, f"≤ {FETCHES_A_DAY}", met
        )
    return table


if __name__ == "__main__":
    main()
