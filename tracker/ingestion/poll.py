"""Poll due feeds: fetch, detect changes, parse, store items, link stories and evidence.

Decisions are made elsewhere: the next poll in `feeds.scheduling`, changes of a document in
`feeds.parsing`, new items in `feeds.dedup`, matches in `matching.matcher`. Fetching continues
while documents are parsed; everything parsed so far is written in one transaction, so that one
writer keeps up with any number of feeds. A feed that fails is a state of that feed and stops no
other.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import structlog
from structlog.contextvars import bound_contextvars

from forecasts.questions.series import Series
from tracker.errors import StorageDamaged, StorageUnavailable
from tracker.feeds.feed import FeedState
from tracker.feeds.fetch_results import Fetched, FetchFailed, FetchRequest, FetchResult
from tracker.feeds.item import FeedId
from tracker.feeds.parsing.change_detection import (
    DocumentMemory,
    NewContent,
    ParsedDocument,
    UnchangedDocument,
    detect_changes,
    finish_reading,
)
from tracker.feeds.parsing.parsed_feed import ParsedFeed, ParseFailed
from tracker.feeds.parsing.series_document import SeriesDocument, SeriesReading
from tracker.feeds.plain_text import shorten_text
from tracker.feeds.scheduling.polling import PollRules
from tracker.ingestion.match_state import MatchState, OpenProfiles
from tracker.ingestion.network import Network, explain_refusal, load_robots
from tracker.ingestion.request_budget import load_poll_rules
from tracker.ingestion.writer import FeedOutcome, PollBatch, PollReport
from tracker.storage import feeds, series
from tracker.storage.sessions import Store

MAX_RUN_TIME: Final = timedelta(seconds=60)
"""Maximum time in which a run takes on further feeds; after it the scheduler begins the next."""

WRITE_BATCH: Final = 20
"""Documents written in one transaction; their entries fill the memory until then."""

DUE_BATCH: Final = 500
"""Due feeds read from the database at once."""

RUN_ID_LENGTH: Final = 8
"""Hexadecimal digits of the id of a run in the log."""

logger = structlog.get_logger("tracker.ingestion.poll")


@dataclass(frozen=True, slots=True)
class PendingDocument:
    """A document that is being parsed, and its feed."""

    state: FeedState
    fetched: Fetched
    unread: NewContent


Parsed = ParsedFeed | SeriesDocument | ParseFailed


def run_poll(
    store: Store,
    network: Network,
    match_state: MatchState,
    *,
    now: Callable[[], datetime],
    budget: float,
    chosen: Sequence[FeedState] | None = None,
) -> PollReport:
    """Poll the feeds that are due, or the chosen ones; never raises for a single feed.

    `budget` is the number of requests a day that all feeds together may make. Every line that is
    logged has the id of the run. Raises `StorageUnavailable` with what is stored by then.
    """
    run = PollRun(store, network, match_state, now=now, budget=budget, chosen=chosen)
    with bound_contextvars(run=uuid4().hex[:RUN_ID_LENGTH]):
        try:
            run.refuse_by_robots()
            for results in network.fetch(run.next_requests):
                run.handle_results(results)
            return run.finish()
        except StorageUnavailable as error:
            raise StorageUnavailable(f"{error}{run.describe_stored()}") from error


class PollRun:
    """One poll run: requested feeds, documents being parsed, and the report."""

    def __init__(
        self,
        store: Store,
        network: Network,
        match_state: MatchState,
        *,
        now: Callable[[], datetime],
        budget: float,
        chosen: Sequence[FeedState] | None,
    ) -> None:
        self._store = store
        self._network = network
        self._match_state = match_state
        self._now = now
        self._until = now() + MAX_RUN_TIME
        self._budget = budget
        self._rules: PollRules | None = None
        self._any_due = chosen is None
        self._waiting = deque(chosen or ())
        self._profiles: OpenProfiles | None = None
        self._requested: dict[FeedId, FeedState] = {}
        self._pending: dict[Future[Parsed], PendingDocument] = {}
        self._series: dict[FeedId, tuple[Series, ...]] = {}
        self._report = PollReport()

    def refuse_by_robots(self) -> None:
        """Take the series out whose site asks robots to stay away; each is a failure.

        Feeds are made for robots; the tables of series are made for people.
        """
        documents = [state for state in self._waiting if state.feed.is_series]
        if self._any_due:
            with self._store.reading() as session:
                documents = feeds.list_due_series(session, self._now())
        if not documents:
            return
        robots = load_robots(self._network, [state.feed.url for state in documents], self._now())
        outcomes = [
            FeedOutcome(state, FetchFailed(state.id, refusal))
            for state in documents
            if (refusal := explain_refusal(self._network, state.feed.url, robots))
        ]
        refused = {outcome.state.id for outcome in outcomes}
        self._waiting = deque(state for state in self._waiting if state.id not in refused)
        self._write_outcomes(outcomes)

    def next_requests(self, room: int) -> Sequence[FetchRequest]:
        """Return the next requests, at most `room`; none when nothing is due or the run is over."""
        if self._network.is_closing():
            return ()
        if not self._waiting and self._any_due and self._now() < self._until:
            busy = {*self._requested, *(pending.state.id for pending in self._pending.values())}
            with self._store.reading() as session:
                self._waiting.extend(
                    feeds.list_due_feeds(session, self._now(), DUE_BATCH, exclude=busy)
                )
        states = [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]
        self._requested |= {state.id: state for state in states}
        return [_make_request(state) for state in states]

    def handle_results(self, results: Sequence[FetchResult]) -> None:
        """Parse the documents that arrived, and write the outcomes that are complete."""
        outcomes: list[FeedOutcome] = []
        documents: list[tuple[FeedState, Fetched]] = []
        for result in results:
            state = self._requested.pop(result.feed_id)
            if isinstance(result, Fetched):
                size, seconds = len(result.body), round(result.seconds, 3)
                logger.debug("feed.fetched", feed=state.id, bytes=size, seconds=seconds)
                documents.append((state, result))
            else:
                outcomes.append(FeedOutcome(state, result))
        with self._store.reading() as session:
            memories = feeds.load_document_memories(session, [state.id for state, _ in documents])
            if of_series := [state.id for state, _ in documents if state.feed.is_series]:
                self._series |= series.load_series_of_feeds(session, of_series)
        for state, document in documents:
            if outcome := self._detect_change(state, document, memories[state.id]):
                outcomes.append(outcome)
            outcomes += self._collect_parsed([future for future in self._pending if future.done()])
            if len(outcomes) >= WRITE_BATCH:
                self._write_outcomes(outcomes)
                outcomes = []
        self._write_outcomes(outcomes)

    def finish(self) -> PollReport:
        """Wait for the documents that are still being parsed; return the report."""
        while self._pending:
            done, _ = wait(self._pending, return_when=FIRST_COMPLETED)
            self._write_outcomes(self._collect_parsed(list(done)))
        return self._report

    def describe_stored(self) -> str:
        """Say how many feeds of an interrupted run are stored; "" if none."""
        stored = self._report.feeds
        if not stored:
            return ""
        words = "feed of this round is" if stored == 1 else "feeds of this round are"
        return f"; {stored} {words} stored, the others come with the next one"

    def _detect_change(
        self, state: FeedState, fetched: Fetched, memory: DocumentMemory
    ) -> FeedOutcome | None:
        """Return the outcome of an unchanged document; parse a changed one and return None."""
        match detect_changes(fetched.body, fetched.content_type, memory):
            case UnchangedDocument(memory=learned):
                return FeedOutcome(state, fetched, memory=None if learned is memory else learned)
            case NewContent() as unread:
                self._submit_parse(PendingDocument(state, fetched, unread))
        return None

    def _submit_parse(self, pending: PendingDocument) -> None:
        unread, state = pending.unread, pending.state
        future: Future[Any] = (
            self._network.parse_series(pending.fetched, self._series.get(state.id, ()))
            if state.feed.is_series
            else self._network.parse(unread.document, unread.content_type, pending.fetched.url)
        )
        self._pending[future] = pending

    def _collect_parsed(self, done: Sequence[Future[Parsed]]) -> list[FeedOutcome]:
        outcomes = []
        for future in done:
            pending = self._pending.pop(future)
            parsed = future.result()
            if isinstance(parsed, SeriesDocument):
                outcomes.append(_as_series_outcome(pending, parsed))
                continue
            match finish_reading(pending.unread, parsed):
                case ParsedDocument() as read:
                    outcomes.append(FeedOutcome(pending.state, pending.fetched, read))
                case ParseFailed(reason):
                    outcomes.append(FeedOutcome(pending.state, pending.fetched, failure=reason))
                case NewContent() as full_document:
                    self._submit_parse(
                        PendingDocument(pending.state, pending.fetched, full_document)
                    )
        return outcomes

    def _write_outcomes(self, outcomes: Sequence[FeedOutcome]) -> None:
        """Write the outcomes of these feeds in one transaction; if that fails, each in its own."""
        if not outcomes:
            return
        try:
            self._report += self._write_or_forget(outcomes)
        except (StorageDamaged, StorageUnavailable):
            raise
        except Exception as error:
            # A bug met by one feed must not stop the others; it is logged and shown.
            if len(outcomes) > 1:
                for outcome in outcomes:
                    self._write_outcomes([outcome])
                return
            logger.exception("feed.broke", feed=outcomes[0].state.id)
            self._report += self._write_or_forget([_as_failure(outcomes[0], error)])

    def _write_or_forget(self, outcomes: Sequence[FeedOutcome]) -> PollReport:
        now = self._now()
        try:
            return self._write_transaction(outcomes, now)
        except BaseException:
            self._match_state.clear_caches()  # its memory is ahead of the database
            raise

    def _write_transaction(self, outcomes: Sequence[FeedOutcome], now: datetime) -> PollReport:
        with self._store.writing() as session:
            self._match_state.take_turn(session, now)
            self._rules = self._rules or load_poll_rules(session, now, self._budget)
            if self._profiles is None and any(o.read for o in outcomes):
                self._profiles = self._match_state.load_profiles(session, now)
            batch = PollBatch(session, outcomes, self._rules, now)
            batch.deduplicate()
            batch.store()
            batch.link(self._match_state, self._profiles)
            batch.schedule()
            return batch.report()


def _as_series_outcome(pending: PendingDocument, document: SeriesDocument) -> FeedOutcome:
    """Return what a document of series brought; one series that cannot be read is a failure."""
    readings = [r for r in document.readings.values() if isinstance(r, SeriesReading)]
    failures = [
        f"series {series_id}: {reading.reason}"
        for series_id, reading in document.readings.items()
        if isinstance(reading, ParseFailed)
    ]
    return FeedOutcome(
        pending.state,
        pending.fetched,
        memory=None if failures else DocumentMemory(pending.unread.body_hash, b""),
        failure="; ".join(failures),
        readings=tuple(readings),
    )


def _make_request(state: FeedState) -> FetchRequest:
    feed = state.feed
    max_bytes = None if feed.max_megabytes is None else int(feed.max_megabytes * 1e6)
    return FetchRequest(
        state.id, feed.url, state.etag, state.last_modified, feed.user_agent, max_bytes
    )


def _as_failure(outcome: FeedOutcome, error: Exception) -> FeedOutcome:
    reason = f"internal error: {type(error).__name__}: {error}"
    return FeedOutcome(outcome.state, FetchFailed(outcome.state.id, shorten_text(reason, 300)))
