"""Window of a question: the days it covers, and the periods for which a series is published."""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, timedelta
from typing import Final

from forecasts.essays.catalogue.entries import CatalogueEntry, Period
from forecasts.essays.dates import MONTHS, find_dates, format_long_date, last_day_of_month
from forecasts.essays.drafting.times import BASE_YEAR, ClaimTime, find_claim_time

OLDEST_YEAR: Final = 1960
"""Year before which hardly any source of the catalogue published anything."""

_MAX_AGE_YEARS: Final = 2
_SELDOM: Final = ("year", "season", None)
"""Rhythms of what a year is a fair time for; None is an act."""

_MIDDLE_OF_YEAR: Final = 6
_QUARTERS: Final = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class Window:
    """Days that a question covers, both included.

    `horizons` are the last days to choose from. `is_retrospective`: the last day has passed, so
    that the question can be opened only as one about the past, from the day of the essay. `time`
    is the one that the claim itself names, None without one or for another last day.
    """

    first: date
    last: date
    horizons: tuple[date, ...]
    is_retrospective: bool = False
    time: ClaimTime | None = None

    @property
    def opening(self) -> date:
        """First day on which what the claim says may happen."""
        return max(self.first, self.time.first) if self.time and self.time.is_span else self.first

    @property
    def phrase(self) -> str:
        """Words for the window in a question: "in June 2027", "by 3 May 2027"."""
        return self.time.phrase if self.time else f"by {format_long_date(self.last)}"


def choose_window(
    claim: str,
    written: date,
    today: date,
    *,
    last: date | None = None,
    period: Period | None = None,
) -> Window:
    """Return the window of a claim: its own deadline as of the day it was written, else a default.

    A claim with a deadline that has passed is about the past, from the day it was written to that
    day. A claim without one may be asked of its own time, too, to the end of the year after it:
    that is offered last, and first if it is older than two years. The default for an act, and a
    thing that is published once a year, is the end of the year of which half at least lies ahead.

    >>> window = choose_window("It will open next year.", date(2026, 3, 1), date(2026, 11, 24))
    >>> window.first.isoformat(), window.last.isoformat()
    ('2026-11-24', '2027-12-31')
    >>> past = choose_window("It will open next year.", date(2020, 3, 1), date(2026, 11, 24))
    >>> past.first.isoformat(), past.last.isoformat(), past.is_retrospective
    ('2020-03-01', '2021-12-31', True)
    """
    time = find_claim_time(claim, written)
    deadline = time.last if time else None
    ahead = propose_horizons(deadline, today)
    has_passed = deadline is not None and written < deadline < today
    passed = (deadline,) if deadline is not None and has_passed else ()
    then = date(min(written.year + 1, MAXYEAR), 12, 31)
    past = (then,) if deadline is None and then < today and written.year >= OLDEST_YEAR else ()
    is_old = bool(past) and today.year - written.year > _MAX_AGE_YEARS
    horizons = (*passed, *past, *ahead) if is_old else (*passed, *ahead, *past)
    is_yearly = period in _SELDOM and deadline is None and horizons[0] in ahead
    year = today.year if today.month <= _MIDDLE_OF_YEAR else today.year + 1
    default = date(year, 12, 31) if is_yearly else horizons[0]
    horizons = (default, *(day for day in horizons if day != default))
    chosen = last or default
    is_past = chosen < today
    kept_time = time if time and time.last == chosen else None
    return Window(written if is_past else today, chosen, horizons, is_past, kept_time)


_MIN_DISTANCE: Final = timedelta(days=45)
_MAX_HORIZONS: Final = 4
_MAX_DATE: Final = date(9998, 12, 31)


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


@dataclass(frozen=True, slots=True)
class PublishedPeriod:
    """Period for which a value is published; `phrase` is "in March 2027", "on 3 May 2027".

    `rule` says how the values of shorter periods count, "" where there is one value. `is_any`: one
    of them is enough. `is_named`: the claim names it itself.
    """

    first: date
    last: date
    phrase: str
    rule: str = ""
    is_any: bool = False
    is_named: bool = False


def find_period(period: Period, last: date) -> PublishedPeriod:
    """Return the last period of a series that ends by a day, as far as one can be known.

    >>> find_period("quarter", date(2027, 8, 31)).phrase
    'in the second quarter of 2027'
    >>> find_period("year", date(2027, 12, 31)).phrase, find_period("week", date(2027, 1, 8)).phrase
    ('in 2027', 'in the week to 8 January 2027')
    """
    match period:
        case "month":
            return _month(_last_full(last, 1))
        case "quarter":
            end = _last_full(last, 3)
            name = f"{_QUARTERS[end.month // 3 - 1]} quarter of {end.year}"
            return PublishedPeriod(date(end.year, end.month - 2, 1), end, f"in the {name}")
        case "year" | "season":
            year = last.year if (last.month, last.day) == (12, 31) else last.year - 1
            return PublishedPeriod(date(year, 1, 1), date(year, 12, 31), f"in {year}")
        case "week":
            phrase = f"in the week to {format_long_date(last)}"
            return PublishedPeriod(last - timedelta(days=6), last, phrase)
        case "release":
            phrase = f"in the last release before {format_long_date(last + timedelta(days=1))}"
            return PublishedPeriod(last, last, phrase)
        case "day":
            return PublishedPeriod(last, last, f"on {format_long_date(last)}")


def find_target_period(period: Period, window: Window) -> PublishedPeriod:
    """Return the last period of a series that ends within a window, or the one that its day is in.

    >>> window = choose_window("It rises.", date(2027, 2, 1), date(2027, 2, 1))
    >>> find_target_period("year", window).phrase, find_target_period("month", window).phrase
    ('in 2027', 'in December 2027')
    """
    target = find_period(period, window.last)
    if target.last > window.first:
        return target
    months = {"month": 1, "quarter": 3}.get(period, 12)
    day = window.first
    month = (day.month + months - 1) // months * months
    return find_period(period, date(day.year, month, monthrange(day.year, month)[1]))


def find_named_period(
    entry: CatalogueEntry, claim: str, window: Window, figures: int
) -> PublishedPeriod:
    """Return the period that a claim is about: its own year or quarter, or the last in its window.

    An average over a year asks for the mean of its months, a level that is reached in a year for
    any of them. `figures` is the number of levels that the claim names.
    """
    target = find_target_period(entry.period, window)
    span = find_span(claim, window.last)
    if not figures or span is None or entry.period in ("year", "season", "quarter", "release"):
        return target
    is_price = _PRICE.search(entry.measure) is not None
    is_quarter = (span.last - span.first).days < _MAX_QUARTER
    name = span.phrase.removeprefix("in ")
    if _AVERAGE.search(claim) or (is_price and (is_quarter or not _MOVES.search(claim))):
        rule = f"The mean of the values published for {name} counts."
        return replace(span, phrase=f"on average over {name}", rule=rule)
    if figures > 1 or not _REACHES.search(claim):
        return target
    first = max(span.first, window.first)
    part = name if first == span.first else f"what is left of {name}"
    return PublishedPeriod(
        first,
        span.last,
        f"in any {entry.period} of {name}",
        rule=f"One {entry.period} of {part} is enough.",
        is_any=True,
    )


def find_span(claim: str, last: date) -> PublishedPeriod | None:
    """Return the year or quarter that ends on a day and that a claim names as a whole."""
    if _BY.search(claim):
        return None
    for mention in find_dates(claim):
        days = (mention.last - mention.first).days
        if mention.last == last and days > _MIN_QUARTER:
            return find_period("year" if days > _MAX_QUARTER else "quarter", last)
    is_year_end = (last.month, last.day) == (12, 31)
    return find_period("year", last) if is_year_end and _THIS_YEAR.search(claim) else None


_MIN_QUARTER: Final = 85
_MAX_QUARTER: Final = 200
_THIS_YEAR: Final = re.compile(r"\b(?:this|next|the coming) year\b", re.IGNORECASE)
_BY: Final = re.compile(
    r"\b(?:by|before|until|at) (?:the )?(?:end|close|start|mid|early|late|this|next|(?:19|20)\d\d"
    rf"|{'|'.join(MONTHS)})|\bend[- ](?:of|\d)|\byear-end\b",
    re.IGNORECASE,
)
_AVERAGE: Final = re.compile(r"\baverag(?:e|es|ed|ing)\b", re.IGNORECASE)
_PRICE: Final = re.compile(r"\b(?:price|exchange rate)\b")
_MOVES: Final = re.compile(
    r"\b(?:reach|hit|exceed|surpass|top|pass|break|touch|rise|climb|jump|grow|soar|fall|drop|dip"
    r"|sink|slide|decline|return|stay|remain|be (?:above|below|over|under))",
    re.IGNORECASE,
)
_REACHES: Final = re.compile(
    r"\b(?:reach|hit|exceed|surpass|top|pass|break|touch"
    r"|(?:rise|climb|jump|go|move|fall|drop|dip|sink|slide) (?:\w+ )?(?:above|below|past|over|under"
    r"|beyond|through))\w*\b",
    re.IGNORECASE,
)


def find_claim_base(
    period: Period, claim: str, target: PublishedPeriod, opened: date
) -> PublishedPeriod:
    """Return the period to compare with: that of the year which the claim names, else the newest.

    >>> target = find_period("year", date(2030, 12, 31))
    >>> find_claim_base("year", "It doubles from 2020 levels.", target, date(2026, 1, 1)).phrase
    'in 2020'
    """
    named = _BASE_YEAR.search(claim)
    year = int(named["since"] or named["year"]) if named else MAXYEAR
    if named and OLDEST_YEAR <= year < target.last.year:
        base = find_period(period, _shift_years(target.last, target.last.year - year))
        return replace(base, is_named=True)
    base = find_base_period(period, target, opened)
    if not target.rule:
        return base
    span = find_period("quarter" if "quarter" in target.phrase else "year", base.last)
    return replace(span, phrase=f"on average over {span.phrase.removeprefix('in ')}")


_BASE_YEAR: Final = re.compile(
    rf"\bbetween (?P<since>(?:19|20)\d\d) and (?:19|20)\d\d|{BASE_YEAR}", re.IGNORECASE
)


def find_base_period(period: Period, target: PublishedPeriod, opened: date) -> PublishedPeriod:
    """Return the period to compare with: the same one of the newest year that has ended by then.

    >>> target = find_period("month", date(2028, 3, 31))
    >>> find_base_period("month", target, date(2026, 11, 24)).phrase
    'in March 2026'
    """
    bases = (_shift_years(target.last, count) for count in range(1, target.last.year))
    is_next = target.last.year == opened.year + 1
    last = next(day for day in bases if day < opened or (is_next and day.year == opened.year))
    return find_period(period, last)


def _last_full(day: date, months: int) -> date:
    """Return the last day of the newest month, or quarter, that ends by a day."""
    is_end = day.day == monthrange(day.year, day.month)[1]
    count = day.year * 12 + day.month - (0 if is_end else 1)
    year, month = divmod(count // months * months - 1, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def _month(end: date) -> PublishedPeriod:
    return PublishedPeriod(end.replace(day=1), end, f"in {MONTHS[end.month - 1]} {end.year}")


def _shift_years(day: date, years: int) -> date:
    year = day.year - years
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def add_days(day: date, days: int) -> date:
    """Return the day so many days later, at most the last one of the calendar."""
    return day + timedelta(days=min(days, (date.max - day).days))
