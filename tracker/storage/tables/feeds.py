"""Tables of feeds, items and stories."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from tracker.storage.tables.base import TableRow, json_column, long_text


class FeedRow(TableRow, table=True):
    """A feed and its polling state: the database is the schedule.

    Until `lease_until` a worker reads it, and nobody else.
    """

    __tablename__ = "feed"
    __table_args__ = (
        Index(
            "ix_feed_due",
            "next_due_at",
            sqlite_where=text("paused_why = ''"),
            postgresql_where=text("paused_why = ''"),
        ),
    )
    id: str = Field(primary_key=True)
    title: str
    url: str = Field(unique=True)
    source_group: str
    grade: str
    theme: str
    site_url: str = ""
    categories: list[list[str]] = json_column()
    importance: float = 1.0
    every_minutes: float | None = None
    user_agent: str = ""
    max_megabytes: float | None = None
    full_text: bool = False
    next_due_at: datetime
    next_reason: str
    lease_until: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    ttl_seconds: float
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    last_status: int | None = None
    last_error: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    paused_why: str = ""
    moved_to: str = ""
    moved_since: datetime | None = None
    recent: str = ""
    last_bytes: int = 0
    last_seconds: float = 0.0
    items_seen: int = 0
    need: float = 1.0
    rhythm_items: float = 0.0
    rhythm_days: float = 0.0
    rhythm_at: datetime | None = None
    rhythm_hours: bytes = b""


class FeedDocumentRow(TableRow, table=True):
    """Memory of a feed's last document, to detect new entries in the next one."""

    __tablename__ = "feed_document"
    feed_id: str = Field(primary_key=True, foreign_key="feed.id")
    body_hash: bytes
    entries: bytes


class FeedDayRow(TableRow, table=True):
    """Poll counts of a feed on one day (UTC)."""

    __tablename__ = "feed_day"
    feed_id: str = Field(primary_key=True, foreign_key="feed.id")
    day: date = Field(primary_key=True, index=True)
    polls: int
    not_modified: int
    failed: int
    bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    seconds: float
    new_items: int
    changed_items: int


class StoryRow(TableRow, table=True):
    """A cluster of items on one event; `vector` sums those of its items, made by `encoder`."""

    __tablename__ = "story"
    id: int | None = Field(default=None, primary_key=True)
    title: str
    first_seen_at: datetime
    last_seen_at: datetime = Field(index=True)
    vector: bytes = b""
    encoder: str = ""


class StoryMergeRow(TableRow, table=True):
    """From `at` on, the later story is part of the earlier one. Append-only."""

    __tablename__ = "story_merge"
    id: int | None = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="story.id", index=True)
    into_id: int = Field(foreign_key="story.id", index=True)
    at: datetime
    why: str


class ItemRow(TableRow, table=True):
    """An entry as first seen; `fingerprint` is that of its newest version, "" if unknown.

    `text_hash` is that of the text as first seen; none in items from before it was kept.
    """

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("feed_id", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    feed_id: str = Field(foreign_key="feed.id")
    story_id: int | None = Field(default=None, foreign_key="story.id", index=True)
    key: str
    canonical_url: str | None = Field(default=None, index=True)
    title: str
    summary: str = long_text()
    content: str = long_text()
    url: str
    published_at: datetime | None
    published_raw: str
    updated_at: datetime | None
    date_note: str
    first_seen_at: datetime = Field(index=True)
    fingerprint: str
    revisions: int
    same_as: int | None = Field(default=None, foreign_key="item.id")
    copy_of: int | None = None
    wire: str = ""
    text_hash: bytes | None = None


class RevisionRow(TableRow, table=True):
    """A later version of an item; append-only."""

    __tablename__ = "revision"
    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", index=True)
    seen_at: datetime
    title: str
    summary: str = long_text()
    content: str = long_text()
    url: str
    updated_at: datetime | None


class ArticleRow(TableRow, table=True):
    """The full article of an item, or the reason for its absence."""

    __tablename__ = "article"
    item_id: int = Field(primary_key=True, foreign_key="item.id")
    fetched_at: datetime
    text: str = long_text()
    why_not: str
