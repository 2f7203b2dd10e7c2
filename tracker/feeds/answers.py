"""What is asked of a feed's server, and what can come back. No HTTP client is needed to talk about
it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tracker.feeds.item import FeedId


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What to ask for; the validators are those of the last document that could be read.

    `user_agent` and `max_bytes` replace the usual ones when they are given.
    """

    feed_id: FeedId
    url: str
    etag: str | None = None
    last_modified: str | None = None
    user_agent: str = ""
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document. `url` is where it was found in the end, `min_age_seconds` how long it stays
    fresh.

    `moved_to` is the address that permanent redirects (301, 308) led to before any temporary one,
    "" when there was none. `seconds` is how long it took.
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
    """The document that we have is still the newest."""

    feed_id: FeedId
    min_age_seconds: float
    moved_to: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """No document, and why in one line. `gone` means that the server said: for good (410).

    `retry_after_seconds` is what the server asked for (429, 503), and `rests` the registrable
    domain that it speaks for, "" when it speaks for this address alone.
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
    """Not asked yet, out of politeness: there were enough requests to this domain for the
    moment.
    """

    feed_id: FeedId
    wait_seconds: float
    reason: str


AT_ONCE: Final = 100
"""Answers that are handed on together: what one transaction of the writer takes in."""

FetchResult = Fetched | NotModified | FetchFailed | Deferred

More = Callable[[int], Sequence[FetchRequest]]
"""At most so many further requests; empty when there is nothing to ask at the moment."""

Fetch = Callable[[More], Iterator[Sequence[FetchResult]]]
"""Asks what `More` gives until it gives nothing and every answer has come; yields the answers as
they come in.

One result for each request, in any order; a feed's own failure is a result, never an exception.
"""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much time, room and company one fetch may have, and the name it gives.

    `private` are the hosts and networks that may be asked although they are not public ("*" for
    all). `polite` false asks as fast as it can: for measuring against a server of one's own.
    """

    user_agent: str
    total_seconds: float = 30
    max_bytes: int = 20_000_000
    in_flight: int = 128
    per_host: int = 2
    max_redirects: int = 5
    private: tuple[str, ...] = ()
    polite: bool = True


def giving(requests: Sequence[FetchRequest]) -> More:
    """Gives these requests, and then no more."""
    left = list(requests)

    def more(room: int) -> Sequence[FetchRequest]:
        given, left[:] = left[:room], left[room:]
        return given

    return more


def fetch_one(fetch: Fetch, request: FetchRequest) -> FetchResult:
    """One answer to one request."""
    return next(result for results in fetch(giving([request])) for result in results)


def at_once(
    answer: Callable[[FetchRequest], FetchResult], more: More
) -> Iterator[Sequence[FetchResult]]:
    """A fetch whose answers need no waiting, such as a replay's."""
    while requests := more(AT_ONCE):
        yield [answer(request) for request in requests]
