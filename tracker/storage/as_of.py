"""State of all questions as entered by an instant."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.questions.question import RESERVED, ForecasterId, QuestionId, Resolution
from forecasts.questions.timeline import Forecast
from tracker.model.audit import ActivityEntry
from tracker.storage import questions
from tracker.storage.imports import stands
from tracker.storage.record import forecast_of_row, list_forecasters
from tracker.storage.resolution_record import resolution_of_row
from tracker.storage.tables import EvidenceRow, ForecastRow, LogRow, QuestionRow, ResolutionRow


def list_asked_ids(session: Session, at: datetime) -> frozenset[QuestionId]:
    """Return the ids of the questions asked by then."""
    rows = session.exec(
        select(LogRow.subject).where(LogRow.kind == "question", LogRow.entered_at <= at)
    )
    return frozenset(map(QuestionId, rows))


def list_wordings(session: Session) -> dict[QuestionId, tuple[int, datetime]]:
    """Return for each question the number of its edits, and when it was worded last."""
    openings = select(QuestionRow.id, LogRow.entered_at).join(
        LogRow, col(LogRow.seq) == QuestionRow.log_seq
    )
    wordings = {QuestionId(question_id): (0, at) for question_id, at in session.exec(openings)}
    edited = {
        QuestionId(question_id): (len(edits), edits[-1].at)
        for question_id, edits in questions.list_edits(session).items()
    }
    return wordings | edited


def list_last_forecasts(session: Session, at: datetime) -> tuple[Forecast, ...]:
    """Return each forecaster's last act on each question."""
    last = select(func.max(ForecastRow.id)).where(ForecastRow.entered_at <= at, stands(at))
    ids = last.group_by(col(ForecastRow.question_id), col(ForecastRow.forecaster_id))
    rows = session.exec(
        select(ForecastRow).where(col(ForecastRow.id).in_(ids)).order_by(col(ForecastRow.id))
    )
    return tuple(map(forecast_of_row, rows))


def count_evidence_at(
    session: Session, at: datetime, since: datetime | None = None
) -> dict[QuestionId, int]:
    """Count the evidence seen per question by then, optionally after an earlier instant."""
    query = select(EvidenceRow.question_id, func.count()).where(EvidenceRow.first_seen_at <= at)
    if since is not None:
        query = query.where(EvidenceRow.first_seen_at > since)
    rows = session.exec(query.group_by(EvidenceRow.question_id))
    return {QuestionId(question_id): number for question_id, number in rows}


def list_recent_changes(
    session: Session, limit: int, only: QuestionId | None = None
) -> tuple[ActivityEntry, ...]:
    """Return the latest acts of people on all questions or `only` one, the newest first.

    Computed forecasts are left out.
    """
    questions_by_id = {question.id: question for question in questions.list_questions(session)}
    names = {
        forecaster_id: forecaster.name
        for forecaster_id, forecaster in list_forecasters(session).items()
    }
    acts = select(ForecastRow).where(col(ForecastRow.forecaster_id).not_in(RESERVED), stands())
    answers = select(ResolutionRow)
    openings = select(LogRow).where(LogRow.kind == "question")
    if only is not None:
        acts = acts.where(ForecastRow.question_id == only)
        answers = answers.where(ResolutionRow.question_id == only)
        openings = openings.where(LogRow.subject == only)
    events: list[tuple[int, datetime, str, str, Forecast | Resolution | None]] = [
        *(
            (row.log_seq, row.entered_at, row.question_id, row.forecaster_id, forecast_of_row(row))
            for row in session.exec(acts.order_by(col(ForecastRow.id).desc()).limit(limit))
        ),
        *(
            (row.log_seq, row.entered_at, row.question_id, row.entered_by, resolution_of_row(row))
            for row in session.exec(answers.order_by(col(ResolutionRow.id).desc()).limit(limit))
        ),
        *(
            (row.seq, row.entered_at, row.subject, "", None)
            for row in session.exec(openings.order_by(col(LogRow.seq).desc()).limit(limit))
        ),
    ]
    newest = sorted(events, key=lambda event: -event[0])
    return tuple(
        ActivityEntry(
            seq,
            at,
            questions_by_id[QuestionId(question)],
            names.get(ForecasterId(forecaster_id), forecaster_id),
            act,
        )
        for seq, at, question, forecaster_id, act in newest
        if question in questions_by_id
    )[:limit]
