"""Precision of the matcher so far by question, indicator and feed: how many pieces people kept.

Only pieces that were logged first and reviewed later count: evidence that was added by hand, or
dismissed by hand as a near miss, was never the matcher's.
"""

from typing import Any

from sqlalchemy import case, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from forecasts.evidence.matcher_record import Precision
from forecasts.questions.question import MATCHER, QuestionId
from tracker.storage.tables import DecisionRow, EvidenceRow, ItemRow

_REVIEWED = ("confirmed", "edited", "rejected")


def count_by_question(session: Session) -> dict[str, Precision]:
    """Count the reviewed and the kept pieces of each question."""
    return _read_counts(session, _select_counts(col(EvidenceRow.question_id)))


def count_by_indicator(
    session: Session, question_id: QuestionId | None = None
) -> dict[str, Precision]:
    """Count the reviewed and the kept pieces of each indicator, of all questions or one."""
    query = _select_counts(col(EvidenceRow.indicator_id))
    if question_id is not None:
        query = query.where(col(EvidenceRow.question_id) == question_id)
    return _read_counts(session, query)


def count_by_feed(session: Session) -> dict[str, Precision]:
    """Count the reviewed and the kept pieces of each feed, one for each story that it reported."""
    query = _select_counts(col(ItemRow.feed_id))
    return _read_counts(
        session, query.join(ItemRow, col(ItemRow.story_id) == col(EvidenceRow.story_id))
    )


def _select_counts(key: Any) -> Any:
    piece = col(EvidenceRow.id)
    accepted = case((col(EvidenceRow.status) != "rejected", piece))
    by_matcher = sa_select(col(DecisionRow.evidence_id)).where(
        col(DecisionRow.status) == "logged", col(DecisionRow.by) == MATCHER
    )
    return (
        sa_select(key, func.count(func.distinct(accepted)), func.count(func.distinct(piece)))
        .select_from(EvidenceRow)
        .where(col(EvidenceRow.status).in_(_REVIEWED), piece.in_(by_matcher))
        .group_by(key)
    )


def _read_counts(session: Session, query: Any) -> dict[str, Precision]:
    return {key: Precision(*counts) for key, *counts in session.execute(query)}
