"""JSON Feed 1.0 and 1.1 → the same as a feed in XML gives. feedparser 6 cannot read it."""

import json
import re
from datetime import UTC, datetime
from typing import Any, Final

from tracker.feeds.links import web_link
from tracker.feeds.parsing.parsed import (
    EARLIEST_YEAR,
    LONGEST_TITLE,
    Parsed,
    ParseFailed,
    Said,
    gathered,
    item_of,
    newest,
    too_many,
)
from tracker.feeds.parsing.sanitise import EACH_END
from tracker.feeds.text import plain, unmarked, visible

MOST_VALUES: Final = 2_000_000
"""Commas and opening brackets. Each may be a value of its own, which takes 60 bytes or so."""

_MEDIA_TYPE: Final = "application/feed+json"
_VERSION: Final = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/", re.IGNORECASE)
_NOT_A_FEED: Final = ParseFailed("a JSON document, not a feed")
_RFC_3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)


def is_json(text: str) -> bool:
    """Does a document begin as JSON does?"""
    return text[:1_000].lstrip()[:1] in ("{", "[")


def read(text: str, content_type: str, url: str) -> Parsed | ParseFailed:
    """The entries of a JSON feed that was found at `url`.

    A feed names its version, or comes under the media type of a feed and has items.
    """
    if text.count(",") + text.count("{") + text.count("[") > MOST_VALUES:
        return ParseFailed(f"JSON of more than {MOST_VALUES:,} values")
    try:
        # Numbers stay the text that they are: an id of 5,000 digits is an id, and costs no
        # arithmetic.
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        return ParseFailed("JSON nested too deeply")
    except ValueError as error:
        return ParseFailed(f"malformed JSON: {str(error)[:100]}")
    return _feed(found, content_type, url) if isinstance(found, dict) else _NOT_A_FEED


def _feed(found: dict[str, Any], content_type: str, url: str) -> Parsed | ParseFailed:
    entries = found.get("items", [])
    under_its_type = (
        content_type.partition(";")[0].strip().lower() == _MEDIA_TYPE and "items" in found
    )
    if not isinstance(entries, list) or not (
        _VERSION.match(_text(found, "version")) or under_its_type
    ):
        return _NOT_A_FEED
    kept = entries if len(entries) <= 2 * EACH_END else [*entries[:EACH_END], *entries[-EACH_END:]]
    cut_out = len(entries) - len(kept)
    items, names = gathered(
        [item_of(_said_by(entry), url) if isinstance(entry, dict) else None for entry in kept],
        cut_out,
    )
    return Parsed(
        title=plain(_text(found, "title"), LONGEST_TITLE),
        items=newest(items),
        warning=too_many(len(entries) if cut_out else len(items)) or None,
        site_url=web_link(_text(found, "home_page_url"), url),
        names=names,
    )


def _said_by(entry: dict[str, Any]) -> Said:
    """An entry's words as plain text; an id that is an address serves for a missing one."""
    guid, html = _text(entry, "id"), _text(entry, "content_html")
    published, modified = _text(entry, "date_published"), _text(entry, "date_modified")
    return Said(
        guid=guid,
        title=unmarked(_text(entry, "title")),
        summary=unmarked(_text(entry, "summary")),
        content=unmarked(html) if html else " ".join(visible(_text(entry, "content_text")).split()),
        link=_text(entry, "url")
        or _text(entry, "external_url")
        or (guid if guid.startswith("http") else ""),
        published_at=_date(published) or _date(modified),
        published_raw=unmarked(published if _date(published) or not _date(modified) else modified),
        updated_at=_date(modified),
    )


def _text(part: dict[str, Any], name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""


def _date(said: str) -> datetime | None:
    """A date as RFC 3339 has it, in UTC if it names no zone; None for any other."""
    said = said.strip().upper()
    if not _RFC_3339.fullmatch(said):
        return None
    try:
        at = datetime.fromisoformat(said)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
    return at if at.year >= EARLIEST_YEAR else None
