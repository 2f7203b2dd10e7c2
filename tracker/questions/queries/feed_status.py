"""Status of feeds for pages and commands: one feed, all feeds, and those behind a question."""

from datetime import datetime, timedelta
from typing import Final

from forecasts.questions.question import Question
from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.budget import reason
from tracker.feeds.scheduling.health import DayCount, Fleet, fleet, health, silence
from tracker.model.read_models import Coverage, FeedHealth, FeedPage, SilentFeed
from tracker.storage import evidence, feeds, items
from tracker.storage.sessions import Session

DAYS: Final = timedelta(days=28)
CARRIERS: Final = timedelta(days=180)
"""A feed that brought evidence on a question within this period should bring the next, too."""

NEWEST: Final = 50


def every(session: Session, now: datetime) -> tuple[FeedHealth, ...]:
    """List all feeds with their state and what they brought in a week."""
    activity = items.activity(session, now - timedelta(days=7))
    days = feeds.days(session, (now - DAYS).date())
    return tuple(_build_health(state, now, activity, days) for state in feeds.feeds(session))


def whole(session: Session, now: datetime) -> Fleet:
    """Summarise the status of all feeds together."""
    return fleet(feeds.feeds(session), now)


def page(session: Session, state: FeedState, now: datetime) -> FeedPage:
    """Gather everything about one feed."""
    activity = items.activity(session, now - timedelta(days=7))
    health_of_feed = _build_health(
        state, now, activity, feeds.days(session, (now - DAYS).date(), state.id)
    )
    return FeedPage(
        health_of_feed,
        items.newest(session, state.id, NEWEST),
        evidence.questions_of_feed(session, state.id),
    )


def coverage(session: Session, question: Question, now: datetime) -> Coverage:
    """Find the feeds that should carry evidence on a question, and which of them are silent.

    They are those that brought some in the last half year and those whose theme is one of its tags;
    all feeds if neither exists.
    """
    states = feeds.feeds(session)
    brought = {feed_id for feed_id, _ in evidence.by_feed(session, now - CARRIERS, [question.id])}
    carriers = [s for s in states if s.id in brought or s.feed.theme in question.tags] or states
    silent = [SilentFeed(s.id, s.feed.title, why) for s in carriers if (why := silence(s, now))]
    return Coverage(len(carriers), tuple(silent))


def _build_health(
    state: FeedState,
    now: datetime,
    activity: dict[FeedId, tuple[int, int]],
    days: dict[FeedId, tuple[DayCount, ...]],
) -> FeedHealth:
    new, matched = activity.get(state.id, (0, 0))
    return FeedHealth(
        state=state,
        health=health(state, now),
        items_7d=new,
        evidence_7d=matched,
        silence=silence(state, now),
        days=days.get(state.id, ()),
        why_next=reason(state),
    )
