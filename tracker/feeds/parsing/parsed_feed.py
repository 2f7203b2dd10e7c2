"""Parsed feeds, and the conversion of their entries to items.

Keys are the same at every poll: guid, else link, else a hash of the content; time is no part of
them, or an undated entry would be new each time.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tracker.feeds.item import ParsedItem
from tracker.feeds.plain_text import remove_invisible, shorten_text
from tracker.feeds.urls import canonical_url, resolve_web_link

MAX_TITLE_LENGTH: Final = 300
MAX_SUMMARY_LENGTH: Final = 2_000
MAX_CONTENT_LENGTH: Final = 20_000
MAX_DATE_LENGTH: Final = 100
MAX_KEY_LENGTH: Final = 500
SUBSTITUTE_TITLE_LENGTH: Final = 100
"""Characters of the summary that serve as title of an entry without one."""

MAX_ITEMS: Final = 500
MAX_JSON_VALUES: Final = 2_000_000
MIN_YEAR: Final = 1990
NO_NAME_HASH: Final = bytes(8)


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """Title and entries of a feed, in the order of the document; `warning` describes defects.

    `ttl_seconds` is how long the document asks not to be polled, 0 if unspecified. `names` has 8
    bytes for each entry of the document, in order: a hash of its guid, else link, else content,
    before duplicates are made distinct; zeros for an entry that was left out. `format` is its name
    and version, such as RSS 2.0.
    """

    title: str
    items: tuple[ParsedItem, ...]
    warning: str | None
    ttl_seconds: float = 0.0
    site_url: str = ""
    names: tuple[bytes, ...] = ()
    format: str = ""


@dataclass(frozen=True, slots=True)
class ParseFailed:
    """The document is no readable feed; the reason in one line."""

    reason: str


def load_json(text: str) -> Any:
    """Load a JSON document with its numbers as text, or return a `ParseFailed`.

    An id of 5,000 digits needs no arithmetic, and the text of a value is what a person checks.
    """
    if text.count(",") + text.count("{") + text.count("[") > MAX_JSON_VALUES:
        return ParseFailed(f"JSON of more than {MAX_JSON_VALUES:,} values")
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        return ParseFailed("JSON nested too deeply")
    except ValueError as error:
        return ParseFailed(f"malformed JSON: {str(error)[:100]}")


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    """Fields of an entry; "" where missing.

    `title`, `summary` and `content` are plain text in one line and of any length, `guid` and `link`
    are verbatim.
    """

    guid: str
    title: str
    summary: str
    content: str
    link: str
    published_at: datetime | None
    published_raw: str
    updated_at: datetime | None


def item_from_entry(entry: ParsedEntry, url: str) -> ParsedItem | None:
    """Convert an entry of the feed at `url` to an item with its guid as key ("" if it has none);
    None if the entry is empty.

    The content is kept only where it exceeds the summary, which may be the same text cut short.
    """
    summary = shorten_text(entry.summary or entry.content, MAX_SUMMARY_LENGTH)
    title = shorten_text(entry.title, MAX_TITLE_LENGTH) or shorten_text(
        summary, SUBSTITUTE_TITLE_LENGTH
    )
    if not title:
        return None
    content = shorten_text(entry.content or entry.summary, MAX_CONTENT_LENGTH)
    if content in summary:
        content = ""
    link = resolve_web_link(entry.link, url)
    return ParsedItem(
        key=" ".join(remove_invisible(entry.guid).split()),
        title=title,
        summary=summary,
        content=content,
        url=link,
        canonical_url=canonical_url(link),
        published_at=entry.published_at,
        published_raw=shorten_text(entry.published_raw, MAX_DATE_LENGTH),
        updated_at=entry.updated_at,
        fingerprint=hashlib.blake2b(
            f"{title}\n{summary}\n{content}".encode(), digest_size=16
        ).hexdigest(),
    )


def assign_keys(
    entries: Sequence[ParsedItem | None], cut_out: int = 0
) -> tuple[list[ParsedItem], tuple[bytes, ...]]:
    """Make the keys of items distinct; return the items and the first name of each entry. `cut_out`
    more entries were in the middle.

    Where a document uses a key twice, the link and at last the content are appended to it. An entry
    that is a copy of another in all of these is left out.
    """
    by_place = {place: item for place, item in enumerate(entries) if item}
    names = {place: _choose_name(item) for place, item in by_place.items()}
    places: dict[str, list[int]] = {}
    for place, name in names.items():
        places.setdefault(name, []).append(place)
    keys: dict[int, str] = {}
    for name, same_name in places.items():
        keys.update(
            _make_distinct_keys(name, {place: by_place[place] for place in same_name})
            if len(same_name) > 1
            else {same_name[0]: name}
        )
    items: dict[str, ParsedItem] = {}
    for place, key in sorted(keys.items()):
        # The guid of another entry may be equal to a distinct key.
        unique_key = key if key not in items else f"{key} {_hash_content(by_place[place])}"
        items.setdefault(unique_key, _replace_key(by_place[place], unique_key))
    name_hashes = [hash_name(names[n]) if n in names else NO_NAME_HASH for n in range(len(entries))]
    name_hashes[len(name_hashes) // 2 : len(name_hashes) // 2] = [NO_NAME_HASH] * cut_out
    return list(items.values()), tuple(name_hashes)


def explain_truncation(entries: int) -> str:
    """Return a warning if not all entries of a document were read, else ""."""
    return (
        f"{entries:,} entries, of which the newest {MAX_ITEMS} were read"
        if entries > MAX_ITEMS
        else ""
    )


def select_newest(items: Sequence[ParsedItem]) -> tuple[ParsedItem, ...]:
    """Return the newest entries in the order of the document; an undated one counts as old as the
    one before it.
    """
    if len(items) <= MAX_ITEMS:
        return tuple(items)
    dates, date = [], datetime.max.replace(tzinfo=UTC)
    for item in items:
        date = item.published_at or date
        dates.append(date)
    latest = sorted(range(len(items)), key=lambda n: dates[n], reverse=True)[:MAX_ITEMS]
    return tuple(items[n] for n in sorted(latest))


_ISO_DAY: Final = re.compile(
    r"\s*(\d{4})-?(\d\d)-?(\d\d)(?!\d)", re.ASCII
)  # 2022-06-01, 20220601T08Z
_NAMED_DAY: Final = re.compile(
    r"(?<!\d)(\d{1,2})[ -]+[^\W\d]{3,12}\.?,?[ -]+(\d{2,4})(?!\d)"  # Wed, 1 June 2022
    r"|[^\W\d]{3,12} +(\d{1,2}) .{0,20}(\d{4})(?!\d)"  # Wed Jun  1 08:00:00 2022
)


def mentions_day(raw: str, at: datetime) -> bool:
    """Return True if the text names the day of `at` or, because of time zones, a
    neighbouring one.
    """
    iso, named = _ISO_DAY.match(raw), _NAMED_DAY.search(raw)
    if iso:
        year, month, day = map(int, iso.groups())
        return abs(at - datetime(year, month, day, tzinfo=UTC)) < timedelta(days=2)
    if named:
        day, year = (int(n) for n in named.groups() if n)
        near = [at + timedelta(days=n) for n in (-1, 0, 1)]
        return (day, year % 100) in [(d.day, d.year % 100) for d in near]
    return False


def _choose_name(item: ParsedItem) -> str:
    name = item.key or item.url or _hash_content(item)
    return name if len(name) <= MAX_KEY_LENGTH else _hash_text(name)


def _make_distinct_keys(name: str, items: Mapping[int, ParsedItem]) -> dict[int, str]:
    """Return keys for entries of one name, by their places; none for copies of an earlier one."""
    distinct: dict[tuple[str, str], int] = {}
    for place, item in items.items():
        distinct.setdefault((item.url, _hash_content(item)), place)
    if len(distinct) == 1:
        return dict.fromkeys(distinct.values(), name)
    links = Counter(url for url, _ in distinct)
    return {
        place: f"{name} {url}" if links[url] == 1 else f"{name} {url} {content}"
        for (url, content), place in distinct.items()
    }


def _replace_key(item: ParsedItem, key: str) -> ParsedItem:
    return item if item.key == key else replace(item, key=key)


def _hash_content(item: ParsedItem) -> str:
    return _hash_text(f"{item.title}\n{item.summary}")


def _hash_text(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def hash_name(name: str) -> bytes:
    """Return the 8 bytes that are stored for a name."""
    return hashlib.blake2b(name.encode(), digest_size=8).digest()
