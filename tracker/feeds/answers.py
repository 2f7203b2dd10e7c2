"""What is asked of a feed's server, and what can come back. No HTTP client is needed to talk about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracker.feeds.item import FeedId


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What to ask for; the validators are those of the last document that could be read."""

    feed_id: FeedId
    url: str
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document. `url` is where it was found in the end, `min_age_seconds` how long it stays fresh."""

    feed_id: FeedId
    url: str
    status: int
    body: bytes
    content_type: str
    etag: str | None
    last_modified: str | None
    min_age_seconds: float


@dataclass(frozen=True, slots=True)
class NotModified:
    """The document that we have is still the newest."""

    feed_id: FeedId
    min_age_seconds: float


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """No document, and why in one line. `gone` means that the server said: for good (410)."""

    feed_id: FeedId
    reason: str
    status: int | None
    retry_after_seconds: float | None
    gone: bool


FetchResult = Fetched | NotModified | FetchFailed

Fetch = Callable[[Sequence[FetchRequest]], Sequence[FetchResult]]
"""One result for each request, in the same order; a feed's own failure is a result, never an exception."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much time, room and company one fetch may have, and the name it gives."""

    user_agent: str
    total_seconds: float = 30
    max_bytes: int = 10_000_000
    in_flight: int = 16
    per_host: int = 2
    max_redirects: int = 5
