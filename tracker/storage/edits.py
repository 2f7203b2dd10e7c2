"""Later changes of questions: edits, retractions, lint overrides, unverified answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.questions.versions import QuestionEdit
from tracker.model.audit import Override, UncheckedAnswer
from tracker.storage import facts
from tracker.storage.tables import (
    LintOverrideRow,
    QuestionEditRow,
    ResolutionRow,
    RetractionRow,
    UncheckedAnswerRow,
)


def add_edit(session: Session, edit: QuestionEdit) -> None:
    """Append an edit of a question."""
    columns = {name: getattr(edit, name) for name in ("question_id", "why", "text", "criteria")}
    facts.append_fact(
        session,
        "edit",
        edit.question_id,
        {**columns, "sources": list(edit.sources)},
        at=edit.at,
        by=edit.by,
    )


def list_edits(session: Session) -> Mapping[str, Sequence[QuestionEdit]]:
    """Return the edits of each edited question, oldest first."""
    edits: dict[str, list[QuestionEdit]] = {}
    for row in session.exec(select(QuestionEditRow).order_by(col(QuestionEditRow.id))):
        edits.setdefault(row.question_id, []).append(_parse_edit(row))
    return edits


def edits_of_question(session: Session, question_id: QuestionId) -> tuple[QuestionEdit, ...]:
    """Return the edits of a question, oldest first."""
    query = select(QuestionEditRow).where(QuestionEditRow.question_id == question_id)
    return tuple(map(_parse_edit, session.exec(query.order_by(col(QuestionEditRow.id)))))


def _parse_edit(row: QuestionEditRow) -> QuestionEdit:
    return QuestionEdit(
        question_id=QuestionId(row.question_id),
        at=row.at,
        by=ForecasterId(row.by),
        why=row.why,
        text=row.text,
        criteria=row.criteria,
        sources=tuple(row.sources),
    )


def retract_question(
    session: Session, question_id: QuestionId, why: str, *, at: datetime, by: ForecasterId
) -> None:
    """Append the retraction of a question."""
    facts.append_fact(
        session, "retraction", question_id, {"question_id": question_id, "why": why}, at=at, by=by
    )


def list_retracted_ids(session: Session) -> frozenset[str]:
    """Return the ids of retracted questions."""
    return frozenset(session.exec(select(RetractionRow.question_id)))


def add_override(session: Session, override: Override) -> None:
    """Append the reason for overriding the linter."""
    columns = {
        "question_id": override.question_id,
        "codes": list(override.codes),
        "why": override.why,
    }
    facts.append_fact(
        session, "override", override.question_id, columns, at=override.at, by=override.by
    )


def find_override(session: Session, question_id: QuestionId) -> Override | None:
    """Return the last lint override of a question; None if there is none."""
    query = select(LintOverrideRow).where(LintOverrideRow.question_id == question_id)
    row = session.exec(query.order_by(col(LintOverrideRow.id).desc()).limit(1)).first()
    if row is None:
        return None
    return Override(
        QuestionId(row.question_id), tuple(row.codes), row.why, ForecasterId(row.by), row.at
    )


def add_unverified_answer(
    session: Session, answer: UncheckedAnswer, *, at: datetime, by: ForecasterId
) -> None:
    """Append an answer that a person has to verify."""
    columns = {name: getattr(answer, name) for name in answer.__slots__}
    facts.append_fact(session, "unchecked", answer.question_id, columns, at=at, by=by)


def list_unverified_answers(
    session: Session, question_id: QuestionId
) -> tuple[UncheckedAnswer, ...]:
    """Return all unverified answers ever stored for a question, oldest first."""
    query = select(UncheckedAnswerRow).where(UncheckedAnswerRow.question_id == question_id)
    return tuple(
        UncheckedAnswer(
            QuestionId(r.question_id),
            r.outcome,
            r.answer,
            r.source_url,
            r.note,
            r.event_at,
            r.known_at,
        )
        for r in session.exec(query.order_by(col(UncheckedAnswerRow.id)))
    )


def list_pending_answers(session: Session, question_id: QuestionId) -> tuple[UncheckedAnswer, ...]:
    """Return the answers that await verification; empty once the question is resolved."""
    answered = session.exec(
        select(ResolutionRow.id).where(ResolutionRow.question_id == question_id).limit(1)
    ).first()
    return list_unverified_answers(session, question_id) if answered is None else ()
