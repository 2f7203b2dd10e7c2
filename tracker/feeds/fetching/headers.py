"""Build request headers and parse response headers. Pure functions.

Any header may be missing, wrong or hostile; an unreadable one counts as missing.
"""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from tracker.feeds.fetch_results import FetchRequest
from tracker.feeds.plain_text import remove_invisible

MAX_WAIT_SECONDS: Final = 366 * 86400.0
"""Maximum wait in seconds: a server that asks for more is taken to mean a year."""

_SECONDS: Final = re.compile(r"\s*(\d+)\s*", re.ASCII)
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age=\"?(\d+)", re.ASCII)


def build_request_headers(request: FetchRequest) -> dict[str, str] | None:
    """Return the headers beyond the session's defaults; None if there are none."""
    headers = (
        ("Authorization", join_lines(request.authorization)),
        ("If-None-Match", request.etag),
        ("If-Modified-Since", request.last_modified),
        ("User-Agent", join_lines(request.user_agent)),
    )
    return {name: value for name, value in headers if value} or None


def join_lines(text: str) -> str:
    """Join text to one line: a line break would begin another header."""
    return " ".join(remove_invisible(text).split())


def describe_status(status: int) -> str:
    """Describe a status that brings no document: "HTTP 404 Not Found"."""
    try:
        # Not the server's own phrase, which may be hostile.
        line = f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        line = f"HTTP {status}"
    if status < 300:
        return f"{line} instead of a document"
    if status == HTTPStatus.NOT_MODIFIED:
        return f"{line}, but no earlier version was named"
    return f"{line} without a usable address" if status < 400 else line


def clean_validator(header: str | None) -> str | None:
    """Return an ETag or Last-Modified verbatim; None if it cannot be sent back or stored."""
    return header if header and header.isprintable() else None


def parse_retry_after(header: str, now: datetime) -> float | None:
    """Return the whole seconds of a Retry-After header, which holds seconds or a date; None if it
    is unreadable.

    A date is rounded up, so that no request is too early.
    """
    if seconds := _SECONDS.fullmatch(header):
        return min(float(seconds[1]), MAX_WAIT_SECONDS)
    until = _parse_date(header)
    return (
        None
        if until is None
        else min(max(float(math.ceil((until - now).total_seconds())), 0.0), MAX_WAIT_SECONDS)
    )


def parse_freshness(cache_control: str, age: str, expires: str, now: datetime) -> float:
    """Return the seconds for which an answer stays fresh: max-age less Age, else until Expires.

    At most a year; 0 if unspecified or not cacheable.
    """
    control = cache_control.lower()
    if "no-cache" in control or "no-store" in control:
        return 0.0
    if max_age := _MAX_AGE.search(control):
        age_seconds = _SECONDS.fullmatch(age)
        return max(
            min(float(max_age[1]), MAX_WAIT_SECONDS)
            - (float(age_seconds[1]) if age_seconds else 0.0),
            0.0,
        )
    until = _parse_date(expires) if expires else None
    return 0.0 if until is None else min(max((until - now).total_seconds(), 0.0), MAX_WAIT_SECONDS)


def _parse_date(header: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
