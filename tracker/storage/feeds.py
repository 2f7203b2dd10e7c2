"""Feeds with their polling state, document memories and daily counts."""

import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Row, String, Update, bindparam, case, func, insert, or_, update
from sqlmodel import Session, select

from tracker.feeds.feed import (
    BY_HAND,
    HOURS_PER_DAY,
    SERIES_PREFIX,
    Feed,
    FeedState,
    PublicationRate,
)
from tracker.feeds.item import FeedId
from tracker.feeds.parsing.change_detection import NO_MEMORY, DocumentMemory
from tracker.feeds.scheduling.polling import DayCount
from tracker.storage import states
from tracker.storage.database_info import upsert_rows
from tracker.storage.tables import FeedDayRow, FeedDocumentRow, FeedRow

FEED: Final = FeedRow.__table__  # type: ignore[attr-defined]
DOCUMENT: Final = FeedDocumentRow.__table__  # type: ignore[attr-defined]
DAY: Final = FeedDayRow.__table__  # type: ignore[attr-defined]
FEED_COLUMNS: Final = tuple(f.name for f in fields(Feed))
STATE_COLUMNS: Final = tuple(f.name for f in fields(FeedState) if f.name not in ("feed", "rhythm"))
POLL_COLUMNS: Final = (
    "next_due_at",
    "next_reason",
    "last_attempt_at",
    "last_success_at",
    "last_status",
    "last_seconds",
    "recent",
)
RARE_COLUMNS: Final = tuple(
    name for name in STATE_COLUMNS if name not in (*POLL_COLUMNS, "need", "paused_why")
)
RHYTHM_COLUMNS: Final = tuple(f"rhythm_{f.name}" for f in fields(PublicationRate))
_NEW_POLL_COLUMNS: Final = [f"new_{name}" for name in POLL_COLUMNS]
_poll_values: Final = attrgetter(*POLL_COLUMNS)
_rare_values: Final = attrgetter(*RARE_COLUMNS)
_COLUMNS: Final = [FEED.c[name] for name in (*FEED_COLUMNS, *STATE_COLUMNS)]
_RHYTHM_COLUMNS: Final = [FEED.c[name] for name in RHYTHM_COLUMNS]
_ANY: Final = select(*_COLUMNS, *_RHYTHM_COLUMNS)
_IS_SERIES: Final = FEED.c.id.startswith(SERIES_PREFIX)
_NEWS: Final = _ANY.where(FEED.c.id != BY_HAND.id, ~_IS_SERIES)
_HOURS: Final = struct.Struct(f"<{HOURS_PER_DAY}f")


def add_feed(session: Session, state: FeedState, at: datetime) -> bool:
    """Store a feed unless its id or address exists, in the log too; True if it is new."""
    known = select(FeedRow.id).where((FeedRow.id == state.id) | (FeedRow.url == state.feed.url))
    if session.exec(known).first() is not None:
        return False
    add_new_feeds(session, [state], at)
    return True


def add_new_feeds(session: Session, new: Sequence[FeedState], at: datetime) -> None:
    """Store feeds of which neither id nor address exists, in the log too."""
    rows = [_feed_values(s.feed) | _state_values(s) | _rhythm_values(s) for s in new]
    if rows:
        session.connection().execute(insert(FEED), rows)
        states.log_states(session, "feed", [state.id for state in new], at)


def list_feeds(session: Session) -> tuple[FeedState, ...]:
    """Return all feeds by title, without the documents of series."""
    return _load_states(session, _NEWS.order_by(func.lower(FEED.c.title), FEED.c.id))


def find_feed(session: Session, feed_id: str) -> FeedState | None:
    """Return one feed by its id."""
    return next(iter(_load_states(session, _NEWS.where(FEED.c.id == feed_id))), None)


def list_series_documents(session: Session) -> dict[FeedId, FeedState]:
    """Return the polling state of the documents of series, by id."""
    states = _load_states(session, _ANY.where(_IS_SERIES))
    return {state.id: state for state in states}


def list_due_feeds(
    session: Session, now: datetime, limit: int, *, exclude: Collection[FeedId] = ()
) -> tuple[FeedState, ...]:
    """Return the feeds that are due, the longest overdue first, without those in `exclude`."""
    query = _ANY.where(*_is_due(now), _is_free(now))
    if exclude:
        query = query.where(FEED.c.id.not_in(exclude))
    return _load_states(session, query.order_by(FEED.c.next_due_at).limit(limit))


def list_due_series(session: Session, now: datetime) -> list[FeedState]:
    """Return the documents of series that are due."""
    return list(_load_states(session, _ANY.where(_IS_SERIES, *_is_due(now), _is_free(now))))


def _is_due(now: datetime) -> tuple[Any, Any]:
    return FEED.c.paused_why == "", FEED.c.next_due_at <= now


def _is_free(now: datetime) -> Any:
    return or_(FEED.c.lease_until.is_(None), FEED.c.lease_until <= now)


def list_leased_urls(session: Session, now: datetime) -> list[str]:
    """Return the addresses of the feeds that workers are reading, or soon will."""
    query = select(FEED.c.url).where(FEED.c.lease_until > now)
    return list(session.connection().execute(query).scalars())


def lock_due_urls(session: Session, now: datetime, limit: int) -> list[tuple[FeedId, str]]:
    """Return ids and addresses of due feeds, the longest overdue first, and lock their rows.

    Rows that another transaction has locked are left out.
    """
    query = select(FEED.c.id, FEED.c.url).where(*_is_due(now), _is_free(now))
    query = query.order_by(FEED.c.next_due_at).limit(limit).with_for_update(skip_locked=True)
    return [(FeedId(feed_id), url) for feed_id, url in session.connection().execute(query)]


def lease_feeds(session: Session, feed_ids: Collection[FeedId], until: datetime | None) -> None:
    """Lease feeds to a worker until a time; None ends their leases."""
    session.execute(update(FEED).where(FEED.c.id.in_(feed_ids)).values(lease_until=until))


def load_due_feeds(
    session: Session, feed_ids: Collection[FeedId], now: datetime
) -> tuple[FeedState, ...]:
    """Return those of the feeds that are still due, leased or not."""
    return _load_states(session, _ANY.where(FEED.c.id.in_(feed_ids), *_is_due(now)))


def save_states(session: Session, before: Sequence[FeedState], after: Sequence[FeedState]) -> None:
    """Save the polling state of these feeds, writing only changed columns.

    What a person set meanwhile stays: a pause, an address.
    """
    rows: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for old, new in zip(before, after, strict=True):
        columns = _list_changed_columns(old, new)
        rows.setdefault(columns, []).append(_update_values(new, columns))
    for columns, values in rows.items():
        session.connection().execute(_build_update(columns), values)


def _list_changed_columns(before: FeedState, after: FeedState) -> tuple[str, ...]:
    """Return the columns to write; most polls change only times and the next due date."""
    rhythm = RHYTHM_COLUMNS if after.rhythm is not before.rhythm else ()
    address = ("url",) if after.feed.url != before.feed.url else ()
    if rhythm or address or after.paused_why or _rare_values(before) != _rare_values(after):
        return (*POLL_COLUMNS, *RARE_COLUMNS, "paused_why", *address, *rhythm)
    return POLL_COLUMNS


def _update_values(state: FeedState, columns: tuple[str, ...]) -> dict[str, Any]:
    if columns is POLL_COLUMNS:
        return dict(zip(_NEW_POLL_COLUMNS, _poll_values(state), strict=True), which=state.id)
    values = {**_state_values(state), **_rhythm_values(state), "url": state.feed.url}
    return {"which": state.id, **{f"new_{name}": values[name] for name in columns}}


@cache
def _build_update(columns: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    if "paused_why" in columns:
        reason = bindparam("new_paused_why", type_=String)
        values["paused_why"] = case((reason != "", reason), else_=FEED.c.paused_why)
    return update(FEED).where(FEED.c.id == bindparam("which")).values(values)


def pause_feed(session: Session, feed_id: str, why: str) -> None:
    """Pause a feed."""
    session.execute(update(FEED).where(FEED.c.id == feed_id).values(paused_why=why))


def wake_feed(session: Session, feed_id: str, now: datetime, why: str) -> None:
    """Make a feed due at the next tick, even if paused, with a full read."""
    # Without a reset of its failures a dead feed would be paused again at once.
    reset: dict[str, Any] = {"paused_why": "", "failures": 0, "failing_since": None}
    _reset_document(session, feed_id, next_due_at=now, next_reason=why, **reset)


def save_feed(session: Session, changed: Feed, at: datetime) -> None:
    """Save the settings of a feed; those that evidence rests on are in the log too."""
    weighed = select(FEED.c.grade, FEED.c.source_group).where(FEED.c.id == changed.id)
    before = session.execute(weighed).one()
    session.execute(update(FEED).where(FEED.c.id == changed.id).values(**_feed_values(changed)))
    if tuple(before) != (changed.grade, changed.source_group):
        states.log_states(session, "feed", [changed.id], at)


def save_needs(session: Session, needs: Mapping[FeedId, float]) -> None:
    """Save the demand of open questions for each of these feeds."""
    statement = (
        update(FEED).where(FEED.c.id == bindparam("which")).values(need=bindparam("new_need"))
    )
    if needs:
        session.connection().execute(
            statement, [{"which": f, "new_need": n} for f, n in needs.items()]
        )


def map_urls_to_feeds(session: Session) -> dict[str, FeedId]:
    """Map addresses to feeds."""
    return {url: FeedId(feed_id) for url, feed_id in session.execute(select(FEED.c.url, FEED.c.id))}


def list_feeds_of_host(session: Session, part: str) -> tuple[FeedState, ...]:
    """Return the polled feeds whose address contains this text."""
    polled = (FEED.c.paused_why == "", FEED.c.url.contains(part, autoescape=True))
    return _load_states(session, select(*_COLUMNS, *_RHYTHM_COLUMNS).where(*polled))


def load_document_memories(
    session: Session, feed_ids: Collection[FeedId]
) -> dict[FeedId, DocumentMemory]:
    """Return the memory of each feed's last document."""
    if not feed_ids:
        return {}
    query = select(DOCUMENT.c.feed_id, DOCUMENT.c.body_hash, DOCUMENT.c.entries)
    rows = session.connection().execute(query.where(DOCUMENT.c.feed_id.in_(feed_ids)))
    return dict.fromkeys(feed_ids, NO_MEMORY) | {
        FeedId(f): DocumentMemory(b, e) for f, b, e in rows
    }


def save_document_memories(session: Session, learned: Mapping[FeedId, DocumentMemory]) -> None:
    """Save the memories of these feeds' newest documents."""
    rows = [
        {"feed_id": f, "body_hash": m.body_hash, "entries": m.entries} for f, m in learned.items()
    ]
    upsert_rows(session, FeedDocumentRow, rows, update=("body_hash", "entries"))


def forget_document(session: Session, feed_id: str) -> None:
    """Clear the memory of a feed's document after a change of its address."""
    _reset_document(session, feed_id, moved_to="", moved_since=None)


def _reset_document(session: Session, feed_id: str, **columns: Any) -> None:
    """Clear HTTP validators and document memory, so that the next fetch is a full read.

    Also apply extra column updates.
    """
    session.execute(
        update(FEED).where(FEED.c.id == feed_id).values(etag=None, last_modified=None, **columns)
    )
    save_document_memories(session, {FeedId(feed_id): NO_MEMORY})


def add_day_counts(session: Session, counts: Iterable[tuple[FeedId, DayCount]]) -> None:
    """Add these counts to the daily counts of their feeds."""
    rows = [{"feed_id": f, **{n: getattr(c, n) for n in DayCount.__slots__}} for f, c in counts]
    upsert_rows(session, FeedDayRow, rows, add=tuple(n for n in DayCount.__slots__ if n != "day"))


def list_day_counts(
    session: Session, since: date, feed_id: str | None = None
) -> dict[FeedId, tuple[DayCount, ...]]:
    """Return the daily counts of each feed from `since` on, oldest first."""
    query = select(DAY.c.feed_id, *(DAY.c[name] for name in DayCount.__slots__)).where(
        DAY.c.day >= since
    )
    if feed_id is not None:
        query = query.where(DAY.c.feed_id == feed_id)
    by_feed: dict[FeedId, list[DayCount]] = {}
    for name, *counts in session.connection().execute(query.order_by(DAY.c.day)):
        by_feed.setdefault(FeedId(name), []).append(DayCount(*counts))
    return {name: tuple(counts) for name, counts in by_feed.items()}


def delete_day_counts(session: Session, before: date) -> None:
    """Delete the daily counts before a date."""
    session.execute(DAY.delete().where(DAY.c.day < before))


def _load_states(session: Session, query: Any) -> tuple[FeedState, ...]:
    return tuple(_parse_state(row) for row in session.connection().execute(query))


def _parse_state(row: Row[Any]) -> FeedState:
    n = len(FEED_COLUMNS)
    m = n + len(STATE_COLUMNS)
    values: tuple[Any, ...] = (_parse_feed(row[:n]), *row[n:m], _parse_rhythm(row[m:]))
    return FeedState(*values)


def _parse_feed(values: Sequence[Any]) -> Feed:
    columns = dict(zip(FEED_COLUMNS, values, strict=True))
    columns["categories"] = tuple(tuple(path) for path in columns["categories"])
    return Feed(**columns)


def _parse_rhythm(values: Sequence[Any]) -> PublicationRate:
    items, days, at, hours = values
    return (
        PublicationRate(items, days, at, _HOURS.unpack(hours))
        if hours
        else PublicationRate(items, days, at)
    )


def _feed_values(settings: Feed) -> dict[str, Any]:
    values = {name: getattr(settings, name) for name in FEED_COLUMNS}
    return {**values, "categories": [list(path) for path in settings.categories]}


def _state_values(state: FeedState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in STATE_COLUMNS}


def _rhythm_values(state: FeedState) -> dict[str, Any]:
    rhythm = state.rhythm
    hours = _HOURS.pack(*rhythm.hours)
    return {
        "rhythm_items": rhythm.items,
        "rhythm_days": rhythm.days,
        "rhythm_at": rhythm.at,
        "rhythm_hours": hours,
    }
