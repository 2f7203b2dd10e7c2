"""How often to ask which feed: many feeds under one budget of requests.

The delay of all items together is least when each feed is asked in proportion to the square root of
its rate (minimise the sum of rate × interval / 2 under a fixed sum of 1 / interval). In proportion
to the rate itself, the busy feeds would take the others' turns: on real feeds that is no better
than a fixed hour. One number, the pace, stands for the whole fleet: polls a day = √(weight × items
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
"""Waits differ by up to this share from feed to feed and from hour to hour, so that fleets do not
fall into step.
"""

HOUR: Final = 3600.0
A_DAY: Final = 86_400.0
SET_MINUTES: Final = (1.0, 31 * 1440.0)
"""What an interval that a person sets is held to."""

LEAST_WEIGHT: Final = 1e-6
LEAST_PACE: Final = 1e-9
CLOSE_ENOUGH: Final = 1e-6

BY_RHYTHM: Final = ""
"""The usual reason. Its words are put together by `reason` for who wants to read them: to write
them down at each poll would take a third of the time that an unchanged feed costs."""

WANTED: Final = 1.5
"""A weight from which on it is named among the reasons."""

MOST_OF_A_DAY: Final = 2 / 3
"""The share of a day's items in twelve hours from which on those hours are named."""


@dataclass(frozen=True, slots=True)
class Next:
    """When to ask a feed again, and why then: in words, or `BY_RHYTHM`."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Bearing:
    """What ties a feed to the open questions.

    `items` came in the last 30 days. `days_to_close` has a number for each piece of evidence that
    they gave on a question that is still open: the days until its scheduled close. `on_theme`: is
    the feed's theme a tag of an open question?
    """

    items: int = 0
    days_to_close: tuple[float, ...] = ()
    on_theme: bool = False


def pace(rhythms: Sequence[tuple[Rhythm, float]], requests_per_day: float, now: datetime) -> float:
    """The pace at which feeds with these rhythms and weights take so many requests a day together.

    Larger is slower. A budget beyond what the bounds of a feed allow gives the nearest pace that is
    of use.
    """
    if not rhythms:
        return 1.0
    weights = np.array([max(weight, LEAST_WEIGHT) for _, weight in rhythms])
    wanted = np.sqrt(weights * hourly_of_all([rhythm for rhythm, _ in rhythms], now))
    fast, slow = float(wanted.min()) / MOST, float(wanted.max()) / FEWEST
    while slow > fast * (1 + CLOSE_ENOUGH):
        middle = math.sqrt(fast * slow)
        if float(np.clip(wanted / middle, FEWEST, MOST).sum()) / HOURS > requests_per_day:
            fast = middle
        else:
            slow = middle
    return slow


def fleet_pace(states: Sequence[FeedState], requests_per_day: float, now: datetime) -> float:
    """The pace of a whole fleet: what feeds with an interval of their own take is taken off the
    budget.

    Feeds that are paused or fail do not count, as they are asked seldom or never.
    """
    asked = [state for state in states if not state.paused and not state.failures]
    free = [(state.rhythm, weight(state)) for state in asked if state.feed.every_minutes is None]
    taken = sum(
        DAY.total_seconds() / _set_seconds(m)
        for m in (s.feed.every_minutes for s in asked)
        if m is not None
    )
    return pace(free, requests_per_day - taken, now)


def weight(state: FeedState) -> float:
    """How much an item of this feed is worth against one of another."""
    return max(state.feed.importance * state.need, LEAST_WEIGHT)


def next_poll(state: FeedState, pace: float, now: datetime) -> Next:
    """When to ask a feed again that has just answered: when its polls a day, summed up hour by
    hour, make one.
    """
    share = lot(state, now)
    if state.feed.every_minutes is not None:
        seconds = _set_seconds(state.feed.every_minutes)
        return Next(now + timedelta(seconds=seconds * share), f"every {span(seconds)}, as set")
    items = by_hour(state.rhythm, now)
    factor = math.sqrt(weight(state)) / max(pace, LEAST_PACE)
    seconds = _walk(
        lambda hour: min(max(math.sqrt(items(hour)) * factor, FEWEST), MOST), now, share
    )
    return Next(now + timedelta(seconds=seconds), BY_RHYTHM)


def reason(state: FeedState) -> str:
    """Why the next poll of a feed is when it is, in words."""
    asked_at = state.last_attempt_at
    if state.next_reason != BY_RHYTHM or asked_at is None:
        return state.next_reason
    return _why(
        state,
        hourly(state.rhythm, asked_at),
        asked_at,
        (state.next_due_at - asked_at).total_seconds(),
    )


def need(bearing: Bearing) -> float:
    """How much more open questions need an item of this feed than one of another: from 1 to 10.

    1 for nothing in common, 1 more for the theme, and up to 8 more for the share of its items that
    were evidence, of which one in ten is half way. Evidence counts in full for a question that
    closes today, less for later ones (five eighths at 30 days), and never less than a quarter. The
    share and not the number, as the rate of a busy feed counts its items already; ten more items
    are taken to have said nothing, so that the first ones are no proof.
    """
    urgency = math.fsum(0.25 + 0.75 * 30 / (30 + max(days, 0.0)) for days in bearing.days_to_close)
    share = urgency / (max(bearing.items, 0) + 10)
    return 1.0 + float(bearing.on_theme) + 8 * share / (share + 0.1)


def span(seconds: float) -> str:
    """A length of time in words: "35 min", "4 h", "12 days"."""
    minutes = seconds / 60
    if minutes < 100:
        return f"{max(minutes, 1):.0f} min"
    hours = minutes / 60
    value, unit = (hours, "h") if hours < 48 else (hours / 24, "days")
    return f"{value:.1f}".removesuffix(".0") + f" {unit}" if value < 10 else f"{value:.0f} {unit}"


def moment(at: datetime) -> str:
    """A moment in words: "2 Dec 14:05 UTC"."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%b %H:%M} UTC"


def _walk(polls_a_day: Callable[[int], float], now: datetime, polls: float) -> float:
    """Seconds from now until so many polls have come together, going from hour to hour of the
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
    """A number near 1 that is drawn anew for each feed and hour, and the same whenever it is asked
    for.
    """
    drawn = hashlib.sha256(
        f"{state.id} {now.timestamp() // HOUR:.0f}".encode(errors="replace")
    ).digest()[:8]
    return 1 - SPREAD + 2 * SPREAD * int.from_bytes(drawn, "big") / 2**64


def _set_seconds(minutes: float) -> float:
    least, most = SET_MINUTES
    return 60 * min(max(minutes, least), most)


def _why(state: FeedState, rates: Sequence[float], now: datetime, seconds: float) -> str:
    known = state.rhythm.days > 0
    often = (
        f"{usually(state.rhythm, now)}{_busy_hours(rates)}"
        if known
        else "not known yet how often it publishes"
    )
    wanted = ", wanted more than others" if weight(state) >= WANTED else ""
    return f"{often}{wanted}: asked every {span(seconds)} or so"


def usually(rhythm: Rhythm, at: datetime) -> str:
    """How often a feed publishes in words: "about 12 items a day"."""
    a_day = items_a_day(rhythm, at)
    if a_day < 1 / 7:
        return "less than one item a week"
    number, period = (a_day, "day") if a_day >= 1 else (7 * a_day, "week")
    return f"about {number:.0f} item{'' if number < 1.5 else 's'} a {period}"


def _busy_hours(rates: Sequence[float]) -> str:
    """The twelve hours in which most items come, if most of them do."""
    half = HOURS // 2
    upto = [*accumulate((*rates, *rates), initial=0.0)]
    most, start = max((upto[h + half] - upto[h], h) for h in range(HOURS))
    if most < MOST_OF_A_DAY * upto[HOURS]:
        return ""
    return f", most of them {start:02}–{(start + half) % HOURS:02} UTC"
