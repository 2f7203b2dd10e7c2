"""Review a piece of evidence, preview the effect, or undo the review; suggestions are updated."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Literal

from forecasts.distributions.distribution import Distribution, p_yes
from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.questions.question import (
    SUGGESTION,
    EvidenceId,
    ForecasterId,
    Question,
    QuestionId,
    effective_close,
)
from forecasts.suggestion.judgement_effects import (
    compute_judgement_effects,
    estimate_judgement_effect,
)
from tracker.errors import NotFound, Refused
from tracker.model.evidence import Decision, EvidenceCard, judge_by_decisions, make_revision
from tracker.questions.parse_side import check_option
from tracker.questions.queries.question_page import require_question
from tracker.questions.review_lessons import learn_from_review
from tracker.questions.submit_forecast import register_forecaster
from tracker.questions.update_suggestion import (
    QUESTION_BATCH,
    SuggestionBackground,
    compute_suggestion,
    load_background,
    record_suggestions,
    suggestion_arguments,
    to_distribution,
)
from tracker.storage import decisions, evidence, evidence_cards, record, resolution_record
from tracker.storage.learned import model_at
from tracker.storage.record import list_open_questions
from tracker.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class EvidenceReview:
    """A review as requested; direction and strength None, and no option, keep their values."""

    verdict: EvidenceStatus
    direction: Direction | None
    strength: Strength | None
    note: str
    by: ForecasterId
    option: str = ""


NoEffectReason = Literal["context only", "part of another story"]
"""Reasons why a review changes no suggestion: a story that counts through an indicator question of
the scenarios, or one merged into another.
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
    register_forecaster(session, request.by, now)
    question = require_question(session, piece.question_id)
    check_option(question, request.option, needed=False)
    reviewed = _apply_review(piece, request)
    revision = None if reviewed.option == piece.option else make_revision(reviewed)
    decision = Decision(
        reviewed.status, reviewed.direction, reviewed.strength, request.by, now, request.note,
        revision,
    )  # fmt: skip
    decisions.add_decision(session, piece.id, decision)
    learn_from_review(session, piece.question_id, now)
    record_suggestions(session, [question], now, prompted=True)
    return reviewed


def reopen_evidence(
    session: Session, evidence_id: int, by: ForecasterId, now: datetime
) -> Evidence:
    """Undo a review by a new decision: the piece is unreviewed again, or as its author added it.

    Raises `NotFound`, and `Refused` when there is no review to undo.
    """
    piece = _require_piece(session, evidence_id)
    first, *later = decisions.list_decisions(session, piece.id)
    if piece.status == "logged":
        raise Refused(f"evidence {piece.id} waits already: there is no judgement to take back")
    if not later:
        raise Refused(f"evidence {piece.id} was added by hand: reject it to take it back")
    register_forecaster(session, by, now)
    unjudged = [first, *(decision for decision in later if decision.status == "logged")]
    base = judge_by_decisions(piece, unjudged)
    restored = replace(piece, option=base.option)
    revision = None if restored == piece else make_revision(restored)
    undone = replace(unjudged[-1], by=by, at=now, note="", revision=revision)
    decisions.add_decision(session, piece.id, undone)
    learn_from_review(session, piece.question_id, now)
    record_suggestions(session, [require_question(session, piece.question_id)], now, prompted=True)
    return replace(
        restored, status=base.status, direction=base.direction, strength=base.strength, judged_by=by
    )


def compute_estimate(session: Session, question_id: str, now: datetime) -> Distribution:
    """Compute the suggestion on a question at an instant, or at its close."""
    question = require_question(session, question_id)
    resolution = resolution_record.find_resolution(session, question.id)
    at = min(now, effective_close(question, resolution))
    return to_distribution(compute_suggestion(session, question, at))


def preview_effect(
    session: Session, evidence_id: int, request: EvidenceReview, now: datetime
) -> ReviewEffect | NoEffectReason:
    """Preview the suggestion after a confirmation or rejection, or the reason for no change."""
    piece = _require_piece(session, evidence_id)
    question = require_question(session, piece.question_id)
    inputs = load_background(session, [question], now)
    if piece.story_id in inputs.counted.get(question.id, ()):
        return "context only"
    if piece.id not in {e.id for e in inputs.evidence[question.id]}:
        return "part of another story"
    reviewed = _apply_review(piece, replace(request, verdict="confirmed"))
    return _make_effect(
        [
            _suggestion_with(session, question, inputs, changed_piece)
            for changed_piece in (
                None,
                reviewed,
                replace(piece, status="rejected", judged_by=request.by),
            )
        ]
    )


def _make_effect(distributions: list[Distribution | None]) -> ReviewEffect | NoEffectReason:
    stands, confirmed, rejected = distributions
    if stands is None or confirmed is None or rejected is None:
        return "context only"
    return ReviewEffect(stands, confirmed, rejected)


def _suggestion_with(
    session: Session, question: Question, inputs: SuggestionBackground, reviewed: Evidence | None
) -> Distribution:
    """Compute the suggestion with this review of a piece."""
    pieces = tuple(_replace_review(e, reviewed) for e in inputs.evidence[question.id])
    suggestion = compute_suggestion(
        session, question, inputs.at, replace(inputs, evidence={question.id: pieces})
    )
    return to_distribution(suggestion)


def _replace_review(e: Evidence, reviewed: Evidence | None) -> Evidence:
    if reviewed is None or e.id != reviewed.id:
        return e
    return replace(
        e,
        status=reviewed.status,
        direction=reviewed.direction,
        strength=reviewed.strength,
        judged_by=reviewed.judged_by,
        option=reviewed.option,
    )


def _apply_review(piece: Evidence, request: EvidenceReview) -> Evidence:
    direction = piece.direction if request.direction is None else request.direction
    strength = piece.strength if request.strength is None else request.strength
    judged = replace(
        piece, direction=direction, strength=strength, option=request.option or piece.option
    )
    verdict = _decide_status(piece, request.verdict, changed=judged != piece)
    return replace(judged, status=verdict, judged_by=request.by)


def _require_piece(session: Session, evidence_id: int) -> Evidence:
    piece = evidence.find_evidence(session, evidence_id)
    if piece is None:
        raise NotFound("evidence", evidence_id, "see `tracker evidence inbox` for the numbers")
    return piece


def _decide_status(piece: Evidence, verdict: EvidenceStatus, *, changed: bool) -> EvidenceStatus:
    match verdict:
        case "rejected":
            return "rejected"
        case "confirmed" | "edited":
            return "edited" if changed else "confirmed"
        case "logged":
            raise Refused(
                f"evidence {piece.id} was judged or waits already: confirm, edit or reject it"
            )


MAX_CARDS = 200
MAX_CANDIDATES = 1000
"""Newest unreviewed pieces; those with the largest effects of them are shown."""

MAX_PIECES = 2_000
"""Pieces, reviewed ones too, that are read to compute effects: half a second."""

EFFECT_DECIMALS = 12
"""Decimals in which effects are compared: equal ones may differ in the last bits of a double."""


def list_inbox(
    session: Session, question_id: str | None, now: datetime
) -> tuple[EvidenceCard, ...]:
    """List unreviewed evidence on open questions, among the newest candidates.

    Pieces that may be the answer itself come first, since they ask for a resolution; then what
    people and programs propose, and those whose review would move the suggestion most. Of several
    with the same effect, such as context-only pieces, the newest comes first.
    """
    if question_id is None:
        open_by_id = list_open_questions(session, now)
    else:
        question = require_question(session, question_id)
        open_by_id = {question.id: question}
    cards = evidence_cards.list_unreviewed_cards(session, list(open_by_id), MAX_CANDIDATES)
    moves = estimate_effects(
        session, open_by_id, [card for card in cards if not card.context_only], now
    )
    ranked = sorted(
        cards,
        key=lambda card: (
            not card.may_answer,
            not card.proposals,
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
    recorded = record.find_newest_forecasts(session, question_ids, SUGGESTION)
    p = {question_id: p_yes(act.distribution) for question_id, act in recorded.items()}
    model = model_at(session, now)
    # A clock that was set back is behind the newest pieces: those move nothing yet.
    return {
        e.id: estimate_judgement_effect(e, p.get(e.question_id) or 0.5, model)
        if e.first_seen_at <= now
        else 0.0
        for e in (card.evidence for card in cards)
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
        current = compute_suggestion(session, question, now, background_now)
        arguments = suggestion_arguments(question, background_now)
        del arguments["at"]
        effects |= compute_judgement_effects(question, waiting, current, **arguments)
    return effects
