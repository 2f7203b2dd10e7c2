"""The page of all feeds and of one, on a real tracker without a browser: what they show, and what
their buttons do.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.builders import NOW, FakeClock, a_feed, a_set, an_rss
from tests.dashboard.pages import button, field, open_page, plain, seen, words
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
from tracker.settings import Settings

INVITED = "Arland invites Borland to a summit"
HOSTILE = "Wire ![x](http://evil.example/p.png) [now](http://evil.example) :red-badge[LIVE] $5 $6"
DOWN = FetchFailed(a_feed().id, "timed out: no answer within 30 seconds")
PAGE = b"""<html><head><title>News</title>
<link rel="alternate" type="application/rss+xml" title="All news" href="/all.rss">
<link rel="alternate" type="application/rss+xml" title="Politics" href="/politics.rss"></head><body></body></html>"""


class Web:
    """Servers that answer by address what a test has put there; a 404 where it has put nothing."""

    def __init__(self) -> None:
        self.at: dict[str, FetchResult | bytes] = {}

    def fetch(self, more: RequestSource) -> Iterator[list[FetchResult]]:
        """Answer each request by its address."""
        return answer_in_batches(self._answer, more)  # type: ignore[return-value]

    def _answer(self, request: FetchRequest) -> FetchResult:
        found = self.at.get(request.url, FetchFailed(request.feed_id, "HTTP 404 Not Found", 404))
        match found:
            case bytes():
                kind = "text/html" if b"<html" in found else "application/rss+xml"
                return Fetched(
                    request.feed_id, request.url, 200, found, kind, None, None, 0.0, seconds=0.2
                )
            case FetchFailed():
                return FetchFailed(request.feed_id, found.reason, found.status, gone=found.gone)
            case NotModified():
                return NotModified(request.feed_id, 0.0, found.moved_to)
        raise AssertionError(found)


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def online(on_sqlite: Settings, clock: FakeClock, web: Web) -> Iterator[Tracker]:
    """A tracker whose servers are the test's own, with one question and one feed that answers."""
    web.at["https://wire.invalid/rss"] = an_rss((INVITED, "https://wire.invalid/1"))
    with open_tracker(on_sqlite, now=clock, fetch=web.fetch) as opened:
        opened.question_sets.load(a_set())
        yield opened


def state(tracker: Tracker, name: str = "wire") -> FeedState:
    return tracker.feeds.get(name).health.state


def tables(visit: AppTest) -> list[list[str]]:
    return [list(table.value.columns) for table in visit.dataframe]


# All feeds


def test_feed_alarm(tracker: Tracker) -> None:
    # Without feeds the page says how to get some.
    visit = open_page(tracker, "feeds")
    assert "There are no feeds yet" in words(visit)
    drawers = {plain(e.label): e.proto.expanded for e in visit.expander}
    assert drawers == {
        "Add a feed": True, "Lists of feeds (OPML)": False, "Add a series": False,
    }  # fmt: skip
    assert not visit.download_button
    # A fleet in trouble sounds the alarm and lists few of those alike.
    tracker.question_sets.load(a_set(feeds=[a_feed(f"wire-{n}") for n in range(6)]))
    tracker.feeds.poll()
    visit = open_page(tracker, "feeds")
    assert "6 of 6 feeds fail" in words(visit)
    assert "this machine's own network" in visit.error[0].value
    assert "4 more feeds in trouble" in words(visit)


def test_feeds_page(online: Tracker, clock: FakeClock) -> None:
    # Feeds say first how they fare.
    assert "The only feed is not polled yet." in words(open_page(online, "feeds"))
    online.feeds.poll()
    visit = open_page(online, "feeds")
    assert "**The only feed is well.** The newest answer came just now." in words(visit)
    row = visit.dataframe[0].value.iloc[0]
    assert (row["health"], row["title"], row["lag"]) == ("✓ well", "The wire", "1\u00a0minute")
    assert row["daily"][-1] == 1
    assert "not known yet how often it publishes" in row["why"]
    assert not visit.error
    assert not visit.warning
    # Picking a row opens the feed.
    visit = open_page(online, "feeds")
    visit.session_state["feeds"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    assert [plain(h.value) for h in seen(visit.run()).header] == ["The wire"]
    # Late feeds say that nobody polls.
    online.feeds.poll()
    clock.advance(days=3)
    visit = open_page(online, "feeds")
    assert "`tracker up` or `tracker system run`" in visit.warning[0].value
    assert "The only feed is late." in words(visit)


def test_feed_in_trouble_is_retried_and_paused(online: Tracker, web: Web, clock: FakeClock) -> None:
    # A feed in trouble is tried again by a click.
    web.at["https://wire.invalid/rss"] = DOWN
    online.feeds.poll()
    visit = open_page(online, "feeds")
    assert [plain(t.value) for t in seen(button(visit, "Try again").click().run()).toast] == [
        "The wire: due now, the next round of polling asks it"
    ]
    assert state(online).next_due_at == clock.time
    text = words(open_page(online, "feeds", feed="wire"))
    assert "Asked again in the next round: asked for by hand." in text
    assert "timed out: no answer within 30 seconds" in text
    assert "Odd about its document" not in text
    # A feed in trouble is paused by a click and taken up by another.
    web.at["https://wire.invalid/rss"] = DOWN
    online.feeds.poll()
    visit = seen(button(open_page(online, "feeds"), "Pause").click().run())
    assert state(online).paused_why == "paused by hand"
    assert "paused by hand" in words(visit)
    assert [plain(b.label) for b in visit.button if b.key.startswith(("retry", "pause"))] == [
        "Try again"
    ]
    seen(button(visit, "Try again").click().run())
    assert not state(online).paused


# One feed


def test_page_of_a_feed(online: Tracker, clock: FakeClock) -> None:
    # A new feed says so and shows nothing that is not there.
    visit = open_page(online, "feeds", feed="wire")
    assert "It has not been asked yet." in words(visit)
    assert "First asked in the next round." in words(visit)
    assert "It has brought nothing yet." in words(visit)
    assert not visit.metric
    assert not visit.get("vega_lite_chart")
    # A feed says how it fares when it is asked and what it brought.
    online.feeds.poll()
    clock.advance(minutes=12)
    visit = open_page(online, "feeds", feed="wire")
    text = words(visit)
    assert "**✓ well** · It last answered 12 minutes ago." in text
    assert "Asked again in" in text
    assert "not known yet how often it publishes" in text
    assert "https://wire.invalid/rss" in text
    assert "The last 1 answer: 1 × 200 a document." in text
    assert "1 piece" in text
    figures = {plain(m.label): plain(str(m.value)) for m in visit.metric}
    assert figures["Items in 7 days"] == figures["Evidence in 7 days"] == "1"
    assert figures["Not modified"] == "0%"
    assert len(visit.get("vega_lite_chart")) == 2
    row = visit.dataframe[0].value.iloc[0]
    assert (row["title"], row["note"]) == (INVITED, "no date given")


def test_oddities_of_a_document_are_told_although_read(online: Tracker, web: Web) -> None:
    whole = an_rss((INVITED, "https://wire.invalid/1"))
    web.at["https://wire.invalid/rss"] = whole.removesuffix(b"</channel></rss>")
    online.feeds.poll()
    assert "Odd about its document: " in words(open_page(online, "feeds", feed="wire"))


def test_a_feed_is_read_as_the_form_says(online: Tracker) -> None:
    visit = open_page(online, "feeds", feed="wire")
    field(visit, "Title").set_value("Wire of Arland")
    field(visit, "Theme").set_value("summit")
    field(visit, "Minutes between polls").set_value(15.0)
    field(visit, "Importance").set_value(2.5)
    visit.selectbox(key="grade-wire").set_value("A")
    visit.checkbox(key="full_text-wire").check()
    visit = seen(button(visit, "Save").click().run())
    feed = state(online).feed
    assert (feed.title, feed.theme, feed.every_minutes, feed.importance) == (
        "Wire of Arland",
        "summit",
        15.0,
        2.5,
    )
    assert (feed.grade, feed.full_text, feed.max_megabytes, feed.user_agent) == (
        "A",
        True,
        None,
        "",
    )
    assert [plain(h.value) for h in visit.header] == ["Wire of Arland"]
    assert "asked every 15 minutes" in words(visit)


def test_feed_settings_are_refused_in_a_sentence(online: Tracker) -> None:
    for label, value, reason in (
        ("Importance", 0.0, "The importance of a feed must lie between 0.01 and 100"),
        (
            "Minutes between polls",
            1.0,
            "The minutes between two polls must lie between 5 and 44640",
        ),
        (
            "Size limit, MB",
            900.0,
            "The megabytes that a feed may have must lie between 0.01 and 500",
        ),
        ("Title", "  ", "A feed needs a title"),
    ):
        before = state(online).feed
        visit = open_page(online, "feeds", feed="wire")
        field(visit, label).set_value(value)
        visit = seen(button(visit, "Save").click().run())
        assert reason in plain(visit.error[0].value)
        assert state(online).feed == before
        assert field(visit, label).value == value


def markdown_of(visit: AppTest) -> str:
    """Everything on a page that is read as Markdown, labels included."""
    kinds = (visit.markdown, visit.caption, visit.header, visit.subheader, visit.error, visit.toast)
    values = [str(element.value) for kind in kinds for element in kind]
    labels = [e.label for kind in (visit.button, visit.expander, visit.metric) for e in kind]
    return "\n".join([*values, *labels, *(link.proto.label for link in visit.get("page_link"))])


# Adding


def type_address(visit: AppTest, url: str) -> AppTest:
    return seen(field(visit, "Address").set_value(url).run())


def test_an_address_is_tested_and_nothing_is_kept(online: Tracker, web: Web) -> None:
    web.at["https://new.invalid/rss"] = an_rss(
        (INVITED, "https://new.invalid/1"), ("Cat", "https://new.invalid/2")
    )
    visit = type_address(open_page(online, "feeds"), "https://new.invalid/rss")
    visit = seen(button(visit, "Test").click().run())
    assert "**A feed with 2 entries**; 1 match with 1 open question." in words(visit)
    assert "HTTP 200 ·" in words(visit)
    _, matches, entries = visit.dataframe
    assert list(matches.value.iloc[0])[:2] == [INVITED, a_set().questions[0].text]
    assert list(entries.value["title"]) == [INVITED, "Cat"]
    assert [row.state.id for row in online.feeds.list()] == ["wire"]
    assert "A feed with" not in words(type_address(visit, "https://another.invalid/"))


def test_bad_addresses_are_refused(online: Tracker, web: Web) -> None:
    # An address that does not answer says why.
    visit = type_address(open_page(online, "feeds"), "https://nobody.invalid/")
    text = words(seen(button(visit, "Test").click().run()))
    assert "**Nothing could be read there.**" in text
    assert "HTTP 404 Not Found" in text
    # An empty address is asked for.
    for label in ("Test", "Read it from now on"):
        visit = seen(button(open_page(online, "feeds"), label).click().run())
        assert "There is no address yet" in visit.error[0].value
    # A feed that cannot be added is refused in a sentence.
    for url, reason in (
        ("https://wire.invalid/rss", "is read already, as feed 'wire'"),
        ("https://news.invalid/", "the page names these feeds: https://news.invalid/all.rss"),
        ("https://nobody.invalid/", "HTTP 404 Not Found"),
    ):
        web.at["https://news.invalid/"] = PAGE
        visit = type_address(open_page(online, "feeds"), url)
        visit = seen(button(visit, "Read it from now on").click().run())
        assert reason in plain(visit.error[0].value)
        assert len(online.feeds.list()) == 1


def test_page_offers_its_feeds_and_one_is_tested(online: Tracker, web: Web) -> None:
    web.at["https://news.invalid/"] = PAGE
    web.at["https://news.invalid/politics.rss"] = an_rss(
        ("Cat", "https://news.invalid/2"), title="Politics"
    )
    visit = type_address(open_page(online, "feeds"), "https://news.invalid/")
    visit = seen(button(visit, "Test").click().run())
    assert "**This is no feed.**" in words(visit)
    choices = visit.selectbox(key="candidate")
    assert choices.options == [
        "https://news.invalid/all.rss · All news",
        "https://news.invalid/politics.rss · Politics",
    ]
    visit = seen(choices.select_index(1).run())
    visit = seen(button(visit, "Test this one").click().run())
    assert field(visit, "Address").value == "https://news.invalid/politics.rss"
    assert "**A feed with 1 entry**" in words(visit)


def test_added_feed_opens_its_page(online: Tracker, web: Web) -> None:
    web.at["https://new.invalid/rss"] = an_rss(
        (INVITED, "https://new.invalid/1"), title="The new one"
    )
    visit = type_address(open_page(online, "feeds"), "https://new.invalid/rss")
    visit = seen(button(visit, "Read it from now on").click().run())
    assert state(online, "the-new-one").feed.url == "https://new.invalid/rss"
    assert [plain(h.value) for h in visit.header] == ["The new one"]


OPML = b"""<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="The wire" xmlUrl="https://wire.invalid/rss"/>
<outline text="Another" xmlUrl="https://another.invalid/rss"/>
<outline text="Odd [x](http://evil.example)" xmlUrl="ftp://odd.invalid/rss"/></body></opml>"""


def give_list(visit: AppTest, document: bytes) -> AppTest:
    visit = seen(visit.file_uploader[0].set_value(("feeds.opml", document, "text/x-opml")).run())
    return seen(button(visit, "Add its feeds").click().run())


def test_feed_lists(online: Tracker) -> None:
    # All feeds can be taken away as a list.
    (save,) = open_page(online, "feeds").download_button
    assert plain(save.label) == "Save all feeds as a list"
    assert b"https://wire.invalid/rss" in online.feeds.export_opml()
    # What is no list is refused in a sentence.
    visit = give_list(open_page(online, "feeds"), an_rss())
    assert "A feed, not a list of feeds" in plain(visit.error[0].value)
    assert len(online.feeds.list()) == 1
    # A list is taken in and says what was left out and why.
    visit = give_list(open_page(online, "feeds"), OPML)
    text = words(visit)
    assert "**1 feed added, 1 was there already.** Left out, and why:" in text
    assert "not an http(s) address" in text
    assert {row.state.feed.url for row in online.feeds.list()} == {
        "https://wire.invalid/rss",
        "https://another.invalid/rss",
    }
    assert "evil" not in markdown_of(visit)
    assert "Add its feeds" not in [b.label for b in visit.button]


# Replays


def test_a_replay_lists_its_outlets_and_offers_nothing_to_do(online: Tracker) -> None:
    online.feeds.poll()
    online.system.mark_replayed(NOW)
    visit = open_page(online, "feeds")
    assert "**1 outlet of the past were replayed.**" in words(visit)
    assert tables(visit) == [["title", "success", "ever"]]
    assert [b.label for b in visit.button] == ["Search", "Keys"]
    assert not visit.expander
    visit = open_page(online, "feeds", feed="wire")
    assert "1 item in the replay." in words(visit)
    assert INVITED in list(visit.dataframe[0].value["title"])
    assert [b.label for b in visit.button] == ["Search", "Keys"]
    assert not visit.text_input


# Today


def test_feed_trouble_is_one_line_on_today(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set(feeds=[a_feed(f"wire-{n}") for n in range(6)]))
    assert "Feeds are in trouble" not in words(open_page(tracker, "home"))
    tracker.feeds.poll()
    text = words(open_page(tracker, "home"))
    assert "Feeds are in trouble" in text
    assert "6 of 6 feeds fail." in text
    tracker.system.mark_replayed(clock.time + timedelta(days=1))
    assert "Feeds are in trouble" not in words(open_page(tracker, "home"))
