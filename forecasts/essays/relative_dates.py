"""Relative dates, such as "next year": detection, and resolution for a given day.

`remove_times` takes all times out of a text, absolute ones, too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from forecasts.essays.dates import MONTH_PATTERN, find_dates, last_day_of_month, remove_dates

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


_MIN_DISTANCE: Final = timedelta(days=45)
_MAX_HORIZONS: Final = 4
_DEADLINE_SEASON_MONTHS: Final = {"spring": 5, "summer": 8, "autumn": 11, "fall": 11}
SEASON_PATTERN: Final = re.compile(
    r"\b(?:(?:by|in|before|during|until)\s)?(?:the\s)?(?P<season>spring|summer|autumn"
    r"|fall)(?:\sof)?\s(?P<year>20[0-9]{2})\b",
    re.IGNORECASE,
)
"""Season of the northern year; winter lies in two years and is excluded."""

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
