"""The feeds behind a page: those that it names, else those that it links to, else where they
usually are.

Nothing is fetched here; whoever asks tries the addresses in their order. A page is hostile too:
only its beginning is read, in time proportional to it, and at most 20 addresses come out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit

from tracker.feeds.discovery.feed_names import feed_link
from tracker.feeds.links import web_link
from tracker.feeds.markup import page_text, read_markup
from tracker.feeds.text import plain

How = Literal["link", "anchor", "guess"]
"""The page names it as a feed, links to what looks like one, or it would be at a usual place."""

LONGEST_PAGE: Final = 512_000
"""Bytes that are read; a page names its feeds in its head."""

MOST_CANDIDATES: Final = 20
MOST_LINKS: Final = 2_000
"""Links that are kept of a page before they are sorted."""

LONGEST_TITLE: Final = 300

USUAL_PATHS: Final = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/rss")

_TYPES: Final = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
)
_JSON: Final = "application/json"
"""What JSON Feed 1.0 said of itself. WordPress says it of each page's entry in its interface
(/wp-json/).
"""

_FEED_PATH: Final = re.compile(
    r"/(?:feeds?|rss\d?|atom|rdf)(?:/|$)|\.(?:rss|atom|rdf|xml)$|/feed\.json$|(?:^|[/._-])(?:rss|atom)\.\w{2,5}$",
    re.IGNORECASE,
)
_FEED_QUERY: Final = re.compile(
    r"(?:^|&)(?:feed|format|type|output|alt)=(?:rss|atom|rdf|feed)", re.IGNORECASE
)
_NO_FEED: Final = re.compile(
    r"sitemap|opensearch|osd\.xml|/wp-json/|xmlrpc|:/|%3a|\.(?:html?|png|jpe?g|svg|gif|webp)$",
    re.IGNORECASE,
)
"""Other documents in XML or JSON, and services that carry somebody's address in their own."""

_COMMENTS: Final = re.compile(r"\bcomments?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address where a feed may be, what the page calls it, and how it was found."""

    url: str
    title: str
    how: How


def feeds_of_page(html: bytes, content_type: str, url: str) -> tuple[Candidate, ...]:
    """Where the feeds of the page at `url` may be, the likeliest first and feeds of comments
    last.
    """
    page = _Page()
    read_markup(page_text(html, content_type, LONGEST_PAGE), page)
    base = web_link(page.base, url) or url
    found = [*_candidates(page.named, base, "link"), *_candidates(page.linked, base, "anchor")]
    here = urldefrag(url).url
    distinct: dict[str, Candidate] = {}
    for candidate in found:
        if candidate.url != here:
            distinct.setdefault(candidate.url, candidate)
    likely = sorted(distinct.values(), key=_is_of_comments)
    return tuple(likely[:MOST_CANDIDATES] or _guesses(url))


class _Page:
    """Hears the tags of a page; keeps the links that say that they lead to a feed, and those that
    look it.
    """

    def __init__(self) -> None:
        self.base = ""
        self.named: list[tuple[str, str]] = []
        self.linked: list[tuple[str, str]] = []
        self._name: list[str] | None = None
        self._seen = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        href = attrs.get("href", "").strip()
        if not href or self._seen == MOST_LINKS:
            return
        if tag == "base":
            self.base = self.base or href
        elif tag == "link" and _says_feed(attrs):
            self._seen += 1
            self.named.append((href, attrs.get("title", "")))
        elif tag == "a" and _looks_like_feed(href):
            self._seen += 1
            self.linked.append((href, attrs.get("title", "")))
            self._name = []

    def data(self, data: str) -> None:
        if self._name is not None and len(self._name) < 10:
            self._name.append(data[:LONGEST_TITLE])

    def end(self, tag: str) -> None:
        if tag == "a" and self._name is not None:
            href, title = self.linked[-1]
            self.linked[-1] = href, title or "".join(self._name)
            self._name = None

    def close(self) -> None:
        """Nothing is left to do."""


def _says_feed(attrs: dict[str, str]) -> bool:
    relations = attrs.get("rel", "").lower().split()
    kind = attrs.get("type", "").partition(";")[0].strip().lower()
    if "alternate" not in relations:
        return False
    return kind in _TYPES or (kind == _JSON and not _NO_FEED.search(_parts(attrs["href"]).path))


def _looks_like_feed(href: str) -> bool:
    parts = _parts(href)
    if _NO_FEED.search(parts.path) or _NO_FEED.search(parts.query):
        return False
    return bool(
        _FEED_PATH.search(parts.path)
        or _FEED_QUERY.search(parts.query)
        or (parts.netloc.lower().startswith(("feeds.", "rss.")) and len(parts.path) > 1)
    )


def _parts(href: str) -> SplitResult:
    """A link taken apart, wherever it stands; without a host and path if it does not lead into the
    web.
    """
    return urlsplit(feed_link(href, "http://page.example/"))


def _candidates(links: Iterable[tuple[str, str]], base: str, how: How) -> Iterator[Candidate]:
    for href, title in links:
        address = urldefrag(feed_link(href, base)).url
        if address:
            yield Candidate(address, plain(title, LONGEST_TITLE), how)


def _is_of_comments(candidate: Candidate) -> bool:
    return bool(_COMMENTS.search(f"{urlsplit(candidate.url).path} {candidate.title}"))


def _guesses(url: str) -> list[Candidate]:
    return (
        [Candidate(urljoin(url, path), "", "guess") for path in USUAL_PATHS]
        if web_link(url, "")
        else []
    )
