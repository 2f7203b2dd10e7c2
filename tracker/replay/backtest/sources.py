"""Feeds that stand for the sources of an archive, with owner and grade from the question set."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from forecasts.question_sets.question_set import FeedSeed, QuestionSet
from tracker.feeds.discovery.feed_names import extract_host, make_feed_id
from tracker.feeds.feed import Feed, FeedState
from tracker.feeds.fetching.rate_limit import registrable_domain
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.polling import make_feed_state
from tracker.replay.backtest.archives import Sighting
from tracker.storage import feeds, properties
from tracker.storage.sessions import Session

NOT_POLLED: Final = "read from an archive; nobody polls it"
SOURCES_PROPERTY: Final = "backtest sources"
"""Database property that maps each source to its feed."""

SHARED_HOSTS: Final = frozenset(
    "t.me youtube.com twitter.com x.com facebook.com medium.com substack.com archive.org".split()
)
"""Hosts shared by many outlets: an address there does not identify the outlet."""


@dataclass(frozen=True, slots=True)
class _Outlets:
    """Feeds of a question set, by title and by domain."""

    by_title: Mapping[str, FeedSeed]
    by_domain: Mapping[str, FeedSeed]


def add_sources(
    session: Session, sightings: Iterable[Sighting], question_set: QuestionSet, now: datetime
) -> None:
    """Store a feed for each source, in first-seen order."""
    outlets = _index_outlets(question_set.feeds)
    feed_ids: dict[str, FeedId] = {}
    used_ids: set[str] = set()
    for sighting in sightings:
        if sighting.source not in feed_ids:
            feed = _build_feed(sighting, outlets, used_ids)
            feeds.add_feed(session, _pause_feed(feed, now))
            feed_ids[sighting.source] = feed.id
            used_ids.add(feed.id)
    properties.write_property(session, SOURCES_PROPERTY, json.dumps(feed_ids))


def load_source_feeds(session: Session) -> dict[str, FeedId]:
    """Return the feed of each source."""
    return {
        source: FeedId(name)
        for source, name in json.loads(
            properties.read_property(session, SOURCES_PROPERTY) or "{}"
        ).items()
    }


def _pause_feed(feed: Feed, now: datetime) -> FeedState:
    return replace(make_feed_state(feed, now), paused_why=NOT_POLLED)


def _build_feed(sighting: Sighting, outlets: _Outlets, used_ids: set[str]) -> Feed:
    """Build the feed of a source, with owner and grade of the matching outlet, else grade C.

    Sources whose first address is on one domain share an owner, so that "CNN" and its live pages
    count once.
    """
    domain = _owner_domain(sighting.address)
    seed = outlets.by_title.get(_normalise_title(sighting.source)) or outlets.by_domain.get(
        domain or _owner_domain(f"https://{sighting.source}")
    )
    name = make_feed_id(sighting.source, sighting.address, used_ids)
    owner = seed.source_group if seed else domain or name
    grade = seed.grade if seed else "C"
    return Feed(name, sighting.source, f"https://{name}.archive.invalid/", owner, grade, "archive")


def _index_outlets(seeds: Iterable[FeedSeed]) -> _Outlets:
    by_title: dict[str, FeedSeed] = {}
    by_domain: dict[str, FeedSeed] = {}
    for seed in seeds:
        for title in (seed.title, seed.title.partition(",")[0]):
            by_title.setdefault(_normalise_title(title), seed)
        if domain := _owner_domain(seed.url):
            by_domain.setdefault(domain, seed)
    return _Outlets(by_title, by_domain)


def _owner_domain(address: str) -> str:
    domain = registrable_domain(extract_host(address))
    return "" if domain in SHARED_HOSTS else domain


def _normalise_title(title: str) -> str:
    return title.casefold().removeprefix("the ").strip()
