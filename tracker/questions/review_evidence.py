"""Review a piece of evidence, preview the effect, or undo the review; suggestions are updated."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from forecasts.distributions.distribution import Distribution
from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.questions.question import ForecasterId, Question
from tracker.errors import NotFound, Refused
from tracker.model.read_models import Decision
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import register_forecaster
from tracker.questions.update_suggestion import (
    SuggestionBackground,
    compute_suggestion,
    load_background,
    record_suggestions,
    to_distribution,
)
from tracker.storage import evidence, scenarios
from tracker.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class EvidenceReview:
    """A review as requested; direction and strength None keep their values."""

    verdict: EvidenceStatus
    direction: Direction | None
    strength: Strength | None
    note: str
    by: ForecasterId


NoEffectReason = Literal["context only", "part of another story"]
"""Reasons why a review changes no suggestion: evidence on a question whose suggestion does not
depend on it, or a story merged into another.
"""


@dataclass(frozen=True, slots=True)
class ReviewEffect:
    """The current suggestion, and those after confirming or rejecting a piece of evidence."""

    stands: Distribution
    confirmed: Distribution
    rejected: Distribution


def review_evidence(
    session: Session, evidence_id: int, request: EvidenceReview, now: datetime
) -> Evidence:
    """Append the decision and update the suggestion of its question."""
    piece = _require_piece(session, evidence_id)
    register_forecaster(session, request.by)
    reviewed = _apply_review(piece, request)
    decision = Decision(
        reviewed.status, reviewed.direction, reviewed.strength, request.by, now, request.note
    )
    evidence.add_decision(session, piece.id, decision)
    record_suggestions(session, [require_question(session, piece.question_id)], now, prompted=True)
    return reviewed


def reopen_evidence(
    session: Session, evidence_id: int, by: ForecasterId, now: datetime
) -> Evidence:
    """Undo a review by a new decision: the piece is unreviewed again.

    Raises `NotFound`, and `Refused` when it is unreviewed already.
    """
    piece = _require_piece(session, evidence_id)
    if piece.status == "logged":
        raise Refused(f"evidence {piece.id} waits already: there is no judgement to take back")
    register_forecaster(session, by)
    logged = [
        decision
        for decision in evidence.list_decisions(session, piece.id)
        if decision.status == "logged"
    ][-1]
    evidence.add_decision(session, piece.id, replace(logged, by=by, at=now, note=""))
    record_suggestions(session, [require_question(session, piece.question_id)], now, prompted=True)
    return replace(
        piece, status="logged", direction=logged.direction, strength=logged.strength, judged_by=by
    )


def preview_effect(
    session: Session, evidence_id: int, request: EvidenceReview, now: datetime
) -> ReviewEffect | NoEffectReason:
    """Preview the suggestion after a confirmation or rejection, or the reason for no change."""
    piece = _require_piece(session, evidence_id)
    question = require_question(session, piece.question_id)
    inputs = load_background(session, [question], now)
    if scenarios.filter_context_only(session, [question.id]):
        return "context only"
    if piece.id not in {e.id for e in inputs.evidence[question.id]}:
        return "part of another story"
    reviewed = _apply_review(piece, replace(request, verdict="confirmed"))
    return _make_effect(
        [
            _suggestion_with(session, question, inputs, changed_piece)
            for changed_piece in (None, reviewed, _reject_piece(piece, request.by))
        ]
    )


def _make_effect(distributions: list[Distribution | None]) -> ReviewEffect | NoEffectReason:
    stands, confirmed, rejected = distributions
    if stands is None or confirmed is None or rejected is None:
        return "context only"
    return ReviewEffect(stands, confirmed, rejected)


def _suggestion_with(
    session: Session, question: Question, inputs: SuggestionBackground, reviewed: Evidence | None
) -> Distribution | None:
    """Compute the suggestion with this review of a piece."""
    pieces = tuple(_replace_review(e, reviewed) for e in inputs.evidence[question.id])
    suggestion = compute_suggestion(
        session, question, inputs.at, replace(inputs, evidence={question.id: pieces})
    )
    return None if suggestion is None else to_distribution(suggestion)


def _replace_review(e: Evidence, reviewed: Evidence | None) -> Evidence:
    if reviewed is None or e.id != reviewed.id:
        return e
    return replace(
        e,
        status=reviewed.status,
        direction=reviewed.direction,
        strength=reviewed.strength,
        judged_by=reviewed.judged_by,
    )


def _apply_review(piece: Evidence, request: EvidenceReview) -> Evidence:
    direction = piece.direction if request.direction is None else request.direction
    strength = piece.strength if request.strength is None else request.strength
    verdict = _decide_status(
        piece, request.verdict, (direction, strength) != (piece.direction, piece.strength)
    )
    return replace(
        piece, status=verdict, direction=direction, strength=strength, judged_by=request.by
    )


def _reject_piece(piece: Evidence, by: ForecasterId) -> Evidence:
    return replace(piece, status="rejected", judged_by=by)


def _require_piece(session: Session, evidence_id: int) -> Evidence:
    piece = evidence.find_evidence(session, evidence_id)
    if piece is None:
        raise NotFound("evidence", evidence_id, "see `tracker inbox` for the numbers")
    return piece


def _decide_status(piece: Evidence, verdict: EvidenceStatus, changed: bool) -> EvidenceStatus:
    match verdict:
        case "rejected":
            return "rejected"
        case "confirmed" | "edited":
            return "edited" if changed else "confirmed"
        case "logged":
            raise Refused(
                f"evidence {piece.id} was judged or waits already: confirm, edit or reject it"
            )
