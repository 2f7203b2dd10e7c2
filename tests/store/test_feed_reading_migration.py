"""A database of the second version, with feeds and items in it, is brought to what polling teaches,
and back.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, MetaData, Table, select
from sqlmodel import Session

from tests.builders import NOW
from tracker.feeds.item import FeedId
from tracker.storage import feeds, items, schema
from tracker.storage.schema import upgrade
from tracker.storage.sessions import open_engine


def add(engine: Engine, table: str, *rows: dict[str, Any]) -> None:
    """Rows as the second version wrote them."""
    with engine.execution_options(tracker_writing=True).connect() as connection, connection.begin():
        connection.execute(Table(table, MetaData(), autoload_with=connection).insert(), list(rows))


def a_row(feed_id: str, paused: bool, error: str) -> dict[str, Any]:
    known: dict[str, Any] = dict.fromkeys(
        (
            "etag", "last_modified", "last_attempt_at", "last_success_at", "last_new_at",
            "last_status",
        )
    )  # fmt: skip
    said = {
        "title": f"The {feed_id}",
        "url": f"https://{feed_id}.invalid/rss",
        "source_group": feed_id,
        "grade": "B",
    }
    return {
        "id": feed_id,
        **said,
        **known,
        "theme": "wire",
        "next_due_at": NOW,
        "last_error": error,
        "failures": 1 if error else 0,
        "paused": paused,
        "items_seen": 2,
    }


def an_item_row(key: str, at: datetime) -> dict[str, Any]:
    said = {"title": f"News of {key}", "summary": "Words", "url": f"https://wire.invalid/{key}"}
    where = {"feed_id": "wire", "story_id": 1, "key": key, "canonical_url": f"wire.invalid/{key}"}
    return {
        **said,
        **where,
        "published_at": None,
        "published_raw": "yesterday",
        "first_seen_at": at,
    }


@pytest.fixture
def old(database_url: str) -> Iterator[Engine]:
    """A database of the second version of each dialect in turn, with three feeds and two items."""
    engine = open_engine(database_url)
    upgrade(engine, "0002")
    add(
        engine,
        "feed",
        a_row("wire", False, ""),
        a_row("gone", True, "HTTP 410 Gone"),
        a_row("still", True, ""),
    )
    add(engine, "story", {"title": "News", "first_seen_at": NOW, "last_seen_at": NOW})
    add(engine, "item", an_item_row("a", NOW), an_item_row("b", NOW))
    yield engine
    engine.dispose()


def downgrade(engine: Engine) -> None:
    """Take the database back to the second version, all or nothing."""
    with engine.execution_options(tracker_writing=True).connect() as connection, connection.begin():
        config = schema._alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")


def test_feeds_and_items_keep_what_they_had_there_and_back(old: Engine) -> None:
    upgrade(old)
    with Session(old) as session:
        found = {state.id: state for state in feeds.list_feeds(session)}
    assert {name: state.paused_why for name, state in found.items()} == {
        "wire": "",
        "gone": "HTTP 410 Gone",
        "still": "paused",
    }
    wire = found[FeedId("wire")]
    assert (wire.items_seen, wire.feed.grade, wire.feed.importance, wire.need) == (2, "B", 1.0, 1.0)
    assert (wire.feed.categories, wire.feed.full_text, wire.rhythm.days) == ((), False, 0.0)
    assert wire.next_due_at == NOW
    with Session(old) as session:
        known = items.find_items_by_key(session, [(FeedId("wire"), "a"), (FeedId("wire"), "b")])
    assert [(k.key, k.title, k.fingerprint) for k in known] == [
        ("a", "News of a", ""),
        ("b", "News of b", ""),
    ]
    downgrade(old)
    with old.connect() as connection:
        feed = Table("feed", MetaData(), autoload_with=connection)
        paused = dict(connection.execute(select(feed.c.id, feed.c.paused)).all())  # type: ignore[arg-type]
        assert paused == {"wire": False, "gone": True, "still": True}
        item = Table("item", MetaData(), autoload_with=connection)
        keys = connection.execute(select(item.c.key).order_by(item.c.id)).scalars().all()
        assert keys == ["a", "b"]
    upgrade(old)


def test_an_article_may_stand_in_two_feeds_afterwards(old: Engine) -> None:
    upgrade(old)
    extra = {
        "content": "", "updated_at": None, "date_note": "", "fingerprint": "x", "revisions": 0,
        "same_as": 1,
    }  # fmt: skip
    add(old, "item", {**an_item_row("a", NOW), "feed_id": "gone", "story_id": None, **extra})
    with Session(old) as session:
        assert [k.feed_id for k in items.find_items_by_url(session, ["wire.invalid/a"])] == [
            "wire",
            "gone",
        ]
    with pytest.raises(RuntimeError, match="restore a backup"):
        downgrade(old)
