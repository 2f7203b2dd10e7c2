"""Series with their values, and the rules by which they settle questions.

Values are append-only: a revision is another row, and the log has a hash of each reading's values.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import func, insert, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.questions.question import QuestionId
from forecasts.questions.series import Period, Series, SeriesFormat, SeriesId, SeriesValue
from forecasts.questions.settlement import Settlement
from tracker.feeds.item import FeedId
from tracker.model.audit import Authorship
from tracker.storage import event_log, facts
from tracker.storage.tables import (
    DismissedAnswerRow,
    SeriesReadingRow,
    SeriesRow,
    SeriesValueRow,
    SettlementRow,
)

if TYPE_CHECKING:
    from tracker.feeds.parsing.series_document import SeriesReading

READING: Final = SeriesReadingRow.__table__  # type: ignore[attr-defined]
VALUE: Final = SeriesValueRow.__table__  # type: ignore[attr-defined]
_VALUES: Final = sa_select(
    VALUE.c.starts_on,
    VALUE.c.ends_on,
    VALUE.c.value,
    VALUE.c.text,
    READING.c.at,
    READING.c.document_hash,
).join(READING, READING.c.id == VALUE.c.reading_id)


def add_series(session: Session, series: Series, feed_id: FeedId, now: datetime) -> None:
    """Store a series that reads the document of a feed."""
    columns = facts.read_slots(replace(series, where=()))
    where = [list(pair) for pair in series.where]
    session.add(SeriesRow(**{**columns, "where": where, "feed_id": feed_id, "added_at": now}))
    session.flush()


def is_series_known(session: Session, series_id: str) -> bool:
    """Return True if a series has or had this name."""
    return session.get(SeriesRow, series_id) is not None


def remove_series(session: Session, series_id: SeriesId, now: datetime) -> None:
    """Stop reading a series; its values stay."""
    session.execute(update(SeriesRow).where(col(SeriesRow.id) == series_id).values(removed_at=now))


def map_series_to_feeds(session: Session) -> dict[SeriesId, FeedId]:
    """Map each series that is read to the feed of its document."""
    query = select(SeriesRow.id, SeriesRow.feed_id).where(col(SeriesRow.removed_at).is_(None))
    return {SeriesId(series_id): FeedId(feed_id) for series_id, feed_id in session.exec(query)}


def list_series(session: Session) -> tuple[Series, ...]:
    """Return the series that are read, by name."""
    query = select(SeriesRow).where(col(SeriesRow.removed_at).is_(None))
    return tuple(map(_parse_series, session.exec(query.order_by(col(SeriesRow.id)))))


def find_series(session: Session, series_id: str) -> Series | None:
    """Return a series, also one that is no longer read."""
    row = session.get(SeriesRow, series_id)
    return None if row is None else _parse_series(row)


def load_series_of_feeds(
    session: Session, feed_ids: Collection[FeedId]
) -> dict[FeedId, tuple[Series, ...]]:
    """Return the series that are read in the document of each of these feeds."""
    query = select(SeriesRow).where(
        col(SeriesRow.feed_id).in_(feed_ids), col(SeriesRow.removed_at).is_(None)
    )
    by_feed: dict[FeedId, tuple[Series, ...]] = {}
    for row in session.exec(query.order_by(col(SeriesRow.id))):
        feed_id = FeedId(row.feed_id)
        by_feed[feed_id] = (*by_feed.get(feed_id, ()), _parse_series(row))
    return by_feed


def _parse_series(row: SeriesRow) -> Series:
    return Series(
        SeriesId(row.id),
        row.url,
        cast(SeriesFormat, row.format),
        row.date_column,
        row.value_column,
        tuple((column, content) for column, content in row.where),
        row.unit,
        row.day_first,
        row.decimal_comma,
    )


@dataclass(frozen=True, slots=True)
class SeenDocument:
    """A document as it was fetched: its address, the SHA-256 of its bytes, and when."""

    url: str
    sha256: str
    at: datetime


def add_reading(
    session: Session, reading: "SeriesReading", document: SeenDocument
) -> tuple[Period, ...]:
    """Append the values of a reading that are new or revised; return their periods.

    A period that has not begun has a projection, no value, and is left out.
    """
    now = document.at
    known = {v.period: v.value for v in load_values(session, reading.series_id)}
    changed = [
        read_value
        for read_value in reading.values
        if read_value.period.start <= now.date()
        and known.get(read_value.period) != read_value.value
    ]
    if not changed:
        return ()
    rows = [
        {"starts_on": v.period.start, "ends_on": v.period.end, "value": v.value, "text": v.text}
        for v in changed
    ]
    columns: dict[str, Any] = {
        "series_id": reading.series_id,
        "url": document.url,
        "document_hash": document.sha256,
        "at": now,
    }
    seq = event_log.append_entry(
        session,
        "series reading",
        reading.series_id,
        facts={**columns, "values": _hash_values(tuple(row.values()) for row in rows)},
        at=now,
    )
    row = SeriesReadingRow(**columns, log_seq=seq)
    session.add(row)
    session.flush()
    session.execute(insert(VALUE), [{**values, "reading_id": row.id} for values in rows])
    return tuple(v.period for v in changed)


def _hash_values(rows: Iterable[tuple[Any, ...]]) -> str:
    digest = hashlib.sha256()
    for starts_on, ends_on, value, text in rows:
        digest.update(f"{starts_on} {ends_on} {float(value)!r} {text}\n".encode())
    return digest.hexdigest()


def index_reading_facts(session: Session) -> dict[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of readings, with the hash of their stored values."""
    query = sa_select(
        VALUE.c.reading_id, VALUE.c.starts_on, VALUE.c.ends_on, VALUE.c.value, VALUE.c.text
    ).order_by(VALUE.c.reading_id, VALUE.c.id)
    hashes = {
        reading_id: _hash_values(row[1:] for row in rows)
        for reading_id, rows in groupby(session.execute(query).all(), key=lambda row: row[0])
    }
    names = ("series_id", "url", "document_hash", "at")
    return event_log.index_facts_by_seq(
        session.exec(select(SeriesReadingRow)),
        lambda row: {
            **{name: getattr(row, name) for name in names},
            "values": hashes.get(row.id, ""),
        },
    )


def load_values(
    session: Session, series_id: SeriesId, since: date | None = None
) -> tuple[SeriesValue, ...]:
    """Return all values of a series in the order in which they were first seen.

    With `since`, those of periods that end then or later.
    """
    query = _VALUES.where(READING.c.series_id == series_id).order_by(VALUE.c.id)
    if since is not None:
        query = query.where(VALUE.c.ends_on >= since)
    return tuple(map(_parse_value, session.execute(query)))


def _parse_value(row: Any) -> SeriesValue:
    starts_on, ends_on, value, text, at, document_hash = row
    return SeriesValue(Period(starts_on, ends_on), value, text, at, document_hash)


def count_values(session: Session, series_id: SeriesId) -> int:
    """Return the number of values of a series, revisions included."""
    query = sa_select(func.count()).select_from(VALUE).join(READING)
    return int(session.execute(query.where(READING.c.series_id == series_id)).scalar_one())


def load_newest_value(session: Session, series_id: SeriesId) -> tuple[SeriesValue, ...]:
    """Return the newest version of the value of the last period; empty without any."""
    query = _VALUES.where(READING.c.series_id == series_id)
    newest = query.order_by(VALUE.c.ends_on.desc(), VALUE.c.id.desc()).limit(1)
    return tuple(map(_parse_value, session.execute(newest)))


# Settlements


def add_settlement(
    session: Session, question_id: QuestionId, settlement: Settlement, made: Authorship
) -> None:
    """Append the rule that settles a question; one without text removes the former."""
    columns = {
        "question_id": question_id,
        "series_id": settlement.series_id,
        "rule": settlement.rule,
    }
    facts.append_fact(session, "settlement", question_id, columns, at=made.at, by=made.by)


def load_settlements(
    session: Session, question_ids: Sequence[QuestionId] | None = None
) -> Mapping[QuestionId, Settlement]:
    """Return the rules that settle questions, of these or of all."""
    newest = select(func.max(SettlementRow.id)).group_by(SettlementRow.question_id)
    if question_ids is not None:
        newest = newest.where(col(SettlementRow.question_id).in_(question_ids))
    rows = session.exec(select(SettlementRow).where(col(SettlementRow.id).in_(newest)))
    return {
        QuestionId(row.question_id): Settlement(SeriesId(row.series_id), row.rule)
        for row in rows
        if row.rule
    }


def add_dismissal(
    session: Session, question_id: QuestionId, made: Authorship, *, key: str, why: str
) -> None:
    """Append the dismissal of a proposed answer."""
    columns = {"question_id": question_id, "key": key, "why": why}
    facts.append_fact(session, "dismissal", question_id, columns, at=made.at, by=made.by)


def load_dismissals(session: Session) -> frozenset[tuple[QuestionId, str]]:
    """Return the question and key of every proposed answer that was dismissed."""
    query = select(DismissedAnswerRow.question_id, DismissedAnswerRow.key)
    return frozenset((QuestionId(question_id), key) for question_id, key in session.exec(query))
