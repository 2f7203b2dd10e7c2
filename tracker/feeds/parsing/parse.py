"""Bytes of a feed → entries in plain text. The only file that knows feedparser.

feedparser reads almost anything, which real feeds need: 2 to 25 in a hundred are malformed. What it
is given here has been decoded (`text`) and looked over (`screening`); what it gives becomes plain
text, http(s) links, keys that are the same at every poll, and no date that the feed did not name.

It is the parser of record, and the slowest part of reading, so it is asked to do only what is used:
no cleaning of markup that becomes plain text anyway, no addresses inside markup made absolute, no
elements that nobody reads, and no decoding of what has been decoded. 110 real feeds (25 MB, 3,371
entries) take it 0.6 s this way, 2.5 s in its own raw mode, and 7.4 s as it comes.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import feedparser

from tracker.feeds.links import web_link
from tracker.feeds.parsing import json_feed
from tracker.feeds.parsing.parsed import (
    EARLIEST_YEAR,
    LONGEST_TITLE,
    Parsed,
    ParseFailed,
    Said,
    gathered,
    item_of,
    names_day,
    newest,
    too_many,
)
from tracker.feeds.parsing.sanitise import EACH_END, Screened, is_page, screened, what_came
from tracker.feeds.parsing.sax import Spelling, drive
from tracker.feeds.text import decoded, plain, unmarked

__all__ = ["ParseFailed", "Parsed", "parse"]


def parse(body: bytes, content_type: str, url: str) -> Parsed | ParseFailed:
    """The entries of a feed that was found at `url`; all text plain, all links http(s) and
    absolute.
    """
    text = decoded(body, content_type)
    if not text.strip():
        return ParseFailed("an empty answer")
    if json_feed.is_json(text):
        return json_feed.read(text, content_type, url)
    screen = screened(text)
    if screen.danger:
        return ParseFailed(screen.danger)
    return _read(screen, url) or ParseFailed(what_came(text, screen.document, content_type))


def _read(screen: Screened, url: str) -> Parsed | ParseFailed | None:
    """The feed; None if feedparser finds none in it."""
    document = screen.document
    try:
        found = _found(document, url)
    except MemoryError:  # the process is what it hits
        raise
    except (
        Exception
    ) as error:  # on some broken documents it stumbles in many ways (KeyError in georss, for one)
        return ParseFailed(f"feedparser stumbled over it ({type(error).__name__})")
    if not found.version and (not found.entries or is_page(document)):
        return None
    entries = [item_of(_said_by(entry), url) for entry in found.entries]
    cut_out = screen.cut_from - len(entries) if len(entries) == 2 * EACH_END else 0
    items, names = gathered(entries, max(0, cut_out))
    return Parsed(
        title=plain(_text(found.feed, "title"), LONGEST_TITLE),
        items=newest(items),
        warning=_warning(found.fault, max(screen.cut_from, len(items))),
        ttl_seconds=_ttl(found.feed),
        site_url=web_link(_text(found.feed, "link"), url),
        names=names,
    )


def _warning(fault: str, entries: int) -> str | None:
    """What was odd about a document that could be read all the same."""
    odd = (f"malformed: {fault}" if fault else "", too_many(entries))
    return "; ".join(filter(None, odd)) or None


_PERIODS: Final = {
    "hourly": 3600.0,
    "daily": 86400.0,
    "weekly": 604800.0,
    "monthly": 2592000.0,
    "yearly": 31536000.0,
}
_LONGEST_TTL: Final = 86400.0


def _ttl(feed: Any) -> float:
    """Seconds for which a feed asks to be left alone: at most a day, 0 when it says nothing or
    nonsense.
    """
    minutes, period = _number(_text(feed, "ttl")), _text(feed, "sy_updateperiod").strip().lower()
    if minutes:
        return min(60 * minutes, _LONGEST_TTL)
    times = _number(_text(feed, "sy_updatefrequency") or "1")
    return min(_PERIODS.get(period, 0.0) / times, _LONGEST_TTL) if times else 0.0


def _number(text: str) -> float:
    text = text.strip()
    return float(text) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text, re.ASCII) else 0.0


# feedparser, with less to do


_NAMED_BASE: Final = re.compile(r"base\s{0,9}=")
_C1: Final = re.compile("[\x80-\x9f]")
_UNREAD: Final = frozenset(
    "author category comments contributor email enclosure name uri dc:creator dc:publisher "
    "dc:subject itunes:author itunes:duration itunes:episode itunes:episodetype itunes:explicit "
    "itunes:image itunes:keywords itunes:season media:content media:credit media:keywords "
    "media:thumbnail slash:comments thr:total wfw:commentrss".split()
)
"""Elements of an entry that say nothing we keep: a fifth of all elements in real feeds."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What feedparser found; `fault` says why the document is no XML, "" if it is."""

    version: str
    feed: Any
    entries: Any
    fault: str


def _found(document: str, url: str) -> _Found:
    """Read a document as feedparser.parse does: as XML, else with the parser that forgives
    anything.

    Only xml:base needs the feed's address here. (feedparser also believes an attribute `base`.
    Without an address to go back to, the base of one entry would hold for those after it.)
    """
    home = url if _NAMED_BASE.search(document) else ""
    strict = _Strict(home)
    fault = drive(document, strict)
    if not fault:
        return _Found(strict.version, strict.feeddata, strict.entries, "")
    loose = _Loose(home)
    loose.feed(document)
    return _Found(loose.version, loose.feeddata, loose.entries, fault)


class _Lean(feedparser.mixin._FeedParserMixin):  # type: ignore[misc]
    """feedparser's reading of elements, without what we do not use.

    It looks for e-mail addresses in authors (40 KB of "a.a.a." take 10 s) and for each category
    among those before it (16,000 take 6 s); authors and categories are not read here. Ids stay as
    they are, so that entries are still known when the feed moves.
    """

    resolve_relative_uris = False
    sanitize_html = False
    can_be_relative_uri = feedparser.mixin._FeedParserMixin.can_be_relative_uri - {"id"}

    def __init__(self, home: str) -> None:
        super().__init__(feedparser.urls.make_safe_absolute_uri(home, home), None, "utf-8")
        self.home = self.baseuri

    def _sync_author_detail(self, key: str = "author") -> None: ...

    def _add_tag(self, *tag: object) -> None:
        self._get_context().setdefault("tags", [])

    def push_content(self, tag: str, attrs: Any, kind: str, expecting_text: Any) -> None:
        super().push_content(tag, attrs, kind, expecting_text)
        self.contentparams: Any = _Params(self.contentparams)

    def resolve_uri(self, uri: str) -> Any:
        """An address as xml:base has it; against the feed's own address it is resolved later."""
        if self.baseuri != self.home:
            return super().resolve_uri(uri)
        return feedparser.urls._urljoin("", uri) if ":///" in uri else uri

    def _end_guid(self) -> None:
        super()._end_guid()
        context = self._get_context()
        if context.get("guidislink"):  # so the guid has become the link
            context["link"] = self.resolve_uri(context["link"])

    _end_id = _end_guid


class _Params(dict[str, Any]):
    """What feedparser notes of a text while it reads it; it copies that twice for each, in 20 µs if
    nobody helps.
    """

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        return dict(self)  # all values are strings


class _Loose(_Lean, feedparser.api.LooseFeedParser):  # type: ignore[misc]
    pass


class _Strict(_Lean, feedparser.api.StrictFeedParser):  # type: ignore[misc]
    """feedparser's reading of well-formed XML; `drive` tells it of the elements."""

    decls: dict[str, str]

    def __init__(self, home: str) -> None:
        super().__init__(home)
        self.spelling = Spelling(self._matchnamespaces, self.namespaces_in_use)
        self.passed_over: list[bool] = []

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        self.spelling.forget()
        self.startPrefixMapping(prefix, uri)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self.spelling.of_element(name)
        # Directly in an entry feedparser keeps no text, so what stands in the element goes nowhere.
        unread = tag in _UNREAD and self.inentry and self.elementstack[-1][0] == "item"
        self.passed_over.append(unread)
        attrs, self.decls = self.decls, {}
        if unread:
            self.depth += 1
            return
        if attributes:
            attrs.update(self.spelling.of_attributes(attributes))
        self.unknown_starttag(tag, list(attrs.items()))

    def end(self, name: str) -> None:
        if self.passed_over.pop():
            self.depth -= 1
        else:
            self.unknown_endtag(self.spelling.of_element(name))

    @staticmethod
    def decode_entities(element: str, text: str) -> str:
        return _Text(text)


class _Text(str):
    """Text that is quick to translate: Windows characters in C1 are put right only where there are
    any.
    """

    __slots__ = ()

    def translate(self, table: Any) -> str:
        return str(self).translate(table) if _C1.search(self) else str(self)


# Entries


def _said_by(entry: Any) -> Said:
    """An entry's words as plain text."""
    summary = _text(entry, "summary")
    content = max(
        (_text(content, "value") for content in entry.get("content", ())), key=len, default=""
    )
    summary_text = unmarked(summary)
    published_at, published_raw = _published(entry)
    updated_at = (
        _date(_text(entry, "updated"), entry.get("updated_parsed")) if "updated" in entry else None
    )
    return Said(
        guid=_text(entry, "id"),
        title=unmarked(_text(entry, "title")),
        summary=summary_text,
        content=summary_text if content == summary else unmarked(content),
        link=_text(entry, "link"),
        published_at=published_at,
        published_raw=unmarked(published_raw),
        updated_at=updated_at,
    )


def _text(part: Any, name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""


def _published(entry: Any) -> tuple[datetime | None, str]:
    """The first date that can be read, and what the feed said word for word."""
    said = [
        (_text(entry, name), name) for name in ("published", "updated", "created") if name in entry
    ]
    for raw, name in said:
        at = _date(raw, entry.get(f"{name}_parsed"))
        if at:
            return at, raw
    return None, said[0][0] if said else ""


def _date(raw: str, read: Any) -> datetime | None:
    """What feedparser read, if the text names that very day.

    It invents what it cannot find: "2024/05/06" becomes the first of the current month in 2024,
    "2024-13-40" a new year's day, "1715000000" a day in 1714.
    """
    try:
        year, month, day, hour, minute, second = read[:6]
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return at if at.year >= EARLIEST_YEAR and names_day(raw, at) else None
    except (OverflowError, TypeError, ValueError):
        return None
