"""Polling end to end: what becomes of feeds, items and edits, and what a bad feed may not do to the
others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOW, FakeClock, Press, a_feed, a_set, an_rss
from tests.feeds.feed_server import FeedServer
from tracker.app.tracker import Tracker, open_tracker
from tracker.feeds.feed import FeedState
from tracker.feeds.fetch_results import (
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
    RequestSource,
    answer_in_batches,
)
from tracker.feeds.item import FeedId
from tracker.feeds.parsing.parse import parse_feed
from tracker.feeds.parsing.parsed_feed import ParsedFeed, ParseFailed
from tracker.ingestion import writer
from tracker.settings import Settings
from tracker.storage import evidence


def states(tracker: Tracker) -> dict[str, FeedState]:
    """The feeds by their names."""
    return {row.state.id: row.state for row in tracker.feeds.list()}


class Scripted:
    """Servers that answer what the test says, by the name of the feed."""

    def __init__(self, **answers: FetchResult) -> None:
        self.answers = answers
        self.asked: list[FetchRequest] = []

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        return answer_in_batches(self._answer, more)

    def _answer(self, request: FetchRequest) -> FetchResult:
        self.asked.append(request)
        return self.answers[request.feed_id]


def a_document(feed: str, *headlines: str, **changed: object) -> Fetched:
    """An RSS document with these headlines."""
    body = an_rss(
        *((title, f"https://{feed}.invalid/{number}") for number, title in enumerate(headlines))
    )
    document = Fetched(
        FeedId(feed),
        f"https://{feed}.invalid/rss",
        200,
        body,
        "application/rss+xml",
        None,
        None,
        0.0,
    )
    return replace(document, **changed)  # type: ignore[arg-type]


def test_one_dead_feed_stops_nobody(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set(feeds=[a_feed("wire"), a_feed("broken"), a_feed("agency")]))
    press.serve("broken", b"<html><body>We moved</body></html>")
    press.publish("wire", "Arland invites Borland to a summit")
    press.publish("agency", "Arland cancels the talks")
    report = tracker.feeds.poll()
    assert (report.feeds, report.failed, report.new_items, report.new_evidence) == (3, 1, 2, 2)
    state = {f.state.id: f for f in tracker.feeds.list()}
    assert "HTML page" in state["broken"].state.last_error
    assert state["broken"].state.next_due_at > clock.time
    assert (state["wire"].health, state["agency"].health) == ("ok", "ok")
    assert state["wire"].evidence_7d == 1


def test_a_parser_bug_is_shown_on_its_feed_alone(
    tracker_with_press: Tracker, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set(feeds=[a_feed("wire"), a_feed("agency")]))
    press.publish("wire", "Arland invites Borland to a summit")

    def sometimes(body: bytes, content_type: str, url: str) -> ParsedFeed | ParseFailed:
        if "agency" in url:
            raise ZeroDivisionError("a bug")
        return parse_feed(body, content_type, url)

    monkeypatch.setattr("tracker.feeds.parsing.parse.parse_feed", sometimes)
    report = tracker.feeds.poll()
    assert (report.failed, report.new_evidence) == (1, 1)
    assert "crashed the parser (ZeroDivisionError" in states(tracker)["agency"].last_error


def test_a_writer_bug_is_shown_on_its_feed_alone(
    tracker_with_press: Tracker, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set(feeds=[a_feed("wire"), a_feed("agency")]))
    press.publish("wire", "Arland invites Borland to a summit")
    press.publish("agency", "Borland opens a canal")
    add_items = writer.items.add_items

    def sometimes(
        session: writer.Session, found: Sequence[tuple[FeedId, writer.NewItem]], now: object
    ) -> object:
        if any(feed_id == "agency" for feed_id, _ in found):
            raise ZeroDivisionError("a bug")
        return add_items(session, found, NOW)

    monkeypatch.setattr(writer.items, "add_items", sometimes)
    report = tracker.feeds.poll()
    assert (report.failed, report.new_items, report.new_evidence) == (1, 1, 1)
    assert states(tracker)["agency"].last_error == "internal error: ZeroDivisionError: a bug"


def test_serving_the_same_again_logs_nothing_twice(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set())
    press.publish("wire", "Arland invites Borland to a summit")
    assert tracker.feeds.poll().new_evidence == 1
    entries = tracker.system.verify().entries
    clock.advance(hours=2)
    again = tracker.feeds.poll()
    assert (again.feeds, again.new_items, again.new_evidence) == (1, 0, 0)
    assert tracker.system.verify().entries == entries


@pytest.mark.parametrize("at_once", [True, False], ids=["in one round", "one after the other"])
def test_one_article_in_two_feeds_is_one_story(
    tracker_with_press: Tracker, press: Press, clock: FakeClock, at_once: bool
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set(feeds=[a_feed("agency"), a_feed("wire")]))
    press.publish(
        "wire", "Arland invites Borland to a summit", "https://www.paper.example/a?utm_source=x"
    )
    if not at_once:
        assert tracker.feeds.poll(only=[FeedId("wire")]).new_evidence == 1
        clock.advance(hours=1)
    press.publish("agency", "An invitation", "http://paper.example/a/")
    assert tracker.feeds.poll().new_evidence == (1 if at_once else 0)
    (card,) = tracker.evidence.inbox()
    assert {copy.item.title for copy in card.items} == {
        "Arland invites Borland to a summit",
        "An invitation",
    }
    assert [copy.item.same_as is not None for copy in card.items] == [False, True]


CHANNEL = "https://t.example/ministry"


@pytest.mark.parametrize("at_once", [True, False], ids=["in one round", "one after the other"])
def test_parts_of_one_page_are_reports_of_their_own(
    tracker_with_press: Tracker, press: Press, clock: FakeClock, at_once: bool
) -> None:
    """Of the posts of a channel in two feeds only those with one headline are one story."""
    tracker = tracker_with_press
    tracker.question_sets.load(a_set(feeds=[a_feed("agency"), a_feed("wire")]))
    press.publish("wire", "The ballet of Borland opens its season at home", f"{CHANNEL}#7")
    press.publish("wire", "Arland invites Borland to a summit", f"{CHANNEL}#8")
    if not at_once:
        tracker.feeds.poll(only=[FeedId("wire")])
        clock.advance(hours=1)
    press.publish("agency", "Yemen and Oman agree on a ferry line", f"{CHANNEL}#9")
    press.publish("agency", "Arland invites Borland to a summit", f"{CHANNEL}#8&utm_source=x")
    press.publish("agency", "Update: Arland invites Borland to a summit", f"{CHANNEL}#11")
    tracker.feeds.poll()
    (card,) = tracker.evidence.inbox()
    assert {report.item.title for report in card.items} == {
        "Arland invites Borland to a summit",
        "Update: Arland invites Borland to a summit",
    }
    others = [hit.item for word in ("ferry", "ballet") for hit in tracker.evidence.search(word)]
    assert [item.same_as for item in others] == [None, None]


def test_a_feed_on_a_web_server_is_polled_conditionally(
    settings: Settings, clock: FakeClock, feed_server: FeedServer
) -> None:
    feed_server.serve(
        "/rss",
        an_rss(("Arland invites Borland to a summit", "https://wire.invalid/1")),
        etag='"v1"',
    )
    settings = replace(settings, private_feeds="127.0.0.1")
    with open_tracker(settings, now=clock) as tracker:
        tracker.question_sets.load(a_set(feeds=[a_feed("wire", url=feed_server.url("/rss"))]))
        assert tracker.feeds.poll().new_evidence == 1
        clock.advance(hours=2)
        second = tracker.feeds.poll()
    assert (second.feeds, second.not_modified, second.failed) == (1, 1, 0)


def test_a_private_feed_is_asked_only_if_allowed(
    settings: Settings, clock: FakeClock, feed_server: FeedServer
) -> None:
    feed_server.serve(
        "/rss", an_rss(("Arland invites Borland to a summit", "https://wire.invalid/1"))
    )
    with open_tracker(settings, now=clock) as tracker:
        tracker.question_sets.load(a_set(feeds=[a_feed("wire", url=feed_server.url("/rss"))]))
        assert tracker.feeds.poll().failed == 1
        assert "private_feeds" in states(tracker)["wire"].last_error
    assert feed_server.seen == []


def test_an_edited_headline_is_a_revision_and_possible_evidence(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set())
    link = "https://wire.invalid/1"
    press.serve(
        "wire",
        an_rss(("Leaders talk about the weather", link), ("Other news of the day", f"{link}2")),
    )
    assert (tracker.feeds.poll().new_items, tracker.evidence.inbox()) == (2, ())
    clock.advance(hours=2)
    press.serve(
        "wire",
        an_rss(("Arland invites Borland to a summit", link), ("Other news of the day", f"{link}2")),
    )
    report = tracker.feeds.poll()
    assert (report.new_items, report.changed_items, report.new_evidence) == (0, 1, 1)
    (card,) = tracker.evidence.inbox()
    assert card.decisions[0].note.endswith("in an edited version")
    (copy,) = card.items
    assert copy.item.title == "Leaders talk about the weather"
    assert [(r.title, r.seen_at) for r in copy.revisions] == [
        ("Arland invites Borland to a summit", clock.time)
    ]
    assert card.evidence.first_seen_at == clock.time


def test_an_edit_of_known_evidence_is_no_new_evidence(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set())
    link = "https://wire.invalid/1"
    press.serve("wire", an_rss(("Arland invites Borland to a summit", link)))
    assert tracker.feeds.poll().new_evidence == 1
    for hour, title in enumerate(
        ["Arland invites Borland to a big summit", "Arland invites Borland to a summit"]
    ):
        clock.advance(hours=2 + hour)
        press.serve("wire", an_rss((title, link)))
        report = tracker.feeds.poll()
        assert (report.changed_items, report.new_evidence) == (1, 0)
    (card,) = tracker.evidence.inbox()
    assert len(card.items[0].revisions) == 2


def test_an_item_that_comes_back_is_neither_new_nor_edited(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set())
    first, second = (
        ("Arland invites Borland to a summit", "https://a.invalid/1"),
        ("Other news", "https://a.invalid/2"),
    )
    counts = []
    for entries in ([first], [second], [first, second], []):
        press.serve("wire", an_rss(*entries))
        report = tracker.feeds.poll()
        counts.append((report.new_items, report.changed_items))
        clock.advance(hours=30)
    assert counts == [(1, 0), (1, 0), (0, 0), (0, 0)]


def test_items_that_match_nothing_start_no_story(tracker_with_press: Tracker, press: Press) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set())
    press.publish("wire", "A cat climbs a tree in the old town")
    assert tracker.feeds.poll().new_items == 1
    page = tracker.feeds.get("wire")
    assert [(item.title, item.date_note) for item in page.items] == [
        ("A cat climbs a tree in the old town", "missing")
    ]
    assert page.questions == {}
    with tracker.context.store.reading() as session:
        assert evidence.list_recent_stories(session, NOW - timedelta(days=9), NOW, "") == []


def test_a_requested_pause_holds_for_the_whole_domain(
    on_sqlite: Settings, clock: FakeClock
) -> None:
    wait = FetchFailed(
        FeedId("first"), "HTTP 429 Too Many Requests", 429, 7200.0, rests="daily-paper.org"
    )
    servers = Scripted(first=wait, other=NotModified(FeedId("other"), 0.0))
    with open_tracker(on_sqlite, now=clock, fetch=servers.fetch) as tracker:
        for name, url in (
            ("first", "a.daily-paper.org"),
            ("second", "daily-paper.org"),
            ("other", "xdaily-paper.org"),
        ):
            tracker.feeds.add(a_feed(name, url=f"https://{url}/rss"))
        tracker.feeds.poll(only=[FeedId("first")])
        assert tracker.feeds.poll().feeds == 1
        clock.advance(minutes=119)
        asked = states(tracker)["second"]
    assert [request.feed_id for request in servers.asked] == ["first", "other"]
    assert asked.next_due_at == NOW + timedelta(hours=2)
    assert "daily-paper.org asked to wait until 1 Dec 11:30 UTC" in asked.next_reason
    assert asked.failures == 0


def test_a_feed_paused_during_its_poll_stays_paused(on_sqlite: Settings, clock: FakeClock) -> None:
    servers = Scripted(wire=a_document("wire", "One thing happened"))
    with open_tracker(on_sqlite, now=clock, fetch=servers.fetch) as tracker:
        tracker.question_sets.load(a_set())

        def pausing(more: RequestSource) -> Iterator[Sequence[FetchResult]]:
            for results in answer_in_batches(servers._answer, more):
                tracker.feeds.pause("wire")
                yield results

        tracker.context.network._fetch_override = pausing
        assert tracker.feeds.poll().new_items == 1
        assert states(tracker)["wire"].paused_why == "paused by hand"
        clock.advance(days=3)
        assert tracker.feeds.poll().feeds == 0
        tracker.feeds.retry("wire")
        tracker.context.network._fetch_override = servers.fetch
        assert tracker.feeds.poll().feeds == 1
        assert not states(tracker)["wire"].paused


def test_a_round_asks_chosen_or_unpaused_feeds(tracker_with_press: Tracker, press: Press) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set(feeds=[a_feed("wire"), a_feed("agency"), a_feed("gone")]))
    tracker.feeds.pause("gone")
    assert tracker.feeds.poll(only=[FeedId("wire")]).feeds == 1
    assert tracker.feeds.poll().feeds == 1
    assert tracker.feeds.poll().feeds == 0
    assert tracker.feeds.poll(every=True).feeds == 2
    assert [request.feed_id for request in press.asked] == ["wire", "agency", "agency", "wire"]


def test_a_feed_that_moves_to_another_stops(on_sqlite: Settings, clock: FakeClock) -> None:
    servers = Scripted(
        wire=a_document("wire", "One thing happened", moved_to="https://wire.invalid/rss"),
        agency=a_document("agency", "Another thing happened"),
    )
    with open_tracker(on_sqlite, now=clock, fetch=servers.fetch) as tracker:
        tracker.feeds.add(a_feed("wire", url="http://wire.invalid/rss"))
        tracker.feeds.add(a_feed("agency", url="https://wire.invalid/rss"))
        assert tracker.feeds.poll().failed == 0
        found = states(tracker)
    actual = found["wire"].paused_why
    assert actual == "moved to https://wire.invalid/rss, which feed 'agency' reads already"
    assert found["wire"].feed.url == "http://wire.invalid/rss"
    assert not found["agency"].paused


def test_an_address_set_during_a_poll_stays(on_sqlite: Settings, clock: FakeClock) -> None:
    servers = Scripted(wire=a_document("wire", "One thing happened"))
    with open_tracker(on_sqlite, now=clock, fetch=servers.fetch) as tracker:
        tracker.question_sets.load(a_set())

        def moving(more: RequestSource) -> Iterator[Sequence[FetchResult]]:
            for results in answer_in_batches(servers._answer, more):
                tracker.feeds.change("wire", url="https://new.invalid/rss")
                yield results

        tracker.context.network._fetch_override = moving
        assert tracker.feeds.poll().new_items == 1
        assert states(tracker)["wire"].feed.url == "https://new.invalid/rss"
