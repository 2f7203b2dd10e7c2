"""Unreviewed evidence, sorted by the effect of a review on the suggestion."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import accumulate

from forecasts.distributions.distribution import p_yes
from forecasts.evidence.weights import weigh_story
from forecasts.questions.forecaster import SUGGESTION
from forecasts.questions.question import EvidenceId, Question, QuestionId
from forecasts.suggestion.judgement import compute_judgement_effects, estimate_judgement_effect
from tracker.model.read_models import EvidenceCard
from tracker.questions.parameters import model_at
from tracker.questions.queries.question_page import list_open_questions, require_question
from tracker.questions.update_suggestion import (
    QUESTION_BATCH,
    load_background,
    suggestion_arguments,
)
from tracker.storage import evidence, forecasts, questions
from tracker.storage.sessions import Session

MAX_CARDS = 200
MAX_CANDIDATES = 1000
"""Newest unreviewed pieces; those with the largest effects of them are shown."""

MAX_PIECES = 10_000
"""Pieces, reviewed ones too, that are read to compute effects: half a second."""

EFFECT_DECIMALS = 12
"""Decimals in which effects are compared: equal ones may differ in the last bits of a double."""


def list_inbox(
    session: Session, question_id: str | None, now: datetime
) -> tuple[EvidenceCard, ...]:
    """List unreviewed evidence on open questions, among the newest candidates.

    Pieces that may be the answer itself come first, since they ask for a resolution; then those
    whose review would move the suggestion most. Of several with the same effect, such as
    context-only pieces, the newest comes first.
    """
    if question_id is None:
        open_by_id = list_open_questions(session, now)
    else:
        question = require_question(session, question_id)
        open_by_id = {question.id: question}
    cards = evidence.list_unreviewed_cards(session, list(open_by_id), MAX_CANDIDATES)
    moves = estimate_effects(
        session, open_by_id, [card for card in cards if not card.context_only], now
    )
    ranked = sorted(
        cards,
        key=lambda card: (
            not card.may_answer,
            -round(moves.get(card.evidence.id, 0.0), EFFECT_DECIMALS),
        ),
    )
    return tuple(ranked[:MAX_CARDS])


def estimate_effects(
    session: Session,
    questions_by_id: Mapping[QuestionId, Question],
    cards: Sequence[EvidenceCard],
    now: datetime,
) -> dict[EvidenceId, float]:
    """Compute the move of the suggestion, in probability from 0 to 1, if each piece were reviewed.

    Exact effects are computed for the most promising questions, up to a maximum number of pieces of
    evidence on them; in a larger database the others keep an estimate.
    """
    effects = _rough_estimates(session, cards, now)
    best: dict[QuestionId, float] = {}
    for card in cards:
        question_id = card.evidence.question_id
        best[question_id] = max(best.get(question_id, 0.0), effects[card.evidence.id])
    promising = sorted(best, key=lambda q: (-best[q], q))
    affordable = [questions_by_id[q] for q in _select_affordable(session, promising)]
    waiting = {card.evidence.id for card in cards}
    for start in range(0, len(affordable), QUESTION_BATCH):
        effects |= _exact_effects(session, affordable[start : start + QUESTION_BATCH], waiting, now)
    return effects


def _rough_estimates(
    session: Session, cards: Sequence[EvidenceCard], now: datetime
) -> dict[EvidenceId, float]:
    """Estimate effects from each piece and the last recorded suggestion, else from 0.5."""
    question_ids = sorted({card.evidence.question_id for card in cards})
    recorded = forecasts.find_newest_forecasts(session, question_ids, SUGGESTION)
    p = {question_id: p_yes(act.distribution) for question_id, act in recorded.items()}
    indicators = {i.id: i for i in questions.list_indicators(session, question_ids)}
    model = model_at(session, now)
    pieces = [card.evidence for card in cards]
    # A clock that was set back is behind the newest pieces.
    seen_pieces = [e for e in pieces if e.first_seen_at <= now]
    weights = {e.id: weigh_story(e, 1.0, indicators.get(e.indicator_id), now) for e in seen_pieces}
    estimates = dict.fromkeys((e.id for e in pieces), 0.0)
    return estimates | {
        e.id: estimate_judgement_effect(weights[e.id], p.get(e.question_id) or 0.5, model)
        for e in seen_pieces
    }


def _select_affordable(session: Session, promising: Sequence[QuestionId]) -> Sequence[QuestionId]:
    """Take the first of these questions within the maximum number of pieces; at least one."""
    counts = evidence.count_evidence(session) if len(promising) > 1 else {}
    sums = accumulate(
        counts[question_id][0] if question_id in counts else 0 for question_id in promising
    )
    return promising[: max(1, sum(total <= MAX_PIECES for total in sums))]


def _exact_effects(
    session: Session, batch: Sequence[Question], waiting: Collection[EvidenceId], now: datetime
) -> dict[EvidenceId, float]:
    background_now = load_background(session, batch, now)
    effects: dict[EvidenceId, float] = {}
    for question in batch:
        effects |= compute_judgement_effects(
            question, waiting, **suggestion_arguments(question, background_now)
        )
    return effects
