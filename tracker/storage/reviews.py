"""Evidence as of an earlier instant."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.evidence.story_merges import merge_story_evidence
from forecasts.questions.question import EvidenceId, ForecasterId, QuestionId
from tracker.storage import backtests, evidence, learned, stories
from tracker.storage.tables import DecisionRow, ItemRow

BEFORE_LEARNING: Final = datetime(1, 1, 1, tzinfo=UTC)
"""An instant at which nothing was learned: feeds are as reliable as their grade."""


def load_evidence_as_of(
    session: Session, question_id: QuestionId, at: datetime
) -> tuple[Evidence, ...]:
    """Return the evidence on a question first seen by an instant, with its decisions as of then.

    Evidence logged only later, since its question was opened later, has its first decision.
    """
    return EvidenceOverTime(session, question_id).as_of(
        at, learned.load_values(session, "reliability", at)
    )


class EvidenceOverTime:
    """The evidence on a question, read once, for any instant."""

    def __init__(self, session: Session, question_id: QuestionId) -> None:
        self._evidence = evidence.evidence_of_question(session, question_id, BEFORE_LEARNING)
        story_ids = {e.story_id for e in self._evidence}
        self._merges = stories.list_merges(session, story_ids) if story_ids else ()
        self._feeds = backtests.list_report_feeds(session, story_ids)
        self._decisions = _load_decisions(session, [e.id for e in self._evidence])

    def as_of(self, at: datetime, reliability: Mapping[str, float]) -> tuple[Evidence, ...]:
        """Return the evidence at an instant.

        `reliability` is that learned of feeds by then, by feed id.
        """
        then = [self._apply_decision_at(e, at) for e in self._evidence if e.first_seen_at <= at]
        rated = [self._set_reliability(e, reliability) for e in then] if reliability else then
        return merge_story_evidence(rated, self._merges, at)

    def _apply_decision_at(self, e: Evidence, at: datetime) -> Evidence:
        first, *later = self._decisions[e.id]
        return _apply_decision(e, next((row for row in reversed(later) if row.at <= at), first))

    def _set_reliability(self, e: Evidence, reliability: Mapping[str, float]) -> Evidence:
        reports = zip(e.reports, self._feeds[e.story_id], strict=True)
        return replace(
            e,
            reports=tuple(
                replace(report, reliability=reliability.get(feed_id, report.reliability))
                for report, feed_id in reports
            ),
        )


def find_archive_start(session: Session) -> datetime | None:
    """Return the first-seen time of the oldest item; None if there is none."""
    return session.exec(select(func.min(ItemRow.first_seen_at))).one()


def _load_decisions(session: Session, ids: list[EvidenceId]) -> dict[EvidenceId, list[DecisionRow]]:
    """Return the decisions on each piece, oldest first; the first one logged it."""
    by_evidence: dict[EvidenceId, list[DecisionRow]] = {evidence_id: [] for evidence_id in ids}
    condition = col(DecisionRow.evidence_id).in_(ids)
    for row in session.exec(select(DecisionRow).where(condition).order_by(col(DecisionRow.id))):
        by_evidence[EvidenceId(row.evidence_id)].append(row)
    return by_evidence


def _apply_decision(e: Evidence, decision: DecisionRow) -> Evidence:
    return replace(
        e,
        status=cast(EvidenceStatus, decision.status),
        direction=Direction(decision.direction),
        strength=Strength(decision.strength),
        judged_by=ForecasterId(decision.by),
    )
