"""How a feed, the fleet, and the feeds behind a question fare. Pure: states and time in, words and
counts out.
"""

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal, get_args

from tracker.feeds.answers import Fetched, FetchFailed, NotModified
from tracker.feeds.feed import FeedState
from tracker.feeds.scheduling.budget import moment, usually
from tracker.feeds.scheduling.polling import NO_NEWS, News
from tracker.feeds.scheduling.publication_rate import DAY, hourly, items_a_day

Health = Literal["new", "ok", "quiet", "late", "failing", "paused"]

LATE_AFTER: Final = timedelta(hours=1)
"""A feed that has been due for so long is late: nobody polls."""

QUIET_AFTER: Final = -math.log(0.001)
"""Items that a feed should have brought since its last: Poisson makes such a gap less likely than 1
in 1,000.

Items come in bursts, so real gaps are longer than that. On 71 news sources this calls a feed quiet
for
1.7 % of the time; one in 100 would be 3.4 %, or 5.4 % with weekends and gaps of less than a day counted in.
"""

QUIET_AT_LEAST: Final = timedelta(days=1)
WEEK: Final = timedelta(weeks=1)
WORKDAYS: Final = 5
FAILURES_OF_NOTE: Final = 2
"""One failure is not yet silence: the next try may be well."""

PATIENCE: Final = 1.25
"""A feed is asked once a day or more often, give or take a tenth, and has an hour to spare."""

NO_SUCCESS_FOR: Final = timedelta(hours=2)
TOO_MANY_FAIL: Final = 0.2
ENOUGH_FEEDS: Final = 5
"""With fewer of them one failing feed is too large a share to be alarmed by."""

USUAL_OVER_DAYS: Final = 28


def health(state: FeedState, now: datetime) -> Health:
    """How a feed fares, for the health page. The first of these that holds:

    - `paused`: nobody polls it (`paused_why` says why);
    - `failing`: the last attempt failed (`last_error` says how, `failures` how often in a row);
    - `late`: it has been due for more than an hour, so the scheduler does not reach it;
    - `new`: it has not been asked yet, or not since it was taken up again;
    - `quiet`: it answers, but has brought nothing new for much longer than usual;
    - `ok`: the last attempt brought an answer that could be read.
    """
    if state.paused:
        return "paused"
    if state.failures:
        return "failing"
    if now - state.next_due_at > LATE_AFTER:
        return "late"
    if state.last_success_at is None or state.last_success_at != state.last_attempt_at:
        return "new"
    return "quiet" if is_quiet(state, now) else "ok"


def silence(state: FeedState, now: datetime) -> str:
    """Why a feed that should bring evidence is silent, "" when it is not.

    Weekends do not count towards a gap in the news: many feeds rest then.
    """
    if state.paused:
        return f"paused: {state.paused_why}"
    if state.failures >= FAILURES_OF_NOTE and state.failing_since:
        return f"failing since {moment(state.failing_since)}: {state.last_error}"
    if now - (state.last_success_at or state.failing_since or state.next_due_at) > _patience(state):
        return (
            f"no answer since {moment(state.last_success_at)}"
            if state.last_success_at
            else "it has never answered"
        )
    if state.last_new_at and is_quiet(state, now):
        usual = usually(state.rhythm, state.rhythm.at or now)
        return f"nothing new since {moment(state.last_new_at)}, against {usual} before"
    return ""


def is_quiet(state: FeedState, now: datetime) -> bool:
    """Has a feed brought nothing new for much longer than usual?"""
    if (
        state.last_new_at is None
        or state.rhythm.at is None
        or now - state.last_new_at < QUIET_AT_LEAST
    ):
        return False
    usual = (
        state.rhythm,
        state.rhythm.at,
    )  # as it was known when the last items came, before the silence
    most = items_a_day(*usual) * math.ceil((now - state.last_new_at) / DAY)
    return most >= QUIET_AFTER and _missed(hourly(*usual), state.last_new_at, now) >= QUIET_AFTER


def _missed(rates: Sequence[float], since: datetime, now: datetime) -> float:
    """Items to expect on the workdays between two moments, from the items a day at each hour of the
    day (UTC).
    """
    weeks, rest = divmod(now - since, WEEK)
    missed, at = weeks * WORKDAYS * statistics.fmean(rates), now.astimezone(UTC) - rest
    while at < now:
        until = min(now, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        missed += rates[at.hour] * ((until - at) / DAY) if at.weekday() < WORKDAYS else 0.0
        at = until
    return missed


def _patience(state: FeedState) -> timedelta:
    return PATIENCE * max(DAY, timedelta(minutes=state.feed.every_minutes or 0.0))


@dataclass(frozen=True, slots=True)
class Fleet:
    """How all feeds together fare.

    `counts` has the number of feeds for each `Health`. `asked` are the feeds that are polled and
    have been, `share_failing` is of those, 0 to 1. `alarm` says what is wrong with the fleet, ""
    when nothing is.
    """

    feeds: int
    counts: Mapping[Health, int]
    asked: int
    share_failing: float
    newest_success: datetime | None
    alarm: str


def fleet(states: Sequence[FeedState], now: datetime) -> Fleet:
    """How all feeds together fare at a time."""
    counted = Counter(health(state, now) for state in states)
    polled = [state for state in states if not state.paused]
    asked = [state for state in polled if state.last_attempt_at]
    failing = sum(state.failures > 0 for state in asked)
    newest = max((state.last_success_at for state in states if state.last_success_at), default=None)
    alarms = (_nothing_succeeds(polled, newest, now), _many_fail(failing, len(asked)))
    return Fleet(
        feeds=len(states),
        counts=MappingProxyType({kind: counted[kind] for kind in get_args(Health)}),
        asked=len(asked),
        share_failing=failing / len(asked) if asked else 0.0,
        newest_success=newest,
        alarm="; ".join(alarm for alarm in alarms if alarm),
    )


def _nothing_succeeds(polled: Sequence[FeedState], newest: datetime | None, now: datetime) -> str:
    """Only for as long as an answer was due: feeds may be few and slow."""
    since = min((at for at in (_due_since(state, newest) for state in polled) if at), default=now)
    if now - max(since, newest or since) < NO_SUCCESS_FOR:
        return ""
    return f"no feed has answered since {moment(newest)}" if newest else "no feed has ever answered"


def _due_since(state: FeedState, newest: datetime | None) -> datetime | None:
    """When an answer of this feed is or was due; None if it failed already when the newest one
    came.
    """
    if not state.failures:
        return state.next_due_at
    return (
        None
        if newest and state.failing_since and state.failing_since <= newest
        else state.failing_since
    )


def _many_fail(failing: int, asked: int) -> str:
    if asked < ENOUGH_FEEDS or failing <= TOO_MANY_FAIL * asked:
        return ""
    return f"{failing} of {asked} feeds fail"


@dataclass(frozen=True, slots=True)
class DayCount:
    """What polling a feed came to on one day (UTC), or what one poll adds to that."""

    day: date
    polls: int = 0
    not_modified: int = 0
    failed: int = 0
    bytes: int = 0
    seconds: float = 0.0
    new_items: int = 0
    changed_items: int = 0


def counted(
    result: Fetched | NotModified | FetchFailed,
    now: datetime,
    *,
    news: News = NO_NEWS,
    unreadable: bool = False,
) -> DayCount:
    """What one poll adds to its day; `unreadable` for a document that came but could not be
    read.
    """
    return DayCount(
        day=now.astimezone(UTC).date(),
        polls=1,
        not_modified=int(isinstance(result, NotModified)),
        failed=int(unreadable or isinstance(result, FetchFailed)),
        bytes=len(result.body) if isinstance(result, Fetched) else 0,
        seconds=result.seconds,
        new_items=len(news.published),
        changed_items=news.changed,
    )


def share_not_modified(days: Sequence[DayCount]) -> float | None:
    """The share of polls that were answered "not modified", 0 to 1; None when there were no
    polls.
    """
    polls = sum(day.polls for day in days)
    return sum(day.not_modified for day in days) / polls if polls else None


@dataclass(frozen=True, slots=True)
class UsualItems:
    """New items of the last whole day against the median day of four weeks."""

    last_day: int
    usual: float


def usual_items(days: Sequence[DayCount], now: datetime) -> UsualItems:
    """New items on the last whole day (UTC), and the median of those of the last 28 on which the
    feed was polled.
    """
    today = now.astimezone(UTC).date()
    recent = {
        day.day: day.new_items
        for day in days
        if timedelta() < today - day.day <= timedelta(days=USUAL_OVER_DAYS)
    }
    return UsualItems(
        recent.get(today - DAY, 0), float(statistics.median(recent.values())) if recent else 0.0
    )
