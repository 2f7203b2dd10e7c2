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
    latest,
    status,
)
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.current_forecasts import standings
from tracker.storage import evidence, forecasts, questions, resolutions
from tracker.storage.forecasts import Stood
from tracker.storage.sessions import Session

HISTORY_DAYS = 90


def summaries(session: Session, now: datetime) -> tuple[QuestionSummary, ...]:
    """Summarise all questions as rows, the next to close first."""
    data = _RowData.of(session, now, resolutions.current(session))
    return tuple(data.summary(question, now) for question in questions.every(session))


def summary(session: Session, question: Question, now: datetime) -> QuestionSummary:
    """Summarise one question as a row, without reading the others."""
    resolution = latest(resolutions.of_question(session, question.id))
    answered = {} if resolution is None else {question.id: resolution}
    return _RowData.of(session, now, answered, question.id).summary(question, now)


@dataclass(frozen=True, slots=True)
class _RowData:
    """Data of the rows, read at once for all questions, or for one."""

    people: Mapping[ForecasterId, Forecaster]
    resolved: Mapping[QuestionId, Resolution]
    counts: Mapping[QuestionId, tuple[int, int, datetime]]
    latest_acts: Mapping[QuestionId, Mapping[ForecasterId, Stood]]
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
            people=forecasts.forecasters(session),
            resolved=resolved,
            counts=evidence.counts(session, only),
            latest_acts=forecasts.standing(session, only),
            moves=forecasts.history(session, SUGGESTION, now - timedelta(days=HISTORY_DAYS), only),
        )

    def summary(self, question: Question, now: datetime) -> QuestionSummary:
        resolution = self.resolved.get(question.id)
        history = tuple(self.moves.get(question.id, ()))
        total, waiting, newest = self.counts.get(question.id, (0, 0, None))
        return QuestionSummary(
            question=question,
            status=status(question, resolution, now),
            resolution=resolution,
            standings=standings(
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
