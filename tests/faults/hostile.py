"""Hostile feeds, each beside five good ones in a process of its own."""

import time
from dataclasses import dataclass
from statistics import median
from typing import Final

from tests.benchmarks.processes import PeakMemory
from tests.builders import a_feed, an_rss
from tests.faults.hostile_bodies import make_scripts
from tests.faults.installation import Installation, new_installation
from tests.faults.outcome import Check, Outcome, judge
from tests.feeds.feed_server import FeedServer
from tracker.app.tracker import open_tracker

GOOD: Final = 5
LARGE: Final = 2
"""So many of the good feeds are parsed in a child process each, as many real ones are."""

LARGE_BYTES: Final = 60_000
FETCH_SECONDS: Final = 3
"""Deadline of a fetch, a tenth of the usual one, so that the row ends soon."""

EXTRA_MB: Final = 20
WARM_ROUNDS: Final = 3
HOSTILE_FEED: Final = "feed-hostile"


@dataclass(frozen=True, slots=True)
class Round:
    """A poll of the good feeds and a hostile one: how long it took, its peak, what it kept."""

    name: str
    seconds: float
    peak_mb: float
    unharmed: bool


def poll_hostile_feeds() -> Outcome:
    """Poll every hostile answer once; compare the memory with a poll of the good ones alone."""
    with FeedServer() as server, new_installation(fetch_seconds=FETCH_SECONDS) as place:
        scripts = make_scripts(server)
        _load(place, server)
        usual = [_poll(place, server, "good feeds alone", n) for n in range(WARM_ROUNDS)]
        base = median(r.peak_mb for r in usual)
        rounds = []
        for number, (name, script) in enumerate(scripts.items(), WARM_ROUNDS):
            server.script("/hostile", script)
            rounds.append(_poll(place, server, name, number))
        return _judge(rounds, base, place)


def _judge(rounds: list[Round], base: float, place: Installation) -> Outcome:
    harmed = [r.name for r in rounds if not r.unharmed]
    large = sorted(
        ((r.peak_mb - base, r.name) for r in rounds if r.peak_mb - base > EXTRA_MB), reverse=True
    )
    slowest = max(rounds, key=lambda r: r.seconds)
    words = ", ".join(f"{name} + {extra:.0f} MB" for extra, name in large)
    return judge(
        [
            Check(not harmed, f"others unharmed by {len(rounds)} kinds{_list(harmed)}"),
            Check(slowest.seconds < 30, f"slowest {slowest.seconds:.1f} s ({slowest.name})"),
            Check(
                not large,
                f"{len(rounds) - len(large)} of {len(rounds)} within + {EXTRA_MB} MB"
                + (f"; above it: {words}" if large else ""),
            ),
            place.check_log(),
        ],
        f"{base:.0f} MB with good feeds alone",
    )


def _list(names: list[str]) -> str:
    return f" but {', '.join(names)}" if names else ""


def _load(place: Installation, server: FeedServer) -> None:
    with open_tracker(place.settings) as tracker:
        for n in range(GOOD):
            tracker.feeds.add(a_feed(f"feed-{n}", url=server.url(f"/good/{n}")))
        tracker.feeds.add(a_feed(HOSTILE_FEED, url=server.url("/hostile")))


def _poll(place: Installation, server: FeedServer, name: str, number: int) -> Round:
    """Poll everything once in a process of its own; each good feed has one new entry."""
    links = [f"https://news.example/{n}/{number}" for n in range(GOOD)]
    for n, link in enumerate(links):
        rest = "x" * LARGE_BYTES if n < LARGE else ""
        server.serve(f"/good/{n}", an_rss((f"News {number} of outlet {n} {rest}", link)))
    place.make_due()
    began = time.monotonic()
    process = place.fork("feed", "poll", "--all")
    assert process.pid is not None
    with PeakMemory(process.pid, every=0.03) as memory:
        process.join(120)
    stored = {url for (url,) in place.ask("SELECT url FROM item")}
    is_unharmed = process.exitcode == 0 and stored.issuperset(links)
    return Round(name, time.monotonic() - began, memory.peak_bytes / 1e6, is_unharmed)
