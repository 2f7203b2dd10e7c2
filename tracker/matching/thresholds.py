"""Thresholds of a statement, and figures of a headline that lie beyond them.

"Gold hits $4,600" decides "Gold rises above $4,500", whatever else it says.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tracker.matching.polarity_lexicon import EMPTY_WORDS, stem_english

_SCALES: Final = {
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "million": 1e6,
    "bn": 1e9,
    "billion": 1e9,
    "trn": 1e12,
    "tn": 1e12,
    "trillion": 1e12,
}
_NUMBER: Final = (
    r"(?P<money>US\$|[$€£¥₹]|Rs\.?\s?)?(?P<n>\d[\d,]*(?:\.\d+)?)(?:\s?(?P<scale>"
    r"thousand|million|billion|trillion|mn|bn|trn|tn|[km](?![a-z])))?\s?"
    r"(?P<percent>%|per ?cent\b|pct\b)?"
)
_FIGURE: Final = re.compile(rf"(?<![\w.,$€£¥₹-]){_NUMBER}(?![\w%])", re.IGNORECASE)
_THRESHOLD: Final = re.compile(
    r"\b(?P<side>(?:rises|stays|climbs) above|(?:falls|stays|drops) below|more than|at least|over"
    r"|fewer than|less than|at most|under)\s+(?=[$€£¥₹\dU R])"
    rf"{_NUMBER}",
    re.IGNORECASE,
)
_TOTALS: Final = frozenset(("more than", "at least", "over", "fewer than", "less than", "at most"))
_EXCHANGE_RATE: Final = re.compile(
    r"^\s*(?:per|to the|to a|rubles|roubles|rupees|yen|yuan|lira)\b", re.I
)
_ABOVE: Final = ("above", "more than", "at least", "over")
_AT: Final = re.compile(
    r"\b(?:to|at|hits?|tops?|above|over|past|beyond|reach(?:es|ed)?|cross(?:es|ed)?|exceed(?:s|ed)?"
    r"|surpass(?:es|ed)?|below|under|touch(?:es|ed)?|breach(?:es|ed)?|near(?:s|ly)?|breaks?|record"
    r"|more than|less than|around|about|of|was|is|stands?|loses?|passes)\s+"
    r"(?:(?:a|the|record|nearly|over|mark of|some)\s+)*$",
    re.IGNORECASE,
)
_SHORT_OF: Final = re.compile(r"\b(?:near(?:s|ly)?|close to|towards?|approach\w*)\s+$", re.I)
_BELOW_IT: Final = re.compile(r"\b(?:below|under|less than)\s+(?:Rs\s*)?$", re.IGNORECASE)
_ABOVE_IT: Final = re.compile(r"\b(?:above|over|past|tops?|more than)\s+(?:Rs\s*)?$", re.IGNORECASE)
_FALLING: Final = re.compile(
    r"\b(?:falls?|fell|drops?|slips?|slides?|sinks?|slumps?|plunges?|tumbles?|eases?|down|lower)\b",
    re.IGNORECASE,
)
_RISING: Final = re.compile(
    r"\b(?:rises?|rose|climbs?|jumps?|soars?|surges?|gains?|rall(?:y|ies)|hits?|up|higher|record"
    r"|accelerates?|quickens?|increases?|reach(?:es|ed)?|breaks?|breach(?:es)?|cross(?:es|ed)?"
    r"|highest|bullish)\b",
    re.IGNORECASE,
)
_FUTURE: Final = re.compile(
    r"\b(?:could|may|might|would|will|forecasts?|predicts?|sees?|expects?|expected|target|outlook"
    r"|if|by 20\d\d|set to|on track|eyes|analysts?|likely|heads? for)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Figure of a statement: its side (+1 above, -1 below), value, unit, and what it is about.

    A total only grows, so that a lower figure says nothing yet.
    """

    side: int
    value: float
    unit: str
    subject: frozenset[str]
    is_total: bool


@lru_cache(maxsize=20_000)
def find_threshold(statement: str) -> Threshold | None:
    """Return the threshold that a statement names.

    >>> threshold = find_threshold("Gold rises above $4,500")
    >>> threshold.side, threshold.value, threshold.unit
    (1, 4500.0, 'money')
    """
    match = _THRESHOLD.search(statement)
    if match is None or _EXCHANGE_RATE.search(statement[match.end() :]):
        return None
    side = 1 if match["side"].lower().endswith(_ABOVE) else -1
    words = re.findall(r"[^\W\d_]+", statement[: match.start()].lower())
    subject = frozenset(stem_english(word) for word in words if word not in EMPTY_WORDS)
    is_total = match["side"].lower() in _TOTALS
    return Threshold(side, _read_value(match), _read_unit(match), subject, is_total)


def compare_with_threshold(headline: str, threshold: Threshold) -> int:
    """Return +1 if a figure of the headline lies where the statement says, -1 beyond it, else 0.

    Forecasts say nothing, nor do changes ("rises by 5%") and figures of something else.

    >>> gold = find_threshold("Gold rises above $4,500")
    >>> compare_with_threshold("Gold hits $4,600 in record rally", gold)
    1
    >>> compare_with_threshold("Gold could hit $4,600, bank says", gold)
    0
    """
    stems = {stem_english(word) for word in re.findall(r"[^\W\d_]+", headline.lower())}
    shared = len(threshold.subject & stems)
    if _FUTURE.search(headline) or 2 * shared < len(threshold.subject):
        return 0
    signs = {_compare(match, headline, threshold) for match in _FIGURE.finditer(headline)} - {0}
    return signs.pop() if len(signs) == 1 else 0


def _compare(match: re.Match[str], headline: str, threshold: Threshold) -> int:
    before, value, unit = headline[: match.start()], _read_value(match), _read_unit(match)
    is_large = bool(match["scale"]) and unit == threshold.unit == "money"
    if unit != threshold.unit and "percent" in (unit, threshold.unit):
        return 0
    if not 0.2 * threshold.value <= value <= 5 * threshold.value or _SHORT_OF.search(before):
        return 0
    if not (_AT.search(before) or is_large):
        return 0
    is_above = value >= threshold.value
    if threshold.is_total and not is_above:
        return 0
    if (_BELOW_IT if is_above else _ABOVE_IT).search(before):
        return 0
    if (_FALLING if is_above else _RISING).search(headline):
        return 0  # on its way, and not there
    return threshold.side if is_above else -threshold.side


def _read_value(match: re.Match[str]) -> float:
    scale = _SCALES.get((match["scale"] or "").lower(), 1.0)
    return float(match["n"].replace(",", "")) * scale


def _read_unit(match: re.Match[str]) -> str:
    if match["percent"]:
        return "percent"
    return "money" if match["money"] else "count"
