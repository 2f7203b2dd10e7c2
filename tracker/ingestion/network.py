"""Network access of the application: fetch and parse, each loaded and started on first use.

One instance per tracker, shared by all its threads: it keeps connections, parsers and robots.txt
rules.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

from forecasts.questions.series import Series
from tracker.feeds.fetch_results import (
    Fetch,
    Fetched,
    FetchFailed,
    FetchLimits,
    FetchRequest,
    FetchResult,
    RequestSource,
    make_request_source,
)
from tracker.feeds.item import FeedId, ItemId
from tracker.settings import Settings
from tracker.storage import items
from tracker.storage.sessions import Store

if TYPE_CHECKING:
    from tracker.feeds.discovery.robots import RobotsRules
    from tracker.feeds.fetching.client import HttpFetch
    from tracker.feeds.parsing.parsed_feed import ParsedFeed, ParseFailed
    from tracker.feeds.parsing.parser_pool import ParserPool
    from tracker.feeds.parsing.series_document import SeriesDocument

ROBOTS_LIFETIME: Final = timedelta(days=1)
UNREADABLE_ROBOTS_LIFETIME: Final = timedelta(hours=1)
"""Time after which a site whose robots.txt did not answer is asked for it again."""

MAX_SITES: Final = 10_000
"""Maximum number of sites whose robots.txt is cached."""


def make_fetch_limits(settings: Settings) -> FetchLimits:
    """Fetch limits from the settings."""
    return FetchLimits(
        settings.user_agent,
        total_seconds=settings.fetch_seconds,
        max_bytes=int(settings.fetch_megabytes * 1e6),
        private=settings.private_hosts,
    )


class Network:
    """Fetches over HTTP unless another fetch is given, and parses in a pool that can be killed."""

    def __init__(
        self, limits: FetchLimits, now: Callable[[], datetime], fetch: Fetch | None = None
    ) -> None:
        self._limits = limits
        self._now = now
        self._fetch_override = fetch
        self._http: HttpFetch | None = None
        self._pool: ParserPool | None = None
        self._robots_cache: dict[str, tuple[datetime, RobotsRules, str]] = {}
        self._visits: dict[str, datetime] = {}
        self._starting = Lock()
        self._closing = Event()

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Fetch the requests that `more` returns; see `Fetch`."""
        return (self._fetch_override or self._start_http())(more)

    def parse(self, body: bytes, content_type: str, url: str) -> "Future[ParsedFeed | ParseFailed]":
        """Submit a document to the parsers; return its future."""
        return self._start_parsers().submit(body, content_type, url)

    def parse_series(
        self, document: Fetched, series: Sequence[Series]
    ) -> "Future[SeriesDocument | ParseFailed]":
        """Submit a document with series to the parsers; return its future."""
        return self._start_parsers().submit_series(
            document.body, document.content_type, document.url, series
        )

    def extract_article(self, page: Fetched) -> tuple[str, str]:
        """Extract the text of an article from a page, or "" and the reason why there is none."""
        from tracker.feeds.discovery.article import Article

        extracted = self._start_parsers().extract(page.body, page.content_type, page.url).result()
        return (extracted.text, "") if isinstance(extracted, Article) else ("", extracted.reason)

    @property
    def user_agent(self) -> str:
        """User agent of all requests."""
        return self._limits.user_agent

    def get_robots(self, place: str, now: datetime) -> "RobotsRules | None":
        """Return the robots.txt rules of a site, if cached within the last day or hour."""
        at, rules, _ = self._robots_cache.get(place, (None, None, ""))
        if at is None or rules is None:
            return None
        lifetime = UNREADABLE_ROBOTS_LIFETIME if rules.unreadable else ROBOTS_LIFETIME
        return rules if timedelta(0) <= now - at < lifetime else None

    def explain_robots(self, place: str) -> str:
        """Return the reason why the robots.txt of a site could not be read; "" if it could."""
        return self._robots_cache[place][2] if place in self._robots_cache else ""

    def cache_robots(
        self, place: str, rules: "RobotsRules", now: datetime, *, why: str = ""
    ) -> None:
        """Cache the robots.txt rules of a site; `why` is the reason if they could not be read."""
        if len(self._robots_cache) >= MAX_SITES:
            self._robots_cache.clear()
            self._visits.clear()
        self._robots_cache[place] = (now, rules, why)

    def may_visit(self, place: str, delay_seconds: float, now: datetime) -> bool:
        """Return True, and count a visit, if the site's crawl delay since the last one is over."""
        last = self._visits.get(place)
        if last is not None and timedelta(0) <= now - last < timedelta(seconds=delay_seconds):
            return False
        self._visits[place] = now
        return True

    def wind_down(self) -> None:
        """Start no further requests; those in progress may end."""
        self._closing.set()

    def is_closing(self) -> bool:
        """Return True if no further requests are started."""
        return self._closing.is_set()

    def close(self) -> None:
        """Close the connections and the parsers."""
        if self._http is not None:
            self._http.close()
        if self._pool is not None:
            self._pool.close()
        self._http = self._pool = None

    def _start_parsers(self) -> "ParserPool":
        with self._starting:
            if self._pool is None:
                from tracker.feeds.parsing.parser_pool import ParserPool

                self._pool = ParserPool()
            return self._pool

    def _start_http(self) -> Fetch:
        with self._starting:
            if self._http is None:
                from tracker.feeds.fetching.client import HttpFetch

                self._http = HttpFetch(self._limits, self._now)
            return self._http


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
    robots = load_robots(network, sorted(set(urls.values())), now())
    reasons = {
        i: refusal for i, url in urls.items() if (refusal := explain_refusal(network, url, robots))
    }
    due = {
        i: url
        for i, url in urls.items()
        if i not in reasons and _may_visit_now(network, url, robots[url], now())
    }
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


def load_robots(network: Network, urls: Sequence[str], now: datetime) -> "dict[str, RobotsRules]":
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
        why = ""
        match answers.get(robots_address):
            case Fetched(status=status, body=body):
                rules = parse_robots(status, body)
            case FetchFailed(status=status, reason=why):
                rules = parse_robots(status)
            case _:
                rules = parse_robots(None)
        network.cache_robots(robots_address, rules, now, why=why)
    return {
        url: site_rules
        for url, robots_address in robots_urls.items()
        if (site_rules := network.get_robots(robots_address, now))
    }


def explain_refusal(network: Network, url: str, robots: "Mapping[str, RobotsRules]") -> str:
    """Say why an address may not be asked by the rules of its site; "" if it may."""
    from tracker.feeds.discovery.robots import make_robots_url

    rules = robots[url]
    if rules.allows(url, network.user_agent):
        return ""
    if rules.unreadable:
        why = network.explain_robots(make_robots_url(url)) or "it does not answer"
        return f"its robots.txt cannot be read, so nothing else is asked of the site for now: {why}"
    return "the site asks robots to stay away (robots.txt)"


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
