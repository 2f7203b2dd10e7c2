"""Training data from this installation: reviews of the matcher, and the directions of feeds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Protocol, TypeVar, cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.questions.forecaster import MATCHER, MODEL_PREFIX
from forecasts.questions.question import ForecasterId, QuestionId
from tracker.feeds.item import FeedId
from tracker.storage import evidence
from tracker.storage.tables import DecisionRow, EvidenceRow, ItemRow, QuestionRow


class ReviewDecision(Protocol):
    """The part of a decision that determines if it counts as a review."""

    @property
    def status(self) -> str:
        """The status of the evidence; `logged` means that it awaits review again."""
        ...

    @property
    def by(self) -> str:
        """The author of the decision."""
        ...


ReviewDecisionT = TypeVar("ReviewDecisionT", bound=ReviewDecision)


@dataclass(frozen=True, slots=True)
class FirstReview:
    """A piece of evidence as `shown` when the matcher logged it, and after its first review."""

    shown: Evidence
    logged_at: datetime
    reviewed: Evidence
    at: datetime


def list_first_reviews(session: Session) -> Iterator[FirstReview]:
    """Iterate over first reviews by people, in the order of logging.

    Only of evidence that the matcher alone assessed: a model's decision replaces the matcher's
    probabilities, so a later review says nothing about the matcher. A review that was undone does
    not count: the next one is the first then.
    """
    query = select(EvidenceRow, DecisionRow).join(
        DecisionRow, col(DecisionRow.evidence_id) == EvidenceRow.id
    )
    rows = session.exec(query.order_by(col(EvidenceRow.id), col(DecisionRow.id)))
    for _, pairs in groupby(rows, key=lambda pair: pair[0].id):
        (row, logged), *later = pairs
        review = find_standing_decision([decision for _, decision in later])
        if review is not None and logged.by == MATCHER:
            yield FirstReview(
                _apply_review(row, logged), logged.at, _apply_review(row, review), review.at
            )


def find_standing_decision(later: Sequence[ReviewDecisionT]) -> ReviewDecisionT | None:
    """Return the first review that was not undone; None if a model decided first, or nobody did."""
    first: ReviewDecisionT | None = None
    for decision in later:
        if decision.status != "logged":
            first = first or decision
        elif decision.by.startswith(MODEL_PREFIX):
            return first
        else:
            first = None
    return first


def _apply_review(row: EvidenceRow, decision: DecisionRow) -> Evidence:
    return replace(
        evidence.evidence_of_row(row),
        status=cast(EvidenceStatus, decision.status),
        direction=Direction(decision.direction),
        strength=Strength(decision.strength),
        judged_by=ForecasterId(decision.by),
    )


def list_feed_directions(
    session: Session, question_id: QuestionId, *, before: datetime
) -> list[tuple[FeedId, Direction]]:
    """Return feed and direction of each piece of evidence on a question that counted by then.

    Each as decided by then, so that hindsight cannot favour a feed. One logged only later has its
    first decision.
    """
    directions = _load_directions(session, question_id, before)
    query = select(ItemRow.feed_id, EvidenceRow.id).join(
        EvidenceRow, col(EvidenceRow.story_id) == ItemRow.story_id
    )
    query = query.where(
        EvidenceRow.question_id == question_id, ItemRow.first_seen_at < before
    ).distinct()
    rows = session.exec(query.order_by(ItemRow.feed_id, col(EvidenceRow.id)))
    return [
        (FeedId(feed), directions[piece])
        for feed, piece in rows
        if piece is not None and directions[piece]
    ]


def _load_directions(
    session: Session, question_id: QuestionId, before: datetime
) -> dict[int, Direction]:
    """Return the direction of each piece by then; neutral if it was rejected."""
    query = select(DecisionRow).join(EvidenceRow, col(DecisionRow.evidence_id) == EvidenceRow.id)
    directions: dict[int, Direction] = {}
    for row in session.exec(
        query.where(EvidenceRow.question_id == question_id).order_by(col(DecisionRow.id))
    ):
        if row.at < before or row.evidence_id not in directions:
            directions[row.evidence_id] = (
                Direction.NEUTRAL if row.status == "rejected" else Direction(row.direction)
            )
    return directions


def find_last_archive_logging(session: Session) -> dict[QuestionId, datetime]:
    """Return when evidence first seen before a question's opening was last logged, per question.

    Matching the archive against a new question can take longer than the interval between two fits.
    """
    query = select(EvidenceRow.question_id, func.max(DecisionRow.at))
    query = query.join(DecisionRow, col(DecisionRow.evidence_id) == EvidenceRow.id)
    query = query.join(QuestionRow, col(QuestionRow.id) == EvidenceRow.question_id)
    query = query.where(EvidenceRow.first_seen_at < QuestionRow.opens_at, DecisionRow.by == MATCHER)
    return {QuestionId(q): at for q, at in session.exec(query.group_by(EvidenceRow.question_id))}
