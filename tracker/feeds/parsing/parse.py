"""Parse RSS, Atom, RDF and JSON documents.

feedparser reads almost anything, which real feeds need: 2 to 25 in a hundred are malformed. Its
input is decoded and sanitised before; its output becomes plain text, http(s) links, keys that are
the same at every poll, and only dates that the feed names. JSON Feed 1.0 and 1.1, which feedparser
6 cannot read, is parsed here.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol
from xml.parsers import expat

from tracker.feeds.parsing.feedparser_adapter import (
    MAX_ENTRIES_PER_END,
    SanitisedDocument,
    describe_document,
    is_html_page,
    run_feedparser,
    sanitise_document,
)
from tracker.feeds.parsing.parsed_feed import (
    MAX_TITLE_LENGTH,
    MIN_YEAR,
    ParsedEntry,
    ParsedFeed,
    ParseFailed,
    assign_keys,
    explain_truncation,
    item_from_entry,
    load_json,
    mentions_day,
    select_newest,
)
from tracker.feeds.plain_text import decode_document, markup_to_text, remove_invisible, strip_markup
from tracker.feeds.urls import resolve_web_link

__all__ = ["ParseFailed", "ParsedFeed", "parse_feed"]

"""Maximum number of commas and opening brackets. Each may be a value, which takes some 60 bytes."""

_MEDIA_TYPE: Final = "application/feed+json"
_VERSION: Final = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/", re.IGNORECASE)
_NOT_A_FEED: Final = ParseFailed("a JSON document, not a feed")
_RFC_3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)


def is_json(text: str) -> bool:
    """Return True if a document begins like JSON."""
    return text[:1_000].lstrip()[:1] in ("{", "[")


def parse_json_feed(text: str, content_type: str, url: str) -> ParsedFeed | ParseFailed:
    """Parse the JSON feed found at `url`.

    It has to name its version, or to come under the media type of a feed and have items.
    """
    document = load_json(text)
    if isinstance(document, ParseFailed):
        return document
    return (
        _convert_document(document, content_type, url)
        if isinstance(document, dict)
        else _NOT_A_FEED
    )


def _convert_document(
    document: dict[str, Any], content_type: str, url: str
) -> ParsedFeed | ParseFailed:
    entries = document.get("items", [])
    has_media_type = (
        content_type.partition(";")[0].strip().lower() == _MEDIA_TYPE and "items" in document
    )
    if not isinstance(entries, list) or not (
        _VERSION.match(_get_text(document, "version")) or has_media_type
    ):
        return _NOT_A_FEED
    selected = (
        entries
        if len(entries) <= 2 * MAX_ENTRIES_PER_END
        else [*entries[:MAX_ENTRIES_PER_END], *entries[-MAX_ENTRIES_PER_END:]]
    )
    cut_out = len(entries) - len(selected)
    items, names = assign_keys(
        [
            item_from_entry(_read_json_entry(entry), url) if isinstance(entry, dict) else None
            for entry in selected
        ],
        cut_out,
    )
    return ParsedFeed(
        title=markup_to_text(_get_text(document, "title"), MAX_TITLE_LENGTH),
        items=select_newest(items),
        warning=explain_truncation(len(entries) if cut_out else len(items)) or None,
        site_url=resolve_web_link(_get_text(document, "home_page_url"), url),
        names=names,
        format="JSON Feed",
    )


def _read_json_entry(entry: dict[str, Any]) -> ParsedEntry:
    """Convert an entry to plain text; an id that is an address replaces a missing link."""
    guid, html = _get_text(entry, "id"), _get_text(entry, "content_html")
    published, modified = _get_text(entry, "date_published"), _get_text(entry, "date_modified")
    return ParsedEntry(
        guid=guid,
        title=strip_markup(_get_text(entry, "title")),
        summary=strip_markup(_get_text(entry, "summary")),
        content=strip_markup(html)
        if html
        else " ".join(remove_invisible(_get_text(entry, "content_text")).split()),
        link=_get_text(entry, "url")
        or _get_text(entry, "external_url")
        or (guid if guid.startswith("http") else ""),
        published_at=_parse_date(published) or _parse_date(modified),
        published_raw=strip_markup(
            published if _parse_date(published) or not _parse_date(modified) else modified
        ),
        updated_at=_parse_date(modified),
    )


def _parse_date(text: str) -> datetime | None:
    """Parse an RFC 3339 date, in UTC if it names no zone; None for any other text."""
    text = text.strip().upper()
    if not _RFC_3339.fullmatch(text):
        return None
    try:
        date = datetime.fromisoformat(text)
        date = date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
    return date if date.year >= MIN_YEAR else None


def parse_feed(body: bytes, content_type: str, url: str) -> ParsedFeed | ParseFailed:
    """Parse the feed found at `url`; all text is plain, all links are http(s) and absolute."""
    text = decode_document(body, content_type)
    if not text.strip():
        return ParseFailed("an empty answer")
    if is_json(text):
        return parse_json_feed(text, content_type, url)
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
        result = run_feedparser(document, url)
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
        format=result.format,
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


TEXT_BUFFER_SIZE: Final = 1 << 20
"""Characters of text that expat collects before it hands on a text in more than one piece."""


class XmlHandler(Protocol):
    """Handler of elements and text.

    Names are `local`, `uri local` or `uri local prefix`, with one space between.
    """

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""

    def end(self, name: str) -> None:
        """Handle the end of an element."""

    def handle_data(self, text: str) -> None:
        """Handle text between tags."""

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        """Handle a namespace declaration of the next element."""


def parse_xml(document: str, listener: XmlHandler) -> str:
    """Call the listener for each element in order; return the XML error, "" if there is none.

    Nothing is fetched. The caller removes the document type, so there are no entities to expand.
    """
    parser = expat.ParserCreate(None, " ")
    parser.namespace_prefixes = True
    parser.buffer_text = True
    parser.buffer_size = TEXT_BUFFER_SIZE
    parser.StartElementHandler = listener.start
    parser.EndElementHandler = listener.end
    parser.CharacterDataHandler = listener.handle_data
    parser.StartNamespaceDeclHandler = listener.namespace
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        return expat.ErrorString(error.code)
    return ""


_USERLAND: Final = "http://backend.userland.com/rss"


class FeedparserNames:
    """feedparser's names for elements and attributes, with its prefix for each known namespace.

    An element of another namespace gets the prefix that was first declared for it. Names are cached
    until a namespace is declared.
    """

    def __init__(self, known: Mapping[str, str], in_use: Mapping[str, str]) -> None:
        """`known` maps lower-case namespaces to prefixes; `in_use`, which grows, prefixes to
        namespaces.
        """
        self._known, self._in_use = known, in_use
        self._elements: dict[str, str] = {}

    def clear_names(self) -> None:
        """Clear the cache after a namespace declaration."""
        self._elements.clear()

    def map_element(self, name: str) -> str:
        """Return an element's name, such as `media:title`."""
        return self._elements.get(name) or self._make_name(name)

    def _make_name(self, name: str) -> str:
        uri, local = _split_name(name)[:2]
        kind = _USERLAND if _USERLAND[7:] in uri.lower() else uri
        prefix = self._known.get(kind.lower())
        if not prefix and uri:
            prefix = next(
                (
                    candidate
                    for candidate, namespace in self._in_use.items()
                    if candidate and namespace == kind
                ),
                "",
            )
        self._elements[name] = f"{prefix}:{local}".lower() if prefix else local.lower()
        return self._elements[name]

    def map_attributes(self, attributes: Mapping[str, str]) -> dict[str, str]:
        """Return attributes by feedparser's names for them, and by those of the document."""
        known, original = {}, {}
        for name, value in attributes.items():
            uri, local, *prefix = _split_name(name)
            space = self._known.get(uri.lower())
            known[f"{space}:{local}".lower() if space else local.lower()] = value
            original[":".join((*prefix, local)).lower()] = value
        return {**known, **original}


def _split_name(name: str) -> list[str]:
    """Return namespace ("" for none), local name, and the prefix if the document uses one."""
    return name.split(" ") if " " in name else ["", name]


def try_parse(body: bytes, content_type: str, url: str) -> ParsedFeed | ParseFailed:
    """Parse, and report an unforeseen exception as failure of this document. MemoryError passes: it
    affects the process.
    """
    try:
        return parse_feed(body, content_type, url)
    except MemoryError:
        raise
    except Exception as error:  # a bug must fail this document only
        return ParseFailed(f"crashed the parser ({_locate_error(error)})")


def _locate_error(error: Exception) -> str:
    """Return the type and line of an exception; not its message, which may quote the document."""
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    line = (
        f", {Path(traceback.tb_frame.f_code.co_filename).name} line {traceback.tb_lineno}"
        if traceback
        else ""
    )
    return f"{type(error).__name__}{line}"
