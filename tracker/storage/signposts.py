"""Status of expected indicators: observed, or overdue."""

from collections.abc import Mapping
from typing import cast

from sqlmodel import Session, col, select

from forecasts.evidence.evidence import IndicatorId
from forecasts.questions.forecaster import MATCHER
from forecasts.questions.question import QuestionId
from tracker.model.audit import SignpostState, SignpostStatus
from tracker.storage import facts
from tracker.storage.tables import SignpostMarkRow


def add_signpost_status(session: Session, mark: SignpostStatus) -> None:
    """Append a signpost status to the table and the log."""
    columns = {name: getattr(mark, name) for name in mark.__slots__ if name != "at"}
    facts.append_fact(session, "signpost", mark.indicator_id, columns, at=mark.at, by=MATCHER)


def load_signpost_statuses(session: Session) -> Mapping[IndicatorId, SignpostStatus]:
    """Return the newest status of each indicator that has one."""
    rows = session.exec(select(SignpostMarkRow).order_by(col(SignpostMarkRow.id)))
    return {mark.indicator_id: mark for mark in map(_parse_status, rows)}


def signpost_statuses_of_question(
    session: Session, question_id: QuestionId
) -> tuple[SignpostStatus, ...]:
    """Return all statuses of a question's indicators, oldest first."""
    query = select(SignpostMarkRow).where(SignpostMarkRow.question_id == question_id)
    return tuple(map(_parse_status, session.exec(query.order_by(col(SignpostMarkRow.id)))))


def _parse_status(row: SignpostMarkRow) -> SignpostStatus:
    return SignpostStatus(
        IndicatorId(row.indicator_id),
        QuestionId(row.question_id),
        cast(SignpostState, row.state),
        row.due_at,
        row.ratio,
        row.trust,
        row.at,
    )
