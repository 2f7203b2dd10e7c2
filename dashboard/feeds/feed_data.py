"""Data frames of one feed: days, newest items and settings."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import pandas as pd

from dashboard.components.columns_data import TIME, build_frame
from dashboard.wording import DATE_NOTES, format_bytes, percent_whole, safe_web_link
from tracker.feeds.feed import Feed
from tracker.feeds.item import Item
from tracker.feeds.scheduling.health import USUAL_ITEMS_DAYS, DayCount

POLL_OUTCOMES: Final = ("new document", "not modified", "failed")
"""Possible outcomes of a poll."""


def days_frame(days: Sequence[DayCount], now: datetime) -> pd.DataFrame:
    """One row for each of the last 28 days (UTC), also for those without a poll. Columns:

    day (its midnight), new and edited (items), polls, unchanged (share of "not modified" in words,
    empty without polls), size (of all documents, in words).
    """
    types = {
        "day": TIME,
        "new": "int64",
        "edited": "int64",
        "polls": "int64",
        "unchanged": "str",
        "size": "str",
    }
    return build_frame(types, (_day_row(at, count) for at, count in _list_days(days, now)))


def _day_row(at: datetime, count: DayCount) -> tuple[Any, ...]:
    share = percent_whole(count.not_modified / count.polls) if count.polls else ""
    return at, count.new_items, count.changed_items, count.polls, share, format_bytes(count.bytes)


def polls_frame(days: Sequence[DayCount], now: datetime) -> pd.DataFrame:
    """Outcomes of the polls of each day. Columns: day, outcome (`new document`, `not modified` or
    `failed`), rank (its place), polls.
    """
    types = {"day": TIME, "outcome": "str", "rank": "int64", "polls": "int64"}
    rows = [
        (at, outcome, rank, polls)
        for at, count in _list_days(days, now)
        for rank, (outcome, polls) in enumerate(
            zip(POLL_OUTCOMES, _outcome_counts(count), strict=True)
        )
        if polls
    ]
    return build_frame(types, rows)


def _outcome_counts(count: DayCount) -> tuple[int, int, int]:
    return max(0, count.polls - count.not_modified - count.failed), count.not_modified, count.failed


def _list_days(days: Sequence[DayCount], now: datetime) -> list[tuple[datetime, DayCount]]:
    by_day = {count.day: count for count in days}
    today = now.astimezone(UTC).date()
    dates = [today - timedelta(days=back) for back in range(USUAL_ITEMS_DAYS - 1, -1, -1)]
    return [(datetime.combine(day, time(), UTC), by_day.get(day, DayCount(day))) for day in dates]


def usual_items_frame(usual: float) -> pd.DataFrame:
    """The usual number of new items a day, as a line of a chart. Columns: usual."""
    return build_frame({"usual": "float64"}, [(usual,)])


def items_frame(items: Sequence[Item]) -> pd.DataFrame:
    """The newest items. Columns:

    seen (first), published (as claimed by the feed, or empty), note (problem of its date, or that
    it repeats another), title (feed text), url (empty if unsafe).
    """
    types = {"seen": TIME, "published": TIME, "note": "str", "title": "str", "url": "str"}
    return build_frame(types, (_item_row(item) for item in items))


def _item_row(item: Item) -> tuple[Any, ...]:
    notes = (
        DATE_NOTES[item.date_note],
        "repeats an earlier item" if item.same_as is not None else "",
    )
    return (
        item.first_seen_at,
        item.published_at,
        ", ".join(filter(None, notes)),
        item.title,
        safe_web_link(item.url),
    )


def list_feed_settings(feed: Feed) -> tuple[str, ...]:
    """List a feed's settings in words. They contain feed text: show as plain text only."""
    return (
        f"grade {feed.grade}",
        f"group {feed.source_group}",
        *([f"theme {feed.theme}"] if feed.theme else []),
        *([f"importance {feed.importance:g}"] if feed.importance != 1 else []),
        "interval learned"
        if feed.every_minutes is None
        else f"asked every {feed.every_minutes:g} minutes",
        *([f"at most {feed.max_megabytes:g} MB"] if feed.max_megabytes is not None else []),
        *([f"user agent “{feed.user_agent}”"] if feed.user_agent else []),
        *(["whole articles of items that match"] if feed.full_text else []),
    )
