"""Find or make the item of evidence by hand: read already, fetched, or a headline as it is typed.

A page is fetched once, politely, with the limits of feeds; private addresses are refused there.
"""

import hashlib
import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from forecasts.questions.question import Question
from tracker.errors import NotFound, Refused
from tracker.feeds.dedup import NewItem, StoredItem, is_same_report
from tracker.feeds.discovery.article import (
    MAX_HEADLINE_LENGTH,
    PageHeadline,
    clean_line,
    read_headline,
)
from tracker.feeds.feed import BY_HAND
from tracker.feeds.fetch_results import Deferred, Fetched, FetchFailed
from tracker.feeds.item import ItemId, ParsedItem
from tracker.feeds.plain_text import shorten_text
from tracker.feeds.scheduling.polling import make_feed_state
from tracker.feeds.urls import canonical_url, extract_host, extract_part, resolve_web_link
from tracker.ingestion.network import MAX_PAGE_BYTES, Network, fetch_pages, load_robots
from tracker.model.evidence import ManualEvidence
from tracker.storage import feeds, item_search, items
from tracker.storage.item_search import UNSPACED
from tracker.storage.items import MAX_CLOCK_SKEW, SavedItem
from tracker.storage.sessions import Session

MAX_COMPARED: Final = 200
"""Items that a new one is compared with, those with the most words in common first."""

_BARE_ADDRESS: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}(?::\d+)?/\S+", re.IGNORECASE)
"""An address as some copy it, without its scheme."""

_ADDRESS_LIKE: Final = re.compile(r"[a-z][a-z0-9+.-]*:(?://|\S+$)", re.IGNORECASE)
"""The beginning of an address of any scheme, or a text that is nothing but such an address."""

MAX_QUOTED: Final = 60
"""Characters of a text that a refusal quotes."""

MIN_WORDS: Final = 2
"""Words of a headline: fewer say nothing that a question could be about."""

_INSTEAD: Final = "give its headline too (--title, or the field for it)"


def find_item(session: Session, request: ManualEvidence) -> SavedItem | None:
    """Return the stored item of a request: by id, by address in any feed, or the same headline."""
    if isinstance(request.source, int):
        stored = item_search.find_saved_item(session, request.source)
        if stored is None:
            raise NotFound("item", request.source, "see `tracker evidence search`")
        return stored
    address = _read_address(request.source)
    if url := canonical_url(address):
        by_part: dict[str, list[StoredItem]] = {}
        for item in items.find_items_by_url(session, [url]):
            by_part.setdefault(extract_part(item.url), []).append(item)
        known = by_part.get(extract_part(address)) or by_part.get("", [])  # else the whole page
    else:
        known = items.find_items_by_key(session, [(BY_HAND.id, _make_key(request.source))])
    return item_search.find_saved_item(session, known[0].id) if known else None


def make_item(
    request: ManualEvidence, network: Network, now: datetime, stored: SavedItem | None
) -> ParsedItem:
    """Return the item of a request as it was read, else as it is typed or fetched.

    Raises `Refused` if there is no headline.
    """
    if stored is not None:
        return stored.item
    assert isinstance(request.source, str)
    if request.published_at is not None and request.published_at > now + MAX_CLOCK_SKEW:
        raise Refused("its date lies in the future: give the day on which it was published")
    url = _read_address(request.source)
    title = clean_line(request.title or ("" if url else request.source), MAX_HEADLINE_LENGTH)
    _check_typed(request.source, url, title)
    page = PageHeadline(title, "", None) if title else _fetch_headline(network, url, now)
    return ParsedItem(
        key="#".join(filter(None, (canonical_url(url), extract_part(url)))) or _make_key(title),
        title=page.title,
        summary=page.summary,
        content="",
        url=url,
        canonical_url=canonical_url(url),
        published_at=request.published_at or page.published_at,
        published_raw="",
        updated_at=None,
        fingerprint="",
    )


def _check_typed(source: str, url: str, title: str) -> None:
    """Raise `Refused` for what looks like an address but is no web page's, and for no headline."""
    if not url and _ADDRESS_LIKE.match(source.strip()):
        raise Refused(
            f"{shorten_text(source.strip(), MAX_QUOTED)!r} is no web page: give an address that "
            "begins with https:// or http:// and names a host, or a headline"
        )
    if title and _count_words(title) < MIN_WORDS:
        raise Refused(
            f"{shorten_text(title, MAX_QUOTED)!r} is no headline: write one of at least "
            f"{MIN_WORDS} words"
        )


def _count_words(text: str) -> int:
    """Count the words with a letter; without spaces between words each letter counts."""
    words = (word for word in text.split() if any(map(str.isalpha, word)))
    return sum(max(1, len(UNSPACED.findall(word))) for word in words)


def add_item(session: Session, item: ParsedItem, now: datetime) -> SavedItem:
    """Store an item as added by hand; the feed that owns such items is made with the first."""
    owner = replace(make_feed_state(BY_HAND, now), paused_why="never polled")
    feeds.add_feed(session, owner, now)
    same_page = items.find_items_by_url(session, [item.canonical_url]) if item.canonical_url else []
    earlier = next((known for known in same_page if is_same_report(item, known)), None)
    (stored,) = items.add_items(session, [(BY_HAND.id, NewItem(item, earlier))], now)
    return stored


def mark_copy(session: Session, stored: SavedItem, now: datetime) -> SavedItem:
    """Mark a new item with the item that it copies and with its source, here and in the database.

    It is compared with what shares its words, by the text index: comparing it with all news of the
    last days would take a new process ten seconds.
    """
    from tracker.matching.boilerplate import find_agency
    from tracker.matching.near_duplicates import COPY_WINDOW, NearDuplicates

    title, summary = stored.item.title, stored.item.summary
    similar = item_search.list_similar_texts(
        session, f"{title} {summary}", now - COPY_WINDOW, MAX_COMPARED
    )
    copies = NearDuplicates()
    copies.remember(
        [
            (text.id, text.copy_of, text.title, text.summary, text.first_seen_at)
            for text in similar
            if text.id != stored.id
        ]
    )
    (root,) = copies.add([(stored.id, title, summary, now)])
    source = find_agency(title, summary) or _find_source_group(session, stored.item.url)
    copy_of = None if root is None else ItemId(root)
    items.mark_copies(session, [(stored.id, copy_of, source)])
    return replace(stored, copy_of=copy_of)


def find_first_sight(
    session: Session, stored: SavedItem, question: Question, now: datetime
) -> datetime:
    """Return the time that counts: now, unless its text was read before the question opened."""
    repeated = (i for i in (stored.copy_of, stored.same_as) if i is not None)
    texts = [stored, *(item_search.find_saved_item(session, i) for i in repeated)]
    first = min((text.seen_at for text in texts if text and text.seen_at), default=now)
    return first if first < question.opens_at else now


def _find_source_group(session: Session, url: str) -> str:
    """Return the owner of a site: that of a feed from the same domain, else the host itself."""
    from tracker.feeds.fetching.rate_limit import registrable_domain

    host = extract_host(url)
    domain = registrable_domain(host) if host else ""
    for state in feeds.list_feeds(session) if domain else ():
        if registrable_domain(extract_host(state.feed.site_url or state.feed.url)) == domain:
            return state.feed.source_group
    return host


def _read_address(source: str) -> str:
    """Return the address in a source, also one without `https://`; "" for a headline."""
    text = source.strip()
    url = resolve_web_link(f"https://{text}" if _BARE_ADDRESS.fullmatch(text) else text, "")
    return url if any(map(str.isalnum, extract_host(url))) else ""


def _make_key(headline: str) -> str:
    """Make the key of a headline without an address; case and spaces do not matter."""
    plain = clean_line(headline, MAX_HEADLINE_LENGTH).casefold()
    return f"text:{hashlib.sha256(plain.encode()).hexdigest()[:32]}"


def _fetch_headline(network: Network, url: str, now: datetime) -> PageHeadline:
    """Fetch the headline of a page; raises `Refused` in one line that says what to do instead."""
    if not url:
        raise Refused("there is no headline: give the address of an article, or its headline")
    robots = load_robots(network, [url], now)[url]
    # One page that a person asks for is no crawl: without an answer, its own failure is the reason.
    if not robots.unreadable and not robots.allows(url, network.user_agent):
        raise Refused(f"the site asks robots to stay away (robots.txt): {_INSTEAD}")
    match fetch_pages(network.fetch, {url: url}, MAX_PAGE_BYTES).get(url):
        case Fetched() as page:
            headline = read_headline(page.body, page.content_type)
            if headline is None or _count_words(headline.title) < MIN_WORDS:
                raise Refused(f"the page has no headline that can be read: {_INSTEAD}")
            return headline
        case FetchFailed(reason=reason) | Deferred(reason=reason):
            raise Refused(f"the page cannot be read ({reason}): {_INSTEAD}")
        case _:
            raise Refused(f"the page did not answer: {_INSTEAD}")
