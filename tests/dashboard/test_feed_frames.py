"""Feeds become frames, and their days become charts."""

import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from dashboard import charts
from dashboard.feeds import data
from dashboard.feeds.data import (
    FeedTrial,
    candidate_label,
    describe_fetch_result,
    summarise_trial,
    trial_matches_frame,
    trial_verdict,
)
from dashboard.inbox.data import list_item_versions
from forecasts.questions.question import QuestionId
from tests.builders import an_item
from tests.dashboard.examples import NOW, OPENS, a_day, copy, days, feed
from tests.dashboard.test_charts import fields, layers
from tracker.feeds.discovery.feed_links import FeedCandidate
from tracker.feeds.feed import Feed
from tracker.feeds.fetch_results import Deferred, Fetched, FetchFailed, FetchResult, NotModified
from tracker.feeds.item import FeedId, Item, ItemId, ItemRevision
from tracker.feeds.parsing.parsed_feed import ParsedFeed
from tracker.model.read_models import Trial, TrialMatch

DAYS = (
    a_day(40, polls=9, new_items=99),
    a_day(3, polls=10, not_modified=7, failed=1, new_items=4, changed_items=1, bytes=45_000),
    a_day(1, polls=10, not_modified=10, new_items=0),
    a_day(0, polls=2, not_modified=1, new_items=3),
)

# All feeds


def test_feeds_frame() -> None:
    # Trouble comes first and calm last.
    states = ("ok", "quiet", "paused", "new", "failing", "late")
    rows = [feed(state, state) for state in states]  # type: ignore[arg-type]
    sorted_ones = data.sort_worst_first(rows)
    assert [f.health for f in sorted_ones] == ["failing", "paused", "late", "quiet", "new", "ok"]
    assert [f.health for f in data.list_unhealthy_feeds(rows)] == [
        "failing",
        "paused",
        "quiet",
    ]
    # A feed is one row with its lag and its next poll.
    down = feed(
        "down",
        "failing",
        NOW - days(3),
        last_error="timed out",
        failures=4,
        recent="200 - - -",
        days=DAYS,
    )
    row = data.feeds_frame([down], NOW).iloc[0]
    assert (row["health"], row["lag"], row["note"]) == ("✗ failing", "3\u00a0days", "timed out")
    assert (row["next"], row["why"]) == (
        NOW + timedelta(minutes=30),
        "about 12 items a day: asked every 35 min or so",
    )
    assert row["answers"] == "200, no answer ×3"
    assert row["unchanged"] == pytest.approx(100 * 18 / 31)
    # The last whole day is held against the usual one.
    row = data.feeds_frame([feed("a", days=DAYS)], NOW).iloc[0]
    assert (row["yesterday"], row["usual"]) == (0, 2.0)
    # A feed that was never asked claims nothing.
    row = data.feeds_frame([feed("a", "new", None, recent="", last_attempt_at=None)], NOW).iloc[0]
    assert row["lag"] == "never"
    assert all(pd.isna(row[name]) for name in ("success", "yesterday", "usual", "unchanged"))
    assert row["daily"] == [0] * 28
    # A paused feed has no next poll but a reason why not.
    row = data.feeds_frame([feed("a", "paused", paused_why="paused by hand")], NOW).iloc[0]
    assert pd.isna(row["next"])
    assert (row["why"], row["note"]) == ("", "paused by hand")
    # The small picture has a place for each of 28 days and ends today.
    daily = data.count_daily_items(DAYS, NOW)
    assert len(daily) == 28
    assert daily[-4:] == [4, 0, 0, 3]
    assert sum(daily) == 7
    # Days are those of utc whatever the clock says.
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert data.count_daily_items(DAYS, late) == data.count_daily_items(DAYS, NOW)
    # No feeds make an empty frame with the same columns.
    empty, full = (
        data.feeds_frame([], NOW),
        data.feeds_frame([feed("a", days=DAYS)], NOW),
    )
    assert list(empty.dtypes.items()) == list(full.dtypes.items())


def test_what_is_wrong_is_said_by_what_weighs_most() -> None:
    for state, note in (
        ({"paused_why": "gone", "last_error": "HTTP 410"}, "gone"),
        ({"last_error": "HTTP 500", "silence": "failing since"}, "HTTP 500"),
        ({"silence": "nothing new since"}, "nothing new since"),
        (
            {"moved_to": "https://new.example"},
            "Its server has said that it moved for good to https://new.example",
        ),
        ({}, ""),
    ):
        assert data.feeds_frame([feed("a", **state)], NOW)["note"].iloc[0] == note


# One feed


def test_feed_days_and_charts() -> None:
    # Every day has a row also one without a poll.
    frame = data.days_frame(DAYS, NOW)
    assert len(frame) == 28
    assert frame["day"].iloc[-1] == pd.Timestamp(NOW.date(), tz="UTC")
    row = frame.iloc[-4]
    assert (row["new"], row["edited"], row["polls"], row["size"]) == (4, 1, 10, "45\u00a0kB")
    assert (row["unchanged"], frame["unchanged"].iloc[0]) == ("70%", "")
    # The polls of a day add up whatever they came to.
    frame = data.polls_frame(DAYS, NOW)
    assert frame.groupby("day")["polls"].sum().tolist() == [10, 10, 2]
    first = frame[frame["day"] == pd.Timestamp(NOW.date() - timedelta(days=3), tz="UTC")]
    assert dict(zip(first["outcome"], first["polls"], strict=True)) == {
        "new document": 2,
        "not modified": 7,
        "failed": 1,
    }
    assert data.polls_frame((), NOW).dtypes.to_dict() == frame.dtypes.to_dict()
    # The charts of a feed read columns of their frames.
    frames = {
        "days": data.days_frame(DAYS, NOW).assign(series=""),
        "usual": data.usual_items_frame(2.0).assign(series=""),
        "polls": data.polls_frame(DAYS, NOW),
    }
    brought, asked = charts.daily_items_chart(), charts.daily_polls_chart(data.POLL_OUTCOMES)
    for layer in layers(brought):
        assert fields(layer["encoding"]) <= set(frames[layer["data"]["name"]].columns)
    assert fields(asked["encoding"]) <= set(frames["polls"].columns)
    assert asked["encoding"]["color"]["scale"]["domain"] == list(data.POLL_OUTCOMES)
    assert json.loads(json.dumps([brought, asked])) == [brought, asked]
    # Days are drawn in utc for every viewer.
    assert charts.daily_polls_chart(data.POLL_OUTCOMES)["encoding"]["x"]["timeUnit"].startswith(
        "utc"
    )
    assert charts.daily_items_chart()["layer"][0]["encoding"]["x"]["timeUnit"].startswith("utc")


def an_entry(number: int, **more: object) -> Item:
    values = {
        "title": "Headline",
        "url": "https://example.org/1",
        "published_at": None,
        "first_seen_at": NOW,
        **more,
    }
    return Item(ItemId(number), FeedId("wire"), values.pop("title"), "", **values)  # type: ignore[arg-type]


def test_item_notes_and_links() -> None:
    # What is odd about a date is said.
    notes = ("", "missing", "unreadable", "future")
    frame = data.items_frame([an_entry(n, date_note=note) for n, note in enumerate(notes)])
    assert list(frame["note"]) == ["", "no date given", "date cannot be read", "date in the future"]
    # A repeated item is said to be one.
    frame = data.items_frame([an_entry(1, date_note="missing", same_as=ItemId(7))])
    assert frame["note"].iloc[0] == "no date given, repeats an earlier item"
    # Only a web address is offered.
    frame = data.items_frame(
        [an_entry(1), an_entry(2, url="javascript:alert(1)"), an_entry(3, url="")]
    )
    assert frame["url"].dropna().to_dict() == {0: "https://example.org/1"}


def test_feed_settings_in_words() -> None:
    usual = Feed(FeedId("a"), "A", "https://a.example", "a")
    assert data.list_feed_settings(usual) == ("grade C", "group a", "interval learned")
    odd = Feed(
        FeedId("a"), "A", "https://a.example", "a", grade="A", theme="energy", importance=2.5, every_minutes=15.0,
        user_agent="ours", max_megabytes=2.0, full_text=True,
    )  # fmt: skip
    assert data.list_feed_settings(odd) == (
        "grade A",
        "group a",
        "theme energy",
        "importance 2.5",
        "asked every 15 minutes",
        "at most 2 MB",
        "user agent “ours”",
        "whole articles of items that match",
    )


# Trials


BODY = b"x" * 45_000
GOT = Fetched(
    FeedId(""),
    "https://a.example/rss",
    200,
    BODY,
    "application/rss+xml",
    None,
    None,
    0.0,
    seconds=0.25,
)
MATCH = TrialMatch("Envoy travels", QuestionId("xi"), "An envoy visits", ("envoy", "Kyiv"))


def a_trial(result: FetchResult = GOT, **more: object) -> FeedTrial:
    values = {"parsed": None, "reason": "", "candidates": (), "matches": (), **more}
    return summarise_trial(Trial("https://a.example", result, **values))  # type: ignore[arg-type]


def test_trial_results_in_words() -> None:
    for result, told in (
        (GOT, "HTTP 200 · 45 kB in 0.25 s · application/rss+xml · https://a.example/rss"),
        (
            Fetched(
                FeedId(""), "https://b.example", 200, b"", "", None, None, 0.0, "https://b.example"
            ),
            (
                "HTTP 200 · 0 bytes in 0.00 s · no content type · https://b.example · moved for "
                "good to https://b.example"
            ),
        ),
        (FetchFailed(FeedId(""), "timed out"), "timed out"),
        (Deferred(FeedId(""), 3.0, "enough for the moment"), "enough for the moment"),
        (NotModified(FeedId(""), 0.0), "not modified"),
    ):
        assert describe_fetch_result(result).replace("\u00a0", " ") == told


def test_trial_preview_and_verdict() -> None:
    # A trial keeps a preview and not the document.
    items = tuple(an_item(f"Headline {n}", content="c" * 20_000) for n in range(30))
    found = a_trial(parsed=ParsedFeed("Wire", items, "odd"), matches=(MATCH, MATCH))
    assert (found.title, found.entries, found.odd, len(found.preview)) == ("Wire", 30, "odd", 10)
    assert "c" * 100 not in repr(found)
    assert (
        trial_verdict(found).replace("\u00a0", " ")
        == "**A feed with 30 entries**; 2 matches with 1 open question."
    )
    row = trial_matches_frame(found, {QuestionId("xi"): "Will Xi?"}).iloc[0]
    assert list(row) == ["Envoy travels", "Will Xi?", "An envoy visits", "envoy, Kyiv"]
    assert trial_matches_frame(found, {})["question"].iloc[0] == "xi"
    # A verdict tells no feed from no answer.
    assert trial_verdict(a_trial(reason="an HTML page, not a feed")) == "**This is no feed.**"
    assert (
        trial_verdict(a_trial(FetchFailed(FeedId(""), "timed out")))
        == "**Nothing could be read there.**"
    )
    empty = a_trial(parsed=ParsedFeed("", (), None))
    assert empty.title == "A feed without a title"
    assert "**A feed with 0\u00a0entries**; none would be evidence" in trial_verdict(empty)
    # A guess is called one.
    assert (
        candidate_label(FeedCandidate("https://a.example/feed", "", "guess"))
        == "https://a.example/feed (a guess)"
    )
    assert (
        candidate_label(FeedCandidate("https://a.example/rss", "News", "link"))
        == "https://a.example/rss · News"
    )


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
