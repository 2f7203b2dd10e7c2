"""The evidence that waits for a person, in the order of how far a judgement would move the suggestion."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from forecasts.evidence import EvidenceId, EvidenceStatus
from forecasts.question import Question
from tracker.reading import open_questions, question_or_refuse
from tracker.store import evidence
from tracker.store.engine import Session
from tracker.suggesting import AT_ONCE, Background, background, held_with, moved_by
from tracker.summaries import EvidenceCard

SHOWN = 200
CANDIDATES = 1000
"""The newest pieces that wait, of which those are shown whose judgement would move most."""

OF_A_QUESTION = 100
"""The newest pieces of one question whose effect is worked out: each takes two suggestions over all its evidence."""

VERDICTS: Final[tuple[EvidenceStatus, ...]] = ("confirmed", "rejected")


def inbox(session: Session, question_id: str | None, now: datetime) -> tuple[EvidenceCard, ...]:
    """Evidence on open questions that nobody has judged yet, of the newest that waits.

    What may be the answer itself comes first, for it asks for a resolution; then that whose judgement would move its
    suggestion most (`effects`). Of several with the same effect, such as those that are context only, the newest comes
    first.
    """
    if question_id is None:
        wanted = open_questions(session, now)
    else:
        question = question_or_refuse(session, question_id)
        wanted = {question.id: question}
    cards = evidence.waiting(session, list(wanted), CANDIDATES)
    asked = {card.evidence.question_id for card in cards if not card.context_only}
    moves = effects(session, [wanted[q] for q in sorted(asked)], {card.evidence.id for card in cards}, now)
    ranked = sorted(cards, key=lambda card: (not card.may_answer, -moves.get(card.evidence.id, 0.0)))
    return tuple(ranked[:SHOWN])


def effects(
    session: Session, wanted: Sequence[Question], waiting: Collection[EvidenceId], now: datetime
) -> dict[EvidenceId, float]:
    """How far judging each of these pieces would move the suggestion of its question, in probability, 0 to 1.

    It is the larger move of confirming the piece as it stands and of rejecting it: of the probability of YES, or of the
    option that moves most. Left out is what was joined to another story, whatever has no suggestion to move, and of a
    question all but the newest `OF_A_QUESTION`.
    """
    found: dict[EvidenceId, float] = {}
    for start in range(0, len(wanted), AT_ONCE):
        several = wanted[start : start + AT_ONCE]
        known = background(session, several, now)
        for question in several:
            found |= _effects(session, question, known, waiting)
    return found


def _effects(
    session: Session, question: Question, known: Background, waiting: Collection[EvidenceId]
) -> dict[EvidenceId, float]:
    pieces = known.evidence[question.id]
    stands = held_with(session, question, known, pieces)
    if stands is None:
        return {}
    found: dict[EvidenceId, float] = {}
    for place in [n for n, piece in enumerate(pieces) if piece.id in waiting][-OF_A_QUESTION:]:
        for verdict in VERDICTS:
            judged = (*pieces[:place], replace(pieces[place], status=verdict), *pieces[place + 1 :])
            after = held_with(session, question, known, judged)
            moved = 0.0 if after is None else moved_by(stands, after)
            found[pieces[place].id] = max(moved, found.get(pieces[place].id, 0.0))
    return found
