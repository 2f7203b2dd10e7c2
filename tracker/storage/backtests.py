"""Queries of the back-test alone."""

from collections.abc import Collection

from sqlalchemy import func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from forecasts.evidence.evidence import StoryId
from tracker.feeds.item import FeedId
from tracker.storage.tables import EvidenceRow, FeedRow, ItemRow, StoryRow


def list_report_feeds(
    session: Session, story_ids: Collection[StoryId]
) -> dict[StoryId, list[FeedId]]:
    """Return the feed of each report of these stories, in the order of the evidence's reports."""
    query = sa_select(col(ItemRow.story_id), col(FeedRow.id)).join(
        FeedRow, col(FeedRow.id) == ItemRow.feed_id
    )
    query = query.where(col(ItemRow.story_id).in_(set(story_ids)))
    feeds: dict[StoryId, list[FeedId]] = {story_id: [] for story_id in story_ids}
    for story_id, feed_id in session.execute(
        query.order_by(col(ItemRow.first_seen_at), col(ItemRow.id))
    ):
        feeds[StoryId(story_id)].append(FeedId(feed_id))
    return feeds


def count_stored_rows(session: Session) -> tuple[int, int, int, int]:
    """Count the stored feeds, items, stories and pieces of evidence."""
    feeds, items, stories, evidence = (
        session.execute(sa_select(func.count()).select_from(table)).scalar_one()
        for table in (FeedRow, ItemRow, StoryRow, EvidenceRow)
    )
    return feeds, items, stories, evidence
