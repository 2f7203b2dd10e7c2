"""What an installation's own record has to teach: reviews of what the matcher said, and where feeds
pointed.
"""

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


class Judgement(Protocol):
    """As much of a decision on evidence as says whether it teaches."""

    @property
    def status(self) -> str:
        """What became of the evidence; `logged` means that it waits again."""
        ...

    @property
    def by(self) -> str:
        """Who judged."""
        ...


Judged = TypeVar("Judged", bound=Judgement)


@dataclass(frozen=True, slots=True)
class FirstReview:
    """A piece of evidence as it was `shown` when the matcher logged it, and as the first person
    `left` it.
    """

    shown: Evidence
    logged_at: datetime
    left: Evidence
    at: datetime


def first_reviews(session: Session) -> Iterator[FirstReview]:
    """What people made of the matcher's calls, in the order of logging.

    Only what the matcher alone had judged: a model's judgement takes the place of the matcher's
    chances, so that what a person says of it teaches nothing about the matcher. A judgement that
    was taken back teaches nothing either: the next one is the first then.
    """
    query = select(EvidenceRow, DecisionRow).join(
        DecisionRow, col(DecisionRow.evidence_id) == EvidenceRow.id
    )
    rows = session.exec(query.order_by(col(EvidenceRow.id), col(DecisionRow.id)))
    for _, several in groupby(rows, key=lambda pair: pair[0].id):
        (row, logged), *later = several
        standing = first_standing([decision for _, decision in later])
        if standing is not None and logged.by == MATCHER:
            yield FirstReview(
                _as_left(row, logged), logged.at, _as_left(row, standing), standing.at
            )


def first_standing(later: Sequence[Judged]) -> Judged | None:
    """The first judgement after the logging that was not taken back; None when a model came first,
    or nobody.
    """
    first: Judged | None = None
    for decision in later:
        if decision.status != "logged":
            first = first or decision
        elif decision.by.startswith(MODEL_PREFIX):
            return first
        else:
            first = None
    return first


def _as_left(row: EvidenceRow, decision: DecisionRow) -> Evidence:
    return replace(
        evidence.bare(row),
        status=cast(EvidenceStatus, decision.status),
        direction=Direction(decision.direction),
        strength=Strength(decision.strength),
        judged_by=ForecasterId(decision.by),
    )


def pointed(
    session: Session, question_id: QuestionId, *, before: datetime
) -> list[tuple[FeedId, Direction]]:
    """Which feed had pointed which way on a question by then, once for each piece of evidence that
    stood.

    Each piece as it was judged then, so that nobody who knows the answer can make a feed look good.
    One that was logged only later stands as it was logged first.
    """
    sides = _sides(session, question_id, before)
    query = select(ItemRow.feed_id, EvidenceRow.id).join(
        EvidenceRow, col(EvidenceRow.story_id) == ItemRow.story_id
    )
    query = query.where(
        EvidenceRow.question_id == question_id, ItemRow.first_seen_at < before
    ).distinct()
    carried = session.exec(query.order_by(ItemRow.feed_id, col(EvidenceRow.id)))
    return [
        (FeedId(feed), sides[piece])
        for feed, piece in carried
        if piece is not None and sides[piece]
    ]


def _sides(session: Session, question_id: QuestionId, before: datetime) -> dict[int, Direction]:
    """Which way each piece pointed by then; neutral for what was rejected."""
    query = select(DecisionRow).join(EvidenceRow, col(DecisionRow.evidence_id) == EvidenceRow.id)
    found: dict[int, Direction] = {}
    for row in session.exec(
        query.where(EvidenceRow.question_id == question_id).order_by(col(DecisionRow.id))
    ):
        if row.at < before or row.evidence_id not in found:
            found[row.evidence_id] = (
                Direction.NEUTRAL if row.status == "rejected" else Direction(row.direction)
            )
    return found


def logged_before_opening(session: Session) -> dict[QuestionId, datetime]:
    """For each question with evidence first seen before it opened: when such a piece was last
    logged.

    The archive is gone through when a question is new, which can take longer than the next time of
    learning.
    """
    query = select(EvidenceRow.question_id, func.max(DecisionRow.at))
    query = query.join(DecisionRow, col(DecisionRow.evidence_id) == EvidenceRow.id)
    query = query.join(QuestionRow, col(QuestionRow.id) == EvidenceRow.question_id)
    query = query.where(EvidenceRow.first_seen_at < QuestionRow.opens_at, DecisionRow.by == MATCHER)
    return {QuestionId(q): at for q, at in session.exec(query.group_by(EvidenceRow.question_id))}
