"""Feeds, their items, and the stories that items join."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from forecasts.evidence import Grade, StoryId
from tracker.feeds.item import FeedId, Item, ItemId, ParsedItem
from tracker.feeds.polling import FeedState
from tracker.tables import EvidenceRow, FeedRow, ItemRow, StoryRow


def add_feed(session: Session, state: FeedState) -> bool:
    """Store a feed unless its id or address is there already; True when it is new."""
    known = select(FeedRow.id).where((FeedRow.id == state.id) | (FeedRow.url == state.url))
    if session.exec(known).first() is not None:
        return False
    session.add(FeedRow(**{name: getattr(state, name) for name in FeedState.__slots__}))
    session.flush()
    return True


def feeds(session: Session) -> tuple[FeedState, ...]:
    """All feeds by title."""
    return tuple(_state(row) for row in session.exec(select(FeedRow).order_by(func.lower(FeedRow.title))))


def due_feeds(session: Session, now: datetime, limit: int) -> tuple[FeedState, ...]:
    """The feeds whose time has come, the longest overdue first."""
    query = select(FeedRow).where(col(FeedRow.paused).is_(False), FeedRow.next_due_at <= now)
    return tuple(_state(row) for row in session.exec(query.order_by(col(FeedRow.next_due_at)).limit(limit)))


def save_feed(session: Session, state: FeedState) -> None:
    """Keep what polling a feed taught."""
    row = session.get_one(FeedRow, state.id)
    for name in FeedState.__slots__:
        setattr(row, name, getattr(state, name))
    session.add(row)
    session.flush()


def known_keys(session: Session, feed_id: FeedId, items: Sequence[ParsedItem]) -> tuple[set[str], set[str]]:
    """Which of the items' keys (in this feed) and canonical addresses (in any feed) are stored."""
    keys = select(ItemRow.key).where(ItemRow.feed_id == feed_id, col(ItemRow.key).in_([i.key for i in items]))
    urls = select(ItemRow.canonical_url).where(
        col(ItemRow.canonical_url).in_([i.canonical_url for i in items if i.canonical_url])
    )
    return set(session.exec(keys)), {url for url in session.exec(urls) if url}


def add_item(session: Session, feed_id: FeedId, story_id: StoryId, *, item: ParsedItem, now: datetime) -> ItemId | None:
    """Store an item as first seen now; None when another writer was faster."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {name: getattr(item, name) for name in ParsedItem.__slots__}
    values |= {
        "feed_id": feed_id,
        "story_id": story_id,
        "first_seen_at": now,
        "canonical_url": item.canonical_url or None,
    }
    statement = dialect.insert(ItemRow).values(**values).on_conflict_do_nothing().returning(col(ItemRow.id))
    found = session.execute(statement).scalar()
    return None if found is None else ItemId(cast(int, found))


def add_story(session: Session, title: str, now: datetime) -> StoryId:
    """A new story, named after its first headline."""
    row = StoryRow(title=title, first_seen_at=now, last_seen_at=now)
    session.add(row)
    session.flush()
    return StoryId(cast(int, row.id))


def touch_story(session: Session, story_id: StoryId, now: datetime) -> None:
    """A story was reported again."""
    row = session.get_one(StoryRow, story_id)
    row.last_seen_at = now
    session.add(row)
    session.flush()


def recent_stories(session: Session, since: datetime) -> tuple[tuple[StoryId, str], ...]:
    """Stories that were reported at or after `since`, by id and title, the oldest first."""
    query = select(StoryRow.id, StoryRow.title).where(StoryRow.last_seen_at >= since).order_by(col(StoryRow.id))
    return tuple((StoryId(cast(int, story_id)), title) for story_id, title in session.exec(query))


def activity(session: Session, since: datetime) -> dict[FeedId, tuple[int, int]]:
    """Per feed: new items since then, and how many of them stand as evidence."""
    matched = select(EvidenceRow.story_id).distinct()
    used = func.count().filter(col(ItemRow.story_id).in_(matched))
    query = select(ItemRow.feed_id, func.count(), used).where(ItemRow.first_seen_at >= since)
    return {FeedId(r[0]): (r[1], r[2]) for r in session.exec(query.group_by(ItemRow.feed_id))}


def item_of(row: ItemRow) -> Item:
    """A row as an item."""
    return Item(
        ItemId(cast(int, row.id)),
        FeedId(row.feed_id),
        row.title,
        row.summary,
        row.url,
        row.published_at,
        row.first_seen_at,
    )


def _state(row: FeedRow) -> FeedState:
    values: dict[str, Any] = {name: getattr(row, name) for name in FeedState.__slots__}
    return FeedState(**{**values, "id": FeedId(row.id), "grade": cast(Grade, row.grade)})
