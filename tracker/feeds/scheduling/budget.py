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

from tracker.feeds.feed import HOURS, FeedState, Rhythm
from tracker.feeds.scheduling.publication_rate import (
    DAY,
    by_hour,
    hourly,
    hourly_of_all,
    items_a_day,
)

FEWEST: Final = 1.0
MOST: Final = 288.0
"""Polls a day: one, and one in five minutes."""

SPREAD: Final = 0.1
"""Maximum random change of a wait, as a share, by feed and hour, so that polls do not
synchronise.
"""

HOUR: Final = 3600.0
A_DAY: Final = 86_400.0
SET_MINUTES: Final = (1.0, 31 * 1440.0)
"""Bounds of an interval that a person sets."""

LEAST_WEIGHT: Final = 1e-6
LEAST_PACE: Final = 1e-9
CLOSE_ENOUGH: Final = 1e-6

BY_RHYTHM: Final = ""
"""The usual reason. Its text is composed on demand: composing it at each poll would take a third of
the time that an unchanged feed costs.
"""

WANTED: Final = 1.5
"""Weight from which it is named among the reasons."""

MOST_OF_A_DAY: Final = 2 / 3
"""Share of a day's items in twelve hours from which those hours are named."""


@dataclass(frozen=True, slots=True)
class Next:
    """Time of the next poll and its reason, or `BY_RHYTHM`."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Bearing:
    """Demand of open questions for a feed.

    `items` is the number of its items in the last 30 days. `days_to_close` has a number for each
    piece of evidence from them on a question that is still open: the days until its scheduled
    close. `on_theme` is true if the feed's theme is a tag of an open question.
    """

    items: int = 0
    days_to_close: tuple[float, ...] = ()
    on_theme: bool = False


def pace(rhythms: Sequence[tuple[Rhythm, float]], requests_per_day: float, now: datetime) -> float:
    """Return the pace at which feeds with these rates and weights use up a budget of requests.

    Larger is slower. A budget outside the bounds of the feeds gives the nearest useful pace.
    """
    if not rhythms:
        return 1.0
    weights = np.array([max(weight, LEAST_WEIGHT) for _, weight in rhythms])
    unscaled = np.sqrt(weights * hourly_of_all([rhythm for rhythm, _ in rhythms], now))
    min_pace, max_pace = float(unscaled.min()) / MOST, float(unscaled.max()) / FEWEST
    while max_pace > min_pace * (1 + CLOSE_ENOUGH):
        midpoint = math.sqrt(min_pace * max_pace)
        if float(np.clip(unscaled / midpoint, FEWEST, MOST).sum()) / HOURS > requests_per_day:
            min_pace = midpoint
        else:
            max_pace = midpoint
    return max_pace


def fleet_pace(states: Sequence[FeedState], requests_per_day: float, now: datetime) -> float:
    """Return the pace of all feeds; feeds with a fixed interval reduce the budget.

    Paused and failing feeds do not count, as they are polled seldom or never.
    """
    polled = [state for state in states if not state.paused and not state.failures]
    free = [(state.rhythm, weight(state)) for state in polled if state.feed.every_minutes is None]
    fixed_requests = sum(
        DAY.total_seconds() / _clamp_interval(m)
        for m in (s.feed.every_minutes for s in polled)
        if m is not None
    )
    return pace(free, requests_per_day - fixed_requests, now)


def weight(state: FeedState) -> float:
    """Return the worth of an item of this feed relative to others."""
    return max(state.feed.importance * state.need, LEAST_WEIGHT)


def next_poll(state: FeedState, pace: float, now: datetime) -> Next:
    """Schedule the next poll after an answer: when the polls a day, summed up hour by hour, reach
    one.
    """
    jitter = lot(state, now)
    if state.feed.every_minutes is not None:
        seconds = _clamp_interval(state.feed.every_minutes)
        return Next(now + timedelta(seconds=seconds * jitter), f"every {span(seconds)}, as set")
    items = by_hour(state.rhythm, now)
    factor = math.sqrt(weight(state)) / max(pace, LEAST_PACE)
    seconds = _time_until(
        lambda hour: min(max(math.sqrt(items(hour)) * factor, FEWEST), MOST), now, jitter
    )
    return Next(now + timedelta(seconds=seconds), BY_RHYTHM)


def reason(state: FeedState) -> str:
    """Explain the time of the next poll."""
    attempted_at = state.last_attempt_at
    if state.next_reason != BY_RHYTHM or attempted_at is None:
        return state.next_reason
    return _compose_reason(
        state,
        hourly(state.rhythm, attempted_at),
        attempted_at,
        (state.next_due_at - attempted_at).total_seconds(),
    )


def need(bearing: Bearing) -> float:
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


def span(seconds: float) -> str:
    """Format a duration: "35 min", "4 h", "12 days"."""
    minutes = seconds / 60
    if minutes < 100:
        return f"{max(minutes, 1):.0f} min"
    hours = minutes / 60
    value, unit = (hours, "h") if hours < 48 else (hours / 24, "days")
    return f"{value:.1f}".removesuffix(".0") + f" {unit}" if value < 10 else f"{value:.0f} {unit}"


def moment(at: datetime) -> str:
    """Format a time: "2 Dec 14:05 UTC"."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%b %H:%M} UTC"


def _time_until(polls_a_day: Callable[[int], float], now: datetime, polls: float) -> float:
    """Return the seconds from now until so many polls accumulate, going from hour to hour of the
    day.
    """
    utc = now.astimezone(UTC)
    hour, left_of_hour = utc.hour, HOUR - (utc.minute * 60 + utc.second + utc.microsecond / 1e6)
    waited = 0.0
    while True:
        per_second = polls_a_day(hour) / A_DAY
        if polls <= per_second * left_of_hour:
            return waited + polls / per_second
        polls -= per_second * left_of_hour
        waited += left_of_hour
        hour, left_of_hour = (hour + 1) % HOURS, HOUR


def lot(state: FeedState, now: datetime) -> float:
    """Return a number near 1 that is pseudo-random by feed and hour."""
    digest = hashlib.sha256(
        f"{state.id} {now.timestamp() // HOUR:.0f}".encode(errors="replace")
    ).digest()[:8]
    return 1 - SPREAD + 2 * SPREAD * int.from_bytes(digest, "big") / 2**64


def _clamp_interval(minutes: float) -> float:
    minimum, maximum = SET_MINUTES
    return 60 * min(max(minutes, minimum), maximum)


def _compose_reason(state: FeedState, rates: Sequence[float], now: datetime, seconds: float) -> str:
    is_known = state.rhythm.days > 0
    rate_text = (
        f"{usually(state.rhythm, now)}{_busy_hours(rates)}"
        if is_known
        else "not known yet how often it publishes"
    )
    weight_text = ", wanted more than others" if weight(state) >= WANTED else ""
    return f"{rate_text}{weight_text}: asked every {span(seconds)} or so"


def usually(rhythm: Rhythm, at: datetime) -> str:
    """Describe a publication rate: "about 12 items a day"."""
    per_day = items_a_day(rhythm, at)
    if per_day < 1 / 7:
        return "less than one item a week"
    number, period = (per_day, "day") if per_day >= 1 else (7 * per_day, "week")
    return f"about {number:.0f} item{'' if number < 1.5 else 's'} a {period}"


def _busy_hours(rates: Sequence[float]) -> str:
    """Describe the twelve hours in which most items come; "" if they are not most."""
    half = HOURS // 2
    cumulative = [*accumulate((*rates, *rates), initial=0.0)]
    max_items, start = max((cumulative[h + half] - cumulative[h], h) for h in range(HOURS))
    if max_items < MOST_OF_A_DAY * cumulative[HOURS]:
        return ""
    return f", most of them {start:02}–{(start + half) % HOURS:02} UTC"
