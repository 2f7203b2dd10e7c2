"""An entry of a feed as it was first seen."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

FeedId = NewType("FeedId", str)
ItemId = NewType("ItemId", int)


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One entry as the feed gave it: plain text, nothing invented.

    `key` identifies the entry inside its feed (guid, else link, else a hash of the content);
    `canonical_url` identifies the article across feeds. `published_at` is None when the feed gave
    no readable date; `published_raw` keeps what it said.
    """

    key: str
    title: str
    summary: str
    url: str
    canonical_url: str
    published_at: datetime | None
    published_raw: str


@dataclass(frozen=True, slots=True)
class Item:
    """A stored entry. `first_seen_at` is our own poll, the only time that a back-test may use."""

    id: ItemId
    feed_id: FeedId
    title: str
    summary: str
    url: str
    published_at: datetime | None
    first_seen_at: datetime
