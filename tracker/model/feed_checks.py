"""Results of checking feeds: which answer, and what a site names in place of a dead one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tracker.feeds.item import FeedId

CheckState = Literal["answers", "fails", "not asked"]
"""Readable, not readable, or not asked out of politeness or for want of time."""


@dataclass(frozen=True, slots=True)
class FeedContent:
    """Contents of a readable feed; `newest_at` is the newest date of an entry, None without any."""

    format: str
    entries: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedProposal:
    """A feed that the site of a dead one names, read once; `page` is where it was found."""

    url: str
    title: str
    page: str
    content: FeedContent


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """Answer of one feed.

    `status` is None without an HTTP answer. `content` is None unless the feed answers, and then
    `reason` says why. `remedy` is a command that helps, "" where none is needed.
    """

    feed_id: FeedId
    title: str
    url: str
    state: CheckState
    status: int | None
    content: FeedContent | None
    reason: str = ""
    proposal: FeedProposal | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class FeedCheckReport:
    """Checks of several feeds, in the order of the request."""

    checks: tuple[FeedCheck, ...]

    @property
    def answering(self) -> int:
        """Number of feeds that answer."""
        return sum(check.state == "answers" for check in self.checks)

    @property
    def failing(self) -> int:
        """Number of feeds that do not."""
        return sum(check.state == "fails" for check in self.checks)
