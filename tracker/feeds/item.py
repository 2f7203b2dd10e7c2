"""An entry of a feed, as it is parsed and as it was first seen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

FeedId = NewType("FeedId", str)
ItemId = NewType("ItemId", int)

DateNote = Literal["", "missing", "unreadable", "future"]
"""What is wrong with the date that an entry claims: it has none, one that cannot be read, or one
that lies ahead.
"""


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One entry as the feed gave it: plain text, nothing invented.

    `key` identifies the entry inside its feed (guid, else link, else a hash of the content);
    `canonical_url` identifies the article across feeds ("" without a link). `content` is the text
    that the feed carries beyond the summary, "" if there is none. `published_at` is None when the
    feed gave no readable date; `published_raw` keeps what it said. `fingerprint` is a hash of
    title, summary and content: when it changes, the entry was edited.
    """

    key: str
    title: str
    summary: str
    content: str
    url: str
    canonical_url: str
    published_at: datetime | None
    published_raw: str
    updated_at: datetime | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Item:
    """A stored entry with the words of its first version.

    `first_seen_at` is our own poll, the only time that a back-test may use. `same_as` is an earlier
    item that this one repeats: the same article in another feed, or under another name and address.
    """

    id: ItemId
    feed_id: FeedId
    title: str
    summary: str
    url: str
    published_at: datetime | None
    first_seen_at: datetime
    date_note: DateNote = ""
    same_as: ItemId | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """A later version of an item: what it said from `seen_at` on."""

    item_id: ItemId
    seen_at: datetime
    title: str
    summary: str
    content: str
    url: str
    updated_at: datetime | None
