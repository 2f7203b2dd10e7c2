"""Post-mortem of an answered question, gathered here and decided in `forecasts.postmortem`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from forecasts.evidence.evidence import Evidence
from forecasts.questions.answers import get_answer
from forecasts.questions.question import (
    EvidenceId,
    ForecasterId,
    Question,
    effective_close,
    latest_resolution,
)
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.changes import SuggestionInputs
from forecasts.suggestion.postmortem import (
    PostMortem,
    find_best_path,
    find_missed_signposts,
    strongest_evidence,
)
from tracker.questions.queries.question_page import require_question
from tracker.questions.resolve import load_timelines
from tracker.questions.update_suggestion import compute_suggestion, load_background
from tracker.storage import evidence, questions, resolutions
from tracker.storage.sessions import Session

MAX_INSTANTS: Final = 40
"""Maximum instants at which evidence is weighted; with more news, every n-th arrival."""


def build_post_mortem(session: Session, question_id: str, me: ForecasterId) -> PostMortem | None:
    """Build the post-mortem of a question for one forecaster; None without an answer to score."""
    question = require_question(session, question_id)
    resolution = latest_resolution(resolutions.resolutions_of_question(session, question.id))
    happened = get_answer(question, resolution)
    if resolution is None or happened is None:
        return None
    close = effective_close(question, resolution)
    pieces = evidence.merge_evidence(session, question.id, close)
    weights = (
        _iterate_weights(session, question, pieces, close)
        if question.kind == "binary"
        else iter(())
    )
    helpful, harmful = strongest_evidence(weights, int(happened == 1))
    held_forecasts = load_timelines(session, question, close)
    return PostMortem(
        question_id=question.id,
        helpful=helpful,
        harmful=harmful,
        missed=find_missed_signposts(
            question, questions.list_indicators(session, [question.id]), pieces, resolution
        ),
        path=find_best_path(question, resolution, held_forecasts, me),
    )


def _iterate_weights(
    session: Session, question: Question, pieces: tuple[Evidence, ...], close: datetime
) -> Iterator[tuple[EvidenceId, float]]:
    """Yield the log-odds of each piece whenever news came in, as finally reviewed."""
    arrivals = sorted(
        {max(e.first_seen_at, question.opens_at) for e in pieces if e.first_seen_at < close}
    )
    known = replace(load_background(session, [question], close), evidence={question.id: pieces})
    for at in arrivals[:: -(-len(arrivals) // MAX_INSTANTS) or 1]:
        suggestion = compute_suggestion(session, question, at, replace(known, at=at))
        if isinstance(suggestion, Suggestion):
            counted = SuggestionInputs(suggestion, pieces, known.model).weight_factor
            for line in suggestion.lines:
                if line.evidence_id is not None:
                    yield line.evidence_id, line.log_odds * counted
