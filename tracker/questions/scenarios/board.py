"""The question board at an instant: what is known or believed of each question then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from forecasts.distributions.distribution import p_yes
from forecasts.questions.forecaster import CROWD, PRIOR, SUGGESTION
from forecasts.questions.question import Question, QuestionId, latest
from forecasts.questions.timeline import Timeline
from tracker.questions.resolve import timelines
from tracker.storage import questions, resolutions
from tracker.storage.sessions import Session

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One yes/no question over time: what its forecasters held, and its answer."""

    question: Question
    steps: tuple[Timeline, ...]
    answered_at: datetime | None
    answer: float | None

    def at(self, at: datetime) -> float | None:
        """P(YES) at an instant: 0 or 1 once the answer was known, else the people's, the
        suggestion's, the base rate.

        None before the question opened, and when it was annulled.
        """
        if self.answered_at is not None and self.answered_at <= at:
            return self.answer
        for steps in self.steps:
            if (held := steps.at(at)) is not None:
                return p_yes(held)
        return None


def rows(session: Session, wanted: Iterable[QuestionId], until: datetime) -> tuple[Row, ...]:
    """The rows of some questions up to an instant; those that are not there, or not yes/no
    questions, have none.
    """
    found = (questions.get(session, question_id) for question_id in wanted)
    return tuple(_row(session, q, until) for q in found if q is not None and q.kind == "binary")


def board(session: Session, wanted: Iterable[QuestionId], at: datetime) -> dict[QuestionId, float]:
    """P(YES) of each of some questions at an instant; those without a number are left out."""
    found = {row.question.id: row.at(at) for row in rows(session, wanted, at)}
    return {question_id: p for question_id, p in found.items() if p is not None}


def _row(session: Session, question: Question, until: datetime) -> Row:
    held = timelines(
        session, question, until + _INSTANT
    )  # what is said at that very instant counts
    steps = tuple(held[who] for who in (CROWD, SUGGESTION, PRIOR) if who in held)
    known = [r for r in resolutions.of_question(session, question.id) if r.entered_at <= until]
    answer = latest(known)
    if answer is None:
        return Row(question, steps, None, None)
    return Row(question, steps, answer.known_at, {"yes": 1.0, "no": 0.0}.get(answer.outcome))
