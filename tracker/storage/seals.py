"""Seals: Merkle roots over the items and the evidence of a day, as entries of the log.

Items are too many for an entry each. A seal is about a range of ids, which a late or wrong clock
does not move, and its leaves are columns that are never changed and that pruning keeps.
Rows are read in slices: memory does not grow with their number.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from json import dumps
from types import MappingProxyType
from typing import Any, Final

from sqlmodel import Session, func, select, text

from tracker.model.merkle import RootBuilder, hash_leaf
from tracker.storage import event_log
from tracker.storage.event_log import SEAL, ChainBreak, LogEntry
from tracker.storage.tables import EvidenceRow, ItemRow

SLICE: Final = 5000

SEALED: Final[Mapping[str, Sequence[Any]]] = MappingProxyType(
    {
        table.__tablename__: [getattr(table, name) for name in ("id", *names.split())]
        for table, names in (
            (ItemRow, "feed_id key title url published_at first_seen_at text_hash"),
            (
                EvidenceRow,
                "question_id story_id indicator_id option first_seen_at relevance p_direction",
            ),
        )
    }
)
"""Sealed columns by table, the id first."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Root over the rows of a table with ids above `after` up to `last`, and their number."""

    after: int
    last: int
    count: int
    root: str


def hash_text(summary: str, content: str) -> bytes:
    """Return the hash of an item's text as it was first seen.

    >>> hash_text("", "")[:4].hex()
    '6e340b9c'
    """
    return sha256(f"{summary}\0{content}".encode(errors="surrogatepass")).digest()


def find_newest_ids(session: Session) -> dict[str, int]:
    """Return the highest id of each sealed table, when no lower one can still be inserted.

    PostgreSQL: ids are given before a transaction commits, so that the lock waits for all writers.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {', '.join(SEALED)} IN SHARE MODE"))
    return {
        name: session.execute(select(func.coalesce(func.max(columns[0]), 0))).scalar_one()
        for name, columns in SEALED.items()
    }


def find_sealed_id(session: Session, name: str) -> int:
    """Return the last id of a table that is sealed; 0 if there is none."""
    newest = event_log.list_newest(session, SEAL, 1, subject=name)
    return int(event_log.read_facts(newest[0])["last"]) if newest else 0


def is_sealed_since(session: Session, day: datetime) -> bool:
    """Return whether something was sealed on the day (UTC) of an instant, or later."""
    newest = event_log.list_newest(session, SEAL, 1)
    return bool(newest) and newest[0].entered_at.date() >= day.astimezone(UTC).date()


def compute_seal(session: Session, name: str, after: int, last: int) -> Seal:
    """Compute the seal of a range of ids."""
    builder = RootBuilder()
    for row in _iterate_rows(session, SEALED[name], after, last):
        builder.append(_hash_row(row))
    return Seal(after, last, builder.size, builder.compute_root().hex())


def append_seals(session: Session, seals: Mapping[str, Seal], at: datetime) -> None:
    """Append seals that continue the sealed ranges; others are those of another process."""
    event_log.acquire_append_lock(session)
    for name, seal in seals.items():
        if seal.after == find_sealed_id(session, name):
            event_log.append_entry(session, SEAL, name, facts=asdict(seal), at=at)


def find_broken_seal(session: Session, entries: Iterable[LogEntry]) -> ChainBreak | None:
    """Return the first seal that its rows do not have any more, or a text that was changed."""
    for entry in entries:
        if entry.kind == SEAL:
            seal = Seal(**event_log.read_facts(entry))
            try:
                broken = _check_seal(session, entry.subject, seal)
            except (ValueError, TypeError):  # a column that cannot be read
                broken = _describe_break(entry.subject, seal)
            if broken:
                words = f"after entry {entry.seq} sealed it on {entry.entered_at:%Y-%m-%d}"
                return ChainBreak(entry.seq, f"{broken} {words}")
    return None


def _check_seal(session: Session, name: str, seal: Seal) -> str:
    """Return which row of a sealed range was changed, "" if none was."""
    columns, builder = SEALED[name], RootBuilder()
    texts = (ItemRow.text_hash, ItemRow.summary, ItemRow.content) if name == "item" else ()
    for row in _iterate_rows(session, [*columns, *texts], seal.after, seal.last):
        builder.append(_hash_row(row[: len(columns)]))
        if texts and _is_text_changed(*row[len(columns) :]):
            return f"the text of item {row[0]} was changed"
    is_whole = (builder.size, builder.compute_root().hex()) == (seal.count, seal.root)
    return "" if is_whole else _describe_break(name, seal)


def _is_text_changed(text_hash: bytes | None, summary: str, content: str) -> bool:
    """Compare a text with its hash: old items have no hash, forgotten texts are empty."""
    if text_hash is None or not (summary or content):
        return False
    return hash_text(summary, content) != text_hash


def _describe_break(name: str, seal: Seal) -> str:
    noun = "an item" if name == "item" else "a piece of evidence"
    numbers = f"from {seal.after + 1} to {seal.last}"
    return f"{noun} with a number {numbers} was changed, added or removed"


def _iterate_rows(session: Session, columns: Sequence[Any], after: int, last: int) -> Iterator[Any]:
    number = columns[0]
    while True:
        query = select(*columns).where(number > after, number <= last).order_by(number)
        rows = session.connection().execute(query.limit(SLICE)).all()
        yield from rows
        if len(rows) < SLICE:
            return
        after = rows[-1][0]


def _hash_row(row: Sequence[Any]) -> bytes:
    return hash_leaf(dumps(list(row), ensure_ascii=False, default=_encode_value).encode())


def _encode_value(value: datetime | bytes) -> str:
    return value.hex() if isinstance(value, bytes) else value.astimezone(UTC).isoformat()
