"""What a back-test asks of the store beyond what live work does."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlmodel import Session, col

from forecasts.evidence.evidence import StoryId
from tracker.feeds.item import FeedId
from tracker.storage.tables import EvidenceRow, FeedRow, ItemRow, StoryRow


def feeds_of_reports(
    session: Session, story_ids: Collection[StoryId]
) -> dict[StoryId, list[FeedId]]:
    """The feed of each report of these stories, in the order in which evidence has its reports."""
    query = select(col(ItemRow.story_id), col(FeedRow.id)).join(
        FeedRow, col(FeedRow.id) == ItemRow.feed_id
    )
    query = query.where(col(ItemRow.story_id).in_(set(story_ids)))
    found: dict[StoryId, list[FeedId]] = {story: [] for story in story_ids}
    for story, feed in session.execute(query.order_by(col(ItemRow.first_seen_at), col(ItemRow.id))):
        found[StoryId(story)].append(FeedId(feed))
    return found


def sizes(session: Session) -> tuple[int, int, int, int]:
    """How many feeds, items, stories and pieces of evidence there are."""
    feeds, items, stories, evidence = (
        session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (FeedRow, ItemRow, StoryRow, EvidenceRow)
    )
    return feeds, items, stories, evidence
