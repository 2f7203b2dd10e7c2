"""Stories, their items and vectors, and records of merged stories."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import Direction, StoryId
from forecasts.evidence.weights import StoryMerge
from forecasts.questions.question import QuestionId
from tracker.feeds.item import ItemId
from tracker.storage.tables import DecisionRow, EvidenceRow, ItemRow, StoryMergeRow, StoryRow

if TYPE_CHECKING:
    from tracker.matching.story_index import KnownStory

STORY: Final = StoryRow.__table__  # type: ignore[attr-defined]
ITEM: Final = ItemRow.__table__  # type: ignore[attr-defined]
MAX_STORIES_PER_QUERY: Final = 400


def add_story(session: Session, title: str, at: datetime) -> StoryId:
    """Add a story with the title of its first item."""
    row = StoryRow(title=title, first_seen_at=at, last_seen_at=at)
    session.add(row)
    session.flush()
    return StoryId(cast(int, row.id))


def join_story(session: Session, item_id: ItemId, story_id: StoryId, at: datetime) -> None:
    """Add an item to a story and update the story's last-seen time."""
    session.execute(update(ITEM).where(ITEM.c.id == item_id).values(story_id=story_id))
    later = update(STORY).where(STORY.c.id == story_id, STORY.c.last_seen_at < at)
    session.execute(later.values(last_seen_at=at))


def save_vectors(session: Session, stories: "Sequence[KnownStory]", encoder: str) -> None:
    """Save the vectors of stories for other processes."""
    rows = [{"which": story.id, "bytes": story.pack_vector(), "by": encoder} for story in stories]
    if rows:
        keeping = update(STORY).where(STORY.c.id == bindparam("which"))
        session.connection().execute(
            keeping.values(vector=bindparam("bytes"), encoder=bindparam("by")), rows
        )


def list_recent_stories(
    session: Session, since: datetime, until: datetime, encoder: str
) -> "list[KnownStory]":
    """Return stories reported at or after `since` and begun by `until`, oldest first."""
    from tracker.matching.story_index import KnownStory  # slow: imports the matcher

    query = select(StoryRow).where(
        col(StoryRow.last_seen_at) >= since, col(StoryRow.first_seen_at) <= until
    )
    rows = session.exec(query.order_by(col(StoryRow.id))).all()
    merged = {merge.story for merge in list_merges(session)} if rows else set()
    directions = _load_directions(session, [StoryId(cast(int, row.id)) for row in rows])
    return [
        KnownStory.from_row(
            StoryId(cast(int, row.id)),
            row.title,
            row.vector if row.encoder == encoder else b"",
            (row.first_seen_at, row.last_seen_at),
            directions.get(row.id, {}),
        )
        for row in rows
        if row.id not in merged
    ]


def _load_directions(
    session: Session, story_ids: Sequence[StoryId]
) -> dict[Any, dict[QuestionId, Direction]]:
    """Return the direction of each story on each question as first logged.

    Later decisions do not count, so that a restarted process joins what a running one would have
    joined.
    """
    directions: dict[Any, dict[QuestionId, Direction]] = {}
    first = select(func.min(DecisionRow.id)).join(
        EvidenceRow, col(DecisionRow.evidence_id) == EvidenceRow.id
    )
    first = first.group_by(col(DecisionRow.evidence_id))
    logged = select(EvidenceRow.story_id, EvidenceRow.question_id, DecisionRow.direction)
    logged = logged.join(DecisionRow, col(DecisionRow.evidence_id) == EvidenceRow.id)
    for start in range(0, len(story_ids), MAX_STORIES_PER_QUERY):
        condition = col(EvidenceRow.story_id).in_(story_ids[start : start + MAX_STORIES_PER_QUERY])
        for story, question, direction in session.exec(
            logged.where(condition, col(DecisionRow.id).in_(first.where(condition)))
        ):
            directions.setdefault(story, {})[QuestionId(question)] = Direction(direction)
    return directions


def merge_stories(session: Session, record: StoryMerge, why: str) -> None:
    """Record that a story is part of an earlier one from now on; both keep their items."""
    session.add(StoryMergeRow(story_id=record.story, into_id=record.into, at=record.at, why=why))
    session.flush()


def list_merges(
    session: Session, story_ids: Collection[StoryId] | None = None
) -> tuple[StoryMerge, ...]:
    """Return the records of merged stories, oldest first; only those that involve `story_ids` if
    given.
    """
    query = select(StoryMergeRow).order_by(col(StoryMergeRow.id))
    if story_ids is not None:
        ids = set(story_ids)
        query = query.where(
            col(StoryMergeRow.story_id).in_(ids) | col(StoryMergeRow.into_id).in_(ids)
        )
    return tuple(
        StoryMerge(StoryId(row.story_id), StoryId(row.into_id), row.at)
        for row in session.exec(query)
    )
