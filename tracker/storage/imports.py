"""Imports of forecasts, and which forecasts stand after some were undone.

An import is a stretch of the log: all that was entered in its transaction, its own entry last. So
undoing it takes one entry, whatever it had entered, and a look back to a day before sees it still.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.questions.question import ForecasterId, QuestionId
from tracker.model.forecast_import import ImportBatch
from tracker.storage import facts
from tracker.storage.tables import (
    ForecastRow,
    ImportBatchRow,
    QuestionRow,
    ResolutionRow,
)

_FORECAST: Any = ForecastRow.__table__  # type: ignore[attr-defined]
_BATCH: Any = ImportBatchRow.__table__  # type: ignore[attr-defined]
_UNDO: Any = _BATCH.alias()


def _undone_by_none(*known: Any) -> Any:
    undone = _FORECAST.c.log_seq.between(_BATCH.c.first_seq, _BATCH.c.log_seq)
    return ~exists(
        sa_select(_BATCH.c.id).where(_UNDO.c.undoes == _BATCH.c.id, undone, *known)
    ).correlate(_FORECAST)


_STANDS_NOW: Any = _undone_by_none()
"""Made once: pages ask by it a dozen times."""


def stands(entered_by: datetime | None = None) -> Any:
    """Condition that no undone import entered a forecast, optionally as entered by an instant."""
    return _STANDS_NOW if entered_by is None else _undone_by_none(_UNDO.c.at <= entered_by)


def add_batch(
    session: Session, batch: ImportBatch, first_seq: int, *, undoes: int | None = None
) -> int:
    """Append an import whose first entry in the log is `first_seq`; return its id."""
    columns = {
        name: getattr(batch, name)
        for name in ("source", "name", "questions", "forecasts", "answers")
    }
    columns |= {"first_seq": first_seq, "undoes": undoes}
    facts.append_fact(session, "import", batch.source, columns, at=batch.at, by=batch.by)
    return session.exec(select(func.max(ImportBatchRow.id))).one() or 0


def list_batches(session: Session) -> tuple[ImportBatch, ...]:
    """Return all imports, the newest first, with the time at which one was undone."""
    rows = session.exec(select(ImportBatchRow).order_by(col(ImportBatchRow.id).desc())).all()
    undone = {row.undoes: row.at for row in rows if row.undoes is not None}
    return tuple(
        ImportBatch(
            id=row.id or 0,
            source=row.source,
            name=row.name,
            questions=row.questions,
            forecasts=row.forecasts,
            answers=row.answers,
            at=row.at,
            by=ForecasterId(row.by),
            undone_at=undone.get(row.id or 0),
        )
        for row in rows
        if row.undoes is None
    )


def list_entered(
    session: Session, batch_id: int
) -> tuple[list[QuestionId], list[QuestionId], list[QuestionId]]:
    """Return the questions that an import opened, those it answered, and those it forecast."""
    row = session.exec(select(ImportBatchRow).where(ImportBatchRow.id == batch_id)).one()

    def select_distinct(column: Any, seq: Any) -> list[QuestionId]:
        query = sa_select(column).where(seq.between(row.first_seq, row.log_seq)).distinct()
        return [QuestionId(name) for name in session.scalars(query.order_by(column))]

    return (
        select_distinct(QuestionRow.id, QuestionRow.log_seq),
        select_distinct(ResolutionRow.question_id, ResolutionRow.log_seq),
        select_distinct(ForecastRow.question_id, ForecastRow.log_seq),
    )


def list_answered_since(session: Session, batch_id: int) -> frozenset[QuestionId]:
    """Return the questions that were answered, or re-opened, after an import."""
    row = session.exec(select(ImportBatchRow).where(ImportBatchRow.id == batch_id)).one()
    query = select(ResolutionRow.question_id).where(ResolutionRow.log_seq > row.log_seq)
    return frozenset(map(QuestionId, session.exec(query)))
