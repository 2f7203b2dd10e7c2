"""A feed: what people say of it, and what polling it has taught."""

from dataclasses import dataclass, field
from datetime import datetime

from forecasts.evidence.evidence import Grade
from tracker.feeds.item import FeedId

HOURS = 24


@dataclass(frozen=True, slots=True)
class Feed:
    """A source as people set it up.

    `source_group` is its owner or wire: copies inside one group count once. `categories` are paths
    of folder names, as subscription lists nest them. `importance` (above 0, usually 1) makes it be
    polled more or less often than its like; `every_minutes` fixes its interval instead of learning
    one. `user_agent` and `max_megabytes` replace the usual ones; `full_text` asks for the whole
    article of items that match a question.
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
class Rhythm:
    """How often a feed publishes, with older items forgotten bit by bit.

    `items` were seen in `days` days of watching, both weighted by age up to `at`; `hours` is the
    same count of items by the hour of the day (UTC, 24 numbers that sum to `items`).
    """

    items: float = 0.0
    days: float = 0.0
    at: datetime | None = None
    hours: tuple[float, ...] = (0.0,) * HOURS


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed, and what polling it has taught.

    `etag` and `last_modified` are the server's validators, word for word. `next_reason` says in
    words why the next poll is when it is, "" when it follows the feed's rhythm (`pace.reason` has
    the words for that, too). `ttl_seconds` is how long the document itself asks to be left alone.
    `last_status` is None when there was no HTTP answer. `last_error` is the reason of the last
    failure, or after a success what was odd about the document ("" when all is well). `failures`
    counts those since the last success, the first of which was at `failing_since`. `paused_why`
    says why nobody polls it ("" when it is polled). `moved_to` is where its server has said since
    `moved_since` that it has moved for good. `recent` holds the last answers, oldest first: HTTP
    statuses, `-` for none. `need` (1 when nothing speaks for more) is what open questions ask of
    it.
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
    rhythm: Rhythm = field(default_factory=Rhythm)

    @property
    def id(self) -> FeedId:
        """The feed's name."""
        return self.feed.id

    @property
    def paused(self) -> bool:
        """Does nobody poll it?"""
        return bool(self.paused_why)
