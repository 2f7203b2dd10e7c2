"""Health of single feeds and of all feeds. Pure functions of states and time."""

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal, get_args

from tracker.feeds.feed import DAY, FeedState, hourly_rates, items_per_day
from tracker.feeds.scheduling.budget import describe_rate, format_moment
from tracker.feeds.scheduling.polling import DayCount

Health = Literal["new", "ok", "quiet", "late", "failing", "paused"]

LATE_AFTER: Final = timedelta(hours=1)
"""Overdue time from which a feed is late: nothing polls it."""

QUIET_AFTER_ITEMS: Final = -math.log(0.001)
"""Expected number of items since the last one from which a feed is quiet: by Poisson such a gap has
a probability of less than 1 in 1,000.

Items come in bursts, so real gaps are longer than that. On 71 news sources this calls a feed quiet
for 1.7% of the time; one in 100 would be 3.4%, or 5.4% with weekends and gaps of less than a day
counted in.
"""

MIN_QUIET: Final = timedelta(days=1)
WEEK: Final = timedelta(weeks=1)
WORKDAYS: Final = 5
MIN_NOTABLE_FAILURES: Final = 2
"""A single failure is often transient."""

SUCCESS_INTERVAL_FACTOR: Final = 1.25
"""Tolerance on the interval between successes: feeds are polled once a day or more often, give or
take a tenth, and have an hour to spare.
"""

MAX_WITHOUT_SUCCESS: Final = timedelta(hours=2)
MAX_FAILING_SHARE: Final = 0.2
MIN_FEEDS_FOR_ALARM: Final = 5
"""With fewer feeds, one failing feed would already raise the alarm."""

USUAL_ITEMS_DAYS: Final = 28


def assess_health(state: FeedState, now: datetime) -> Health:
    """Return the health of a feed: the first of these that holds.

    - `paused`: it is not polled (`paused_why` is the reason);
    - `failing`: the last attempts failed (`failures` in a row, the last one for `last_error`);
    - `late`: it is overdue by more than an hour, so the scheduler does not reach it;
    - `new`: it has not been polled yet, or not since it was resumed;
    - `quiet`: it answers, but has had no new items for much longer than usual;
    - `ok`: the last attempt succeeded.
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


def explain_silence(state: FeedState, now: datetime) -> str:
    """Explain why a feed that should deliver evidence is silent; "" if it is not.

    Weekends do not count towards a gap in the news: many feeds publish nothing then.
    """
    if state.paused:
        return f"paused: {state.paused_why}"
    if state.failures >= MIN_NOTABLE_FAILURES and state.failing_since:
        return f"failing since {format_moment(state.failing_since)}: {state.last_error}"
    if now - (state.last_success_at or state.failing_since or state.next_due_at) > _max_success_gap(
        state
    ):
        return (
            f"no answer since {format_moment(state.last_success_at)}"
            if state.last_success_at
            else "it has never answered"
        )
    if state.last_new_at and is_quiet(state, now):
        usual = describe_rate(state.rhythm, state.rhythm.at or now)
        return f"nothing new since {format_moment(state.last_new_at)}, against {usual} before"
    return ""


def is_quiet(state: FeedState, now: datetime) -> bool:
    """Return True if a feed has had no new items for much longer than usual."""
    if state.last_new_at is None or state.rhythm.at is None or now - state.last_new_at < MIN_QUIET:
        return False
    # The rate as known when the last items came, before the silence.
    rhythm, at = state.rhythm, state.rhythm.at
    upper_bound = items_per_day(rhythm, at) * math.ceil((now - state.last_new_at) / DAY)
    if upper_bound < QUIET_AFTER_ITEMS:
        return False
    return (
        _sum_expected_items(hourly_rates(rhythm, at), state.last_new_at, now) >= QUIET_AFTER_ITEMS
    )


def _sum_expected_items(rates: Sequence[float], since: datetime, now: datetime) -> float:
    """Return the items to expect on the workdays between two times, from the items a day at each
    hour of the day (UTC).
    """
    weeks, remainder = divmod(now - since, WEEK)
    expected, start = weeks * WORKDAYS * statistics.fmean(rates), now.astimezone(UTC) - remainder
    while start < now:
        end = min(now, start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        expected += rates[start.hour] * ((end - start) / DAY) if start.weekday() < WORKDAYS else 0.0
        start = end
    return expected


def _max_success_gap(state: FeedState) -> timedelta:
    return SUCCESS_INTERVAL_FACTOR * max(DAY, timedelta(minutes=state.feed.every_minutes or 0.0))


@dataclass(frozen=True, slots=True)
class FleetHealth:
    """Health of all feeds.

    `counts` has the number of feeds for each `Health`. `share_failing` is of the feeds that are
    polled and have been, 0 to 1. `alarm` says what is wrong, "" if nothing is.
    """

    feeds: int
    counts: Mapping[Health, int]
    share_failing: float
    newest_success: datetime | None
    alarm: str


def name_failure(state: FeedState) -> str:
    """Name the kind of a feed's failure: `http_404`, `unreadable` or `no_answer`; "" if it works.

    An address that is not asked any more has the kind of its last answer.
    """
    if not state.failures:
        return ""
    if state.last_status is None:
        return "no_answer"
    return f"http_{state.last_status}" if state.last_status >= 400 else "unreadable"


def assess_fleet(states: Sequence[FeedState], now: datetime) -> FleetHealth:
    """Return the health of all feeds at a time."""
    counts = Counter(assess_health(state, now) for state in states)
    polled = [state for state in states if not state.paused]
    attempted = [state for state in polled if state.last_attempt_at]
    failing = sum(state.failures > 0 for state in attempted)
    newest_success = max(
        (state.last_success_at for state in states if state.last_success_at), default=None
    )
    alarms = (
        _explain_no_success(polled, newest_success, now),
        _explain_many_failures(failing, len(attempted)),
    )
    return FleetHealth(
        feeds=len(states),
        counts=MappingProxyType({kind: counts[kind] for kind in get_args(Health)}),
        share_failing=failing / len(attempted) if attempted else 0.0,
        newest_success=newest_success,
        alarm="; ".join(alarm for alarm in alarms if alarm),
    )


def _explain_no_success(
    polled: Sequence[FeedState], newest_success: datetime | None, now: datetime
) -> str:
    """Return the alarm if no answer came since one was due: feeds may be few and slow."""
    due_since = min(
        (due for due in (_answer_due_at(state, newest_success) for state in polled) if due),
        default=now,
    )
    if now - max(due_since, newest_success or due_since) < MAX_WITHOUT_SUCCESS:
        return ""
    return (
        f"no feed has answered since {format_moment(newest_success)}"
        if newest_success
        else "no feed has ever answered"
    )


def _answer_due_at(state: FeedState, newest_success: datetime | None) -> datetime | None:
    """Return the time at which an answer of this feed is or was due; None if it failed already when
    the newest one came.
    """
    if not state.failures:
        return state.next_due_at
    return (
        None
        if newest_success and state.failing_since and state.failing_since <= newest_success
        else state.failing_since
    )


def _explain_many_failures(failing: int, attempted: int) -> str:
    if attempted < MIN_FEEDS_FOR_ALARM or failing <= MAX_FAILING_SHARE * attempted:
        return ""
    return f"{failing} of {attempted} feeds fail"


def compute_not_modified_share(days: Sequence[DayCount]) -> float | None:
    """Return the share of polls answered "not modified", 0 to 1; None without polls."""
    polls = sum(day.polls for day in days)
    return sum(day.not_modified for day in days) / polls if polls else None


@dataclass(frozen=True, slots=True)
class UsualItems:
    """New items of the last whole day against the median day of four weeks."""

    last_day: int
    usual: float


def compute_usual_items(days: Sequence[DayCount], now: datetime) -> UsualItems:
    """Return new items on the last whole day (UTC), and the median of the last 28 days on which the
    feed was polled.
    """
    today = now.astimezone(UTC).date()
    recent = {
        day.day: day.new_items
        for day in days
        if timedelta() < today - day.day <= timedelta(days=USUAL_ITEMS_DAYS)
    }
    return UsualItems(
        recent.get(today - DAY, 0), float(statistics.median(recent.values())) if recent else 0.0
    )
