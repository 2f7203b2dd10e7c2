"""Feed entries, as parsed and as stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

FeedId = NewType("FeedId", str)
ItemId = NewType("ItemId", int)

DateNote = Literal["", "missing", "unreadable", "future"]
"""Problem with the date of an entry: missing, unreadable, or in the future."""


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One entry as plain text.

    `key` identifies the entry inside its feed (guid, else link, else a hash of the content);
    `canonical_url` identifies the article across feeds ("" without a link). `content` is the text
    beyond the summary, "" if there is none. `published_at` is None without a readable date;
    `published_raw` keeps the original text. `fingerprint` is a hash of title, summary and content:
    it changes when the entry is edited.
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
    """A stored entry with the text of its first version.

    `first_seen_at` is the time of our own poll, the only one that a back-test may use. `same_as` is
    an earlier item that this one repeats: the same article in another feed, or under another key
    and address.
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
class ItemRevision:
    """A later version of an item, valid from `seen_at`."""

    item_id: ItemId
    seen_at: datetime
    title: str
    summary: str
    content: str
    url: str
    updated_at: datetime | None
