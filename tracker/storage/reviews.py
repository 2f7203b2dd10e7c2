"""Evidence as it stood at an earlier instant."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.evidence.story_merges import merged
from forecasts.questions.question import EvidenceId, ForecasterId, QuestionId
from tracker.storage import backtests, evidence, learned, stories
from tracker.storage.tables import DecisionRow, ItemRow

BEFORE_LEARNING: Final = datetime(1, 1, 1, tzinfo=UTC)
"""Nothing had been learned yet: a feed was as reliable as its grade says."""


def as_known(session: Session, question_id: QuestionId, at: datetime) -> tuple[Evidence, ...]:
    """The evidence on a question first seen by an instant, each piece judged as it was then.

    What was logged only later, since its question was asked later, stands as it was logged first.
    """
    return EvidenceOverTime(session, question_id).at(at, learned.values(session, "reliability", at))


class EvidenceOverTime:
    """The evidence on a question, read once, to be told as it was known at any instant."""

    def __init__(self, session: Session, question_id: QuestionId) -> None:
        self._logged = evidence.of_question(session, question_id, BEFORE_LEARNING)
        story_ids = {e.story_id for e in self._logged}
        self._merges = stories.merges(session, story_ids) if story_ids else ()
        self._feeds = backtests.feeds_of_reports(session, story_ids)
        self._decisions = _decisions(session, [e.id for e in self._logged])

    def at(self, at: datetime, reliability: Mapping[str, float]) -> tuple[Evidence, ...]:
        """As `as_known` has it; `reliability` is what had been learned of feeds by then, by their
        ids.
        """
        then = [self._as_decided(e, at) for e in self._logged if e.first_seen_at <= at]
        rated = [self._rated(e, reliability) for e in then] if reliability else then
        return merged(rated, self._merges, at)

    def _as_decided(self, e: Evidence, at: datetime) -> Evidence:
        first, *later = self._decisions[e.id]
        return _as_decided(e, next((row for row in reversed(later) if row.at <= at), first))

    def _rated(self, e: Evidence, known: Mapping[str, float]) -> Evidence:
        carried = zip(e.reports, self._feeds[e.story_id], strict=True)
        return replace(
            e,
            reports=tuple(replace(r, reliability=known.get(f, r.reliability)) for r, f in carried),
        )


def archive_from(session: Session) -> datetime | None:
    """When the first item of all was seen; None without any."""
    return session.exec(select(func.min(ItemRow.first_seen_at))).one()


def _decisions(session: Session, ids: list[EvidenceId]) -> dict[EvidenceId, list[DecisionRow]]:
    """The decisions about each piece, the oldest first; the first one logged it."""
    found: dict[EvidenceId, list[DecisionRow]] = {evidence_id: [] for evidence_id in ids}
    wanted = col(DecisionRow.evidence_id).in_(ids)
    for row in session.exec(select(DecisionRow).where(wanted).order_by(col(DecisionRow.id))):
        found[EvidenceId(row.evidence_id)].append(row)
    return found


def _as_decided(e: Evidence, decision: DecisionRow) -> Evidence:
    return replace(
        e,
        status=cast(EvidenceStatus, decision.status),
        direction=Direction(decision.direction),
        strength=Strength(decision.strength),
        judged_by=ForecasterId(decision.by),
    )
