"""Rows of evidence as values, with the reports of their stories."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from forecasts.evidence.evidence import (
    RELIABILITY,
    Direction,
    Evidence,
    EvidenceStatus,
    Grade,
    IndicatorId,
    SourceReport,
    StoryId,
    Strength,
)
from forecasts.evidence.rungs import read_rung
from forecasts.questions.question import EvidenceId, ForecasterId, QuestionId
from tracker.feeds.item import FeedId
from tracker.model.evidence import apply_revision
from tracker.storage import learned
from tracker.storage.decisions import (
    MAX_VALUES_PER_QUERY,
    load_revisions,
)
from tracker.storage.matcher_precision import load_demotions
from tracker.storage.tables import (
    FeedRow,
    ItemRow,
)

if TYPE_CHECKING:
    pass


def add_reports(
    session: Session, rows: Sequence[Any], at: datetime | None = None
) -> tuple[Evidence, ...]:
    """Return rows as evidence with the reports of their stories, as reliable as known `at`.

    Their numbers are those of today.
    """
    reports: dict[StoryId, list[tuple[FeedId, SourceReport]]] = {}
    story_ids = list(dict.fromkeys(StoryId(row.story_id) for row in rows))
    for start in range(0, len(story_ids), MAX_VALUES_PER_QUERY):
        reports |= _load_reports(session, story_ids[start : start + MAX_VALUES_PER_QUERY], at)
    demotions = load_demotions(session)(at)
    revisions = load_revisions(session, [row.id for row in rows])
    pieces = []
    for row in rows:
        pairs = reports[StoryId(row.story_id)]
        piece = parse_evidence(row, tuple(report for _, report in pairs))
        if (revision := revisions.get(row.id)) is not None:
            piece = apply_revision(piece, revision)
        demoted = demotions.find_reason(piece.indicator_id, [feed for feed, _ in pairs])
        pieces.append(replace(piece, demoted=demoted) if demoted else piece)
    return tuple(pieces)


def _load_reports(
    session: Session, story_ids: Sequence[StoryId], at: datetime | None
) -> dict[StoryId, list[tuple[FeedId, SourceReport]]]:
    """Return the reports of each story with their feeds: sources, reliability and times."""
    columns: list[Any] = [
        ItemRow.story_id,
        ItemRow.wire,
        FeedRow.source_group,
        FeedRow.id,
        FeedRow.grade,
    ]
    columns += [ItemRow.first_seen_at, func.coalesce(ItemRow.copy_of, ItemRow.id), ItemRow.title]
    query: Any = sa_select(*columns)
    known = learned.load_values(session, "reliability", at)
    reports: dict[StoryId, list[tuple[FeedId, SourceReport]]] = {
        story_id: [] for story_id in story_ids
    }
    for story_id, wire, group, feed_id, grade, seen, text, title in session.execute(
        select_story_items(query, story_ids)
    ):
        reliability = known.get(feed_id, RELIABILITY[cast(Grade, grade)])
        report = SourceReport(wire or group, reliability, seen, text, read_rung(title))
        reports[StoryId(story_id)].append((FeedId(feed_id), report))
    return reports


def select_story_items(query: Any, story_ids: Sequence[StoryId]) -> Any:
    """Extend a query to the items of these stories and their feeds, by first-seen time."""
    query = query.join(FeedRow, col(FeedRow.id) == ItemRow.feed_id).where(
        col(ItemRow.story_id).in_(set(story_ids))
    )
    return query.order_by(col(ItemRow.first_seen_at), col(ItemRow.id))


def parse_evidence(row: Any, reports: tuple[SourceReport, ...] = ()) -> Evidence:
    """Return a row as evidence with these reports, with the numbers as they were logged."""
    return Evidence(
        id=EvidenceId(cast(int, row.id)),
        question_id=QuestionId(row.question_id),
        story_id=StoryId(row.story_id),
        indicator_id=IndicatorId(row.indicator_id),
        direction=Direction(row.direction),
        strength=Strength(row.strength),
        relevance=row.relevance,
        status=cast(EvidenceStatus, row.status),
        judged_by=ForecasterId(row.judged_by),
        first_seen_at=row.first_seen_at,
        reports=reports,
        matched=tuple(row.matched),
        p_direction=row.p_direction,
        option=row.option,
    )
