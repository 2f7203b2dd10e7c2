"""Search over everything read: kept with the items, filled by the migration, safe to type into."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, insert, text

from tests.builders import DAY, NOW, a_feed, an_item
from tests.tables import check_rows
from tracker.feeds.dedup import ChangedItem, NewItem, StoredItem
from tracker.feeds.item import FeedId, ItemId, ParsedItem
from tracker.feeds.scheduling.polling import feed_from_seed, make_feed_state
from tracker.storage import feeds, items
from tracker.storage.item_search import search_items
from tracker.storage.pruning import apply_rule, list_rules
from tracker.storage.schema import upgrade
from tracker.storage.sessions import Session, Store, open_engine

WIRE = FeedId("wire")
SUMMIT = an_item("Arland invites Borland to a summit", summary="Talks on the river dam begin.")
TRADE = an_item("Trade deal signed", content="The whole text names Corland and Ström.")
GRAIN = an_item("Grain prices rise as talks stall in Corland")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Three items, a day apart, in a new database."""
    engine = open_engine(database_url)
    upgrade(engine)
    store = Store(engine)
    with store.writing() as session:
        feeds.add_feed(session, make_feed_state(feed_from_seed(a_feed()), NOW), NOW)
        for n, item in enumerate((SUMMIT, TRADE, GRAIN)):
            add(session, item, NOW + n * DAY)
    yield store
    engine.dispose()


def add(session: Session, item: ParsedItem, at: datetime, **marks: ItemId) -> ItemId:
    (saved,) = items.add_items(session, [(WIRE, NewItem(item, None))], at)
    items.mark_copies(session, [(saved.id, marks.get("copy_of"), "")])
    return saved.id


def vars_of(value: Any) -> dict[str, Any]:
    """The fields of a value, as a row has them."""
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return {n: list(v) if isinstance(v, tuple) else v for n, v in fields.items()}


def titles(store: Store, query: str, **options: object) -> list[str]:
    with store.reading() as session:
        return [hit.item.title for hit in search_items(session, query, **options)]  # type: ignore[arg-type]


@check_rows(
    [
        ("summit", [SUMMIT.title]),
        ("SUMMIT borland", [SUMMIT.title]),
        ("corland", [GRAIN.title, TRADE.title]),
        ("talks", [GRAIN.title, SUMMIT.title]),
        ('"river dam"', [SUMMIT.title]),
        ('"dam river"', []),
        ("pric*", [GRAIN.title]),
        ("pric", []),
        ("ström", [TRADE.title]),
        ("grain unheard", [GRAIN.title]),
        ("", []),
        ("…", []),
    ],
    "query",
    "expected",
)
def test_words_find_items_the_newest_first(store: Store, query: str, expected: list[str]) -> None:
    assert titles(store, query) == expected


@check_rows(
    [
        *('"', '""', '"unbalanced', "*", "**", "summit*", "NOT", "AND OR NOT", "NEAR(a b, 2)"),
        *("title:summit", "{title} : x", "^summit", "a + b", "col-umn", "'", "''; DROP TABLE item"),
        *("\\", "&", "|", "!", "(", ")", ":*", "a:*", "<->", "\x00", "\ud800", "_", "%", "-1"),
        *("x" * 5_000, "a " * 5_000, '"a" ' * 300, "北京", "😀", "١٢٣", "\u200b", "a\nb\tc"),
    ],
    "query",
)
def test_no_syntax_of_a_query_language_raises(store: Store, query: str) -> None:
    assert set(titles(store, query)) <= {SUMMIT.title, TRADE.title, GRAIN.title}


def test_scripts_without_spaces_are_searched_inside_of_runs(store: Store) -> None:
    with store.writing() as session:
        add(session, an_item("中国和俄罗斯领导人在北京会晤", key="zh"), NOW)
        add(session, an_item("Талкс", key="ru", summary="Встреча в Пекине"), NOW)
    assert titles(store, "北京") == titles(store, "俄罗斯 会晤") == ["中国和俄罗斯领导人在北京会晤"]
    assert titles(store, "东京") == []
    assert titles(store, "ПЕКИНЕ") == ["Талкс"]


def test_a_limit_and_a_date_narrow_the_hits(store: Store) -> None:
    assert titles(store, "corland", limit=1) == [GRAIN.title]
    assert titles(store, "talks", since=NOW + DAY) == [GRAIN.title]
    assert titles(store, "talks", since=NOW + 9 * DAY) == []
    assert titles(store, "talks", limit=0) == []


def test_edits_are_found_and_cleared_texts_are_not(store: Store) -> None:
    with store.writing() as session:
        item_id = add(session, an_item("Ferry lost"), NOW - 40 * DAY)
        known = StoredItem(item_id, WIRE, "k", "u", "Ferry lost", "f", None, NOW)
        edit = an_item("Ferry reaches Dorland", summary="Nobody was hurt.", fingerprint="g")
        items.add_revisions(session, [(WIRE, ChangedItem(known, edit, silent=False))], NOW)
    assert titles(store, "ferry") == ["Ferry lost"]
    assert titles(store, "dorland") == titles(store, "hurt") == ["Ferry lost"]
    for rule in list_rules(NOW - 99 * DAY, NOW + 1.5 * DAY, NOW):
        apply_rule(store, rule)
    assert titles(store, "hurt") == titles(store, "river") == titles(store, "ström") == []
    assert titles(store, "dorland") == ["Ferry lost"]
    assert titles(store, "summit") == [SUMMIT.title]


def test_of_several_copies_one_is_returned(store: Store) -> None:
    with store.writing() as session:
        root = search_items(session, "summit")[0].item.id
        for n in range(5):
            copy = an_item("Arland invites Borland to a summit", key=f"copy-{n}")
            add(session, copy, NOW + 5 * DAY + n * timedelta(hours=1), copy_of=root)
    assert titles(store, "summit") == [SUMMIT.title]


def test_the_migration_fills_in_what_was_read(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine, "0006")
    store = Store(engine)
    feed = make_feed_state(feed_from_seed(a_feed()), NOW)
    rows = {"feed": vars_of(feed.feed) | vars_of(feed), "item": vars_of(SUMMIT)}
    rows["item"] |= {"feed_id": WIRE, "date_note": "", "first_seen_at": NOW, "revisions": 0}
    rows["item"] |= {"wire": ""}
    with store.writing() as session:
        for name, values in rows.items():  # as older code did
            table = Table(name, MetaData(), autoload_with=session.connection())
            known = {key: value for key, value in values.items() if key in table.c}
            session.connection().execute(insert(table).values(known))
    upgrade(engine)
    assert titles(store, "river") == [SUMMIT.title]
    with store.writing() as session:
        session.connection().execute(text("DELETE FROM item"))
    assert titles(store, "river") == []
    engine.dispose()
