"""Persist the results of a poll run in a single transaction.

Items and their edits, evidence, feed states and the parse memory of documents are stored together
or not at all: a kill between two of them cannot lose an entry or show it twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from tracker.feeds.dedup import ChangedItem, EntryIndex, NewItem, StoredItem
from tracker.feeds.feed import FeedState
from tracker.feeds.fetch_results import Deferred, Fetched, FetchFailed, FetchResult, NotModified
from tracker.feeds.item import FeedId, ParsedItem
from tracker.feeds.parsing.change_detection import (
    NO_MEMORY,
    DocumentMemory,
    EntryNames,
    ParsedDocument,
)
from tracker.feeds.scheduling.budget import format_moment
from tracker.feeds.scheduling.feed_health import DayCount, count_poll
from tracker.feeds.scheduling.polling import (
    PollNews,
    PollRules,
    after_deferral,
    after_failure,
    after_success,
    after_unreadable,
    pause_until,
)
from tracker.feeds.urls import extract_host
from tracker.ingestion.evidence import link_evidence
from tracker.ingestion.match_state import MatchState, OpenProfiles
from tracker.model.read_models import PollReport
from tracker.storage import feeds, items
from tracker.storage.items import SavedItem
from tracker.storage.sessions import Session

MAX_EDITS: Final = 50
"""New entries of one feed at once that may be edits of older ones; more of them are all new."""

logger = structlog.get_logger("tracker.ingestion.poll")


@dataclass(frozen=True, slots=True)
class FeedOutcome:
    """Result of polling one feed: its answer, and the parsed content of a document.

    `read` holds the new entries of a document, `memory` the parse memory of one without any;
    `failure` is the reason why a document could not be parsed.
    """

    state: FeedState
    result: FetchResult
    read: ParsedDocument | None = None
    memory: DocumentMemory | None = None
    failure: str = ""

    @property
    def failed(self) -> bool:
        """True if the poll failed."""
        return bool(self.failure) or isinstance(self.result, FetchFailed)


@dataclass(slots=True)
class _Batch:
    """Outcomes of one transaction, with the result of each step of writing them."""

    outcomes: Sequence[FeedOutcome]
    new: list[tuple[FeedId, NewItem]] = field(default_factory=list)
    changed: list[tuple[FeedId, ChangedItem]] = field(default_factory=list)
    stored: Sequence[SavedItem] = ()
    edited: Sequence[SavedItem] = ()
    new_evidence: int = 0
    news: dict[FeedId, PollNews] = field(default_factory=dict)
    states: Sequence[FeedState] = ()


class PollWriter:
    """Writer of one transaction: items, evidence and feed states of a poll run."""

    def __init__(
        self, session: Session, poll_rules: PollRules, match_state: MatchState, now: datetime
    ) -> None:
        self._session = session
        self._rules = poll_rules
        self._match_state = match_state
        self._now = now

    def write(self, outcomes: Sequence[FeedOutcome], profiles: OpenProfiles | None) -> PollReport:
        """Store the outcomes of these feeds; return the report."""
        batch = _Batch(outcomes)
        self._deduplicate_entries(batch)
        self._store_items(batch)
        self._link_evidence(batch, profiles)
        self._schedule_feeds(batch)
        return _report_batch(batch)

    def _deduplicate_entries(self, batch: _Batch) -> None:
        """Separate new and edited entries from known ones, the oldest of each feed first."""
        parsed = [o for o in batch.outcomes if o.read]
        entries = {o.state.id: o.read.items[::-1] for o in parsed if o.read}
        known_feeds = {o.state.id for o in parsed if o.state.items_seen}
        keys = [(feed_id, item.key) for feed_id in known_feeds for item in entries[feed_id]]
        by_key: dict[FeedId, list[StoredItem]] = {feed_id: [] for feed_id in entries}
        for known in items.find_items_by_key(self._session, keys):
            by_key[known.feed_id].append(known)
        unknown = {
            feed_id: _filter_unknown(feed_entries, by_key[feed_id])
            for feed_id, feed_entries in entries.items()
        }
        urls = {item.canonical_url for unseen in unknown.values() for item in unseen} - {""}
        by_url = items.find_items_by_url(self._session, urls)
        for outcome in parsed:
            feed_id = outcome.state.id
            recent = self._load_recent(outcome.state, len(unknown[feed_id]))
            index = EntryIndex(feed_id, by_key[feed_id], by_url, recent)
            is_present = _presence_test(outcome)
            new, changed = index.classify_items(entries[feed_id], is_present, self._now)
            batch.new += [(feed_id, entry) for entry in new]
            batch.changed += [(feed_id, entry) for entry in changed]

    def _load_recent(self, state: FeedState, unknown: int) -> list[StoredItem]:
        """Load the items that a new headline may be an edit of; none for many new headlines."""
        if not state.items_seen or not 0 < unknown <= MAX_EDITS:
            return []
        return items.list_recent_items(self._session, state.id, self._now)

    def _store_items(self, batch: _Batch) -> None:
        batch.stored = items.add_items(self._session, batch.new, self._now)
        batch.edited = items.add_revisions(self._session, batch.changed, self._now)

    def _link_evidence(self, batch: _Batch, profiles: OpenProfiles | None) -> None:
        if profiles:
            arrived = [*batch.stored, *batch.edited]
            batch.new_evidence = link_evidence(
                self._session, self._match_state, profiles, arrived, now=self._now
            )

    def _schedule_feeds(self, batch: _Batch) -> None:
        """Store the next poll, parse memory and daily counts of each feed."""
        batch.news = _collect_news(batch, self._now)
        next_states = [self._next_state(o, batch.news[o.state.id]) for o in batch.outcomes]
        batch.states = self._pause_duplicates(batch.outcomes, next_states)
        feeds.save_states(self._session, [o.state for o in batch.outcomes], batch.states)
        memories = {o.state.id: o.read.memory if o.read else o.memory for o in batch.outcomes}
        feeds.save_document_memories(
            self._session,
            {feed_id: memory for feed_id, memory in memories.items() if memory is not None},
        )
        self._pause_domains(batch.outcomes)
        feeds.add_day_counts(self._session, self._count_polls(batch))

    def _next_state(self, outcome: FeedOutcome, news: PollNews) -> FeedState:
        """State of the feed after this poll."""
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

    def _pause_duplicates(
        self, outcomes: Sequence[FeedOutcome], states: Sequence[FeedState]
    ) -> list[FeedState]:
        """Pause feeds that have moved to an address that another feed polls already."""
        moved = {
            s.id for o, s in zip(outcomes, states, strict=True) if s.feed.url != o.state.feed.url
        }
        readers = feeds.map_urls_to_feeds(self._session) if moved else {}
        return [
            _pause_moved(outcome, state, readers[state.feed.url])
            if state.id in moved and readers.setdefault(state.feed.url, state.id) != state.id
            else state
            for outcome, state in zip(outcomes, states, strict=True)
        ]

    def _count_polls(self, batch: _Batch) -> list[tuple[FeedId, DayCount]]:
        return [
            (o.state.id, count_poll(o.result, self._now, news=news, unreadable=bool(o.failure)))
            for o, news in ((o, batch.news[o.state.id]) for o in batch.outcomes)
            if not isinstance(o.result, Deferred)
        ]

    def _pause_domains(self, outcomes: Sequence[FeedOutcome]) -> None:
        """Apply the longest Retry-After of a server to all feeds of its domain."""
        waits: dict[str, float] = {}
        for result in (outcome.result for outcome in outcomes):
            if isinstance(result, FetchFailed) and result.rests and result.retry_after_seconds:
                waits[result.rests] = max(waits.get(result.rests, 0.0), result.retry_after_seconds)
        for domain, seconds in waits.items():
            until = self._now + timedelta(seconds=seconds)
            why = f"{domain} asked to wait until {format_moment(until)}"
            states = _filter_domain(domain, feeds.list_feeds_of_host(self._session, domain))
            feeds.save_states(self._session, states, [pause_until(s, until, why) for s in states])


def _pause_moved(outcome: FeedOutcome, state: FeedState, reader: FeedId) -> FeedState:
    why = f"moved to {state.feed.url}, which feed {reader!r} reads already"
    return replace(state, feed=outcome.state.feed, paused_why=why)


def _filter_domain(domain: str, states: Sequence[FeedState]) -> list[FeedState]:
    from tracker.feeds.fetching.rate_limit import (
        registrable_domain,  # its list of suffixes takes a moment, and is seldom needed
    )

    return [s for s in states if registrable_domain(extract_host(s.feed.url)) == domain]


def _filter_unknown(entries: Sequence[ParsedItem], known: Iterable[StoredItem]) -> list[ParsedItem]:
    keys = {item.key for item in known}
    return [item for item in entries if item.key not in keys]


def _presence_test(outcome: FeedOutcome) -> Callable[[str], bool]:
    """Return a function that tests if an item key is in the document, changed or not."""
    return EntryNames(outcome.read.memory if outcome.read else NO_MEMORY).__contains__


def _collect_news(batch: _Batch, now: datetime) -> dict[FeedId, PollNews]:
    """Collect publication times, edits, warning and TTL of each feed."""
    published: dict[FeedId, list[datetime]] = {o.state.id: [] for o in batch.outcomes}
    for item in batch.stored:
        published[item.feed_id].append(min(item.item.published_at or now, now))
    changed = Counter(item.feed_id for item in batch.edited)
    news = {}
    for feed_id, read in ((o.state.id, o.read) for o in batch.outcomes):
        warning, ttl = (read.warning or "", read.ttl_seconds) if read else (None, None)
        news[feed_id] = PollNews(tuple(published[feed_id]), changed[feed_id], warning, ttl)
    return news


def _report_batch(batch: _Batch) -> PollReport:
    """Log a line for each feed with a failure or news; return the report of the batch."""
    errors = []
    for outcome, state in zip(batch.outcomes, batch.states, strict=True):
        news = batch.news[state.id]
        if outcome.failed:
            errors.append(f"{state.feed.title}: {state.last_error}")
            logger.info("feed.failed", feed=state.id, error=state.last_error)
        elif news.published or news.changed:
            logger.info("feed.polled", feed=state.id, new=len(news.published), changed=news.changed)
    requested = [o for o in batch.outcomes if not isinstance(o.result, Deferred)]
    return PollReport(
        feeds=len(requested),
        deferred=len(batch.outcomes) - len(requested),
        not_modified=sum(isinstance(o.result, NotModified) for o in requested),
        failed=len(errors),
        new_items=len(batch.stored),
        changed_items=len(batch.edited),
        new_evidence=batch.new_evidence,
        errors=tuple(errors),
    )
