"""Gather what pages and commands show of a question. Reads only; every answer is as of `now`."""

from datetime import datetime
from difflib import get_close_matches

from forecasts.questions.forecaster import SUGGESTION
from forecasts.questions.question import (
    Question,
    QuestionId,
    Resolution,
    effective_close,
    latest_resolution,
    question_status,
)
from forecasts.questions.timeline import Forecast, hindsight_forecasts
from forecasts.questions.versions import list_question_versions
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionSuggestion
from tracker.errors import NotFound
from tracker.model.read_models import QuestionHistory, QuestionPage, Receipts
from tracker.questions.queries.feed_status import measure_feed_coverage
from tracker.questions.queries.question_list import summarise_question
from tracker.questions.resolve import exclude_computed, load_timelines
from tracker.questions.update_suggestion import compute_leaning, compute_suggestion
from tracker.questions.weighted_crowd import compute_weighted_crowd
from tracker.storage import (
    edits,
    evidence,
    forecasts,
    properties,
    questions,
    resolutions,
    scenarios,
    signposts,
)
from tracker.storage.sessions import Session


def require_question(session: Session, question_id: str) -> Question:
    """Return the question; raises `NotFound` with similar names."""
    question = questions.find_question(session, question_id)
    if question is None:
        near = tuple(get_close_matches(question_id, questions.list_question_ids(session)))
        hint = f"did you mean {' or '.join(near)}? `tracker questions` lists them"
        raise NotFound(
            "question",
            question_id,
            hint if near else "see `tracker questions` for the names",
            near,
        )
    return question


def list_open_questions(session: Session, now: datetime) -> dict[QuestionId, Question]:
    """List the questions that are open at `now`."""
    resolved = resolutions.load_current_resolutions(session)
    return {
        q.id: q
        for q in questions.list_questions_in_window(session, now)
        if question_status(q, resolved.get(q.id), now) == "open"
    }


def build_question_page(session: Session, question_id: str, now: datetime) -> QuestionPage:
    """Gather everything about one question."""
    question = require_question(session, question_id)
    essay = questions.find_essay(session, question.essay_id)
    if essay is None:  # a foreign key forbids it
        raise NotFound("essay", question.essay_id, "the database is damaged: run `tracker verify`")
    answered = resolutions.resolutions_of_question(session, question.id)
    close = effective_close(question, latest_resolution(answered))
    forecasts_over_time = load_timelines(session, question, min(now, close))
    last = _last_suggestion_time(session, question, now, close)
    suggestion = compute_suggestion(session, question, last)
    return QuestionPage(
        summary=summarise_question(session, question, now),
        essay=essay,
        claims=tuple(
            c for c in questions.claims_of_essay(session, essay.id) if c.id in question.claim_ids
        ),
        indicators={i.id: i for i in questions.list_indicators(session, [question.id])},
        forecasters=forecasts.list_forecasters(session),
        acts=forecasts.forecasts_of_question(session, question.id),
        timelines=forecasts_over_time,
        suggestion=suggestion if isinstance(suggestion, Suggestion) else None,
        option_suggestion=suggestion if isinstance(suggestion, OptionSuggestion) else None,
        leaning=compute_leaning(session, question, last),
        evidence=evidence.build_cards(session, evidence.evidence_of_question(session, question.id))[
            ::-1
        ],
        resolutions=answered,
        scores=resolutions.list_scores(session, question.id),
        weighted_crowd=compute_weighted_crowd(
            session, question, exclude_computed(forecasts_over_time), min(now, close)
        ),
        coverage=measure_feed_coverage(session, question, now),
        versions=list_question_versions(
            questions.find_original_question(session, question.id),
            edits.edits_of_question(session, question.id),
        ),
        override=edits.find_override(session, question.id),
        unchecked=edits.list_pending_answers(session, question.id),
        scenarios=scenarios.find_scenario_set(session, question.id) is not None,
        marks=signposts.signpost_statuses_of_question(session, question.id),
        headlines=properties.read_property(session, properties.HEADLINES_KEY) or "",
    )


def get_question_history(session: Session, question_id: str, now: datetime) -> QuestionHistory:
    """Timelines of all forecasters on a question; computed ones end now or at the close."""
    question = require_question(session, question_id)
    close = effective_close(
        question, latest_resolution(resolutions.resolutions_of_question(session, question.id))
    )
    return QuestionHistory(question, load_timelines(session, question, min(now, close)))


def get_receipts(session: Session, question_id: str) -> Receipts:
    """All scores on a question with their receipts, and the forecasts that came too late."""
    question = require_question(session, question_id)
    resolution = latest_resolution(resolutions.resolutions_of_question(session, question.id))
    late = () if resolution is None else list_late_forecasts(session, resolution)
    scores = resolutions.list_scores(session, question.id)
    return Receipts(question, resolution, scores, late, forecasts.list_forecasters(session))


def list_late_forecasts(session: Session, resolution: Resolution) -> tuple[Forecast, ...]:
    """List the forecasts made when the answer was already known."""
    acts = forecasts.list_forecasts_since(session, resolution.question_id, resolution.known_at)
    return hindsight_forecasts(acts, resolution.known_at)


def _last_suggestion_time(
    session: Session, question: Question, now: datetime, close: datetime
) -> datetime:
    """Last meaningful time of the suggestion: now, or its last move before the close.

    At the close itself no time is left, so the suggestion says nothing that the answer does not.
    """
    if now < close:
        return now
    last = forecasts.find_newest_forecast(session, question.id, SUGGESTION)
    return close if last is None else last.made_at
