"""A week of 30,000 items a day in some minutes, and 600 visitors: `python -m tests.benchmarks.soak`.

One process polls as the scheduler does, on a clock that jumps half an hour from round to round:
documents of 25 feeds are parsed, stored, compared with the copies of a week, matched and logged.
Three items in ten are another outlet's copy of an earlier one, one in fifty is about a question.
Nothing but the network and the clock is made up. What grows with items is the same as in a week of
real time; what grows with hours alone is not seen here.

Memory is the resident set (RSS) of the polling process, at the end of each round; the slope is that
of a straight line through all rounds after the first day, per 30,000 items, which are a day, and
per hour of that day. `--minutes` ends it earlier; the last line says how far it came. The peak is
the proportional set size with all parsers, from outside.

Then the dashboard serves the database that came of it: visits of a page by turns, each in a session
of its own that is closed again, and its memory and descriptors after 100, 300 and 600 of them.
Needs Linux.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from random import Random

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from tests.benchmarks.dashboard_client import Client
from tests.benchmarks.dashboard_servers import Served, Servers
from tests.benchmarks.feed_world import Writer
from tests.benchmarks.processes import PeakMemory
from tracker.app.question_set_files import DEFAULT_SET, load_question_set
from tracker.app.tracker import open_tracker
from tracker.feeds.feed import Feed
from tracker.feeds.fetch_results import (
    Fetched,
    FetchRequest,
    FetchResult,
    RequestSource,
    answer_in_batches,
)
from tracker.feeds.item import FeedId
from tracker.interfaces.process_setup import (
    configure_logging,
    freeze_gc,
    limit_heaps,
    release_memory,
)
from tracker.settings import Settings

START = datetime(2026, 11, 1, tzinfo=UTC)
ITEMS_A_DAY = 30_000
ROUND = timedelta(minutes=30)
FEEDS = 25
ITEMS_A_POLL = ITEMS_A_DAY // (FEEDS * int(timedelta(days=1) / ROUND))
COPIES, ON_TOPIC = 0.3, 0.02
VISITS = (100, 300, 600)
MAX_SLOPE_MB_AN_HOUR, MAX_POLLER_MB, MAX_DASHBOARD_MB = 1.0, 170.0, 400.0
PAGES = ("home", "questions", "inbox", "question", "record", "feeds", "essays", "settings")


class Outlets:
    """25 feeds, each with new items at every round; it keeps nothing of what it wrote."""

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = topics
        self.round = 0

    @property
    def time(self) -> datetime:
        """Time of the round."""
        return START + self.round * ROUND

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Answer with the documents of this round."""
        return answer_in_batches(self._answer, more)

    def _answer(self, request: FetchRequest) -> FetchResult:
        first = (self.round * FEEDS + int(request.feed_id.removeprefix("outlet-"))) * ITEMS_A_POLL
        items = "".join(self._write(first + n) for n in range(ITEMS_A_POLL))
        body = f'<rss version="2.0"><channel><title>Outlet</title>{items}</channel></rss>'.encode()
        kind = "application/rss+xml"
        return Fetched(request.feed_id, request.url, 200, body, kind, None, None, 0.0)

    def _write(self, number: int) -> str:
        chance = Random(number)
        original = number - chance.randrange(1, ITEMS_A_DAY)
        text = Random(original if chance.random() < COPIES and original > 0 else number)
        writer = WRITER.of(text)
        title, words = writer.title(), " ".join(writer.words(30))
        if text.random() < ON_TOPIC:
            title = f"{text.choice(self._topics)} {title.split()[0]}"
        return (
            f"<item><title>{escape(title)}</title><guid>{number}</guid>"
            f"<link>https://outlet.example/{number}</link><description>{words}.</description>"
            f"<pubDate>{format_datetime(self.time)}</pubDate></item>"
        )


class _SharedWriter:
    """Writers of one vocabulary, which takes a while to make."""

    def __init__(self) -> None:
        self._model = Writer(Random(0))

    def of(self, chance: Random) -> Writer:
        """Return a writer with this chance."""
        self._model.rng = chance
        return self._model


WRITER = _SharedWriter()


@dataclass(frozen=True, slots=True)
class Footprint:
    """Memory (MB) and descriptors of a process."""

    megabytes: float
    descriptors: int

    @classmethod
    def of(cls, pid: int) -> "Footprint":
        """Look at it now."""
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        return cls(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, descriptors)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=5.0, help="end polling after so long")
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--visits", type=int, default=VISITS[-1])
    args = parser.parse_args()
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with PeakMemory(os.getpid(), every=0.5) as memory:
            rounds = poll(folder, args.days, args.minutes * 60)
        console.print(describe_polling(rounds, memory.peak_bytes / 1e6))
        if args.visits:
            visits = [count for count in VISITS if count < args.visits] + [args.visits]
            console.print(describe_visits(asyncio.run(visit(folder, visits)), visits))


def poll(folder: Path, days: float, seconds: float) -> list[Footprint]:
    """Poll round by round; return what each left."""
    question_set = load_question_set(DEFAULT_SET)
    outlets = Outlets([question.text for question in question_set.questions])
    settings = Settings(data_dir=folder, log_level="error", log_megabytes=0)
    configure_logging(settings)
    ends, rounds = time.monotonic() + seconds, []
    with open_tracker(settings, now=lambda: outlets.time, fetch=outlets.fetch) as tracker:
        tracker.question_sets.load(question_set)
        for state in tracker.feeds.list():
            tracker.feeds.pause(state.state.id)
        names = [FeedId(f"outlet-{n}") for n in range(FEEDS)]
        for feed_id in names:
            tracker.feeds.add(Feed(feed_id, feed_id, f"https://{feed_id}.example/", feed_id))
        limit_heaps()
        freeze_gc()
        while outlets.time < START + days * timedelta(days=1) and time.monotonic() < ends:
            report = tracker.feeds.poll(only=names)
            assert report.new_items == FEEDS * ITEMS_A_POLL, report
            release_memory()  # as the scheduler does each minute
            rounds.append(Footprint.of(os.getpid()))
            outlets.round += 1
    return rounds


def describe_polling(rounds: Sequence[Footprint], peak_mb: float) -> Table:
    """Return the table of the poller."""
    a_day = int(timedelta(days=1) / ROUND)
    steady = rounds[min(a_day, len(rounds) // 2) :]
    memory = [footprint.megabytes for footprint in steady]
    slope = float(np.polyfit(np.arange(len(memory)) / a_day, memory, 1)[0])
    an_hour = slope / 24
    days = len(rounds) / a_day
    table = _make_table(f"Polling, {days:.1f} days, {len(rounds) * FEEDS * ITEMS_A_POLL:,} items")
    table.add_row("memory at first", f"{rounds[0].megabytes:.0f} MB")
    table.add_row("at the end", _limit(rounds[-1].megabytes, MAX_POLLER_MB, "MB"))
    table.add_row("peak, with the parsers", f"{peak_mb:.0f} MB")
    table.add_row("slope, 30,000 items", f"{slope:.1f} MB")
    table.add_row("slope", _limit(an_hour, MAX_SLOPE_MB_AN_HOUR, "MB/h"))
    table.add_row("descriptors", f"{steady[0].descriptors} → {rounds[-1].descriptors}")
    return table


async def visit(folder: Path, counts: Sequence[int]) -> list[Footprint]:
    """Visit pages one after the other; return the server's footprint after so many of them."""
    found = []
    with Servers(folder, folder).ours() as server:
        for number in range(counts[-1]):
            await _look_at(server, PAGES[number % len(PAGES)])
            if number + 1 in counts:
                found.append(Footprint.of(server.pid))
    return found


async def _look_at(server: Served, page: str) -> None:
    async with Client.connected(server, page, "q=oil-100-2027" if page == "question" else ""):
        pass


def describe_visits(found: Sequence[Footprint], counts: Sequence[int]) -> Table:
    """Return the table of the dashboard."""
    table = _make_table(f"Dashboard, {counts[-1]} visits of {len(PAGES)} pages by turns")
    for count, footprint in zip(counts, found, strict=True):
        megabytes = _limit(footprint.megabytes, MAX_DASHBOARD_MB, "MB")
        table.add_row(f"after {count}", f"{megabytes}, {footprint.descriptors} descriptors")
    return table


def _make_table(title: str) -> Table:
    table = Table("what", "measured", title=title, box=box.MARKDOWN)
    table.columns[1].justify = "right"
    return table


def _limit(value: float, limit: float, unit: str) -> str:
    return f"{value:.2f} {unit} (≤ {limit:g}: {'met' if value <= limit else 'MISSED'})"


if __name__ == "__main__":
    main()
