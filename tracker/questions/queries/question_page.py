"""Gather what pages and commands show of a question. Reads only; every answer is as of `now`."""

from datetime import datetime
from difflib import get_close_matches

from forecasts.questions.forecaster import SUGGESTION
from forecasts.questions.question import (
    Question,
    QuestionId,
    Resolution,
    effective_close,
    latest,
    status,
)
from forecasts.questions.timeline import Forecast, hindsight
from forecasts.questions.versions import versions
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionSuggestion
from tracker.errors import NotFound
from tracker.model.read_models import Held, QuestionPage, Receipts
from tracker.questions.queries.feed_status import coverage
from tracker.questions.queries.question_list import summary
from tracker.questions.resolve import people, timelines
from tracker.questions.update_suggestion import leaning_at, suggested
from tracker.questions.weighted_crowd import weighted_crowd
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


def question_or_refuse(session: Session, question_id: str) -> Question:
    """Return the question; raises `NotFound` with similar names."""
    question = questions.get(session, question_id)
    if question is None:
        near = tuple(get_close_matches(question_id, questions.names(session)))
        hint = f"did you mean {' or '.join(near)}? `tracker questions` lists them"
        raise NotFound(
            "question",
            question_id,
            hint if near else "see `tracker questions` for the names",
            near,
        )
    return question


def open_questions(session: Session, now: datetime) -> dict[QuestionId, Question]:
    """List the questions that are open at `now`."""
    resolved = resolutions.current(session)
    return {
        q.id: q
        for q in questions.between_times(session, now)
        if status(q, resolved.get(q.id), now) == "open"
    }


def page(session: Session, question_id: str, now: datetime) -> QuestionPage:
    """Gather everything about one question."""
    question = question_or_refuse(session, question_id)
    essay = questions.essay(session, question.essay_id)
    if essay is None:  # a foreign key forbids it
        raise NotFound("essay", question.essay_id, "the database is damaged: run `tracker verify`")
    answered = resolutions.of_question(session, question.id)
    close = effective_close(question, latest(answered))
    forecasts_over_time = timelines(session, question, min(now, close))
    last = _last_suggestion_time(session, question, now, close)
    suggestion = suggested(session, question, last)
    return QuestionPage(
        summary=summary(session, question, now),
        essay=essay,
        claims=tuple(
            c for c in questions.claims_of(session, essay.id) if c.id in question.claim_ids
        ),
        indicators={i.id: i for i in questions.indicators(session, [question.id])},
        forecasters=forecasts.forecasters(session),
        acts=forecasts.of_question(session, question.id),
        timelines=forecasts_over_time,
        suggestion=suggestion if isinstance(suggestion, Suggestion) else None,
        option_suggestion=suggestion if isinstance(suggestion, OptionSuggestion) else None,
        leaning=leaning_at(session, question, last),
        evidence=evidence.cards(session, evidence.of_question(session, question.id))[::-1],
        resolutions=answered,
        scores=resolutions.scores(session, question.id),
        weighted_crowd=weighted_crowd(
            session, question, people(forecasts_over_time), min(now, close)
        ),
        coverage=coverage(session, question, now),
        versions=versions(
            questions.as_opened(session, question.id), edits.of_question(session, question.id)
        ),
        override=edits.override_of(session, question.id),
        unchecked=edits.unchecked(session, question.id),
        scenarios=scenarios.of_question(session, question.id) is not None,
        marks=signposts.of_question(session, question.id),
        headlines=properties.read(session, properties.HEADLINES) or "",
    )


def held(session: Session, question_id: str, now: datetime) -> Held:
    """Timelines of all forecasters on a question; computed ones end now or at the close."""
    question = question_or_refuse(session, question_id)
    close = effective_close(question, latest(resolutions.of_question(session, question.id)))
    return Held(question, timelines(session, question, min(now, close)))


def receipts(session: Session, question_id: str) -> Receipts:
    """All scores on a question with their receipts, and the forecasts that came too late."""
    question = question_or_refuse(session, question_id)
    resolution = latest(resolutions.of_question(session, question.id))
    late = () if resolution is None else too_late(session, resolution)
    scores = resolutions.scores(session, question.id)
    return Receipts(question, resolution, scores, late, forecasts.forecasters(session))


def too_late(session: Session, resolution: Resolution) -> tuple[Forecast, ...]:
    """List the forecasts made when the answer was already known."""
    acts = forecasts.since_known(session, resolution.question_id, resolution.known_at)
    return hindsight(acts, resolution.known_at)


def _last_suggestion_time(
    session: Session, question: Question, now: datetime, close: datetime
) -> datetime:
    """Last meaningful time of the suggestion: now, or its last move before the close.

    At the close itself no time is left, so the suggestion says nothing that the answer does not.
    """
    if now < close:
        return now
    last = forecasts.newest(session, question.id, SUGGESTION)
    return close if last is None else last.made_at
