"""The evidence that waits for a person, in the order of how far a judgement would move the
suggestion.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import accumulate

from forecasts.distributions.distribution import p_yes
from forecasts.evidence.weights import weigh
from forecasts.questions.forecaster import SUGGESTION
from forecasts.questions.question import EvidenceId, Question, QuestionId
from forecasts.suggestion.judgement import estimated_effect, judgement_effects
from tracker.model.read_models import EvidenceCard
from tracker.questions.parameters import model_at
from tracker.questions.queries.question_page import open_questions, question_or_refuse
from tracker.questions.update_suggestion import AT_ONCE, background, known_of
from tracker.storage import evidence, forecasts, questions
from tracker.storage.sessions import Session

SHOWN = 200
CANDIDATES = 1000
"""The newest pieces that wait, of which those are shown whose judgement would move most."""

READ = 10_000
"""Pieces, judged ones too, that are read to work out effects: half a second."""

ROUNDING = 12
"""Decimals in which effects are compared: equal ones may differ in the last bits of a double."""


def inbox(session: Session, question_id: str | None, now: datetime) -> tuple[EvidenceCard, ...]:
    """Evidence on open questions that nobody has judged yet, of the newest that waits.

    What may be the answer itself comes first, for it asks for a resolution; then that whose
    judgement would move its suggestion most (`effects`). Of several with the same effect, such as
    those that are context only, the newest comes first.
    """
    if question_id is None:
        wanted = open_questions(session, now)
    else:
        question = question_or_refuse(session, question_id)
        wanted = {question.id: question}
    cards = evidence.waiting(session, list(wanted), CANDIDATES)
    moves = effects(session, wanted, [card for card in cards if not card.context_only], now)
    ranked = sorted(
        cards,
        key=lambda card: (not card.may_answer, -round(moves.get(card.evidence.id, 0.0), ROUNDING)),
    )
    return tuple(ranked[:SHOWN])


def effects(
    session: Session,
    wanted: Mapping[QuestionId, Question],
    cards: Sequence[EvidenceCard],
    now: datetime,
) -> dict[EvidenceId, float]:
    """The move of a suggestion, in probability from 0 to 1, that judging each of these pieces would
    make.

    They are worked out by the rules of the suggestion for the questions whose pieces promise most,
    up to `READ` pieces of evidence on them; in a larger database the others keep an estimate.
    """
    found = _estimates(session, cards, now)
    best: dict[QuestionId, float] = {}
    for card in cards:
        asked = card.evidence.question_id
        best[asked] = max(best.get(asked, 0.0), found[card.evidence.id])
    promising = sorted(best, key=lambda question_id: (-best[question_id], question_id))
    chosen = [wanted[question_id] for question_id in _affordable(session, promising)]
    waiting = {card.evidence.id for card in cards}
    for start in range(0, len(chosen), AT_ONCE):
        found |= _worked_out(session, chosen[start : start + AT_ONCE], waiting, now)
    return found


def _estimates(
    session: Session, cards: Sequence[EvidenceCard], now: datetime
) -> dict[EvidenceId, float]:
    """Estimates from each piece and the suggestion recorded last; a question without one counts as
    even.
    """
    asked = sorted({card.evidence.question_id for card in cards})
    recorded = forecasts.newest_each(session, asked, SUGGESTION)
    p = {question_id: p_yes(act.distribution) for question_id, act in recorded.items()}
    indicators = {i.id: i for i in questions.indicators(session, asked)}
    model = model_at(session, now)
    pieces = [card.evidence for card in cards]
    seen = [
        e for e in pieces if e.first_seen_at <= now
    ]  # a clock that was set back is behind the newest pieces
    weights = {e.id: weigh(e, 1.0, indicators.get(e.indicator_id), now) for e in seen}
    found = dict.fromkeys((e.id for e in pieces), 0.0)
    return found | {
        e.id: estimated_effect(weights[e.id], p.get(e.question_id) or 0.5, model) for e in seen
    }


def _affordable(session: Session, promising: Sequence[QuestionId]) -> Sequence[QuestionId]:
    """The first of these questions, as long as there are no more than `READ` pieces on them; at
    least one.
    """
    counts = evidence.counts(session) if len(promising) > 1 else {}
    sums = accumulate(
        counts[question_id][0] if question_id in counts else 0 for question_id in promising
    )
    return promising[: max(1, sum(total <= READ for total in sums))]


def _worked_out(
    session: Session, several: Sequence[Question], waiting: Collection[EvidenceId], now: datetime
) -> dict[EvidenceId, float]:
    known = background(session, several, now)
    found: dict[EvidenceId, float] = {}
    for question in several:
        found |= judgement_effects(question, waiting, **known_of(question, known))
    return found
