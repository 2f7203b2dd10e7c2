"""Relative dates, such as "next year": detection, and resolution for a given day.

`remove_times` takes all times out of a text, absolute ones, too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from forecasts.essays.dates import MONTH_PATTERN, last_day_of_month, remove_dates

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
_RELATIVE_TIME_WITH_CUE: Final = re.compile(
    rf"(?:\b(?:by|before|until|in|over|during|from)\s)?(?:{_RELATIVE_TIME.pattern})",
    re.VERBOSE | re.IGNORECASE,
)
_BY_THEN: Final = re.compile(r"\bby (?:then|now)\b", re.IGNORECASE)
_LEADING: Final = (
    r"(?:by|before|in|on|at|until|through|during|between|from|after|past|beyond|as of|this|next)"
)
_OCCASION: Final = re.compile(
    rf"\s\b{_LEADING}\s+(?:(?:the\s+)?end\sof\s+)?(?:(?:the|its|their)\s+)?(?:{MONTH_PATTERN}"
    r"(?:['’]s)?\s+)(?:(?:19|20)\d\d\s+)?(?:(?:policy|rate|annual|regular|statistical)\s+)?"
    r"(?:meeting|report|release|recess|survey|data|print|session|update|maintenance)\b",
    re.IGNORECASE,
)
_LOOSE_TIME: Final = re.compile(
    rf",?\s*\b{_LEADING}?\s*"
    r"(?:the\s+)?(?:(?:end|start|beginning|close|middle) of\s+)?(?:the\s+year\s+)?"
    rf"(?:{MONTH_PATTERN}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+(?:19|20)\d\d)?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH_PATTERN}(?:,?\s+(?:19|20)\d\d)?"
    rf"|{MONTH_PATTERN}\s+(?:19|20)\d\d|(?:this|next) (?:year|month|week|quarter)|christmas"
    r"|easter|ramadan|new year"
    r"|(?:first|second|last|final) (?:week|half|days?) of (?:20\d\d|"
    rf"{MONTH_PATTERN})|(?:(?<=\bby )|(?<=yond )|(?<=past )){MONTH_PATTERN}['’]s end"
    rf"|(?:(?<=\bby )|(?<=beyond )|(?<=before )|(?<=until ))(?:mid-|late |early ){MONTH_PATTERN}"
    rf"|(?:(?<=\bby )|(?<=before )|(?<=\bin )|(?<=\bof )|(?<=until )|(?<=through )|(?<=\bthis )"
    rf"|(?<=before the )|(?<=of this )|(?<=past )|(?<=beyond )){MONTH_PATTERN}"
    r"|this (?:spring|summer|autumn|fall|winter)|the (?:summer|winter)(?:['’]s)?(?: end)?"
    r"|(?<![\d$€£,.])(?:19|20)\d\d(?![\d,%]|\.\d| (?:points|people|tonnes)))(?!['’\w-])",
    re.IGNORECASE,
)
_DANGLING: Final = re.compile(
    r"[\s,;:–-]+(?:in any (?:quarter|month)(?: of)?|by|before|in|on|at|until|through"
    r"|during|between|from|after|past|beyond|as of|of|to|and|or|the"
    r"|the end of)$",
    re.IGNORECASE,
)
_SEASON_END_MONTHS: Final = {"winter": 2, "spring": 5, "summer": 8, "autumn": 11, "fall": 11}


SEASON_PATTERN: Final = re.compile(
    r"\b(?:(?:by|in|before|during|until)\s)?(?:the\s)?(?P<season>spring|summer|autumn"
    r"|fall)(?:\sof)?\s(?P<year>20[0-9]{2})\b",
    re.IGNORECASE,
)
"""Season of the northern year; winter lies in two years and is excluded."""


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


def remove_times(text: str) -> str:
    """Remove the dates and times of a text, and the words that lead to them.

    >>> remove_times("sign it by then, or within six months, or by 1 May 2027")
    'sign it, or, or'
    """
    bare = remove_dates(_BY_THEN.sub("", SEASON_PATTERN.sub("", text)))
    bare = _RELATIVE_TIME_WITH_CUE.sub("", bare)
    return re.sub(r"\s+([,.;])", r"\1", " ".join(bare.split())).strip(" ,;")


def remove_question_times(text: str) -> str:
    """Remove the times of a question, those without a year and fixed occasions, too.

    >>> remove_question_times("Chad to sign the pact by mid-May, before the June 2027 meeting")
    'Chad to sign the pact'
    >>> remove_question_times("petrol above 9 yuan through New Year")
    'petrol above 9 yuan'
    """
    bare, previous = _DANGLING.sub("", remove_times(_OCCASION.sub("", text))), None
    while previous != bare:
        previous = bare
        bare = _DANGLING.sub("", _LOOSE_TIME.sub("", f" {bare}")).strip(" ,;:")
    return bare


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


def _resolve_match(match: re.Match[str], today: date) -> date:
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
    if unit in _SEASON_END_MONTHS:
        return _end_of_season(_SEASON_END_MONTHS[unit], today, steps)
    return _end_of_unit(unit, _ADD_UNITS[unit](today, steps))


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


def _end_of_season(month: int, today: date, steps: int) -> date:
    """Return the end of a coming season of the northern year; winter ends in February."""
    end = last_day_of_month(today.year, month)
    return (
        last_day_of_month(today.year + 1, month)
        if end < today or (steps and (end - today).days < 90)
        else end
    )


_ADD_UNITS: Final[dict[str, Callable[[date, int], date]]] = {
    "day": lambda day, n: day + timedelta(days=n),
    "week": lambda day, n: day + timedelta(days=7 * n),
    "month": add_months,
    "quarter": lambda day, n: add_months(day, 3 * n),
    "year": lambda day, n: add_months(day, 12 * n),
    "decade": lambda day, n: add_months(day, 120 * n),
}
