"""Feeds as configured, and their polling state."""

from dataclasses import dataclass, field
from datetime import datetime

from forecasts.evidence.evidence import Grade
from tracker.feeds.item import FeedId

HOURS_PER_DAY = 24


@dataclass(frozen=True, slots=True)
class Feed:
    """Configuration of a feed.

    `source_group` is its owner or news agency: copies inside one group count once. `categories` are
    paths of folder names, as in subscription lists. `importance` (above 0, usually 1) makes it be
    polled more or less often than similar feeds; `every_minutes` fixes its interval instead of
    learning one. `user_agent` and `max_megabytes` override the defaults; `full_text` requests the
    whole article of items that match a question.
    """

    id: FeedId
    title: str
    url: str
    source_group: str
    grade: Grade = "C"
    theme: str = ""
    site_url: str = ""
    categories: tuple[tuple[str, ...], ...] = ()
    importance: float = 1.0
    every_minutes: float | None = None
    user_agent: str = ""
    max_megabytes: float | None = None
    full_text: bool = False


@dataclass(frozen=True, slots=True)
class PublicationRate:
    """Publication rate of a feed, with exponential forgetting.

    `items` were seen in `days` days of watching, both weighted by age up to `at`; `hours` is the
    same count of items by the hour of the day (UTC, 24 numbers that sum to `items`).
    """

    items: float = 0.0
    days: float = 0.0
    at: datetime | None = None
    hours: tuple[float, ...] = (0.0,) * HOURS_PER_DAY


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed and its polling state.

    `etag` and `last_modified` are the server's validators, verbatim. `next_reason` explains the
    time of the next poll, "" if it follows the publication rate (the scheduler then composes the
    text). `ttl_seconds` is how long the document asks not to be polled. `last_status` is None
    without an HTTP answer. `last_error` is the reason of the last failure, or after a success a
    warning about the document ("" if none). `failures` counts those since the last success, the
    first of which was at `failing_since`. `paused_why` says why it is not polled ("" if it is).
    `moved_to` is the permanent redirect that the server has sent since `moved_since`. `recent`
    holds the last answers, oldest first: HTTP statuses, `-` for none. `need` (1 by default) is the
    demand of open questions.
    """

    feed: Feed
    next_due_at: datetime
    next_reason: str = "not polled yet"
    etag: str | None = None
    last_modified: str | None = None
    ttl_seconds: float = 0.0
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    last_status: int | None = None
    last_error: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    paused_why: str = ""
    moved_to: str = ""
    moved_since: datetime | None = None
    recent: str = ""
    last_bytes: int = 0
    last_seconds: float = 0.0
    items_seen: int = 0
    need: float = 1.0
    rhythm: PublicationRate = field(default_factory=PublicationRate)

    @property
    def id(self) -> FeedId:
        """Id of the feed."""
        return self.feed.id

    @property
    def paused(self) -> bool:
        """True if the feed is not polled."""
        return bool(self.paused_why)
