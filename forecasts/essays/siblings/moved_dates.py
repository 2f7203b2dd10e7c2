"""Dates of a question's text, moved from its own window to a sibling's."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from forecasts.essays.dates import DateMention, find_dates, last_day_of_month
from forecasts.questions.windows import Window, format_day, shorten_spans, window_of

_END_OF: Final = re.compile(r"(?:end|close) of ", re.IGNORECASE)
_PERIOD_CUES: Final = frozenset(("in", "during", "for"))
MAX_UNEVENNESS: Final = 3
"""Days by which months, quarters or years differ in length: a figure of one fits another."""

_START_CUES: Final = frozenset(("between", "from", "since", "after"))


@dataclass(frozen=True, slots=True)
class WindowMove:
    """A move from the days `old_first` to `old_last` of a parent to the window of a sibling.

    `first` is the first day that counts. `counts_events` is True where what happened in the window
    before that day must not count: a period is then written as two days.
    """

    old_first: date
    old_last: date
    window: Window
    first: date
    counts_events: bool

    @property
    def days(self) -> tuple[str, str]:
        """First and last day in words."""
        return format_day(self.first), format_day(self.window.last)


@dataclass(frozen=True, slots=True)
class MovedText:
    """A text in its new window: how many dates moved, and those that could not, in words.

    `has_longer_period` is True if it asks of a period that is longer than the new window, such as
    "in 2027" for a month.
    """

    text: str
    moved: int
    stuck: tuple[str, ...]
    has_longer_period: bool = False


def move_dates(text: str, move: WindowMove) -> MovedText:
    """Move the dates of a text; those before the old window stay.

    >>> from forecasts.questions.windows import window_of
    >>> december = window_of(date(2026, 12, 1), "month")
    >>> move = WindowMove(date(2026, 11, 24), date(2027, 12, 31), december, december.first, False)
    >>> move_dates("Will it rain by 31 December 2027?", move).text
    'Will it rain by 31 December 2026?'
    >>> move_dates("Will exports in 2027 be below those of 2026?", move).stuck
    ('2026',)
    """
    replacements: list[tuple[int, int, str]] = []
    stuck = []
    mentions = find_dates(text)
    covering = [mention for mention in mentions if _covers_window(mention, move)]
    longest = max(((m.last - m.first).days + 1 for m in covering), default=0)
    for mention in mentions:
        words = text[mention.start : mention.end]
        if covering and _is_compared_period(mention, move):
            stuck.append(words)
        elif mention.last >= move.old_first:
            replacement = _replace_mention(text, mention, move)
            if replacement is None:
                stuck.append(words)
            else:
                replacements.append(replacement)
    for start, end, new in reversed(replacements):
        text = text[:start] + new + text[end:]
    has_longer_period = longest > move.window.days + MAX_UNEVENNESS
    return MovedText(shorten_spans(text), len(replacements), tuple(stuck), has_longer_period)


def _replace_mention(
    text: str, mention: DateMention, move: WindowMove
) -> tuple[int, int, str] | None:
    """Start and end of a mention with its new words; None for one with no place in the window."""
    first, last = move.days
    if _END_OF.match(text, mention.start) and mention.last >= move.old_last:
        return mention.start, mention.end, f"end of {_end_period(mention, move)}"
    if mention.is_day and mention.first == mention.last == move.old_first:
        return mention.start, mention.end, first
    if mention.is_deadline and _ends_window(mention, move):
        exclusive = move.old_last not in (mention.first, mention.last)
        day = format_day(move.window.last + timedelta(days=1)) if exclusive else last
        return mention.start, mention.end, day
    if mention.is_day and mention.last == move.old_last:
        return mention.start, mention.end, last
    if mention.is_day and mention.first > move.old_last:  # such as a day of publication
        return mention.start, mention.end, format_day(_shift_later_day(mention.first, move))
    if mention.is_day and mention.cue in _START_CUES and not mention.ends_span:
        return mention.start, mention.end, first
    if _covers_window(mention, move) and mention.cue in _PERIOD_CUES:
        return _replace_period(text, mention, move)
    return None


def _shift_later_day(day: date, move: WindowMove) -> date:
    """Day as long after the window as it was after the old one: in months, if both end one."""
    start = move.window.last + timedelta(days=1)
    if start.day != 1 or (move.old_last + timedelta(days=1)).day != 1:
        return move.window.last + (day - move.old_last)
    months = 12 * (day.year - move.old_last.year) + day.month - move.old_last.month - 1
    year, month = divmod(12 * start.year + start.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, last_day_of_month(year, month + 1).day))


def _end_period(mention: DateMention, move: WindowMove) -> str:
    """Period whose end is meant: the window, or a month as long after it as before."""
    if mention.last == move.old_last:
        return move.window.words
    return window_of(move.window.last + (mention.last - move.old_last), "month").words


def _replace_period(text: str, mention: DateMention, move: WindowMove) -> tuple[int, int, str]:
    """Replace "in 2027": by the name of the window, or by the days that are left of it."""
    if not move.counts_events or move.first == move.window.first:
        return mention.start, mention.end, move.window.words
    first, last = move.days
    start = text.lower().rindex(mention.cue, 0, mention.start)
    return start, mention.end, f"between {first} and {last}"


def _ends_window(mention: DateMention, move: WindowMove) -> bool:
    return move.old_last in (*mention.last_days, mention.last)


def _covers_window(mention: DateMention, move: WindowMove) -> bool:
    """Return True for a year, quarter or month that ends as the old window does."""
    return not mention.is_day and mention.last == move.old_last


def _is_compared_period(mention: DateMention, move: WindowMove) -> bool:
    """Return True for the period before the one that is asked about, such as the year before."""
    length = (mention.last - mention.first).days
    return (
        not mention.is_day
        and length >= 27
        and timedelta() <= move.old_last - mention.last <= timedelta(days=length + 3)
        and mention.last < move.old_last
    )
