"""The whole article behind an item that matched, for feeds whose owner asked for it.

A visit to a page is a robot's visit, which a feed that somebody subscribed to is not: the site's
robots.txt is asked first, and kept for a day. An article that cannot be had leaves its reason, and
is not asked for again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tracker.feeds.answers import Fetch, Fetched, FetchFailed, FetchRequest, FetchResult, giving
from tracker.feeds.item import FeedId, ItemId
from tracker.ingestion.network import Network
from tracker.storage import items
from tracker.storage.sessions import Store

if TYPE_CHECKING:
    from tracker.feeds.discovery.robots import Robots

AT_ONCE: Final = 20
"""Articles of one round: they are few, and nobody waits for them."""

YOUNG: Final = timedelta(days=7)
"""Older items are not worth a visit: their pages are behind a wall by then, or have changed."""

MOST_BYTES: Final = 3_000_000
ROBOTS_BYTES: Final = 600_000


def read(store: Store, network: Network, now: Callable[[], datetime]) -> int:
    """Look for the articles that are wanted; how many were found."""
    with store.reading() as session:
        wanted = dict(items.without_article(session, now() - YOUNG, AT_ONCE))
    if not wanted:
        return 0
    robots = _robots(network, sorted(set(wanted.values())), now())
    allowed = {i: url for i, url in wanted.items() if robots[url].allows(url, network.user_agent)}
    why_not = {
        i: "the site asks robots to stay away (robots.txt)" for i in wanted if i not in allowed
    }
    turn = {i: url for i, url in allowed.items() if _in_turn(network, url, robots[url], now())}
    pages = ask(network.fetch, {str(i): url for i, url in turn.items()}, MOST_BYTES)
    texts: dict[ItemId, str] = {}
    for item_id in turn:
        match pages.get(str(item_id)):
            case Fetched() as page:
                texts[item_id], why_not[item_id] = network.article(page)
            case FetchFailed(reason=reason):
                why_not[item_id] = reason
            case _:  # left for later out of politeness
                continue
    with store.writing() as session:
        for item_id, reason in why_not.items():
            items.add_article(session, item_id, texts.get(item_id, ""), reason, now=now())
    return sum(map(bool, texts.values()))


def _in_turn(network: Network, url: str, robots: "Robots", now: datetime) -> bool:
    """May this site be visited again already? Pages whose turn has not come wait for a later
    round.
    """
    from tracker.feeds.discovery.robots import robots_url

    delay = robots.delay_seconds(network.user_agent)
    return delay == 0 or network.may_visit(robots_url(url), delay, now)


def _robots(network: Network, urls: Sequence[str], now: datetime) -> "dict[str, Robots]":
    """The wishes of the sites that these pages are on."""
    from tracker.feeds.discovery.robots import read_robots, robots_url

    places = {url: robots_url(url) for url in urls}
    unknown = {place for place in places.values() if network.robots(place, now) is None}
    answers = ask(network.fetch, {place: place for place in unknown if place}, ROBOTS_BYTES)
    for place in unknown:
        match answers.get(place):
            case Fetched(status=status, body=body):
                found = read_robots(status, body)
            case FetchFailed(status=status):
                found = read_robots(status)
            case _:
                found = read_robots(None)
        network.keep_robots(place, found, now)
    return {url: wishes for url, place in places.items() if (wishes := network.robots(place, now))}


def ask(fetch: Fetch, addresses: Mapping[str, str], most_bytes: int) -> dict[str, FetchResult]:
    """What these addresses answer, by the names that they were given."""
    requests = [
        FetchRequest(FeedId(name), url, max_bytes=most_bytes) for name, url in addresses.items()
    ]
    return {
        str(result.feed_id): result for results in fetch(giving(requests)) for result in results
    }
