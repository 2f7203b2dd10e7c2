"""The page of all feeds and of one, on a real tracker without a browser: what they show, and what
their buttons do.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.builders import NOW, FakeClock, a_feed, a_set, an_rss
from tests.dashboard.pages import button, field, open_page, plain, seen, sent_rows, words
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


# All feeds


def test_no_feeds_and_a_fleet_in_trouble(tracker: Tracker) -> None:
    # Without feeds the page says how to get some.
    visit = open_page(tracker, "feeds")
    assert "You have no feeds yet." in words(visit)
    assert field(visit, "Add a feed").value == ""
    assert not visit.download_button
    # Where all fail, it is said once: no row repeats it.
    tracker.question_sets.load(a_set(feeds=[a_feed(f"wire-{n}") for n in range(6)]))
    tracker.feeds.poll()
    visit = open_page(tracker, "feeds")
    text = words(visit)
    assert "All 6 feeds are failing.** Check your internet connection. None has ever" in text
    assert text.count("no network in tests") == 1
    assert {row["state"]["text"] for row in sent_rows(visit, "All feeds")} == {"failing"}


def test_feeds_page(online: Tracker, clock: FakeClock) -> None:
    # Feeds say first how they fare.
    assert "No feed has been checked yet." in words(open_page(online, "feeds"))
    online.feeds.poll()
    visit = open_page(online, "feeds")
    assert "**The only feed is OK.** The latest answer came just now." in words(visit)
    (row,) = sent_rows(visit, "All feeds")
    assert (row["title"]["text"], row["title"]["href"]) == ("The wire", "feeds?feed=wire")
    assert (row["state"]["text"], row["answer"]["text"]) == ("OK", "just now")
    assert row["trend"]["points"][-1] == 1
    assert "not known yet how often it publishes" in row["next"]["help"]
    assert not visit.error
    assert not visit.warning
    assert "Retry all failing" not in [b.label for b in visit.button]
    # Late feeds say that nothing checks them.
    clock.advance(days=3)
    visit = open_page(online, "feeds")
    assert "Start the tracker with `./run` or `tracker up`." in visit.warning[0].value
    assert "The only feed is late." in words(visit)


def test_failing_feeds_are_retried_by_one_click(online: Tracker, web: Web) -> None:
    web.at["https://wire.invalid/rss"] = DOWN
    online.feeds.poll()
    visit = open_page(online, "feeds")
    visit = seen(button(visit, "Retry all failing").click().run())
    assert [plain(t.value) for t in visit.toast] == [
        "1 failing feed will be checked in the next round"
    ]
    assert state(online).next_due_at == online.now()
    assert "Retry all failing" not in [b.label for b in visit.button]
    assert online.feeds.retry_failing() == 0


def test_a_feed_in_trouble_is_paused_and_retried(online: Tracker, web: Web) -> None:
    web.at["https://wire.invalid/rss"] = DOWN
    online.feeds.poll()
    visit = open_page(online, "feeds", feed="wire")
    text = words(visit)
    assert "**Failing.** 1 failure in a row, the first just now. It has never answered." in text
    assert "Timed out: no answer within 30 seconds" in text
    assert "Read with a warning" not in text
    visit = seen(button(visit, "Pause").click().run())
    assert state(online).paused_why == "paused by hand"
    assert "**Paused.**" in words(visit)
    assert [plain(b.label) for b in visit.button if b.key.startswith(("refresh-", "pause-"))] == [
        "Try again"
    ]
    visit = seen(button(visit, "Try again").click().run())
    assert not state(online).paused
    assert "Next check in the next round: requested by hand." in words(visit)


# One feed


def test_page_of_a_feed(online: Tracker, clock: FakeClock) -> None:
    # A new feed says so and shows nothing that is not there.
    visit = open_page(online, "feeds", feed="wire")
    assert "**Waiting.** First check in the next round." in words(visit)
    assert "No items yet." in words(visit)
    assert not visit.get("vega_lite_chart")
    # A feed says how it fares, when it is checked and what it brought.
    online.feeds.poll()
    clock.advance(minutes=12)
    visit = open_page(online, "feeds", feed="wire")
    text = words(visit)
    assert "**OK.** Last answer 12 minutes ago. Next check in" in text
    assert "not known yet how often it publishes" in text
    assert "1 item · 0 yesterday (usually 0), 1 in 7 days with 1 match · grade" in text
    (item,) = sent_rows(visit, "Newest items")
    assert (item["title"]["text"], item["title"]["href"]) == (INVITED, "https://wire.invalid/1")
    (question,) = sent_rows(visit, "Questions with its evidence")
    assert question["title"]["href"] == "question?q=summit-2027"
    assert question["pieces"]["text"].replace("\u00a0", " ") == "1 piece"
    # Its history waits behind a click.
    assert not visit.get("vega_lite_chart")
    visit = open_drawer(visit, "feed-history")
    assert "1 check in four weeks: 0% not modified, 0 failed." in words(visit)
    assert len(visit.get("vega_lite_chart")) == 1


def open_drawer(visit: AppTest, key: str) -> AppTest:
    """The page after a click on the closed part with this key."""
    visit.session_state[key] = True
    return seen(visit.run())


def test_oddities_of_a_document_are_told_although_read(online: Tracker, web: Web) -> None:
    whole = an_rss((INVITED, "https://wire.invalid/1"))
    web.at["https://wire.invalid/rss"] = whole.removesuffix(b"</channel></rss>")
    online.feeds.poll()
    assert "Read with a warning: " in words(open_page(online, "feeds", feed="wire"))


def test_a_feed_is_read_as_the_form_says(online: Tracker) -> None:
    visit = open_drawer(open_page(online, "feeds", feed="wire"), "feed-settings")
    field(visit, "Title").set_value("Wire of Arland")
    field(visit, "Theme").set_value("summit")
    field(visit, "Minutes between checks").set_value(15.0)
    field(visit, "Importance").set_value(2.5)
    visit.selectbox(key="grade-wire").set_value("A")
    visit.checkbox(key="full_text-wire").check()
    visit = seen(button(visit, "Save").click().run())
    feed = state(online).feed
    changed = (feed.title, feed.theme, feed.every_minutes, feed.importance)
    assert changed == ("Wire of Arland", "summit", 15.0, 2.5)
    others = (feed.grade, feed.full_text, feed.max_megabytes, feed.user_agent)
    assert others == ("A", True, None, "")
    assert [plain(h.value) for h in visit.subheader] == ["Wire of Arland"]
    assert "grade A: completely reliable" in words(visit)


def test_feed_settings_are_refused_in_a_sentence(online: Tracker) -> None:
    for label, value, reason in (
        (
            "Minutes between checks",
            1.0,
            "The minutes between two polls must lie between 5 and 44640",
        ),
        ("Title", "  ", "A feed needs a title"),
    ):
        before = state(online).feed
        visit = open_drawer(open_page(online, "feeds", feed="wire"), "feed-settings")
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


def find(visit: AppTest, url: str) -> AppTest:
    """The page after an address was looked up."""
    field(visit, "Add a feed").set_value(url)
    return seen(button(visit, "Find").click().run())


def test_an_address_is_tried_and_nothing_is_kept(online: Tracker, web: Web) -> None:
    web.at["https://new.invalid/rss"] = an_rss(
        (INVITED, "https://new.invalid/1"), ("Cat", "https://new.invalid/2")
    )
    visit = find(open_page(online, "feeds"), "https://new.invalid/rss")
    assert "**2 entries**; 1 would be evidence on your open questions today." in words(visit)
    first, second = sent_rows(visit, "Entries of this feed")
    assert (first["title"]["text"], first["question"]["text"]) == (
        INVITED,
        a_set().questions[0].text,
    )
    assert second["title"]["text"] == "Cat"
    assert [row.state.id for row in online.feeds.list()] == ["wire"]


def test_bad_addresses_are_refused(online: Tracker, web: Web) -> None:
    # An address that does not answer says why, and an empty one is asked for.
    text = words(find(open_page(online, "feeds"), "https://nobody.invalid/"))
    assert "**No feed here.**" in text
    assert "HTTP 404 Not Found." in text
    assert "Enter an address first." in find(open_page(online, "feeds"), " ").error[0].value
    # A feed that is read already is refused in a sentence.
    visit = find(open_page(online, "feeds"), "https://wire.invalid/rss")
    visit = seen(button(visit, "Subscribe").click().run())
    assert "is read already, as feed 'wire'" in plain(visit.error[0].value)
    assert len(online.feeds.list()) == 1


def test_page_offers_its_feeds_and_one_is_tried(online: Tracker, web: Web) -> None:
    web.at["https://news.invalid/"] = PAGE
    web.at["https://news.invalid/politics.rss"] = an_rss(
        ("Cat", "https://news.invalid/2"), title="Politics"
    )
    visit = find(open_page(online, "feeds"), "https://news.invalid/")
    text = words(visit)
    assert "**A page, not a feed.**" in text
    assert text.index("https://news.invalid/all.rss") < text.index("/politics.rss")
    visit = seen(visit.button(key="candidate-1").click().run())
    assert "**1 entry**" in words(visit)
    assert "Politics" in [text.value for text in visit.text]


def test_the_only_feed_of_a_page_is_subscribed(online: Tracker, web: Web) -> None:
    web.at["https://new.invalid/"] = PAGE.replace(b"Politics", b"").replace(
        b'<link rel="alternate" type="application/rss+xml" title="" href="/politics.rss">', b""
    )
    web.at["https://new.invalid/all.rss"] = an_rss(
        (INVITED, "https://new.invalid/1"), title="The new one"
    )
    visit = find(open_page(online, "feeds"), "https://new.invalid/")
    visit = seen(button(visit, "Subscribe").click().run())
    assert state(online, "the-new-one").feed.url == "https://new.invalid/all.rss"
    assert [plain(h.value) for h in visit.subheader] == ["The new one"]


OPML = b"""<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="The wire" xmlUrl="https://wire.invalid/rss"/>
<outline text="Another" xmlUrl="https://another.invalid/rss"/>
<outline text="Odd [x](http://evil.example)" xmlUrl="ftp://odd.invalid/rss"/></body></opml>"""


def give_list(visit: AppTest, document: bytes) -> AppTest:
    visit = seen(visit.file_uploader[0].set_value(("feeds.opml", document, "text/x-opml")).run())
    return seen(button(visit, "Import").click().run())


def test_feed_lists(online: Tracker) -> None:
    # All feeds can be taken away as a list.
    (save,) = open_page(online, "feeds").download_button
    assert plain(save.label) == "Export all feeds"
    assert b"https://wire.invalid/rss" in online.feeds.export_opml()
    # What is no list is refused in a sentence.
    visit = give_list(open_page(online, "feeds"), an_rss())
    assert "A feed, not a list of feeds" in plain(visit.error[0].value)
    assert len(online.feeds.list()) == 1
    # A list is taken in and says what was left out and why.
    visit = give_list(open_page(online, "feeds"), OPML)
    text = words(visit)
    assert "**1 feed added, 1 already subscribed.** Skipped:" in text
    assert "not an http(s) address" in text
    assert {row.state.feed.url for row in online.feeds.list()} == {
        "https://wire.invalid/rss",
        "https://another.invalid/rss",
    }
    assert "evil" not in markdown_of(visit)
    assert "Import" not in [b.label for b in visit.button]


# Replays


def test_a_replay_lists_its_outlets_and_offers_nothing_to_do(online: Tracker) -> None:
    online.feeds.poll()
    online.system.mark_replayed(NOW)
    visit = open_page(online, "feeds")
    assert "**1 source brought 1 item.** Nothing is checked in a replay." in words(visit)
    (row,) = sent_rows(visit, "All sources")
    assert (row["title"]["text"], row["grade"]["text"]) == ("The wire", "usually reliable")
    assert row["title"]["note"] == ""
    assert (row["total"]["text"], row["last"]["text"]) == ("1", "1 Dec 2026")
    assert [b.label for b in visit.button] == ["Search", "Keys"]
    assert not visit.expander
    visit = open_page(online, "feeds", feed="wire")
    assert "1 item · grade" in words(visit)
    assert [row["title"]["text"] for row in sent_rows(visit, "Newest items")] == [INVITED]
    assert [b.label for b in visit.button] == ["Search", "Keys"]
    assert not visit.text_input


# Today


def test_feed_trouble_is_one_line_on_today(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set(feeds=[a_feed(f"wire-{n}") for n in range(6)]))
    assert "feeds are failing" not in words(open_page(tracker, "home"))
    tracker.feeds.poll()
    text = words(open_page(tracker, "home"))
    assert "All 6 feeds are failing" in text
    assert "Check your internet connection." in text
    tracker.system.mark_replayed(clock.time + timedelta(days=1))
    assert "feeds are failing" not in words(open_page(tracker, "home"))
