"""What feeds did to evidence, on the pages that show it: edits, whole articles, odd dates, and
silence.
"""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.builders import NOW, FakeClock, Press, a_set, an_rss
from tests.dashboard.pages import open_page, plain, words
from tests.dashboard.test_feed_pages import markdown_of
from tracker.app.tracker import Tracker
from tracker.ingestion.network import Network

SUMMIT = "summit-2027"
INVITED = "Arland invites Borland to a summit"
LINK = "https://wire.invalid/1"
HOSTILE = (
    "Arland invites Borland to a summit ![x](http://evil.example/p.png) [now](http://evil.example)"
)


@pytest.fixture
def news(tracker_with_press: Tracker, press: Press) -> Tracker:
    """A tracker with an open question and one piece of evidence."""
    tracker_with_press.question_sets.load(a_set())
    press.publish("wire", INVITED, LINK)
    tracker_with_press.feeds.poll()
    return tracker_with_press


def an_edit(tracker: Tracker, press: Press, clock: FakeClock, title: str) -> None:
    """The outlet publishes the same entry in other words an hour later."""
    clock.advance(hours=1)
    press.serve("wire", an_rss((title, LINK)))
    tracker.feeds.poll(every=True)


def drawers(visit: AppTest) -> list[str]:
    """Everything that can be opened, but for what every question and every inbox offers."""
    offered = ("Add evidence", "Details", "Strength, date, note")
    return [label for e in visit.expander if (label := plain(e.label)) not in offered]


def test_edited_item_shows_every_version(news: Tracker, press: Press, clock: FakeClock) -> None:
    # What was never edited says nothing of it; a card says what is odd about the date.
    told = words(open_page(news, "inbox"))
    assert "Edited" not in told
    assert "first seen 1 Dec 2026, just now · no date given" in told
    an_edit(news, press, clock, "Arland may invite Borland to a summit")
    an_edit(news, press, clock, "Arland invites nobody to a summit with Borland")
    visit = open_page(news, "question", q=SUMMIT, evidence="1")
    told = words(visit)
    assert "Edited 2× since it was first seen" in told
    for version in (
        f"1 Dec 2026, 09:30 UTC · first seen · The wire · {INVITED}\n",
        "1 Dec 2026, 10:30 UTC · headline changed · The wire · Arland may invite Borland",
        "1 Dec 2026, 11:30 UTC · headline changed · The wire · Arland invites nobody",
    ):
        assert version in told


def test_an_edit_of_hostile_text_can_do_nothing(
    news: Tracker, press: Press, clock: FakeClock
) -> None:
    an_edit(news, press, clock, HOSTILE)
    visit = open_page(news, "inbox")
    assert HOSTILE in words(visit)
    assert "evil" not in markdown_of(visit)


def test_whole_article_is_one_click_away(news: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    news.feeds.change("wire", full_text=True)
    monkeypatch.setattr(
        Network, "extract_article", lambda self, page: (f"{HOSTILE}. They will meet.", "")
    )
    news.feeds.read_articles()
    visit = open_page(news, "inbox")
    text = f"{HOSTILE}. They will meet."
    assert f"Whole article, {len(text)} characters · The wire" in words(visit)
    assert text in words(visit)
    assert "evil" not in markdown_of(visit)


def test_very_long_article_is_cut_and_says_so(
    news: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    news.feeds.change("wire", full_text=True)
    monkeypatch.setattr(Network, "extract_article", lambda self, page: ("long " * 20_000, ""))
    news.feeds.read_articles()
    visit = open_page(news, "inbox")
    assert "Whole article, 100,000 characters, the first 30,000" in words(visit)
    assert words(visit).count("long ") == 6_000


# Silence behind a question


def test_silent_feeds_of_a_question(news: Tracker, clock: FakeClock) -> None:
    # A question whose feeds are well says nothing of them.
    assert drawers(open_page(news, "question", q=SUMMIT)) == ["Comments"]
    # A question says when feeds that should carry its evidence are silent.
    news.feeds.pause("wire")
    visit = open_page(news, "question", q=SUMMIT)
    silence = "The one feed that should carry its evidence is silent"
    assert drawers(visit) == [silence, "Comments"]
    (silent,) = [e for e in visit.expander if "silent" in e.label]
    assert [t.value for t in silent.text] == ["paused: paused by hand"]
    assert [plain(link.proto.label) for link in visit.get("page_link")] == ["The wire"]
    # Silence is no news in a replay, nor once the answer is known.
    clock.advance(days=1)
    news.resolutions.resolve(
        SUMMIT, "yes", source_url="https://arland.example/", known_at=NOW + timedelta(hours=2)
    )
    assert "silent" not in " ".join(drawers(open_page(news, "question", q=SUMMIT)))
