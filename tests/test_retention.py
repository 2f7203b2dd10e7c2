"""What only takes room is pruned: texts of old items that bear on nothing go after `keep_days`;
headlines, evidence and log stay.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

import pytest
from sqlmodel import select

from tests.builders import FakeClock, Press, a_set
from tests.terminals import at_a_terminal
from tracker.app.tracker import Tracker, open_tracker
from tracker.feeds.item import ItemId
from tracker.interfaces.jobs import JOBS, keep_up_database
from tracker.settings import Settings
from tracker.storage import items, pruning
from tracker.storage.tables import (
    ArticleRow,
    ChannelRow,
    ForecasterRow,
    ItemRow,
    ModelAnswerRow,
    OutboxRow,
    RevisionRow,
    StoredAnswerRow,
)

KEPT = 30
MATCHING, IDLE = "Arland invites Borland to a summit", "A cat climbs a tree"


def prune(tracker: Tracker) -> int:
    """Prune; the number of rows that were emptied or deleted."""
    return tracker.upkeep.prune().total


def report(title: str, text: str, link: str) -> str:
    """An entry of a feed that has a text besides its headline."""
    said = f"<title>{escape(title)}</title><description>{escape(text)}</description>"
    return f"<item>{said}<link>{link}</link><guid>{link}</guid></item>"


def publish(press: Press, *reports: str) -> None:
    body = "".join(reports)
    press.serve(
        "wire", f'<?xml version="1.0"?><rss version="2.0"><channel>{body}</channel></rss>'.encode()
    )


SUMMIT = report(MATCHING, "The palace says so.", "https://wire.invalid/1")
CAT = report(IDLE, "Firemen were called.", "https://wire.invalid/2")
DOG = report("A dog digs a hole", "In the park.", "https://wire.invalid/3")


@pytest.fixture
def tracker(on_sqlite: Settings, clock: FakeClock, press: Press) -> Iterator[Tracker]:
    """A tracker that keeps texts for 30 days, with an item that is evidence and one that bears on
    nothing.
    """
    with open_tracker(replace(on_sqlite, keep_days=KEPT), now=clock, fetch=press.fetch) as opened:
        opened.question_sets.load(a_set())
        publish(press, SUMMIT, CAT)
        assert opened.feeds.poll().new_evidence == 1
        yield opened


def texts(tracker: Tracker) -> dict[str, str]:
    """What is kept of each item beside its headline."""
    with tracker.context.store.reading() as session:
        return {row.title: row.summary + row.content for row in session.exec(select(ItemRow))}


def of_versions(tracker: Tracker) -> dict[str, str]:
    """The same of later versions."""
    with tracker.context.store.reading() as session:
        return {row.title: row.summary + row.content for row in session.exec(select(RevisionRow))}


def test_an_old_idle_text_is_dropped_without_its_headline(
    tracker: Tracker, clock: FakeClock
) -> None:
    assert texts(tracker) == {MATCHING: "The palace says so.", IDLE: "Firemen were called."}
    clock.advance(days=KEPT, seconds=1)
    assert prune(tracker) == 1
    assert texts(tracker) == {MATCHING: "The palace says so.", IDLE: ""}
    assert prune(tracker) == 0


def test_what_is_not_older_than_that_is_not_touched(
    tracker: Tracker, clock: FakeClock, press: Press
) -> None:
    clock.advance(days=1)
    publish(press, DOG, SUMMIT, CAT)
    assert tracker.feeds.poll(every=True).new_items == 1
    clock.advance(days=KEPT - 1)
    assert prune(tracker) == 0  # to the second as old as is kept
    clock.advance(hours=1)
    assert prune(tracker) == 1
    assert texts(tracker)["A dog digs a hole"] == "In the park."


def test_evidence_log_and_scores_stay_as_they_were(tracker: Tracker, clock: FakeClock) -> None:
    (before,), head = tracker.evidence.inbox(), tracker.system.verify()
    clock.advance(days=KEPT + 60)
    assert prune(tracker) == 1
    assert tracker.evidence.inbox() == (before,)
    assert (before.headline, before.items[0].item.summary) == (MATCHING, "The palace says so.")
    assert before.evidence.matched
    assert tracker.system.verify() == head
    assert tracker.system.verify(head.head).bad_seq is None


def test_what_is_still_in_its_feed_does_not_come_again(tracker: Tracker, clock: FakeClock) -> None:
    clock.advance(days=KEPT + 1)
    prune(tracker)
    found = tracker.feeds.poll(every=True)
    assert (found.new_items, found.changed_items, found.new_evidence) == (0, 0, 0)
    assert texts(tracker)[IDLE] == ""


def test_later_versions_lose_their_texts_by_their_own_age(
    tracker: Tracker, clock: FakeClock, press: Press
) -> None:
    for day, (title, text) in enumerate(
        [("A cat climbs a tall tree", "A ladder came."), (IDLE, "It is down.")]
    ):
        clock.advance(days=1 + day * 20)
        publish(press, SUMMIT, report(title, text, "https://wire.invalid/2"))
        assert tracker.feeds.poll(every=True).changed_items == 1
    assert of_versions(tracker) == {
        "A cat climbs a tall tree": "A ladder came.",
        IDLE: "It is down.",
    }
    clock.advance(days=KEPT - 20)
    assert prune(tracker) == 2
    assert texts(tracker)[IDLE] == ""
    assert of_versions(tracker) == {"A cat climbs a tall tree": "", IDLE: "It is down."}
    clock.advance(days=21)
    assert prune(tracker) == 1
    assert of_versions(tracker) == {"A cat climbs a tall tree": "", IDLE: ""}


def test_later_versions_of_evidence_stay(tracker: Tracker, clock: FakeClock, press: Press) -> None:
    clock.advance(days=1)
    publish(
        press, report(f"{MATCHING} in May", "So does the other.", "https://wire.invalid/1"), CAT
    )
    assert tracker.feeds.poll(every=True).changed_items == 1
    (before,) = tracker.evidence.inbox()
    clock.advance(days=KEPT + 60)
    prune(tracker)
    assert tracker.evidence.inbox() == (before,)
    assert before.items[0].revisions[0].summary == "So does the other."


def test_whole_articles_go_with_the_texts(tracker: Tracker, clock: FakeClock) -> None:
    with tracker.context.store.writing() as session:
        numbers = {row.title: ItemId(row.id or 0) for row in session.exec(select(ItemRow))}
        for number in numbers.values():
            items.add_article(session, number, "A long story.", "", now=clock.time)
    clock.advance(days=KEPT + 1)
    prune(tracker)
    with tracker.context.store.reading() as session:
        assert [row.item_id for row in session.exec(select(ArticleRow))] == [numbers[MATCHING]]


def test_texts_are_kept_for_ever_with_zero(tracker: Tracker, clock: FakeClock) -> None:
    settings = replace(tracker.settings, keep_days=0.0)
    clock.advance(days=36_500)
    assert prune(Tracker(replace(tracker.context, settings=settings))) == 0
    assert texts(tracker)[IDLE] == "Firemen were called."
    assert Settings().keep_days == 90


# All of it


@pytest.fixture
def grown(on_each: Settings, clock: FakeClock, press: Press) -> Iterator[Tracker]:
    """A tracker with eleven items without a match, a notice that was sent, and answers."""
    with open_tracker(replace(on_each, keep_days=KEPT), now=clock, fetch=press.fetch) as opened:
        opened.question_sets.load(a_set())
        for number in range(11):
            link = f"https://wire.invalid/{number + 10}"
            publish(press, SUMMIT, report(f"Cat {number} climbs a tree", "It is high.", link))
            opened.feeds.poll(every=True)
            clock.advance(minutes=number % 3)
        add_answers(opened, clock)
        clock.advance(days=KEPT + 1)
        yield opened


def add_answers(tracker: Tracker, clock: FakeClock) -> None:
    sent = {"id": "c", "forecaster_id": "ada", "name": "mail", "address": "", "stop_key": ""}
    stamps = {"created_at": clock.time, "since": clock.time}
    with tracker.context.store.writing() as session:
        session.add(ForecasterRow(id="ada", name="Ada", kind="person"))
        session.flush()
        session.add(ChannelRow(**sent, **stamps))
        session.flush()
        for number, at in enumerate((clock.time, None)):
            notice = {"title": f"{number}"}
            session.add(
                OutboxRow(
                    channel_id="c", key=f"{number}", kind="moved", notice=notice,
                    created_at=clock.time, sent_at=at,
                )
            )  # fmt: skip
        answer = ModelAnswerRow(
            key="k", shape="s", model="m", asked_at=clock.time, tokens=1, value={"a": 1}
        )
        stored = StoredAnswerRow(
            identity="", key="k", fingerprint="f", created_at=clock.time, status=200, body="{}"
        )
        session.add_all([answer, stored])


EXPECTED = {
    "texts of items": 11, "texts of later versions": 0, "articles": 0, "sent notices": 1,
    "answers of the model": 1, "answers to programs": 1,
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 4, 1_000])
def test_slices_of_any_size_prune_what_a_dry_run_counts(
    grown: Tracker, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "SLICE", size)
    before = grown.system.verify()
    counted = grown.upkeep.prune(dry_run=True)
    assert (counted.rows, counted.is_dry) == (EXPECTED, True)
    assert "It is high." in texts(grown).values()
    assert grown.upkeep.prune().rows == EXPECTED
    assert set(texts(grown).values()) == {"", "The palace says so."}
    assert grown.upkeep.prune().total == 0
    assert grown.system.verify() == before
    with grown.context.store.reading() as session:
        notices = {row.key: row.notice for row in session.exec(select(OutboxRow))}
    assert notices == {"0": {}, "1": {"title": "1"}}


def test_a_new_file_gives_room_back_and_an_old_one_is_compacted(
    tracker: Tracker, clock: FakeClock, press: Press
) -> None:
    clock.advance(days=1)
    tales = [
        report(f"Tale {n}", f"Tale {n} of a cat. " * 90, f"https://wire.invalid/{n + 9}")
        for n in range(400)
    ]
    publish(press, SUMMIT, *tales)
    assert tracker.feeds.poll(every=True).new_items == 400
    full = tracker.system.status().bytes
    clock.advance(days=KEPT + 1)
    pruned = tracker.upkeep.prune()
    assert pruned.bytes < full - 300 * 1_500  # texts of 1.7 kB, each less than a page
    assert pruned.free_bytes == 0
    with closing(tracker.context.store.engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        driver.execute("PRAGMA auto_vacuum=NONE")
        driver.execute("VACUUM")  # as databases were made before
        driver.execute("CREATE TABLE surplus (x)")
        driver.execute("INSERT INTO surplus VALUES (zeroblob(100000))")
        driver.execute("DROP TABLE surplus")
    left = tracker.upkeep.prune()
    assert left.free_bytes >= 100_000
    compacted = tracker.upkeep.compact()
    assert (compacted.free_bytes, compacted.bytes < left.bytes) == (0, True)
    assert tracker.system.verify().reason == ""


def test_a_command_tells_what_would_go(
    tracker: Tracker, clock: FakeClock,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TRACKER_KEEP_DAYS", "30")
    shell = at_a_terminal(tracker, clock, capsys, monkeypatch)
    assert "Nothing to delete." in shell("system", "prune", "--dry-run")
    clock.advance(days=KEPT + 1)
    assert "1 texts of items would go." in shell("system", "prune", "--dry-run")
    assert shell.json("system", "prune")["rows"]["texts of items"] == 1
    shell("system", "prune", "--dry-run", "--compact", code=2)
    assert "Nothing to delete." in shell("system", "prune", "--compact")


# The job


def test_the_job_of_the_day_tells_what_it_did(tracker: Tracker, clock: FakeClock) -> None:
    (job,) = (job for job in JOBS if job.name == "upkeep")
    assert job.run is keep_up_database
    clock.advance(days=KEPT + 1)
    told = keep_up_database(tracker)
    assert told == f"backup backup-{clock.time:%Y%m%dT%H%M%S}Z.zip, 1 rows pruned"
    assert keep_up_database(tracker) is None
