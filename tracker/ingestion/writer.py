"""Persist the results of a poll run in a single transaction.

Items and their edits, evidence, feed states and the parse memory of documents are stored together
or not at all: a kill between two of them cannot lose an entry or show it twice.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import structlog

from forecasts.questions.series import Period
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
from tracker.feeds.scheduling.polling import (
    DayCount,
    PollNews,
    PollRules,
    after_deferral,
    after_failure,
    after_success,
    after_unreadable,
    count_poll,
    pause_until,
)
from tracker.feeds.urls import extract_host
from tracker.ingestion.evidence import link_evidence
from tracker.ingestion.match_state import MatchState, OpenProfiles
from tracker.storage import feeds, items, series
from tracker.storage.items import SavedItem
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.feeds.parsing.series_document import SeriesReading

MAX_EDITS: Final = 50
"""New entries of one feed at once that may be edits of older ones; more of them are all new."""

MAX_REPORT_ERRORS: Final = 100
"""Maximum error lines in the report of a poll run."""

logger = structlog.get_logger("tracker.ingestion.poll")


@dataclass(frozen=True, slots=True)
class FeedOutcome:
    """Result of polling one feed: its answer, and the parsed content of a document.

    `read` holds the new entries of a document, `memory` the parse memory of one without any;
    `failure` is the reason why a document could not be parsed. `readings` are the series of a
    document of series.
    """

    state: FeedState
    result: FetchResult
    read: ParsedDocument | None = None
    memory: DocumentMemory | None = None
    failure: str = ""
    readings: "tuple[SeriesReading, ...]" = ()

    @property
    def failed(self) -> bool:
        """True if the poll failed."""
        return bool(self.failure) or isinstance(self.result, FetchFailed)


@dataclass(frozen=True, slots=True)
class PollReport:
    """Result of a poll run; `deferred` feeds were postponed out of politeness."""

    feeds: int = 0
    deferred: int = 0
    not_modified: int = 0
    failed: int = 0
    new_items: int = 0
    new_values: int = 0
    changed_items: int = 0
    new_evidence: int = 0
    errors: tuple[str, ...] = ()

    def __add__(self, other: "PollReport") -> "PollReport":
        """Add two reports; only the first hundred errors are kept, the feeds' states have all."""
        counts = {
            f.name: getattr(self, f.name) + getattr(other, f.name)
            for f in fields(self)
            if f.name != "errors"
        }
        return PollReport(**counts, errors=(*self.errors, *other.errors)[:MAX_REPORT_ERRORS])


@dataclass(slots=True)
class PollBatch:
    """Outcomes of one transaction on their way into the database.

    The steps are deduplicate, store, link, schedule and report, in this order; each adds to the
    fields after `now`.
    """

    session: Session
    outcomes: Sequence[FeedOutcome]
    rules: PollRules
    now: datetime
    new: list[tuple[FeedId, NewItem]] = field(default_factory=list)
    changed: list[tuple[FeedId, ChangedItem]] = field(default_factory=list)
    stored: Sequence[SavedItem] = ()
    edited: Sequence[SavedItem] = ()
    periods: dict[FeedId, tuple[Period, ...]] = field(default_factory=dict)
    new_evidence: int = 0
    news: dict[FeedId, PollNews] = field(default_factory=dict)
    states: Sequence[FeedState] = ()

    def deduplicate(self) -> None:
        """Separate new and edited entries from known ones, the oldest of each feed first."""
        parsed = [o for o in self.outcomes if o.read]
        entries = {o.state.id: o.read.items[::-1] for o in parsed if o.read}
        known_feeds = {o.state.id for o in parsed if o.state.items_seen}
        keys = [(feed_id, item.key) for feed_id in known_feeds for item in entries[feed_id]]
        by_key: dict[FeedId, list[StoredItem]] = {feed_id: [] for feed_id in entries}
        for known in items.find_items_by_key(self.session, keys):
            by_key[known.feed_id].append(known)
        unknown = {
            feed_id: _filter_unknown(feed_entries, by_key[feed_id])
            for feed_id, feed_entries in entries.items()
        }
        urls = {item.canonical_url for unseen in unknown.values() for item in unseen} - {""}
        by_url = items.find_items_by_url(self.session, urls)
        for outcome in parsed:
            feed_id = outcome.state.id
            recent = self._load_recent(outcome.state, len(unknown[feed_id]))
            index = EntryIndex(feed_id, by_key[feed_id], by_url, recent)
            is_present = _presence_test(outcome)
            new, changed = index.classify_items(entries[feed_id], is_present, self.now)
            self.new += [(feed_id, entry) for entry in new]
            self.changed += [(feed_id, entry) for entry in changed]

    def store(self) -> None:
        """Store the new items and the edits, and the values of series."""
        self.stored = items.add_items(self.session, self.new, self.now)
        self.edited = items.add_revisions(self.session, self.changed, self.now)
        for item in self.stored:
            logger.debug("item.stored", feed=item.feed_id, item=item.id, title=item.item.title)
        for outcome in (outcome for outcome in self.outcomes if outcome.readings):
            self.periods[outcome.state.id] = self._store_readings(outcome)

    def _store_readings(self, outcome: FeedOutcome) -> tuple[Period, ...]:
        """Store the values of a document of series; return the periods of what is new."""
        assert isinstance(outcome.result, Fetched)
        document_hash = hashlib.sha256(outcome.result.body).hexdigest()
        document = series.SeenDocument(outcome.result.url, document_hash, self.now)
        return tuple(
            period
            for reading in outcome.readings
            for period in series.add_reading(self.session, reading, document)
        )

    def link(self, match_state: MatchState, profiles: OpenProfiles | None) -> None:
        """Link the items to stories and evidence."""
        if profiles:
            arrived = [*self.stored, *self.edited]
            self.new_evidence = link_evidence(
                self.session, match_state, profiles, arrived, now=self.now
            )

    def schedule(self) -> None:
        """Store the next poll, parse memory and daily counts of each feed."""
        self.news = self._collect_news()
        next_states = [self._next_state(o, self.news[o.state.id]) for o in self.outcomes]
        self.states = self._pause_duplicates(next_states)
        feeds.save_states(self.session, [o.state for o in self.outcomes], self.states)
        memories = {o.state.id: o.read.memory if o.read else o.memory for o in self.outcomes}
        feeds.save_document_memories(
            self.session,
            {feed_id: memory for feed_id, memory in memories.items() if memory is not None},
        )
        self._pause_domains()
        feeds.add_day_counts(self.session, self._count_polls())

    def report(self) -> PollReport:
        """Log a line for each feed with a failure or news; return the report."""
        errors = []
        for outcome, state in zip(self.outcomes, self.states, strict=True):
            news = self.news[state.id]
            if outcome.failed:
                errors.append(f"{state.feed.title}: {state.last_error}")
                logger.info("feed.failed", feed=state.id, error=state.last_error)
            elif news.published or news.changed:
                logger.info(
                    "feed.polled", feed=state.id, new=len(news.published), changed=news.changed
                )
        requested = [o for o in self.outcomes if not isinstance(o.result, Deferred)]
        return PollReport(
            feeds=len(requested),
            deferred=len(self.outcomes) - len(requested),
            not_modified=sum(isinstance(o.result, NotModified) for o in requested),
            failed=len(errors),
            new_items=len(self.stored),
            new_values=sum(map(len, self.periods.values())),
            changed_items=len(self.edited),
            new_evidence=self.new_evidence,
            errors=tuple(errors),
        )

    def _load_recent(self, state: FeedState, unknown: int) -> list[StoredItem]:
        """Load the items that a new headline may be an edit of; none for many new headlines."""
        if not state.items_seen or not 0 < unknown <= MAX_EDITS:
            return []
        return items.list_recent_items(self.session, state.id, self.now)

    def _collect_news(self) -> dict[FeedId, PollNews]:
        """Collect publication times, edits, warning and TTL of each feed."""
        published: dict[FeedId, list[datetime]] = {o.state.id: [] for o in self.outcomes}
        for item in self.stored:
            published[item.feed_id].append(min(item.item.published_at or self.now, self.now))
        for feed_id, periods in self.periods.items():
            ends = (datetime.combine(period.end, time(), UTC) for period in periods)
            published[feed_id] += [min(end, self.now) for end in ends]
        changed = Counter(item.feed_id for item in self.edited)
        news = {}
        for feed_id, read in ((o.state.id, o.read) for o in self.outcomes):
            warning, ttl = (read.warning or "", read.ttl_seconds) if read else (None, None)
            news[feed_id] = PollNews(tuple(published[feed_id]), changed[feed_id], warning, ttl)
        return news

    def _next_state(self, outcome: FeedOutcome, news: PollNews) -> FeedState:
        """State of the feed after this poll."""
        state, now = outcome.state, self.now
        match outcome.result:
            case Deferred() as deferred:
                return after_deferral(state, deferred, now)
            case FetchFailed() as failed:
                return after_failure(state, failed, now, self.rules)
            case Fetched() as document if outcome.failure:
                return after_unreadable(state, document, now, self.rules, reason=outcome.failure)
            case answer:
                return after_success(state, answer, now, self.rules, news=news)

    def _pause_duplicates(self, states: Sequence[FeedState]) -> list[FeedState]:
        """Pause feeds that have moved to an address that another feed polls already."""
        moved = {
            s.id
            for o, s in zip(self.outcomes, states, strict=True)
            if s.feed.url != o.state.feed.url
        }
        readers = feeds.map_urls_to_feeds(self.session) if moved else {}
        return [
            _pause_moved(outcome, state, readers[state.feed.url])
            if state.id in moved and readers.setdefault(state.feed.url, state.id) != state.id
            else state
            for outcome, state in zip(self.outcomes, states, strict=True)
        ]

    def _count_polls(self) -> list[tuple[FeedId, DayCount]]:
        return [
            (o.state.id, count_poll(o.result, self.now, news=news, unreadable=bool(o.failure)))
            for o, news in ((o, self.news[o.state.id]) for o in self.outcomes)
            if not isinstance(o.result, Deferred)
        ]

    def _pause_domains(self) -> None:
        """Apply the longest Retry-After of a server to all feeds of its domain."""
        waits: dict[str, float] = {}
        for result in (outcome.result for outcome in self.outcomes):
            if isinstance(result, FetchFailed) and result.rests and result.retry_after_seconds:
                waits[result.rests] = max(waits.get(result.rests, 0.0), result.retry_after_seconds)
        for domain, seconds in waits.items():
            until = self.now + timedelta(seconds=seconds)
            why = f"{domain} asked to wait until {format_moment(until)}"
            states = _filter_domain(domain, feeds.list_feeds_of_host(self.session, domain))
            feeds.save_states(self.session, states, [pause_until(s, until, why) for s in states])


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
