"""Cost of the text index: `python -m tests.benchmarks.item_search`.

The made-up feeds of `feed_world` are stored in a new SQLite database, with the triggers of the
index and without them, in turns: the processor's time for storing alone and for whole polls, the
size of the file, and the time of a search. `--corpus FOLDER` takes the entries of captured feeds.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import structlog
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from tests.benchmarks.feed_world import START, feed_texts
from tests.builders import FakeClock, Press, a_feed, a_set
from tracker.app.tracker import Tracker, open_tracker
from tracker.feeds.dedup import NewItem
from tracker.feeds.item import FeedId
from tracker.feeds.parsing.parse import parse_feed
from tracker.feeds.parsing.parsed_feed import ParsedFeed
from tracker.settings import Settings
from tracker.storage.items import add_items

QUERIES = ("the of", "correction", '"in the"', "minister trade talks", "unheard")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor for storing and for polls; bytes of the file; seconds of a search."""

    storing: float
    polling: float
    size: int
    items: int
    search: float


def main() -> None:
    """Measure in turns, and print the medians with their ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--corpus", type=Path)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    documents = {
        f"feed{n}": feed_text.document(changed=False, built=START)
        for n, feed_text in enumerate(feed_texts(feeds=options.feeds, corpus=options.corpus))
    }
    costs: dict[bool, list[Cost]] = {True: [], False: []}
    for _ in range(options.rounds):
        for indexed in (True, False):
            costs[indexed].append(measure(documents, indexed=indexed))
    print_costs(costs[True], costs[False])


def measure(documents: dict[str, bytes], *, indexed: bool) -> Cost:
    """Poll all feeds once into a new database, and search it."""
    press = Press()
    for feed_id, document in documents.items():
        press.serve(feed_id, document)
    with tempfile.TemporaryDirectory() as folder, open_fed(Path(folder), press, documents) as it:
        if not indexed:
            drop_triggers(it)
        begin = time.process_time()
        items = it.feeds.poll(every=True).new_items
        polling = time.process_time() - begin
        with it.context.store.writing() as session:
            pages = session.connection().execute(text("PRAGMA page_count")).scalar_one()
        search = time_searches(it)
        return Cost(time_storing(it, documents), polling, pages * 4096, items, search)


def time_storing(tracker: Tracker, documents: dict[str, bytes]) -> float:
    """Seconds of processor for storing all entries once more, under other keys."""
    entries = [
        (FeedId(feed_id), NewItem(replace(item, key=f"again {item.key}"), None))
        for feed_id, document in documents.items()
        if isinstance(parsed := parse_feed(document, "application/xml", ""), ParsedFeed)
        for item in parsed.items
    ]
    begin = time.process_time()
    with tracker.context.store.writing() as session:
        add_items(session, entries, tracker.now())
    return time.process_time() - begin


@contextmanager
def open_fed(folder: Path, press: Press, documents: dict[str, bytes]) -> Iterator[Tracker]:
    """A tracker with a question and these feeds."""
    seeds = [a_feed(feed_id) for feed_id in documents]
    with open_tracker(Settings(data_dir=folder), now=FakeClock(), fetch=press.fetch) as tracker:
        tracker.question_sets.load(a_set(feeds=seeds))
        yield tracker


def drop_triggers(tracker: Tracker) -> None:
    """Leave the index empty."""
    with tracker.context.store.writing() as session:
        for table in ("item_search", "revision_search"):
            for verb in ("added", "removed", "changed"):
                session.connection().execute(text(f"DROP TRIGGER {table}_{verb}"))


def time_searches(tracker: Tracker) -> float:
    """Seconds of a search, on average."""
    begin = time.perf_counter()
    for query in QUERIES:
        tracker.evidence.search(query)
    return (time.perf_counter() - begin) / len(QUERIES)


def print_costs(with_index: Sequence[Cost], without: Sequence[Cost]) -> None:
    """Print the medians of the rounds."""
    table = Table(title=f"{with_index[0].items:,} items, {len(with_index)} rounds")
    for column in ("", "with the index", "without", "ratio"):
        table.add_column(column, justify="left" if not column else "right")
    polling = median(c.polling for c in with_index), median(c.polling for c in without)
    storing = median(c.storing for c in with_index), median(c.storing for c in without)
    table.add_row("storing alone, s of CPU", *(f"{s:.3f}" for s in storing), _ratio(storing))
    table.add_row("polling, s of CPU", *(f"{s:.2f}" for s in polling), _ratio(polling))
    size = with_index[0].size, without[0].size
    table.add_row("database, MB", *(f"{b / 1e6:.1f}" for b in size), _ratio(size))
    table.add_row("a search, ms", f"{1e3 * median(c.search for c in with_index):.1f}", "", "")
    Console(width=100).print(table)


def _ratio(pair: tuple[float, float]) -> str:
    return f"{pair[0] / pair[1]:.2f}"


if __name__ == "__main__":
    main()
