"""Network access of the application: fetch and parse, each loaded and started on first use.

One instance per tracker, shared by all its threads: it keeps connections, parsers and robots.txt
rules.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

from tracker.feeds.answers import Fetch, Fetched, FetchLimits, FetchResult, RequestSource
from tracker.settings import Settings

if TYPE_CHECKING:
    from tracker.feeds.discovery.robots import RobotsRules
    from tracker.feeds.fetching.client import HttpFetch
    from tracker.feeds.parsing.parsed import ParsedFeed, ParseFailed
    from tracker.feeds.parsing.pool import ParserPool

ROBOTS_LIFETIME: Final = timedelta(days=1)
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
        self._robots_cache: dict[str, tuple[datetime, RobotsRules]] = {}
        self._visits: dict[str, datetime] = {}
        self._starting = Lock()
        self._closing = Event()

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Fetch the requests that `more` returns; see `Fetch`."""
        return (self._fetch_override or self._start_http())(more)

    def parse(self, body: bytes, content_type: str, url: str) -> "Future[ParsedFeed | ParseFailed]":
        """Submit a document to the parsers; return its future."""
        return self._start_parsers().submit(body, content_type, url)

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
        """Return the robots.txt rules of a site, if cached within the last day."""
        at, rules = self._robots_cache.get(place, (None, None))
        return rules if at is not None and timedelta(0) <= now - at < ROBOTS_LIFETIME else None

    def cache_robots(self, place: str, rules: "RobotsRules", now: datetime) -> None:
        """Cache the robots.txt rules of a site."""
        if len(self._robots_cache) >= MAX_SITES:
            self._robots_cache.clear()
            self._visits.clear()
        self._robots_cache[place] = (now, rules)

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
                from tracker.feeds.parsing.pool import ParserPool

                self._pool = ParserPool()
            return self._pool

    def _start_http(self) -> Fetch:
        with self._starting:
            if self._http is None:
                from tracker.feeds.fetching.client import HttpFetch

                self._http = HttpFetch(self._limits, self._now)
            return self._http
