"""Is an entry new, an item that we have, or an edit of one? By name, by address, and at last by its
words.

Readers double what was only renamed, or lose what shares an address: of eleven surveyed, two did
neither. So: the same name in the same feed is the same item. An entry with a new name but the
address of an item of this feed that has left the document is that item renamed, if its words or its
date agree. Everything else is kept as a new item; one that repeats an older one (the same article
in another feed, a headline edited together with its name and address) says so in `same_as`, and
joins that one's story.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tracker.feeds.item import FeedId, ItemId, ParsedItem

ALIKE: Final = 0.6
"""Share of common words (Jaccard) from which two headlines of one feed are versions of one."""

FEWEST_WORDS: Final = 4
EDITED_WITHIN: Final = timedelta(days=2)
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of an item, as far as it tells whether an entry is the same."""

    id: ItemId
    feed_id: FeedId
    key: str
    canonical_url: str
    title: str
    fingerprint: str
    published_at: datetime | None
    first_seen_at: datetime
    revisions: int = 0


@dataclass(frozen=True, slots=True)
class New:
    """An entry that is not stored yet, and the item that it repeats, if any."""

    item: ParsedItem
    same_as: Known | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A stored item whose words have changed; `silent` when only we did not know them before."""

    known: Known
    item: ParsedItem
    silent: bool


class Shelf:
    """The stored items that the entries of one document are held against."""

    def __init__(
        self,
        feed_id: FeedId,
        by_key: Iterable[Known],
        by_url: Iterable[Known],
        recent: Sequence[Known],
    ) -> None:
        self._by_key = {known.key: known for known in by_key}
        self._own: dict[str, Known] = {}
        self._others: dict[str, Known] = {}
        for known in by_url:
            place = self._own if known.feed_id == feed_id else self._others
            place.setdefault(known.canonical_url, known)
        self._recent = [(known, _words(known.title)) for known in recent]

    def sorted_out(
        self, items: Sequence[ParsedItem], still_there: Callable[[str], bool], now: datetime
    ) -> tuple[list[New], list[Changed]]:
        """What is new and what has changed, in the order of the entries.

        `still_there` tells whether an item of this name stands in the document itself.
        """
        here = {item.key for item in items}

        def present(key: str) -> bool:
            return key in here or still_there(key)

        new: list[New] = []
        changed: list[Changed] = []
        for item in items:
            known = self._by_key.get(item.key) or self._renamed(item, present)
            if known is None:
                new.append(New(item, self._repeated(item, present, now)))
            elif known.fingerprint != item.fingerprint:
                changed.append(Changed(known, item, silent=not known.fingerprint))
        return new, changed

    def _renamed(self, item: ParsedItem, present: Callable[[str], bool]) -> Known | None:
        """The item of this feed that has left the document, has this address, and agrees in words
        or date.
        """
        known = self._own.get(item.canonical_url) if item.canonical_url else None
        if known is not None and item.key == f"{known.key} {item.url}":
            return known  # the same, told apart by its address since another entry took its guid
        if known is None or present(known.key):
            return None
        same_day = item.published_at is not None and item.published_at == known.published_at
        return known if same_day or _alike(_words(item.title), _words(known.title)) else None

    def _repeated(
        self, item: ParsedItem, present: Callable[[str], bool], now: datetime
    ) -> Known | None:
        """An older item with the same address in another feed, or one of this feed with nearly the
        same headline.
        """
        if item.canonical_url and item.canonical_url in self._others:
            return self._others[item.canonical_url]
        words = _words(item.title) if self._recent else frozenset()
        for known, known_words in self._recent:
            if (
                now - known.first_seen_at <= EDITED_WITHIN
                and _alike(words, known_words)
                and not present(known.key)
            ):
                return known
        return None


def _words(title: str) -> frozenset[str]:
    return frozenset(_WORD.findall(title.lower()))


def _alike(a: frozenset[str], b: frozenset[str]) -> bool:
    """Nearly the same words, and the same numbers: “Day 12” is not an edit of “Day 13”."""
    if min(len(a), len(b)) < FEWEST_WORDS or {w for w in a if w.isdigit()} != {
        w for w in b if w.isdigit()
    }:
        return False
    return len(a & b) >= ALIKE * len(a | b)
