"""The append-only event log: each entry carries the hash of its predecessor.

Changing, removing, inserting or reordering an entry breaks the chain there. A chain alone cannot
show that its *end* was cut off: keep the head that `tracker system verify` prints, and check later
with `--head` that the chain still contains it. Entries are appended in the caller's transaction.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, text
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from tracker.errors import Refused
from tracker.storage.tables import LogRow

GENESIS_HASH = "0" * 64
"""Predecessor hash of the first entry."""

ACTOR_KEY = "actor"
"""Key of a session's `info` with the actor of all entries that it appends."""


SEAL, BASELINE, KEY, RESTORE = "seal", "baseline", "key", "restore"

ACTS = frozenset({"account", "refusal", "share", SEAL, BASELINE, KEY, RESTORE})
"""Kinds of entries that stand alone: no table has their facts once more."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One log entry: event (`kind`), object (`subject`) and facts as canonical JSON (`body`).

    `actor` says as canonical JSON who acted and through what (see `Principal`); it is empty for
    what the installation does by itself, and in entries from before schema version 0020.
    """

    seq: int
    entered_at: datetime
    kind: str
    subject: str
    body: str
    prev: str
    hash: str
    actor: str = ""


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """The first entry that fails verification, and the reason."""

    seq: int
    reason: str


def canonical_json(facts: Mapping[str, Any]) -> str:
    """Serialise facts as canonical JSON: sorted keys, no spaces, times in UTC.

    >>> canonical_json({"p": 0.5, "at": None})
    '{"at":null,"p":0.5}'
    """
    return json.dumps(
        facts,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
        default=_encode_value,
    )


def _encode_value(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value).__name__} does not belong into the log")


def build_next_entry(
    last: LogEntry | None,
    kind: str,
    subject: str,
    *,
    body: str,
    entered_at: datetime,
    actor: str = "",
) -> LogEntry:
    """Return the entry that follows `last`, with its hash."""
    seq = 1 if last is None else last.seq + 1
    prev = GENESIS_HASH if last is None else last.hash
    unsigned = LogEntry(seq, entered_at, kind, subject, body, prev, "", actor)
    return replace(unsigned, hash=_hash_entry(unsigned))


def find_first_break(entries: Iterable[LogEntry]) -> ChainBreak | None:
    """Return the first entry that breaks the chain; None if it is intact."""
    last: LogEntry | None = None
    for entry in entries:
        expected = build_next_entry(
            last,
            entry.kind,
            entry.subject,
            body=entry.body,
            entered_at=entry.entered_at,
            actor=entry.actor,
        )
        if entry.seq != expected.seq:
            return ChainBreak(expected.seq, f"entry {expected.seq} is missing")
        if entry.prev != expected.prev:
            return ChainBreak(entry.seq, f"entry {entry.seq} does not follow entry {entry.seq - 1}")
        if entry.hash != expected.hash:
            return ChainBreak(entry.seq, f"entry {entry.seq} was changed after it was written")
        last = entry
    return None


def _hash_entry(entry: LogEntry) -> str:
    # JSON quotes each part, so no two different entries hash the same text.
    at = entry.entered_at.astimezone(UTC).isoformat()
    parts = [entry.seq, at, entry.kind, entry.subject, entry.body, entry.prev]
    if entry.actor:  # entries without one have the hash that they always had
        parts.append(entry.actor)
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


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


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Entry to append: event, object and facts, with the time of entry."""

    kind: str
    subject: str
    facts: Mapping[str, Any]
    at: datetime


def append_entry(
    session: Session, kind: str, subject: str, *, facts: Mapping[str, Any], at: datetime
) -> int:
    """Append an entry within the transaction and return its number.

    Raises `Refused` for a text with a character that cannot be stored.
    """
    (seq,) = append_entries(session, [NewEntry(kind, subject, facts, at)])
    return seq


def append_entries(session: Session, new_entries: Sequence[NewEntry]) -> range:
    """Append entries in their order within the transaction and return their numbers.

    Raises `Refused` for a text with a character that cannot be stored.
    """
    bodies = [_check_storable(new.kind, canonical_json(new.facts)) for new in new_entries]
    actor: str = session.info.get(ACTOR_KEY, "")
    acquire_append_lock(session)
    last = find_last_entry(session)
    first = 1 if last is None else last.seq + 1
    rows = []
    for new, body in zip(new_entries, bodies, strict=True):
        last = build_next_entry(
            last, new.kind, new.subject, body=body, entered_at=new.at, actor=actor
        )
        rows.append({name: getattr(last, name) for name in LogEntry.__slots__})
    if rows:
        session.execute(insert(LogRow.__table__), rows)  # type: ignore[attr-defined]
    return range(first, first + len(rows))


def _check_storable(kind: str, body: str) -> str:
    if _UNSTORABLE.search(body):
        raise Refused(
            f"the {kind} holds a character that cannot be kept (NUL, or half a character): leave "
            "it out"
        )
    return body


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


def read_head(connection: Connection) -> str:
    """Return number and hash of the newest entry as SEQ:HASH, under any version of the schema."""
    newest = sa_select(col(LogRow.seq), col(LogRow.hash)).order_by(col(LogRow.seq).desc()).limit(1)
    row = connection.execute(newest).first()
    return f"{row.seq}:{row.hash}" if row else f"0:{GENESIS_HASH}"


def find_newest_seq(session: Session) -> int:
    """Return the number of the newest entry; 0 if there is none."""
    return session.exec(select(func.coalesce(func.max(LogRow.seq), 0))).one()


def iterate_entries(session: Session) -> Iterator[LogEntry]:
    """Iterate over all entries, oldest first, in slices to bound memory."""
    for row in session.exec(
        select(LogRow).order_by(col(LogRow.seq)).execution_options(yield_per=5000)
    ):
        yield _parse_entry(row)


def list_newest(
    session: Session, kind: str, limit: int, *, subject: str | None = None
) -> tuple[LogEntry, ...]:
    """Return the newest entries of a kind, or of those about a subject, the newest first."""
    query = select(LogRow).where(LogRow.kind == kind)
    if subject is not None:
        query = query.where(LogRow.subject == subject)
    rows = session.exec(query.order_by(col(LogRow.seq).desc()).limit(limit))
    return tuple(map(_parse_entry, rows))


def list_subjects(session: Session, kind: str) -> frozenset[str]:
    """Return what the entries of a kind are about."""
    return frozenset(session.exec(select(LogRow.subject).where(LogRow.kind == kind).distinct()))


def read_facts(entry: LogEntry) -> dict[str, Any]:
    """Return the facts of an entry as JSON has them."""
    facts: dict[str, Any] = json.loads(entry.body)
    return facts


def _parse_entry(row: LogRow) -> LogEntry:
    return LogEntry(
        row.seq, row.entered_at, row.kind, row.subject, row.body, row.prev, row.hash, row.actor
    )
