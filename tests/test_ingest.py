"""Polling end to end over real HTTP on loopback, and what a bad feed may not do to the others."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from forecasts.question_set import QuestionSet
from tests.builders import FakeClock, Press, a_feed, a_set, an_rss
from tests.feeds.feed_server import FeedServer
from tracker import question_sets
from tracker.api import Tracker, open_tracker
from tracker.feeds.parse import parse
from tracker.settings import Settings

CAPTURES = Path(__file__).parent.parent.parent / "shared" / "corpora" / "rss_captures"


def test_one_dead_feed_is_a_state_of_that_feed_and_stops_nobody(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.load(a_set(feeds=[a_feed("wire"), a_feed("broken"), a_feed("agency")]))
    press.serve("broken", b"<html><body>We moved</body></html>")
    press.publish("wire", "Arland invites Borland to a summit")
    press.publish("agency", "Arland cancels the talks")
    report = tracker.poll()
    assert (report.feeds, report.failed, report.new_items, report.new_evidence) == (3, 1, 2, 2)
    state = {f.state.id: f for f in tracker.feeds()}
    assert "HTML page" in state["broken"].state.last_error
    assert state["broken"].state.next_due_at > clock.time
    assert (state["wire"].health, state["agency"].health) == ("ok", "ok")
    assert state["wire"].evidence_7d == 1


def test_a_bug_met_by_one_feed_is_shown_on_it_and_stops_nobody(
    tracker_with_press: Tracker, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = tracker_with_press
    tracker.load(a_set(feeds=[a_feed("wire"), a_feed("agency")]))
    press.publish("wire", "Arland invites Borland to a summit")

    def sometimes(body: bytes, content_type: str, url: str) -> object:
        if "agency" in url:
            raise ZeroDivisionError("a bug")
        return parse(body, content_type, url)

    monkeypatch.setattr("tracker.ingest.parse", sometimes)
    report = tracker.poll()
    assert (report.failed, report.new_evidence) == (1, 1)
    assert {f.state.id: f.state.last_error for f in tracker.feeds()}[
        "agency"
    ] == "internal error: ZeroDivisionError: a bug"


def test_serving_the_same_again_logs_nothing_twice(both_with_press: Tracker, press: Press, clock: FakeClock) -> None:
    tracker = both_with_press
    tracker.load(a_set())
    press.publish("wire", "Arland invites Borland to a summit")
    assert tracker.poll().new_evidence == 1
    entries = tracker.verify().entries
    clock.advance(hours=2)
    again = tracker.poll()
    assert (again.feeds, again.new_items, again.new_evidence) == (1, 0, 0)
    assert tracker.verify().entries == entries


def test_one_article_in_two_feeds_is_one_item(tracker_with_press: Tracker, press: Press) -> None:
    tracker_with_press.load(a_set(feeds=[a_feed("wire"), a_feed("agency")]))
    press.publish("wire", "Arland invites Borland to a summit", "https://www.paper.example/a?utm_source=x")
    press.publish("agency", "Invitation from Arland", "http://paper.example/a/")
    assert tracker_with_press.poll().new_items == 1


def test_a_denial_is_evidence_of_its_own(tracker_with_press: Tracker, press: Press) -> None:
    tracker_with_press.load(a_set(feeds=[a_feed("wire"), a_feed("agency")]))
    press.publish("wire", "Arland invites Borland leader to summit talks")
    press.publish("agency", "Arland cancels Borland leader summit talks")
    tracker_with_press.poll()
    assert sorted(int(c.evidence.direction) for c in tracker_with_press.inbox()) == [-1, 1]


def test_items_on_closed_questions_are_kept_but_are_no_evidence(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker_with_press.load(a_set())
    clock.advance(days=300)
    press.publish("wire", "Arland invites Borland to a summit")
    report = tracker_with_press.poll()
    assert (report.new_items, report.new_evidence) == (1, 0)


def test_hostile_text_of_a_feed_stays_text(tracker_with_press: Tracker, press: Press) -> None:
    tracker_with_press.load(a_set())
    press.publish("wire", "Arland <script>alert(1)</script> invites \u202eBorland to a summit", "javascript:alert(1)")
    tracker_with_press.poll()
    card = tracker_with_press.inbox()[0]
    assert "<script>" not in card.headline
    assert "\u202e" not in card.headline
    assert card.items[0].item.url == ""


def test_a_feed_on_a_web_server_is_polled_conditionally(
    settings: Settings, clock: FakeClock, feed_server: FeedServer
) -> None:
    feed_server.serve("/rss", an_rss(("Arland invites Borland to a summit", "https://wire.invalid/1")), etag='"v1"')
    with open_tracker(settings, now=clock) as tracker:
        tracker.load(a_set(feeds=[a_feed("wire", url=feed_server.url("/rss"))]))
        assert tracker.poll().new_evidence == 1
        clock.advance(hours=2)
        second = tracker.poll()
    assert (second.feeds, second.not_modified, second.failed) == (1, 1, 0)


def captured(feed: str, number: int) -> bytes:
    """A real feed as it was captured, from the corpus beside the repository."""
    if not CAPTURES.is_dir():
        pytest.skip("the corpus of captured feeds is not beside the repository")
    lines = (CAPTURES / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    files = [row["file"] for row in map(json.loads, lines) if row["feed"] == feed]
    return gzip.decompress((CAPTURES / files[number]).read_bytes())


def live_set() -> QuestionSet:
    """The built-in set, without its feeds."""
    return replace(question_sets.load(question_sets.DEFAULT), feeds=())


def test_real_captures_served_over_http_become_evidence_once(
    settings: Settings, clock: FakeClock, feed_server: FeedServer
) -> None:
    feeds = ("wsj_world", "thinktanks_geo", "ft_home")
    with open_tracker(settings, now=clock) as tracker:
        tracker.load(live_set())
        for feed in feeds:
            feed_server.serve(f"/{feed}", captured(feed, 0))
            tracker.add_feed(a_feed(feed.replace("_", "-"), url=feed_server.url(f"/{feed}")))
        first = tracker.poll()
        assert (first.feeds, first.failed) == (3, 0)
        assert first.new_items > 60
        clock.advance(hours=2)
        assert tracker.poll().new_items == 0
        later = 0
        for number in range(5, 40, 5):
            for feed in feeds:
                feed_server.serve(f"/{feed}", captured(feed, number))
            clock.advance(hours=2)
            later += tracker.poll().new_items
        assert later > 20
        cards = tracker.inbox()
        assert cards, "weeks of world news hold something on China and Russia"
        for card in cards:
            words = f"{card.items[0].item.title}\n{card.items[0].item.summary}".casefold()
            assert card.evidence.matched
            assert all(word.casefold() in words for word in card.evidence.matched)
        assert tracker.verify().bad_seq is None
