"""Horizon shape of a question, read from its words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple

from forecasts.questions.question import HorizonShape, Kind

HORIZON_MEANINGS: Final[Mapping[HorizonShape, str]] = MappingProxyType(
    {
        "event_by": "whether something happens by the close",
        "holds_until": "whether something holds until the close",
        "state_at": "how things stand at the close",
    }
)
"""Meaning of each shape, for people."""


class InferredShape(NamedTuple):
    """Shape of a horizon, and the reason in one clause."""

    shape: HorizonShape
    reason: str


def infer_horizon_shape(
    text: str, kind: Kind = "binary", closes_at: datetime | None = None
) -> InferredShape:
    """Infer the horizon shape of a question from its words.

    A fixed day or occasion, and a figure for a period, give `state_at`: a day without news says
    nothing. What has to last gives `holds_until`, everything else `event_by`. A day named long
    before `closes_at` is background and fixes nothing.

    >>> infer_horizon_shape("Will China cut rates at the March meeting?")
    InferredShape(shape='state_at', reason='“at the March meeting” is a fixed occasion')
    >>> infer_horizon_shape("Will Starmer remain Prime Minister in 2027?").shape
    'holds_until'
    >>> infer_horizon_shape("Will Starmer resign in 2027?").shape
    'event_by'
    """
    if kind == "date":
        return InferredShape("event_by", "a date is asked for")
    if kind != "binary":
        return InferredShape("state_at", "the answer is read once, at the close")
    words = _compile(_CONDITION).sub("", " ".join(text.split()))
    for rule in _RULES:
        match = _search(rule.patterns, words)
        if match is not None and rule.applies(words, match, closes_at):
            phrase = match[0].strip(" ,?")
            return InferredShape(rule.shape, rule.reason.format(f"“{phrase}”"))
    return InferredShape(
        "event_by", "nothing in its words fixes a day or asks whether something lasts"
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    """Words that give a shape; `applies` may object to a match."""

    shape: HorizonShape
    reason: str
    patterns: tuple[str, ...]
    applies: Callable[[str, re.Match[str], datetime | None], bool] = lambda *_: True


@cache  # compiling all of them takes 40 ms, which a command that lists questions need not spend
def _compile(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _search(patterns: tuple[str, ...], text: str) -> re.Match[str] | None:
    return _compile(patterns).search(text)


def _list_words(words: str) -> str:
    """Return a pattern for any of the words and phrases, which are separated by commas."""
    return f"(?:{'|'.join(word.strip() for word in words.split(','))})"


_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_ORDINAL: Final = r"(?:st|nd|rd|th)?\b"
_YEAR: Final = r"(?:19|20)\d\d\b"
_NAME: Final = r"(?-i:[A-Z])[\w.,'’&-]*"
_WORDS: Final = r"(?:[\w.,'’&-]+ )"
_DAY: Final = (
    rf"(?:\d{{1,2}}{_ORDINAL}(?:\sof)?\s{_MONTH}(?:,?\s{_YEAR})?"
    rf"|{_MONTH}\s\d{{1,2}}{_ORDINAL}(?:,?\s{_YEAR})?"
    rf"|{_YEAR}-\d\d-\d\d|\{{\w+\}})"
)
_WEEKDAY: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
_PART: Final = (
    r"(?:(?:early|mid|late"
    r"|the (?:first|second|third|fourth|last|next|current) (?:half|quarter|year|month)(?: of)?)"
    r"[\s-])"
)
_PERIOD: Final = (
    rf"{_PART}?(?:(?:fiscal|financial|calendar)\s(?:year\s)?)?"
    rf"(?:{_MONTH}(?:\s{_YEAR})?|{_YEAR}|Q[1-4]\b(?:\s{_YEAR})?|H[12]\s{_YEAR}"
    r"|(?:the|this|next)\s(?:fiscal |calendar |current )?"
    r"(?:year|quarter|month|week|season|decade)\b"
    r"|the (?:current |next )?(?:parliamentary |presidential )?term\b)"
)
_WHEN: Final = (
    rf"(?:{_DAY}|{_PERIOD}|(?:the\s)?(?:end|close|start|beginning|middle|turn|eve)\sof\b"
    rf"|(?:the\s)?(?:{_WEEKDAY}|year-?end|end-?\d{{4}}|christmas|easter|new year|midterms?|summer"
    r"|winter|spring|autumn|fall|election|deadline|next)\b)"
)
_DEADLINE: Final = (
    r"\b(?:by|before|prior to|no later than|not later than)\s"
    rf"(?:market close\s(?:on\s)?|midnight\s(?:on\s)?)?{_WHEN}",
    r"\bin the next \w+ (?:days|weeks|months|years)\b",
    r"\bwithin (?:a|one|the|\d+|two|three|six)\b",
)
_CONDITION: Final = (
    r"^(?:if|should|assuming|given that|conditional on)\b.*?, "
    r"(?=will |does |do |is |are |has |have )",
)
"""A condition in front of the question proper."""

_OCCASION: Final = _list_words(
    r"summits?, meetings?, (?<!trading )session, conference, ceremony, elections?, referendum,"
    r" debate, hearing, olympics, games, world cup, euros?, oscars, awards?, championships?,"
    r" masters, tournament, playoffs?, super bowl, run-?off, primary, primaries, midterms,"
    r" caucus(?:es)?, eurovision, grand prix, congress, plenum, review, round of voting"
)
_OUTCOME_TEXT: Final = _list_words(
    "statement, declaration, communiqu[eé], report, survey, census, poll, study, experiment, trial,"
    " inquiry, review, audit, auction, budget, manifesto, speech, address"
)
_SAYING: Final = _list_words(
    "call, name, mention, say, contain, include, describe, find, show, conclude, clear, refer to,"
    " state, use, criticise, criticize, condemn, omit"
)
_DETERMINER: Final = r"(?:the|its|their|his|her|this|next|that|(?-i:[A-Z])[\w.]*['’]s?)"
_CONTEST: Final = _list_words(
    r"world cup, cup, league, championship, division, conference, title, final, tournament, award,"
    r" prize, medal, series, playoffs?, grand prix, race, primary, seat, presidency, election,"
    r" referendum, nomination, governorship, oscar, best \w+, group [a-z], most seats, majority,"
    r" popular vote, eurovision, masters, open, stanley cup, derby, senate, house,"
    r" (?:AFC|NFC|NL|AL) \w+"
)
_WINNING: Final = _list_words(
    "win, lose, take, claim, top, make, reach, advance to, advance from, qualify for, finish,"
    " place, come, be"
)
_RANK: Final = (
    r"(?:the|best|group|gold|an? absolute|in|\d(?:st|nd|rd|th)|first|second|third|last|runner-up"
    rf"|{_YEAR})"
)
_OFFICE: Final = r"(?:pope|president|prime minister|chancellor|mayor|governor|(?:fed )?chair)"
_MEASURE: Final = (
    _list_words(
        "(?<!industrial )averages?, totals?, annual, inflation, cpi, gdp, growth, unemployment,"
        " turnout, trade, exports?, imports?, output, production, emissions, sales, deliveries,"
        " shipments, revenues?, earnings, profits?, deficit, surplus, debt, spending, population,"
        " birth rate, fertility, mortality, deaths, fatalities, arrivals, visitors, harvest,"
        " rainfall, generation, consumption, demand, budget, market share, share of, temperatures?,"
        " anomaly, box office, gross"
    )
    + r"\b(?! (?:agreements?|deals?|wars?|talks|pacts?|unions?|ministers?|ceiling|controls?|bans?"
    r"|bill))"
)
_COUNTING: Final = _list_words(
    "count, deliver, sell, produce, export, import, report, record, register, issue, grant, earn,"
    " gross, ship, generate, add, build, install, process, receive, mine, refine"
)
_FIGURE: Final = (
    rf"(?<![\w-])(?!{_YEAR})\d|\b"
    + _list_words(
        "more, less, fewer, least, most, above, below, over, under, exceed, higher, lower, record,"
        " positive, negative, double, halve, rises?, falls?, grows?, increase, decrease, decline,"
        " shrink, average, highest, lowest, than"
    )
    + r"\b",
)
_SUPERLATIVE: Final = _list_words(
    r"most, best, worst, highest, lowest, top, largest, biggest, smallest, hottest, warmest,"
    r" coldest, wettest, driest, deadliest, second[- ]\w+, fastest, strongest, weakest, richest,"
    r" number one, record"
)
_PATH: Final = (
    r"\b(?:in|on|at) (?:one|a single|any) (?:day|time|session|week)\b|\b"
    + _list_words(
        "price, prices, bitcoin, btc, ether(?:eum)?, eth, gold, silver, crude, brent, oil, wti,"
        " stock, shares, s&p, nasdaq, dow, index, yields?, euro, dollar, yen, rouble, ruble, lira"
    )
    + r"\b[^?]*\b"
    + _list_words(
        "reach, hit, touch, top, exceed, surpass, fall (?:below|to|under), drop (?:below|to|under),"
        " rise (?:above|to|over), break, above, below, dip"
    )
    + r"\b(?!.*\b(?:average|total|annual|trade|exports?|imports?|production|output|close|settle))",
)
"""A price that touches a level on any day: an event, though it has a figure and a period."""

_LEVEL: Final = (
    r"\b(?<!there )be (?:(?:above|below|over|under|at least|at most|between|from"
    r"|(?:more|less|fewer|higher|lower|greater) than)\s[$€£¥]?\d"
    r"|[$€£¥]?\d[^?]*?\bor (?:more|less|fewer|higher|lower|greater|above|below)\b)"
)
"""A level that something is at, where "reach" and "fall below" are events."""

_LASTING: Final = (
    r"(?<!to )(?<!that )(?:remain|persist|endure|retain|maintain|survive)s?\b",
    r"(?<!to )(?<!\ba )(?<!the )(?:stay|keep)s?\b(?! of\b)",
    r"(?<!to )continues? (?:to|as|in|its|their|his|her|through|until|for|with|\w+ing\b)",
    r"(?<!to )continue\b(?=[?]| (?:in|during|for|beyond))",
    r"\b(?:complete|finish|serve out) (?:his|her|their|a) (?:\w+ )?term\b",
    r"(?<!to )(?:hold|last)s?(?= (?:through|until|beyond|past|for|to the end)|\?)",
    r"(?<!to )lasts?(?= (?:at least|more than|longer))",
    r"\bstill\b(?! (?:un|more|higher|lower))",
)

_NEAR_DAYS: Final = 45


def _lacks_deadline(text: str, _: re.Match[str], __: datetime | None) -> bool:
    return _search(_DEADLINE, text) is None


def _is_no_war(_: str, match: re.Match[str], __: datetime | None) -> bool:
    return re.search(r"\b(?:war|battle|lawsuit|approval)\b", match[0], re.IGNORECASE) is None


def _is_main_clause(text: str, match: re.Match[str], _: datetime | None) -> bool:
    """Return True unless the match stands in a clause that only describes something."""
    before = text[: match.end()].casefold()
    return re.search(r"\b(?:that|which|who|whose|whether|if|unless)\s", before) is None


def _is_near_close(_: str, match: re.Match[str], closes_at: datetime | None) -> bool:
    """Return False for a day that lies long before the close."""
    day = _read_day(match[0])
    return day is None or closes_at is None or (closes_at.date() - day).days < _NEAR_DAYS


def _read_day(phrase: str) -> date | None:
    """Read a day with its year; None for a phrase without one."""
    year, number = re.search(_YEAR, phrase), re.search(r"\b\d{1,2}(?!\d)", phrase)
    month = re.search(_MONTH, phrase, re.IGNORECASE)
    if iso := re.search(rf"{_YEAR}-\d\d-\d\d", phrase):
        year_number, month_number, day = map(int, iso[0].split("-"))
    elif year and number and month:
        month_number = 1 + "janfebmaraprmayjunjulaugsepoctnovdec".index(month[0][:3].lower()) // 3
        year_number, day = int(year[0]), int(number[0])
    else:
        return None
    try:
        return date(year_number, month_number, day)
    except ValueError:
        return None


def _is_at_a_time(text: str, match: re.Match[str], _: datetime | None) -> bool:
    """Return False for a level that counts on any day: a price within a year."""
    if _search((rf"{_MONTH}|\bQ[1-4]|\b(?:quarter|month)\b",), match[0]):
        return _search((r"\b(?:any|one|a single) (?:day|time)\b",), text) is None
    return _search(_PATH, text) is None


def _is_total(text: str, _: re.Match[str], __: datetime | None) -> bool:
    """Return True if a text names a figure that is no level a price touches on some day."""
    return _search(_FIGURE, text) is not None and _search(_PATH, text) is None


_RULES: Final = (
    _Rule(
        "holds_until",
        "{} asks whether something lasts that long",
        (
            rf"\b(?:until|till|throughout|(?:all )?through (?={_WHEN})"
            rf"(?:{_DAY}|{_PERIOD}|the end))(?:\s{_WHEN})?",
            r"\b(?:for|during) (?:the whole|the entire|all) (?:of )?\w+",
        ),
    ),
    _Rule(
        "state_at",
        "{} comes out once, and says it or not",
        (
            rf"^will (?:the|its|their|[\w.]+(?: [\w.]+){{0,2}}['’]s?)(?: [\w.'’&-]+){{0,6}}? "
            rf"{_OUTCOME_TEXT}\b(?=[^?]*\b{_SAYING}\b)",
        ),
    ),
    _Rule(
        "state_at",
        "{} is a fixed occasion",
        (
            r"\b(?:attend|skip|boycott|host|take part in|participate in|speak at"
            rf"|(?:travel|go|come|delegation) to) (?:{_DETERMINER} {_WORDS}{{0,6}}?|{_YEAR} )"
            rf"{_OCCASION}\b",
        ),
    ),
    _Rule(
        "state_at",
        "{} is a fixed occasion",
        (
            rf"\b(?:at|in|of|for|during) {_DETERMINER} {_WORDS}{{0,6}}?{_OCCASION}\b",
            rf"\b(?:at|in|for) (?:{_YEAR} )?(?:{_NAME} ){{0,4}}{_OCCASION}\b",
            rf"\bafter (?:{_DETERMINER} )?{_WORDS}{{0,6}}?"
            r"(?:meeting|summit|session|vote|decision|elections?|midterms)\b",
        ),
        _lacks_deadline,
    ),
    _Rule("holds_until", "{} asks whether something lasts", _LASTING, _is_main_clause),
    _Rule(
        "holds_until",
        "{} asks for something to stay away all the time",
        (
            r"(?:^|\b)will (?:no|none|neither|nobody|nothing)\b(?!-)",
            r"\bthere be no\b(?!-)",
            r"\b(?:not|never|avoid|refrain from|fail to)\b(?! (?:only|later|less|more|fewer))",
        ),
        _is_main_clause,
    ),
    _Rule(
        "state_at",
        "{} compares two readings",
        (
            r"\bhave (?:increased|decreased|risen|fallen|grown|declined|dropped|shrunk|gained|lost)"
            r"\b(?=.*\b(?:by|than|compared|since)\b)",
            r"\b(?:as )?compared (?:to|with)\b",
            r"\b(?:more|fewer|less|higher|lower|larger|smaller)\b[^?]*"
            rf" (?:in|on|at) {_WHEN}[^?]* than (?:in|on|at)\b",
        ),
    ),
    _Rule("event_by", "{} sets a deadline", _DEADLINE),
    _Rule(
        "state_at",
        "{} is a fixed day",
        (
            r"\b(?:on|as of|at (?:noon|midnight)(?: on)?) (?:the (?:day|morning|evening) of )?"
            rf"(?:{_WEEKDAY},? )?(?:{_DAY}|{_WEEKDAY}"
            r"|(?:the )?(?:last|first|final) (?:trading )?day|election (?:day|night)"
            r"|inauguration day)",
        ),
        _is_near_close,
    ),
    _Rule(
        "state_at",
        "{} is a fixed time",
        (
            rf"\b(?:at|as of|on) (?:the )?(?:end|close|start|beginning|turn|expiry) of\b"
            rf"(?: (?:the )?{_WHEN})?",
            r"\bat year-?end\b",
            rf"\bend (?:of )?{_PERIOD}",
            rf"^(?:in|at) (?:early |late |mid-?)?{_YEAR},? will\b[^?]* be\b",
        ),
    ),
    _Rule(
        "state_at",
        "{} comes out once, when the contest is decided",
        (
            rf"\b{_WINNING}s? {_RANK} (?:[\w.,:'’&()-]+ ){{0,7}}?{_CONTEST}\b",
            rf"\bwin (?:the )?{_YEAR}(?:[–/-]\d{{2,4}})? {_NAME}",
            rf"\bwin (?:{_NAME} ){{0,4}}{_CONTEST}\b",
            rf"\bwins {_WORDS}{{0,5}}?{_CONTEST}\b",
            rf"\bwins? (?:the )?(?:{_NAME} ){{1,4}}{_YEAR}",
            r"\b(?:win|lose) the (?:\w+ ){1,4}(?:in|at)\b|\bwin best \w+|\bwinner of the\b",
            r"\bbe (?:the |[\w-]+['’]s? )?(?:[\w'’-]+ ){0,3}(?:nominee|winner|runner-up)\b",
            rf"\bbe (?:the )?next {_OFFICE}\b|\bthe next {_OFFICE}\b[^?]* be\b",
            rf"\bbe (?:re-?)?elected\b|\bqualify for\b|\bbe the {_YEAR}\b[^?]*\bwinner\b",
            r"\bof the year\b|\b(?:finish|be|place) in (?:the )?top[ -]\w+ (?:of|in|at)\b",
        ),
        _is_no_war,
    ),
    _Rule(
        "state_at",
        "{} is decided in one ruling",
        (
            r"\bin [A-Z][\w.]*(?: [\w.]+){0,5} v\.? [A-Z][\w.]*",
            r"\b(?:court|scotus|judges?|jury|tribunal)\b[^?]*\b(?:upholds?|overturns?|strikes? down"
            r"|acquit|convict|rule (?:in favou?r|against|that|for)|side with)\b",
        ),
    ),
    _Rule(
        "state_at",
        "{} is a level at a time",
        (rf"{_LEVEL}[^?]*?\b(?:in|for|during) {_PERIOD}",),
        _is_at_a_time,
    ),
    _Rule(
        "state_at",
        "{} is a figure for a period",
        (
            rf"\b{_MEASURE}(?=[^?]*\b(?:in|for|during|over|of) (?:{_PERIOD}|any ))",
            rf"(?:\d ?%|\bper ?cent\b)(?=[^?]*\b(?:in|for|during|over) {_PERIOD})",
            rf"^will {_YEAR} (?:be|set|rank|end|finish|turn out)\b",
            rf"\b{_COUNTING}s? [^?]*?(?:\d{{3}}|million|billion|trillion)\b"
            rf"(?=[^?]* (?:in|during|over|for) {_PERIOD})",
        ),
        _is_total,
    ),
    _Rule(
        "state_at",
        "{} is ranked over a period",
        (
            rf"\b(?:have|be|post|see|record)s? (?:the|its|their|an?) (?:\w+ )?{_SUPERLATIVE}\b"
            rf"(?=[^?]*\b(?:in|for|of|during|on) (?:{_PERIOD}|record))",
        ),
    ),
    _Rule(
        "state_at",
        "{} is settled at one meeting",
        (
            r"\b(?:fed(?:eral reserve)?|fomc|ecb|boe|boj|central bank|bank of \w+|riksbank|opec\+?)"
            rf"\b(?=[^?]*\b(?:rates?|basis points|bps|output)\b[^?]* in {_MONTH})",
        ),
    ),
)
"""Rules in their order: the first that matches decides."""
