"""Relative dates, such as "next year": detection, and resolution for a given day."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from forecasts.essays.dates import last_day_of_month

_NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), 1
    )
} | {
    "a": 1,
    "an": 1,
    "couple of": 2,
    "few": 3,
    "several": 5,
    "coming": 2,
    "dozen": 12,
    "fifteen": 15,
    "twenty": 20,
}
_AMOUNT: Final = rf"(?P<n>[0-9]{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_RELATIVE_TIME: Final = re.compile(
    rf"""\b(?:
      (?:within|in|over|during|inside|for\sthe(?=\s(?:next|coming)))\s
        (?:(?:the|about|some|at\smost)\s)?(?:next\s|coming\s|following\s)?(?:a\s)?
        {_AMOUNT}(?:\sor\s\w+)?\s(?P<unit>day|week|month|quarter|year|decade)s?
    | (?P<this>this|next|the\scoming|the\snext|the\scurrent|coming)\s
        (?P<what>week|month|quarter|year|decade|winter|spring|summer|autumn|fall)
    | (?P<end>(?:the\s)?(?:end|close)\sof\s(?:the|this)\s
        (?P<ends>month|quarter|year|decade|century))
    | (?P<year_end>year-end|by\sthe\syear’s\send)
    | (?P<tomorrow>tomorrow|tonight|today)
    | (?P<later>later\sthis\syear)
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RelativeTime:
    """Time relative to the reader's day, at `text[start:end]`."""

    phrase: str
    start: int
    end: int


def find_relative_times(text: str) -> tuple[RelativeTime, ...]:
    """Return the relative dates of a text.

    >>> [time.phrase for time in find_relative_times("It falls within six months, or next year.")]
    ['within six months', 'next year']
    """
    return tuple(RelativeTime(m[0], m.start(), m.end()) for m in _RELATIVE_TIME.finditer(text))


def resolve_relative_time(phrase: str, today: date) -> date | None:
    """Return the last day of a phrase of `find_relative_times` read on `today`; None if it is
    unknown.

    >>> resolve_relative_time("within six months", date(2026, 11, 24))
    datetime.date(2027, 5, 24)
    """
    match = _RELATIVE_TIME.search(phrase)
    if match is None:
        return None
    try:
        return _resolve_match(match, today)
    except (ValueError, OverflowError):  # past the year 9999
        return None


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a shorter month.

    >>> add_months(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = last_day_of_month(year, month + 1)
    return min(last, last.replace(day=min(day.day, last.day)))


def _resolve_match(match: re.Match[str], today: date) -> date | None:
    if match["n"]:
        amount = match["n"].lower()
        return _ADD_UNITS[match["unit"].lower()](
            today, int(amount) if amount.isdecimal() else _NUMBERS[amount]
        )
    if match["tomorrow"]:
        return today + timedelta(days=int(match["tomorrow"].lower() == "tomorrow"))
    if match["year_end"] or match["later"]:
        return date(today.year, 12, 31)
    if match["end"]:
        return _end_of_unit(match["ends"].lower(), today)
    steps = 0 if match["this"].lower() in ("this", "the current") else 1
    unit = match["what"].lower()
    return _end_of_unit(unit, _ADD_UNITS[unit](today, steps)) if unit in _ADD_UNITS else None


def _end_of_unit(unit: str, day: date) -> date:
    match unit:
        case "week":
            return day + timedelta(days=6 - day.weekday())
        case "month":
            return last_day_of_month(day.year, day.month)
        case "quarter":
            return last_day_of_month(day.year, (day.month + 2) // 3 * 3)
        case "year":
            return date(day.year, 12, 31)
        case "decade":
            return date(day.year // 10 * 10 + 9, 12, 31)
        case _:
            return date(day.year // 100 * 100 + 99, 12, 31)


_ADD_UNITS: Final[dict[str, Callable[[date, int], date]]] = {
    "day": lambda day, n: day + timedelta(days=n),
    "week": lambda day, n: day + timedelta(days=7 * n),
    "month": add_months,
    "quarter": lambda day, n: add_months(day, 3 * n),
    "year": lambda day, n: add_months(day, 12 * n),
    "decade": lambda day, n: add_months(day, 120 * n),
}
