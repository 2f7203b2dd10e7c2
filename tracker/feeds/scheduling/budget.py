"""Distribute a budget of requests over all feeds.

The total delay of all items is least when each feed is polled in proportion to the square root of
its rate (minimise the sum of rate × interval / 2 under a fixed sum of 1 / interval). In proportion
to the rate itself, busy feeds would take the requests of the others: on real feeds that is no
better than a fixed hour. One number, the pace, applies to all feeds: polls a day = √(weight × items
a day) / pace, never fewer than one a day nor more than one in five minutes.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

import numpy as np

from tracker.feeds.feed import (
    DAY,
    HOURS_PER_DAY,
    FeedState,
    PublicationRate,
    hourly_rates,
    hourly_rates_of_all,
    items_per_day,
    make_hourly_rate,
)

MIN_POLLS_PER_DAY: Final = 1.0
MAX_POLLS_PER_DAY: Final = 288.0
"""Polls a day: one, and one in five minutes."""

WAIT_JITTER: Final = 0.1
"""Maximum random change of a wait, as a share, by feed and hour, so that polls do not
synchronise.
"""

SECONDS_PER_HOUR: Final = 3600.0
SECONDS_PER_DAY: Final = 86_400.0
INTERVAL_BOUNDS_MINUTES: Final = (1.0, 31 * 1440.0)
"""Bounds of an interval that a person sets."""

MIN_WEIGHT: Final = 1e-6
MIN_PACE: Final = 1e-9
PACE_TOLERANCE: Final = 1e-6

BY_PUBLICATION_RATE: Final = ""
"""The usual reason. Its text is composed on demand: composing it at each poll would take a third of
the time that an unchanged feed costs.
"""

NOTABLE_WEIGHT: Final = 1.5
"""Weight from which it is named among the reasons."""

BUSY_HOURS_SHARE: Final = 2 / 3
"""Share of a day's items in twelve hours from which those hours are named."""


@dataclass(frozen=True, slots=True)
class NextPoll:
    """Time of the next poll and its reason, or `BY_PUBLICATION_RATE`."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class FeedDemand:
    """Demand of open questions for a feed.

    `items` is the number of its items in the last 30 days. `days_to_close` has a number for each
    piece of evidence from them on a question that is still open: the days until its scheduled
    close. `on_theme` is true if the feed's theme is a tag of an open question.
    """

    items: int = 0
    days_to_close: tuple[float, ...] = ()
    on_theme: bool = False


def compute_pace(
    rhythms: Sequence[tuple[PublicationRate, float]], requests_per_day: float, now: datetime
) -> float:
    """Return the pace at which feeds with these rates and weights use up a budget of requests.

    Larger is slower. A budget outside the bounds of the feeds gives the nearest useful pace.
    """
    if not rhythms:
        return 1.0
    weights = np.array([max(weight, MIN_WEIGHT) for _, weight in rhythms])
    unscaled = np.sqrt(weights * hourly_rates_of_all([rhythm for rhythm, _ in rhythms], now))
    min_pace, max_pace = (
        float(unscaled.min()) / MAX_POLLS_PER_DAY,
        float(unscaled.max()) / MIN_POLLS_PER_DAY,
    )
    while max_pace > min_pace * (1 + PACE_TOLERANCE):
        midpoint = math.sqrt(min_pace * max_pace)
        if (
            float(np.clip(unscaled / midpoint, MIN_POLLS_PER_DAY, MAX_POLLS_PER_DAY).sum())
            / HOURS_PER_DAY
            > requests_per_day
        ):
            min_pace = midpoint
        else:
            max_pace = midpoint
    return max_pace


def compute_fleet_pace(
    states: Sequence[FeedState], requests_per_day: float, now: datetime
) -> float:
    """Return the pace of all feeds; feeds with a fixed interval reduce the budget.

    Paused and failing feeds do not count, as they are polled seldom or never.
    """
    polled = [state for state in states if not state.paused and not state.failures]
    free = [
        (state.rhythm, compute_weight(state))
        for state in polled
        if state.feed.every_minutes is None
    ]
    fixed_requests = sum(
        DAY.total_seconds() / _clamp_interval(m)
        for m in (s.feed.every_minutes for s in polled)
        if m is not None
    )
    return compute_pace(free, requests_per_day - fixed_requests, now)


def compute_weight(state: FeedState) -> float:
    """Return the worth of an item of this feed relative to others."""
    return max(state.feed.importance * state.need, MIN_WEIGHT)


def schedule_next_poll(state: FeedState, pace: float, now: datetime) -> NextPoll:
    """Schedule the next poll after an answer: when the polls a day, summed up hour by hour, reach
    one.
    """
    jitter = compute_jitter(state, now)
    if state.feed.every_minutes is not None:
        seconds = _clamp_interval(state.feed.every_minutes)
        return NextPoll(
            now + timedelta(seconds=seconds * jitter), f"every {format_duration(seconds)}, as set"
        )
    items = make_hourly_rate(state.rhythm, now)
    factor = math.sqrt(compute_weight(state)) / max(pace, MIN_PACE)
    seconds = _time_until(
        lambda hour: min(
            max(math.sqrt(items(hour)) * factor, MIN_POLLS_PER_DAY), MAX_POLLS_PER_DAY
        ),
        now,
        jitter,
    )
    return NextPoll(now + timedelta(seconds=seconds), BY_PUBLICATION_RATE)


def explain_next_poll(state: FeedState) -> str:
    """Explain the time of the next poll."""
    attempted_at = state.last_attempt_at
    if state.next_reason != BY_PUBLICATION_RATE or attempted_at is None:
        return state.next_reason
    return _compose_reason(
        state,
        hourly_rates(state.rhythm, attempted_at),
        attempted_at,
        (state.next_due_at - attempted_at).total_seconds(),
    )


def compute_need(bearing: FeedDemand) -> float:
    """Return the demand of open questions for an item of this feed relative to others, 1 to 10.

    1 without a relation, 1 more for the theme, and up to 8 more for the share of its items that
    were evidence, of which one in ten gives half. Evidence counts in full for a question that
    closes today, less for later ones (five eighths at 30 days), and never less than a quarter. It
    is the share and not the number, as the rate of a busy feed counts its items already; ten more
    items without evidence are added, so that the first ones are no proof.
    """
    urgency = math.fsum(0.25 + 0.75 * 30 / (30 + max(days, 0.0)) for days in bearing.days_to_close)
    share = urgency / (max(bearing.items, 0) + 10)
    return 1.0 + float(bearing.on_theme) + 8 * share / (share + 0.1)


def format_duration(seconds: float) -> str:
    """Format a duration: "35 min", "4 h", "12 days"."""
    minutes = seconds / 60
    if minutes < 100:
        return f"{max(minutes, 1):.0f} min"
    hours = minutes / 60
    value, unit = (hours, "h") if hours < 48 else (hours / 24, "days")
    return f"{value:.1f}".removesuffix(".0") + f" {unit}" if value < 10 else f"{value:.0f} {unit}"


def format_moment(at: datetime) -> str:
    """Format a time: "2 Dec 14:05 UTC"."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%b %H:%M} UTC"


def _time_until(polls_a_day: Callable[[int], float], now: datetime, polls: float) -> float:
    """Return the seconds from now until so many polls accumulate, going from hour to hour of the
    day.
    """
    utc = now.astimezone(UTC)
    hour, left_of_hour = (
        utc.hour,
        SECONDS_PER_HOUR - (utc.minute * 60 + utc.second + utc.microsecond / 1e6),
    )
    waited = 0.0
    while True:
        per_second = polls_a_day(hour) / SECONDS_PER_DAY
        if polls <= per_second * left_of_hour:
            return waited + polls / per_second
        polls -= per_second * left_of_hour
        waited += left_of_hour
        hour, left_of_hour = (hour + 1) % HOURS_PER_DAY, SECONDS_PER_HOUR


def compute_jitter(state: FeedState, now: datetime) -> float:
    """Return a number near 1 that is pseudo-random by feed and hour."""
    digest = hashlib.sha256(
        f"{state.id} {now.timestamp() // SECONDS_PER_HOUR:.0f}".encode(errors="replace")
    ).digest()[:8]
    return 1 - WAIT_JITTER + 2 * WAIT_JITTER * int.from_bytes(digest, "big") / 2**64


def _clamp_interval(minutes: float) -> float:
    minimum, maximum = INTERVAL_BOUNDS_MINUTES
    return 60 * min(max(minutes, minimum), maximum)


def _compose_reason(state: FeedState, rates: Sequence[float], now: datetime, seconds: float) -> str:
    is_known = state.rhythm.days > 0
    rate_text = (
        f"{describe_rate(state.rhythm, now)}{_busy_hours(rates)}"
        if is_known
        else "not known yet how often it publishes"
    )
    weight_text = ", wanted more than others" if compute_weight(state) >= NOTABLE_WEIGHT else ""
    return f"{rate_text}{weight_text}: checked about every {format_duration(seconds)}"


def describe_rate(rhythm: PublicationRate, at: datetime) -> str:
    """Describe a publication rate: "about 12 items a day"."""
    per_day = items_per_day(rhythm, at)
    if per_day < 1 / 7:
        return "less than one item a week"
    number, period = (per_day, "day") if per_day >= 1 else (7 * per_day, "week")
    return f"about {number:.0f} item{'' if number < 1.5 else 's'} a {period}"


def _busy_hours(rates: Sequence[float]) -> str:
    """Describe the twelve hours in which most items come; "" if they are not most."""
    half = HOURS_PER_DAY // 2
    cumulative = [*accumulate((*rates, *rates), initial=0.0)]
    max_items, start = max((cumulative[h + half] - cumulative[h], h) for h in range(HOURS_PER_DAY))
    if max_items < BUSY_HOURS_SHARE * cumulative[HOURS_PER_DAY]:
        return ""
    return f", most of them {start:02}–{(start + half) % HOURS_PER_DAY:02} UTC"
