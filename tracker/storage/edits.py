"""What became of a question after it was written: edits, retraction, an override of the linter,
answers to check.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.questions.versions import Edit
from tracker.model.audit import Override, UncheckedAnswer
from tracker.storage import facts
from tracker.storage.tables import (
    LintOverrideRow,
    QuestionEditRow,
    ResolutionRow,
    RetractionRow,
    UncheckedAnswerRow,
)


def add(session: Session, edit: Edit) -> None:
    """Append a later wording of a question."""
    said = {name: getattr(edit, name) for name in ("question_id", "why", "text", "criteria")}
    facts.append(
        session,
        "edit",
        edit.question_id,
        {**said, "sources": list(edit.sources)},
        at=edit.at,
        by=edit.by,
    )


def every(session: Session) -> Mapping[str, Sequence[Edit]]:
    """The edits of each question that has any, in the order they were made."""
    found: dict[str, list[Edit]] = {}
    for row in session.exec(select(QuestionEditRow).order_by(col(QuestionEditRow.id))):
        found.setdefault(row.question_id, []).append(_edit(row))
    return found


def of_question(session: Session, question_id: QuestionId) -> tuple[Edit, ...]:
    """The edits of one question, in the order they were made."""
    query = select(QuestionEditRow).where(QuestionEditRow.question_id == question_id)
    return tuple(map(_edit, session.exec(query.order_by(col(QuestionEditRow.id)))))


def _edit(row: QuestionEditRow) -> Edit:
    return Edit(
        question_id=QuestionId(row.question_id),
        at=row.at,
        by=ForecasterId(row.by),
        why=row.why,
        text=row.text,
        criteria=row.criteria,
        sources=tuple(row.sources),
    )


def retract(
    session: Session, question_id: QuestionId, why: str, *, at: datetime, by: ForecasterId
) -> None:
    """Append that a question was taken back."""
    facts.append(
        session, "retraction", question_id, {"question_id": question_id, "why": why}, at=at, by=by
    )


def retracted(session: Session) -> frozenset[str]:
    """The questions that were taken back."""
    return frozenset(session.exec(select(RetractionRow.question_id)))


def add_override(session: Session, override: Override) -> None:
    """Append why a question was opened, or worded anew, although the linter objected."""
    said = {"question_id": override.question_id, "codes": list(override.codes), "why": override.why}
    facts.append(session, "override", override.question_id, said, at=override.at, by=override.by)


def override_of(session: Session, question_id: QuestionId) -> Override | None:
    """Why the linter was overridden for a question, the last time it was; None when it never
    was.
    """
    query = select(LintOverrideRow).where(LintOverrideRow.question_id == question_id)
    row = session.exec(query.order_by(col(LintOverrideRow.id).desc()).limit(1)).first()
    if row is None:
        return None
    return Override(
        QuestionId(row.question_id), tuple(row.codes), row.why, ForecasterId(row.by), row.at
    )


def add_unchecked(
    session: Session, answer: UncheckedAnswer, *, at: datetime, by: ForecasterId
) -> None:
    """Append an answer that a person has to check."""
    said = {name: getattr(answer, name) for name in answer.__slots__}
    facts.append(session, "unchecked", answer.question_id, said, at=at, by=by)


def noted(session: Session, question_id: QuestionId) -> tuple[UncheckedAnswer, ...]:
    """Every answer to a question that was ever kept for a check, the oldest first."""
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


def unchecked(session: Session, question_id: QuestionId) -> tuple[UncheckedAnswer, ...]:
    """The answers to a question that wait for a check: none once a person has answered it."""
    answered = session.exec(
        select(ResolutionRow.id).where(ResolutionRow.question_id == question_id).limit(1)
    ).first()
    return noted(session, question_id) if answered is None else ()
