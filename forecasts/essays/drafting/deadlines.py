"""Deadlines of claims, and proposed last days of questions."""

import re
from datetime import date, timedelta
from typing import Final

from forecasts.essays.dates import find_dates, last_day_of_month
from forecasts.essays.relative_dates import find_relative_times, resolve_relative_time

_MIN_DISTANCE: Final = timedelta(days=45)
_MAX_HORIZONS: Final = 4
_DEADLINE_SEASON_MONTHS: Final = {"spring": 5, "summer": 8, "autumn": 11, "fall": 11}
SEASON_PATTERN: Final = re.compile(
    r"\b(?:(?:by|in|before|during|until)\s)?(?:the\s)?(?P<season>spring|summer|autumn"
    r"|fall)(?:\sof)?\s(?P<year>20[0-9]{2})\b",
    re.IGNORECASE,
)
"""Season of the northern year; winter lies in two years and is excluded."""

_PERIOD_CUES: Final = frozenset(("in", "during", "for", ""))
"""Words before a time that is the period of a figure, not a deadline."""

_MAX_DATE: Final = date(9998, 12, 31)


def find_deadline(text: str, today: date) -> date | None:
    """Return the last day that a claim names, if it is after `today`; "by 2030" includes 2030.

    >>> find_deadline("It will fall within six months.", date(2026, 11, 24))
    datetime.date(2027, 5, 24)
    >>> find_deadline("It will fall by the summer of 2027.", date(2026, 11, 24))
    datetime.date(2027, 8, 31)
    >>> find_deadline("Since 2014 they have been friends.", date(2026, 11, 24)) is None
    True
    """
    seasons = [
        last_day_of_month(int(m["year"]), _DEADLINE_SEASON_MONTHS[m["season"].lower()])
        for m in SEASON_PATTERN.finditer(text)
    ]
    if seasons and max(seasons) > today:
        return max(seasons)
    mentions = [mention for mention in find_dates(text) if mention.last_days[0] > today]
    ends = [mention.last_days[0] for mention in mentions if mention.is_deadline] or [
        mention.last_days[0] for mention in mentions
    ]
    if ends:
        return max(ends)
    days = [
        day
        for relative in find_relative_times(text)
        if (day := resolve_relative_time(relative.phrase, today)) is not None and day > today
    ]
    return max(days, default=None)


def parse_period_start(text: str, last: date, today: date) -> date | None:
    """Return the first day of the period of a claim's figure, if it lies ahead.

    None for a deadline, for a single day, and for a period that has begun, which counts from the
    opening.

    >>> parse_period_start("exports in 2028", date(2028, 12, 31), date(2026, 11, 24))
    datetime.date(2028, 1, 1)
    >>> parse_period_start("exports by 2028", date(2028, 12, 31), date(2026, 11, 24)) is None
    True
    """
    mentions = [
        mention for mention in find_dates(text) if mention.last == last and not mention.is_day
    ]
    if mentions:
        is_period = all(
            mention.cue in _PERIOD_CUES and not mention.is_deadline and mention.is_exact
            for mention in mentions
        )
        return mentions[0].first if is_period and mentions[0].first > today else None
    is_next_year = any(
        relative.phrase.lower() == "next year" for relative in find_relative_times(text)
    )
    return date(last.year, 1, 1) if is_next_year and last == date(today.year + 1, 12, 31) else None


def propose_horizons(deadline: date | None, today: date) -> tuple[date, ...]:
    """Return two to four last days: the claim's own, the end of a quarter and of the next years.

    >>> [day.isoformat() for day in propose_horizons(None, date(2026, 11, 24))]
    ['2027-03-31', '2027-12-31', '2028-12-31']
    """
    today = min(today, _MAX_DATE - timedelta(days=1461))
    quarters = [
        last_day_of_month(year, month)
        for year in (today.year, today.year + 1)
        for month in (3, 6, 9, 12)
    ]
    quarter = next(day for day in quarters if day - today >= _MIN_DISTANCE)
    years = [date(today.year + offset, 12, 31) for offset in range(3)]
    defaults = sorted({quarter, *(day for day in years if day - today >= _MIN_DISTANCE)})
    first = (deadline,) if deadline is not None and deadline > today else ()
    return (*first, *(day for day in defaults if day not in first))[:_MAX_HORIZONS]
