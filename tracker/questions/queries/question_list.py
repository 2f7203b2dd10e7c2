"""Questions as rows: status, current forecasts, change of the suggestion, amount of evidence."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from forecasts.aggregation.crowd import (
    CrowdLessons,
    crowd_at,
    find_learned_crowds,
    find_shown_pool,
)
from forecasts.distributions.distribution import Binary
from forecasts.questions.links import find_parents
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    PRIOR,
    SUGGESTION,
    Forecaster,
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
    effective_close,
    is_person,
    question_status,
)
from forecasts.questions.timeline import build_timeline
from forecasts.suggestion.binary import hazard_probability
from tracker.model.read_models import CurrentForecast, QuestionSummary
from tracker.questions.crowd_lessons import LessonsByKind, load_crowd_lessons
from tracker.storage import (
    database_info,
    evidence,
    questions,
    record,
    resolution_record,
    scenarios,
)
from tracker.storage.record import LastAct
from tracker.storage.sessions import Session


def compute_current_forecasts(
    question: Question,
    latest_acts: Mapping[ForecasterId, LastAct],
    people: Mapping[ForecasterId, Forecaster],
    at: datetime,
    *,
    lessons: Sequence[CrowdLessons],
) -> dict[ForecasterId, CurrentForecast]:
    """Compute everyone's current forecast from their last act; withdrawn ones are left out.

    Base rate, time and crowds follow from the question, the acts and the `lessons`; under `CROWD`
    stands the pool that is shown as the crowd. A crowd is as old as its newest member's act.
    """
    current_forecasts = {PRIOR: CurrentForecast(people[PRIOR], question.prior, question.opens_at)}
    if question.kind == "binary":
        current_forecasts[HAZARD] = CurrentForecast(
            people[HAZARD], Binary(hazard_probability(question, at)), at
        )
    for forecaster_id, (since, distribution) in latest_acts.items():
        if distribution is not None:
            current_forecasts[forecaster_id] = CurrentForecast(
                people[forecaster_id], distribution, since
            )
    members = {
        forecaster_id: build_timeline([(s.since, s.distribution)])
        for forecaster_id, s in current_forecasts.items()
        if is_person(forecaster_id)
    }
    crowd = crowd_at(question, members, at) if members else None
    if crowd is not None:
        newest = max(current_forecasts[forecaster_id].since for forecaster_id in members)
        crowds = {CROWD: crowd} | find_learned_crowds(question, members, lessons, at)
        for forecaster_id, pooled in crowds.items():
            current_forecasts[forecaster_id] = CurrentForecast(
                people[forecaster_id], pooled, newest
            )
        shown = find_shown_pool(lessons, at)
        current_forecasts[CROWD] = current_forecasts.get(shown, current_forecasts[CROWD])
    return current_forecasts


BOARD_PRECEDENCE = (CROWD, SUGGESTION, PRIOR)
"""Precedence of the forecast that represents a question: crowd, suggestion, base rate."""


SummariesByQuestion = Mapping[QuestionId, QuestionSummary]


def board_forecast(summary: QuestionSummary) -> CurrentForecast:
    """Return the forecast that represents a question."""
    return next(
        summary.standings[forecaster]
        for forecaster in BOARD_PRECEDENCE
        if forecaster in summary.standings
    )


HISTORY_DAYS = 90
"""Days over which revisions of the estimate are told, back from now or from the end of a replay."""


def summarise_questions(
    session: Session, now: datetime, only: Collection[QuestionId] | None = None
) -> tuple[QuestionSummary, ...]:
    """Summarise all questions as rows, or only these, the next to close first."""
    data = _RowData.of(session, now, resolution_record.load_current_resolutions(session), only)
    return tuple(
        data.summary(question, now) for question in questions.list_questions(session, only)
    )


def summarise_question(session: Session, question: Question, now: datetime) -> QuestionSummary:
    """Summarise one question as a row, without reading the others."""
    resolution = resolution_record.find_resolution(session, question.id)
    answered = {} if resolution is None else {question.id: resolution}
    return _RowData.of(session, now, answered, [question.id]).summary(question, now)


@dataclass(frozen=True, slots=True)
class _RowData:
    """Data of the rows, read at once for all questions, or for some."""

    people: Mapping[ForecasterId, Forecaster]
    resolved: Mapping[QuestionId, Resolution]
    counts: Mapping[QuestionId, tuple[int, int]]
    latest_acts: Mapping[QuestionId, Mapping[ForecasterId, LastAct]]
    moves: Mapping[QuestionId, list[tuple[datetime, float]]]
    parents: Mapping[QuestionId, QuestionId]
    lessons: LessonsByKind

    @classmethod
    def of(
        cls,
        session: Session,
        now: datetime,
        resolved: Mapping[QuestionId, Resolution],
        only: Collection[QuestionId] | None = None,
    ) -> "_RowData":
        end = min(now, database_info.read_replay_time(session) or now)
        return cls(
            people=record.list_forecasters(session),
            resolved=resolved,
            counts=evidence.count_evidence(session, only),
            latest_acts=record.load_last_acts(session, only),
            moves=record.list_probabilities(
                session, SUGGESTION, end - timedelta(days=HISTORY_DAYS), only
            ),
            parents=find_parents(scenarios.list_links(session)),
            lessons=load_crowd_lessons(session),
        )

    def summary(self, question: Question, now: datetime) -> QuestionSummary:
        resolution = self.resolved.get(question.id)
        history = tuple(self.moves.get(question.id, ()))
        total, waiting = self.counts.get(question.id, (0, 0))
        return QuestionSummary(
            question=question,
            status=question_status(question, resolution, now),
            resolution=resolution,
            standings=compute_current_forecasts(
                question,
                self.latest_acts.get(question.id, {}),
                self.people,
                min(now, effective_close(question, resolution)),
                lessons=self.lessons.get(question.kind, ()),
            ),
            history=history,
            change_7d=_weekly_change(history, now),
            evidence=total,
            waiting=waiting,
            parent_id=self.parents.get(question.id),
        )


def _weekly_change(history: tuple[tuple[datetime, float], ...], now: datetime) -> float | None:
    """Change of the suggestion over seven days; None when it had no value a week ago."""
    before = [p for at, p in history if at <= now - timedelta(days=7)]
    return history[-1][1] - before[-1] if before else None
