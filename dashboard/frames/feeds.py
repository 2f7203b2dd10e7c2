"""Feed health: counts for the headline, one row a feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from dashboard.frames.columns import TIME, frame_of
from dashboard.wording import HEALTH
from tracker.summaries import FeedHealth

_WORST_FIRST: Final = {"failing": 0, "paused": 1, "late": 2, "new": 3, "ok": 4}


@dataclass(frozen=True, slots=True)
class Answering:
    """How many feeds there are, how many answered in the last day, and which trouble there is."""

    feeds: int
    answered: int
    failing: int
    late: int
    new: int
    paused: int


def answering(feeds: Sequence[FeedHealth], now: datetime) -> Answering:
    """Count the feeds by state."""
    states = [feed.health for feed in feeds]
    day = now - timedelta(days=1)
    return Answering(
        feeds=len(feeds),
        answered=sum(f.state.last_success_at is not None and f.state.last_success_at >= day for f in feeds),
        failing=states.count("failing"),
        late=states.count("late"),
        new=states.count("new"),
        paused=states.count("paused"),
    )


def worst_first(feeds: Sequence[FeedHealth]) -> tuple[FeedHealth, ...]:
    """Trouble before calm, then by title."""
    return tuple(sorted(feeds, key=lambda f: (_WORST_FIRST[f.health], f.state.title.lower())))


def feeds_frame(feeds: Sequence[FeedHealth]) -> pd.DataFrame:
    """One row a feed, trouble first. Columns:

    id, title, theme, health (shape and word), success (last, empty for never), next (try, empty while
    paused), items (new in seven days), evidence (in seven days), ever (items in all), error, url.
    """
    types = {
        "id": "str",
        "health": "str",
        "title": "str",
        "theme": "str",
        "success": TIME,
        "next": TIME,
        "items": "int64",
        "evidence": "int64",
        "ever": "int64",
        "error": "str",
        "url": "str",
    }
    return frame_of(types, (_row(feed) for feed in worst_first(feeds)))


def _row(feed: FeedHealth) -> tuple[Any, ...]:
    state = feed.state
    return (
        state.id,
        HEALTH[feed.health],
        state.title,
        state.theme.replace("_", " "),
        state.last_success_at,
        None if state.paused else state.next_due_at,
        feed.items_7d,
        feed.evidence_7d,
        state.items_seen,
        state.last_error,
        state.url,
    )
