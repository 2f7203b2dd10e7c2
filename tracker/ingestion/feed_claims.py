"""Claim due feeds for workers, in batches that share no site.

All due feeds of a site are in one batch, and no more of it is claimed while one of its feeds is
leased: so no two workers ask one site at once, and the rate limit of a process is that of all.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from tracker.feeds.item import FeedId
from tracker.feeds.urls import extract_host
from tracker.model.work import MAX_ATTEMPTS
from tracker.storage import feeds
from tracker.storage.sessions import Session

LEASE: Final = timedelta(minutes=10)
"""Time after which feeds are claimed anew, should their batch be lost."""

MAX_BATCH: Final = 100
MIN_BATCH: Final = 10
"""Bounds of the feeds of a batch."""

MAX_CLAIM: Final = 5_000
"""Due feeds looked at in one go."""


def claim_due_feeds(session: Session, now: datetime, workers: int) -> list[list[FeedId]]:
    """Lease the due feeds of sites that nobody reads; return them in batches for the workers."""
    busy = {_find_site(url) for url in feeds.list_leased_urls(session, now)}
    by_site: dict[str, list[FeedId]] = {}
    for feed_id, url in feeds.lock_due_urls(session, now, MAX_CLAIM):
        if (site := _find_site(url)) not in busy:
            by_site.setdefault(site, []).append(feed_id)
    ready = [ids for site, ids in by_site.items() if _may_be_asked(session, site, now)]
    batches = pack_batches(ready, choose_size(sum(map(len, ready)), workers))
    feeds.lease_feeds(session, list(chain.from_iterable(batches)), now + LEASE)
    return batches


def park_feeds(session: Session, feed_ids: Sequence[FeedId]) -> None:
    """Pause feeds whose job is parked, and end their leases."""
    why = f"reading it failed {MAX_ATTEMPTS} times: `tracker system jobs` says more"
    feeds.lease_feeds(session, feed_ids, None)
    for feed_id in feed_ids:
        feeds.pause_feed(session, feed_id, why)


def choose_size(due: int, workers: int) -> int:
    """Choose the size of batches so that each worker gets as many as any other.

    >>> choose_size(320, 2), choose_size(320, 3), choose_size(7, 2)
    (80, 54, 10)
    """
    rounds = math.ceil(due / (MAX_BATCH * workers)) or 1
    return max(MIN_BATCH, math.ceil(due / (rounds * workers)))


def pack_batches(sites: Iterable[Sequence[FeedId]], size: int) -> list[list[FeedId]]:
    """Pack the feeds of each site into one batch of about `size`; a larger site has its own.

    >>> pack_batches([["a1"], ["b1", "b2", "b3"], ["c1"]], 2)
    [['b1', 'b2', 'b3'], ['a1', 'c1']]
    """
    batches: list[list[FeedId]] = []
    for ids in sorted(sites, key=len, reverse=True):
        if not batches or len(batches[-1]) + len(ids) > size:
            batches.append([])
        batches[-1] += ids[:MAX_BATCH]
    return batches


def _find_site(url: str) -> str:
    from tracker.feeds.fetching.rate_limit import registrable_domain

    host = extract_host(url)
    return registrable_domain(host) or host


def _may_be_asked(session: Session, site: str, now: datetime) -> bool:
    """Return False while the last request to a slow site is too recent, whichever worker sent it.

    Other sites take a request a second, which is less than a claim and a batch need.
    """
    from tracker.feeds.fetching.rate_limit import SLOW_SITES

    if site not in SLOW_SITES:
        return True
    attempts = [state.last_attempt_at for state in feeds.list_feeds_of_host(session, site)]
    gap = timedelta(seconds=SLOW_SITES[site].gap)
    return all(at is None or now - at >= gap for at in attempts)
