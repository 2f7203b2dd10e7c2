"""Distribute the request budget over all feeds, hourly, by publication rate and demand."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from forecasts.questions.question import Question, QuestionId
from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.budget import FeedDemand, compute_fleet_pace, compute_need
from tracker.feeds.scheduling.polling import PollRules
from tracker.questions.queries.question_page import list_open_questions
from tracker.storage import database_info as properties
from tracker.storage import evidence, feeds
from tracker.storage.sessions import Session

PACE_PROPERTY: Final = "pace"
PLAN_LIFETIME: Final = timedelta(hours=1)
LOOK_BACK: Final = timedelta(days=30)
COUNT_RETENTION: Final = timedelta(days=60)
"""Days of polling whose counts are kept."""

REQUESTS_PER_FEED: Final = 24.0
"""Requests a day for each feed when no budget is set."""


def load_poll_rules(session: Session, now: datetime, budget: float) -> PollRules:
    """Load the poll rules with the current pace; plan again when the plan is old or invalidated."""
    at, _, value = (properties.read_property(session, PACE_PROPERTY) or "").partition(" ")
    if at and timedelta(0) <= now - datetime.fromisoformat(at) < PLAN_LIFETIME:
        return PollRules(pace=float(value))
    return PollRules(pace=plan_pace(session, now, budget))


def plan_pace(session: Session, now: datetime, budget: float) -> float:
    """Compute the demand for each feed and the pace of all feeds, and store both."""
    feeds.delete_day_counts(session, (now - COUNT_RETENTION).date())
    known = feeds.list_feeds(session)
    needs = {
        feed_id: compute_need(bearing)
        for feed_id, bearing in list_feed_demands(session, known, now).items()
    }
    feeds.save_needs(session, {s.id: needs[s.id] for s in known if needs[s.id] != s.need})
    pace = compute_fleet_pace(
        [replace(s, need=needs[s.id]) for s in known], budget or REQUESTS_PER_FEED * len(known), now
    )
    properties.write_property(session, PACE_PROPERTY, f"{now.isoformat()} {pace!r}")
    return pace


def invalidate_plan(session: Session) -> None:
    """Invalidate the plan after a change of feeds."""
    properties.write_property(session, PACE_PROPERTY, "")


def list_feed_demands(
    session: Session, states: tuple[FeedState, ...], now: datetime
) -> dict[FeedId, FeedDemand]:
    """Gather what each feed brings to the open questions."""
    opened = list_open_questions(session, now)
    since = now - LOOK_BACK
    closes: dict[FeedId, list[float]] = defaultdict(list)
    for feed_id, question_id in evidence.list_feed_contributions(session, since, list(opened)):
        closes[feed_id].append((opened[question_id].closes_at - now) / timedelta(days=1))
    brought = {
        feed_id: sum(day.new_items for day in days)
        for feed_id, days in feeds.list_day_counts(session, since.date()).items()
    }
    tags = _collect_tags(opened)
    return {
        s.id: FeedDemand(brought.get(s.id, 0), tuple(closes.get(s.id, ())), s.feed.theme in tags)
        for s in states
    }


def _collect_tags(opened: dict[QuestionId, Question]) -> frozenset[str]:
    return frozenset(tag for question in opened.values() for tag in question.tags)
