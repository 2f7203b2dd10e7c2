"""Parse JSON Feed 1.0 and 1.1, which feedparser 6 cannot read."""

import json
import re
from datetime import UTC, datetime
from typing import Any, Final

from tracker.feeds.parsing.parsed_feed import (
    MAX_TITLE_LENGTH,
    MIN_YEAR,
    ParsedEntry,
    ParsedFeed,
    ParseFailed,
    assign_keys,
    explain_truncation,
    item_from_entry,
    select_newest,
)
from tracker.feeds.parsing.sanitise import MAX_ENTRIES_PER_END
from tracker.feeds.plain_text import markup_to_text, remove_invisible, strip_markup
from tracker.feeds.urls import resolve_web_link

MAX_JSON_VALUES: Final = 2_000_000
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
    if text.count(",") + text.count("{") + text.count("[") > MAX_JSON_VALUES:
        return ParseFailed(f"JSON of more than {MAX_JSON_VALUES:,} values")
    try:
        # Keep numbers as text: an id of 5,000 digits is an id and needs no arithmetic.
        document = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        return ParseFailed("JSON nested too deeply")
    except ValueError as error:
        return ParseFailed(f"malformed JSON: {str(error)[:100]}")
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
            item_from_entry(_read_entry(entry), url) if isinstance(entry, dict) else None
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
    )


def _read_entry(entry: dict[str, Any]) -> ParsedEntry:
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


def _get_text(part: dict[str, Any], name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""


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
