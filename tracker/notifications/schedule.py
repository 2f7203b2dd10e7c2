"""Quiet hours and digests on the clocks of a person's zone, also where those are put forward."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Final, get_args
from zoneinfo import ZoneInfo

from tracker.errors import Refused
from tracker.model.notifications import Digest, Times

FIRST_PAUSE: Final = timedelta(minutes=5)
MAX_PAUSE: Final = timedelta(hours=6)
WEEKDAYS: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
DAYS_AROUND: Final = 9
"""Days among which there is a weekly digest before and after any time."""


def is_quiet(times: Times, now: datetime) -> bool:
    """Return whether nothing is sent now.

    >>> is_quiet(Times("UTC", "22:00", "07:00"), datetime(2026, 1, 1, 23, tzinfo=UTC))
    True
    """
    start, end = parse_clock(times.quiet_from), parse_clock(times.quiet_until)
    clock = now.astimezone(load_zone(times.zone)).time()
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end


def find_last_digest(times: Times, now: datetime) -> datetime:
    """Return the latest time of a digest that is not after now."""
    if times.digest == "hourly":
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return next(at for at in _list_digests(times, now, -1) if at <= now)


def find_next_digest(times: Times, now: datetime) -> datetime:
    """Return the next time of a digest after now."""
    if times.digest == "hourly":
        return find_last_digest(times, now) + timedelta(hours=1)
    return next(at for at in _list_digests(times, now, 1) if at > now)


def _list_digests(times: Times, now: datetime, step: int) -> Iterator[datetime]:
    """Yield the digests of the days around now, forwards or backwards.

    An hour that the clocks skip is placed as if they had not yet been put forward.
    """
    zone = load_zone(times.zone)
    today = now.astimezone(zone).date()
    for n in range(-1, DAYS_AROUND):
        day = today + timedelta(days=n * step)
        if times.digest == "daily" or day.weekday() == times.weekday:
            yield datetime.combine(day, time(times.hour), zone).astimezone(UTC)


def describe_times(times: Times) -> str:
    """Say in two sentences when there are digests and quiet hours.

    >>> describe_times(Times())
    'A digest comes every day at 8:00. Quiet from 22:00 to 07:00 (UTC).'
    """
    quiet = (
        "No quiet hours"
        if times.quiet_from == times.quiet_until
        else f"Quiet from {times.quiet_from} to {times.quiet_until}"
    )
    when = {
        "hourly": "every hour",
        "daily": f"every day at {times.hour}:00",
        "weekly": f"every {WEEKDAYS[times.weekday]} at {times.hour}:00",
    }[times.digest]
    return f"A digest comes {when}. {quiet} ({times.zone})."


def compute_pause(failures: int) -> timedelta:
    """Return how long a channel rests after so many failures in a row: twice as long each time.

    >>> [str(compute_pause(n)) for n in (1, 2, 20)]
    ['0:05:00', '0:10:00', '6:00:00']
    """
    return min(FIRST_PAUSE * (1 << min(failures - 1, 10)), MAX_PAUSE)


def check_times(times: Times) -> Times:
    """Return the times if they can be kept; raises `Refused`."""
    load_zone(times.zone)
    for clock in (times.quiet_from, times.quiet_until):
        parse_clock(clock)
    if times.digest not in get_args(Digest):
        raise Refused("a digest comes hourly, daily or weekly")
    if not (0 <= times.hour <= 23 and 0 <= times.weekday <= 6):
        raise Refused("a digest comes at an hour from 0 to 23, on a weekday from 0 (Monday) to 6")
    return times


@cache
def load_zone(name: str) -> ZoneInfo:
    """Return a time zone by its name; raises `Refused`."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise Refused(f"there is no time zone {name!r}: write one such as Europe/Oslo") from None


def parse_clock(text: str) -> time:
    """Parse "HH:MM"; raises `Refused`."""
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 -- a time of any day
    except ValueError:
        raise Refused(f"{text!r} is no time of day: write one such as 22:00") from None
