"""Absolute dates in English texts: the days they mean, and if they are phrased as a deadline.

Examples: "by 31 May 2027", "between 1 June and 31 December 2027", "in the first half of 2027".
`forecasts.essays.relative_dates` reads dates relative to the reader, such as "next year".
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

MONTHS: Final = tuple(
    "January February March April May June July August September October November December".split()
)
_MONTH_NUMBERS: Final = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}

_MONTH: Final = rf"(?:{'|'.join(MONTHS)}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
_YEAR: Final = r"(?:19|2[01])[0-9]{2}"
_DAY: Final = r"(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?"
_NOT_A_YEAR: Final = (
    r"(?![0-9/]|[.,][0-9]|\s?(?:%|°|(?:people|persons|troops|soldiers|tonnes?|tons?|barrels"
    r"|dollars|euros|yuan|roubles|rubles|pounds|yen|km|kilomet|miles|metres|meters|points|units"
    r"|votes|seats|million|billion|thousand|entities)\b))"
)
_DATE: Final = re.compile(
    rf"""(?<![\w/.,$€£-])(?<!USD\s)(?<!EUR\s)(?<!GBP\s)(?:
      (?P<iso>{_YEAR}-[01][0-9]-[0-3][0-9])(?:T[0-9:]{{5,8}})?
    | (?:(?P<from_d>{_DAY})\s?(?:–|-|\bto\b|\band\b)\s?)?
      (?P<dmy_d>{_DAY})\s(?:of\s)?(?P<dmy_m>{_MONTH})
      (?:,?\s(?P<dmy_y>{_YEAR}))?
    | (?P<mdy_m>{_MONTH})\s(?P<mdy_d>{_DAY})(?![0-9%])(?:,?\s(?P<mdy_y>{_YEAR}))?
    | (?P<mm_from>{_MONTH})\s?(?:–|-|\bto\b|\bthrough\b|\band\b)\s?
      (?P<mm_to>{_MONTH})\s(?P<mm_y>{_YEAR})
    | (?P<part>(?:first|second|third|fourth|1st|2nd|3rd|4th|last)\s(?:quarter|half)|Q[1-4]|H[12])
      (?:\sof)?\s
      (?P<part_y>{_YEAR})
    | (?P<edge>end|close|middle|mid|start|beginning|early|late)(?:\sof(?:\sthe\syear)?\s|-|\s)
      (?:(?P<edge_m>{_MONTH})\s)?(?P<edge_y>{_YEAR})
    | (?P<my_m>{_MONTH})\s(?P<my_y>{_YEAR})
    | (?P<year>{_YEAR})(?![-–][0-9]){_NOT_A_YEAR}
    )(?![\w])""",
    re.VERBOSE,
)
_CUE: Final = re.compile(
    r"(?:\b(?P<cue>by|until|till|before|prior to|no later than|on or before|up to|through|between"
    r"|from|since|after|to"
    r"|and|in|during|on|for|as of)|(?P<dash>[–-]))\s?(?:the\s)?(?:year\s)?$",
    re.IGNORECASE,
)
_DEADLINE_CUES: Final = frozenset(
    "by|until|till|before|prior to|no later than|on or before|up to|through".split("|")
)
_EXCLUSIVE_CUES: Final = frozenset(("before", "prior to"))
_SPAN_WORDS: Final = frozenset(("to", "and", "until", "through", "–", "-"))
_EDGE_MONTHS: Final = {"middle": 6, "mid": 6, "start": 1, "beginning": 1, "early": 3}
_INEXACT_EDGES: Final = frozenset(("middle", "mid", "start", "beginning", "early", "late"))


@dataclass(frozen=True, slots=True)
class DateMention:
    """Mention of the days `first` to `last`, both included, at `text[start:end]`.

    `cue` is the word before it in lower case, such as "by", "in" or "between"; "" without one.
    `ends_span` is True for the later of two dates that form a span. `is_exact` is False for
    "mid-2027" and "early 2027", whose last day is an interpretation.
    """

    first: date
    last: date
    start: int
    end: int
    cue: str = ""
    ends_span: bool = False
    is_exact: bool = True

    @property
    def is_day(self) -> bool:
        """True if it is one day, and not a month or a year."""
        return self.first == self.last

    @property
    def is_deadline(self) -> bool:
        """True if phrased as an end: "by", "until", "before", or the second date of a span."""
        return self.ends_span or self.cue in _DEADLINE_CUES

    @property
    def last_days(self) -> tuple[date, ...]:
        """The possible last days that count: two for "by 2030", which is an unclear deadline.

        >>> [day.isoformat() for day in find_dates("by 2030")[0].last_days]
        ['2030-12-31', '2029-12-31']
        >>> [day.isoformat() for day in find_dates("before 1 July 2027")[0].last_days]
        ['2027-06-30']
        """
        eve = self.first - timedelta(days=1) if self.first > date.min else self.first
        if self.cue in _EXCLUSIVE_CUES and not self.ends_span:
            return (eve,)
        return (self.last, eve) if self.cue == "by" and not self.is_day else (self.last,)


def find_dates(text: str) -> tuple[DateMention, ...]:
    """Return the dates, months, quarters and years of a text in order.

    A day without a year takes that of its neighbour. Days that do not exist, such as 31 June, are
    skipped.

    >>> dates = find_dates("between 1 June and 31 December 2027, or in Q1 2028")
    >>> [(date.cue, date.last.isoformat()) for date in dates]
    [('between', '2027-06-01'), ('and', '2027-12-31'), ('in', '2028-03-31')]
    >>> [(date.first.day, date.last.day) for date in find_dates("from 1 to 30 June 2027")]
    [(1, 30)]
    """
    matches = list(_DATE.finditer(text))
    years = _infer_years(matches)
    dates = [
        mention
        for match, year in zip(matches, years, strict=True)
        if year and (mention := _to_mention(match, int(year), text))
    ]
    spans = {later for earlier, later in pairwise(dates) if _is_span(earlier, later, text)}
    return tuple(
        replace(mention, ends_span=True) if mention in spans else mention for mention in dates
    )


def remove_dates(text: str) -> str:
    """Remove the dates of a text and the words that lead to them.

    >>> remove_dates("sign the treaty by the end of 2027 and join")
    'sign the treaty  and join'
    """
    for mention in reversed(find_dates(text)):
        before = _CUE.search(text[: mention.start])
        start = before.start() if before else mention.start
        text = text[:start] + text[mention.end :]
    return text


def last_day_of_month(year: int, month: int) -> date:
    """Return the last day of a month.

    >>> last_day_of_month(2028, 2).day
    29
    """
    return date(year, month, monthrange(year, month)[1])


def format_long_date(day: date) -> str:
    """Format a day as in the texts of questions.

    >>> format_long_date(date(2027, 5, 31))
    '31 May 2027'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _infer_years(matches: list[re.Match[str]]) -> list[str]:
    years = [
        next((value for name, value in m.groupdict().items() if name.endswith("_y") and value), "")
        for m in matches
    ]
    years = [
        year or m["year"] or (m["iso"] or "")[:4] for year, m in zip(years, matches, strict=True)
    ]
    # "1 June and 31 December 2027": the year of the next date, else of the previous one
    for index in range(len(years) - 2, -1, -1):
        years[index] = years[index] or years[index + 1]
    for index in range(1, len(years)):
        years[index] = years[index] or years[index - 1]
    return years


def _to_mention(match: re.Match[str], year: int, text: str) -> DateMention | None:
    try:
        first, last = _parse_days(match, year)
    except ValueError:  # the 31st of June
        return None
    before = _CUE.search(text[max(0, match.start() - 30) : match.start()])
    cue = (before["cue"] or before["dash"]).lower() if before else ""
    edge = match["edge"]
    if edge in ("end", "close") and cue in _EXCLUSIVE_CUES:
        cue = "by"  # before the end of 2027 is by its last day
    is_span = match["from_d"] is not None
    return DateMention(
        first,
        last,
        match.start(),
        match.end(),
        cue,
        ends_span=is_span,
        is_exact=edge not in _INEXACT_EDGES,
    )


def _parse_days(match: re.Match[str], year: int) -> tuple[date, date]:
    if match["iso"]:
        return (day := date.fromisoformat(match["iso"])), day
    for kind in ("dmy", "mdy"):
        if match[f"{kind}_d"]:
            day = date(
                year, _month_number(match[f"{kind}_m"]), _parse_day_number(match[f"{kind}_d"])
            )
            return (
                day.replace(day=_parse_day_number(match["from_d"]))
                if match["from_d"] and kind == "dmy"
                else day
            ), day
    if match["part"]:
        return _parse_part(match["part"].lower(), year)
    if match["edge"]:
        return _parse_edge(match, year)
    if match["mm_from"]:
        return date(year, _month_number(match["mm_from"]), 1), last_day_of_month(
            year, _month_number(match["mm_to"])
        )
    if match["my_m"]:
        return date(year, _month_number(match["my_m"]), 1), last_day_of_month(
            year, _month_number(match["my_m"])
        )
    return date(year, 1, 1), date(year, 12, 31)


def _parse_edge(match: re.Match[str], year: int) -> tuple[date, date]:
    if match["edge_m"]:
        month = _month_number(match["edge_m"])
        return (day := last_day_of_month(year, month)), day
    return (day := last_day_of_month(year, _EDGE_MONTHS.get(match["edge"], 12))), day


def _parse_part(words: str, year: int) -> tuple[date, date]:
    of_four = words.startswith("q") or "quarter" in words
    count = 4 if of_four else 2
    digit = re.search(r"[1-4]", words)
    ordinals = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": count}
    number = int(digit[0]) if digit else ordinals[words.split(maxsplit=1)[0]]
    length = 12 // count
    return date(year, (min(number, count) - 1) * length + 1, 1), last_day_of_month(
        year, min(number, count) * length
    )


def _parse_day_number(day: str) -> int:
    return int(re.sub(r"\D", "", day))


def _month_number(name: str) -> int:
    return _MONTH_NUMBERS[name[:3].lower()]


def _is_span(earlier: DateMention, later: DateMention, text: str) -> bool:
    between = text[earlier.end : later.start].strip().lower()
    return between in _SPAN_WORDS and (
        earlier.cue in ("between", "from") or between in ("–", "-", "to")
    )
