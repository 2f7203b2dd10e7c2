"""Expected indicators that were seen, or whose date passed unseen, as that was noted."""

from collections.abc import Mapping
from typing import cast

from sqlmodel import Session, col, select

from forecasts.evidence.evidence import IndicatorId
from forecasts.questions.forecaster import MATCHER
from forecasts.questions.question import QuestionId
from tracker.model.audit import Mark, MarkState
from tracker.storage import facts
from tracker.storage.tables import SignpostMarkRow


def add(session: Session, mark: Mark) -> None:
    """Append a mark; the log has it too."""
    said = {name: getattr(mark, name) for name in mark.__slots__ if name != "at"}
    facts.append(session, "signpost", mark.indicator_id, said, at=mark.at, by=MATCHER)


def newest(session: Session) -> Mapping[IndicatorId, Mark]:
    """The mark of each indicator that has one."""
    rows = session.exec(select(SignpostMarkRow).order_by(col(SignpostMarkRow.id)))
    return {mark.indicator_id: mark for mark in map(_mark, rows)}


def of_question(session: Session, question_id: QuestionId) -> tuple[Mark, ...]:
    """Every mark on a question, the oldest first."""
    query = select(SignpostMarkRow).where(SignpostMarkRow.question_id == question_id)
    return tuple(map(_mark, session.exec(query.order_by(col(SignpostMarkRow.id)))))


def _mark(row: SignpostMarkRow) -> Mark:
    return Mark(
        IndicatorId(row.indicator_id),
        QuestionId(row.question_id),
        cast(MarkState, row.state),
        row.due_at,
        row.ratio,
        row.trust,
        row.at,
    )
