"""Day of an essay, from the note of when it was published."""

import re
from datetime import date, timedelta
from typing import Final

from forecasts.essays.dates import MONTHS, find_dates
from tracker.errors import Refused

_YEAR: Final = re.compile(r"\b(?:1[5-9]|20)[0-9]{2}\b")
_MONTH: Final = rf"(?:{'|'.join(MONTHS)})"
_DAY_OF_MONTH: Final = re.compile(
    rf"\b[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b|\b{_MONTH} [0-9]{{1,2}}\b(?!\d)"
    r"|\b[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\b|\b[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}\b",
    re.IGNORECASE,
)
_HOW: Final = "write it as 28 November 2026, November 2026 or 2026"


def parse_essay_day(published: str) -> date | None:
    """Return the day of an essay as far as its note of publication tells; None if it does not.

    >>> [str(parse_essay_day(note)) for note in ("3 May 2022", "spring 2022", "")]
    ['2022-05-03', '2022-07-01', 'None']
    """
    if dates := find_dates(published):
        day = dates[0]
        is_year = day.first.replace(month=12, day=31) == day.last and day.first.month == 1
        return day.first.replace(month=7) if is_year else day.first
    year = _YEAR.search(published)
    return date(int(year[0]), 7, 1) if year else None


def check_published(published: str, today: date) -> None:
    """Raise `Refused` for a note of publication that tells no day, month or year up to today."""
    if not published.strip():
        return
    dates, year = find_dates(published), _YEAR.search(published)
    if not dates and year is None:
        reason = "names no year" if not re.search(r"[0-9]{4}", published) else "names no such year"
        raise Refused(f"“{published}” {reason}: {_HOW}")
    if _DAY_OF_MONTH.search(published) and not any(day.is_day for day in dates):
        raise Refused(f"“{published}” is not a date of the calendar: {_HOW}")
    first = dates[0].first if dates else date(int(year[0]) if year else today.year, 1, 1)
    if first > today + timedelta(days=1):  # where it is tomorrow already
        raise Refused(f"“{published}” lies ahead of today, {today}: {_HOW}")
