"""The network as the verbs see it: fetch and parse, each loaded and started when it is first
needed.

One for each tracker, used by all its threads: connections, parsers and what sites ask of robots are
kept.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

from tracker.feeds.answers import Fetch, Fetched, FetchLimits, FetchResult, More
from tracker.settings import Settings

if TYPE_CHECKING:
    from tracker.feeds.discovery.robots import Robots
    from tracker.feeds.fetching.client import HttpFetch
    from tracker.feeds.parsing.parsed import Parsed, ParseFailed
    from tracker.feeds.parsing.pool import ParserPool

ROBOTS_STAND: Final = timedelta(days=1)
MOST_SITES: Final = 10_000
"""Sites whose wishes are remembered at once."""


def limits_of(settings: Settings) -> FetchLimits:
    """How feeds are fetched under these settings."""
    return FetchLimits(
        settings.user_agent,
        total_seconds=settings.fetch_seconds,
        max_bytes=int(settings.fetch_megabytes * 1e6),
        private=settings.private,
    )


class Network:
    """Fetches over HTTP unless it was given another fetch, and parses in a pool that can be
    killed.
    """

    def __init__(
        self, limits: FetchLimits, now: Callable[[], datetime], fetch: Fetch | None = None
    ) -> None:
        self._limits = limits
        self._now = now
        self._given = fetch
        self._http: HttpFetch | None = None
        self._pool: ParserPool | None = None
        self._robots: dict[str, tuple[datetime, Robots]] = {}
        self._visits: dict[str, datetime] = {}
        self._starting = Lock()
        self._closing = Event()

    def fetch(self, more: More) -> Iterator[Sequence[FetchResult]]:
        """Ask what `more` gives; see `Fetch`."""
        return (self._given or self._over_http())(more)

    def parse(self, body: bytes, content_type: str, url: str) -> "Future[Parsed | ParseFailed]":
        """What is in a document, sooner or later."""
        return self._parsers().submit(body, content_type, url)

    def article(self, page: Fetched) -> tuple[str, str]:
        """The text of an article on a page, or "" and why there is none."""
        from tracker.feeds.discovery.article import Article

        found = self._parsers().extract(page.body, page.content_type, page.url).result()
        return (found.text, "") if isinstance(found, Article) else ("", found.reason)

    @property
    def user_agent(self) -> str:
        """How we introduce ourselves."""
        return self._limits.user_agent

    def robots(self, place: str, now: datetime) -> "Robots | None":
        """What a site asked of robots within the last day."""
        at, found = self._robots.get(place, (None, None))
        return found if at is not None and timedelta(0) <= now - at < ROBOTS_STAND else None

    def keep_robots(self, place: str, found: "Robots", now: datetime) -> None:
        """Remember what a site asks of robots."""
        if len(self._robots) >= MOST_SITES:
            self._robots.clear()
            self._visits.clear()
        self._robots[place] = (now, found)

    def may_visit(self, place: str, delay_seconds: float, now: datetime) -> bool:
        """Is a site's wished pause since the last visit over? A yes counts as a visit."""
        last = self._visits.get(place)
        if last is not None and timedelta(0) <= now - last < timedelta(seconds=delay_seconds):
            return False
        self._visits[place] = now
        return True

    def wind_down(self) -> None:
        """Ask nothing further; what is under way may end."""
        self._closing.set()

    def is_closing(self) -> bool:
        """Should nothing further be asked?"""
        return self._closing.is_set()

    def close(self) -> None:
        """End the connections and the parsers."""
        if self._http is not None:
            self._http.close()
        if self._pool is not None:
            self._pool.close()
        self._http = self._pool = None

    def _parsers(self) -> "ParserPool":
        with self._starting:
            if self._pool is None:
                from tracker.feeds.parsing.pool import ParserPool

                self._pool = ParserPool()
            return self._pool

    def _over_http(self) -> Fetch:
        with self._starting:
            if self._http is None:
                from tracker.feeds.fetching.client import HttpFetch

                self._http = HttpFetch(self._limits, self._now)
            return self._http
