"""Feeds in order of trouble, and data frames of the days of one."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

import pandas as pd

from dashboard.components.frames import build_frame
from dashboard.wording.feeds import HEALTH_LABELS, format_answer_runs, format_bytes
from dashboard.wording.numbers import percent_whole, plural
from tracker.feeds.feed import FeedState
from tracker.feeds.scheduling.feed_health import USUAL_ITEMS_DAYS, Health, compute_usual_items
from tracker.feeds.scheduling.first_start import was_paused_at_start
from tracker.feeds.scheduling.polling import DayCount
from tracker.model.feed_read_models import FeedHealth

_UNHEALTHY: Final[tuple[Health, ...]] = ("failing", "paused", "quiet")
"""States that need attention; lateness is due to polling, not to the feed."""


def sort_worst_first(feeds: Sequence[FeedHealth]) -> tuple[FeedHealth, ...]:
    """Sort feeds by health, worst first, then by title."""
    order = list(HEALTH_LABELS)
    return tuple(sorted(feeds, key=lambda f: (order.index(f.health), f.state.feed.title.lower())))


def list_unhealthy_feeds(feeds: Sequence[FeedHealth]) -> tuple[FeedHealth, ...]:
    """List the feeds that need attention, worst first; not those that never answered here."""
    return tuple(
        feed
        for feed in sort_worst_first(feeds)
        if feed.health in _UNHEALTHY and not was_paused_at_start(feed.state)
    )


def describe_problem(feed: FeedHealth) -> str:
    """Return why a feed is paused, failing or silent, in foreign text; "" if it is healthy."""
    return feed.state.paused_why or feed.state.last_error or feed.silence


def list_days(days: Sequence[DayCount], now: datetime) -> list[DayCount]:
    """List the last 28 days (UTC), those without a poll included."""
    by_day = {count.day: count for count in days}
    today = now.astimezone(UTC).date()
    dates = [today - timedelta(days=back) for back in range(USUAL_ITEMS_DAYS - 1, -1, -1)]
    return [by_day.get(day, DayCount(day)) for day in dates]


def days_frame(days: Sequence[DayCount], now: datetime) -> pd.DataFrame:
    """One row for each of the last 28 days (UTC), also for those without a poll. Columns:

    day (its midnight), new and edited (items), usual (new items of the median day), polls,
    unchanged (share of "not modified" in words, empty without polls), size (of all documents).
    """
    usual = compute_usual_items(days, now).usual
    rows = (
        (
            datetime.combine(count.day, time(), UTC),
            count.new_items,
            count.changed_items,
            usual,
            count.polls,
            percent_whole(count.not_modified / count.polls) if count.polls else "",
            format_bytes(count.bytes),
        )
        for count in list_days(days, now)
    )
    return build_frame("day:time new:int edited:int usual:float polls:int unchanged size", rows)


def describe_polls(state: FeedState, days: Sequence[DayCount]) -> str:
    """Sum up how the polls of four weeks ended, and list the last answers."""
    polls, unchanged, failed = (
        sum(getattr(day, name) for day in days) for name in ("polls", "not_modified", "failed")
    )
    if not polls:
        return "Not checked in four weeks."
    size = f" Last document: {format_bytes(state.last_bytes)}." if state.last_bytes else ""
    checks, share = plural(polls, "check"), percent_whole(unchanged / polls)
    return (
        f"{checks} in four weeks: {share} not modified, {failed:,} failed.{size} Latest answers, "
        f"oldest first: {format_answer_runs(state.recent)}."
    )
