"""Bytes of a feed → entries in plain text. The only file that knows feedparser.

feedparser reads almost anything, which real feeds need: 2 to 25 in a hundred are malformed. What it is
given here has been decoded (`text`) and looked over (`screening`); what it gives becomes plain text,
http(s) links, keys that are the same at every poll, and no date that the feed did not name.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final
from xml.sax import SAXException

import feedparser

from tracker.feeds.item import ParsedItem
from tracker.feeds.links import canonical_url, web_link
from tracker.feeds.screening import Screened, screened
from tracker.feeds.text import decoded, plain, shortened, visible

__all__ = ["ParseFailed", "Parsed", "canonical_url", "parse"]

LONGEST_TITLE: Final = 300
LONGEST_SUMMARY: Final = 2_000
LONGEST_DATE: Final = 100
LONGEST_KEY: Final = 500
STAND_IN_TITLE: Final = 100
"""Characters of the summary that make the title of an entry without one."""

MOST_ITEMS: Final = 500
EARLIEST_YEAR: Final = 1990

# feedparser looks for e-mail addresses in authors (40 KB of "a.a.a." take 10 s) and for each category
# among those before it (16,000 take 6 s). Authors and categories are not read here.
feedparser.mixin._FeedParserMixin._sync_author_detail = lambda self, key="author": None
feedparser.mixin._FeedParserMixin._add_tag = lambda self, *tag: self._get_context().setdefault("tags", [])


@dataclass(frozen=True, slots=True)
class Parsed:
    """A feed's title and entries, in the order of the document; `warning` says what was odd about it."""

    title: str
    items: tuple[ParsedItem, ...]
    warning: str | None


@dataclass(frozen=True, slots=True)
class ParseFailed:
    """The document is no feed, or none that can be read, and why in one line."""

    reason: str


def parse(body: bytes, content_type: str, url: str) -> Parsed | ParseFailed:
    """The entries of a feed that was found at `url`; all text plain, all links http(s) and absolute."""
    text = decoded(body, content_type)
    if not text.strip():
        return ParseFailed("an empty answer")
    screen = screened(text)
    if screen.danger:
        return ParseFailed(screen.danger)
    return _read(screen, url) or ParseFailed(_what_came(text, screen.document, content_type))


def _read(screen: Screened, url: str) -> Parsed | ParseFailed | None:
    """The feed; None if feedparser finds none in it."""
    document = screen.document
    # Only xml:base needs the feed's address here. Without it relative ids stay as they are, so that
    # entries are still known when the feed moves.
    place = {"content-location": url} if "xml:base" in document else {}
    try:
        found: Any = feedparser.parse(
            BytesIO(b"<?xml version='1.0' encoding='utf-8'?>\n" + document.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8", **place},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # on some broken documents it stumbles in many ways (KeyError in georss, for one)
        return ParseFailed(f"feedparser stumbled over it ({type(error).__name__})")
    if not found.version and (not found.entries or _HTML.match(document)):
        return None
    items = _keyed([item for entry in found.entries if (item := _item(entry, url))])
    warning = _warning(found, max(screen.cut_from, len(items)))
    return Parsed(plain(_said(found.feed, "title"), LONGEST_TITLE), _newest(items), warning)


def _warning(found: Any, entries: int) -> str | None:
    """What was odd about a document that could be read all the same."""
    odd = []
    if found.bozo:
        error = found.bozo_exception
        odd.append(f"malformed: {error.getMessage() if isinstance(error, SAXException) else error}")
    if entries > MOST_ITEMS:
        odd.append(f"{entries:,} entries, of which the newest {MOST_ITEMS} were read")
    return "; ".join(odd) or None


_HTML: Final = re.compile(r"<html[\s>]", re.IGNORECASE)
_KNOWN: Final = {
    "html": "an HTML page",
    "opml": "an OPML list of feeds",
    "sitemapindex": "a sitemap",
    "urlset": "a sitemap",
}


def _what_came(text: str, document: str, content_type: str) -> str:
    """A document that is no feed, in words."""
    root = re.match(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,40})", document)
    name = root[1].lower() if root else ""
    kind = content_type.partition(";")[0].strip().lower()
    if text.startswith("%PDF"):
        return "a PDF document, not a feed"
    if "\ufffd" in text[:100] or kind.startswith(("image/", "audio/", "video/")):
        return f"not text but {kind or 'unknown data'}"
    if text.lstrip()[:1] in ("{", "["):
        return "a JSON document, not a feed in XML"
    if not name:
        return "plain text, not a feed"
    return f"{_KNOWN.get(name, f'an XML document <{name}>')}, not a feed"


# Entries


def _item(entry: Any, url: str) -> ParsedItem | None:
    """An entry in plain text, its guid for a key ("" if it has none); None if it says nothing."""
    summary = plain(_said(entry, "summary") or _content(entry), LONGEST_SUMMARY)
    title = plain(_said(entry, "title"), LONGEST_TITLE) or shortened(summary, STAND_IN_TITLE)
    if not title:
        return None
    link = web_link(_said(entry, "link"), url)
    published_at, published_raw = _published(entry)
    return ParsedItem(
        key=" ".join(visible(_said(entry, "id")).split()),
        title=title,
        summary=summary,
        url=link,
        canonical_url=canonical_url(link),
        published_at=published_at,
        published_raw=published_raw,
    )


def _said(part: Any, name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""


def _content(entry: Any) -> str:
    return next((text for content in entry.get("content", ()) if (text := _said(content, "value"))), "")


_ISO_DAY: Final = re.compile(r"\s*(\d{4})-?(\d\d)-?(\d\d)(?!\d)", re.ASCII)  # 2022-06-01, 20220601T08Z
_NAMED_DAY: Final = re.compile(
    r"(?<!\d)(\d{1,2})[ -]+[^\W\d]{3,12}\.?,?[ -]+(\d{2,4})(?!\d)"  # Wed, 1 June 2022
    r"|[^\W\d]{3,12} +(\d{1,2}) .{0,20}(\d{4})(?!\d)"  # Wed Jun  1 08:00:00 2022
)


def _published(entry: Any) -> tuple[datetime | None, str]:
    """The first date that can be read, and what the feed said word for word."""
    said = [(_said(entry, name), name) for name in ("published", "updated", "created") if name in entry]
    for raw, name in said:
        at = _date(raw, entry.get(f"{name}_parsed"))
        if at:
            return at, plain(raw, LONGEST_DATE)
    return None, plain(said[0][0], LONGEST_DATE) if said else ""


def _date(raw: str, read: Any) -> datetime | None:
    """What feedparser read, if the text names that very day.

    It invents what it cannot find: "2024/05/06" becomes the first of the current month in 2024,
    "2024-13-40" a new year's day, "1715000000" a day in 1714.
    """
    try:
        year, month, day, hour, minute, second = read[:6]
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return at if at.year >= EARLIEST_YEAR and _names_day(raw, at) else None
    except (OverflowError, TypeError, ValueError):
        return None


def _names_day(raw: str, at: datetime) -> bool:
    """Does the text name the day of `at`, give or take the one that its zone may move it?"""
    iso, named = _ISO_DAY.match(raw), _NAMED_DAY.search(raw)
    if iso:
        year, month, day = map(int, iso.groups())
        return abs(at - datetime(year, month, day, tzinfo=UTC)) < timedelta(days=2)
    if named:
        day, year = (int(n) for n in named.groups() if n)
        near = [at + timedelta(days=n) for n in (-1, 0, 1)]
        return (day, year % 100) in [(d.day, d.year % 100) for d in near]
    return False


def _keyed(items: Sequence[ParsedItem]) -> list[ParsedItem]:
    """Entries with keys that differ: guid, else link, else a hash of the content.

    Where a document uses a key twice, the link and at last the content are added to it. An entry that
    is a copy of another in all of these is left out. Time is no part of a key: an undated entry would
    be new at each poll.
    """
    names = [_names(item) for item in items]
    uses = [Counter(column) for column in zip(*names, strict=True)]
    keyed: dict[str, ParsedItem] = {}
    for item, candidates in zip(items, names, strict=True):
        key = next((n for n, used in zip(candidates, uses, strict=True) if used[n] == 1), candidates[-1])
        keyed.setdefault(key, replace(item, key=key))
    return list(keyed.values())


def _names(item: ParsedItem) -> tuple[str, str, str]:
    digest = _digest(f"{item.title}\n{item.summary}")
    key = item.key or item.url or digest
    if len(key) > LONGEST_KEY:
        key = _digest(key)
    return key, f"{key} {item.url}", f"{key} {item.url} {digest}"


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _newest(items: Sequence[ParsedItem]) -> tuple[ParsedItem, ...]:
    """The newest entries in the order of the document; an undated one is as old as the one before it."""
    if len(items) <= MOST_ITEMS:
        return tuple(items)
    dates, date = [], datetime.max.replace(tzinfo=UTC)
    for item in items:
        date = item.published_at or date
        dates.append(date)
    newest = sorted(range(len(items)), key=lambda n: dates[n], reverse=True)[:MOST_ITEMS]
    return tuple(items[n] for n in sorted(newest))
