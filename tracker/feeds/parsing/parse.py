"""Parse RSS, Atom and RDF documents. The only module that imports feedparser.

feedparser reads almost anything, which real feeds need: 2 to 25 in a hundred are malformed. Its
input is decoded and sanitised before; its output becomes plain text, http(s) links, keys that are
the same at every poll, and only dates that the feed names.

It is the slowest part of reading, so it does only what is used: no cleaning of markup that becomes
plain text anyway, no resolving of addresses inside markup, no unused elements, and no second
decoding. 110 real feeds (25 MB, 3,371 entries) take it 0.6 s this way, 2.5 s in its own raw mode,
and 7.4 s by default.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import feedparser

from tracker.feeds.links import resolve_web_link
from tracker.feeds.parsing import json_feed
from tracker.feeds.parsing.parsed import (
    MAX_TITLE_LENGTH,
    MIN_YEAR,
    ParsedEntry,
    ParsedFeed,
    ParseFailed,
    assign_keys,
    explain_truncation,
    item_from_entry,
    mentions_day,
    select_newest,
)
from tracker.feeds.parsing.sanitise import (
    MAX_ENTRIES_PER_END,
    SanitisedDocument,
    describe_document,
    is_html_page,
    sanitise_document,
)
from tracker.feeds.parsing.sax import FeedparserNames, parse_xml
from tracker.feeds.text import decode_document, markup_to_text, strip_markup

__all__ = ["ParseFailed", "ParsedFeed", "parse_feed"]


def parse_feed(body: bytes, content_type: str, url: str) -> ParsedFeed | ParseFailed:
    """Parse the feed found at `url`; all text is plain, all links are http(s) and absolute."""
    text = decode_document(body, content_type)
    if not text.strip():
        return ParseFailed("an empty answer")
    if json_feed.is_json(text):
        return json_feed.parse_json_feed(text, content_type, url)
    screen = sanitise_document(text)
    if screen.danger:
        return ParseFailed(screen.danger)
    return _parse_document(screen, url) or ParseFailed(
        describe_document(text, screen.document, content_type)
    )


def _parse_document(screen: SanitisedDocument, url: str) -> ParsedFeed | ParseFailed | None:
    """Return the parsed feed; None if feedparser finds none."""
    document = screen.document
    try:
        result = _run_feedparser(document, url)
    except MemoryError:  # affects the whole process
        raise
    except Exception as error:  # broken documents raise many kinds, such as KeyError in georss
        return ParseFailed(f"feedparser stumbled over it ({type(error).__name__})")
    if not result.version and (not result.entries or is_html_page(document)):
        return None
    entries = [item_from_entry(_read_entry(entry), url) for entry in result.entries]
    cut_out = screen.cut_from - len(entries) if len(entries) == 2 * MAX_ENTRIES_PER_END else 0
    items, names = assign_keys(entries, max(0, cut_out))
    return ParsedFeed(
        title=markup_to_text(_get_text(result.feed, "title"), MAX_TITLE_LENGTH),
        items=select_newest(items),
        warning=_compose_warning(result.fault, max(screen.cut_from, len(items))),
        ttl_seconds=_read_ttl(result.feed),
        site_url=resolve_web_link(_get_text(result.feed, "link"), url),
        names=names,
    )


def _compose_warning(fault: str, entries: int) -> str | None:
    """Return the warning about a malformed or cut document."""
    warnings = (f"malformed: {fault}" if fault else "", explain_truncation(entries))
    return "; ".join(filter(None, warnings)) or None


_PERIOD_SECONDS: Final = {
    "hourly": 3600.0,
    "daily": 86400.0,
    "weekly": 604800.0,
    "monthly": 2592000.0,
    "yearly": 31536000.0,
}
_MAX_TTL_SECONDS: Final = 86400.0


def _read_ttl(feed: Any) -> float:
    """Return the seconds for which a feed asks not to be polled: at most a day, 0 if unspecified or
    invalid.
    """
    minutes = _parse_number(_get_text(feed, "ttl"))
    period = _get_text(feed, "sy_updateperiod").strip().lower()
    if minutes:
        return min(60 * minutes, _MAX_TTL_SECONDS)
    frequency = _parse_number(_get_text(feed, "sy_updatefrequency") or "1")
    return min(_PERIOD_SECONDS.get(period, 0.0) / frequency, _MAX_TTL_SECONDS) if frequency else 0.0


def _parse_number(text: str) -> float:
    text = text.strip()
    return float(text) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text, re.ASCII) else 0.0


# Reduced feedparser


_XML_BASE: Final = re.compile(r"base\s{0,9}=")
_C1: Final = re.compile("[\x80-\x9f]")
_IGNORED_ELEMENTS: Final = frozenset(
    "author category comments contributor email enclosure name uri dc:creator dc:publisher "
    "dc:subject itunes:author itunes:duration itunes:episode itunes:episodetype itunes:explicit "
    "itunes:image itunes:keywords itunes:season media:content media:credit media:keywords "
    "media:thumbnail slash:comments thr:total wfw:commentrss".split()
)
"""Elements of an entry that are not used: a fifth of all elements in real feeds."""


@dataclass(frozen=True, slots=True)
class _FeedparserResult:
    """Result of feedparser; `fault` says why the document is no XML, "" if it is."""

    version: str
    feed: Any
    entries: Any
    fault: str


def _run_feedparser(document: str, url: str) -> _FeedparserResult:
    """Parse a document as feedparser.parse does: as XML, else with its lenient parser.

    Only xml:base needs the feed's address here. (feedparser also obeys an attribute `base`. Without
    an address to return to, the base of one entry would apply to those after it.)
    """
    home = url if _XML_BASE.search(document) else ""
    strict = _StrictParser(home)
    fault = parse_xml(document, strict)
    if not fault:
        return _FeedparserResult(strict.version, strict.feeddata, strict.entries, "")
    loose = _LooseParser(home)
    loose.feed(document)
    return _FeedparserResult(loose.version, loose.feeddata, loose.entries, fault)


class _LeanParser(feedparser.mixin._FeedParserMixin):  # type: ignore[misc]
    """feedparser's handling of elements, without the unused parts.

    It searches authors for e-mail addresses (40 KB of "a.a.a." take 10 s) and compares each
    category with those before it (16,000 take 6 s); both are skipped here. Ids are not resolved, so
    that entries are still recognised when the feed moves.
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
        self.contentparams: Any = _ContentParams(self.contentparams)

    def resolve_uri(self, uri: str) -> Any:
        """Resolve an address against xml:base; the feed's own address is applied later."""
        if self.baseuri != self.home:
            return super().resolve_uri(uri)
        return feedparser.urls._urljoin("", uri) if ":///" in uri else uri

    def _end_guid(self) -> None:
        super()._end_guid()
        context = self._get_context()
        if context.get("guidislink"):  # the guid has become the link
            context["link"] = self.resolve_uri(context["link"])

    _end_id = _end_guid


class _ContentParams(dict[str, Any]):
    """feedparser's attributes of a text; it deep-copies them twice, which takes 20 µs
    by default.
    """

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        return dict(self)  # all values are strings


class _LooseParser(_LeanParser, feedparser.api.LooseFeedParser):  # type: ignore[misc]
    pass


class _StrictParser(_LeanParser, feedparser.api.StrictFeedParser):  # type: ignore[misc]
    """feedparser's handling of well-formed XML, called by `parse_xml`."""

    decls: dict[str, str]

    def __init__(self, home: str) -> None:
        super().__init__(home)
        self.element_names = FeedparserNames(self._matchnamespaces, self.namespaces_in_use)
        self.skipped: list[bool] = []

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        self.element_names.clear_names()
        self.startPrefixMapping(prefix, uri)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self.element_names.map_element(name)
        # feedparser keeps no text directly in an entry, so the text of a skipped element is lost.
        is_ignored = (
            tag in _IGNORED_ELEMENTS and self.inentry and self.elementstack[-1][0] == "item"
        )
        self.skipped.append(is_ignored)
        attrs, self.decls = self.decls, {}
        if is_ignored:
            self.depth += 1
            return
        if attributes:
            attrs.update(self.element_names.map_attributes(attributes))
        self.unknown_starttag(tag, list(attrs.items()))

    def end(self, name: str) -> None:
        if self.skipped.pop():
            self.depth -= 1
        else:
            self.unknown_endtag(self.element_names.map_element(name))

    @staticmethod
    def decode_entities(element: str, text: str) -> str:
        return _FastText(text)


class _FastText(str):
    """Text that is quick to translate: Windows characters in C1 are replaced only if
    there are any.
    """

    __slots__ = ()

    def translate(self, table: Any) -> str:
        return str(self).translate(table) if _C1.search(self) else str(self)


# Entries


def _read_entry(entry: Any) -> ParsedEntry:
    """Convert an entry to plain text."""
    summary = _get_text(entry, "summary")
    content = max(
        (_get_text(content, "value") for content in entry.get("content", ())), key=len, default=""
    )
    summary_text = strip_markup(summary)
    published_at, published_raw = _find_published(entry)
    updated_at = (
        _check_date(_get_text(entry, "updated"), entry.get("updated_parsed"))
        if "updated" in entry
        else None
    )
    return ParsedEntry(
        guid=_get_text(entry, "id"),
        title=strip_markup(_get_text(entry, "title")),
        summary=summary_text,
        content=summary_text if content == summary else strip_markup(content),
        link=_get_text(entry, "link"),
        published_at=published_at,
        published_raw=strip_markup(published_raw),
        updated_at=updated_at,
    )


def _get_text(part: Any, name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""


def _find_published(entry: Any) -> tuple[datetime | None, str]:
    """Return the first readable date, and the original text of a date."""
    dates = [
        (_get_text(entry, name), name)
        for name in ("published", "updated", "created")
        if name in entry
    ]
    for raw, name in dates:
        date = _check_date(raw, entry.get(f"{name}_parsed"))
        if date:
            return date, raw
    return None, dates[0][0] if dates else ""


def _check_date(raw: str, parsed_time: Any) -> datetime | None:
    """Return feedparser's date if the text names that very day.

    It invents what it cannot find: "2024/05/06" becomes the first of the current month in 2024,
    "2024-13-40" a new year's day, "1715000000" a day in 1714.
    """
    try:
        year, month, day, hour, minute, second = parsed_time[:6]
        date = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return date if date.year >= MIN_YEAR and mentions_day(raw, date) else None
    except (OverflowError, TypeError, ValueError):
        return None
