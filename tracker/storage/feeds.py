"""Feeds with the state of polling them, what is remembered of their documents, and their days."""

import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Row, String, Update, bindparam, case, func, insert, update
from sqlmodel import Session, select

from tracker.feeds.feed import HOURS, Feed, FeedState, Rhythm
from tracker.feeds.item import FeedId
from tracker.feeds.parsing.change_detection import NOTHING, Memory
from tracker.feeds.scheduling.health import DayCount
from tracker.storage.tables import FeedDayRow, FeedDocumentRow, FeedRow
from tracker.storage.upsert import upsert

FEED: Final = FeedRow.__table__  # type: ignore[attr-defined]
DOCUMENT: Final = FeedDocumentRow.__table__  # type: ignore[attr-defined]
DAY: Final = FeedDayRow.__table__  # type: ignore[attr-defined]
OF_FEED: Final = tuple(f.name for f in fields(Feed))
OF_STATE: Final = tuple(f.name for f in fields(FeedState) if f.name not in ("feed", "rhythm"))
AT_EACH_POLL: Final = (
    "next_due_at",
    "next_reason",
    "last_attempt_at",
    "last_success_at",
    "last_status",
    "last_seconds",
    "recent",
)
SELDOM: Final = tuple(
    name for name in OF_STATE if name not in (*AT_EACH_POLL, "need", "paused_why")
)
OF_RHYTHM: Final = tuple(f"rhythm_{f.name}" for f in fields(Rhythm))
_NEW_AT_EACH_POLL: Final = [f"new_{name}" for name in AT_EACH_POLL]
_at_each_poll: Final = attrgetter(*AT_EACH_POLL)
_seldom: Final = attrgetter(*SELDOM)
_COLUMNS: Final = [FEED.c[name] for name in (*OF_FEED, *OF_STATE)]
_RHYTHM: Final = [FEED.c[name] for name in OF_RHYTHM]
_HOURS: Final = struct.Struct(f"<{HOURS}f")


def add_feed(session: Session, state: FeedState) -> bool:
    """Store a feed unless its id or address is there already; True when it is new."""
    known = select(FeedRow.id).where((FeedRow.id == state.id) | (FeedRow.url == state.feed.url))
    if session.exec(known).first() is not None:
        return False
    session.execute(
        insert(FEED).values(
            **_feed_values(state.feed), **_state_values(state), **_rhythm_values(state)
        )
    )
    return True


def feeds(session: Session) -> tuple[FeedState, ...]:
    """All feeds by title."""
    return _states(
        session, select(*_COLUMNS, *_RHYTHM).order_by(func.lower(FEED.c.title), FEED.c.id)
    )


def feed(session: Session, feed_id: str) -> FeedState | None:
    """One feed by its name."""
    return next(
        iter(_states(session, select(*_COLUMNS, *_RHYTHM).where(FEED.c.id == feed_id))), None
    )


def due_feeds(
    session: Session, now: datetime, limit: int, *, but: Collection[FeedId] = ()
) -> tuple[FeedState, ...]:
    """The feeds whose time has come, the longest overdue first, without those named in `but`."""
    query = select(*_COLUMNS, *_RHYTHM).where(FEED.c.paused_why == "", FEED.c.next_due_at <= now)
    if but:
        query = query.where(FEED.c.id.not_in(but))
    return _states(session, query.order_by(FEED.c.next_due_at).limit(limit))


def save_states(session: Session, before: Sequence[FeedState], after: Sequence[FeedState]) -> None:
    """Keep what polling these feeds taught: of each no more columns than have changed.

    What a person has set in the meantime stays: a pause, an address.
    """
    rows: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for old, new in zip(before, after, strict=True):
        columns = _touched(old, new)
        rows.setdefault(columns, []).append(_values(new, columns))
    for columns, values in rows.items():
        session.connection().execute(_saving(columns), values)


def _touched(before: FeedState, after: FeedState) -> tuple[str, ...]:
    """A usual answer says only when it came and when to ask again, which is all that most polls
    bring.
    """
    taught = OF_RHYTHM if after.rhythm is not before.rhythm else ()
    moved = ("url",) if after.feed.url != before.feed.url else ()
    if taught or moved or after.paused_why or _seldom(before) != _seldom(after):
        return (*AT_EACH_POLL, *SELDOM, "paused_why", *moved, *taught)
    return AT_EACH_POLL


def _values(state: FeedState, columns: tuple[str, ...]) -> dict[str, Any]:
    if columns is AT_EACH_POLL:
        return dict(zip(_NEW_AT_EACH_POLL, _at_each_poll(state), strict=True), which=state.id)
    known = {**_state_values(state), **_rhythm_values(state), "url": state.feed.url}
    return {"which": state.id, **{f"new_{name}": known[name] for name in columns}}


@cache
def _saving(columns: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    if "paused_why" in columns:
        stopped = bindparam("new_paused_why", type_=String)
        values["paused_why"] = case((stopped != "", stopped), else_=FEED.c.paused_why)
    return update(FEED).where(FEED.c.id == bindparam("which")).values(values)


def stop(session: Session, feed_id: str, why: str) -> None:
    """Poll a feed no more."""
    session.execute(update(FEED).where(FEED.c.id == feed_id).values(paused_why=why))


def wake(session: Session, feed_id: str, now: datetime, why: str) -> None:
    """Poll a feed at the next tick, even a paused one, and read its document whole."""
    patient: dict[str, Any] = {
        "paused_why": "",
        "failures": 0,
        "failing_since": None,
    }  # or a dead feed would pause again at once
    _forget(session, feed_id, next_due_at=now, next_reason=why, **patient)


def save_feed(session: Session, changed: Feed) -> None:
    """Keep what a person set."""
    session.execute(update(FEED).where(FEED.c.id == changed.id).values(**_feed_values(changed)))


def save_needs(session: Session, needs: Mapping[FeedId, float]) -> None:
    """Keep how much open questions need each of these feeds."""
    statement = (
        update(FEED).where(FEED.c.id == bindparam("which")).values(need=bindparam("new_need"))
    )
    if needs:
        session.connection().execute(
            statement, [{"which": f, "new_need": n} for f, n in needs.items()]
        )


def taken_urls(session: Session) -> dict[str, FeedId]:
    """Which feed has which address."""
    return {url: FeedId(feed_id) for url, feed_id in session.execute(select(FEED.c.url, FEED.c.id))}


def of_host(session: Session, part: str) -> tuple[FeedState, ...]:
    """The polled feeds with this text in their address."""
    polled = (FEED.c.paused_why == "", FEED.c.url.contains(part, autoescape=True))
    return _states(session, select(*_COLUMNS, *_RHYTHM).where(*polled))


def memories(session: Session, feed_ids: Collection[FeedId]) -> dict[FeedId, Memory]:
    """What is remembered of the last documents of these feeds."""
    if not feed_ids:
        return {}
    query = select(DOCUMENT.c.feed_id, DOCUMENT.c.body_hash, DOCUMENT.c.entries)
    found = session.connection().execute(query.where(DOCUMENT.c.feed_id.in_(feed_ids)))
    return dict.fromkeys(feed_ids, NOTHING) | {FeedId(f): Memory(b, e) for f, b, e in found}


def remember(session: Session, learned: Mapping[FeedId, Memory]) -> None:
    """Keep what there is to remember of these feeds' newest documents."""
    rows = [
        {"feed_id": f, "body_hash": m.body_hash, "entries": m.entries} for f, m in learned.items()
    ]
    upsert(session, FeedDocumentRow, rows, update=("body_hash", "entries"))


def forget(session: Session, feed_id: str) -> None:
    """Forget what was remembered of a feed's document: it has another address now."""
    _forget(session, feed_id, moved_to="", moved_since=None)


def _forget(session: Session, feed_id: str, **besides: Any) -> None:
    """Let a feed's next document be asked for and read as if it were the first; set what else there
    is to set.
    """
    session.execute(
        update(FEED).where(FEED.c.id == feed_id).values(etag=None, last_modified=None, **besides)
    )
    remember(session, {FeedId(feed_id): NOTHING})


def count_days(session: Session, counts: Iterable[tuple[FeedId, DayCount]]) -> None:
    """Add these polls to their feeds' days."""
    rows = [{"feed_id": f, **{n: getattr(c, n) for n in DayCount.__slots__}} for f, c in counts]
    upsert(session, FeedDayRow, rows, add=tuple(n for n in DayCount.__slots__ if n != "day"))


def days(
    session: Session, since: date, feed_id: str | None = None
) -> dict[FeedId, tuple[DayCount, ...]]:
    """Per feed: its days from `since` on, the oldest first."""
    query = select(DAY.c.feed_id, *(DAY.c[name] for name in DayCount.__slots__)).where(
        DAY.c.day >= since
    )
    if feed_id is not None:
        query = query.where(DAY.c.feed_id == feed_id)
    found: dict[FeedId, list[DayCount]] = {}
    for name, *counts in session.connection().execute(query.order_by(DAY.c.day)):
        found.setdefault(FeedId(name), []).append(DayCount(*counts))
    return {name: tuple(counts) for name, counts in found.items()}


def forget_days(session: Session, before: date) -> None:
    """Drop the counts of days that no page looks back to."""
    session.execute(DAY.delete().where(DAY.c.day < before))


def _states(session: Session, query: Any) -> tuple[FeedState, ...]:
    return tuple(_state(row) for row in session.connection().execute(query))


def _state(row: Row[Any]) -> FeedState:
    n = len(OF_FEED)
    m = n + len(OF_STATE)
    values: tuple[Any, ...] = (_feed(row[:n]), *row[n:m], _rhythm(row[m:]))
    return FeedState(*values)


def _feed(values: Sequence[Any]) -> Feed:
    found = dict(zip(OF_FEED, values, strict=True))
    found["categories"] = tuple(tuple(path) for path in found["categories"])
    return Feed(**found)


def _rhythm(values: Sequence[Any]) -> Rhythm:
    items, days, at, hours = values
    return Rhythm(items, days, at, _HOURS.unpack(hours)) if hours else Rhythm(items, days, at)


def _feed_values(found: Feed) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in OF_FEED}
    return {**values, "categories": [list(path) for path in found.categories]}


def _state_values(state: FeedState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in OF_STATE}


def _rhythm_values(state: FeedState) -> dict[str, Any]:
    found = state.rhythm
    hours = _HOURS.pack(*found.hours)
    return {
        "rhythm_items": found.items,
        "rhythm_days": found.days,
        "rhythm_at": found.at,
        "rhythm_hours": hours,
    }
