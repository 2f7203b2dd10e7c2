"""The fake press of a replay answers like web servers, as of the simulated time."""

from datetime import timedelta

from forecasts.question_sets.question_set import read_question_set
from tests.builders import FakeClock
from tests.forecasts.small_set import TEXTS
from tracker.feeds.fetch_results import Fetched, FetchFailed, FetchRequest, NotModified, fetch_one
from tracker.feeds.item import FeedId
from tracker.feeds.parsing.parse import ParsedFeed, parse_feed
from tracker.replay.demo import DEMO_BASE_URL, DemoFeeds

WIRE = FeedId("wire")


def newsroom(clock: FakeClock) -> DemoFeeds:
    """The press of the small set."""
    return DemoFeeds(read_question_set(TEXTS), clock)


def ask(press: DemoFeeds, feed_id: FeedId = WIRE, etag: str | None = None) -> object:
    """One request."""
    return fetch_one(press.fetch, FetchRequest(feed_id, f"{DEMO_BASE_URL}/{feed_id}", etag, None))


def test_an_outlet_shows_what_it_had_published(clock: FakeClock) -> None:
    event = read_question_set(TEXTS).events[0]
    press = newsroom(clock)
    clock.time = event.at - timedelta(minutes=1)
    before = ask(press)
    clock.time = event.at
    after = ask(press)
    assert isinstance(before, Fetched)
    assert isinstance(after, Fetched)
    parsed = parse_feed(after.body, after.content_type, after.url)
    assert isinstance(parsed, ParsedFeed)
    assert [(i.title, i.key, i.published_at) for i in parsed.items] == [
        ("It abstained", "vote", event.at)
    ]
    press = newsroom(clock)
    first = ask(press)
    assert isinstance(first, Fetched)
    assert isinstance(ask(press, etag=first.etag), NotModified)
    press = newsroom(clock)
    assert set(press.outlets) == {"wire", "daily"}
    assert set(press.list_publishers(read_question_set(TEXTS).events[0])) == {"wire", "daily"}
    assert isinstance(ask(newsroom(clock), FeedId("elsewhere")), FetchFailed)


def test_an_outlet_has_the_grade_of_its_feed(clock: FakeClock) -> None:
    texts = {
        **TEXTS,
        "feeds.toml": TEXTS["feeds.toml"].replace('title = "A wire"', 'title = "Wire"'),
    }
    outlets = DemoFeeds(read_question_set(texts), clock).outlets
    assert (outlets[WIRE].grade, outlets[WIRE].source_group) == ("B", "agency")
    assert outlets[FeedId("daily")].grade == "C"
