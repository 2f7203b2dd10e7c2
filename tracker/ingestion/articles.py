"""Fetch the full article of matched items, for feeds whose owner asked for it.

Fetching a page is a robot's visit, unlike polling a feed that somebody subscribed to: the site's
robots.txt is read first and cached for a day. The reason why an article is missing is stored, and
it is not requested again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tracker.feeds.answers import (
    Fetch,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    make_request_source,
)
from tracker.feeds.item import FeedId, ItemId
from tracker.ingestion.network import Network
from tracker.storage import items
from tracker.storage.sessions import Store

if TYPE_CHECKING:
    from tracker.feeds.discovery.robots import RobotsRules

ARTICLES_PER_RUN: Final = 20
"""Maximum articles per run; they are few, and nobody waits for them."""

MAX_ARTICLE_AGE: Final = timedelta(days=7)
"""Maximum age of an item: older pages are behind a paywall by then, or have changed."""

MAX_PAGE_BYTES: Final = 3_000_000
MAX_ROBOTS_BYTES: Final = 600_000


def fetch_articles(store: Store, network: Network, now: Callable[[], datetime]) -> int:
    """Fetch the articles that are due; return how many were found."""
    with store.reading() as session:
        urls = dict(
            items.list_items_without_article(session, now() - MAX_ARTICLE_AGE, ARTICLES_PER_RUN)
        )
    if not urls:
        return 0
    robots = _load_robots(network, sorted(set(urls.values())), now())
    allowed = {i: url for i, url in urls.items() if robots[url].allows(url, network.user_agent)}
    reasons = {
        i: "the site asks robots to stay away (robots.txt)" for i in urls if i not in allowed
    }
    due = {i: url for i, url in allowed.items() if _may_visit_now(network, url, robots[url], now())}
    pages = fetch_pages(network.fetch, {str(i): url for i, url in due.items()}, MAX_PAGE_BYTES)
    texts: dict[ItemId, str] = {}
    for item_id in due:
        match pages.get(str(item_id)):
            case Fetched() as page:
                texts[item_id], reasons[item_id] = network.extract_article(page)
            case FetchFailed(reason=reason):
                reasons[item_id] = reason
            case _:  # left for later out of politeness
                continue
    with store.writing() as session:
        for item_id, reason in reasons.items():
            items.add_article(session, item_id, texts.get(item_id, ""), reason, now=now())
    return sum(map(bool, texts.values()))


def _may_visit_now(network: Network, url: str, robots: "RobotsRules", now: datetime) -> bool:
    """Return True if the site may be visited now; other pages wait for a later run."""
    from tracker.feeds.discovery.robots import make_robots_url

    delay = robots.delay_seconds(network.user_agent)
    return delay == 0 or network.may_visit(make_robots_url(url), delay, now)


def _load_robots(network: Network, urls: Sequence[str], now: datetime) -> "dict[str, RobotsRules]":
    """Read the robots.txt rules of the sites of these pages."""
    from tracker.feeds.discovery.robots import make_robots_url, parse_robots

    robots_urls = {url: make_robots_url(url) for url in urls}
    unknown = {
        robots_address
        for robots_address in robots_urls.values()
        if network.get_robots(robots_address, now) is None
    }
    answers = fetch_pages(
        network.fetch,
        {robots_address: robots_address for robots_address in unknown if robots_address},
        MAX_ROBOTS_BYTES,
    )
    for robots_address in unknown:
        match answers.get(robots_address):
            case Fetched(status=status, body=body):
                rules = parse_robots(status, body)
            case FetchFailed(status=status):
                rules = parse_robots(status)
            case _:
                rules = parse_robots(None)
        network.cache_robots(robots_address, rules, now)
    return {
        url: site_rules
        for url, robots_address in robots_urls.items()
        if (site_rules := network.get_robots(robots_address, now))
    }


def fetch_pages(
    fetch: Fetch, addresses: Mapping[str, str], max_bytes: int
) -> dict[str, FetchResult]:
    """Fetch these addresses; results are keyed by the given names."""
    requests = [
        FetchRequest(FeedId(name), url, max_bytes=max_bytes) for name, url in addresses.items()
    ]
    return {
        str(result.feed_id): result
        for results in fetch(make_request_source(requests))
        for result in results
    }
