"""The append-only event log: each entry carries the hash of its predecessor.

Changing, removing, inserting or reordering an entry breaks the chain there. A chain alone cannot
show that its *end* was cut off: keep the head that `tracker system verify` prints, and check later
with `--head` that the chain still contains it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

GENESIS_HASH = "0" * 64
"""Predecessor hash of the first entry."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One log entry: event (`kind`), object (`subject`) and facts as canonical JSON (`body`)."""

    seq: int
    entered_at: datetime
    kind: str
    subject: str
    body: str
    prev: str
    hash: str


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
    last: LogEntry | None, kind: str, subject: str, *, body: str, entered_at: datetime
) -> LogEntry:
    """Return the entry that follows `last`, with its hash."""
    seq = 1 if last is None else last.seq + 1
    prev = GENESIS_HASH if last is None else last.hash
    unsigned = LogEntry(seq, entered_at, kind, subject, body, prev, "")
    return replace(unsigned, hash=_hash_entry(unsigned))


def find_first_break(entries: Iterable[LogEntry]) -> ChainBreak | None:
    """Return the first entry that breaks the chain; None if it is intact."""
    last: LogEntry | None = None
    for entry in entries:
        expected = build_next_entry(
            last, entry.kind, entry.subject, body=entry.body, entered_at=entry.entered_at
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
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
