"""Successive captures of real feeds, served over HTTP in their order: nothing lost, nothing
doubled, edits kept.

The corpus lies beside the repository; without it these tests are left out.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any

import feedparser
import pytest
from sqlmodel import select

from tests.builders import FakeClock, a_feed
from tests.feeds.feed_server import FeedServer
from tests.quick_databases import begin
from tracker.app import question_set_files
from tracker.app.tracker import Tracker, open_tracker
from tracker.feeds.item import FeedId
from tracker.feeds.urls import canonical_url
from tracker.settings import Settings
from tracker.storage.tables import ItemRow, RevisionRow

CAPTURES = Path(__file__).parent.parent.parent / "shared" / "corpora" / "rss_captures"


def _manifest() -> list[dict[str, Any]]:
    path = CAPTURES / "manifest.jsonl"
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if path.exists()
        else []
    )


def documents(feed: str, most: int) -> Iterator[tuple[datetime, bytes]]:
    """So many captures of a feed at most, evenly from its first to its last, with their times and
    in order.
    """
    rows = sorted(
        (r for r in _manifest() if r["feed"] == feed), key=lambda r: str(r["captured_at"])
    )
    for row in rows[:: ceil(len(rows) / most)]:
        yield (
            datetime.fromisoformat(row["captured_at"]),
            gzip.decompress((CAPTURES / row["file"]).read_bytes()),
        )


NAMES = sorted({row["feed"] for row in _manifest()})
EDITED = {"ft_home", "thinktanks_geo", "wsj_world"}
"""Feeds that gave an entry another headline from one capture to a later one."""
each_capture = pytest.mark.parametrize("captured", NAMES)


def identity(entry: Any) -> str:
    """What names an entry: its guid, else its link."""
    return " ".join(str(entry.get("id") or entry.get("link") or entry.get("title")).split())


def load_live_set(tracker: Tracker, _clock: FakeClock) -> None:
    """The built-in set, without its feeds."""
    tracker.question_sets.load(
        replace(question_set_files.load_question_set(question_set_files.DEFAULT_SET), feeds=())
    )


@pytest.mark.slow
@each_capture
def test_captures_in_order_lose_nothing_double_nothing_and_keep_edits(
    captured: str, on_sqlite: Settings, clock: FakeClock, feed_server: FeedServer
) -> None:
    wire, url = FeedId("wire"), feed_server.url("/rss")
    expected: dict[str, set[str]] = defaultdict(set)
    new = changed = 0
    with open_tracker(replace(on_sqlite, private_feeds="127.0.0.1"), now=clock) as tracker:
        tracker.feeds.add(a_feed("wire", url=url))
        for at, body in documents(captured, most=12):
            clock.time = max(clock.time, at)
            feed_server.serve("/rss", body)
            report = tracker.feeds.poll(only=[wire])
            assert report.errors == ()
            new, changed = new + report.new_items, changed + report.changed_items
            for entry in feedparser.parse(
                BytesIO(body), sanitize_html=False, resolve_relative_uris=False
            ).entries:
                if entry.get("title") or entry.get("summary"):
                    expected[identity(entry)].add(" ".join(entry.get("title", "").split()))
        found, revisions = stored(tracker)
    assert len(found) == new
    assert not lost(expected, found)
    assert len({item.key for item in found}) == len(found)
    edited = sum(len(titles) > 1 for titles in expected.values())
    assert (edited > 0) == (captured in EDITED)
    assert changed >= edited
    assert len(revisions) == changed
    assert len({r.item_id for r in revisions if differs(r, found)}) >= edited


def stored(tracker: Tracker) -> tuple[list[ItemRow], list[RevisionRow]]:
    """All items and revisions as they lie in the database."""
    with tracker.context.store.reading() as session:
        items, revisions = (
            session.exec(select(ItemRow)).all(),
            session.exec(select(RevisionRow)).all(),
        )
        session.expunge_all()
    return list(items), list(revisions)


def lost(expected: dict[str, set[str]], found: list[ItemRow]) -> set[str]:
    """Names that no item has, nor the address of one."""
    keys = {item.key for item in found} | {item.key.split(" ")[0] for item in found}
    urls = {item.canonical_url for item in found}
    return {name for name in expected if name not in keys and canonical_url(name) not in urls}


def differs(revision: RevisionRow, found: list[ItemRow]) -> bool:
    """Does a revision carry another headline than the item was first seen with?"""
    first = {item.id: item.title for item in found}
    return revision.title != first[revision.item_id]


@each_capture
def test_real_captures_become_evidence_once(
    on_sqlite: Settings, clock: FakeClock, feed_server: FeedServer, captured: str
) -> None:
    with open_tracker(replace(on_sqlite, private_feeds="127.0.0.1"), now=clock) as tracker:
        begin(tracker, clock, load_live_set)
        tracker.feeds.add(a_feed("wire", url=feed_server.url("/rss")))
        for _, body in documents(captured, most=4):
            feed_server.serve("/rss", body)
            assert tracker.feeds.poll(only=[FeedId("wire")]).failed == 0
            clock.advance(hours=2)
        entries = tracker.system.verify()
        cards = tracker.evidence.inbox()
    assert entries.bad_seq is None
    assert len({(c.evidence.question_id, c.evidence.story_id) for c in cards}) == len(cards)
    for card in cards:
        words = "\n".join(
            f"{copy.item.title}\n{copy.item.summary}\n"
            + "".join(f"{r.title}\n{r.summary}\n" for r in copy.revisions)
            for copy in card.items
        )
        words = words.replace(
            "’", "'"
        ).casefold()  # what is matched is the text with plain apostrophes
        missing = [word for word in card.evidence.matched if word.casefold() not in words]
        assert missing == []
