"""Fetching in tests: few words for one request or many, and names that lead where a test says."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tracker.feeds.fetch_results import FetchLimits, FetchRequest, FetchResult, make_request_source
from tracker.feeds.fetching.client import HttpFetch
from tracker.feeds.item import FeedId

NOW = datetime(2022, 6, 1, 12, tzinfo=UTC)
BODY = b"<rss version='2.0'><channel><title>News</title></channel></rss>"
USER_AGENT = "tracker-test/1.0 (+https://tracker.example)"


def limits(**changed: Any) -> FetchLimits:
    """Short limits, under which this machine may be asked."""
    usual: dict[str, Any] = {
        "total_seconds": 5,
        "max_bytes": 100_000,
        "private": ("127.0.0.0/8", "::1"),
    }
    return FetchLimits(**{"user_agent": USER_AGENT, **usual, **changed})


@contextmanager
def fetching(**changed: Any) -> Iterator[HttpFetch]:
    """A fetch that is closed in the end."""
    fetch = HttpFetch(limits(**changed), lambda: NOW)
    try:
        yield fetch
    finally:
        fetch.close()


def results(fetch: HttpFetch, requests: Sequence[FetchRequest]) -> list[Any]:
    """One result for each request, in their order."""
    found: dict[FeedId, FetchResult] = {}
    for answers in fetch(make_request_source(requests)):
        for result in answers:
            assert result.feed_id not in found
            found[result.feed_id] = result
    return [found[request.feed_id] for request in requests]


def fetch_all(urls: Sequence[str], **changed: Any) -> list[Any]:
    """What these addresses answer."""
    with fetching(**changed) as fetch:
        return results(fetch, requests_to(*urls))


def ask(url: str, etag: str | None = None, last_modified: str | None = None, **changed: Any) -> Any:
    """What one address answers."""
    names = ("user_agent", "max_bytes", "authorization")
    own = {name: changed.pop(name) for name in names if name in changed}
    with fetching(**changed) as fetch:
        (result,) = results(fetch, [FetchRequest(FeedId("wire"), url, etag, last_modified, **own)])
    return result


def requests_to(*urls: str) -> list[FetchRequest]:
    """Requests of feed-0, feed-1 and so on."""
    return [FetchRequest(FeedId(f"feed-{n}"), url) for n, url in enumerate(urls)]


class FakeNames:
    """Name servers that answer as they are told: `leads` maps a host to its addresses, or to what
    gives them.
    """

    def __init__(self, monkeypatch: Any) -> None:
        self.leads: dict[str, Sequence[str] | Callable[[], Sequence[str]]] = {}
        self._look_up = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)

    def _answer(self, host: Any, port: Any, **more: Any) -> Any:
        known = self.leads.get(host)
        if known is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = known() if callable(known) else known
        return [found for a in addresses for found in self._look_up(a, port, **more | {"flags": 0})]
