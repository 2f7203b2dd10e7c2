"""Window of a question: the days it covers, and the periods for which a series is published."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from forecasts.essays.catalogue.entries import Period
from forecasts.essays.dates import MONTHS, format_long_date
from forecasts.essays.relative_dates import find_deadline, propose_horizons

_MIDDLE_OF_YEAR: Final = 6
_QUARTERS: Final = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class Window:
    """Days that a question covers, both included.

    `horizons` are the last days to choose from. `is_retrospective`: the last day has passed, so
    that the question can be opened only as one about the past, from the day of the essay.
    """

    first: date
    last: date
    horizons: tuple[date, ...]
    is_retrospective: bool = False


def choose_window(
    claim: str,
    written: date,
    today: date,
    *,
    last: date | None = None,
    period: Period | None = None,
) -> Window:
    """Return the window of a claim: its own deadline as of the day it was written, else a default.

    A deadline that has passed is offered last, as a window of the past. The default for a thing
    that is published once a year is the end of the year of which half at least lies ahead.

    >>> window = choose_window("It will open next year.", date(2026, 3, 1), date(2026, 11, 24))
    >>> window.first.isoformat(), window.last.isoformat()
    ('2026-11-24', '2027-12-31')
    >>> past = choose_window(
    ...     "It will open next year.", date(2020, 3, 1), date(2026, 11, 24),
    ...     last=date(2021, 12, 31))
    >>> past.first.isoformat(), past.is_retrospective
    ('2020-03-01', True)
    """
    deadline = find_deadline(claim, written)
    ahead = propose_horizons(deadline, today)
    passed = (deadline,) if deadline and written < deadline <= today else ()
    horizons = (*ahead, *passed)
    is_yearly = period in ("year", "season") and deadline not in ahead
    year = today.year if today.month <= _MIDDLE_OF_YEAR else today.year + 1
    default = date(year, 12, 31) if is_yearly else horizons[0]
    chosen = last or default
    is_past = chosen < today
    return Window(written if is_past else today, chosen, horizons, is_past)


@dataclass(frozen=True, slots=True)
class PublishedPeriod:
    """Period for which a value is published; `phrase` is "in March 2027", "on 3 May 2027"."""

    first: date
    last: date
    phrase: str


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
    ('in 2027', 'in March 2027')
    """
    target = find_period(period, window.last)
    if target.last > window.first:
        return target
    months = {"month": 1, "quarter": 3}.get(period, 12)
    day = window.first
    month = (day.month + months - 1) // months * months
    return find_period(period, date(day.year, month, monthrange(day.year, month)[1]))


def find_base_period(period: Period, target: PublishedPeriod, opened: date) -> PublishedPeriod:
    """Return the period to compare with: the same one of the newest year that has ended by then.

    >>> target = find_period("month", date(2028, 3, 31))
    >>> find_base_period("month", target, date(2026, 11, 24)).phrase
    'in March 2026'
    """
    years = range(1, target.last.year)
    bases = (_shift_years(target.last, years_back) for years_back in years)
    last = next(day for day in bases if day < opened)
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
