"""From due feeds to evidence: fetch → unchanged? → parse what is new → items → story → match →
evidence.

It decides nothing: when to poll is `feeds.polling`, what is new in a document `feeds.reading`, what
is new among the items `feeds.identity`, what matches `matching.matcher`. Fetching goes on while
documents are read; what has been read by then is written in one transaction, so that one writer
keeps up with any number of feeds. A feed that fails is a state of that feed and stops no other.
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
"""How long one round takes on further feeds; after it the timer begins the next."""

FULL: Final = 20
"""Documents that are written together; their entries fill the memory until they are."""

LOOK_AHEAD: Final = 500
"""Due feeds read from the database at once."""

Parse = Callable[[bytes, str, str], Future[Parsed | ParseFailed]]
"""Body, content type and address → what is in the document, sooner or later."""

logger = structlog.get_logger("tracker.ingestion.poll")


@dataclass(frozen=True, slots=True)
class Press:
    """Where documents come from, who reads them, and the desk that matches what is new in them.

    Once it is `closing`, no further ones are asked for.
    """

    fetch: Fetch
    parse: Parse
    desk: Newsdesk
    closing: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that is being read, and the feed it is of."""

    state: FeedState
    fetched: Fetched
    unread: Unread


def poll(
    store: Store,
    press: Press,
    now: Callable[[], datetime],
    *,
    budget: float,
    chosen: Sequence[FeedState] | None = None,
) -> PollReport:
    """Poll the feeds that are due, or those `chosen`; never an exception for a feed.

    `budget` is how many requests a day the whole fleet may make.
    """
    this_round = Round(store, press, now, budget=budget, chosen=chosen)
    for results in press.fetch(this_round.ask):
        this_round.take(results)
    return this_round.finish()


class Round:
    """One round of polling: what has been asked, what is being read, what came of it."""

    def __init__(
        self,
        store: Store,
        press: Press,
        now: Callable[[], datetime],
        *,
        budget: float,
        chosen: Sequence[FeedState] | None,
    ) -> None:
        self._store = store
        self._press = press
        self._now = now
        self._until = now() + ROUND
        self._budget = budget
        self._rules: PollRules | None = None
        self._any_due = chosen is None
        self._waiting = deque(chosen or ())
        self._watch: Watch | None = None
        self._asked: dict[FeedId, FeedState] = {}
        self._reading: dict[Future[Parsed | ParseFailed], Opened] = {}
        self._report = PollReport()

    def ask(self, room: int) -> Sequence[FetchRequest]:
        """The next requests, at most `room`; none when nothing is due at the moment, or the round
        takes no more.
        """
        if self._press.closing():
            return ()
        if not self._waiting and self._any_due and self._now() < self._until:
            busy = {*self._asked, *(opened.state.id for opened in self._reading.values())}
            with self._store.reading() as session:
                self._waiting.extend(feeds.due_feeds(session, self._now(), LOOK_AHEAD, but=busy))
        states = [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]
        self._asked |= {state.id: state for state in states}
        return [_request(state) for state in states]

    def take(self, results: Sequence[FetchResult]) -> None:
        """Read the documents that came, and write what is settled."""
        outcomes: list[Outcome] = []
        documents: list[tuple[FeedState, Fetched]] = []
        for result in results:
            state = self._asked.pop(result.feed_id)
            if isinstance(result, Fetched):
                documents.append((state, result))
            else:
                outcomes.append(Outcome(state, result))
        with self._store.reading() as session:
            memories = feeds.memories(session, [state.id for state, _ in documents])
        for state, document in documents:
            if outcome := self._look(state, document, memories[state.id]):
                outcomes.append(outcome)
            outcomes += self._understood([future for future in self._reading if future.done()])
            if len(outcomes) >= FULL:  # entries that wait to be written fill the memory
                self._write(outcomes)
                outcomes = []
        self._write(outcomes)

    def finish(self) -> PollReport:
        """Wait for the documents that are still being read; what the round came to."""
        while self._reading:
            done, _ = wait(self._reading, return_when=FIRST_COMPLETED)
            self._write(self._understood(list(done)))
        return self._report

    def _look(self, state: FeedState, fetched: Fetched, memory: Memory) -> Outcome | None:
        """What came of a document that brings nothing new; None when there is something to read."""
        match look(fetched.body, fetched.content_type, memory):
            case Unchanged(memory=learned):
                return Outcome(state, fetched, memory=None if learned is memory else learned)
            case Unread() as unread:
                self._read(Opened(state, fetched, unread))
        return None

    def _read(self, opened: Opened) -> None:
        unread = opened.unread
        self._reading[
            self._press.parse(unread.document, unread.content_type, opened.fetched.url)
        ] = opened

    def _understood(self, done: Sequence[Future[Parsed | ParseFailed]]) -> list[Outcome]:
        outcomes = []
        for future in done:
            opened = self._reading.pop(future)
            match understood(opened.unread, future.result()):
                case Read() as read:
                    outcomes.append(Outcome(opened.state, opened.fetched, read))
                case ParseFailed(reason):
                    outcomes.append(Outcome(opened.state, opened.fetched, failure=reason))
                case Unread() as whole:
                    self._read(Opened(opened.state, opened.fetched, whole))
        return outcomes

    def _write(self, outcomes: Sequence[Outcome]) -> None:
        """Keep what came of these feeds in one transaction; if that breaks, each in its own."""
        if not outcomes:
            return
        try:
            self._report += self._kept(outcomes)
        except (StorageDamaged, StorageUnavailable):
            raise
        except (
            Exception
        ) as error:  # a bug met by one feed must not stop the others; it is logged and shown
            if len(outcomes) > 1:
                for outcome in outcomes:
                    self._write([outcome])
                return
            logger.exception("feed.broke", feed=outcomes[0].state.id)
            self._report += self._kept([_broken(outcomes[0], error)])

    def _kept(self, outcomes: Sequence[Outcome]) -> PollReport:
        now = self._now()
        try:
            return self._written(outcomes, now)
        except BaseException:
            self._press.desk.forget()  # what it holds in memory was not kept
            raise

    def _written(self, outcomes: Sequence[Outcome], now: datetime) -> PollReport:
        with self._store.writing() as session:
            self._rules = self._rules or rules(session, now, self._budget)
            if self._watch is None and any(o.read for o in outcomes):
                self._watch = self._press.desk.watch(session, now)
            return Keeping(session, self._rules, self._press.desk, now).keep(outcomes, self._watch)


def _request(state: FeedState) -> FetchRequest:
    feed = state.feed
    most = None if feed.max_megabytes is None else int(feed.max_megabytes * 1e6)
    return FetchRequest(state.id, feed.url, state.etag, state.last_modified, feed.user_agent, most)


def _broken(outcome: Outcome, error: Exception) -> Outcome:
    reason = f"internal error: {type(error).__name__}: {error}"
    return Outcome(outcome.state, FetchFailed(outcome.state.id, shortened(reason, 300)))
