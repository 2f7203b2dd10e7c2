"""States of rows that suggestions rest on and that may change: feeds, indicators and names.

Each change of such a row is an entry of the log, and the newest one about a row says what it is.
Rows from before there were such entries are in one *baseline* for each kind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from sqlmodel import Session, select

from forecasts.questions.question import COMPUTED
from tracker.storage import event_log
from tracker.storage.event_log import BASELINE, ChainBreak, LogEntry, NewEntry, canonical_json
from tracker.storage.tables import FeedRow, ForecasterRow, IndicatorRow

DIGEST_LENGTH: Final = 32
MAX_SUBJECTS_PER_QUERY: Final = 1_000
"""Databases limit the parameters of a statement: SQLite allows 32,766."""

_COMPUTED_IDS: Final = {forecaster.id for forecaster in COMPUTED}


@dataclass(frozen=True, slots=True)
class StateTable:
    """A table whose rows have a newest entry each: the columns that their entries name."""

    row: type[Any]
    columns: tuple[str, ...]


STATES: Final[Mapping[str, StateTable]] = MappingProxyType(
    {
        "feed": StateTable(FeedRow, ("grade", "source_group")),
        "forecaster": StateTable(ForecasterRow, ("name", "kind")),
        "indicator": StateTable(
            IndicatorRow, tuple(name for name in IndicatorRow.model_fields if name != "id")
        ),
    }
)


def log_states(session: Session, kind: str, subjects: Sequence[str], at: datetime) -> None:
    """Append an entry for each of these rows, which are new or changed, as they are stored."""
    for start in range(0, len(subjects), MAX_SUBJECTS_PER_QUERY):
        chunk = subjects[start : start + MAX_SUBJECTS_PER_QUERY]
        stored = _iterate_facts(session, kind, STATES[kind].row.id.in_(chunk))
        event_log.append_entries(
            session, [NewEntry(kind, subject, facts, at) for subject, facts in stored]
        )


def append_baselines(session: Session, at: datetime) -> None:
    """Append a baseline of each kind that has none: the rows that no entry is about."""
    for kind in STATES:
        if not event_log.list_newest(session, BASELINE, 1, subject=kind):
            known = set(event_log.list_subjects(session, kind))
            digests = {
                subject: digest
                for subject, digest in _load_digests(session, kind).items()
                if subject not in known
            }
            event_log.append_entry(session, BASELINE, kind, facts={"rows": digests}, at=at)


def find_changed_state(session: Session, entries: Iterable[LogEntry]) -> ChainBreak | None:
    """Return the first row that is not what its newest entry says, or that no entry is about."""
    expected: dict[str, dict[str, tuple[int, str]]] = {kind: {} for kind in STATES}
    baselines: dict[str, int] = {}
    for entry in entries:
        if entry.kind in STATES:
            expected[entry.kind][entry.subject] = entry.seq, _digest(entry.body)
        elif entry.kind == BASELINE:
            baselines[entry.subject] = entry.seq
            digests = event_log.read_facts(entry)["rows"]
            expected[entry.subject] |= {name: (entry.seq, d) for name, d in digests.items()}
    breaks = (
        broken
        for kind, by_subject in expected.items()
        for broken in _compare(kind, by_subject, _load_digests(session, kind), baselines.get(kind))
    )
    return min(breaks, key=lambda broken: broken.seq, default=None)


def _compare(
    kind: str,
    expected: Mapping[str, tuple[int, str]],
    stored: Mapping[str, str],
    baseline: int | None,
) -> Iterable[ChainBreak]:
    for subject, (seq, digest) in expected.items():
        if subject not in stored:
            yield ChainBreak(seq, f"the {kind} {subject} that entry {seq} recorded is gone")
        elif stored[subject] != digest:
            yield ChainBreak(seq, f"the {kind} {subject} was changed after entry {seq} recorded it")
    if baseline is not None:
        for subject in stored.keys() - expected.keys():
            yield ChainBreak(
                baseline, f"the {kind} {subject} came after entry {baseline}, and no entry says so"
            )


def _load_digests(session: Session, kind: str) -> dict[str, str]:
    return {
        subject: _digest(canonical_json(facts))
        for subject, facts in _iterate_facts(session, kind)
        if subject not in _COMPUTED_IDS  # their names are those of the program
    }


def _iterate_facts(
    session: Session, kind: str, *conditions: Any
) -> Iterator[tuple[str, dict[str, Any]]]:
    table = STATES[kind]
    columns = [getattr(table.row, name) for name in ("id", *table.columns)]
    query = select(*columns).where(*conditions).order_by(table.row.id)
    for subject, *values in session.execute(query):
        yield subject, dict(zip(table.columns, values, strict=True))


def _digest(body: str) -> str:
    return sha256(body.encode()).hexdigest()[:DIGEST_LENGTH]
