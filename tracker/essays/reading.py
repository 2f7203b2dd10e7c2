"""Gather essays with their record written over them."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from forecasts.distributions.distribution import Distribution
from forecasts.essays.claim_map import claim_map, coverage, verdict
from forecasts.essays.extract import Sentence, find_claims
from forecasts.questions.new_question import OWN_ESSAY
from forecasts.questions.question import Essay, EssayId, QuestionId, Resolution
from tracker.errors import NotFound
from tracker.essays.anchoring import anchored, moved, stands
from tracker.model.essays import EssayPage, EssaySummary, EssayText
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.current_forecasts import Asked, on_the_board
from tracker.questions.queries.question_list import summaries
from tracker.storage import essays, questions
from tracker.storage.sessions import Session


@lru_cache(maxsize=16)
def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text; the same text is read once."""
    return find_claims(text)


def page(
    session: Session, essay_id: EssayId, now: datetime, known: Asked | None = None
) -> EssayPage:
    """An essay with its record, by all questions as they stand, or as they were `known`; raises
    `NotFound`.
    """
    essay = questions.essay(session, essay_id)
    if essay is None:
        raise NotFound("essay", essay_id, "see `tracker essay list` for the names")
    if known is None:
        return _page(session, essay, _by_essay(session, now).get(essay_id, {}))
    return _page(
        session, essay, {q: row for q, row in known.items() if row.question.essay_id == essay_id}
    )


def every(session: Session, now: datetime) -> tuple[EssaySummary, ...]:
    """All essays as rows; questions that came from no essay are none."""
    by_essay = _by_essay(session, now)
    return tuple(
        _summary(_page(session, essay, by_essay.get(essay.id, {}))) for essay in _real(session)
    )


def titles(session: Session) -> dict[EssayId, str]:
    """What each essay is called; questions that came from no essay are none."""
    return {essay.id: essay.title for essay in _real(session)}


def _real(session: Session) -> list[Essay]:
    """All essays but the one that stands for questions of one's own."""
    return [essay for essay in essays.every(session) if essay.id != OWN_ESSAY]


def _summary(page: EssayPage) -> EssaySummary:
    return EssaySummary(
        page.essay,
        page.text is not None,
        page.coverage,
        page.live,
        page.retrospective,
        len(page.questions),
    )


def _by_essay(session: Session, now: datetime) -> dict[EssayId, dict[QuestionId, QuestionSummary]]:
    found: dict[EssayId, dict[QuestionId, QuestionSummary]] = {}
    for row in summaries(session, now):
        found.setdefault(row.question.essay_id, {})[row.question.id] = row
    return found


def _page(session: Session, essay: Essay, asked: Asked) -> EssayPage:
    text: EssayText | None = essays.newest_text(session, essay.id)
    words = "" if text is None else text.text
    claims = anchored(questions.claims_of(session, essay.id), words)
    rejected = moved(essays.rejections(session, essay.id), words)
    all_asked = [row.question for row in asked.values()]
    held, answered = _held(asked.values()), _answered(asked.values())
    sentences = sentences_of(words) if words else ()
    here = [claim for claim in claims if not words or stands(claim, words)]
    gone = [claim for claim in claims if claim not in here]  # other words stand at its place now
    found = claim_map(sentences, here, rejected, all_asked, held, answered)
    mapped = (*found, *claim_map((), gone, (), all_asked, held, answered))
    return EssayPage(
        essay=essay,
        text=text,
        mapped=mapped,
        coverage=coverage(mapped),
        live=verdict(claims, all_asked, answered, held, retrospective=False),
        retrospective=verdict(claims, all_asked, answered, held, retrospective=True),
        claims=claims,
        questions=dict(asked),
        rejections=rejected,
        drafts=essays.drafts(session, essay.id),
    )


def _held(rows: Iterable[QuestionSummary]) -> dict[QuestionId, Distribution]:
    return {row.question.id: on_the_board(row).distribution for row in rows}


def _answered(rows: Iterable[QuestionSummary]) -> dict[QuestionId, Resolution]:
    return {row.question.id: row.resolution for row in rows if row.resolution is not None}
