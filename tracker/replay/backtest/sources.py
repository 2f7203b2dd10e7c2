"""The sources of an archive as feeds that nobody polls: what a question set says of an outlet holds
here too.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from forecasts.question_sets.question_set import FeedSeed, QuestionSet
from tracker.feeds.discovery.feed_names import feed_id, host_of
from tracker.feeds.feed import Feed, FeedState
from tracker.feeds.fetching.rate_limit import registrable_domain
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.polling import never_polled
from tracker.replay.backtest.archives import Sighting
from tracker.storage import feeds, properties
from tracker.storage.sessions import Session

NOT_POLLED: Final = "read from an archive; nobody polls it"
SOURCES: Final = "backtest sources"
"""The property that names the feed of each source."""

SHARED: Final = frozenset(
    "t.me youtube.com twitter.com x.com facebook.com medium.com substack.com archive.org".split()
)
"""Places where many outlets publish: an address there does not say whose it is."""


@dataclass(frozen=True, slots=True)
class _Outlets:
    """What a question set knows of outlets, by title and by domain."""

    by_title: Mapping[str, FeedSeed]
    by_domain: Mapping[str, FeedSeed]


def add(
    session: Session, seen: Iterable[Sighting], question_set: QuestionSet, now: datetime
) -> None:
    """Store a feed for each source, in the order in which they were first seen."""
    outlets = _outlets(question_set.feeds)
    named: dict[str, FeedId] = {}
    taken: set[str] = set()
    for one in seen:
        if one.source not in named:
            feed = _feed(one, outlets, taken)
            feeds.add_feed(session, _resting(feed, now))
            named[one.source] = feed.id
            taken.add(feed.id)
    properties.write(session, SOURCES, json.dumps(named))


def known(session: Session) -> dict[str, FeedId]:
    """The feed of each source."""
    return {
        source: FeedId(name)
        for source, name in json.loads(properties.read(session, SOURCES) or "{}").items()
    }


def _resting(feed: Feed, now: datetime) -> FeedState:
    return replace(never_polled(feed, now), paused_why=NOT_POLLED)


def _feed(one: Sighting, outlets: _Outlets, taken: set[str]) -> Feed:
    """A source as a feed: with owner and grade of the outlet that the set knows, else its own
    owner, grade C.

    Sources whose first address lies on one domain are one owner, so that "CNN" and its live pages
    count once.
    """
    domain = _domain(one.address)
    seed = outlets.by_title.get(_folded(one.source)) or outlets.by_domain.get(
        domain or _domain(f"https://{one.source}")
    )
    name = feed_id(one.source, one.address, taken)
    owner = seed.source_group if seed else domain or name
    grade = seed.grade if seed else "C"
    return Feed(name, one.source, f"https://{name}.archive.invalid/", owner, grade, "archive")


def _outlets(seeds: Iterable[FeedSeed]) -> _Outlets:
    by_title: dict[str, FeedSeed] = {}
    by_domain: dict[str, FeedSeed] = {}
    for seed in seeds:
        for title in (seed.title, seed.title.partition(",")[0]):
            by_title.setdefault(_folded(title), seed)
        if domain := _domain(seed.url):
            by_domain.setdefault(domain, seed)
    return _Outlets(by_title, by_domain)


def _domain(address: str) -> str:
    domain = registrable_domain(host_of(address))
    return "" if domain in SHARED else domain


def _folded(title: str) -> str:
    return title.casefold().removeprefix("the ").strip()
