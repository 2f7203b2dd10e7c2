"""Times, dates and durations."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.wording.numbers import plural

UTC_ZONE: Final = ZoneInfo("UTC")


def parse_zone(name: str | None) -> ZoneInfo:
    """Return the viewer's time zone, or UTC if the browser named none that is known here."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):  # unknown, malformed, or the name of a directory
        return UTC_ZONE


def format_day(instant: datetime, zone: ZoneInfo) -> str:
    """Format a day: `24 Nov 2026`."""
    local = instant.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def format_moment(instant: datetime, zone: ZoneInfo) -> str:
    """Format a time with its zone: `24 Nov 2026, 14:05 CET`."""
    return f"{format_day(instant, zone)}, {instant.astimezone(zone):%H:%M %Z}"


def format_duration(length: timedelta) -> str:
    """Format a duration in its largest unit: `3 hours`, `13 months`, `4 years`."""
    seconds = abs(length.total_seconds())
    for size, limit, unit in _UNITS:
        if seconds < limit:
            return plural(max(1, int(seconds / size)), unit)
    return plural(int(seconds / 31_557_600), "year")


_UNITS: Final = (
    (60, 3_600, "minute"),
    (3_600, 48 * 3_600, "hour"),
    (86_400, 90 * 86_400, "day"),
    (2_629_800, 24 * 2_629_800, "month"),
)


def format_age(instant: datetime | None, now: datetime) -> str:
    """Format a relative time: `3 hours ago`, `in 13 months`, `just now`, `never`."""
    if instant is None:
        return "never"
    if abs(now - instant) < timedelta(minutes=1):
        return "just now"
    return (
        f"{format_duration(now - instant)} ago"
        if instant < now
        else f"in {format_duration(instant - now)}"
    )
