"""Check feeds: ask each once, and look for the feed of the page where one is dead.

The rounds are: the feeds; the pages of the dead ones; the feeds that these pages name. Every
request goes through the network of the polls, with its rate limits, size limits and refusal of
private addresses. Nothing is stored.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from shlex import quote
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from tracker.feeds.feed import Feed
from tracker.feeds.fetch_results import (
    Deferred,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    make_request_source,
)
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.first_start import is_lasting
from tracker.feeds.urls import extract_host
from tracker.ingestion.network import Network

if TYPE_CHECKING:
    from tracker.feeds.discovery.feed_links import FeedCandidate
    from tracker.feeds.parsing.parsed_feed import ParsedFeed, ParseFailed
from typing import Literal

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


MAX_CHECK_TIME: Final = timedelta(minutes=2)
"""Time after which no further request is started."""

MAX_CANDIDATES_TRIED: Final = 4
"""Feeds of its pages that are tried for each dead feed."""

NO_TIME: Final = "no time was left to ask it"

Documents = Mapping[str, FetchResult]
"""Results by address."""


def check_feeds(
    network: Network,
    feeds: Sequence[Feed],
    now: Callable[[], datetime],
    *,
    paused: Collection[FeedId] = (),
    subscribed: Mapping[str, FeedId],
) -> FeedCheckReport:
    """Check these feeds; `subscribed` maps the addresses that are read already to their feeds."""
    asking = _Asking(network, now)
    answers = asking.fetch([_make_request(feed) for feed in feeds])
    parsed = asking.parse(answers)
    checks = [_describe(feed, answers.get(feed.url), parsed.get(feed.url)) for feed in feeds]
    dead = [
        feed
        for feed, check in zip(feeds, checks, strict=True)
        if check.state == "fails" and _is_dead(answers.get(feed.url))
    ]
    proposals = _find_proposals(asking, dead, answers, subscribed)
    with_proposals = [replace(check, proposal=proposals.get(check.feed_id)) for check in checks]
    known = frozenset(subscribed.values())
    return FeedCheckReport(
        tuple(
            replace(check, remedy=_find_remedy(check, check.feed_id in known, paused))
            for check in with_proposals
        )
    )


class _Asking:
    """Requests of one check, until its time is over."""

    def __init__(self, network: Network, now: Callable[[], datetime]) -> None:
        self._network = network
        self._now = now
        self._until = now() + MAX_CHECK_TIME

    def fetch(self, requests: Sequence[FetchRequest]) -> dict[str, FetchResult]:
        """Fetch documents, each address once; results by the address of the request."""
        distinct = list({request.url: request for request in requests}.values())
        numbered = [replace(r, feed_id=FeedId(str(n))) for n, r in enumerate(distinct)]
        source = make_request_source(numbered)
        results: dict[str, FetchResult] = {}
        for batch in self._network.fetch(lambda room: () if self._is_over() else source(room)):
            results |= {distinct[int(result.feed_id)].url: result for result in batch}
            if self._is_over():
                break  # closing the iterator cancels the requests that still run
        return results

    def parse(self, documents: Documents) -> dict[str, "ParsedFeed | ParseFailed"]:
        """Parse the documents that were fetched."""
        futures = {
            url: self._network.parse(document.body, document.content_type, document.url)
            for url, document in documents.items()
            if isinstance(document, Fetched)
        }
        return {url: future.result() for url, future in futures.items()}

    def _is_over(self) -> bool:
        return self._now() >= self._until


def _make_request(feed: Feed) -> FetchRequest:
    max_bytes = None if feed.max_megabytes is None else int(feed.max_megabytes * 1e6)
    return FetchRequest(feed.id, feed.url, user_agent=feed.user_agent, max_bytes=max_bytes)


def _describe(
    feed: Feed, result: FetchResult | None, parsed: "ParsedFeed | ParseFailed | None"
) -> FeedCheck:
    """Describe the answer of a feed."""
    from tracker.feeds.parsing.parsed_feed import ParsedFeed

    check = FeedCheck(feed.id, feed.title, feed.url, "fails", None, None)
    match result:
        case Fetched(status=status) if isinstance(parsed, ParsedFeed):
            return replace(check, state="answers", status=status, content=_summarise(parsed))
        case Fetched(status=status):
            return replace(check, status=status, reason=getattr(parsed, "reason", ""))
        case FetchFailed(status=status, reason=reason):
            return replace(check, status=status, reason=reason)
        case Deferred(reason=reason):
            return replace(check, state="not asked", reason=reason)
        case _:
            return replace(check, state="not asked", reason=NO_TIME)


def _summarise(parsed: "ParsedFeed") -> FeedContent:
    dates = [item.published_at for item in parsed.items if item.published_at]
    return FeedContent(parsed.format or "unknown", len(parsed.items), max(dates, default=None))


def _is_dead(result: FetchResult | None) -> bool:
    """Return True for an answer that asking again will not change."""
    match result:
        case Fetched():
            return True
        case FetchFailed(status=status):
            return status is None or is_lasting(status)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A feed that a page names."""

    named: "FeedCandidate"
    page: str


def _find_proposals(
    asking: _Asking, dead: Sequence[Feed], answers: Documents, subscribed: Mapping[str, FeedId]
) -> dict[FeedId, FeedProposal]:
    """Find for each dead feed the first feed with entries that its pages name."""
    page_urls = {feed.id: _list_pages(feed) for feed in dead}
    pages = asking.fetch(
        [FetchRequest(FeedId(""), url) for urls in page_urls.values() for url in urls]
    )
    candidates = {
        feed.id: _list_candidates(
            [answers.get(feed.url), *(pages.get(url) for url in page_urls[feed.id])],
            {feed.url, *subscribed},
        )
        for feed in dead
    }
    documents = asking.fetch(
        [FetchRequest(FeedId(""), c.named.url) for named in candidates.values() for c in named]
    )
    parsed = asking.parse(documents)
    return {
        name: proposal
        for name, named in candidates.items()
        if (proposal := _choose_proposal(named, parsed)) is not None
    }


def _list_pages(feed: Feed) -> tuple[str, ...]:
    """List pages that may name the feed: its site, the root of its host, the root of its domain."""
    from tracker.feeds.fetching.rate_limit import registrable_domain

    domain = registrable_domain(extract_host(feed.url))
    site = f"{urlsplit(feed.url).scheme}://{domain}/" if domain else ""
    pages = (feed.site_url, urljoin(feed.url, "/"), site)
    return tuple(dict.fromkeys(page for page in pages if page and page != feed.url))


def _list_candidates(
    pages: Sequence[FetchResult | None], known: Collection[str]
) -> tuple[_Candidate, ...]:
    """List the feeds that pages declare or link to, then common paths; without the `known` ones."""
    from tracker.feeds.discovery.feed_links import find_page_feeds

    named = [
        _Candidate(candidate, page.url)
        for page in pages
        if isinstance(page, Fetched)
        for candidate in find_page_feeds(page.body, page.content_type, page.url)
        if candidate.url not in known
    ]
    by_url: dict[str, _Candidate] = {}
    for candidate in named:
        by_url.setdefault(candidate.named.url, candidate)
    ranked = sorted(by_url.values(), key=lambda candidate: candidate.named.how == "guess")
    return tuple(ranked[:MAX_CANDIDATES_TRIED])


def _choose_proposal(
    candidates: Sequence[_Candidate], parsed: "Mapping[str, ParsedFeed | ParseFailed]"
) -> FeedProposal | None:
    from tracker.feeds.parsing.parsed_feed import ParsedFeed

    for candidate in candidates:
        feed = parsed.get(candidate.named.url)
        if isinstance(feed, ParsedFeed) and feed.items:
            title = feed.title or candidate.named.title
            return FeedProposal(candidate.named.url, title, candidate.page, _summarise(feed))
    return None


def _find_remedy(check: FeedCheck, is_subscribed: bool, paused: Collection[FeedId]) -> str:
    """Return the command that mends a dead feed, or takes up a paused one that answers."""
    name = quote(check.feed_id)
    if check.state == "answers":
        return f"tracker feed retry {name}" if check.feed_id in paused else ""
    if check.proposal is None:
        return ""
    url = quote(check.proposal.url)
    return f"tracker feed set {name} --url {url}" if is_subscribed else f"tracker feed add {url}"
