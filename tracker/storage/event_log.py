"""The append-only event log: every entry carries the hash of the one before it.

Changing, removing, inserting or swapping an entry breaks the chain at that entry. A chain alone
cannot show that its *end* was cut off; for that, keep the head that `tracker verify` prints and ask
later with `--head` whether it still stands in the chain.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
"""What the first entry names as its predecessor."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: what happened (`kind`), to what (`subject`), the facts as canonical JSON
    (`body`).
    """

    seq: int
    entered_at: datetime
    kind: str
    subject: str
    body: str
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry that is not as it was written, and why."""

    seq: int
    reason: str


def canonical(facts: Mapping[str, Any]) -> str:
    """Facts as JSON that is the same for the same facts: sorted keys, no spaces, times in UTC.

    >>> canonical({"p": 0.5, "at": None})
    '{"at":null,"p":0.5}'
    """
    return json.dumps(
        facts,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
        default=_plain,
    )


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value).__name__} does not belong into the log")


def following(
    last: Entry | None, kind: str, subject: str, *, body: str, entered_at: datetime
) -> Entry:
    """The entry that comes after `last`."""
    seq = 1 if last is None else last.seq + 1
    prev = GENESIS if last is None else last.hash
    unsigned = Entry(seq, entered_at, kind, subject, body, prev, "")
    return replace(unsigned, hash=_digest(unsigned))


def first_break(entries: Iterable[Entry]) -> Break | None:
    """The first entry that breaks the chain; None when it is whole."""
    last: Entry | None = None
    for entry in entries:
        expected = following(
            last, entry.kind, entry.subject, body=entry.body, entered_at=entry.entered_at
        )
        if entry.seq != expected.seq:
            return Break(expected.seq, f"entry {expected.seq} is missing")
        if entry.prev != expected.prev:
            return Break(entry.seq, f"entry {entry.seq} does not follow entry {entry.seq - 1}")
        if entry.hash != expected.hash:
            return Break(entry.seq, f"entry {entry.seq} was changed after it was written")
        last = entry
    return None


def _digest(entry: Entry) -> str:
    # JSON quotes each part, so no two different entries hash the same text.
    at = entry.entered_at.astimezone(UTC).isoformat()
    parts = [entry.seq, at, entry.kind, entry.subject, entry.body, entry.prev]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
