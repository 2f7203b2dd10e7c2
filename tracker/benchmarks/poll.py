"""Read linked questions elsewhere on their schedule: a quote becomes a forecast of the platform.

The client that reads feeds asks, with its limits on rate, time and size, and conditional requests.
Robots.txt is not asked: these addresses are made for programs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Final, assert_never

from forecasts.errors import ForecastsError
from tracker.benchmarks.link import make_distribution, record_quote
from tracker.benchmarks.platforms import PLATFORMS, Platform, build_request, read_answer
from tracker.errors import Refused, TrackerError
from tracker.feeds.fetch_results import (
    Deferred,
    Fetched,
    FetchFailed,
    FetchResult,
    NotModified,
    fetch_one,
    make_request_source,
)
from tracker.feeds.item import FeedId
from tracker.ingestion.network import Network
from tracker.model.benchmarks import (
    BenchmarkLink,
    PollState,
    Quote,
    QuoteReport,
    Unreadable,
    make_digest,
)
from tracker.questions.submit_forecast import get_current_distribution
from tracker.storage import benchmarks, record
from tracker.storage.benchmarks import LinkedQuestion
from tracker.storage.sessions import Session, Store

MAX_REQUESTS: Final = 100
"""Maximum requests of one round; the others wait for the next."""

MAX_DOUBLINGS: Final = 4
"""After so many failures in a row the wait no longer doubles."""

CLOSED_WAIT: Final = timedelta(days=1)
"""Time between two looks whether a question that closed elsewhere has its answer."""

UNAUTHORISED: Final = (
    "{} answers only with a token: set 'metaculus_token' (docs/benchmarks.md says where to get one)"
)


@dataclass(frozen=True, slots=True)
class QuoteSchedule:
    """Time between two polls, and the token for the platform that needs one."""

    hours: float
    token: str

    def next_time(self, now: datetime, failures: int = 0) -> datetime:
        """Return when to ask again; the wait doubles with each failure in a row."""
        return now + timedelta(hours=self.hours * 2 ** min(failures, MAX_DOUBLINGS))


def fetch_quote(network: Network, platform: Platform, external_id: str, token: str) -> Quote:
    """Ask a platform once; raises `Refused` in one line without a usable answer."""
    if platform.needs_token and not token:
        raise Refused(UNAUTHORISED.format(platform.label))
    result = fetch_one(network.fetch, build_request(platform, external_id, token))
    if not isinstance(result, Fetched):
        reason = getattr(result, "reason", "no answer")
        raise Refused(f"{platform.label} cannot be asked ({reason}): try again later")
    quote = read_answer(platform, result.body, external_id)
    if isinstance(quote, Unreadable):
        raise Refused(quote.reason)
    return quote


def poll_benchmarks(
    store: Store, network: Network, schedule: QuoteSchedule, now: Callable[[], datetime]
) -> QuoteReport:
    """Read the links that are due, each stored in its own transaction."""
    with store.reading() as session:
        open_questions = record.list_open_questions(session, now())
        due = benchmarks.list_due_links(session, now())
    # A question of ours that has closed asks nothing, and may be reopened.
    waiting = [linked for linked in due if linked[0].question_id in open_questions][:MAX_REQUESTS]
    links = {_name_request(link): link for link, _ in waiting}
    report = QuoteReport(requested=len(links))
    for result in _ask(network, waiting, schedule):
        with store.writing() as session:
            link = links[result.feed_id]
            state, is_new = _Answer(session, link, schedule, now()).store(result)
        report = replace(
            report,
            failed=report.failed + bool(state.problem),
            paused=report.paused + bool(state.changed),
            forecasts=report.forecasts + is_new,
        )
    return report


def _name_request(link: BenchmarkLink) -> FeedId:
    return FeedId(f"{link.question_id}/{link.platform}")


def _ask(
    network: Network, waiting: Sequence[LinkedQuestion], schedule: QuoteSchedule
) -> Iterator[FetchResult]:
    """Ask for each link; one that needs a token fails without a request if there is none."""
    requests = []
    for link, state in waiting:
        platform, name = PLATFORMS[link.platform], _name_request(link)
        if platform.needs_token and not schedule.token:
            yield FetchFailed(name, UNAUTHORISED.format(platform.label))
            continue
        request = build_request(platform, link.external_id, schedule.token)
        requests.append(
            replace(request, feed_id=name, etag=state.etag, last_modified=state.last_modified)
        )
    if requests:
        yield from chain.from_iterable(network.fetch(make_request_source(requests)))


@dataclass(frozen=True, slots=True)
class _Answer:
    """Transaction in which the answer about a link is stored, as of `now`."""

    session: Session
    link: BenchmarkLink
    schedule: QuoteSchedule
    now: datetime

    def store(self, result: FetchResult) -> tuple[PollState, bool]:
        """Store the answer; return the state of the polls, and whether it is a new forecast."""
        place = (self.link.question_id, self.link.platform)
        linked = benchmarks.find_link(self.session, *place)
        if linked is None or linked[0] != self.link:  # unlinked while it was asked
            return PollState(None), False
        state, is_new = self._read(linked[1], result)
        benchmarks.save_polls(self.session, *place, state)
        return state, is_new

    def _read(self, state: PollState, result: FetchResult) -> tuple[PollState, bool]:
        now, platform = self.now, PLATFORMS[self.link.platform]
        next_at = self.schedule.next_time(now)
        calm = replace(state, next_at=next_at, last_at=now, failures=0, problem="")
        match result:
            case Deferred(wait_seconds=seconds):
                return replace(state, next_at=now + timedelta(seconds=seconds)), False
            case FetchFailed(reason=reason, retry_after_seconds=wait):
                return self._fail(state, reason, wait or 0.0), False
            case NotModified():
                last = get_current_distribution(
                    self.session, self.link.question_id, platform.forecaster.id
                )
                is_new = last is not None and record_quote(self.session, self.link, last, now)
                return calm, is_new
            case Fetched():
                quote = read_answer(platform, result.body, self.link.external_id)
                if isinstance(quote, Unreadable):
                    return self._fail(state, quote.reason), False
                read = replace(
                    calm, etag=result.etag, last_modified=result.last_modified, size=quote.size
                )
                return self._take(quote, read)
            case _:
                assert_never(result)

    def _take(self, quote: Quote, read: PollState) -> tuple[PollState, bool]:
        """Record a quote, unless its criteria changed, or the question has closed there."""
        if quote.digest != make_digest(self.link.title, self.link.criteria):
            return replace(read, changed=f"{quote.title}\n{quote.criteria}"), False
        if quote.answer:
            return replace(read, next_at=None, answer=quote.answer), False
        if not quote.is_open:
            return replace(read, next_at=self.now + CLOSED_WAIT), False
        try:
            distribution = make_distribution(self.link, quote)
            return read, record_quote(self.session, self.link, distribution, self.now)
        except (ForecastsError, TrackerError) as refusal:
            return self._fail(read, str(refusal)), False

    def _fail(self, state: PollState, reason: str, wait_seconds: float = 0.0) -> PollState:
        """Return the state after a failure; the server may ask for a longer wait."""
        failures = state.failures + 1
        earliest = self.now + timedelta(seconds=wait_seconds)
        next_at = max(self.schedule.next_time(self.now, failures), earliest)
        return replace(state, next_at=next_at, last_at=self.now, failures=failures, problem=reason)
