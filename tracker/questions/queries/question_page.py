"""Gather what pages and commands show of a question. Reads only; every answer is as of `now`."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from forecasts.questions.amendments import QuestionVersion, list_question_versions
from forecasts.questions.links import is_past_close
from forecasts.questions.question import (
    SUGGESTION,
    Question,
    Resolution,
    effective_close,
    latest_resolution,
)
from forecasts.questions.timeline import Forecast, hindsight_forecasts
from forecasts.scoring.scores import Score
from forecasts.scoring.span_table import AnsweredQuestion
from tracker.errors import NotFound
from tracker.model.read_models import QuestionHistory, QuestionPage, Receipts
from tracker.questions import resolve_question
from tracker.questions.queries.compiled_questions import describe_statements
from tracker.questions.queries.feed_status import measure_feed_coverage
from tracker.questions.queries.question_list import summarise_question
from tracker.questions.resolve_question import load_timelines
from tracker.questions.update_suggestion import compute_suggestion, load_background
from tracker.storage import (
    database_info,
    essays,
    evidence,
    evidence_cards,
    questions,
    record,
    resolution_record,
    scenarios,
)
from tracker.storage.sessions import Session


def require_question(session: Session, question_id: str) -> Question:
    """Return the question; raises `NotFound` with similar names."""
    question = questions.find_question(session, question_id)
    if question is None:
        near = tuple(get_close_matches(question_id, questions.list_question_ids(session)))
        raise NotFound("question", question_id, "`tracker question list` has the names", near)
    return question


def build_question_page(
    session: Session, question_id: str, now: datetime, newest: int | None = None
) -> QuestionPage:
    """Gather everything about one question; of its evidence the `newest` so many as cards."""
    question = require_question(session, question_id)
    essay = essays.find_essay(session, question.essay_id)
    if essay is None:  # a foreign key forbids it
        raise NotFound(
            "essay", question.essay_id, "the database is damaged: run `tracker system verify`"
        )
    answered = resolution_record.resolutions_of_question(session, question.id)
    close = effective_close(question, latest_resolution(answered))
    forecasts_over_time = load_timelines(session, question, min(now, close))
    last = _last_suggestion_time(session, question, now, close)
    pieces = evidence.evidence_of_question(session, question.id)
    is_newest = last == now  # else the reports are read as reliable as they were then
    merged = {question.id: evidence.merge_pieces(session, pieces, now)} if is_newest else None
    background = load_background(session, [question], last, merged)
    suggestion = compute_suggestion(session, question, last, background)
    versions = list_versions(session, question)
    pieces = pieces[::-1]
    return QuestionPage(
        summary=summarise_question(session, question, now),
        essay=essay,
        claims=essays.claims_of_question(session, question),
        indicators={i.id: i for i in questions.list_indicators(session, [question.id])},
        forecasters=record.list_forecasters(session),
        acts=record.forecasts_of_question(session, question.id),
        timelines=forecasts_over_time,
        suggestion=suggestion,
        evidence=evidence_cards.build_cards(session, pieces[:newest]),
        pieces=evidence_cards.summarise_evidence(session, pieces),
        resolutions=answered,
        scores=list_receipts(session, question, latest_resolution(answered)),
        statements=describe_statements(session, question, versions),
        coverage=measure_feed_coverage(session, question, now),
        versions=versions,
        override=questions.find_override(session, question.id),
        unchecked=questions.list_pending_answers(session, question.id),
        scenarios=scenarios.find_scenario_set(session, question.id) is not None,
        marks=scenarios.signpost_statuses_of_question(session, question.id),
        headlines=database_info.read_property(session, database_info.HEADLINES_KEY) or "",
    )


def list_versions(session: Session, question: Question) -> tuple[QuestionVersion, ...]:
    """List all wordings of a question, oldest first."""
    return list_question_versions(
        questions.find_original_question(session, question.id),
        questions.edits_of_question(session, question.id),
    )


def get_question_history(session: Session, question_id: str, now: datetime) -> QuestionHistory:
    """Timelines of all forecasters on a question; computed ones end now or at the close."""
    question = require_question(session, question_id)
    close = effective_close(question, resolution_record.find_resolution(session, question.id))
    return QuestionHistory(question, load_timelines(session, question, min(now, close)))


def get_receipts(session: Session, question_id: str, now: datetime) -> Receipts:
    """All scores on a question with their receipts, and the forecasts that came too late."""
    question = require_question(session, question_id)
    resolution = resolution_record.find_resolution(session, question.id)
    late = () if resolution is None else list_late_forecasts(session, [resolution])
    scores = list_receipts(session, question, resolution)
    is_provisional = bool(scores) and not is_past_close(question, now)
    return Receipts(
        question=question,
        resolution=resolution,
        scores=scores,
        hindsight=late,
        forecasters=record.list_forecasters(session),
        provisional_until=question.closes_at if is_provisional else None,
    )


def list_receipts(
    session: Session, question: Question, resolution: Resolution | None
) -> tuple[Score, ...]:
    """List the stored scores on a question, with receipts made of what stood."""
    scores = resolution_record.list_scores(session, question.id)
    standing = resolution_record.load_standings(session, [question.id]).get(question.id)
    if resolution is None or standing is None:
        return scores
    receipts = {
        (score.forecaster_id, score.rule): score.receipt
        for score in resolve_question.list_receipts(
            AnsweredQuestion(question, resolution, standing)
        )
    }
    return tuple(
        replace(score, receipt=receipts.get((score.forecaster_id, score.rule), ()))
        for score in scores
    )


def list_late_forecasts(
    session: Session, resolutions: Iterable[Resolution]
) -> tuple[Forecast, ...]:
    """List the forecasts made when the answer was already known, by question."""
    known = {resolution.question_id: resolution.known_at for resolution in resolutions}
    acts = record.load_forecasts_since(session, known)
    return tuple(
        act for name, known_at in known.items() for act in hindsight_forecasts(acts[name], known_at)
    )


def _last_suggestion_time(
    session: Session, question: Question, now: datetime, close: datetime
) -> datetime:
    """Last meaningful time of the suggestion: now, or its last move before the close.

    At the close itself no time is left, so the suggestion says nothing that the answer does not.
    """
    if now < close:
        return now
    last = record.find_newest_forecast(session, question.id, SUGGESTION)
    return close if last is None else last.made_at
