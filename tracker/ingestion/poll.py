"""Poll due feeds: fetch, detect changes, parse, store items, link stories and evidence.

Decisions are made elsewhere: the next poll in `feeds.polling`, changes of a document in
`feeds.reading`, new items in `feeds.identity`, matches in `matching.matcher`. Fetching continues
while documents are parsed; everything parsed so far is written in one transaction, so that one
writer keeps up with any number of feeds. A feed that fails is a state of that feed and stops no
other.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from tracker.errors import StorageDamaged, StorageUnavailable
from tracker.feeds.answers import Fetch, Fetched, FetchFailed, FetchRequest, FetchResult
from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId
from tracker.feeds.parsing.change_detection import Memory, Read, Unchanged, Unread, look, understood
from tracker.feeds.parsing.parsed import Parsed, ParseFailed
from tracker.feeds.scheduling.polling import PollRules
from tracker.feeds.text import shortened
from tracker.ingestion.match_state import Newsdesk, Watch
from tracker.ingestion.request_budget import rules
from tracker.ingestion.writer import Keeping, Outcome
from tracker.model.read_models import PollReport
from tracker.storage import feeds
from tracker.storage.sessions import Store

ROUND: Final = timedelta(seconds=60)
"""Maximum time in which a run takes on further feeds; after it the scheduler begins the next."""

FULL: Final = 20
"""Documents written in one transaction; their entries fill the memory until then."""

LOOK_AHEAD: Final = 500
"""Due feeds read from the database at once."""

Parse = Callable[[bytes, str, str], Future[Parsed | ParseFailed]]
"""Function of body, content type and address that returns a future of the parsed document."""

logger = structlog.get_logger("tracker.ingestion.poll")


@dataclass(frozen=True, slots=True)
class Press:
    """Dependencies of a poll: fetching, parsing, and the matching state.

    Once it is closing, no further documents are requested.
    """

    fetch: Fetch
    parse: Parse
    desk: Newsdesk
    closing: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that is being parsed, and its feed."""

    state: FeedState
    fetched: Fetched
    unread: Unread


def poll(
    store: Store,
    context: Press,
    now: Callable[[], datetime],
    *,
    budget: float,
    chosen: Sequence[FeedState] | None = None,
) -> PollReport:
    """Poll the feeds that are due, or the given ones; never raises for a single feed.

    `budget` is the number of requests a day that all feeds together may make.
    """
    run = Round(store, context, now, budget=budget, chosen=chosen)
    for results in context.fetch(run.ask):
        run.take(results)
    return run.finish()


class Round:
    """One poll run: requested feeds, documents being parsed, and the report."""

    def __init__(
        self,
        store: Store,
        context: Press,
        now: Callable[[], datetime],
        *,
        budget: float,
        chosen: Sequence[FeedState] | None,
    ) -> None:
        self._store = store
        self._context = context
        self._now = now
        self._until = now() + ROUND
        self._budget = budget
        self._rules: PollRules | None = None
        self._any_due = chosen is None
        self._waiting = deque(chosen or ())
        self._profiles: Watch | None = None
        self._requested: dict[FeedId, FeedState] = {}
        self._pending: dict[Future[Parsed | ParseFailed], Opened] = {}
        self._report = PollReport()

    def ask(self, room: int) -> Sequence[FetchRequest]:
        """Return the next requests, at most `room`; none when nothing is due or the run is over."""
        if self._context.closing():
            return ()
        if not self._waiting and self._any_due and self._now() < self._until:
            busy = {*self._requested, *(pending.state.id for pending in self._pending.values())}
            with self._store.reading() as session:
                self._waiting.extend(feeds.due_feeds(session, self._now(), LOOK_AHEAD, but=busy))
        states = [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]
        self._requested |= {state.id: state for state in states}
        return [_make_request(state) for state in states]

    def take(self, results: Sequence[FetchResult]) -> None:
        """Parse the documents that arrived, and write the outcomes that are complete."""
        outcomes: list[Outcome] = []
        documents: list[tuple[FeedState, Fetched]] = []
        for result in results:
            state = self._requested.pop(result.feed_id)
            if isinstance(result, Fetched):
                documents.append((state, result))
            else:
                outcomes.append(Outcome(state, result))
        with self._store.reading() as session:
            memories = feeds.memories(session, [state.id for state, _ in documents])
        for state, document in documents:
            if outcome := self._detect_change(state, document, memories[state.id]):
                outcomes.append(outcome)
            outcomes += self._collect_parsed([future for future in self._pending if future.done()])
            if len(outcomes) >= FULL:
                self._write_outcomes(outcomes)
                outcomes = []
        self._write_outcomes(outcomes)

    def finish(self) -> PollReport:
        """Wait for the documents that are still being parsed; return the report."""
        while self._pending:
            done, _ = wait(self._pending, return_when=FIRST_COMPLETED)
            self._write_outcomes(self._collect_parsed(list(done)))
        return self._report

    def _detect_change(self, state: FeedState, fetched: Fetched, memory: Memory) -> Outcome | None:
        """Return the outcome of an unchanged document; parse a changed one and return None."""
        match look(fetched.body, fetched.content_type, memory):
            case Unchanged(memory=learned):
                return Outcome(state, fetched, memory=None if learned is memory else learned)
            case Unread() as unread:
                self._submit_parse(Opened(state, fetched, unread))
        return None

    def _submit_parse(self, pending: Opened) -> None:
        unread = pending.unread
        self._pending[
            self._context.parse(unread.document, unread.content_type, pending.fetched.url)
        ] = pending

    def _collect_parsed(self, done: Sequence[Future[Parsed | ParseFailed]]) -> list[Outcome]:
        outcomes = []
        for future in done:
            pending = self._pending.pop(future)
            match understood(pending.unread, future.result()):
                case Read() as read:
                    outcomes.append(Outcome(pending.state, pending.fetched, read))
                case ParseFailed(reason):
                    outcomes.append(Outcome(pending.state, pending.fetched, failure=reason))
                case Unread() as full_document:
                    self._submit_parse(Opened(pending.state, pending.fetched, full_document))
        return outcomes

    def _write_outcomes(self, outcomes: Sequence[Outcome]) -> None:
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

    def _write_or_forget(self, outcomes: Sequence[Outcome]) -> PollReport:
        now = self._now()
        try:
            return self._write_transaction(outcomes, now)
        except BaseException:
            self._context.desk.forget()  # its memory is ahead of the database
            raise

    def _write_transaction(self, outcomes: Sequence[Outcome], now: datetime) -> PollReport:
        with self._store.writing() as session:
            self._rules = self._rules or rules(session, now, self._budget)
            if self._profiles is None and any(o.read for o in outcomes):
                self._profiles = self._context.desk.watch(session, now)
            return Keeping(session, self._rules, self._context.desk, now).keep(
                outcomes, self._profiles
            )


def _make_request(state: FeedState) -> FetchRequest:
    feed = state.feed
    max_bytes = None if feed.max_megabytes is None else int(feed.max_megabytes * 1e6)
    return FetchRequest(
        state.id, feed.url, state.etag, state.last_modified, feed.user_agent, max_bytes
    )


def _as_failure(outcome: Outcome, error: Exception) -> Outcome:
    reason = f"internal error: {type(error).__name__}: {error}"
    return Outcome(outcome.state, FetchFailed(outcome.state.id, shortened(reason, 300)))
