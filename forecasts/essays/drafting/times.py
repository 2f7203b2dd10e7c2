"""Times that a claim names: where they stand in it, and the days they mean."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, timedelta
from typing import Final

from forecasts.essays.dates import MONTHS, find_dates, format_long_date, last_day_of_month
from forecasts.essays.relative_dates import add_months, find_relative_times, resolve_relative_time

_SPAN_CUES: Final = frozenset(("", "in", "during", "this", "next", "throughout"))
_EVE_CUES: Final = frozenset(("before", "prior to", "ahead of"))
_DEADLINE_CUES: Final = frozenset(("by", "until", "till", "no later than", "within"))


@dataclass(frozen=True, slots=True)
class ClaimTime:
    """Time at `text[start:end]`, with the words that lead to it; it means `first` to `last`.

    `is_span`: the claim is about these days, "in June", and not about every day up to `last`.
    `season` is its word for a season, "" for other times. `is_loose`: it names no year.
    """

    start: int
    end: int
    first: date
    last: date
    is_deadline: bool = False
    is_span: bool = False
    season: str = ""
    is_loose: bool = False

    @property
    def phrase(self) -> str:
        """Words for the same days in a question: "in June 2027", "by 3 May 2027"."""
        first, last = self.first, self.last
        if not self.is_span or first == last:
            return f"by {format_long_date(last)}"
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            return f"in {last.year}" if first.year == last.year else f"by {format_long_date(last)}"
        if (first.year, first.month) == (last.year, last.month) and first.day == 1:
            return f"in {MONTHS[last.month - 1]} {last.year}"
        return f"between {format_long_date(first)} and {format_long_date(last)}"


def find_claim_times(text: str, written: date) -> tuple[ClaimTime, ...]:
    """Return the times of a claim that lie ahead of the day it was written, in their order.

    >>> day = date(2026, 11, 24)
    >>> [time.phrase for time in find_claim_times("It opens next June, or by Christmas.", day)]
    ['in June 2027', 'by 25 December 2026']
    >>> [time.phrase for time in find_claim_times("It ends before the end of April.", day)]
    ['by 30 April 2027']
    """
    times: list[ClaimTime] = []
    for time in _iterate_times(text, written):
        if all(time.end <= other.start or time.start >= other.end for other in times):
            times.append(time)
    ahead = (time for time in times if time.last > written)
    return tuple(sorted(ahead, key=lambda time: time.start))


def find_claim_time(text: str, written: date) -> ClaimTime | None:
    """Return the last time of a claim; one that names a year or a deadline before any other.

    >>> find_claim_time("Ships will sail alone in the mid-2030s.", date(2026, 1, 1)).phrase
    'by 31 December 2036'
    >>> find_claim_time("It will open before the summer.", date(2026, 11, 24)).phrase
    'by 31 May 2027'
    >>> find_claim_time("They will weaken the 2035 ban.", date(2026, 11, 24)) is None
    True
    """
    times = find_claim_times(text, written)
    times = tuple(time for time in times if not time.is_loose) or times
    deadlines = [time for time in times if time.is_deadline]
    return max(deadlines or times, key=lambda time: time.last, default=None)


def remove_claim_times(text: str) -> str:
    """Remove the times ahead of a text and the words that lead to them.

    >>> remove_claim_times("sign the pact by then, in early March or in the summer of 2028")
    'sign the pact'
    >>> remove_claim_times("fall from 2020 levels within six months")
    'fall from 2020 levels'
    """
    times: list[tuple[int, int]] = []
    for time in _iterate_times(_EDITION.sub(_mask, text), _LONG_AGO):
        if all(time.end <= start or time.start >= end for start, end in times):
            times.append((time.start, time.end))
    for start, end in sorted(times, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    bare = _BY_THEN.sub("", " ".join(text.split()))
    bare = re.sub(r"(?:,? (?:and|or|to)(?= (?:and|or)\b|[,.;]|$))+", "", bare)
    return re.sub(r"\s+([,.;?!])", r"\1", " ".join(bare.split())).strip(" ,;")


_LONG_AGO: Final = date(1000, 1, 1)
_EDITION: Final = re.compile(
    r"\bthe (?:20\d\d[-–/]\d\d|20\d\d) (?:\w+ ){0,2}(?:season|edition|Games|Olympics|Cup|election"
    r"|championships?|Championships?|tournament|Tour|summit|conference)\b"
    r"|\b(?:in|at|of|for|from) the (?:19|20)\d\d"
    r" (?!(?:fiscal|financial|calendar|tax|school|academic|crop|marketing|deadline)\b)(?=[A-Za-z])"
)
"""Season of a competition, or year of an event, which are no times of an act."""
_BY_THEN: Final = re.compile(r",?\s?\b(?:by|until|before) (?:then|now)\b", re.IGNORECASE)


def _mask(match: re.Match[str]) -> str:
    """Return a filler as long as a phrase."""
    return "#" * len(match[0])


_CUE: Final = re.compile(
    r"(?:^|(?<=\s)|(?<=[,(]))(?P<cue>no later than|prior to|ahead of|by|before|until|till|in|on|at"
    r"|during|over|within|through(?:out)?|from|for|as early as|as soon as|around|sometime in"
    r"|some time in|sometime|later|(?:well )?into|between now and|at some point(?: in)?|and)?\s*"
    r"(?:(?:the|its)\s+)?"
    r"(?:(?P<edge>end|close|start|beginning|middle)\s(?:of\s)?)?(?:(?:the|its)\s+)?"
    r"(?:(?:first|last|final) (?:days?|weeks?|half|quarter) of\s)?"
    r"(?:very )?(?:early|late|mid)?[ -]?(?:the )?(?:year\s)?(?:\(|,\s)?$",
    re.IGNORECASE,
)
"""Words that lead to a time."""


def _lead(text: str, start: int) -> tuple[int, str, str]:
    """Return where a time with the words before it starts, its cue and its edge."""
    before = _CUE.search(text[:start])
    if before is None or not (before["cue"] or before["edge"]):
        return start, "", ""
    return before.start(), (before["cue"] or "").lower(), (before["edge"] or "").lower()


def _build(
    text: str, span: tuple[int, int], days: tuple[date, date], *, season: str = ""
) -> ClaimTime:
    """Build the time of a phrase that means `days`, by the words before it."""
    start, cue, edge = _lead(text, span[0])
    first, last = days
    is_end = edge in _ENDS or text[span[0] :].startswith(_ENDS)
    if cue in _EVE_CUES and not is_end:
        last = first - timedelta(days=1)
    elif edge in ("start", "beginning"):
        last = min(last, add_months(first, 1 if (last - first).days < _QUARTER_DAYS else 3))
    is_deadline = cue in _EVE_CUES or cue in _DEADLINE_CUES
    is_span = cue in _SPAN_CUES and not edge and first != last
    return ClaimTime(start, span[1], min(first, last), last, is_deadline, is_span, season)


_QUARTER_DAYS: Final = 100
_ENDS: Final = ("end", "close")


def _iterate_times(text: str, written: date) -> Iterator[ClaimTime]:
    """Yield the times of a text, the clearest kinds first; overlapping ones included."""
    masked = _NO_DEADLINE.sub(_mask, text)
    for pattern, find_days in _PATTERNS:
        for match in pattern.finditer(masked):
            season = match.groupdict().get("season") or match.groupdict().get("campaign") or ""
            needs_cue = "which" in match.re.groupindex and not match["which"]
            is_named = _lead(masked, match.start())[0] < match.start()
            if (is_named or not needs_cue) and (days := find_days(match, written)):
                time = _build(masked, match.span(), days, season=season.lower())
                yield replace(time, is_loose=needs_cue and not match.groupdict().get("year"))
    for mention in find_dates(masked):
        time = _build(masked, (mention.start, mention.end), (mention.first, mention.last))
        yield replace(time, is_deadline=True, is_span=False) if mention.ends_span else time
    for relative in find_relative_times(masked):
        last = resolve_relative_time(relative.phrase, written)
        if last is None or _FREQUENCY.search(masked[: relative.start]):
            continue
        is_year = _WHOLE_YEAR.search(relative.phrase) is not None
        first = date(last.year, 1, 1) if is_year else min(written, last)
        time = _build(masked, (relative.start, relative.end), (first, last))
        yield time if is_year else replace(time, is_span=False)


_WHOLE_YEAR: Final = re.compile(r"\b(?:next|this|coming) year$", re.IGNORECASE)
_FREQUENCY: Final = re.compile(
    r"\b(?:time|times|once|twice|first|worst|best|highest|lowest|most|least|every|half|quarter"
    r"|third|doubled|lost|gained|ice|more|less)\s$",
    re.IGNORECASE,
)
"""Words after which "in four years" tells how often, and not by when."""


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
    r"|\b(?:Games|Olympics|World Cup|edition|class|summer|winter) of (?:19|20)\d\d\b"
    r"(?<!summer of \d{4})(?<!winter of \d{4})"
    r"|\b(?:targets?|goals?|pledges?|plans?) (?:to|of|for) [^,;]{3,60}? by (?:19|20)\d\d\b"
    r"|\b(?:levels? (?:of|in)|since|than in|compared (?:to|with)) (?:19|20)\d\d\b"
    rf"|{BASE_YEAR}",
    re.IGNORECASE,
)
"""Times that are no deadline: "cars of tomorrow", "within a year of the truce", "the 2035 ban"."""

_SEASON_WORDS: Final = r"(?P<season>spring|summer|autumn|fall|winter)"
_SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_YEARS_INTO: Final = {"early": 3, "mid": 6, "late": 9, "": 9}
Days = tuple[date, date]


def _find_decade(match: re.Match[str], written: date) -> Days | None:
    part, decade = (match["part"] or "").lower(), int(match["decade"])
    last = date(decade + _YEARS_INTO[part], 12, 31)
    return (date(decade, 1, 1), last) if last.year > written.year else None


def _find_two_years(match: re.Match[str], written: date) -> Days | None:
    end = date(int(match["year"][:2] + match["next"]), 6, 30)
    return (end, end) if end > written else None


def _find_rest(match: re.Match[str], written: date) -> Days:
    years = {"year": 1, "decade": 10, "century": 100}[match["unit"].lower()]
    end = date(written.year // years * years + years - 1, 12, 31)
    return (end, end)


def find_season(
    word: str, written: date, *, year: int | None = None, is_next: bool = False
) -> Days:
    """Return the first and last day of a northern season: the running or coming one.

    >>> [day.isoformat() for day in find_season("winter", date(2026, 11, 24))]
    ['2026-12-01', '2027-02-28']
    """
    month = _SEASONS[word.lower()]
    start = year if year is not None else written.year - 1
    while True:
        first = date(min(start, MAXYEAR - 1), month, 1)
        last = add_months(first, 3) - timedelta(days=1)
        is_far = not is_next or (last - written).days >= _NEXT_SEASON_DAYS
        if year is not None or (last >= written and is_far):
            return first, last
        start += 1


_NEXT_SEASON_DAYS: Final = 90


def swap_seasons(text: str) -> str:
    """Write the northern seasons for the southern ones of a text.

    >>> swap_seasons("bleach this summer")
    'bleach this winter'
    """
    return re.sub(rf"\b{_SEASON_WORDS}\b", lambda match: _OPPOSITE[match[0].lower()], text)


def name_base_years(text: str, written: date) -> str:
    """Write the year for "this year" and "last year" after "than".

    >>> name_base_years("fewer ships than last year", date(2026, 11, 24))
    'fewer ships than in 2025'
    """
    for word, years in (("this", 0), ("last", 1)):
        text = re.sub(rf"\bthan (?:in )?{word} year\b", f"than in {written.year - years}", text)
    return text


_OPPOSITE: Final = {
    "spring": "autumn",
    "summer": "winter",
    "autumn": "spring",
    "fall": "spring",
    "winter": "summer",
}


def _find_season(match: re.Match[str], written: date) -> Days:
    year = int(match["year"]) if match["year"] else None
    is_next = "next" in (match["which"] or "").lower()
    return find_season(match["season"], written, year=year, is_next=is_next)


def _find_month(match: re.Match[str], written: date) -> Days:
    """Return the month, or the day of a month, that comes next."""
    month, day = MONTHS.index(match["month"]) + 1, int(match["day"] or match["after"] or 0)
    year = min(written.year + ((month, day or 99) < (written.month, written.day)), MAXYEAR)
    year += (match["which"] or "").lower() == "next " and month == written.month
    last = last_day_of_month(year, month)
    return (last.replace(day=min(day, last.day)),) * 2 if day else (last.replace(day=1), last)


def _find_campaign(_: re.Match[str], written: date) -> Days:
    """Return the season of most leagues, which ends in June."""
    end = date(written.year + (written.month > _LAST_MONTH), _LAST_MONTH, 30)
    return (end, end)


_LAST_MONTH: Final = 6


def _find_feast(match: re.Match[str], written: date) -> Days:
    """Return the feast that comes next, or that of a year."""
    years = (
        [int(match["year"])] if match["year"] else [written.year, min(written.year + 1, MAXYEAR)]
    )
    days = [_date_feast(match["feast"].lower(), year) for year in years]
    day = next((day for day in days if day >= written), days[-1])
    return day, day


def _date_feast(name: str, year: int) -> date:
    """Return the day of Christmas, New Year or (Gregorian) Easter in a year."""
    if name != "easter":
        return date(year, 12, 25) if name == "christmas" else date(year, 1, 1)
    century, moon = year // 100, year % 19
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * moon + 15) % 30
    epact -= epact == 29 or (epact == 28 and moon > 10)
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    return date(year, 3, 28) + timedelta(days=epact - weekday)


_DECADE: Final = re.compile(
    r"\bthe (?P<part>early|mid|late)?[ -]?(?P<decade>20[0-9]0)s\b", re.IGNORECASE
)
_TWO_YEARS: Final = re.compile(
    r"(?<!\S)(?P<year>20\d\d)[-–/](?P<next>\d\d)\b(?= season|[.,;]|$| fiscal)"
)
_SEASON: Final = re.compile(
    rf"\b(?P<which>(?:next |this |coming |following )+)?(?:early |late |northern )?{_SEASON_WORDS}"
    r"(?:,? (?:of )?(?P<year>20\d\d))?\b(?![’'-])(?! (?:season|Olympics|Games|sports?)\b)",
    re.IGNORECASE,
)
_NAMED_MONTH: Final = re.compile(
    r"\b(?P<which>[Nn]ext |[Tt]his )?(?:early |late |mid-)?"
    r"(?:(?P<day>\d\d?)(?:st|nd|rd|th)? (?:of )?)?"
    rf"(?P<month>{'|'.join(MONTHS)})\b(?! (?:(?:20|19)\d\d|of |quarter))(?!-)"
    r"(?! \d\d?(?:st|nd|rd|th)?,? (?:20|19)\d\d)"
    r"(?! \d+ (?:[a-z]+ )?(?:elections?|vote|meeting|summit|referendum|hearing)\b)"
    r"(?: (?P<after>\d\d?)(?:st|nd|rd|th)?(?![\d,%]|, (?:20|19)\d\d))?"
    r"(?: (?:[a-z]+ )?(?:meeting|release|session)\b)?"
)
_CAMPAIGN: Final = re.compile(r"\b(?P<campaign>(?:this|end of the|rest of the) season)\b")
_TURN: Final = re.compile(
    r"\b(?:the )?(?:rest of the )?(?P<unit>year|decade|century)(?:[’']s end|(?<=rest of the \w{4})"
    r"|(?<=rest of the \w{6}))\b"
)
_FEAST: Final = re.compile(
    r"\b(?:next |this )?(?P<feast>Christmas|New Year|Easter)(?: Day)?(?: (?P<year>20\d\d))?\b"
    r"(?!’| [a-z]+s\b)"
)
_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[..., Days | None]], ...]] = (
    (_DECADE, _find_decade),
    (_TWO_YEARS, _find_two_years),
    (_SEASON, _find_season),
    (_NAMED_MONTH, _find_month),
    (_CAMPAIGN, _find_campaign),
    (_TURN, _find_rest),
    (_FEAST, _find_feast),
)
"""Phrases for times, with what gives their days; the first that reads some words counts."""
