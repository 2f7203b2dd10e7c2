"""What pages and commands show of feeds: values gathered for reading, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from forecasts.questions.question import QuestionId
from tracker.feeds.answers import FetchResult
from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId, Item
from tracker.feeds.scheduling.health import DayCount, Health

if TYPE_CHECKING:
    from tracker.feeds.discovery.feed_links import Candidate
    from tracker.feeds.parsing.parsed import Parsed

MOST_ERRORS = 100
"""Lines of errors in the report of a round of polling."""


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed's state with what it brought: `items_7d` new items and `evidence_7d` matches in a
    week.

    `silence` says why nothing comes of it, "" when all is well. `days` are its last four weeks.
    `why_next` says why the next poll is when it is.
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
    """Everything about one feed: its health, its newest items, and the questions that it brought
    evidence on.
    """

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
class Coverage:
    """The feeds that should carry a question's evidence: how many there are, and which of them are
    silent.
    """

    feeds: int
    silent: tuple[SilentFeed, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What a subscription list brought: feeds added, feeds that were there, and what was left out
    and why.
    """

    title: str
    added: int
    known: int
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialMatch:
    """An entry of a feed on trial that would be evidence, by which words."""

    title: str
    question_id: QuestionId
    indicator_name: str
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What an address answered, and what subscribing to it would bring.

    `parsed` is None when it is no feed, and `reason` says why; `candidates` are the feeds that a
    page names.
    """

    url: str
    result: FetchResult
    parsed: "Parsed | None"
    reason: str
    candidates: "tuple[Candidate, ...]"
    matches: tuple[TrialMatch, ...]


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one round of polling did; `deferred` feeds were left for later out of politeness."""

    feeds: int = 0
    deferred: int = 0
    not_modified: int = 0
    failed: int = 0
    new_items: int = 0
    changed_items: int = 0
    new_evidence: int = 0
    errors: tuple[str, ...] = ()

    def __add__(self, other: "PollReport") -> "PollReport":
        """Two reports as one; of the errors the first hundred, the feeds' own states have them
        all.
        """
        counts = {
            f.name: getattr(self, f.name) + getattr(other, f.name)
            for f in fields(self)
            if f.name != "errors"
        }
        return PollReport(**counts, errors=(*self.errors, *other.errors)[:MOST_ERRORS])
