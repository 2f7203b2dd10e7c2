"""All questions as known at an instant, from what had been entered by then."""

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
    """Return all questions asked by then as summaries, next to close first.

    Pending reviews and recent changes are left out.
    """
    people = forecasts.forecasters(session)
    asked_ids = store.asked(session, at)
    answers = resolutions.current(session, at)
    counts = store.evidence(session, at)
    last_acts: dict[QuestionId, dict[ForecasterId, Stood]] = {}
    for act in store.standing(session, at):
        last_acts.setdefault(act.question_id, {})[act.forecaster_id] = (
            act.made_at,
            act.distribution,
        )
    edited_later = {
        q for q, question_edits in edits.every(session).items() if question_edits[-1].at > at
    }
    rows = {}
    for newest in questions.every(session):
        if newest.id in asked_ids:
            question = worded(session, newest, at) if newest.id in edited_later else newest
            close = effective_close(question, answers.get(question.id))
            acts = last_acts.get(question.id, {})
            rows[question.id] = _build_summary(
                question,
                answers.get(question.id),
                standings(question, acts, people, min(at, close)),
                evidence=counts.get(question.id, 0),
                at=at,
            )
    return rows


def worded(session: Session, question: Question, at: datetime) -> Question:
    """Return a question in its wording at an instant."""
    opened = questions.as_opened(session, question.id)
    version = version_at(versions(opened, edits.of_question(session, question.id)), at)
    return replace(question, text=version.text, criteria=version.criteria, sources=version.sources)


def _build_summary(
    question: Question,
    resolution: Resolution | None,
    current: Mapping[ForecasterId, Standing],
    *,
    evidence: int,
    at: datetime,
) -> QuestionSummary:
    return QuestionSummary(
        question=question,
        status=status(question, resolution, at),
        resolution=resolution,
        standings=current,
        history=(),
        change_7d=None,
        evidence=evidence,
        waiting=0,
        last_evidence_at=None,
    )
