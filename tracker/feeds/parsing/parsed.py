"""What reading a document gives, and how entries of any kind of feed become items.

Keys are the same at every poll: guid, else link, else a hash of the content; time is no part of
them, or an undated entry would be new each time.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from tracker.feeds.item import ParsedItem
from tracker.feeds.links import canonical_url, web_link
from tracker.feeds.text import shortened, visible

LONGEST_TITLE: Final = 300
LONGEST_SUMMARY: Final = 2_000
LONGEST_CONTENT: Final = 20_000
LONGEST_DATE: Final = 100
LONGEST_KEY: Final = 500
STAND_IN_TITLE: Final = 100
"""Characters of the summary that make the title of an entry without one."""

MOST_ITEMS: Final = 500
EARLIEST_YEAR: Final = 1990
NO_NAME: Final = bytes(8)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A feed's title and entries, in the order of the document; `warning` says what was odd about
    it.

    `ttl_seconds` is how long the document asks to be left alone, 0 if it does not. `names` has 8
    bytes for each entry of the document, in order: a hash of its guid, else link, else content,
    before those used twice are told apart; zeros for an entry that was left out.
    """

    title: str
    items: tuple[ParsedItem, ...]
    warning: str | None
    ttl_seconds: float = 0.0
    site_url: str = ""
    names: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class ParseFailed:
    """The document is no feed, or none that can be read, and why in one line."""

    reason: str


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says of itself; "" where it says nothing.

    `title`, `summary` and `content` are plain text in one line and of any length, `guid` and `link`
    what the feed has, word for word.
    """

    guid: str
    title: str
    summary: str
    content: str
    link: str
    published_at: datetime | None
    published_raw: str
    updated_at: datetime | None


def item_of(said: Said, url: str) -> ParsedItem | None:
    """An entry of the feed at `url`, its guid for a key ("" if it has none); None if it says
    nothing.

    The content is kept where it says more than the summary, which may be the same text cut short.
    """
    summary = shortened(said.summary or said.content, LONGEST_SUMMARY)
    title = shortened(said.title, LONGEST_TITLE) or shortened(summary, STAND_IN_TITLE)
    if not title:
        return None
    content = shortened(said.content or said.summary, LONGEST_CONTENT)
    if content in summary:
        content = ""
    link = web_link(said.link, url)
    return ParsedItem(
        key=" ".join(visible(said.guid).split()),
        title=title,
        summary=summary,
        content=content,
        url=link,
        canonical_url=canonical_url(link),
        published_at=said.published_at,
        published_raw=shortened(said.published_raw, LONGEST_DATE),
        updated_at=said.updated_at,
        fingerprint=hashlib.blake2b(
            f"{title}\n{summary}\n{content}".encode(), digest_size=16
        ).hexdigest(),
    )


def gathered(
    entries: Sequence[ParsedItem | None], cut_out: int = 0
) -> tuple[list[ParsedItem], tuple[bytes, ...]]:
    """Items with keys that differ, and the first name of each entry; `cut_out` more entries were in
    the middle.

    Where a document uses a key twice, the link and at last the content are added to it. An entry
    that is a copy of another in all of these is left out.
    """
    kept = {place: item for place, item in enumerate(entries) if item}
    firsts = {place: _first_name(item) for place, item in kept.items()}
    places: dict[str, list[int]] = {}
    for place, first in firsts.items():
        places.setdefault(first, []).append(place)
    keys: dict[int, str] = {}
    for first, same in places.items():
        keys.update(
            _told_apart(first, {place: kept[place] for place in same})
            if len(same) > 1
            else {same[0]: first}
        )
    items: dict[str, ParsedItem] = {}
    for place, key in sorted(keys.items()):
        free = (
            key if key not in items else f"{key} {_content_name(kept[place])}"
        )  # another's guid may look like it
        items.setdefault(free, _with_key(kept[place], free))
    names = [name_hash(firsts[n]) if n in firsts else NO_NAME for n in range(len(entries))]
    names[len(names) // 2 : len(names) // 2] = [NO_NAME] * cut_out
    return list(items.values()), tuple(names)


def too_many(entries: int) -> str:
    """A warning if not all entries of a document were read, else ""."""
    return (
        f"{entries:,} entries, of which the newest {MOST_ITEMS} were read"
        if entries > MOST_ITEMS
        else ""
    )


def newest(items: Sequence[ParsedItem]) -> tuple[ParsedItem, ...]:
    """The newest entries in the order of the document; an undated one is as old as the one before
    it.
    """
    if len(items) <= MOST_ITEMS:
        return tuple(items)
    dates, date = [], datetime.max.replace(tzinfo=UTC)
    for item in items:
        date = item.published_at or date
        dates.append(date)
    latest = sorted(range(len(items)), key=lambda n: dates[n], reverse=True)[:MOST_ITEMS]
    return tuple(items[n] for n in sorted(latest))


_ISO_DAY: Final = re.compile(
    r"\s*(\d{4})-?(\d\d)-?(\d\d)(?!\d)", re.ASCII
)  # 2022-06-01, 20220601T08Z
_NAMED_DAY: Final = re.compile(
    r"(?<!\d)(\d{1,2})[ -]+[^\W\d]{3,12}\.?,?[ -]+(\d{2,4})(?!\d)"  # Wed, 1 June 2022
    r"|[^\W\d]{3,12} +(\d{1,2}) .{0,20}(\d{4})(?!\d)"  # Wed Jun  1 08:00:00 2022
)


def names_day(raw: str, at: datetime) -> bool:
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


def _first_name(item: ParsedItem) -> str:
    name = item.key or item.url or _content_name(item)
    return name if len(name) <= LONGEST_KEY else _digest(name)


def _told_apart(first: str, items: Mapping[int, ParsedItem]) -> dict[int, str]:
    """Keys for the entries of one name, by their places; none for copies of an earlier one."""
    distinct: dict[tuple[str, str], int] = {}
    for place, item in items.items():
        distinct.setdefault((item.url, _content_name(item)), place)
    if len(distinct) == 1:
        return dict.fromkeys(distinct.values(), first)
    links = Counter(url for url, _ in distinct)
    return {
        place: f"{first} {url}" if links[url] == 1 else f"{first} {url} {content}"
        for (url, content), place in distinct.items()
    }


def _with_key(item: ParsedItem, key: str) -> ParsedItem:
    return item if item.key == key else replace(item, key=key)


def _content_name(item: ParsedItem) -> str:
    return _digest(f"{item.title}\n{item.summary}")


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def name_hash(name: str) -> bytes:
    """Eight bytes that stand for a name in what is remembered of a document."""
    return hashlib.blake2b(name.encode(), digest_size=8).digest()
