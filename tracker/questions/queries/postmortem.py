"""Post-mortem of an answered question, gathered here and decided in `forecasts.postmortem`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from forecasts.evidence.evidence import Evidence
from forecasts.questions.answers import answer
from forecasts.questions.question import EvidenceId, ForecasterId, Question, effective_close, latest
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.changes import Known
from forecasts.suggestion.postmortem import PostMortem, best_path, missed, strongest
from tracker.questions.queries.question_page import question_or_refuse
from tracker.questions.resolve import timelines
from tracker.questions.update_suggestion import background, suggested
from tracker.storage import evidence, questions, resolutions
from tracker.storage.sessions import Session

INSTANTS: Final = 40
"""Maximum instants at which evidence is weighted; with more news, every n-th arrival."""


def post_mortem(session: Session, question_id: str, me: ForecasterId) -> PostMortem | None:
    """Build the post-mortem of a question for one forecaster; None without an answer to score."""
    question = question_or_refuse(session, question_id)
    resolution = latest(resolutions.of_question(session, question.id))
    happened = answer(question, resolution)
    if resolution is None or happened is None:
        return None
    close = effective_close(question, resolution)
    pieces = evidence.as_counted(session, question.id, close)
    weights = (
        _iterate_weights(session, question, pieces, close)
        if question.kind == "binary"
        else iter(())
    )
    helpful, harmful = strongest(weights, int(happened == 1))
    held_forecasts = timelines(session, question, close)
    return PostMortem(
        question_id=question.id,
        helpful=helpful,
        harmful=harmful,
        missed=missed(question, questions.indicators(session, [question.id]), pieces, resolution),
        path=best_path(question, resolution, held_forecasts, me),
    )


def _iterate_weights(
    session: Session, question: Question, pieces: tuple[Evidence, ...], close: datetime
) -> Iterator[tuple[EvidenceId, float]]:
    """Yield the log-odds of each piece whenever news came in, as finally reviewed."""
    arrivals = sorted(
        {max(e.first_seen_at, question.opens_at) for e in pieces if e.first_seen_at < close}
    )
    known = replace(background(session, [question], close), evidence={question.id: pieces})
    for at in arrivals[:: -(-len(arrivals) // INSTANTS) or 1]:
        suggestion = suggested(session, question, at, replace(known, at=at))
        if isinstance(suggestion, Suggestion):
            counted = Known(suggestion, pieces, known.model).counted
            for line in suggestion.lines:
                if line.evidence_id is not None:
                    yield line.evidence_id, line.log_odds * counted
