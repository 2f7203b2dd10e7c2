"""Deduplicate entries: new, already stored, or edited, by key, address and title.

Readers duplicate renamed entries or drop those that share an address; of eleven surveyed, two did
neither. Here the same key in the same feed is the same item. An entry with a new key but the
address of an item of this feed that has left the document is that item renamed, if title words or
date agree. Everything else is a new item; one that repeats an older one (the same article in
another feed, or a headline edited together with its key and address) refers to it in `same_as` and
joins its story. Parts of one page, such as the posts of a channel, are reports of their own unless
their headlines agree.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tracker.feeds.item import FeedId, ItemId, ParsedItem
from tracker.feeds.urls import extract_part

MIN_TITLE_OVERLAP: Final = 0.6
"""Minimum Jaccard overlap of words for two headlines of one feed to be versions of one."""

MIN_TITLE_WORDS: Final = 4
MAX_EDIT_AGE: Final = timedelta(days=2)
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class StoredItem:
    """The stored fields that identify an item."""

    id: ItemId
    feed_id: FeedId
    key: str
    canonical_url: str
    title: str
    fingerprint: str
    published_at: datetime | None
    first_seen_at: datetime
    revisions: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class NewItem:
    """A new entry, and the stored item that it repeats, if any."""

    item: ParsedItem
    same_as: StoredItem | None


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """A stored item whose text has changed; `silent` if its former text was merely unknown."""

    stored: StoredItem
    item: ParsedItem
    silent: bool


class EntryIndex:
    """Index of stored items, for classifying the entries of one document."""

    def __init__(
        self,
        feed_id: FeedId,
        by_key: Iterable[StoredItem],
        by_url: Iterable[StoredItem],
        recent: Sequence[StoredItem],
    ) -> None:
        self._by_key = {known.key: known for known in by_key}
        self._same_feed: dict[tuple[str, str], StoredItem] = {}
        self._other_feeds: dict[str, list[StoredItem]] = {}
        for known in by_url:
            if known.feed_id == feed_id:
                self._same_feed.setdefault(_get_address(known), known)
            else:
                self._other_feeds.setdefault(known.canonical_url, []).append(known)
        self._recent = [(known, _title_words(known.title)) for known in recent]

    def classify_items(
        self, items: Sequence[ParsedItem], still_there: Callable[[str], bool], now: datetime
    ) -> tuple[list[NewItem], list[ChangedItem]]:
        """Return new and changed entries in the order of the document.

        `still_there(key)` is true if an entry with this key is in the document.
        """
        keys = {item.key for item in items}

        def is_present(key: str) -> bool:
            return key in keys or still_there(key)

        new: list[NewItem] = []
        changed: list[ChangedItem] = []
        for item in items:
            known = self._by_key.get(item.key) or self._find_renamed(item, is_present)
            if known is None:
                new.append(NewItem(item, self._find_repeated(item, is_present, now)))
            elif known.fingerprint != item.fingerprint:
                changed.append(ChangedItem(known, item, silent=not known.fingerprint))
        return new, changed

    def _find_renamed(
        self, item: ParsedItem, is_present: Callable[[str], bool]
    ) -> StoredItem | None:
        """Return the item of this feed that has left the document, has this address, and agrees in
        words or date.
        """
        known = self._same_feed.get(_get_address(item)) if item.canonical_url else None
        if known is not None and item.key == f"{known.key} {item.url}":
            return known  # its key got the address appended when another entry took its guid
        if known is None or is_present(known.key):
            return None
        same_day = item.published_at is not None and item.published_at == known.published_at
        return (
            known
            if same_day or _are_similar(_title_words(item.title), _title_words(known.title))
            else None
        )

    def _find_repeated(
        self, item: ParsedItem, is_present: Callable[[str], bool], now: datetime
    ) -> StoredItem | None:
        """Return an older item with the same address in another feed, or one of this feed with
        nearly the same headline.
        """
        for known in self._other_feeds.get(item.canonical_url, ()) if item.canonical_url else ():
            if is_same_report(item, known):
                return known
        words = _title_words(item.title) if self._recent else frozenset()
        for known, known_words in self._recent:
            if (
                now - known.first_seen_at <= MAX_EDIT_AGE
                and _are_similar(words, known_words)
                and not is_present(known.key)
            ):
                return known
        return None


def is_same_report(first: ParsedItem | StoredItem, second: ParsedItem | StoredItem) -> bool:
    """Return True if two entries with one canonical address are one report.

    Of those that point to different parts of a page only nearly equal headlines are.
    """
    if extract_part(first.url) == extract_part(second.url):
        return True
    return first.title == second.title or _are_similar(
        _title_words(first.title), _title_words(second.title)
    )


def _get_address(item: ParsedItem | StoredItem) -> tuple[str, str]:
    return item.canonical_url, extract_part(item.url)


def _title_words(title: str) -> frozenset[str]:
    return frozenset(_WORD.findall(title.lower()))


def _are_similar(a: frozenset[str], b: frozenset[str]) -> bool:
    """True if most words and all numbers are the same: “Day 12” is no edit of “Day 13”."""
    if min(len(a), len(b)) < MIN_TITLE_WORDS or {w for w in a if w.isdigit()} != {
        w for w in b if w.isdigit()
    }:
        return False
    return len(a & b) >= MIN_TITLE_OVERLAP * len(a | b)
