"""Feeds become rows, and their days become charts."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard import charts
from dashboard.components.rows import LinkCell, TextCell
from dashboard.components.visit import Visit
from dashboard.feeds import data
from dashboard.feeds.feed_rows import build_feed_row, build_item_row
from dashboard.feeds.subscribe import FeedTrial, build_trial_rows, summarise_trial, trial_verdict
from dashboard.inbox.data import list_item_versions
from dashboard.wording.numbers import NBSP
from forecasts.evidence.matcher_record import Precision
from forecasts.questions.question import QuestionId
from tests.builders import an_item
from tests.dashboard.examples import NOW, OPENS, a_day, copy, days, feed
from tests.dashboard.test_charts import fields, layers
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.feeds.discovery.feed_links import FeedCandidate
from tracker.feeds.fetch_results import Fetched
from tracker.feeds.item import FeedId, Item, ItemId, ItemRevision
from tracker.feeds.parsing.parsed_feed import ParsedFeed
from tracker.model.evidence import MatcherRecord
from tracker.model.feed_read_models import FeedHealth, Trial, TrialMatch

DAYS = (
    a_day(40, polls=9, new_items=99),
    a_day(3, polls=10, not_modified=7, failed=1, new_items=4, changed_items=1, bytes=45_000),
    a_day(1, polls=10, not_modified=10, new_items=0),
    a_day(0, polls=2, not_modified=1, new_items=3),
)

# All feeds


def test_feeds_are_listed_worst_first() -> None:
    states = ("ok", "quiet", "paused", "new", "failing", "late")
    rows = [feed(state, state) for state in states]  # type: ignore[arg-type]
    sorted_ones = data.sort_worst_first(rows)
    assert [f.health for f in sorted_ones] == ["failing", "paused", "late", "quiet", "new", "ok"]
    assert [f.health for f in data.list_unhealthy_feeds(rows)] == ["failing", "paused", "quiet"]


VISIT = Visit(cast(Tracker, None), {}, NOW, ZoneInfo("UTC"), None)


def row_of(given: FeedHealth, **options: bool) -> dict[str, Any]:
    """What stands in the row of a feed."""
    record = MatcherRecord({}, {}, {"down": Precision(10, 13)}, {}, None)
    cells = build_feed_row(VISIT, given, record, **options).cells
    texts = {name: cell.text for name, cell in cells.items() if isinstance(cell, TextCell)}
    return {**cells, **{name: text.replace(NBSP, " ") for name, text in texts.items()}}


def test_row_of_a_feed() -> None:
    down = feed("down", "failing", NOW - days(3), last_error="timed out", failures=4, days=DAYS)
    row = row_of(down)
    assert (row["title"].text, row["title"].note, row["title"].href) == (
        "Down",
        "timed out",
        "feeds?feed=down",
    )
    assert (row["state"], row["answer"], row["next"]) == ("failing", "3 days ago", "in 30 minutes")
    assert (row["items"], row["accepted"]) == ("2", "10 of 13")
    # The line has a point for each of 28 days and ends today.
    assert len(row["trend"].points) == 28
    assert row["trend"].points[-4:] == (4, 0, 0, 3)
    assert row["trend"].text == "0 to 4 new items a day"
    # Where all fail for one reason, it stands above the list.
    assert row_of(down, with_problem=False)["title"].note == ""
    # A feed that was never checked claims nothing.
    row = row_of(feed("a", "new", None, last_attempt_at=None))
    assert (row["state"], row["answer"]) == ("waiting", "never")
    assert not {"trend", "items", "accepted"} & set(row)
    # A paused feed has no next check, and an overdue one is due now.
    assert "next" not in row_of(feed("a", "paused", paused_why="paused by hand"))
    assert row_of(feed("a", next_due_at=NOW - days(1)))["next"] == "due now"


@check_rows(
    [
        ({"paused_why": "gone", "last_error": "HTTP 410"}, "gone"),
        ({"last_error": "HTTP 500", "silence": "failing since"}, "HTTP 500"),
        ({"silence": "nothing new since"}, "nothing new since"),
        (
            {"moved_to": "https://new.example"},
            "Its server announced that it moved to https://new.example",
        ),
        ({}, ""),
    ]
)
def test_a_row_tells_the_weightiest_problem(state: dict[str, str], note: str) -> None:
    assert row_of(feed("a", **state))["title"].note == note


# One feed


def test_feed_days_and_charts() -> None:
    # Every day has a row also one without a poll, in UTC whatever the clock says.
    frame = data.days_frame(DAYS, NOW)
    assert len(frame) == 28
    assert frame["day"].iloc[-1] == pd.Timestamp(NOW.date(), tz="UTC")
    assert frame.equals(data.days_frame(DAYS, datetime(2026, 7, 1, 23, 30, tzinfo=UTC)))
    row = frame.iloc[-4]
    assert (row["new"], row["edited"], row["polls"], row["size"]) == (4, 1, 10, "45\u00a0kB")
    assert (row["unchanged"], frame["unchanged"].iloc[0]) == ("70%", "")
    assert set(frame["usual"]) == {2.0}
    # The chart of a feed reads columns of its frames, and draws days in UTC for every viewer.
    brought = charts.daily_items_chart()
    for layer in layers(brought):
        assert layer["data"]["name"] == "days"
        assert fields(layer["encoding"]) <= {*frame.columns, "series"}
    assert json.loads(json.dumps(brought)) == brought
    assert brought["layer"][0]["encoding"]["x"]["timeUnit"].startswith("utc")


def test_polls_are_summed_up() -> None:
    state = feed("a", recent="200 304 304 -", last_bytes=45_000).state
    assert data.describe_polls(state, DAYS).replace(NBSP, " ") == (
        "31 checks in four weeks: 58% not modified, 1 failed. Last document: 45 kB. Latest "
        "answers, oldest first: 200, 304 ×2, no answer."
    )
    assert data.describe_polls(state, ()) == "Not checked in four weeks."


def an_entry(**more: Any) -> Item:
    values = {"title": "Headline", "url": "https://example.org/1", "published_at": None, **more}
    return Item(ItemId(1), FeedId("wire"), values.pop("title"), "", first_seen_at=NOW, **values)


def test_rows_of_items() -> None:
    for date_note, same_as, note in (
        ("", None, ""),
        ("missing", None, ""),
        ("unreadable", None, "date cannot be read"),
        ("future", ItemId(7), "date in the future, repeats an earlier item"),
    ):
        title = build_item_row(VISIT, an_entry(date_note=date_note, same_as=same_as)).cells["title"]
        assert isinstance(title, LinkCell)
        assert (title.text, title.note, title.href) == ("Headline", note, "https://example.org/1")
    # Only a web address is a link.
    for url in ("javascript:alert(1)", ""):
        row = build_item_row(VISIT, an_entry(url=url))
        assert isinstance(row.cells["title"], TextCell)


# Trials


GOT = Fetched(
    FeedId(""), "https://a.example/rss", 200, b"x" * 45_000, "application/rss+xml", None, None, 0.0
)
MATCH = TrialMatch("Envoy travels", QuestionId("xi"), "An envoy visits", ("envoy", "Kyiv"))
CANDIDATES = (
    FeedCandidate("https://a.example/rss", "News", "link"),
    FeedCandidate("https://a.example/feed", "", "guess"),
)


def a_trial(**more: Any) -> FeedTrial:
    values = {"parsed": None, "reason": "", "candidates": (), "matches": (), **more}
    return summarise_trial(Trial("https://a.example", GOT, **values))


def test_a_trial_keeps_a_preview_and_not_the_document() -> None:
    items = tuple(an_item(f"Headline {n}", content="c" * 20_000) for n in range(30))
    found = a_trial(parsed=ParsedFeed("Wire", items, "odd"), matches=(MATCH, MATCH))
    assert (found.title, found.count, found.problem, len(found.entries)) == ("Wire", 30, "odd", 8)
    assert "c" * 100 not in repr(found)
    assert (
        trial_verdict(found).replace(NBSP, " ")
        == "**30 entries**; 1 would be evidence on your open questions today."
    )
    # What would be evidence comes first, with its question.
    rows = build_trial_rows(found, {"xi": "Will Xi?"})
    assert len(rows) == 8
    title, question = rows[0].cells["title"], rows[0].cells["question"]
    assert isinstance(title, TextCell)
    assert isinstance(question, LinkCell)
    assert (title.text, title.note) == ("Envoy travels", "Matched words: envoy, Kyiv")
    assert (question.text, question.href) == ("Will Xi?", "question?q=xi")
    assert question.note.replace(NBSP, " ") == "and 1 more question"


def test_a_verdict_tells_no_feed_from_a_page() -> None:
    assert trial_verdict(a_trial(reason="timed out")) == "**No feed here.**"
    page = a_trial(reason="an HTML page, not a feed", candidates=CANDIDATES)
    assert trial_verdict(page).startswith("**A page, not a feed.** Choose one")
    # Feeds that a page names come before guesses, which stand alone.
    assert page.candidates == CANDIDATES[:1]
    assert a_trial(candidates=CANDIDATES[1:]).candidates == CANDIDATES[1:]
    empty = a_trial(parsed=ParsedFeed("", (), None))
    assert empty.title == "A feed without a title"
    assert "none would be evidence" in trial_verdict(empty)


# Versions


def a_revision(hours: float, title: str, summary: str = "", content: str = "") -> ItemRevision:
    return ItemRevision(
        ItemId(1), OPENS + timedelta(hours=hours), title, summary, content, "", None
    )


def test_item_versions() -> None:
    # Every version says what is different the oldest first.
    edits = (
        a_revision(25, "Envoy may travel"),
        a_revision(26, "Envoy may travel", "It is said."),
        a_revision(27, "Envoy stays", "It is denied."),
        a_revision(28, "Envoy stays", "It is denied.", "And more."),
    )
    found = list_item_versions(copy(1, "Envoy travels", revisions=edits))
    assert [v.change for v in found] == [
        "first seen",
        "headline changed",
        "summary changed",
        "headline and summary changed",
        "text changed",
    ]
    assert [v.title for v in found] == [
        "Envoy travels",
        "Envoy may travel",
        "Envoy may travel",
        *["Envoy stays"] * 2,
    ]
    assert [v.summary for v in found] == ["", "", "It is said.", "It is denied.", ""]
    assert [v.seen_at for v in found] == sorted(v.seen_at for v in found)
    # An item that was never edited has one version.
    (only,) = list_item_versions(copy(1, "Envoy travels"))
    assert only.change == "first seen"
