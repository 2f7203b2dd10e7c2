"""What a round of polling brought → the database, in one transaction of the one writer.

Items and their edits, the evidence in them, what the feeds taught, and what to remember of their
documents are kept together or not at all: a kill between two of them cannot lose an entry or show
it twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from tracker.feeds.answers import Deferred, Fetched, FetchFailed, FetchResult, NotModified
from tracker.feeds.dedup import Changed, Known, New, Shelf
from tracker.feeds.discovery.feed_names import host_of
from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId, ParsedItem
from tracker.feeds.parsing.change_detection import NOTHING, Memory, Names, Read
from tracker.feeds.scheduling.budget import moment
from tracker.feeds.scheduling.health import DayCount, counted
from tracker.feeds.scheduling.polling import (
    News,
    PollRules,
    after_deferral,
    after_failure,
    after_success,
    after_unreadable,
    rested,
)
from tracker.ingestion.evidence import arrive
from tracker.ingestion.match_state import Newsdesk, Watch
from tracker.model.read_models import PollReport
from tracker.storage import feeds, items
from tracker.storage.items import Stored
from tracker.storage.sessions import Session

MOST_EDITS: Final = 50
"""New entries of one feed at once that may be edits of older ones; more of them are a flood, and
news.
"""

logger = structlog.get_logger("tracker.ingestion.poll")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking one feed: its answer, and what could be read of a document.

    `read` holds the new entries of a document, `memory` what to remember of one without any;
    `failure` says why a document could not be read.
    """

    state: FeedState
    result: FetchResult
    read: Read | None = None
    memory: Memory | None = None
    failure: str = ""

    @property
    def failed(self) -> bool:
        """Did asking come to nothing?"""
        return bool(self.failure) or isinstance(self.result, FetchFailed)


class Keeping:
    """One transaction of the writer: items, evidence, and what polling taught."""

    def __init__(
        self, session: Session, poll_rules: PollRules, desk: Newsdesk, now: datetime
    ) -> None:
        self._session = session
        self._rules = poll_rules
        self._desk = desk
        self._now = now

    def keep(self, outcomes: Sequence[Outcome], watch: Watch | None) -> PollReport:
        """Store all that these feeds brought."""
        new, changed = self._sorted_out([o for o in outcomes if o.read])
        stored = items.add_items(self._session, new, self._now)
        edited = items.add_revisions(self._session, changed, self._now)
        found = (
            arrive(self._session, self._desk, watch, [*stored, *edited], now=self._now)
            if watch
            else 0
        )
        news = _news(outcomes, stored, edited, self._now)
        after = self._settled(outcomes, [self._after(o, news[o.state.id]) for o in outcomes])
        self._save(outcomes, after)
        self._rest(outcomes)
        feeds.count_days(
            self._session, [d for o in outcomes if (d := self._day(o, news[o.state.id]))]
        )
        _say(outcomes, after, news)
        asked = [o for o in outcomes if not isinstance(o.result, Deferred)]
        return PollReport(
            feeds=len(asked),
            deferred=len(outcomes) - len(asked),
            not_modified=sum(isinstance(o.result, NotModified) for o in asked),
            failed=sum(o.failed for o in asked),
            new_items=len(stored),
            changed_items=len(edited),
            new_evidence=found,
            errors=tuple(
                f"{s.feed.title}: {s.last_error}"
                for o, s in zip(outcomes, after, strict=True)
                if o.failed
            ),
        )

    def _sorted_out(
        self, read: Sequence[Outcome]
    ) -> tuple[list[tuple[FeedId, New]], list[tuple[FeedId, Changed]]]:
        """What is new and what was edited, the oldest entries of each feed first."""
        entries = {o.state.id: o.read.items[::-1] for o in read if o.read}
        old = {o.state.id for o in read if o.state.items_seen}
        keys = [(feed_id, item.key) for feed_id in old for item in entries[feed_id]]
        by_key: dict[FeedId, list[Known]] = {feed_id: [] for feed_id in entries}
        for known in items.known_by_key(self._session, keys):
            by_key[known.feed_id].append(known)
        unknown = {feed_id: _unknown(found, by_key[feed_id]) for feed_id, found in entries.items()}
        urls = {item.canonical_url for found in unknown.values() for item in found} - {""}
        by_url = items.known_by_url(self._session, urls)
        new: list[tuple[FeedId, New]] = []
        changed: list[tuple[FeedId, Changed]] = []
        for outcome in read:
            feed_id = outcome.state.id
            recent = self._recent(outcome.state, len(unknown[feed_id]))
            shelf = Shelf(feed_id, by_key[feed_id], by_url, recent)
            found = shelf.sorted_out(entries[feed_id], _still_there(outcome), self._now)
            new += [(feed_id, one) for one in found[0]]
            changed += [(feed_id, one) for one in found[1]]
        return new, changed

    def _recent(self, state: FeedState, unknown: int) -> list[Known]:
        """What a new headline could be an edit of; a flood of new ones is no edit."""
        if not state.items_seen or not 0 < unknown <= MOST_EDITS:
            return []
        return items.recent(self._session, state.id, self._now)

    def _after(self, outcome: Outcome, news: News) -> FeedState:
        """The feed as this poll leaves it."""
        state, now = outcome.state, self._now
        match outcome.result:
            case Deferred() as deferred:
                return after_deferral(state, deferred, now)
            case FetchFailed() as failed:
                return after_failure(state, failed, now, self._rules)
            case Fetched() as document if outcome.failure:
                return after_unreadable(state, document, now, self._rules, reason=outcome.failure)
            case answer:
                return after_success(state, answer, now, self._rules, news=news)

    def _settled(self, outcomes: Sequence[Outcome], after: Sequence[FeedState]) -> list[FeedState]:
        """Feeds that have moved to where another feed is read already stop, and say so."""
        moved = {
            s.id for o, s in zip(outcomes, after, strict=True) if s.feed.url != o.state.feed.url
        }
        taken = feeds.taken_urls(self._session) if moved else {}
        return [
            _merged(outcome, state, taken[state.feed.url])
            if state.id in moved and taken.setdefault(state.feed.url, state.id) != state.id
            else state
            for outcome, state in zip(outcomes, after, strict=True)
        ]

    def _day(self, outcome: Outcome, news: News) -> tuple[FeedId, DayCount] | None:
        """What this poll adds to the feed's day; None when it was not asked."""
        if isinstance(outcome.result, Deferred):
            return None
        counts = counted(outcome.result, self._now, news=news, unreadable=bool(outcome.failure))
        return outcome.state.id, counts

    def _save(self, outcomes: Sequence[Outcome], after: Sequence[FeedState]) -> None:
        feeds.save_states(self._session, [o.state for o in outcomes], after)
        learned = {o.state.id: o.read.memory if o.read else o.memory for o in outcomes}
        feeds.remember(
            self._session,
            {feed_id: memory for feed_id, memory in learned.items() if memory is not None},
        )

    def _rest(self, outcomes: Sequence[Outcome]) -> None:
        """A server that asks for patience on behalf of its domain is heard by all feeds of that
        domain.
        """
        waits: dict[str, float] = {}
        for result in (outcome.result for outcome in outcomes):
            if isinstance(result, FetchFailed) and result.rests and result.retry_after_seconds:
                waits[result.rests] = max(waits.get(result.rests, 0.0), result.retry_after_seconds)
        for domain, seconds in waits.items():
            until = self._now + timedelta(seconds=seconds)
            why = f"{domain} asked to wait until {moment(until)}"
            same = _of_domain(domain, feeds.of_host(self._session, domain))
            feeds.save_states(self._session, same, [rested(s, until, why) for s in same])


def _merged(outcome: Outcome, state: FeedState, reader: FeedId) -> FeedState:
    why = f"moved to {state.feed.url}, which feed {reader!r} reads already"
    return replace(state, feed=outcome.state.feed, paused_why=why)


def _of_domain(domain: str, states: Sequence[FeedState]) -> list[FeedState]:
    from tracker.feeds.fetching.rate_limit import (
        registrable_domain,  # its list of suffixes takes a moment, and is seldom needed
    )

    return [s for s in states if registrable_domain(host_of(s.feed.url)) == domain]


def _unknown(entries: Sequence[ParsedItem], known: Iterable[Known]) -> list[ParsedItem]:
    keys = {one.key for one in known}
    return [item for item in entries if item.key not in keys]


def _still_there(outcome: Outcome) -> Callable[[str], bool]:
    """Does an item of this name stand in the document, be it new, changed or as it was?"""
    return Names(outcome.read.memory if outcome.read else NOTHING).__contains__


def _news(
    outcomes: Sequence[Outcome], stored: Sequence[Stored], edited: Sequence[Stored], now: datetime
) -> dict[FeedId, News]:
    """What each feed brought."""
    published: dict[FeedId, list[datetime]] = {o.state.id: [] for o in outcomes}
    for one in stored:
        published[one.feed_id].append(min(one.item.published_at or now, now))
    changed = Counter(one.feed_id for one in edited)
    found = {}
    for feed_id, read in ((o.state.id, o.read) for o in outcomes):
        warning, ttl = (read.warning or "", read.ttl_seconds) if read else (None, None)
        found[feed_id] = News(tuple(published[feed_id]), changed[feed_id], warning, ttl)
    return found


def _say(outcomes: Sequence[Outcome], after: Sequence[FeedState], news: dict[FeedId, News]) -> None:
    """One line for each feed that had something to say; the rest is in the database."""
    for outcome, state in zip(outcomes, after, strict=True):
        brought = news[state.id]
        if outcome.failed:
            logger.info("feed.failed", feed=state.id, error=state.last_error)
        elif brought.published or brought.changed:
            logger.info(
                "feed.polled", feed=state.id, new=len(brought.published), changed=brought.changed
            )
