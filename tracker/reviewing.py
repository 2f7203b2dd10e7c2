"""A person judges a piece of evidence, and the suggestion follows."""

from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.question import ForecasterId
from tracker.errors import NotFound, Refused
from tracker.forecasting import register
from tracker.reading import question_or_refuse
from tracker.store import evidence
from tracker.store.engine import Session
from tracker.suggesting import record_suggestions
from tracker.summaries import Decision


@dataclass(frozen=True, slots=True)
class Review:
    """A judgement as it was asked for; direction and strength None leave what stands."""

    verdict: EvidenceStatus
    direction: Direction | None
    strength: Strength | None
    note: str
    by: ForecasterId


def review(session: Session, evidence_id: int, asked: Review, now: datetime) -> Evidence:
    """Append the decision and bring the suggestion of its question up to date."""
    piece = evidence.get(session, evidence_id)
    if piece is None:
        raise NotFound("evidence", evidence_id, "see `tracker inbox` for the numbers")
    register(session, asked.by)
    direction = piece.direction if asked.direction is None else asked.direction
    strength = piece.strength if asked.strength is None else asked.strength
    verdict = _verdict(piece, asked.verdict, (direction, strength) != (piece.direction, piece.strength))
    evidence.decide(session, piece.id, Decision(verdict, direction, strength, asked.by, now, asked.note))
    record_suggestions(session, [question_or_refuse(session, piece.question_id)], now, prompted=True)
    return replace(piece, status=verdict, direction=direction, strength=strength, judged_by=asked.by)


def _verdict(piece: Evidence, asked: EvidenceStatus, changed: bool) -> EvidenceStatus:
    match asked:
        case "rejected":
            return "rejected"
        case "confirmed" | "edited":
            return "edited" if changed else "confirmed"
        case "logged":
            raise Refused(f"evidence {piece.id} was judged or waits already: confirm, edit or reject it")
