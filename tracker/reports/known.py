"""All questions as known at an instant, from what had been entered by then."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from forecasts.questions.amendments import find_version, list_question_versions
from forecasts.questions.question import (
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
    effective_close,
    question_status,
)
from tracker.model.read_models import CurrentForecast, QuestionSummary
from tracker.questions.queries.question_list import compute_current_forecasts
from tracker.storage import as_of, questions, record
from tracker.storage.record import LastAct
from tracker.storage.sessions import Session

QuestionRows = Mapping[QuestionId, QuestionSummary]


def load_questions_as_of(session: Session, at: datetime) -> QuestionRows:
    """Return all questions asked by then as summaries, next to close first.

    Pending reviews and recent changes are left out.
    """
    people = record.list_forecasters(session)
    asked_ids = as_of.list_asked_ids(session, at)
    answers = record.load_current_resolutions(session, at)
    counts = as_of.count_evidence_at(session, at)
    last_acts: dict[QuestionId, dict[ForecasterId, LastAct]] = {}
    for act in as_of.list_last_forecasts(session, at):
        last_acts.setdefault(act.question_id, {})[act.forecaster_id] = (
            act.made_at,
            act.distribution,
        )
    edited_later = {
        q
        for q, question_edits in questions.list_edits(session).items()
        if question_edits[-1].at > at
    }
    rows = {}
    for newest in questions.list_questions(session):
        if newest.id in asked_ids:
            question = restore_wording(session, newest, at) if newest.id in edited_later else newest
            close = effective_close(question, answers.get(question.id))
            acts = last_acts.get(question.id, {})
            rows[question.id] = _build_summary(
                question,
                answers.get(question.id),
                compute_current_forecasts(question, acts, people, min(at, close)),
                evidence=counts.get(question.id, 0),
                at=at,
            )
    return rows


def restore_wording(session: Session, question: Question, at: datetime) -> Question:
    """Return a question in its wording at an instant."""
    opened = questions.find_original_question(session, question.id)
    version = find_version(
        list_question_versions(opened, questions.edits_of_question(session, question.id)), at
    )
    return replace(question, text=version.text, criteria=version.criteria, sources=version.sources)


def _build_summary(
    question: Question,
    resolution: Resolution | None,
    current: Mapping[ForecasterId, CurrentForecast],
    *,
    evidence: int,
    at: datetime,
) -> QuestionSummary:
    return QuestionSummary(
        question=question,
        status=question_status(question, resolution, at),
        resolution=resolution,
        standings=current,
        history=(),
        change_7d=None,
        evidence=evidence,
        waiting=0,
        last_evidence_at=None,
    )
