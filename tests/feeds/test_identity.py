"""Is an entry new, the same, or an edit?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, an_item
from tests.tables import check_rows
from tracker.feeds.dedup import ChangedItem, EntryIndex, NewItem, StoredItem
from tracker.feeds.item import FeedId, ItemId, ParsedItem

WIRE, DAILY = FeedId("wire"), FeedId("daily")
TITLE = "Arland invites Borland to a summit in spring"


def known(item: ParsedItem, feed: FeedId = WIRE, **changed: Any) -> StoredItem:
    """What is stored of an item that was first seen an hour ago."""
    stored = StoredItem(
        ItemId(7),
        feed,
        item.key,
        item.canonical_url,
        item.title,
        item.fingerprint,
        item.published_at,
        NOW - timedelta(hours=1),
    )
    return replace(stored, **changed)


def sorted_out(
    *items: ParsedItem,
    stored: tuple[StoredItem, ...] = (),
    cut: tuple[str, ...] = (),
    recent: tuple[StoredItem, ...] = (),
) -> tuple[list[NewItem], list[ChangedItem]]:
    """What the wire's document brings; `cut` are names that stand in it as they did before."""
    names = {item.key for item in items}
    by_key = [k for k in stored if k.feed_id == WIRE and k.key in names]
    return EntryIndex(WIRE, by_key, stored, recent).classify_items(items, cut.__contains__, NOW)


def test_an_entry_is_known_by_its_name_and_address() -> None:
    item = an_item(TITLE)
    assert sorted_out(item) == ([NewItem(item, None)], [])
    item = an_item(TITLE)
    assert sorted_out(item, stored=(known(item),)) == ([], [])
    item = an_item(TITLE)
    stored = known(item)
    edited = replace(item, title="Arland takes its invitation back", fingerprint="other")
    assert sorted_out(edited, stored=(stored,)) == ([], [ChangedItem(stored, edited, silent=False)])
    item = an_item(TITLE)
    stored = known(item, fingerprint="")
    assert sorted_out(item, stored=(stored,)) == ([], [ChangedItem(stored, item, silent=True)])
    item = an_item(TITLE)
    stored = known(item)
    renamed = replace(item, key="guid-2", title=f"{TITLE}, again", fingerprint="other")
    assert sorted_out(renamed, stored=(stored,)) == (
        [],
        [ChangedItem(stored, renamed, silent=False)],
    )
    item = an_item(TITLE)
    assert item.published_at is not None
    renamed = replace(
        item, key="guid-2", title="Spring summit: all there is to know", fingerprint="other"
    )
    new, changed = sorted_out(renamed, stored=(known(item),))
    assert (new, [c.stored.id for c in changed]) == ([], [7])


def test_entries_that_share_an_address_stay_apart() -> None:
    episode = an_item("Episode 12: the pipeline talks", key="ep12")
    following = replace(
        episode,
        key="ep13",
        title="Episode 13: what the vote means",
        published_at=NOW,
        fingerprint="13",
    )
    new, changed = sorted_out(following, stored=(known(episode),))
    assert ([n.item.key for n in new], changed) == (["ep13"], [])
    first = an_item(TITLE, key="guid")
    told_apart = replace(first, key=f"guid {first.url}")
    assert sorted_out(told_apart, stored=(known(first),), cut=("guid",)) == ([], [])
    item = an_item(TITLE)
    elsewhere = known(item, DAILY)
    mine = replace(item, key="other-name")
    assert sorted_out(mine, stored=(elsewhere,)) == ([NewItem(mine, elsewhere)], [])
    item = an_item(TITLE, url="", canonical_url="")
    other = an_item("Quite another thing happened today", key="x", url="", canonical_url="")
    assert [n.same_as for n in sorted_out(other, stored=(known(item),))[0]] == [None]


@check_rows(
    [
        ("a#1", "a#2", "Borland closes its northern harbour", False),
        ("a#1", "a#2", f"Update: {TITLE}", True),
        ("a#1", "a#2", TITLE, True),
        ("a", "a#2", "Borland closes its northern harbour", False),
        ("a#1", "a#1", "Borland closes its northern harbour", True),
        ("a", "a#xtor=RSS-7", "Borland closes its northern harbour", True),
        ("a#utm_source=x", "a#:~:text=summit", "An invitation", True),
    ]
)
def test_parts_of_a_page_are_one_report_if_headlines_agree(
    address: str, other: str, title: str, same: bool
) -> None:
    first, second = (
        an_item(name, key=at, url=f"https://wire.invalid/{at}", canonical_url="wire.invalid/a")
        for at, name in ((address, TITLE), (other, title))
    )
    elsewhere = known(first, DAILY, url=first.url)
    ((found,), _) = sorted_out(second, stored=(elsewhere,))
    assert (found.same_as is elsewhere) is same


@check_rows(["whole", "cut out"])
def test_two_entries_of_one_document_with_one_address_stay_two(in_document: str) -> None:
    first = an_item(TITLE, key="block-1")
    second = replace(first, key="block-2", fingerprint="2")
    if in_document == "whole":
        new, changed = sorted_out(second, first, stored=(known(first),))
    else:
        new, changed = sorted_out(second, stored=(known(first),), cut=("block-1",))
    assert ([n.item.key for n in new], changed) == (["block-2"], [])


def test_an_edited_headline_is_linked_for_two_days() -> None:
    item = an_item(TITLE)
    edited = an_item(
        f"Update: {TITLE}", key="x", url="https://wire.invalid/x", canonical_url="wire.invalid/x"
    )
    new, changed = sorted_out(edited, recent=(known(item),))
    assert ([(n.item.key, n.same_as and n.same_as.id) for n in new], changed) == ([("x", 7)], [])
    item = an_item(TITLE)
    other = an_item(f"Update: {TITLE}", key="x", url="", canonical_url="")
    assert [n.same_as for n in sorted_out(other, recent=(known(item),), cut=(item.key,))[0]] == [
        None
    ]
    item = an_item(TITLE)
    old = known(item, first_seen_at=NOW - timedelta(days=3))
    other = an_item(f"Update: {TITLE}", key="x", url="", canonical_url="")
    assert [n.same_as for n in sorted_out(other, recent=(old,))[0]] == [None]


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("Day 13: what we know of the talks so far", id="another number"),
        pytest.param("Day 12: nothing at all", id="other words"),
    ],
)
def test_a_headline_of_its_own_is_linked_to_nothing(title: str) -> None:
    item = an_item("Day 12: what we know of the talks so far")
    other = an_item(title, key="x", url="", canonical_url="")
    assert [n.same_as for n in sorted_out(other, recent=(known(item),))[0]] == [None]
