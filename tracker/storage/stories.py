"""Stories: the items that join them, their vectors, and the records of two that became one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import Direction, StoryId
from forecasts.evidence.story_merges import Merge
from forecasts.questions.question import QuestionId
from tracker.feeds.item import ItemId
from tracker.storage.tables import DecisionRow, EvidenceRow, ItemRow, StoryMergeRow, StoryRow

if TYPE_CHECKING:
    from tracker.matching.stories import KnownStory

STORY: Final = StoryRow.__table__  # type: ignore[attr-defined]
ITEM: Final = ItemRow.__table__  # type: ignore[attr-defined]
AT_ONCE: Final = 400


def add(session: Session, title: str, at: datetime) -> StoryId:
    """A new story, named after its first headline."""
    row = StoryRow(title=title, first_seen_at=at, last_seen_at=at)
    session.add(row)
    session.flush()
    return StoryId(cast(int, row.id))


def join(session: Session, item_id: ItemId, story_id: StoryId, at: datetime) -> None:
    """An item joins a story, which so was reported again."""
    session.execute(update(ITEM).where(ITEM.c.id == item_id).values(story_id=story_id))
    later = update(STORY).where(STORY.c.id == story_id, STORY.c.last_seen_at < at)
    session.execute(later.values(last_seen_at=at))


def keep_vectors(session: Session, stories: "Sequence[KnownStory]", encoder: str) -> None:
    """Keep what stories have come to mean, so that another process goes on from there."""
    rows = [{"which": story.id, "bytes": story.packed(), "by": encoder} for story in stories]
    if rows:
        keeping = update(STORY).where(STORY.c.id == bindparam("which"))
        session.connection().execute(
            keeping.values(vector=bindparam("bytes"), encoder=bindparam("by")), rows
        )


def recent(session: Session, since: datetime, until: datetime, encoder: str) -> "list[KnownStory]":
    """Stories that were reported at or after `since` and begun by `until`, the oldest first."""
    from tracker.matching.stories import (
        KnownStory,
    )  # with it comes the matcher, which only news needs

    query = select(StoryRow).where(
        col(StoryRow.last_seen_at) >= since, col(StoryRow.first_seen_at) <= until
    )
    rows = session.exec(query.order_by(col(StoryRow.id))).all()
    gone = {merge.story for merge in merges(session)} if rows else set()
    sides = _sides(session, [StoryId(cast(int, row.id)) for row in rows])
    return [
        KnownStory.unpacked(
            StoryId(cast(int, row.id)),
            row.title,
            row.vector if row.encoder == encoder else b"",
            (row.first_seen_at, row.last_seen_at),
            sides.get(row.id, {}),
        )
        for row in rows
        if row.id not in gone
    ]


def _sides(
    session: Session, story_ids: Sequence[StoryId]
) -> dict[Any, dict[QuestionId, Direction]]:
    """Which way each of these stories pointed on which question when that was logged, whatever
    people said later.

    So a process that starts anew joins what one that went on would have joined.
    """
    found: dict[Any, dict[QuestionId, Direction]] = {}
    first = select(func.min(DecisionRow.id)).join(
        EvidenceRow, col(DecisionRow.evidence_id) == EvidenceRow.id
    )
    first = first.group_by(col(DecisionRow.evidence_id))
    logged = select(EvidenceRow.story_id, EvidenceRow.question_id, DecisionRow.direction)
    logged = logged.join(DecisionRow, col(DecisionRow.evidence_id) == EvidenceRow.id)
    for start in range(0, len(story_ids), AT_ONCE):
        wanted = col(EvidenceRow.story_id).in_(story_ids[start : start + AT_ONCE])
        for story, question, side in session.exec(
            logged.where(wanted, col(DecisionRow.id).in_(first.where(wanted)))
        ):
            found.setdefault(story, {})[QuestionId(question)] = Direction(side)
    return found


def merge(session: Session, found: Merge, why: str) -> None:
    """From now on a story counts as part of an earlier one; both keep their items."""
    session.add(StoryMergeRow(story_id=found.story, into_id=found.into, at=found.at, why=why))
    session.flush()


def merges(session: Session, story_ids: Collection[StoryId] | None = None) -> tuple[Merge, ...]:
    """The records of stories that became one, the oldest first; only those that touch `story_ids`
    if given.
    """
    query = select(StoryMergeRow).order_by(col(StoryMergeRow.id))
    if story_ids is not None:
        wanted = set(story_ids)
        query = query.where(
            col(StoryMergeRow.story_id).in_(wanted) | col(StoryMergeRow.into_id).in_(wanted)
        )
    return tuple(
        Merge(StoryId(row.story_id), StoryId(row.into_id), row.at) for row in session.exec(query)
    )
