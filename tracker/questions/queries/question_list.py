"""Questions as rows: status, current forecasts, change of the suggestion, amount of evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from forecasts.questions.forecaster import SUGGESTION, Forecaster
from forecasts.questions.question import (
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
    effective_close,
    latest_resolution,
    question_status,
)
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.current_forecasts import compute_current_forecasts
from tracker.storage import evidence, forecasts, questions, resolutions
from tracker.storage.forecasts import LastAct
from tracker.storage.sessions import Session

HISTORY_DAYS = 90


def summarise_questions(session: Session, now: datetime) -> tuple[QuestionSummary, ...]:
    """Summarise all questions as rows, the next to close first."""
    data = _RowData.of(session, now, resolutions.load_current_resolutions(session))
    return tuple(data.summary(question, now) for question in questions.list_questions(session))


def summarise_question(session: Session, question: Question, now: datetime) -> QuestionSummary:
    """Summarise one question as a row, without reading the others."""
    resolution = latest_resolution(resolutions.resolutions_of_question(session, question.id))
    answered = {} if resolution is None else {question.id: resolution}
    return _RowData.of(session, now, answered, question.id).summary(question, now)


@dataclass(frozen=True, slots=True)
class _RowData:
    """Data of the rows, read at once for all questions, or for one."""

    people: Mapping[ForecasterId, Forecaster]
    resolved: Mapping[QuestionId, Resolution]
    counts: Mapping[QuestionId, tuple[int, int, datetime]]
    latest_acts: Mapping[QuestionId, Mapping[ForecasterId, LastAct]]
    moves: Mapping[QuestionId, list[tuple[datetime, float]]]

    @classmethod
    def of(
        cls,
        session: Session,
        now: datetime,
        resolved: Mapping[QuestionId, Resolution],
        only: QuestionId | None = None,
    ) -> "_RowData":
        return cls(
            people=forecasts.list_forecasters(session),
            resolved=resolved,
            counts=evidence.count_evidence(session, only),
            latest_acts=forecasts.load_last_acts(session, only),
            moves=forecasts.list_probabilities(
                session, SUGGESTION, now - timedelta(days=HISTORY_DAYS), only
            ),
        )

    def summary(self, question: Question, now: datetime) -> QuestionSummary:
        resolution = self.resolved.get(question.id)
        history = tuple(self.moves.get(question.id, ()))
        total, waiting, newest = self.counts.get(question.id, (0, 0, None))
        return QuestionSummary(
            question=question,
            status=question_status(question, resolution, now),
            resolution=resolution,
            standings=compute_current_forecasts(
                question,
                self.latest_acts.get(question.id, {}),
                self.people,
                min(now, effective_close(question, resolution)),
            ),
            history=history,
            change_7d=_weekly_change(history, now),
            evidence=total,
            waiting=waiting,
            last_evidence_at=newest,
        )


def _weekly_change(history: tuple[tuple[datetime, float], ...], now: datetime) -> float | None:
    """Change of the suggestion over seven days; None when it had no value a week ago."""
    before = [p for at, p in history if at <= now - timedelta(days=7)]
    return history[-1][1] - before[-1] if before else None
