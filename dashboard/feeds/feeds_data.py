"""Data frame of all feeds, unhealthy ones first."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pandas as pd

from dashboard.components.columns_data import TIME, build_frame
from dashboard.wording import HEALTH_LABELS, format_answer_runs, format_duration, redirect_notice
from tracker.feeds.scheduling.budget import explain_next_poll
from tracker.feeds.scheduling.health import (
    USUAL_ITEMS_DAYS,
    DayCount,
    Health,
    compute_not_modified_share,
    compute_usual_items,
)
from tracker.model.read_models import FeedHealth

_HEALTH_RANK: Final[dict[Health, int]] = {
    "failing": 0,
    "paused": 1,
    "late": 2,
    "quiet": 3,
    "new": 4,
    "ok": 5,
}
_UNHEALTHY: Final[tuple[Health, ...]] = ("failing", "paused", "quiet")
"""Health states of a single feed that need attention. Lateness is due to polling, not to the
feed.
"""


def poll_button_label(health: Health) -> str:
    """Return the label of the button that requests a poll."""
    return "Try again" if health in ("failing", "paused") else "Ask now"


def sort_worst_first(feeds: Sequence[FeedHealth]) -> tuple[FeedHealth, ...]:
    """Sort feeds by health, worst first, then by title."""
    return tuple(sorted(feeds, key=lambda f: (_HEALTH_RANK[f.health], f.state.feed.title.lower())))


def list_unhealthy_feeds(feeds: Sequence[FeedHealth]) -> tuple[FeedHealth, ...]:
    """List the feeds that need attention, worst first."""
    return tuple(feed for feed in sort_worst_first(feeds) if feed.health in _UNHEALTHY)


def describe_problem(feed: FeedHealth) -> str:
    """Return the reason why a feed is paused, failing or silent; "" if it is healthy.

    Contains text from servers and feeds: show it as plain text only.
    """
    return feed.state.paused_why or feed.state.last_error or feed.silence


def count_daily_items(days: Sequence[DayCount], now: datetime) -> list[int]:
    """Count the new items of each of the last 28 days (UTC), today last."""
    today = now.astimezone(UTC).date()
    new = {day.day: day.new_items for day in days}
    return [
        new.get(today - timedelta(days=back), 0) for back in range(USUAL_ITEMS_DAYS - 1, -1, -1)
    ]


def feeds_frame(feeds: Sequence[FeedHealth], now: datetime) -> pd.DataFrame:
    """One row per feed, in the given order. Columns:

    id, health (shape and word), title, theme, daily (list: new items of each of 28 days), yesterday
    (new items of the last whole day, UTC) and usual (median day), success (last answer, empty for
    never), lag (time since then in words), next (empty while paused), why (reason of that time),
    unchanged (percent of answers "not modified", empty without any), answers (the last ones), ask
    (label of its button), note (problem or redirect), items and evidence (of seven days), ever
    (items in all).
    """
    types = {
        "id": "str",
        "health": "str",
        "title": "str",
        "theme": "str",
        "daily": "object",
        "yesterday": "float64",
        "usual": "float64",
        "success": TIME,
        "lag": "str",
        "next": TIME,
        "why": "str",
        "unchanged": "float64",
        "answers": "str",
        "ask": "str",
        "note": "str",
        "items": "int64",
        "evidence": "int64",
        "ever": "int64",
    }
    return build_frame(types, (_feed_row(feed, now) for feed in feeds))


def _feed_row(feed: FeedHealth, now: datetime) -> tuple[Any, ...]:
    state = feed.state
    usual, share = compute_usual_items(feed.days, now), compute_not_modified_share(feed.days)
    return (
        state.id,
        HEALTH_LABELS[feed.health],
        state.feed.title,
        state.feed.theme.replace("_", " "),
        count_daily_items(feed.days, now),
        usual.last_day if feed.days else None,
        usual.usual if feed.days else None,
        state.last_success_at,
        format_duration(now - state.last_success_at) if state.last_success_at else "never",
        None if state.paused else state.next_due_at,
        "" if state.paused else explain_next_poll(state),
        None if share is None else 100 * share,
        format_answer_runs(state.recent),
        poll_button_label(feed.health),
        describe_problem(feed) or redirect_notice(state, now),
        feed.items_7d,
        feed.evidence_7d,
        state.items_seen,
    )
