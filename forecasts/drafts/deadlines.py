"""By when does a claim say it will come true, and which last days are worth asking about?"""

import re
from datetime import date, timedelta
from typing import Final

from forecasts.moving_dates import meant_on, moving_times
from forecasts.said_dates import last_of_month, said_times

_TOO_NEAR: Final = timedelta(days=45)
_MOST: Final = 4
_SEASONS: Final = {"spring": 5, "summer": 8, "autumn": 11, "fall": 11}
SEASON: Final = re.compile(
    r"\b(?:(?:by|in|before|during|until)\s)?(?:the\s)?(?P<season>spring|summer|autumn"
    r"|fall)(?:\sof)?\s(?P<year>20[0-9]{2})\b",
    re.IGNORECASE,
)
"""A season of the northern year; a winter lies in two years, and is left to the reader."""

_WITHIN: Final = frozenset(("in", "during", "for", ""))
"""Words before a time that is not a deadline but the stretch that a figure is of."""

_CALENDAR_ENDS: Final = date(9998, 12, 31)


def deadline_of(text: str, today: date) -> date | None:
    """The last day of the time that a claim names, if it lies ahead of `today`; "by 2030" is read
    as to its end.

    >>> deadline_of("It will fall within six months.", date(2026, 11, 24))
    datetime.date(2027, 5, 24)
    >>> deadline_of("It will fall by the summer of 2027.", date(2026, 11, 24))
    datetime.date(2027, 8, 31)
    >>> deadline_of("Since 2014 they have been friends.", date(2026, 11, 24)) is None
    True
    """
    seasons = [
        last_of_month(int(m["year"]), _SEASONS[m["season"].lower()]) for m in SEASON.finditer(text)
    ]
    if seasons and max(seasons) > today:
        return max(seasons)
    said = [one for one in said_times(text) if one.last_days[0] > today]
    ends = [one.last_days[0] for one in said if one.is_deadline] or [
        one.last_days[0] for one in said
    ]
    if ends:
        return max(ends)
    meant = [
        day
        for moving in moving_times(text)
        if (day := meant_on(moving.phrase, today)) is not None and day > today
    ]
    return max(meant, default=None)


def begins_on(text: str, last: date, today: date) -> date | None:
    """The first day of the year, half, quarter or month in which a claim says its figure, if that
    lies ahead.

    None for a deadline, for a single day, and for a stretch that has begun: then it counts from the
    opening.

    >>> begins_on("exports in 2028", date(2028, 12, 31), date(2026, 11, 24))
    datetime.date(2028, 1, 1)
    >>> begins_on("exports by 2028", date(2028, 12, 31), date(2026, 11, 24)) is None
    True
    """
    said = [one for one in said_times(text) if one.last == last and not one.is_day]
    if said:
        is_stretch = all(
            one.cue in _WITHIN and not one.is_deadline and one.is_exact for one in said
        )
        return said[0].first if is_stretch and said[0].first > today else None
    is_next_year = any(moving.phrase.lower() == "next year" for moving in moving_times(text))
    return date(last.year, 1, 1) if is_next_year and last == date(today.year + 1, 12, 31) else None


def horizons_from(said: date | None, today: date) -> tuple[date, ...]:
    """Two to four last days later than today, the claim's own first: then the ends of a quarter and
    of the next years.

    >>> [day.isoformat() for day in horizons_from(None, date(2026, 11, 24))]
    ['2027-03-31', '2027-12-31', '2028-12-31']
    """
    today = min(today, _CALENDAR_ENDS - timedelta(days=1461))
    quarters = [
        last_of_month(year, month)
        for year in (today.year, today.year + 1)
        for month in (3, 6, 9, 12)
    ]
    quarter = next(day for day in quarters if day - today >= _TOO_NEAR)
    years = [date(today.year + n, 12, 31) for n in range(3)]
    usual = sorted({quarter, *(day for day in years if day - today >= _TOO_NEAR)})
    first = (said,) if said is not None and said > today else ()
    return (*first, *(day for day in usual if day not in first))[:_MOST]
