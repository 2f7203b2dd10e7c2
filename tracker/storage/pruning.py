"""Delete by rules what only takes room, in slices, so that no writer waits for long.

Kept are headlines, addresses, times and hashes of every item: an entry still in its feed must not
come again as a new one, and the log goes on vouching for it. Evidence is never touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Text, cast, delete, func, insert, literal, or_, tuple_, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select, text

from tracker.storage.database_errors import translate_errors
from tracker.storage.database_info import read_property, write_property
from tracker.storage.sessions import Store
from tracker.storage.tables import (
    ArticleRow,
    EvidenceRow,
    ItemRow,
    ModelAnswerRow,
    OutboxRow,
    RevisionRow,
    StoredAnswerRow,
    TableRow,
)

SLICE: Final = 1_000
"""Rows of one transaction: with long texts a second of work, and a writer waits 30 s at most."""

VACUUM_PAGES: Final = 2_000
"""Pages of SQLite that one transaction gives back to the disk: 8 MB."""

PRUNED_UNTIL_KEY: Final = "pruned_until"
"""Items first seen before have no text any more, unless they are evidence."""

_BEGINNING: Final = "0001-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class PruneRule:
    """Rows of a table that go, or that lose `emptied` columns, in the order of a unique key."""

    content: str
    table: type[TableRow]
    key: tuple[Any, ...]
    conditions: tuple[Any, ...]
    emptied: Mapping[str, Any] | None = None

    def change(self) -> Any:
        """Return the statement that deletes or empties rows; a slice restricts it."""
        if self.emptied is None:
            return delete(self.table).where(*self.conditions)
        return update(self.table).where(*self.conditions).values(**self.emptied)


def list_rules(
    since: datetime, before: datetime | None, answers_before: datetime
) -> list[PruneRule]:
    """Return the rules for what is older than `before`; items from before `since` were done.

    Answers to programs go by an age of their own; without `before`, they alone go.
    """
    answers = PruneRule(
        "answers to programs",
        StoredAnswerRow,
        (col(StoredAnswerRow.identity), col(StoredAnswerRow.key)),
        (col(StoredAnswerRow.created_at) < answers_before,),
    )
    return [answers] if before is None else [*_list_text_rules(since, before), answers]


def _list_text_rules(since: datetime, before: datetime) -> list[PruneRule]:
    bearing = select(EvidenceRow.story_id)
    idle = or_(col(ItemRow.story_id).is_(None), col(ItemRow.story_id).not_in(bearing))
    old = (col(ItemRow.first_seen_at) < before, idle)
    old_items = select(ItemRow.id).where(*old)
    no_text = {"summary": "", "content": ""}
    return [
        PruneRule(
            "texts of items",
            ItemRow,
            (col(ItemRow.first_seen_at), col(ItemRow.id)),
            (*old, col(ItemRow.first_seen_at) >= since, _has_text(ItemRow)),
            no_text,
        ),
        PruneRule(
            "texts of later versions",
            RevisionRow,
            (col(RevisionRow.id),),
            (
                col(RevisionRow.seen_at) < before,
                _has_text(RevisionRow),
                col(RevisionRow.item_id).in_(old_items),
            ),
            no_text,
        ),
        PruneRule(
            "articles",
            ArticleRow,
            (col(ArticleRow.item_id),),
            (col(ArticleRow.item_id).in_(old_items),),
        ),
        PruneRule(
            "sent notices",  # their keys stay, so that none is sent twice
            OutboxRow,
            (col(OutboxRow.id),),
            (col(OutboxRow.sent_at) < before, cast(col(OutboxRow.notice), Text) != "{}"),
            {"notice": {}},
        ),
        PruneRule(
            "answers of the model",
            ModelAnswerRow,
            (col(ModelAnswerRow.key),),
            (col(ModelAnswerRow.asked_at) < before,),
        ),
    ]


def _has_text(table: type[ItemRow | RevisionRow]) -> Any:
    return or_(col(table.summary) != "", col(table.content) != "")


def count_prunable(session: Session, rule: PruneRule) -> int:
    """Count the rows that a rule would empty or delete."""
    query = sa_select(func.count()).select_from(rule.table).where(*rule.conditions)
    return int(session.execute(query).scalar_one())


def apply_rule(store: Store, rule: PruneRule) -> int:
    """Empty or delete the rows of a rule; return their number. Writers get a turn in between."""
    rewrites = rule.emptied is not None and store.engine.dialect.name == "sqlite"
    total, after = 0, None
    while True:
        with store.reading() as session:  # the search may be long, and holds no lock
            keys = _find_slice(session, rule, after)
        if not keys:
            return total
        key, first, last = tuple_(*rule.key), _bind(rule, keys[0]), _bind(rule, keys[-1])
        within = (key >= first, key <= last)
        if rewrites:
            total += _rewrite_rows(store, rule, within)
        else:
            with store.writing() as session:
                total += session.connection().execute(rule.change().where(*within)).rowcount
        after = keys[-1]


def _rewrite_rows(store: Store, rule: PruneRule, within: tuple[Any, ...]) -> int:
    """Delete rows and insert them emptied, which frees pages of SQLite; return their number.

    An update would leave each row where it is, in a page that nothing else fills any more. Foreign
    keys are off meanwhile, as in a migration: every row comes back under its number.
    """
    table: Any = rule.table.__table__  # type: ignore[attr-defined]
    chosen = (*rule.conditions, *within)
    writer = store.engine.execution_options(tracker_writing=True)
    with translate_errors(store.engine), writer.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                rows = connection.execute(sa_select(table).where(*chosen)).mappings().all()
                connection.execute(delete(table).where(*chosen))
                connection.execute(insert(table), [{**row, **(rule.emptied or {})} for row in rows])
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
    return len(rows)


def _find_slice(session: Session, rule: PruneRule, after: tuple[Any, ...] | None) -> list[Any]:
    query = sa_select(*rule.key).where(*rule.conditions).order_by(*rule.key).limit(SLICE)
    if after is not None:
        query = query.where(tuple_(*rule.key) > _bind(rule, after))
    return [tuple(row) for row in session.execute(query)]


def _bind(rule: PruneRule, values: tuple[Any, ...]) -> Any:
    pairs = zip(values, rule.key, strict=True)
    return tuple_(*(literal(value, column.type) for value, column in pairs))


def read_pruned_until(session: Session) -> datetime:
    """Return the time before which all items were pruned already."""
    return datetime.fromisoformat(read_property(session, PRUNED_UNTIL_KEY) or _BEGINNING)


def save_pruned_until(session: Session, at: datetime) -> None:
    """Save that all items first seen before were pruned; never goes back."""
    at = max(at, read_pruned_until(session))
    write_property(session, PRUNED_UNTIL_KEY, at.isoformat())


def count_free_bytes(session: Session) -> int:
    """Count the bytes inside a SQLite file that are free, and that it cannot give back in slices.

    0 for PostgreSQL, which does so by itself.
    """
    if session.get_bind().dialect.name != "sqlite":
        return 0
    query = (
        "SELECT freelist_count * page_size * (auto_vacuum = 0)"
        " FROM pragma_freelist_count(), pragma_page_size(), pragma_auto_vacuum()"
    )
    return int(session.execute(text(query)).scalar_one())


def give_back_room(store: Store) -> None:
    """Give free pages of a SQLite file back to the disk, some at a time."""
    if store.engine.dialect.name != "sqlite":
        return
    free = None
    while True:
        with store.writing() as session:
            driver: Any = session.connection().connection.driver_connection
            driver.execute(f"PRAGMA incremental_vacuum({VACUUM_PAGES})").fetchall()
            left = driver.execute("PRAGMA freelist_count").fetchone()[0]
        if left in (0, free):
            return
        free = left
