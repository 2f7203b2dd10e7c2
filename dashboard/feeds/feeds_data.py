"""All feeds: trouble first, one row a feed, and its days as a small picture."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pandas as pd

from dashboard.components.columns_data import TIME, frame_of
from dashboard.wording import HEALTH, answers_in_a_row, moving, span
from tracker.feeds.scheduling.budget import reason
from tracker.feeds.scheduling.health import (
    USUAL_OVER_DAYS,
    DayCount,
    Health,
    share_not_modified,
    usual_items,
)
from tracker.model.read_models import FeedHealth

_WORST_FIRST: Final[dict[Health, int]] = {
    "failing": 0,
    "paused": 1,
    "late": 2,
    "quiet": 3,
    "new": 4,
    "ok": 5,
}
_TROUBLE: Final[tuple[Health, ...]] = ("failing", "paused", "quiet")
"""States of a single feed that somebody should look at. When feeds are late, nobody polls: that is
no feed's fault.
"""


def asks(health: Health) -> str:
    """What the button is called that lets the next round ask a feed."""
    return "Try again" if health in ("failing", "paused") else "Ask now"


def worst_first(feeds: Sequence[FeedHealth]) -> tuple[FeedHealth, ...]:
    """Trouble before calm, then by title."""
    return tuple(sorted(feeds, key=lambda f: (_WORST_FIRST[f.health], f.state.feed.title.lower())))


def troubled(feeds: Sequence[FeedHealth]) -> tuple[FeedHealth, ...]:
    """The feeds that somebody should look at, the worst first."""
    return tuple(feed for feed in worst_first(feeds) if feed.health in _TROUBLE)


def what_is_wrong(feed: FeedHealth) -> str:
    """Why it is paused, how it fails, what is odd about it, or why nothing comes of it; "" when all
    is well.

    Servers and feeds have their words in it: show it as plain text only.
    """
    return feed.state.paused_why or feed.state.last_error or feed.silence


def daily_items(days: Sequence[DayCount], now: datetime) -> list[int]:
    """New items of each of the last 28 days (UTC), today's at the end."""
    today = now.astimezone(UTC).date()
    new = {day.day: day.new_items for day in days}
    return [new.get(today - timedelta(days=back), 0) for back in range(USUAL_OVER_DAYS - 1, -1, -1)]


def feeds_frame(feeds: Sequence[FeedHealth], now: datetime) -> pd.DataFrame:
    """One row a feed, in the order given. Columns:

    id, health (shape and word), title, theme, daily (list: new items of each of 28 days), yesterday
    (new items of the last whole day, UTC) and usual (of the median day), success (last answer,
    empty for never), lag (time since then in words), next (empty while paused), why (then),
    unchanged (percent of answers "not modified", empty without any), answers (the last ones), ask
    (what its button is called), note (what is wrong, or where it moves), items and evidence (of
    seven days), ever (items in all).
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
    return frame_of(types, (_row(feed, now) for feed in feeds))


def _row(feed: FeedHealth, now: datetime) -> tuple[Any, ...]:
    state = feed.state
    found, share = usual_items(feed.days, now), share_not_modified(feed.days)
    return (
        state.id,
        HEALTH[feed.health],
        state.feed.title,
        state.feed.theme.replace("_", " "),
        daily_items(feed.days, now),
        found.last_day if feed.days else None,
        found.usual if feed.days else None,
        state.last_success_at,
        span(now - state.last_success_at) if state.last_success_at else "never",
        None if state.paused else state.next_due_at,
        "" if state.paused else reason(state),
        None if share is None else 100 * share,
        answers_in_a_row(state.recent),
        asks(feed.health),
        what_is_wrong(feed) or moving(state, now),
        feed.items_7d,
        feed.evidence_7d,
        state.items_seen,
    )
