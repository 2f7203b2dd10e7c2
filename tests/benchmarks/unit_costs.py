"""What one more of each thing costs: `python -m tests.benchmarks.unit_costs`.

Feeds are polled over HTTP from a server in a process of its own; CPU is that of the polling process
and its parsers, the encoder is the shipped one. Each feed is new, then unchanged, then has one new
entry; from the three follow the costs of an unchanged poll, of a changed one, and of a new item.
Then other numbers of questions stand against the same news. Bytes a row are those of all tables of
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

FEEDS: Final = 300
ENTRIES: Final = 10
QUESTIONS: Final = (10, 100, 1_000)
USUAL: Final = 100
"""Questions that stand while polls and rows are measured: a hundredth of ten thousand."""

THINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "item": ("item", "item_search", "story"),
    "evidence": ("evidence", "decision", "log"),
    "feed": ("feed", "feed_document"),
    "feed and day": ("feed_day",),
}
"""The tables that grow with each thing; the first one counts it. `log` has, here, little else."""


class News:
    """Feeds of ten entries each; `tick` gives each another one."""

    def __init__(self) -> None:
        self._news = _invented_news(random.Random(7), FEEDS * (ENTRIES + 1))
        self._shown = ENTRIES

    def tick(self) -> None:
        """Publish one more entry in each feed."""
        self._shown += 1

    def answer(self, path: str, head: bytes, transport: asyncio.Transport) -> None:
        """Serve a feed, or 304."""
        feed, etag = int(path.rsplit("/", 1)[1]), f'"{self._shown}"'
        if header(head, "If-None-Match") == etag:
            transport.write(reply("304 Not Modified", [f"ETag: {etag}"]))
            return
        first = feed * (ENTRIES + 1)
        items = "".join(
            f"<item><title>{escape(title)}</title><link>https://news.example/{n}</link>"
            f"<description>{escape(summary)}</description></item>"
            for n, (title, summary) in enumerate(self._news[first : first + self._shown], first)
        )
        body = f'<rss version="2.0"><channel><title>{feed}</title>{items}</channel></rss>'
        transport.write(
            reply("200 OK", ["Content-Type: application/rss+xml", f"ETag: {etag}"], body.encode())
        )


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
def watching(folder: Path, url: str, questions: int, addresses: Sequence[str]) -> Iterator[Tracker]:
    """A tracker with feeds, and questions worded after every so many headlines."""
    now = datetime.now(UTC)
    news = _invented_news(random.Random(7), FEEDS * (ENTRIES + 1))
    standing = [f"Will {news[n * len(news) // questions][0]}?" for n in range(questions)]
    asked = [_question(n, words) for n, words in enumerate(standing)]
    signs = [i for q, words in zip(asked, standing, strict=True) for i in _indicators(q, words)]
    feeds = [
        a_feed(f"feed-{n}", url=f"http://{addresses[n % len(addresses)]}/{n}") for n in range(FEEDS)
    ]
    settings = Settings(data_dir=folder, database_url=url, log_level="error")
    limits = FetchLimits("unit-costs/1", private=("*",), polite=False)
    with open_tracker(settings, now=lambda: now, limits=limits) as tracker:
        tracker.question_sets.load(a_set(*asked, indicators=signs, feeds=feeds))
        tracker.feeds.poll(only=())
        yield tracker


def measure(folder: Path, url: str, questions: int) -> Costs:
    """Poll all feeds when they are new, unchanged, and changed."""
    hosts = [f"127.1.0.{n + 1}" for n in range(20)]
    with (
        Server(News, hosts) as server,
        watching(folder, url, questions, server.addresses) as tracker,
    ):
        first = _cpu(lambda: tracker.feeds.poll(every=True))
        unchanged = _cpu(lambda: tracker.feeds.poll(every=True))
        server.ask("tick")
        second = _cpu(lambda: tracker.feeds.poll(every=True))
        item = (first - second) / (FEEDS * (ENTRIES - 1))
        counts = _count(tracker, "evidence") / _count(tracker, "item")
        return Costs(unchanged / FEEDS, second / FEEDS - item, item, counts, _measure_rows(tracker))


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


def _measure_rows(tracker: Tracker) -> dict[str, float]:
    """Bytes of each thing, indexes included."""
    return {
        thing: sum(_size(tracker, table) for table in tables) / max(1, _count(tracker, tables[0]))
        for thing, tables in THINGS.items()
    }


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
    chosen = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        by_questions = {
            n: measure(Path(folder) / str(n), "", n) for n in sorted({*chosen.questions, USUAL})
        }
        with own_server() as server:
            postgres = measure(Path(folder) / "postgres", server.url, USUAL)
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
