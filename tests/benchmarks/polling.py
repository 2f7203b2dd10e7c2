"""How late items arrive, by when feeds are asked: `python -m tests.benchmarks.polling`.

Feeds publish at the times at which real ones did, and are asked for 14 days: at fixed intervals,
and as `tracker.feeds.scheduling.polling` says under a budget of as many requests. The first 7 days are
for learning; the delay from publication to the next poll is measured on the last 7. The target is
half the mean delay of a fixed hour.

The times are those of the corpora beside the repository, or below the folder given with `--times`:
news by source, and captured feeds, if they have ten dated entries or more and reach back 14 days.
Without them feeds are made up that publish by day and less at night, and the table says so. The
dates are the feeds' own: an item that appeared later than its date counts as if it had not.

How much there is to gain depends on how different the feeds are: the captured feeds alone, many of
them seldom updated, come to a third of the delay, the news sources alone, which are more alike, to
three fifths.
"""

import argparse
import gzip
import json
import math
import random
import re
import tarfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from statistics import NormalDist

import numpy as np
from rich.console import Console
from rich.table import Table

from tracker.feeds.feed import Feed
from tracker.feeds.fetch_results import Fetched
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.budget import compute_fleet_pace
from tracker.feeds.scheduling.polling import PollNews, PollRules, after_success, make_feed_state

CORPORA = Path(__file__).parents[2] / "../shared/corpora"
START = datetime(2024, 1, 1, tzinfo=UTC)  # every feed's times are moved here by whole days
DAYS, LEARNING = 14, 7
SCORED_FROM, END = START + timedelta(days=LEARNING), START + timedelta(days=DAYS)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
INTERVALS = (60, 120, 240)
TARGET = 0.5
JITTER = 0.05
IN_DOCUMENT = 30
"""Entries that a first document shows."""

FEWEST_TIMES = 10
"""Dated entries that make a feed."""

MADE_UP = 200
MADE_UP_SPREAD = 1.9
"""Standard deviation of the logarithm of the rates, from which the rule gains what it gains on the
captured feeds.
"""


Times = Sequence[datetime]
Polls = Sequence[Times]
"""For each feed when it was asked."""


def main() -> None:
    """Simulate each policy and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=Path, default=CORPORA, help="folder of the corpora")
    feeds, source = publishing(parser.parse_args().times)
    table = Table(
        title=f"{len(feeds)} feeds, {source}; {DAYS} days, the last {DAYS - LEARNING} scored"
    )
    for column in ("policy", "polls a day", "mean delay, min", "median", "p95", "ratio of means"):
        table.add_column(column, justify="left" if column == "policy" else "right")
    reached = 1.0
    for minutes in INTERVALS:
        fixed = Fare.of(feeds, by_the_clock(len(feeds), minutes))
        ours = Fare.of(feeds, by_rhythm(feeds, DAY / MINUTE / minutes))
        reached = min(reached, ours.mean / fixed.mean) if minutes == INTERVALS[0] else reached
        table.add_row(f"fixed {minutes} min", *fixed.columns, "")
        table.add_row("by rhythm", *ours.columns, f"{ours.mean / fixed.mean:.2f}")
    console = Console(width=120)
    console.print(table)
    met = "met" if reached <= TARGET else "NOT MET"
    console.print(f"Target of {TARGET:g} of the mean delay of a fixed hour: {met}.")


@dataclass(frozen=True, slots=True)
class Fare:
    """What a policy costs and gives: polls a day and feed, delays in minutes."""

    polls: float
    mean: float
    median: float
    p95: float

    @classmethod
    def of(cls, feeds: Sequence[Times], polls: Polls) -> "Fare":
        """Measured on the items of the scored days."""
        asked = sum(SCORED_FROM <= at < END for times in polls for at in times)
        delays = [
            (times[bisect_right(times, item)] - item) / MINUTE
            for items, times in zip(feeds, polls, strict=True)
            for item in items
            if SCORED_FROM <= item < END
        ]
        median, p95 = np.quantile(delays, (0.5, 0.95)).tolist()
        return cls(asked / len(feeds) / (DAYS - LEARNING), float(np.mean(delays)), median, p95)

    @property
    def columns(self) -> tuple[str, ...]:
        """As the table shows it."""
        return f"{self.polls:.2f}", f"{self.mean:.1f}", f"{self.median:.1f}", f"{self.p95:.0f}"


def by_the_clock(feeds: int, minutes: float) -> Polls:
    """A fixed interval, from feed to feed and time to time a little different, until after the
    end.
    """
    chance = random.Random(0)
    polls: list[list[datetime]] = []
    for _ in range(feeds):
        times = [START + chance.random() * minutes * MINUTE]
        while times[-1] < END:
            times.append(times[-1] + minutes * MINUTE * chance.uniform(1 - JITTER, 1 + JITTER))
        polls.append(times)
    return polls


def by_rhythm(feeds: Sequence[Times], polls_a_day: float) -> Polls:
    """As the tracker does it: it learns from what each poll brings, and sets the fleet's pace anew
    each day.
    """
    chance = random.Random(0)
    states = [
        make_feed_state(
            Feed(FeedId(f"feed-{n}"), "", "https://feed.example/", ""),
            START + chance.random() * DAY / 24,
        )
        for n in range(len(feeds))
    ]
    polls: list[list[datetime]] = [[] for _ in feeds]
    for day in range(DAYS + 2):  # the last items wait for a day at most, and a little
        midnight = START + day * DAY
        rules = PollRules(pace=compute_fleet_pace(states, polls_a_day * len(feeds), midnight))
        for n, items in enumerate(feeds):
            while (now := states[n].next_due_at) < midnight + DAY:
                before, known = (
                    bisect_right(items, polls[n][-1]) if polls[n] else 0,
                    bisect_right(items, now),
                )
                news = PollNews(items[max(before, known - IN_DOCUMENT) : known], ttl_seconds=0.0)
                states[n] = after_success(states[n], DOCUMENT, now, rules, news=news)
                polls[n].append(now)
    return polls


DOCUMENT = Fetched(FeedId("feed"), "https://feed.example/", 200, b"", "text/xml", None, None, 0.0)


def publishing(corpora: Path) -> tuple[Sequence[Times], str]:
    """When each feed published, and where that is from."""
    found: dict[str, set[datetime]] = defaultdict(set)
    for read in (_news, _captures, _documents):
        for name, at in read(corpora):
            found[name].add(at)
    feeds = [window for window in (_window(sorted(times)) for times in found.values()) if window]
    return (
        (feeds, "real times of publication")
        if feeds
        else (made_up(MADE_UP), "MADE UP, as there are no corpora")
    )


def made_up(feeds: int) -> Sequence[Times]:
    """Feeds with rates as different as those of real ones, which publish by the day of their part
    of the world.
    """
    chance, rates = random.Random(1), NormalDist(0.0, MADE_UP_SPREAD)
    return [_made_up(math.exp(rates.inv_cdf((n + 0.5) / feeds)), chance) for n in range(feeds)]


def _made_up(a_day: float, chance: random.Random) -> Times:
    noon, at = chance.uniform(0, 24), START - DAYS * DAY
    times: list[datetime] = []
    while at < END:
        at += timedelta(days=chance.expovariate(2 * a_day))
        from_noon = abs((at.hour + at.minute / 60 - noon + 12) % 24 - 12)
        if chance.random() < (1.0 if from_noon < 6 else 0.15):
            times.append(at)
    return times


def _window(times: Times) -> Times:
    """A feed's times until just before its newest item, moved by whole days to where the simulation
    ends.

    The newest item is left out: a window that ends with an item has one more than its due. () for a
    feed that does not reach back to the beginning.
    """
    if len(times) < FEWEST_TIMES or times[-1] - times[0] < DAYS * DAY:
        return ()
    moved = (END - times[-1]) // DAY * DAY
    return [at + moved for at in times[:-1]]


def _news(corpora: Path) -> Iterator[tuple[str, datetime]]:
    for path in sorted(corpora.glob("news/news-2025*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for item in map(json.loads, lines):
                if "date_precision" not in item:  # those have a day and no time
                    yield f"{path.name} {item['source']}", datetime.fromisoformat(item["published"])


def _captures(corpora: Path) -> Iterator[tuple[str, datetime]]:
    for path in sorted(corpora.glob("rss_captures/*/*.gz")):
        yield from ((path.parent.name, at) for at in _dates(gzip.decompress(path.read_bytes())))


def _documents(corpora: Path) -> Iterator[tuple[str, datetime]]:
    path = corpora / "feeds.tar.xz"
    if path.exists():
        with tarfile.open(path) as archive:
            for member in archive:
                opened = archive.extractfile(member)
                if opened:
                    yield from ((member.name, at) for at in _dates(opened.read()))


def _dates(document: bytes) -> Iterator[datetime]:
    """The dates of a document's entries that have a time of day."""
    for entry in re.findall(rb"<(?:item|entry)[\s>].*?</(?:item|entry)>", document, re.DOTALL):
        said = re.search(rb"<(?:pubDate|published|dc:date|updated)[^>]*>\s*([^<]{10,40})<", entry)
        at = _read(said[1].decode("ascii", "replace").strip()) if said else None
        if at and at.time() != datetime.min.time():
            yield at


def _read(date: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(date)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    return None


if __name__ == "__main__":
    main()
