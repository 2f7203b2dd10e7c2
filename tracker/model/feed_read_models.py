"""Read models of feeds for pages and commands, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forecasts.questions.question import (
    QuestionId,
)
from tracker.feeds.feed import FeedState
from tracker.feeds.fetch_results import FetchResult
from tracker.feeds.item import FeedId, Item
from tracker.feeds.scheduling.feed_health import Health
from tracker.feeds.scheduling.polling import DayCount

if TYPE_CHECKING:
    from tracker.feeds.discovery.feed_links import FeedCandidate
    from tracker.feeds.parsing.parsed_feed import ParsedFeed


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """State of a feed, with `items_7d` new items and `evidence_7d` matches in a week.

    `silence` is the reason why nothing comes of it, "" when all is well. `days` are its last four
    weeks. `why_next` is the reason for the time of the next poll.
    """

    state: FeedState
    health: Health
    items_7d: int
    evidence_7d: int
    silence: str = ""
    days: tuple[DayCount, ...] = ()
    why_next: str = ""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Everything about one feed: status, newest items, and evidence per question."""

    health: FeedHealth
    items: tuple[Item, ...]
    questions: Mapping[QuestionId, int]


@dataclass(frozen=True, slots=True)
class SilentFeed:
    """A feed that should carry evidence on a question, and why it brings none."""

    feed_id: FeedId
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class FeedCoverage:
    """Number of feeds that should carry a question's evidence, and the silent ones among them."""

    feeds: int
    silent: tuple[SilentFeed, ...]


@dataclass(frozen=True, slots=True)
class FeedImport:
    """Result of a subscription list: feeds added, feeds already known, and skipped entries."""

    title: str
    added: int
    known: int
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialMatch:
    """An entry of a feed on trial that would be evidence, with the matched words."""

    title: str
    question_id: QuestionId
    indicator_name: str
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """Answer of an address, and the evidence that subscribing to it would bring.

    `parsed` is None when it is no feed, with the `reason`; `candidates` are the feeds linked by a
    page.
    """

    url: str
    result: FetchResult
    parsed: "ParsedFeed | None"
    reason: str
    candidates: "tuple[FeedCandidate, ...]"
    matches: tuple[TrialMatch, ...]

    @property
    def linked(self) -> "tuple[FeedCandidate, ...]":
        """Candidates that the page itself names; the others are guesses."""
        return tuple(c for c in self.candidates if c.how != "guess")
