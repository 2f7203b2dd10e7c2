"""Every question as this tracker knew it at an instant: by what had been entered by then, and
nothing later.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from forecasts.questions.question import (
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
    effective_close,
    status,
)
from forecasts.questions.versions import version_at, versions
from tracker.model.read_models import QuestionSummary, Standing
from tracker.questions.queries.current_forecasts import standings
from tracker.storage import edits, forecasts, questions, resolutions
from tracker.storage import known as store
from tracker.storage.forecasts import Stood
from tracker.storage.sessions import Session

Rows = Mapping[QuestionId, QuestionSummary]


def known(session: Session, at: datetime) -> Rows:
    """All questions that had been asked, as rows, the next to close first.

    What waits for review, and what moved lately, is not told.
    """
    people, asked, answers = (
        forecasts.forecasters(session),
        store.asked(session, at),
        resolutions.current(session, at),
    )
    counts = store.evidence(session, at)
    stood: dict[QuestionId, dict[ForecasterId, Stood]] = {}
    for act in store.standing(session, at):
        stood.setdefault(act.question_id, {})[act.forecaster_id] = (act.made_at, act.distribution)
    later = {q for q, several in edits.every(session).items() if several[-1].at > at}
    rows = {}
    for newest in questions.every(session):
        if newest.id in asked:
            question = worded(session, newest, at) if newest.id in later else newest
            close = effective_close(question, answers.get(question.id))
            held = standings(question, stood.get(question.id, {}), people, min(at, close))
            rows[question.id] = _row(
                question, answers.get(question.id), held, (at, counts.get(question.id, 0))
            )
    return rows


def worded(session: Session, question: Question, at: datetime) -> Question:
    """The question in the words that it had at an instant."""
    opened = questions.as_opened(session, question.id)
    then = version_at(versions(opened, edits.of_question(session, question.id)), at)
    return replace(question, text=then.text, criteria=then.criteria, sources=then.sources)


def _row(
    question: Question,
    answer: Resolution | None,
    held: Mapping[ForecasterId, Standing],
    seen: tuple[datetime, int],
) -> QuestionSummary:
    at, evidence = seen
    return QuestionSummary(
        question=question,
        status=status(question, answer, at),
        resolution=answer,
        standings=held,
        history=(),
        change_7d=None,
        evidence=evidence,
        waiting=0,
        last_evidence_at=None,
    )
