"""Distribute the request budget over all feeds, hourly, by publication rate and demand."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from forecasts.questions.question import Question, QuestionId
from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.budget import FeedDemand, compute_fleet_pace, compute_need
from tracker.feeds.scheduling.polling import PollRules
from tracker.storage import database_info, evidence, feeds
from tracker.storage.record import list_open_questions
from tracker.storage.sessions import Session

PACE_PROPERTY: Final = "pace"
PLAN_LIFETIME: Final = timedelta(hours=1)
LOOK_BACK: Final = timedelta(days=30)
SOON_PERIOD: Final = timedelta(hours=1)
COUNT_RETENTION: Final = timedelta(days=60)
"""Days of polling whose counts are kept."""

REQUESTS_PER_FEED: Final = 24.0
"""Requests a day for each feed when no budget is set."""


def load_poll_rules(session: Session, now: datetime, budget: float) -> PollRules:
    """Load the poll rules with the current pace; plan again when the plan is old or invalidated."""
    at, _, value = (database_info.read_property(session, PACE_PROPERTY) or "").partition(" ")
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
    database_info.write_property(session, PACE_PROPERTY, f"{now.isoformat()} {pace!r}")
    return pace


def invalidate_plan(session: Session) -> None:
    """Invalidate the plan after a change of feeds."""
    database_info.write_property(session, PACE_PROPERTY, "")


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


@dataclass(frozen=True, slots=True)
class FeedBudget:
    """Request budget of all feeds together, in requests a day.

    `limit` is the effective limit, `was_set` is true if somebody set it; `used` counts the requests
    since midnight UTC. `due` feeds are polled in the next run, `soon` within the next hour (those
    included), the next one at `next_at`: None when every feed is paused, or there is none. `feeds`
    counts those that are not paused.
    """

    limit: float
    was_set: bool
    used: int
    feeds: int
    due: int
    soon: int
    next_at: datetime | None


def measure_feed_budget(session: Session, budget: float, now: datetime) -> FeedBudget:
    """Compute the limit of requests a day, those of today, and the next polls."""
    states = feeds.list_feeds(session)
    today = now.astimezone(UTC).date()
    used = sum(day.polls for days in feeds.list_day_counts(session, today).values() for day in days)
    due_at = sorted(state.next_due_at for state in states if not state.paused)
    return FeedBudget(
        limit=budget or REQUESTS_PER_FEED * len(states),
        was_set=bool(budget),
        used=used,
        feeds=len(due_at),
        due=sum(at <= now for at in due_at),
        soon=sum(at <= now + SOON_PERIOD for at in due_at),
        next_at=due_at[0] if due_at else None,
    )
