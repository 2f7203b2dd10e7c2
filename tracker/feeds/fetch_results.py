"""Requests to feed servers and their results, independent of the HTTP client."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from tracker.feeds.item import FeedId


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One request for a feed; the validators are those of the last document that was read.

    `user_agent` and `max_bytes` override the defaults when set. `authorization` goes to the server
    of `url` over TLS, and nowhere that it redirects to.
    """

    feed_id: FeedId
    url: str
    etag: str | None = None
    last_modified: str | None = None
    user_agent: str = ""
    max_bytes: int | None = None
    authorization: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched document.

    `url` is its final address, `min_age_seconds` how long it stays fresh. `moved_to` is the address
    that permanent redirects (301, 308) led to before any temporary one, "" if there was none.
    `seconds` is the response time.
    """

    feed_id: FeedId
    url: str
    status: int
    body: bytes
    content_type: str
    etag: str | None
    last_modified: str | None
    min_age_seconds: float
    moved_to: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class NotModified:
    """The stored document is still current."""

    feed_id: FeedId
    min_age_seconds: float
    moved_to: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """A failed request and its reason in one line.

    `gone` means permanently gone (410). `retry_after_seconds` is the wait that the server requested
    (429, 503), and `rests` the registrable domain that it applies to, "" if it applies to this
    address alone.
    """

    feed_id: FeedId
    reason: str
    status: int | None = None
    retry_after_seconds: float | None = None
    gone: bool = False
    rests: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Deferred:
    """A request that was not sent because of the rate limit of its domain."""

    feed_id: FeedId
    wait_seconds: float
    reason: str


BATCH_SIZE: Final = 100
"""Maximum number of results in a batch: what the writer stores in one transaction."""

FetchResult = Fetched | NotModified | FetchFailed | Deferred

RequestSource = Callable[[int], Sequence[FetchRequest]]
"""Returns at most so many further requests; empty if there are none at the moment."""

Fetch = Callable[[RequestSource], Iterator[Sequence[FetchResult]]]
"""Sends the requests that `RequestSource` returns until it returns none and every result has
arrived; yields results as they arrive.

One result for each request, in any order; a feed's own failure is a result, never an exception.
"""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Limits on time, size and concurrency of fetches, and the User-Agent.

    `private` lists hosts and networks that may be requested although they are not public ("*" for
    all). Without `polite` there is no rate limit, for benchmarks against a local server.
    """

    user_agent: str
    total_seconds: float = 30
    max_bytes: int = 5_000_000
    in_flight: int = 128
    per_host: int = 2
    max_redirects: int = 5
    private: tuple[str, ...] = ()
    polite: bool = True


def make_request_source(requests: Sequence[FetchRequest]) -> RequestSource:
    """Return a source of these requests."""
    remaining = list(requests)

    def more(limit: int) -> Sequence[FetchRequest]:
        batch, remaining[:] = remaining[:limit], remaining[limit:]
        return batch

    return more


def fetch_one(fetch: Fetch, request: FetchRequest) -> FetchResult:
    """Return the result of one request."""
    return next(result for results in fetch(make_request_source([request])) for result in results)


def answer_in_batches(
    answer: Callable[[FetchRequest], FetchResult], more: RequestSource
) -> Iterator[Sequence[FetchResult]]:
    """Answer requests synchronously in batches, as a replay does."""
    while requests := more(BATCH_SIZE):
        yield [answer(request) for request in requests]
