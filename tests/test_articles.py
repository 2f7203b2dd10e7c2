"""Whole articles: for matched items of feeds that ask for it, with the site's leave, and never
twice.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.builders import FakeClock, a_feed, a_set, an_rss
from tests.feeds.feed_server import FeedServer
from tracker.app.tracker import Tracker, open_tracker
from tracker.settings import Settings

TEXT = (
    "The leaders of Arland and Borland will meet in spring, both sides said after a long "
    "night of talks. "
)
PAGE = f"<html><body><nav>Home</nav><article><h1>Summit</h1><p>{TEXT * 4}</p><p>{TEXT * 3}</p></article></body></html>"


@pytest.fixture
def press(feed_server: FeedServer) -> FeedServer:
    """A feed with one item that matches and one that does not, and their pages."""
    matching = ("Arland invites Borland to a summit", feed_server.url("/summit"))
    feed_server.serve("/rss", an_rss(matching, ("A cat climbs a tree", feed_server.url("/cat"))))
    for page in ("/summit", "/cat"):
        feed_server.serve(page, PAGE.encode(), content_type="text/html; charset=utf-8")
    return feed_server


@pytest.fixture
def tracker(settings: Settings, clock: FakeClock, press: FeedServer) -> Iterator[Tracker]:
    """A tracker that reads the whole articles of that feed and has polled it."""
    with open_tracker(replace(settings, private_feeds="127.0.0.1"), now=clock) as opened:
        opened.question_sets.load(a_set(feeds=[a_feed("wire", url=press.url("/rss"))]))
        opened.feeds.change("wire", full_text=True)
        opened.feeds.poll()
        yield opened


def asked(press: FeedServer) -> list[str]:
    """What was asked of the server, without the feed itself."""
    return [seen.path for seen in press.seen if seen.path != "/rss"]


def test_the_article_of_matching_evidence_is_kept(tracker: Tracker, press: FeedServer) -> None:
    assert tracker.feeds.read_articles() == 1
    (card,) = tracker.evidence.inbox()
    assert card.items[0].article.startswith("Summit") or card.items[0].article.startswith(
        "The leaders of Arland"
    )
    assert "Home" not in card.items[0].article
    assert asked(press) == ["/robots.txt", "/summit"]
    assert tracker.feeds.read_articles() == 0
    assert asked(press) == ["/robots.txt", "/summit"]


def test_only_feeds_that_ask_for_it_are_visited(
    settings: Settings, clock: FakeClock, press: FeedServer
) -> None:
    with open_tracker(replace(settings, private_feeds="127.0.0.1"), now=clock) as tracker:
        tracker.question_sets.load(a_set(feeds=[a_feed("wire", url=press.url("/rss"))]))
        assert tracker.feeds.poll().new_evidence == 1
        assert tracker.feeds.read_articles() == 0
    assert asked(press) == []


def test_a_site_that_excludes_robots_is_left_alone(tracker: Tracker, press: FeedServer) -> None:
    press.serve("/robots.txt", b"User-agent: *\nDisallow: /summit\n", content_type="text/plain")
    assert tracker.feeds.read_articles() == 0
    assert asked(press) == ["/robots.txt"]
    assert tracker.evidence.inbox()[0].items[0].article == ""


def test_a_site_whose_wishes_cannot_be_had_is_left_alone(
    tracker: Tracker, press: FeedServer
) -> None:
    press.answer("/robots.txt", 503)
    assert tracker.feeds.read_articles() == 0
    assert asked(press) == ["/robots.txt"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"<html><body>Please log in</body></html>", 200), (b"", 404), (b"%PDF-1.7", 200)],
)
def test_a_failed_article_is_not_asked_again(
    tracker: Tracker, press: FeedServer, body: bytes, status: int
) -> None:
    press.answer("/summit", status, body, {"Content-Type": "text/html"})
    assert tracker.feeds.read_articles() == 0
    assert tracker.feeds.read_articles() == 0
    assert asked(press) == ["/robots.txt", "/summit"]


def test_robots_rules_are_read_again_after_a_day(
    tracker: Tracker, press: FeedServer, clock: FakeClock
) -> None:
    assert tracker.feeds.read_articles() == 1
    clock.advance(days=2)
    press.serve(
        "/rss",
        an_rss(
            (
                "Rain or shine: Borland accepts, Arland hosts the summit after all",
                press.url("/other"),
            )
        ),
    )
    press.serve("/other", PAGE.encode(), content_type="text/html")
    assert tracker.feeds.poll().new_items == 1
    assert tracker.feeds.read_articles() == 1
    assert asked(press) == ["/robots.txt", "/summit", "/robots.txt", "/other"]


def test_the_pause_that_a_site_wishes_between_visits_is_kept(
    tracker: Tracker, press: FeedServer, clock: FakeClock
) -> None:
    press.serve("/robots.txt", b"User-agent: *\nCrawl-delay: 600\n", content_type="text/plain")
    press.serve("/other", PAGE.encode(), content_type="text/html")
    other = (
        "Rain or shine: Borland accepts, Arland hosts the summit after all",
        press.url("/other"),
    )
    press.serve("/rss", an_rss(other, ("Arland invites Borland to a summit", press.url("/summit"))))
    clock.advance(hours=20)
    assert tracker.feeds.poll().new_items == 1
    assert [tracker.feeds.read_articles(), tracker.feeds.read_articles()] == [1, 0]
    clock.advance(minutes=11)
    assert tracker.feeds.read_articles() == 1
