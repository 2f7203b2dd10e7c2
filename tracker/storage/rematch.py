"""The chunks of the archive that are to be held against questions again, and those that have
been.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import Session

from forecasts.evidence.evidence import StoryId
from forecasts.questions.question import QuestionId
from tracker.feeds.item import ItemId
from tracker.storage.tables import ItemRow, RematchRow
from tracker.storage.upsert import inserting

CHUNK: Final = RematchRow.__table__  # type: ignore[attr-defined]
ITEM: Final = ItemRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A range of item ids, both ends included."""

    first: ItemId
    last: ItemId


@dataclass(frozen=True, slots=True, order=True)
class Task:
    """A question as one matcher sees it: another version of the code, or of the indicators, is
    another matcher.
    """

    matcher: str
    question_id: QuestionId


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of the archive, for all questions that still need it."""

    stretch: Stretch
    tasks: tuple[Task, ...]

    @property
    def questions(self) -> tuple[QuestionId, ...]:
        """What the items are held against."""
        return tuple(task.question_id for task in self.tasks)


def planned(session: Session, version: str) -> set[Task]:
    """What has been planned for this version of the matcher, be it done or not."""
    return _tasks(session, _by(version))


def unfinished(session: Session, version: str) -> set[Task]:
    """What still has chunks to go through."""
    return _tasks(session, _by(version) & CHUNK.c.done_at.is_(None))


def plan(session: Session, tasks: Iterable[Task], stretches: Sequence[Stretch]) -> None:
    """Add chunks to go through; those that another process planned first stay as they are."""
    rows = [_row(task, stretch, None) for task in tasks for stretch in stretches]
    if rows:
        session.connection().execute(inserting(session, RematchRow).on_conflict_do_nothing(), rows)


def nothing_to_do(session: Session, tasks: Iterable[Task], now: datetime) -> None:
    """Remember that there was no archive when these were new: what comes after is matched as it
    comes.
    """
    rows = [_row(task, Stretch(ItemId(0), ItemId(0)), now) for task in tasks]
    if rows:
        session.connection().execute(inserting(session, RematchRow).on_conflict_do_nothing(), rows)


def drop(session: Session, tasks: Collection[Task]) -> None:
    """Forget what nobody waits for any more: the question is closed, or its indicators are others
    now.
    """
    if tasks:
        gone = (CHUNK.c.matcher == bindparam("by")) & (CHUNK.c.question_id == bindparam("of"))
        session.connection().execute(
            delete(CHUNK).where(gone),
            [{"by": task.matcher, "of": task.question_id} for task in sorted(tasks)],
        )


def left(session: Session, version: str) -> int:
    """How many chunks are still to be gone through; one that several questions need counts once."""
    ranges = (
        select(CHUNK.c.first_item, CHUNK.c.last_item)
        .where(_by(version), CHUNK.c.done_at.is_(None))
        .distinct()
    )
    return int(
        session.connection()
        .execute(select(func.count()).select_from(ranges.subquery()))
        .scalar_one()
    )


def first_left(session: Session, version: str) -> Chunk | None:
    """The first chunk that is left, for all questions that still need it; None when all is done."""
    ends = (CHUNK.c.first_item, CHUNK.c.last_item)
    query = select(*ends).where(_by(version), CHUNK.c.done_at.is_(None)).order_by(*ends).limit(1)
    found = session.connection().execute(query).first()
    if found is None:
        return None
    stretch = Stretch(ItemId(found[0]), ItemId(found[1]))
    return Chunk(stretch, _left(session, version, stretch))


def claim(session: Session, version: str, chunk: Chunk) -> bool:
    """Hold a chunk until the transaction ends; False when it is no longer left as it was.

    Another process that claims it meanwhile waits, and then finds it done. A chunk without tasks
    was finished by another process between the two statements of `first_left`.
    """
    return bool(chunk.tasks) and _left(session, version, chunk.stretch, hold=True) == chunk.tasks


def _left(
    session: Session, version: str, stretch: Stretch, *, hold: bool = False
) -> tuple[Task, ...]:
    this = (CHUNK.c.first_item == stretch.first) & (CHUNK.c.last_item == stretch.last)
    query = select(CHUNK.c.matcher, CHUNK.c.question_id).where(
        _by(version), this, CHUNK.c.done_at.is_(None)
    )
    query = query.order_by(CHUNK.c.matcher, CHUNK.c.question_id)
    rows = session.connection().execute(query.with_for_update() if hold else query)
    return tuple(Task(row[0], QuestionId(row[1])) for row in rows)


def finish(session: Session, done: Chunk, found: Mapping[QuestionId, int], now: datetime) -> None:
    """A claimed chunk is gone through, in the transaction that keeps what was found."""
    this = (CHUNK.c.matcher == bindparam("by")) & (CHUNK.c.question_id == bindparam("of"))
    finishing = update(CHUNK).where(this, CHUNK.c.first_item == done.stretch.first)
    session.connection().execute(
        finishing.values(done_at=now, found=bindparam("pieces")),
        [
            {"by": t.matcher, "of": t.question_id, "pieces": found.get(t.question_id, 0)}
            for t in done.tasks
        ],
    )


def sightings(session: Session, since: datetime, until: datetime) -> list[tuple[datetime, StoryId]]:
    """When which story was reported, in the order it was."""
    query = select(ITEM.c.first_seen_at, ITEM.c.story_id).where(ITEM.c.story_id.is_not(None))
    query = query.where(ITEM.c.first_seen_at >= since, ITEM.c.first_seen_at <= until)
    rows = session.connection().execute(query.order_by(ITEM.c.first_seen_at, ITEM.c.id))
    return [(row[0], StoryId(row[1])) for row in rows]


def _tasks(session: Session, condition: Any) -> set[Task]:
    query = select(CHUNK.c.matcher, CHUNK.c.question_id).where(condition).distinct()
    return {Task(row[0], QuestionId(row[1])) for row in session.connection().execute(query)}


def _by(version: str) -> Any:
    """The chunks of one version of the matcher, whatever the indicators: another process may use
    another encoder.
    """
    return CHUNK.c.matcher.startswith(f"{version}#", autoescape=True)


def _row(task: Task, stretch: Stretch, done_at: datetime | None) -> dict[str, Any]:
    return {
        "matcher": task.matcher,
        "question_id": task.question_id,
        "first_item": stretch.first,
        "last_item": stretch.last,
        "done_at": done_at,
        "found": 0,
    }
