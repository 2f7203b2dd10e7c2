"""Rows of the event log: append inside the caller's transaction, read in order."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from tracker.errors import Refused
from tracker.storage.event_log import Entry, canonical, following
from tracker.storage.tables import LogRow

APPEND_LOCK = 7_305_151_211_520_107
"""PostgreSQL advisory lock that serialises appends; SQLite has one writer anyway."""


_NO_TEXT = re.compile(r"(?<!\\)(?:\\\\)*\\u0000|[\ud800-\udfff]")
"""What no database keeps in a text, as canonical JSON has it: the NUL character, and halves of
characters.
"""


def wait_turn(session: Session) -> None:
    """Wait until no other transaction appends, and hold the turn until this one ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPEND_LOCK}
        )


def append(
    session: Session, kind: str, subject: str, *, facts: Mapping[str, Any], at: datetime
) -> int:
    """Append one entry and return its number; it is kept or dropped with the transaction.

    Raises `Refused` for a text with a character that cannot be kept.
    """
    body = canonical(facts)
    if _NO_TEXT.search(body):
        raise Refused(
            f"the {kind} holds a character that cannot be kept (NUL, or half a character): leave "
            "it out"
        )
    wait_turn(session)
    entry = following(last(session), kind, subject, body=body, entered_at=at)
    session.add(LogRow(**{name: getattr(entry, name) for name in Entry.__slots__}))
    session.flush()
    return entry.seq


def by_seq(
    rows: Iterable[Any], facts: Callable[[Any], dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """The facts of stored rows by the log entry that recorded each.

    A row that somebody changed into what no fact can be has none, and so differs from its entry.
    """
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        try:
            found[row.log_seq] = facts(row)
        except (ValueError, KeyError, TypeError):
            found[row.log_seq] = {}
    return found


def last(session: Session) -> Entry | None:
    """The newest entry."""
    row = session.exec(select(LogRow).order_by(col(LogRow.seq).desc()).limit(1)).first()
    return None if row is None else _entry(row)


def newest_seq(session: Session) -> int:
    """The number of the newest entry; 0 while there is none."""
    return session.exec(select(func.coalesce(func.max(LogRow.seq), 0))).one()


def entries(session: Session) -> Iterator[Entry]:
    """All entries, oldest first, read in slices so that a long log does not fill the memory."""
    for row in session.exec(
        select(LogRow).order_by(col(LogRow.seq)).execution_options(yield_per=5000)
    ):
        yield _entry(row)


def _entry(row: LogRow) -> Entry:
    return Entry(row.seq, row.entered_at, row.kind, row.subject, row.body, row.prev, row.hash)
