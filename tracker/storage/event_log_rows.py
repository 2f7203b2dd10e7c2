"""Rows of the event log: append within the caller's transaction, read in order."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from tracker.errors import Refused
from tracker.storage.event_log import LogEntry, build_next_entry, canonical_json
from tracker.storage.tables import LogRow

APPEND_LOCK = 7_305_151_211_520_107
"""Key of the PostgreSQL advisory lock that serialises appends; SQLite has one writer anyway."""


_UNSTORABLE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000|[\ud800-\udfff]")
"""Characters no database stores, as in canonical JSON: NUL and lone surrogates."""


def acquire_append_lock(session: Session) -> None:
    """Acquire the append lock until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPEND_LOCK}
        )


def append_entry(
    session: Session, kind: str, subject: str, *, facts: Mapping[str, Any], at: datetime
) -> int:
    """Append an entry within the transaction and return its number.

    Raises `Refused` for a text with a character that cannot be stored.
    """
    body = canonical_json(facts)
    if _UNSTORABLE.search(body):
        raise Refused(
            f"the {kind} holds a character that cannot be kept (NUL, or half a character): leave "
            "it out"
        )
    acquire_append_lock(session)
    entry = build_next_entry(find_last_entry(session), kind, subject, body=body, entered_at=at)
    session.add(LogRow(**{name: getattr(entry, name) for name in LogEntry.__slots__}))
    session.flush()
    return entry.seq


def index_facts_by_seq(
    rows: Iterable[Any], facts: Callable[[Any], dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of stored rows.

    A row that was changed into an invalid fact has none, and so differs from its entry.
    """
    facts_by_seq: dict[int, dict[str, Any]] = {}
    for row in rows:
        try:
            facts_by_seq[row.log_seq] = facts(row)
        except (ValueError, KeyError, TypeError):
            facts_by_seq[row.log_seq] = {}
    return facts_by_seq


def find_last_entry(session: Session) -> LogEntry | None:
    """Return the newest entry."""
    row = session.exec(select(LogRow).order_by(col(LogRow.seq).desc()).limit(1)).first()
    return None if row is None else _parse_entry(row)


def find_newest_seq(session: Session) -> int:
    """Return the number of the newest entry; 0 if there is none."""
    return session.exec(select(func.coalesce(func.max(LogRow.seq), 0))).one()


def iterate_entries(session: Session) -> Iterator[LogEntry]:
    """Iterate over all entries, oldest first, in slices to bound memory."""
    for row in session.exec(
        select(LogRow).order_by(col(LogRow.seq)).execution_options(yield_per=5000)
    ):
        yield _parse_entry(row)


def _parse_entry(row: LogRow) -> LogEntry:
    return LogEntry(row.seq, row.entered_at, row.kind, row.subject, row.body, row.prev, row.hash)
