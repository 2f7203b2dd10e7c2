"""A person judges a piece of evidence, sees before what that would do, and may take it back; the
suggestion follows.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from forecasts.distributions.distribution import Distribution
from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.questions.question import ForecasterId, Question
from tracker.errors import NotFound, Refused
from tracker.model.read_models import Decision
from tracker.questions.queries.question_page import question_or_refuse
from tracker.questions.submit_forecast import register
from tracker.questions.update_suggestion import (
    Background,
    background,
    held_by,
    record_suggestions,
    suggested,
)
from tracker.storage import evidence, scenarios
from tracker.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class Review:
    """A judgement as it was asked for; direction and strength None leave what stands."""

    verdict: EvidenceStatus
    direction: Direction | None
    strength: Strength | None
    note: str
    by: ForecasterId


Unmoved = Literal["context only", "part of another story"]
"""Why judging a piece moves no suggestion: its question has none that news moves, or its story
joined another.
"""


@dataclass(frozen=True, slots=True)
class Effect:
    """The suggestion as it stands, and as it would be after confirming a piece of evidence or
    rejecting it.
    """

    stands: Distribution
    confirmed: Distribution
    rejected: Distribution


def review(session: Session, evidence_id: int, asked: Review, now: datetime) -> Evidence:
    """Append the decision and bring the suggestion of its question up to date."""
    piece = _piece(session, evidence_id)
    register(session, asked.by)
    judged = _judged(piece, asked)
    decision = Decision(judged.status, judged.direction, judged.strength, asked.by, now, asked.note)
    evidence.decide(session, piece.id, decision)
    record_suggestions(
        session, [question_or_refuse(session, piece.question_id)], now, prompted=True
    )
    return judged


def reopen(session: Session, evidence_id: int, by: ForecasterId, now: datetime) -> Evidence:
    """Take the judgement of a person back, as a decision of its own: the piece waits as it did
    before anyone judged it.

    Raises `NotFound`, and `Refused` when it waits already.
    """
    piece = _piece(session, evidence_id)
    if piece.status == "logged":
        raise Refused(f"evidence {piece.id} waits already: there is no judgement to take back")
    register(session, by)
    logged = [each for each in evidence.decisions(session, piece.id) if each.status == "logged"][-1]
    evidence.decide(session, piece.id, replace(logged, by=by, at=now, note=""))
    record_suggestions(
        session, [question_or_refuse(session, piece.question_id)], now, prompted=True
    )
    return replace(
        piece, status="logged", direction=logged.direction, strength=logged.strength, judged_by=by
    )


def effect(session: Session, evidence_id: int, asked: Review, now: datetime) -> Effect | Unmoved:
    """What confirming as asked, and rejecting, would make of the suggestion, or why nothing;
    nothing is written.
    """
    piece = _piece(session, evidence_id)
    question = question_or_refuse(session, piece.question_id)
    known = background(session, [question], now)
    if scenarios.context_only(session, [question.id]):
        return "context only"
    if piece.id not in {e.id for e in known.evidence[question.id]}:
        return "part of another story"
    judged = _judged(piece, replace(asked, verdict="confirmed"))
    return _effect(
        [
            _with(session, question, known, other)
            for other in (None, judged, _rejected(piece, asked.by))
        ]
    )


def _effect(held: list[Distribution | None]) -> Effect | Unmoved:
    stands, confirmed, rejected = held
    if stands is None or confirmed is None or rejected is None:
        return "context only"
    return Effect(stands, confirmed, rejected)


def _with(
    session: Session, question: Question, known: Background, judged: Evidence | None
) -> Distribution | None:
    """The suggestion if this piece were judged so."""
    pieces = tuple(_as_judged(e, judged) for e in known.evidence[question.id])
    found = suggested(session, question, known.at, replace(known, evidence={question.id: pieces}))
    return None if found is None else held_by(found)


def _as_judged(e: Evidence, judged: Evidence | None) -> Evidence:
    if judged is None or e.id != judged.id:
        return e
    return replace(
        e,
        status=judged.status,
        direction=judged.direction,
        strength=judged.strength,
        judged_by=judged.judged_by,
    )


def _judged(piece: Evidence, asked: Review) -> Evidence:
    direction = piece.direction if asked.direction is None else asked.direction
    strength = piece.strength if asked.strength is None else asked.strength
    verdict = _verdict(
        piece, asked.verdict, (direction, strength) != (piece.direction, piece.strength)
    )
    return replace(
        piece, status=verdict, direction=direction, strength=strength, judged_by=asked.by
    )


def _rejected(piece: Evidence, by: ForecasterId) -> Evidence:
    return replace(piece, status="rejected", judged_by=by)


def _piece(session: Session, evidence_id: int) -> Evidence:
    piece = evidence.get(session, evidence_id)
    if piece is None:
        raise NotFound("evidence", evidence_id, "see `tracker inbox` for the numbers")
    return piece


def _verdict(piece: Evidence, asked: EvidenceStatus, changed: bool) -> EvidenceStatus:
    match asked:
        case "rejected":
            return "rejected"
        case "confirmed" | "edited":
            return "edited" if changed else "confirmed"
        case "logged":
            raise Refused(
                f"evidence {piece.id} was judged or waits already: confirm, edit or reject it"
            )
