"""Lines of compiled questions that somebody wrote; those of the rules are never stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.questions.compiled_question import CompiledQuestion, Statement
from forecasts.questions.question import QuestionId
from tracker.model.audit import Authorship, WrittenLines
from tracker.storage import facts
from tracker.storage.tables import StatementsRow


def add_statements(
    session: Session, question_id: QuestionId, own_lines: CompiledQuestion, authorship: Authorship
) -> None:
    """Append the lines that somebody wrote; without any, those of the rules hold again."""
    columns = {
        "question_id": question_id,
        "statements": [facts.read_slots(statement) for statement in own_lines.statements],
        "names": [list(spellings) for spellings in own_lines.names],
    }
    facts.append_fact(
        session, "statements", question_id, columns, at=authorship.at, by=authorship.by
    )


def load_written_lines(
    session: Session, question_ids: Sequence[QuestionId], until: datetime | None = None
) -> Mapping[QuestionId, WrittenLines]:
    """Return the newest lines that somebody wrote, by question; as entered by `until`, if given.

    A question whose lines come from the rules has none.
    """
    newest = select(func.max(StatementsRow.id)).group_by(StatementsRow.question_id)
    newest = newest.where(col(StatementsRow.question_id).in_(question_ids))
    if until is not None:
        newest = newest.where(StatementsRow.at <= until)
    rows = session.exec(select(StatementsRow).where(col(StatementsRow.id).in_(newest)))
    return {
        QuestionId(row.question_id): WrittenLines(_parse_lines(row), row.at)
        for row in rows
        if row.statements or row.names
    }


def list_edited_ids(session: Session) -> frozenset[QuestionId]:
    """Return the ids of questions whose lines were ever written, or left to the rules again."""
    return frozenset(map(QuestionId, session.exec(select(StatementsRow.question_id).distinct())))


def _parse_lines(row: StatementsRow) -> CompiledQuestion:
    own_lines = CompiledQuestion(
        tuple(Statement(**columns) for columns in row.statements), tuple(map(tuple, row.names))
    )
    return replace(own_lines, author=row.by)
