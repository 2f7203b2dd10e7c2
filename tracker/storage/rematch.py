"""Queue of archive chunks to match against new or changed questions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import Session

from forecasts.evidence.evidence import StoryId
from forecasts.questions.question import QuestionId
from tracker.feeds.item import ItemId
from tracker.storage.database_info import build_insert
from tracker.storage.tables import ItemRow, RematchRow

CHUNK: Final = RematchRow.__table__  # type: ignore[attr-defined]
ITEM: Final = ItemRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, order=True)
class ItemRange:
    """A range of item ids, both ends included."""

    first: ItemId
    last: ItemId


@dataclass(frozen=True, slots=True, order=True)
class RematchTask:
    """A question under one matcher; another version of code or indicators is another matcher."""

    matcher: str
    question_id: QuestionId


@dataclass(frozen=True, slots=True)
class RematchChunk:
    """A range of the archive, for all questions that still need it."""

    item_range: ItemRange
    tasks: tuple[RematchTask, ...]

    @property
    def question_ids(self) -> tuple[QuestionId, ...]:
        """The questions to match the items against."""
        return tuple(task.question_id for task in self.tasks)


def list_planned_tasks(session: Session, version: str) -> set[RematchTask]:
    """Return all tasks planned for this matcher version, finished or not."""
    return _select_tasks(session, _by_version(version))


def list_unfinished_tasks(session: Session, version: str) -> set[RematchTask]:
    """Return the tasks that have unfinished chunks."""
    return _select_tasks(session, _by_version(version) & CHUNK.c.done_at.is_(None))


def plan_chunks(
    session: Session, tasks: Iterable[RematchTask], stretches: Sequence[ItemRange]
) -> None:
    """Add chunks; those that another process planned first stay unchanged."""
    rows = [_build_row(task, stretch, None) for task in tasks for stretch in stretches]
    if rows:
        session.connection().execute(
            build_insert(session, RematchRow).on_conflict_do_nothing(), rows
        )


def mark_tasks_done(session: Session, tasks: Iterable[RematchTask], now: datetime) -> None:
    """Save tasks as done when there is no archive: later items are matched on arrival."""
    rows = [_build_row(task, ItemRange(ItemId(0), ItemId(0)), now) for task in tasks]
    if rows:
        session.connection().execute(
            build_insert(session, RematchRow).on_conflict_do_nothing(), rows
        )


def delete_tasks(session: Session, tasks: Collection[RematchTask]) -> None:
    """Delete tasks of closed questions and of outdated indicators."""
    if tasks:
        condition = (CHUNK.c.matcher == bindparam("by")) & (CHUNK.c.question_id == bindparam("of"))
        session.connection().execute(
            delete(CHUNK).where(condition),
            [{"by": task.matcher, "of": task.question_id} for task in sorted(tasks)],
        )


def count_remaining_chunks(session: Session, version: str) -> int:
    """Count unfinished chunks; one that several questions need counts once."""
    ranges = _select_remaining_ranges(version)
    return int(
        session.connection()
        .execute(select(func.count()).select_from(ranges.subquery()))
        .scalar_one()
    )


def list_remaining_ranges(
    session: Session, version: str, limit: int | None = None
) -> tuple[ItemRange, ...]:
    """Return the ranges of unfinished chunks, the oldest items first."""
    query = _select_remaining_ranges(version).order_by(CHUNK.c.first_item, CHUNK.c.last_item)
    rows = session.connection().execute(query.limit(limit))
    return tuple(ItemRange(ItemId(row[0]), ItemId(row[1])) for row in rows)


def find_next_chunk(
    session: Session, version: str, only: ItemRange | None = None
) -> RematchChunk | None:
    """Return the next unfinished chunk, or the one of a range, with all its tasks; None if done."""
    stretch = only or next(iter(list_remaining_ranges(session, version, limit=1)), None)
    if stretch is None:
        return None
    tasks = _select_remaining_tasks(session, version, stretch)
    return RematchChunk(stretch, tasks) if tasks or only is None else None


def _select_remaining_ranges(version: str) -> Any:
    ends = (CHUNK.c.first_item, CHUNK.c.last_item)
    return select(*ends).where(_by_version(version), CHUNK.c.done_at.is_(None)).distinct()


def claim_chunk(session: Session, version: str, chunk: RematchChunk) -> bool:
    """Lock a chunk until the transaction ends; False if its tasks changed meanwhile.

    Another process that claims it waits, and then finds it finished. A chunk without tasks was
    finished by another process between the two queries of `find_next_chunk`.
    """
    return (
        bool(chunk.tasks)
        and _select_remaining_tasks(session, version, chunk.item_range, hold=True) == chunk.tasks
    )


def _select_remaining_tasks(
    session: Session, version: str, stretch: ItemRange, *, hold: bool = False
) -> tuple[RematchTask, ...]:
    condition = (CHUNK.c.first_item == stretch.first) & (CHUNK.c.last_item == stretch.last)
    query = select(CHUNK.c.matcher, CHUNK.c.question_id).where(
        _by_version(version), condition, CHUNK.c.done_at.is_(None)
    )
    query = query.order_by(CHUNK.c.matcher, CHUNK.c.question_id)
    rows = session.connection().execute(query.with_for_update() if hold else query)
    return tuple(RematchTask(row[0], QuestionId(row[1])) for row in rows)


def finish_chunk(
    session: Session, chunk: RematchChunk, counts: Mapping[QuestionId, int], now: datetime
) -> None:
    """Mark a claimed chunk as finished, in the transaction that stores its matches."""
    condition = (CHUNK.c.matcher == bindparam("by")) & (CHUNK.c.question_id == bindparam("of"))
    finishing = update(CHUNK).where(condition, CHUNK.c.first_item == chunk.item_range.first)
    session.connection().execute(
        finishing.values(done_at=now, found=bindparam("pieces")),
        [
            {"by": t.matcher, "of": t.question_id, "pieces": counts.get(t.question_id, 0)}
            for t in chunk.tasks
        ],
    )


def list_story_sightings(
    session: Session, since: datetime, until: datetime
) -> list[tuple[datetime, StoryId]]:
    """Return first-seen time and story of items between two instants, in order."""
    query = select(ITEM.c.first_seen_at, ITEM.c.story_id).where(ITEM.c.story_id.is_not(None))
    query = query.where(ITEM.c.first_seen_at >= since, ITEM.c.first_seen_at <= until)
    rows = session.connection().execute(query.order_by(ITEM.c.first_seen_at, ITEM.c.id))
    return [(row[0], StoryId(row[1])) for row in rows]


def _select_tasks(session: Session, condition: Any) -> set[RematchTask]:
    query = select(CHUNK.c.matcher, CHUNK.c.question_id).where(condition).distinct()
    return {RematchTask(row[0], QuestionId(row[1])) for row in session.connection().execute(query)}


def _by_version(version: str) -> Any:
    """Select the chunks of one matcher version under any indicators and encoder."""
    return CHUNK.c.matcher.startswith(f"{version}#", autoescape=True)


def _build_row(task: RematchTask, stretch: ItemRange, done_at: datetime | None) -> dict[str, Any]:
    return {
        "matcher": task.matcher,
        "question_id": task.question_id,
        "first_item": stretch.first,
        "last_item": stretch.last,
        "done_at": done_at,
        "found": 0,
    }
