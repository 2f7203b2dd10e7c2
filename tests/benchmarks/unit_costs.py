"""What one more of each thing costs: `python -m tests.benchmarks.unit_costs`.

Feeds are polled over HTTP from a server in a process of its own; CPU is that of the polling process
and its parsers, the encoder is the shipped one. Each feed is read once, is then unchanged, then has
one new entry, then three: from these follow the costs of an unchanged poll, of a changed one, and
of a new item. Then other numbers of questions stand against the same news. `--hours N` adds hours of a hundredth of
the largest installation of docs/capacity.md (1,000 feeds asked hourly, 100 questions, 417 items an
hour), to hold what the costs foretell against what is measured. Bytes a row are those of all tables of
a thing with their indexes, on SQLite and on PostgreSQL.
"""

import argparse
import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import structlog
from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from tests.benchmarks.feed_server import Server, header, reply
from tests.benchmarks.matching import _indicators, _invented_news, _question
from tests.builders import a_feed, a_set
from tests.postgres import own_server
from tracker.app.tracker import Tracker, open_tracker
from tracker.feeds.fetch_results import FetchLimits
from tracker.settings import Settings

FEEDS: Final = 200
ENTRIES: Final = 5
ADDED: Final = (1, 3)
"""New entries of each feed when all of them are asked again, and again."""

WRITTEN: Final = 16
"""Entries that are written for each feed."""
QUESTIONS: Final = (10, 100, 1_000)
DAY_FEEDS, HOUR_ITEMS = 1_000, 417
USUAL: Final = 100
"""Questions that stand while polls and rows are measured: a hundredth of ten thousand."""

THINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "item": ("item", "item_search"),
    "evidence": ("evidence", "decision", "log", "story"),
    "feed": ("feed", "feed_document"),
    "feed and day": ("feed_day",),
}
"""The tables that grow with each thing; the first one counts it."""


class News:
    """Feeds of five entries each; `publish` gives some more."""

    def __init__(self, feeds: int) -> None:
        self._news = _invented_news(random.Random(7), feeds * WRITTEN)
        self._shown = [ENTRIES] * feeds

    def publish(self, entries: int, first: int, feeds: int) -> None:
        """Publish so many more in so many feeds from the first on."""
        for feed in range(first, first + feeds):
            self._shown[feed % len(self._shown)] += entries

    def answer(self, path: str, head: bytes, transport: asyncio.Transport) -> None:
        """Serve a feed, or 304."""
        feed = int(path.rsplit("/", 1)[1])
        shown = self._shown[feed]
        etag = f'"{shown}"'
        if header(head, "If-None-Match") == etag:
            transport.write(reply("304 Not Modified", [f"ETag: {etag}"]))
            return
        first = feed * WRITTEN
        items = "".join(
            f"<item><title>{escape(title)}</title><link>https://news.example/{n}</link>"
            f"<description>{escape(summary)}</description></item>"
            for n, (title, summary) in enumerate(self._news[first : first + shown], first)
        )
        body = f'<rss version="2.0"><channel><title>{feed}</title>{items}</channel></rss>'
        transport.write(
            reply("200 OK", ["Content-Type: application/rss+xml", f"ETag: {etag}"], body.encode())
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A data directory, and the address of a database; "" for SQLite in the directory."""

    folder: Path
    url: str = ""


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU milliseconds of an unchanged poll, a changed one, and a new item; pieces found an item.

    `rows` has the bytes of each thing.
    """

    unchanged: float
    changed: float
    item: float
    evidence: float
    rows: Mapping[str, float]


@contextmanager
def watching(
    place: Place, questions: int, feeds: int, addresses: Sequence[str]
) -> Iterator[Tracker]:
    """A tracker with feeds, and questions worded after every so many headlines."""
    now = datetime.now(UTC)
    news = _invented_news(random.Random(7), feeds * WRITTEN)
    standing = [f"Will {news[n * len(news) // questions][0]}?" for n in range(questions)]
    asked = [_question(n, words) for n, words in enumerate(standing)]
    signs = [i for q, words in zip(asked, standing, strict=True) for i in _indicators(q, words)]
    followed = [
        a_feed(f"feed-{n}", url=f"http://{addresses[n % len(addresses)]}/{n}") for n in range(feeds)
    ]
    settings = Settings(data_dir=place.folder, database_url=place.url, log_level="error")
    limits = FetchLimits("unit-costs/1", private=("*",), polite=False)
    with open_tracker(settings, now=lambda: now, limits=limits) as tracker:
        tracker.question_sets.load(a_set(*asked, indicators=signs, feeds=followed))
        tracker.feeds.poll(only=())
        yield tracker


def measure(place: Place, questions: int) -> Costs:
    """Poll all feeds when they are new, unchanged, and changed."""
    with serving(FEEDS) as server, watching(place, questions, FEEDS, server.addresses) as tracker:
        tracker.feeds.poll(every=True)
        before = _measure_sizes(tracker)
        unchanged, *changed = [
            _measure_round(server, tracker, entries) / FEEDS for entries in (0, *ADDED)
        ]
        item = (changed[1] - changed[0]) / (ADDED[1] - ADDED[0])
        found = _count(tracker, "evidence") / _count(tracker, "item")
        rows = _compare_sizes(before, _measure_sizes(tracker))
        return Costs(unchanged, changed[0] - ADDED[0] * item, item, found, rows)


@contextmanager
def serving(feeds: int) -> Iterator[Server]:
    """Serve so many feeds on twenty hosts."""
    with Server(partial(News, feeds), [f"127.1.0.{n + 1}" for n in range(20)]) as server:
        yield server


def _measure_round(server: Server, tracker: Tracker, entries: int) -> float:
    """CPU milliseconds of asking all feeds after each published so many entries."""
    server.ask("publish", entries, 0, FEEDS)
    return _cpu(lambda: tracker.feeds.poll(every=True))


def live_hours(place: Place, costs: Costs, hours: int) -> tuple[float, float]:
    """Live some hours of a hundredth; return the CPU seconds foretold and measured."""
    with (
        serving(DAY_FEEDS) as server,
        watching(place, USUAL, DAY_FEEDS, server.addresses) as tracker,
    ):
        tracker.feeds.poll(every=True)
        spent = 0.0
        for hour in range(hours):
            server.ask("publish", 1, hour * HOUR_ITEMS, HOUR_ITEMS)
            spent += _cpu(lambda: tracker.feeds.poll(every=True))
    changed = HOUR_ITEMS * (costs.changed + costs.item)
    return hours * (changed + (DAY_FEEDS - HOUR_ITEMS) * costs.unchanged) / 1000, spent / 1000


def _cpu(work: Callable[[], object]) -> float:
    """CPU milliseconds of this process and its parsers so far ended."""
    before = _cpu_now()
    work()
    return 1000 * (_cpu_now() - before)


def _cpu_now() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def _count(tracker: Tracker, table: str) -> int:
    with tracker.context.store.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


Sizes = Mapping[str, tuple[int, int]]
"""Number and bytes, indexes included, by thing."""


def _measure_sizes(tracker: Tracker) -> Sizes:
    return {
        thing: (_count(tracker, tables[0]), sum(_size(tracker, table) for table in tables))
        for thing, tables in THINGS.items()
    }


def _compare_sizes(before: Sizes, after: Sizes) -> dict[str, float]:
    """Bytes of each thing that was added; of all of them where none was."""
    rows = {}
    for thing, (count, size) in after.items():
        earlier, earlier_size = before[thing] if before[thing][0] < count else (0, 0)
        rows[thing] = (size - earlier_size) / max(1, count - earlier)
    return rows


def _size(tracker: Tracker, table: str) -> int:
    """Bytes of a table and its indexes; of its text index, too, where that has tables."""
    engine = tracker.context.store.engine
    if engine.dialect.name == "sqlite":
        query = (
            "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name IN (SELECT name FROM "
            "sqlite_schema WHERE tbl_name = :table OR tbl_name LIKE :table || '\\_%' ESCAPE '\\' "
            "AND :table LIKE '%search')"
        )
    else:
        query = "SELECT coalesce(pg_total_relation_size(to_regclass(:table)), 0)"
    with engine.connect() as connection:
        return int(connection.execute(text(query), {"table": table}).scalar_one())


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description="What one more of each thing costs.")
    asked.add_argument("--questions", type=int, nargs="*", default=QUESTIONS)
    asked.add_argument("--hours", type=int, default=0)
    chosen = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        by_questions = {
            n: measure(Place(folder / str(n)), n) for n in sorted({*chosen.questions, USUAL})
        }
        with own_server() as server:
            postgres = measure(Place(folder / "postgres", server.url), USUAL)
        foretold, spent = (
            live_hours(Place(folder / "day"), by_questions[USUAL], chosen.hours)
            if chosen.hours
            else (0.0, 0.0)
        )
    console = Console(width=120)
    console.print(
        _table("CPU, ms", {"SQLite": by_questions[USUAL], "PostgreSQL": postgres}, _cpu_rows)
    )
    console.print(
        _table("by questions, SQLite", {f"{n:,}": c for n, c in by_questions.items()}, _match_rows)
    )
    console.print(
        _table("bytes a row", {"SQLite": by_questions[USUAL], "PostgreSQL": postgres}, _byte_rows)
    )
    if chosen.hours:
        console.print(f"{chosen.hours} hours: {foretold:.1f} CPU s foretold, {spent:.1f} measured")


def _table(
    title: str, columns: Mapping[str, Costs], rows: Callable[[Costs], Mapping[str, str]]
) -> Table:
    table = Table(title=title, box=box.MARKDOWN)
    table.add_column("what")
    cells = {name: rows(costs) for name, costs in columns.items()}
    for name in cells:
        table.add_column(name, justify="right")
    for what in next(iter(cells.values())):
        table.add_row(what, *(cells[name][what] for name in cells))
    return table


def _cpu_rows(costs: Costs) -> dict[str, str]:
    return {
        "a poll, unchanged": f"{costs.unchanged:.2f}",
        "a poll, changed": f"{costs.changed:.2f}",
        "a new item": f"{costs.item:.2f}",
    }


def _match_rows(costs: Costs) -> dict[str, str]:
    return {
        "a new item, CPU ms": f"{costs.item:.2f}",
        "pieces of evidence an item": f"{costs.evidence:.2f}",
    }


def _byte_rows(costs: Costs) -> dict[str, str]:
    return {thing: f"{size:,.0f}" for thing, size in costs.rows.items()}


if __name__ == "__main__":
    sys.exit(main())
