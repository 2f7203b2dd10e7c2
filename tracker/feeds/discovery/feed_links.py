"""Find the feeds of a page: those that it declares, else those that it links to, else at common
paths.

Nothing is fetched here; callers try the addresses in their order. A page may be hostile: only its
beginning is read, in linear time, and at most 20 addresses are returned.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit

from tracker.feeds.markup import decode_page, parse_markup
from tracker.feeds.plain_text import markup_to_text
from tracker.feeds.urls import resolve_feed_link, resolve_web_link

CandidateSource = Literal["link", "anchor", "guess"]
"""Declared by the page as a feed, linked to with a typical address, or guessed at a common path."""

MAX_PAGE_BYTES: Final = 512_000
"""Bytes that are read; a page declares its feeds in its head."""

MAX_CANDIDATES: Final = 20
MAX_LINKS: Final = 2_000
"""Links of a page that are collected before they are sorted."""

MAX_LINK_TITLE_LENGTH: Final = 300

COMMON_FEED_PATHS: Final = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/rss")

_TYPES: Final = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
)
_JSON_TYPE: Final = "application/json"
"""Type of JSON Feed 1.0. WordPress declares it for the API entry of each page (/wp-json/)."""

_FEED_PATH: Final = re.compile(
    r"/(?:feeds?|rss\d?|atom|rdf)(?:/|$)|\.(?:rss|atom|rdf|xml)$|/feed\.json$"
    r"|(?:^|[/._-])(?:rss|atom)\.\w{2,5}$",
    re.IGNORECASE,
)
_FEED_QUERY: Final = re.compile(
    r"(?:^|&)(?:feed|format|type|output|alt)=(?:rss|atom|rdf|feed)", re.IGNORECASE
)
_NO_FEED: Final = re.compile(
    r"sitemap|opensearch|osd\.xml|/wp-json/|xmlrpc|:/|%3a|\.(?:html?|png|jpe?g|svg|gif|webp)$",
    re.IGNORECASE,
)
"""Other documents in XML or JSON, and services whose address contains another address."""

_COMMENTS: Final = re.compile(r"\bcomments?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedCandidate:
    """A possible address of a feed, its title on the page, and its source."""

    url: str
    title: str
    how: CandidateSource


def find_page_feeds(html: bytes, content_type: str, url: str) -> tuple[FeedCandidate, ...]:
    """Return possible addresses of the feeds of the page at `url`, the likeliest first and feeds of
    comments last.
    """
    page = _LinkCollector()
    parse_markup(decode_page(html, content_type, MAX_PAGE_BYTES), page)
    base = resolve_web_link(page.base, url) or url
    candidates = [
        *_make_candidates(page.declared, base, "link"),
        *_make_candidates(page.linked, base, "anchor"),
    ]
    here = urldefrag(url).url
    distinct: dict[str, FeedCandidate] = {}
    for candidate in candidates:
        if candidate.url != here:
            distinct.setdefault(candidate.url, candidate)
    likely = sorted(distinct.values(), key=_is_comment_feed)
    return tuple(likely[:MAX_CANDIDATES] or _guess_candidates(url))


class _LinkCollector:
    """Collects the links that are declared as feeds, and those that look like feeds."""

    def __init__(self) -> None:
        self.base = ""
        self.declared: list[tuple[str, str]] = []
        self.linked: list[tuple[str, str]] = []
        self._title_parts: list[str] | None = None
        self._link_count = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        href = attrs.get("href", "").strip()
        if not href or self._link_count == MAX_LINKS:
            return
        if tag == "base":
            self.base = self.base or href
        elif tag == "link" and _declares_feed(attrs):
            self._link_count += 1
            self.declared.append((href, attrs.get("title", "")))
        elif tag == "a" and _looks_like_feed(href):
            self._link_count += 1
            self.linked.append((href, attrs.get("title", "")))
            self._title_parts = []

    def data(self, data: str) -> None:
        if self._title_parts is not None and len(self._title_parts) < 10:
            self._title_parts.append(data[:MAX_LINK_TITLE_LENGTH])

    def end(self, tag: str) -> None:
        if tag == "a" and self._title_parts is not None:
            href, title = self.linked[-1]
            self.linked[-1] = href, title or "".join(self._title_parts)
            self._title_parts = None

    def close(self) -> None:
        """Do nothing."""


def _declares_feed(attrs: dict[str, str]) -> bool:
    relations = attrs.get("rel", "").lower().split()
    kind = attrs.get("type", "").partition(";")[0].strip().lower()
    if "alternate" not in relations:
        return False
    return kind in _TYPES or (
        kind == _JSON_TYPE and not _NO_FEED.search(_split_link(attrs["href"]).path)
    )


def _looks_like_feed(href: str) -> bool:
    parts = _split_link(href)
    if _NO_FEED.search(parts.path) or _NO_FEED.search(parts.query):
        return False
    return bool(
        _FEED_PATH.search(parts.path)
        or _FEED_QUERY.search(parts.query)
        or (parts.netloc.lower().startswith(("feeds.", "rss.")) and len(parts.path) > 1)
    )


def _split_link(href: str) -> SplitResult:
    """Split a link; without host and path if it is no web address."""
    return urlsplit(resolve_feed_link(href, "http://page.example/"))


def _make_candidates(
    links: Iterable[tuple[str, str]], base: str, how: CandidateSource
) -> Iterator[FeedCandidate]:
    for href, title in links:
        address = urldefrag(resolve_feed_link(href, base)).url
        if address:
            yield FeedCandidate(address, markup_to_text(title, MAX_LINK_TITLE_LENGTH), how)


def _is_comment_feed(candidate: FeedCandidate) -> bool:
    return bool(_COMMENTS.search(f"{urlsplit(candidate.url).path} {candidate.title}"))


def _guess_candidates(url: str) -> list[FeedCandidate]:
    return (
        [FeedCandidate(urljoin(url, path), "", "guess") for path in COMMON_FEED_PATHS]
        if resolve_web_link(url, "")
        else []
    )
