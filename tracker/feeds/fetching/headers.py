"""What we say in headers, and what a server says of its answer and about when to come back. Pure.

Everything in a header may be missing, wrong or hostile; what cannot be read counts as not said.
"""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from tracker.feeds.answers import FetchRequest
from tracker.feeds.text import visible

LONGEST_WAIT: Final = 366 * 86400.0
"""Seconds. A server that asks for more than a year is taken to mean a year."""

_SECONDS: Final = re.compile(r"\s*(\d+)\s*", re.ASCII)
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age=\"?(\d+)", re.ASCII)


def request_headers(request: FetchRequest) -> dict[str, str] | None:
    """What this request says beyond what all do."""
    if not (request.etag or request.last_modified or request.user_agent):
        return None
    said = (
        ("If-None-Match", request.etag),
        ("If-Modified-Since", request.last_modified),
        ("User-Agent", one_line(request.user_agent)),
    )
    return {name: value for name, value in said if value}


def one_line(text: str) -> str:
    """A text as it may stand in a header, where the end of a line would begin another header."""
    return " ".join(visible(text).split())


def status_line(status: int) -> str:
    """A status that brings no document, in words: "HTTP 404 Not Found"."""
    try:
        line = f"HTTP {status} {HTTPStatus(status).phrase}"  # never the server's own phrase: it may say anything
    except ValueError:
        line = f"HTTP {status}"
    if status < 300:
        return f"{line} instead of a document"
    if status == HTTPStatus.NOT_MODIFIED:
        return f"{line}, but no earlier version was named"
    return f"{line} without a usable address" if status < 400 else line


def validator(header: str | None) -> str | None:
    """An ETag or Last-Modified word for word, unless it could not be sent back or stored."""
    return header if header and header.isprintable() else None


def retry_after(header: str, now: datetime) -> float | None:
    """Whole seconds to wait by a Retry-After header, which holds seconds or a date; None if it is
    unreadable.

    A date is rounded up, so that nobody comes back earlier than asked.
    """
    if seconds := _SECONDS.fullmatch(header):
        return min(float(seconds[1]), LONGEST_WAIT)
    until = _date(header)
    return (
        None
        if until is None
        else min(max(float(math.ceil((until - now).total_seconds())), 0.0), LONGEST_WAIT)
    )


def freshness(cache_control: str, age: str, expires: str, now: datetime) -> float:
    """Seconds for which an answer stays fresh: max-age less the time that it has lain, else until
    Expires.

    At most a year; 0 when nothing is said or the answer is not to be kept.
    """
    control = cache_control.lower()
    if "no-cache" in control or "no-store" in control:
        return 0.0
    if max_age := _MAX_AGE.search(control):
        lain = _SECONDS.fullmatch(age)
        return max(min(float(max_age[1]), LONGEST_WAIT) - (float(lain[1]) if lain else 0.0), 0.0)
    until = _date(expires) if expires else None
    return 0.0 if until is None else min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT)


def _date(header: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
