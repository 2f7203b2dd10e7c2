"""Question board: the best known probability of each question at an instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from forecasts.aggregation.crowd import trace_shown_crowd
from forecasts.distributions.distribution import p_yes
from forecasts.questions.question import (
    CROWD,
    PRIOR,
    SUGGESTION,
    Question,
    QuestionId,
)
from forecasts.questions.timeline import Timeline
from tracker.questions.crowd_lessons import LessonsByKind, load_crowd_lessons
from tracker.questions.resolve_question import load_timelines
from tracker.storage import questions, resolution_record
from tracker.storage.sessions import Session

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class BoardTimeline:
    """Forecast time lines of one yes/no question, and its answer."""

    question: Question
    steps: tuple[Timeline, ...]
    answered_at: datetime | None
    answer: float | None

    def at(self, at: datetime) -> float | None:
        """Return P(YES) at an instant: 0 or 1 once answered, else crowd, suggestion or base rate.

        None before the question opened, and when it was annulled.
        """
        if self.answered_at is not None and self.answered_at <= at:
            return self.answer
        for timeline in self.steps:
            if (forecast := timeline.at(at)) is not None:
                return p_yes(forecast)
        return None


def load_board_timelines(
    session: Session, question_ids: Iterable[QuestionId], until: datetime
) -> tuple[BoardTimeline, ...]:
    """Load the time lines of questions up to an instant; unknown and other than yes/no ones are
    skipped.
    """
    loaded = (questions.find_question(session, question_id) for question_id in question_ids)
    lessons = load_crowd_lessons(session)
    return tuple(
        _load_row(session, q, until, lessons)
        for q in loaded
        if q is not None and q.kind == "binary"
    )


def load_board(
    session: Session, question_ids: Iterable[QuestionId], at: datetime
) -> dict[QuestionId, float]:
    """Return P(YES) of questions at an instant; those without a number are left out."""
    probabilities = {
        row.question.id: row.at(at) for row in load_board_timelines(session, question_ids, at)
    }
    return {question_id: p for question_id, p in probabilities.items() if p is not None}


def _load_row(
    session: Session, question: Question, until: datetime, lessons: LessonsByKind
) -> BoardTimeline:
    end = until + _INSTANT  # `until` is inclusive
    by_forecaster = load_timelines(session, question, end, lessons)
    if CROWD in by_forecaster:
        by_forecaster[CROWD] = trace_shown_crowd(by_forecaster, lessons.get(question.kind, ()))
    steps = tuple(
        by_forecaster[forecaster]
        for forecaster in (CROWD, SUGGESTION, PRIOR)
        if forecaster in by_forecaster
    )
    answer = resolution_record.find_resolution(session, question.id, until)
    if answer is None:
        return BoardTimeline(question, steps, None, None)
    return BoardTimeline(
        question, steps, answer.known_at, {"yes": 1.0, "no": 0.0}.get(answer.outcome)
    )
