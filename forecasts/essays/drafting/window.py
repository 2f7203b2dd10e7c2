"""Window of a question: the days it covers, and the periods for which a series is published."""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, timedelta
from typing import Final

from forecasts.essays.catalogue.entries import CatalogueEntry, Period
from forecasts.essays.dates import MONTHS, find_dates, format_long_date, last_day_of_month
from forecasts.essays.relative_dates import find_deadline, propose_horizons

OLDEST_YEAR: Final = 1960
"""Year before which hardly any source of the catalogue published anything."""

_MAX_AGE_YEARS: Final = 2
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

    A claim with a deadline that has passed is about the past, from the day it was written to that
    day. A claim without one may be asked of its own time, too, to the end of the year after it:
    that is offered last, and first if it is older than two years. The default for a thing that
    is published once a year is the end of the year of which half at least lies ahead.

    >>> window = choose_window("It will open next year.", date(2026, 3, 1), date(2026, 11, 24))
    >>> window.first.isoformat(), window.last.isoformat()
    ('2026-11-24', '2027-12-31')
    >>> past = choose_window("It will open next year.", date(2020, 3, 1), date(2026, 11, 24))
    >>> past.first.isoformat(), past.last.isoformat(), past.is_retrospective
    ('2020-03-01', '2021-12-31', True)
    """
    deadline = find_claim_deadline(claim, written)
    ahead = propose_horizons(deadline, today)
    has_passed = deadline is not None and written < deadline < today
    passed = (deadline,) if deadline is not None and has_passed else ()
    then = date(min(written.year + 1, MAXYEAR), 12, 31)
    past = (then,) if deadline is None and then < today and written.year >= OLDEST_YEAR else ()
    is_old = bool(past) and today.year - written.year > _MAX_AGE_YEARS
    horizons = (*passed, *past, *ahead) if is_old else (*passed, *ahead, *past)
    is_yearly = period in ("year", "season") and deadline is None and horizons[0] in ahead
    year = today.year if today.month <= _MIDDLE_OF_YEAR else today.year + 1
    default = date(year, 12, 31) if is_yearly else horizons[0]
    chosen = last or default
    is_past = chosen < today
    return Window(written if is_past else today, chosen, horizons, is_past)


_DECADE: Final = re.compile(
    r"\b(?:in|by|during|until|before) the (?P<part>early|mid|late)?[ -]?(?P<decade>20[0-9]0)s\b",
    re.IGNORECASE,
)
_YEARS_INTO: Final = {"early": 3, "mid": 6, "late": 9, "": 9}


def find_claim_deadline(claim: str, written: date) -> date | None:
    """Return the last day that a claim names; decades, seasons and months without a year, too.

    >>> find_claim_deadline("Ships of tomorrow will sail alone in the mid-2030s.", date(2026, 1, 1))
    datetime.date(2036, 12, 31)
    >>> find_claim_deadline("It will open before the summer.", date(2026, 11, 24))
    datetime.date(2027, 5, 31)
    >>> find_claim_deadline("It will open in early March.", date(2026, 11, 24))
    datetime.date(2027, 3, 31)
    >>> find_claim_deadline("They will weaken the 2035 ban.", date(2026, 11, 24)) is None
    True
    """
    text = _NO_DEADLINE.sub(" ", claim)
    for pattern, find_day in _CLEAR_DAYS:
        if match := pattern.search(text):
            return find_day(match, written)
    if deadline := find_deadline(text, written):
        return deadline
    for pattern, find_day in _LOOSE_DAYS:
        if matches := [*pattern.finditer(text)]:
            return find_day(matches[-1], written)
    return None


BASE_YEAR: Final = (
    r"\b(?:from|than in|compared (?:to|with)|(?:above|below|over|under|on)(?: its| their| the)?"
    r"(?: levels?(?: of| in)?)?|levels? (?:of|in)|since) (?P<year>(?:19|20)\d\d)"
    r"(?= levels?\b|[.,;]|$)(?: levels?\b)?"
)
"""Year that a claim compares with."""

_NO_DEADLINE: Final = re.compile(
    r"\bof (?:tomorrow|today)\b"
    r"|\b(?:within|inside|in) (?:\w+ ){1,3}(?:days?|weeks?|months?|years?) (?:of|after)\b"
    r"|\bthe (?:19|20)\d\d (?=\w+ ?(?:ban|target|goal|deal|accord|treaty|agreement|law|act|rules?"
    r"|plan|pledge|level|crisis|crash|war|invasion|recession|peak|high|low|record)\b"
    r"|(?:ban|target|goal|deal|accord|treaty|agreement|law|act|rules?|plan|pledge|levels?|crisis"
    r"|crash|war|invasion|recession|peak|high|low|record)\b)"
    rf"|{BASE_YEAR}",
    re.IGNORECASE,
)
"""Times that are no deadline: "cars of tomorrow", "within a year of the truce", "the 2035 ban"."""

_TWO_YEARS: Final = re.compile(r"(?<!\S)(?P<year>20\d\d)[-–/](?P<next>\d\d)\b(?! ?(?:%|per))")
"""Season or fiscal year of two calendar years, such as "2024-25"."""

_MID_CENTURY: Final = re.compile(
    r"\b(?:the middle of the|mid-|this mid-)[ ]?century\b", re.IGNORECASE
)
_SEASONS: Final = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}
_SEASON: Final = re.compile(
    r"\b(?P<cue>in|by|during|until|over) (?:the )?(?:early |late |coming )?"
    r"(?P<season>spring|summer|autumn|fall)(?:,? (?:of )?(?P<year>20\d\d))?\b",
    re.IGNORECASE,
)
_BEFORE_SEASON: Final = re.compile(
    r"\b(?P<cue>before) (?:the )?(?:end of )?(?:next |coming )?"
    r"(?P<season>spring|summer|autumn|fall)(?:,? (?:of )?(?P<year>20\d\d))?\b",
    re.IGNORECASE,
)
_REST: Final = re.compile(
    r"\b(?:rest|remainder) of the (?P<unit>year|decade|century)\b", re.IGNORECASE
)
_MONTH: Final = re.compile(
    r"\b(?P<cue>[Ii]n|[Bb]y|[Bb]efore|[Uu]ntil|[Dd]uring|and) (?:the )?(?:early |late |mid-)?"
    rf"(?P<month>{'|'.join(MONTHS)})"
    r"(?! (?:\d|of ))\b"
)


def _find_decade(match: re.Match[str], written: date) -> date | None:
    year = int(match["decade"]) + _YEARS_INTO[(match["part"] or "").lower()]
    return date(year, 12, 31) if year > written.year else None


def _find_mid_century(_: re.Match[str], written: date) -> date | None:
    return date(written.year // 100 * 100 + 50, 12, 31) if written.year % 100 < 50 else None


def _find_two_years(match: re.Match[str], written: date) -> date | None:
    end = date(int(match["year"][:2] + match["next"]), 6, 30)
    return end if end > written else None


def _find_rest(match: re.Match[str], written: date) -> date:
    years = {"year": 1, "decade": 10, "century": 100}[match["unit"].lower()]
    return date(written.year // years * years + years - 1, 12, 31)


def _find_season(match: re.Match[str], written: date) -> date:
    """Return the end of a season, or the day before it."""
    first, last = _SEASONS[match["season"].lower()]
    month = first - 1 if match["cue"].lower() == "before" else last
    year = int(match["year"]) if match["year"] else written.year + (month < written.month)
    return last_day_of_month(min(year, MAXYEAR), month)


def _find_month(match: re.Match[str], written: date) -> date:
    """Return the end of a month that comes next, or the day before it."""
    month = MONTHS.index(match["month"]) + 1
    year = min(written.year + (month < written.month), MAXYEAR)
    if match["cue"].lower() == "before":
        return date(year, month, 1) - timedelta(days=1)
    return last_day_of_month(year, month)


_CLEAR_DAYS: Final = (
    (_DECADE, _find_decade),
    (_MID_CENTURY, _find_mid_century),
    (_TWO_YEARS, _find_two_years),
    (_BEFORE_SEASON, _find_season),
)
_LOOSE_DAYS: Final = ((_REST, _find_rest), (_SEASON, _find_season), (_MONTH, _find_month))
"""Words for a last day, before and after those that name a day or a year."""


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
    ('in 2027', 'in March 2027')
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
    if _QUARTER.search(claim):
        return find_period("quarter", last)
    for mention in find_dates(claim):
        days = (mention.last - mention.first).days
        if mention.last == last and days > _MIN_QUARTER:
            return find_period("year" if days > _MAX_QUARTER else "quarter", last)
    is_year_end = (last.month, last.day) == (12, 31)
    return find_period("year", last) if is_year_end and _THIS_YEAR.search(claim) else None


_QUARTER: Final = re.compile(rf"\b(?:{'|'.join(MONTHS)})(?: (?:19|20)\d\d)? quarter\b")
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
