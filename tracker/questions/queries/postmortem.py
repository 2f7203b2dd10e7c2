"""What an answered question can teach: gathered from its facts, decided in
`forecasts.suggestion.postmortem`.
"""

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
"""At so many instants at most the weight of all evidence is worked out; with more news, at every so
manieth story.
"""


def post_mortem(session: Session, question_id: str, me: ForecasterId) -> PostMortem | None:
    """What a question can teach, above all whoever looks; None while there is no answer to score
    against.
    """
    question = question_or_refuse(session, question_id)
    resolution = latest(resolutions.of_question(session, question.id))
    happened = answer(question, resolution)
    if resolution is None or happened is None:
        return None
    close = effective_close(question, resolution)
    pieces = evidence.as_counted(session, question.id, close)
    weights = _weights(session, question, pieces, close) if question.kind == "binary" else iter(())
    helpful, harmful = strongest(weights, int(happened == 1))
    held = timelines(session, question, close)
    return PostMortem(
        question_id=question.id,
        helpful=helpful,
        harmful=harmful,
        missed=missed(question, questions.indicators(session, [question.id]), pieces, resolution),
        path=best_path(question, resolution, held, me),
    )


def _weights(
    session: Session, question: Question, pieces: tuple[Evidence, ...], close: datetime
) -> Iterator[tuple[EvidenceId, float]]:
    """What each piece added whenever news came in, as it was judged in the end, in log-odds that
    count.
    """
    arrivals = sorted(
        {max(e.first_seen_at, question.opens_at) for e in pieces if e.first_seen_at < close}
    )
    known = replace(background(session, [question], close), evidence={question.id: pieces})
    for at in arrivals[:: -(-len(arrivals) // INSTANTS) or 1]:
        found = suggested(session, question, at, replace(known, at=at))
        if isinstance(found, Suggestion):
            counted = Known(found, pieces, known.model).counted
            for line in found.lines:
                if line.evidence_id is not None:
                    yield line.evidence_id, line.log_odds * counted
