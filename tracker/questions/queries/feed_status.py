"""Status of feeds for pages and commands: one feed, all feeds, and those behind a question."""

from datetime import datetime, timedelta
from typing import Final

from forecasts.questions.question import Question
from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.budget import explain_next_poll
from tracker.feeds.scheduling.feed_health import (
    FleetHealth,
    assess_fleet,
    assess_health,
    explain_silence,
)
from tracker.feeds.scheduling.polling import DayCount
from tracker.model.feed_read_models import FeedCoverage, FeedHealth, FeedPage, SilentFeed
from tracker.storage import evidence, feeds, items
from tracker.storage.sessions import Session

STATISTICS_PERIOD: Final = timedelta(days=28)
CARRIER_PERIOD: Final = timedelta(days=180)
"""A feed that brought evidence on a question within this period should bring the next, too."""

MAX_NEWEST_ITEMS: Final = 50


def list_feed_health(session: Session, now: datetime) -> tuple[FeedHealth, ...]:
    """List all feeds with their state and what they brought in a week."""
    activity = items.count_feed_activity(session, now - timedelta(days=7))
    days = feeds.list_day_counts(session, (now - STATISTICS_PERIOD).date())
    return tuple(_build_health(state, now, activity, days) for state in feeds.list_feeds(session))


def summarise_fleet(session: Session, now: datetime) -> FleetHealth:
    """Summarise the status of all feeds together."""
    return assess_fleet(feeds.list_feeds(session), now)


def build_feed_page(session: Session, state: FeedState, now: datetime) -> FeedPage:
    """Gather everything about one feed."""
    activity = items.count_feed_activity(session, now - timedelta(days=7))
    health_of_feed = _build_health(
        state,
        now,
        activity,
        feeds.list_day_counts(session, (now - STATISTICS_PERIOD).date(), state.id),
    )
    return FeedPage(
        health_of_feed,
        items.list_newest_items(session, state.id, MAX_NEWEST_ITEMS),
        evidence.count_evidence_of_feed(session, state.id),
    )


def measure_feed_coverage(session: Session, question: Question, now: datetime) -> FeedCoverage:
    """Find the feeds that should carry evidence on a question, and which of them are silent.

    They are those that brought some in the last half year and those whose theme is one of its tags;
    all feeds if neither exists.
    """
    states = feeds.list_feeds(session)
    brought = {
        feed_id
        for feed_id, _ in evidence.list_feed_contributions(
            session, now - CARRIER_PERIOD, [question.id]
        )
    }
    carriers = [s for s in states if s.id in brought or s.feed.theme in question.tags] or states
    silent = [
        SilentFeed(s.id, s.feed.title, why) for s in carriers if (why := explain_silence(s, now))
    ]
    return FeedCoverage(len(carriers), tuple(silent))


def _build_health(
    state: FeedState,
    now: datetime,
    activity: dict[FeedId, tuple[int, int]],
    days: dict[FeedId, tuple[DayCount, ...]],
) -> FeedHealth:
    new, matched = activity.get(state.id, (0, 0))
    return FeedHealth(
        state=state,
        health=assess_health(state, now),
        items_7d=new,
        evidence_7d=matched,
        silence=explain_silence(state, now),
        days=days.get(state.id, ()),
        why_next=explain_next_poll(state),
    )
