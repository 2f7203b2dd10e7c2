"""Items with their revisions and articles."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import bindparam, func, insert, tuple_, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import StoryId
from tracker.feeds.dedup import MAX_EDIT_AGE, ChangedItem, NewItem, StoredItem, is_same_report
from tracker.feeds.item import DateNote, FeedId, Item, ItemId, ItemRevision, ParsedItem
from tracker.storage.database_info import build_insert
from tracker.storage.seals import hash_text
from tracker.storage.tables import ArticleRow, EvidenceRow, FeedRow, ItemRow, RevisionRow

ITEM: Final = ItemRow.__table__  # type: ignore[attr-defined]
MAX_VALUES_PER_QUERY: Final = 400
"""Values bound by one IN (…): older builds of SQLite take 999 in a statement."""

MAX_RECENT_ITEMS: Final = 200
"""Items of one feed that a new one is compared with by title."""

MAX_REVISIONS: Final = 50
"""Revisions stored of one item: a feed that counts comments would fill the disk."""

MAX_CLOCK_SKEW: Final = timedelta(hours=1)
"""Tolerated clock difference; a publication date further ahead is invalid."""

_KNOWN: Final = [ITEM.c[name] for name in StoredItem.__slots__]


@dataclass(frozen=True, slots=True)
class SavedItem:
    """An item just stored or edited, with the values that stories and matching need.

    `story_id` is its own story or that of the item it repeats (`same_as`), None if there is none
    yet. Items read from the archive also have their first-seen time (`seen_at`) and `copy_of`.
    """

    id: ItemId
    feed_id: FeedId
    item: ParsedItem
    story_id: StoryId | None
    same_as: ItemId | None = None
    edited: bool = False
    seen_at: datetime | None = None
    copy_of: ItemId | None = None


def find_items_by_key(session: Session, pairs: Sequence[tuple[FeedId, str]]) -> list[StoredItem]:
    """Return the stored items with these keys in these feeds."""
    pair = tuple_(ITEM.c.feed_id, ITEM.c.key)
    return [k for batch in _batches(pairs) for k in _select_known(session, pair.in_(batch))]


def find_items_by_url(session: Session, urls: Collection[str]) -> list[StoredItem]:
    """Return the stored items with these canonical addresses in any feed, oldest first."""
    return [
        k
        for batch in _batches(sorted(urls))
        for k in _select_known(session, ITEM.c.canonical_url.in_(batch))
    ]


def list_recent_items(session: Session, feed_id: FeedId, now: datetime) -> list[StoredItem]:
    """Return the newest items of a feed that a headline could be an edit of."""
    return list(
        _select_known(
            session,
            (ITEM.c.feed_id == feed_id) & (ITEM.c.first_seen_at >= now - MAX_EDIT_AGE),
            newest=True,
        )
    )


def _select_known(
    session: Session, condition: Any, *, newest: bool = False
) -> Iterator[StoredItem]:
    query = select(*_KNOWN).where(condition)
    query = (
        query.order_by(ITEM.c.id.desc()).limit(MAX_RECENT_ITEMS)
        if newest
        else query.order_by(ITEM.c.id)
    )
    for row in session.connection().execute(query):
        yield StoredItem(row[0], row[1], row[2], row[3] or "", *row[4:])


def add_items(
    session: Session, entries: Sequence[tuple[FeedId, NewItem]], now: datetime
) -> list[SavedItem]:
    """Store new entries; leave out those that another writer stored first."""
    if not entries:
        return []
    rows = [_new_row(feed_id, new, now) for feed_id, new in entries]
    statement = (
        build_insert(session, ItemRow)
        .on_conflict_do_nothing()
        .returning(ITEM.c.id, ITEM.c.feed_id, ITEM.c.key)
    )
    ids = {(row[1], row[2]): row[0] for row in session.connection().execute(statement, rows)}
    stories = map_items_to_stories(session, [new.same_as.id for _, new in entries if new.same_as])
    stored = []
    for feed_id, new in entries:
        if (item_id := ids.get((feed_id, new.item.key))) is not None:
            earlier = new.same_as.id if new.same_as else None
            stored.append(
                SavedItem(
                    item_id, feed_id, new.item, stories.get(earlier) if earlier else None, earlier
                )
            )
    return _link_repeats(session, stored)


def _link_repeats(session: Session, stored: Sequence[SavedItem]) -> list[SavedItem]:
    """Mark articles that came in two feeds at once: the later one repeats the earlier one."""
    by_url: dict[str, list[SavedItem]] = {}
    linked, pairs = [], []
    for saved in stored:
        same_page = by_url.setdefault(saved.item.canonical_url, [])
        repeated = same_page if saved.item.canonical_url else ()
        earlier = next((e for e in repeated if is_same_report(e.item, saved.item)), saved)
        if earlier is saved:
            same_page.append(saved)
        if earlier.feed_id != saved.feed_id and saved.same_as is None:
            pairs.append({"which": saved.id, "earlier": earlier.id})
            linked.append(replace(saved, same_as=earlier.id))
        else:
            linked.append(saved)
    if pairs:
        linking = (
            update(ITEM).where(ITEM.c.id == bindparam("which")).values(same_as=bindparam("earlier"))
        )
        session.connection().execute(linking, pairs)
    return linked


def _new_row(feed_id: FeedId, new: NewItem, now: datetime) -> dict[str, Any]:
    item = new.item
    return {
        "feed_id": feed_id,
        "key": item.key,
        "canonical_url": item.canonical_url or None,
        "title": item.title,
        "summary": item.summary,
        "content": item.content,
        "url": item.url,
        "published_at": item.published_at,
        "published_raw": item.published_raw,
        "updated_at": item.updated_at,
        "date_note": date_note(item, now),
        "first_seen_at": now,
        "fingerprint": item.fingerprint,
        "text_hash": hash_text(item.summary, item.content),
        "revisions": 0,
        "same_as": new.same_as.id if new.same_as else None,
    }


def date_note(item: ParsedItem, now: datetime) -> DateNote:
    """Return the fault of an entry's date, "" if there is none."""
    if item.published_at is not None:
        return "future" if item.published_at > now + MAX_CLOCK_SKEW else ""
    return "unreadable" if item.published_raw else "missing"


def map_items_to_stories(session: Session, item_ids: Sequence[ItemId]) -> dict[ItemId, StoryId]:
    """Map items to their stories, where they have one."""
    query = select(ITEM.c.id, ITEM.c.story_id).where(ITEM.c.story_id.is_not(None))
    stories: dict[ItemId, StoryId] = {}
    for batch in _batches(item_ids):
        rows = session.connection().execute(query.where(ITEM.c.id.in_(batch)))
        stories.update({row[0]: row[1] for row in rows})
    return stories


def add_revisions(
    session: Session, changes: Sequence[tuple[FeedId, ChangedItem]], now: datetime
) -> list[SavedItem]:
    """Append the new versions of edited items; the first version stays unchanged."""
    if not changes:
        return []
    newest = update(ITEM).where(ITEM.c.id == bindparam("which"))
    newest = newest.values(
        fingerprint=bindparam("now_is"), revisions=ITEM.c.revisions + bindparam("more")
    )
    marks = [
        {"which": c.stored.id, "now_is": c.item.fingerprint, "more": int(not c.silent)}
        for _, c in changes
    ]
    session.connection().execute(newest, marks)
    edits = [(feed_id, c) for feed_id, c in changes if not c.silent]
    rows = [_revision_row(c, now) for _, c in edits if c.stored.revisions < MAX_REVISIONS]
    if rows:
        session.connection().execute(insert(RevisionRow), rows)
    stories = map_items_to_stories(session, [c.stored.id for _, c in edits])
    return [
        SavedItem(c.stored.id, feed_id, c.item, stories.get(c.stored.id), edited=True)
        for feed_id, c in edits
    ]


def _revision_row(changed: ChangedItem, now: datetime) -> dict[str, Any]:
    item = changed.item
    return {
        "item_id": changed.stored.id,
        "seen_at": now,
        "title": item.title,
        "summary": item.summary,
        "content": item.content,
        "url": item.url,
        "updated_at": item.updated_at,
    }


def list_revisions(
    session: Session, item_ids: Collection[ItemId]
) -> dict[ItemId, tuple[ItemRevision, ...]]:
    """Return the revisions of these items, oldest first."""
    query = (
        select(RevisionRow)
        .where(col(RevisionRow.item_id).in_(item_ids))
        .order_by(col(RevisionRow.id))
    )
    by_item: dict[ItemId, list[ItemRevision]] = {}
    for row in session.exec(query):
        values = {name: getattr(row, name) for name in ItemRevision.__slots__}
        by_item.setdefault(ItemId(row.item_id), []).append(ItemRevision(**values))
    return {item_id: tuple(versions) for item_id, versions in by_item.items()}


def list_newest_items(session: Session, feed_id: FeedId, limit: int) -> tuple[Item, ...]:
    """Return the newest items of a feed, newest first."""
    query = select(ItemRow).where(ItemRow.feed_id == feed_id).order_by(col(ItemRow.id).desc())
    return tuple(item_of_row(row) for row in session.exec(query.limit(limit)))


@dataclass(frozen=True, slots=True)
class StoredItemText:
    """Text, first-seen time and original of an item, as near-duplicate detection needs them."""

    id: ItemId
    copy_of: ItemId | None
    title: str
    summary: str
    first_seen_at: datetime


def list_item_texts(
    session: Session, after: ItemId, since: datetime, limit: int
) -> list[StoredItemText]:
    """Return the next items with a higher id, first seen at or after `since`, in order."""
    columns = [ITEM.c[name] for name in StoredItemText.__slots__]
    query = select(*columns).where(ITEM.c.id > after, ITEM.c.first_seen_at >= since)
    query = query.order_by(ITEM.c.id).limit(limit)
    return [StoredItemText(*row) for row in session.connection().execute(query)]


def mark_copies(session: Session, copies: Sequence[tuple[ItemId, ItemId | None, str]]) -> None:
    """Save the original and the news agency of these items."""
    marks = [
        {"which": item, "root": root, "agency": wire} for item, root, wire in copies if root or wire
    ]
    if marks:
        marking = update(ITEM).where(ITEM.c.id == bindparam("which"))
        session.connection().execute(
            marking.values(copy_of=bindparam("root"), wire=bindparam("agency")), marks
        )


def list_archive_items(session: Session, after: ItemId, until: ItemId) -> list[SavedItem]:
    """Return the items of a range of ids, the first excluded, with their first-seen times."""
    query = (
        select(ItemRow)
        .where(col(ItemRow.id) > after, col(ItemRow.id) <= until)
        .order_by(col(ItemRow.id))
    )
    return [_parse_saved(row) for row in session.exec(query)]


def find_id_bounds(session: Session, since: datetime) -> tuple[ItemId, ItemId]:
    """Return the lowest and the highest id first seen at or after `since`; (0, 0) if none."""
    query = sa_select(func.min(ITEM.c.id), func.max(ITEM.c.id)).where(ITEM.c.first_seen_at >= since)
    first, last = session.connection().execute(query).one()
    return ItemId(first or 0), ItemId(last or 0)


def _parse_saved(row: ItemRow) -> SavedItem:
    words = (row.key, row.title, row.summary, row.content, row.url, row.canonical_url or "")
    item = ParsedItem(*words, row.published_at, row.published_raw, row.updated_at, row.fingerprint)
    story = None if row.story_id is None else StoryId(row.story_id)
    same_as = None if row.same_as is None else ItemId(row.same_as)
    copy_of = None if row.copy_of is None else ItemId(row.copy_of)
    return SavedItem(
        ItemId(cast(int, row.id)),
        FeedId(row.feed_id),
        item,
        story,
        same_as,
        seen_at=row.first_seen_at,
        copy_of=copy_of,
    )


def count_feed_activity(session: Session, since: datetime) -> dict[FeedId, tuple[int, int]]:
    """Count each feed's new items since then, and those that are evidence."""
    matched = select(EvidenceRow.story_id).distinct()
    used = func.count().filter(col(ItemRow.story_id).in_(matched))
    query = select(ItemRow.feed_id, func.count(), used).where(ItemRow.first_seen_at >= since)
    return {FeedId(r[0]): (r[1], r[2]) for r in session.exec(query.group_by(ItemRow.feed_id))}


def list_items_without_article(
    session: Session, since: datetime, limit: int
) -> tuple[tuple[ItemId, str], ...]:
    """Return evidence items of full-text feeds whose article was not fetched yet, newest first."""
    query = select(ItemRow.id, ItemRow.url).join(FeedRow, col(FeedRow.id) == ItemRow.feed_id)
    query = query.where(col(FeedRow.full_text), ItemRow.url != "", ItemRow.first_seen_at >= since)
    query = query.where(col(ItemRow.story_id).in_(select(EvidenceRow.story_id)))
    query = query.where(col(ItemRow.id).not_in(select(ArticleRow.item_id)))
    rows = session.exec(query.order_by(col(ItemRow.id).desc()).limit(limit))
    return tuple((ItemId(cast(int, item_id)), url) for item_id, url in rows)


def add_article(
    session: Session, item_id: ItemId, text: str, why_not: str, *, now: datetime
) -> None:
    """Store the article of an item, or the reason for its absence."""
    session.merge(ArticleRow(item_id=item_id, fetched_at=now, text=text, why_not=why_not))


def load_articles(session: Session, item_ids: Collection[ItemId]) -> dict[ItemId, str]:
    """Return the stored articles of these items."""
    query = select(ArticleRow.item_id, ArticleRow.text).where(col(ArticleRow.item_id).in_(item_ids))
    return {
        ItemId(item_id): text for item_id, text in session.exec(query.where(ArticleRow.text != ""))
    }


ITEM_COLUMNS: Final = Item.__slots__
"""The columns of an item."""


def item_of_row(row: Any) -> Item:
    """Return a row as an item."""
    return Item(
        id=ItemId(cast(int, row.id)),
        feed_id=FeedId(row.feed_id),
        title=row.title,
        summary=row.summary,
        url=row.url,
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        date_note=cast(DateNote, row.date_note),
        same_as=None if row.same_as is None else ItemId(row.same_as),
    )


def _batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (
        values[n : n + MAX_VALUES_PER_QUERY] for n in range(0, len(values), MAX_VALUES_PER_QUERY)
    )


def find_archive_start(session: Session) -> datetime | None:
    """Return the first-seen time of the oldest item; None if there is none."""
    return session.exec(select(func.min(ItemRow.first_seen_at))).one()
