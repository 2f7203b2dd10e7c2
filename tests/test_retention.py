"""Texts of old items that bear on nothing are dropped after `keep_days`; headlines, evidence and
log stay.
"""

from collections.abc import Iterator
from dataclasses import replace
from xml.sax.saxutils import escape

import pytest
from sqlmodel import select

from tests.builders import FakeClock, Press, a_set
from tracker.app.tracker import Tracker, open_tracker
from tracker.feeds.item import ItemId
from tracker.interfaces.scheduler import JOBS, forget_old_texts
from tracker.settings import Settings
from tracker.storage import items
from tracker.storage.tables import ArticleRow, ItemRow, RevisionRow

KEPT = 30
MATCHING, IDLE = "Arland invites Borland to a summit", "A cat climbs a tree"


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
    assert tracker.feeds.forget_old_texts() == 1
    assert texts(tracker) == {MATCHING: "The palace says so.", IDLE: ""}
    assert tracker.feeds.forget_old_texts() == 0


def test_what_is_not_older_than_that_is_not_touched(
    tracker: Tracker, clock: FakeClock, press: Press
) -> None:
    clock.advance(days=1)
    publish(press, DOG, SUMMIT, CAT)
    assert tracker.feeds.poll(every=True).new_items == 1
    clock.advance(days=KEPT - 1)
    assert tracker.feeds.forget_old_texts() == 0  # to the second as old as is kept
    clock.advance(hours=1)
    assert tracker.feeds.forget_old_texts() == 1
    assert texts(tracker)["A dog digs a hole"] == "In the park."


def test_evidence_log_and_scores_stay_as_they_were(tracker: Tracker, clock: FakeClock) -> None:
    (before,), head = tracker.evidence.inbox(), tracker.system.verify()
    clock.advance(days=KEPT + 60)
    assert tracker.feeds.forget_old_texts() == 1
    assert tracker.evidence.inbox() == (before,)
    assert (before.headline, before.items[0].item.summary) == (MATCHING, "The palace says so.")
    assert before.evidence.matched
    assert tracker.system.verify() == head
    assert tracker.system.verify(head.head).bad_seq is None


def test_what_is_still_in_its_feed_does_not_come_again(tracker: Tracker, clock: FakeClock) -> None:
    clock.advance(days=KEPT + 1)
    tracker.feeds.forget_old_texts()
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
    assert tracker.feeds.forget_old_texts() == 2
    assert texts(tracker)[IDLE] == ""
    assert of_versions(tracker) == {"A cat climbs a tall tree": "", IDLE: "It is down."}
    clock.advance(days=21)
    assert tracker.feeds.forget_old_texts() == 1
    assert of_versions(tracker) == {"A cat climbs a tall tree": "", IDLE: ""}


def test_later_versions_of_evidence_stay(tracker: Tracker, clock: FakeClock, press: Press) -> None:
    clock.advance(days=1)
    publish(
        press, report(f"{MATCHING} in May", "So does the other.", "https://wire.invalid/1"), CAT
    )
    assert tracker.feeds.poll(every=True).changed_items == 1
    (before,) = tracker.evidence.inbox()
    clock.advance(days=KEPT + 60)
    tracker.feeds.forget_old_texts()
    assert tracker.evidence.inbox() == (before,)
    assert before.items[0].revisions[0].summary == "So does the other."


def test_whole_articles_go_with_the_texts(tracker: Tracker, clock: FakeClock) -> None:
    with tracker.context.store.writing() as session:
        numbers = {row.title: ItemId(row.id or 0) for row in session.exec(select(ItemRow))}
        for number in numbers.values():
            items.add_article(session, number, "A long story.", "", now=clock.time)
    clock.advance(days=KEPT + 1)
    tracker.feeds.forget_old_texts()
    with tracker.context.store.reading() as session:
        assert [row.item_id for row in session.exec(select(ArticleRow))] == [numbers[MATCHING]]


# The job


def test_the_daily_job_tells_what_it_dropped(tracker: Tracker, clock: FakeClock) -> None:
    (job,) = (job for job in JOBS if job.name == "forget")
    assert (job.run, job.seconds) == (forget_old_texts, 86_400)
    assert forget_old_texts(tracker) is None
    clock.advance(days=KEPT + 1)
    assert forget_old_texts(tracker) == "1 texts of old items dropped"
    assert forget_old_texts(tracker) is None


def test_texts_are_kept_for_ever_by_default(tracker: Tracker, clock: FakeClock) -> None:
    settings = replace(tracker.settings, keep_days=0.0)
    clock.advance(days=36_500)
    assert Tracker(replace(tracker.context, settings=settings)).feeds.forget_old_texts() == 0
    assert texts(tracker)[IDLE] == "Firemen were called."
