"""Processes that store news in turns know each other's stories."""

from dataclasses import replace

from tests.builders import FakeClock, Press, a_feed, a_set
from tracker.app.tracker import open_tracker
from tracker.feeds.item import FeedId
from tracker.settings import Settings
from tracker.storage import evidence

FEEDS = [a_feed("wire"), a_feed("gazette"), a_feed("herald")]
RUMOUR = "Arland may invite Borland to a summit"
REPEATS = (
    "Summit hope: Borland awaits invite, Arland may agree",
    "May summit: Arland weighs invite, Borland hopeful",
)
"""Reports in other words: no copies, which are found in the database by any process."""


def test_a_report_joins_the_story_that_another_process_began(
    on_each: Settings, clock: FakeClock, press: Press
) -> None:
    settings = replace(on_each, encoder="none")
    with (
        open_tracker(settings, now=clock, fetch=press.fetch) as one,
        open_tracker(settings, now=clock, fetch=press.fetch) as other,
    ):
        one.question_sets.load(a_set(feeds=FEEDS))
        press.publish("herald", "Arland does not invite Borland to a summit")
        other.feeds.poll(only=[FeedId("herald")])  # from now on it remembers stories
        press.publish("wire", RUMOUR)
        one.feeds.poll(only=[FeedId("wire")])
        for tracker, feed, title in ((other, "gazette", REPEATS[0]), (one, "herald", REPEATS[1])):
            clock.advance(hours=1)
            press.publish(feed, title)
            tracker.feeds.poll(only=[FeedId(feed)])
        with one.context.store.reading() as session:
            stories = evidence.list_recent_stories(session, clock.time, clock.time, "")
    assert [story.titles for story in stories] == [{RUMOUR, *REPEATS}]
