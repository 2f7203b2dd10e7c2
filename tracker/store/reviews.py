"""Evidence as it stood at an earlier instant."""

from dataclasses import replace
from datetime import datetime
from typing import cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.evidence import Direction, Evidence, EvidenceId, EvidenceStatus, Strength
from forecasts.merging import merged
from forecasts.question import ForecasterId, QuestionId
from tracker.store import evidence, stories
from tracker.tables import DecisionRow, ItemRow


def as_known(session: Session, question_id: QuestionId, at: datetime) -> tuple[Evidence, ...]:
    """The evidence on a question first seen by an instant, each piece judged as it was then.

    What was logged only later, since its question was asked later, stands as it was logged first.
    """
    seen = [e for e in evidence.of_question(session, question_id, at) if e.first_seen_at <= at]
    decided = _decided(session, [e.id for e in seen], at)
    then = [_as_decided(e, decided[e.id]) for e in seen]
    return merged(then, stories.merges(session, {e.story_id for e in then}), at) if then else ()


def archive_from(session: Session) -> datetime | None:
    """When the first item of all was seen; None without any."""
    return session.exec(select(func.min(ItemRow.first_seen_at))).one()


def _decided(session: Session, ids: list[EvidenceId], at: datetime) -> dict[EvidenceId, DecisionRow]:
    """For each piece the last decision by then, or else its first."""
    found: dict[EvidenceId, DecisionRow] = {}
    wanted = col(DecisionRow.evidence_id).in_(ids)
    for row in session.exec(select(DecisionRow).where(wanted).order_by(col(DecisionRow.id))):
        if row.at <= at or row.evidence_id not in found:
            found[EvidenceId(row.evidence_id)] = row
    return found


def _as_decided(e: Evidence, decision: DecisionRow) -> Evidence:
    return replace(
        e,
        status=cast(EvidenceStatus, decision.status),
        direction=Direction(decision.direction),
        strength=Strength(decision.strength),
        judged_by=ForecasterId(decision.by),
    )
