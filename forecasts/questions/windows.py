"""Calendar windows of repeated questions: weeks, months, quarters and years."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, assert_never

Rhythm = Literal["week", "month", "quarter", "year"]

_MONTHS: Final = tuple(
    "January February March April May June July August September October November December".split()
)
_SPAN: Final = re.compile(
    rf"\b([0-9]{{1,2}}) ((?:{'|'.join(_MONTHS)}) [0-9]{{4}}) (and|to|until) ([0-9]{{1,2}}) \2\b"
)
_ORDINALS: Final = ("first", "second", "third", "fourth")
_MONTHS_OF: Final = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Window:
    """A calendar week (from Monday), month, quarter or year; both days are included."""

    every: Rhythm
    first: date
    last: date

    @property
    def days(self) -> int:
        """Number of days.

        >>> window_of(date(2028, 2, 9), "month").days
        29
        """
        return (self.last - self.first).days + 1

    @property
    def key(self) -> str:
        """Short name for identifiers.

        >>> [window_of(date(2026, 12, 1), every).key for every in ("week", "month", "quarter")]
        ['2026-w49', '2026-12', '2026-q4']
        """
        match self.every:
            case "week":
                year, week, _ = self.first.isocalendar()
                return f"{year}-w{week:02}"
            case "month":
                return f"{self.first.year}-{self.first.month:02}"
            case "quarter":
                return f"{self.first.year}-q{self.last.month // 3}"
            case "year":
                return f"{self.first.year}"
            case _:
                assert_never(self.every)

    @property
    def words(self) -> str:
        """Name in a sentence, as behind "in".

        >>> window_of(date(2026, 12, 1), "week").words
        'the week of 30 November 2026'
        >>> window_of(date(2026, 12, 1), "quarter").words
        'the fourth quarter of 2026'
        """
        match self.every:
            case "week":
                return f"the week of {format_day(self.first)}"
            case "month":
                return f"{_MONTHS[self.first.month - 1]} {self.first.year}"
            case "quarter":
                return f"the {_ORDINALS[self.last.month // 3 - 1]} quarter of {self.first.year}"
            case "year":
                return f"{self.first.year}"
            case _:
                assert_never(self.every)


def window_of(day: date, every: Rhythm) -> Window:
    """Return the window that holds a day.

    >>> window_of(date(2026, 12, 1), "quarter").first.isoformat()
    '2026-10-01'
    """
    if every == "week":
        monday = day - timedelta(days=day.weekday())
        return Window(every, monday, monday + timedelta(days=6))
    length = _MONTHS_OF[every]
    start = (day.month - 1) // length * length + 1
    end = start + length - 1
    return Window(
        every, date(day.year, start, 1), date(day.year, end, monthrange(day.year, end)[1])
    )


def next_window(window: Window) -> Window:
    """Return the window that follows."""
    return window_of(window.last + timedelta(days=1), window.every)


def previous_window(window: Window) -> Window:
    """Return the window before."""
    return window_of(window.first - timedelta(days=1), window.every)


def nearest_window(day: date, every: Rhythm) -> Window:
    """Return the current window while at least half of it is left, else the one that follows.

    A question about the rest of a month with three days to go is hardly worth a forecast.

    >>> [nearest_window(date(2026, 11, day), "month").key for day in (16, 17)]
    ['2026-11', '2026-12']
    """
    current = window_of(day, every)
    days_left = (current.last - day).days + 1
    return current if 2 * days_left >= current.days else next_window(current)


def format_day(day: date) -> str:
    """Format a day as in the texts of questions.

    >>> format_day(date(2027, 5, 31))
    '31 May 2027'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def shorten_spans(text: str) -> str:
    """Write two days of one month with the month once.

    >>> shorten_spans("between 1 December 2026 and 31 December 2026")
    'between 1 and 31 December 2026'
    """
    return _SPAN.sub(r"\1 \3 \4 \2", text)


def last_counting_day(closes_at: datetime) -> date:
    """Return the last day in UTC that counts: the close itself is excluded."""
    return (closes_at.astimezone(UTC) - timedelta(microseconds=1)).date()


def start_of_day(day: date) -> datetime:
    """Return the first instant of a day in UTC."""
    return datetime.combine(day, time(), UTC)
