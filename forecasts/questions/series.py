"""Series: dated numbers that a source publishes, and the texts in which sources write them.

Dates come as days, months, quarters, halves or years; numbers with separators, units and footnotes.
What cannot be read surely is None: a wrong number is worse than a missing one.
"""

import re
from calendar import month_abbr, month_name, monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, NewType

SeriesId = NewType("SeriesId", str)
SeriesFormat = Literal["csv", "json", "html"]

MAX_CELL_LENGTH: Final = 200
"""Characters of a cell that are read; longer ones are prose."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `start` to `end`, both included.

    >>> str(Period(date(2026, 1, 1), date(2026, 3, 31)))
    'Q1 2026'
    """

    start: date
    end: date

    def __contains__(self, other: "Period") -> bool:
        return self.start <= other.start and other.end <= self.end

    def __str__(self) -> str:
        """Return its name: a day, a month, a quarter, a year, or both of its ends."""
        start, year = self.start, self.start.year
        if start == self.end:
            return start.isoformat()
        if self == _month(year, start.month):
            return f"{month_name[start.month]} {year}"
        for months, letter in ((3, "Q"), (6, "H")):
            number, late = divmod(start.month - 1, months)
            if not late and self == _months(year, start.month, months):
                return f"{letter}{number + 1} {year}"
        if self == _months(year, 1, 12):
            return str(year)
        return f"{start.isoformat()} to {self.end.isoformat()}"


@dataclass(frozen=True, slots=True)
class SeriesValue:
    """A number for a period, as a source wrote it in a document that we first saw at `known_at`."""

    period: Period
    value: float
    text: str
    known_at: datetime
    document_hash: str


@dataclass(frozen=True, slots=True)
class Series:
    """A series by address: the columns of its dates and numbers, and the rows that count.

    `where` holds pairs of a column and the content that a row has to have in it.
    """

    id: SeriesId
    url: str
    format: SeriesFormat
    date_column: str
    value_column: str
    where: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    day_first: bool = False
    decimal_comma: bool = False


def _month(year: int, month: int) -> Period:
    return _months(year, month, 1)


def _months(year: int, month: int, count: int) -> Period:
    last = month + count - 1
    return Period(date(year, month, 1), date(year, last, monthrange(year, last)[1]))


# Dates

_NAMES: Final = {
    **{name.lower(): number for number, name in enumerate(month_name) if name},
    **{name.lower(): number for number, name in enumerate(month_abbr) if name},
    "sept": 9,
}
_MONTH: Final = rf"(?P<name>{'|'.join(sorted(_NAMES, key=len, reverse=True))})\.?"
_YEAR: Final = r"(?P<year>(?:1[89]|20|21)\d\d)"
_SHORT: Final = r"(?P<year>(?:1[89]|20|21)?\d\d)"
_DAY: Final = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_FORMS: Final[tuple[tuple[str, str], ...]] = (
    ("day", rf"{_YEAR}([-/.])(?P<month>\d\d?)\2(?P<day>\d\d?)(?:[T ]\d\d:\d\d\S*)?"),
    ("day", rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)"),
    ("numbers", rf"(?P<month>\d\d?)([-/])(?P<day>\d\d?)\2{_YEAR}"),
    ("day", rf"(?P<day>\d\d?)\.\s?(?P<month>\d\d?)\.\s?{_YEAR}"),
    ("day", rf"{_DAY}[- ]{_MONTH}[-, ]+{_SHORT}"),
    ("day", rf"{_MONTH} {_DAY},? {_YEAR}"),
    ("quarter", rf"Q(?P<part>[1-4])[- /]*{_YEAR}"),
    ("quarter", rf"{_YEAR}[- /:]*Q(?P<part>[1-4])"),
    ("quarter", rf"(?P<part>first|second|third|fourth) quarter (?:of )?{_YEAR}"),
    ("half", rf"H(?P<part>[12])[- /]*{_YEAR}"),
    ("half", rf"{_YEAR}[- /:]*H(?P<part>[12])"),
    ("month", rf"{_MONTH}[- ,]+{_SHORT}"),
    ("month", rf"{_YEAR}[- ]{_MONTH}"),
    ("month", rf"{_YEAR}[-/.M]?(?P<month>0[1-9]|1[0-2])"),
    ("month", rf"(?P<month>0?[1-9]|1[0-2])[-/.]{_YEAR}"),
    ("year", _YEAR),
)
_PATTERNS: Final = tuple(
    (kind, re.compile(rf"(?<![\w.,-]){form}(?![\w-]|[.,/]\d)", re.IGNORECASE | re.ASCII))
    for kind, form in _FORMS
)
_FOOTNOTE: Final = re.compile(
    r"\[[^\]]{0,20}\]|\((?:p|r|e|est|f|prov|provisional|preliminary|revised|estimate|\*)\.?\)"
    r"|[*†‡§¹²³⁴⁵⁶⁷⁸⁹⁰]",
    re.IGNORECASE,
)


def parse_period(text: str, *, day_first: bool = False, alone: bool = False) -> Period | None:
    """Return the only period that a text names; None without one, or with several.

    `alone`: the text has to be the period and nothing else.

    >>> [str(parse_period(text)) for text in ("2026-03-09", "Mar-26", "2026M03", "Q1 2026 (p)")]
    ['2026-03-09', 'March 2026', 'March 2026', 'Q1 2026']
    >>> str(parse_period("03/04/2026")), str(parse_period("03/04/2026", day_first=True))
    ('2026-03-04', '2026-04-03')
    """
    cleaned = clean_cell(text)
    for kind, pattern in _PATTERNS:
        if alone and not pattern.fullmatch(cleaned):
            continue
        if matches := list(pattern.finditer(cleaned)):
            return _build_period(kind, matches[0], day_first) if len(matches) == 1 else None
    return None


def _build_period(kind: str, match: re.Match[str], day_first: bool) -> Period | None:
    parts = match.groupdict()
    year = int(parts["year"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    month = _NAMES[parts["name"].lower()] if parts.get("name") else int(parts.get("month") or 1)
    day = int(parts.get("day") or 1)
    if kind == "numbers" and (month > 12 or (day_first and day <= 12)):
        month, day = day, month
    try:
        match kind:
            case "day" | "numbers":
                return Period(date(year, month, day), date(year, month, day))
            case "month":
                return _month(year, month)
            case "quarter":
                part = parts["part"].lower()
                return _months(year, 3 * (_ORDINALS.get(part) or int(part)) - 2, 3)
            case "half":
                return _months(year, 6 * int(parts["part"]) - 5, 6)
            case _:
                return _months(year, 1, 12)
    except ValueError:  # such as the 31st of June
        return None


def clean_cell(text: str) -> str:
    """Return a cell without footnote marks, in single spaces and with plain hyphens."""
    plain = _FOOTNOTE.sub(" ", text[:MAX_CELL_LENGTH])
    return " ".join(re.sub("[\u2010-\u2015\u2212]", "-", plain).split())


# Numbers

_SCALES: Final = {
    "thousand": 1e3,
    "million": 1e6,
    "mln": 1e6,
    "mn": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "trn": 1e12,
}
_NUMBER: Final = re.compile(
    r"(?P<open>\()?(?P<sign>[+-]\s?)?(?P<currency>[$€£¥₹])?\s?(?P<sign2>-)?"
    r"(?P<digits>\d[\d.,' ]*\d|\d|[.,]\d+)(?P<exponent>[eE][+-]?\d{1,3})?(?P<close>\))?"
)
_GROUPED: Final = re.compile(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*")


def parse_number(text: str, *, decimal_comma: bool = False) -> float | None:
    """Return the only number that a text holds; None without one, or with several.

    A comma before three digits separates thousands, unless the series has a decimal comma.

    >>> [parse_number(text) for text in ("1,234.5", "−3.2 %", "$ 1.2 bn", "(45)", "n/a", "61 [2]")]
    [1234.5, -3.2, 1200000000.0, -45.0, None, 61.0]
    >>> parse_number("1.234,5"), parse_number("1,234"), parse_number("1,234", decimal_comma=True)
    (1234.5, 1234.0, 1.234)
    """
    cleaned = clean_cell(text)
    matches = list(_NUMBER.finditer(cleaned))
    if len(matches) != 1:
        return None
    match = matches[0]
    if cleaned[: match.start("digits")][-1:].isalpha():
        return None  # part of a word, such as CO2
    digits = _normalise_digits(match["digits"], decimal_comma)
    if digits is None:
        return None
    value = float(digits + (match["exponent"] or ""))
    scale = re.match(r"\s?([A-Za-z]+)", cleaned[match.end() :])
    value *= _SCALES.get(scale[1].lower(), 1.0) if scale else 1.0
    is_negative = "-" in ((match["sign"] or "") + (match["sign2"] or "")) or bool(
        match["open"] and match["close"]
    )
    if abs(value) > 1e300:
        return None
    return -value if is_negative else value


def _normalise_digits(digits: str, decimal_comma: bool) -> str | None:
    """Return digits with a decimal point and no separators; None if they can be read in two ways.

    The last separator is the decimal one if both point and comma occur, or if no groups of three
    digits follow it.
    """
    point, comma = digits.rfind("."), digits.rfind(",")
    decimal = "," if decimal_comma else "."
    if point >= 0 and comma >= 0:
        decimal = "." if point > comma else ","
    elif digits.count(".") > 1 or (
        comma >= 0 and (not _GROUPED.fullmatch(digits) or digits.startswith("0"))
    ):
        decimal = ","
    whole, mark, fraction = digits.rpartition(decimal)
    if not mark:
        whole, fraction = digits, ""
    if not fraction.isdigit() and fraction:
        return None
    if whole and not whole.isdigit() and not _GROUPED.fullmatch(whole):
        return None
    return f"{re.sub(r'[^0-9]', '', whole) or '0'}.{fraction or '0'}"


def format_quantity(number: float) -> str:
    """Return a number with separators and at most ten digits.

    >>> format_quantity(1234.5), format_quantity(60.0)
    ('1,234.5', '60')
    """
    return f"{number:,.10g}"


def _iter_bare_dates(values: tuple[SeriesValue, ...]) -> Iterator[date]:
    """Yield the days of values that are dated by a day."""
    return (v.period.start for v in values if v.period.start == v.period.end)


_WIDENINGS: Final[tuple[tuple[int, Callable[[date], bool]], ...]] = (
    (12, lambda day: day.month == 1),
    (3, lambda day: day.month % 3 == 1),
    (1, lambda _day: True),
)
MIN_WIDENED: Final = 3
"""Values that must all be dated by the first, or last, day of a month to stand for the month."""


def find_widening(values: tuple[SeriesValue, ...]) -> Callable[[Period], Period]:
    """Return how days that stand for months, quarters or years become these.

    Many sources date the figure of a month by its first or last day. It takes three values, all
    dated so, to tell.
    """
    days = sorted(set(_iter_bare_dates(values)))
    if len(days) < MIN_WIDENED or len(days) < len({v.period for v in values}):
        return lambda period: period
    if all(day.day == 1 for day in days):
        months = next(n for n, fits in _WIDENINGS if all(map(fits, days)))
        return lambda period: _months(period.start.year, period.start.month, months)
    after = [day + timedelta(days=1) for day in days]
    if all(day.day == 1 for day in after):
        months = next(n for n, fits in _WIDENINGS if all(map(fits, after)))
        return lambda period: _months(*_first_month(period.end + timedelta(days=1), months), months)
    return lambda period: period


def _first_month(after: date, months: int) -> tuple[int, int]:
    """Return year and month in which a period of so many months begins that ends before a day."""
    index = after.year * 12 + after.month - 1 - months
    return index // 12, index % 12 + 1
