"""Base rates in words: "6 of 11 years", "one in ten", "about 30%"."""

import re
from dataclasses import dataclass
from typing import Final

from forecasts.statistics.intervals import jeffreys_base_rate

_NUMBER_WORDS: Final = {
    word: number
    for number, word in enumerate(
        "none one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"never": 0, "zero": 0, "no": 0, "once": 1, "twice": 2, "twenty": 20, "hundred": 100}
_NUMBER: Final = rf"(?:[0-9]{{1,5}}|{'|'.join(_NUMBER_WORDS)})"
_COUNT: Final = re.compile(
    rf"(?<![\w.,-])(?P<k>{_NUMBER})(?P<unit>\s(?:times|years|cases|seasons))?"
    rf"\s(?P<link>(?:out\s)?of|in)\s(?:(?:the|these|a|all|last|past|previous)\s)*"
    rf"(?P<n>{_NUMBER})\b(?!\s?%|[.,][0-9])(?P<counted>\s[a-z]+)?",
    re.IGNORECASE,
)
_PERCENT: Final = re.compile(
    r"(?<![\w.,-])(?P<percent>[0-9]{1,2}(?:[.,][0-9]+)?)\s?(?:%|per\s?cent\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class StatedRate:
    """Base rate that a text states, `p` strictly between 0 and 1, and how it follows from it."""

    p: float
    arithmetic: str


def read_base_rate(text: str) -> StatedRate | None:
    """Read the first base rate of a text; None if it states none.

    A count is the start of a reference class, so that k of n is (k + ½)/(n + 1), never 0 or 1. A
    chance is taken as it stands: "one in ten", and a percentage.

    >>> rate = read_base_rate("3 of 6 years")
    >>> rate.p, rate.arithmetic
    (0.5, '(3 + ½) / (6 + 1)')
    >>> read_base_rate("one in ten").p, read_base_rate("twice in the last nine years").p
    (0.1, 0.25)
    >>> read_base_rate("about 30 % of such treaties").p, read_base_rate("rarely")
    (0.3, None)
    """
    if match := _COUNT.search(text):
        return _read_count(match)
    if match := _PERCENT.search(text):
        percent = float(match["percent"].replace(",", "."))
        return StatedRate(percent / 100.0, "as given") if percent > 0.0 else None
    return None


def _read_count(match: re.Match[str]) -> StatedRate | None:
    k, n = _read_number(match["k"]), _read_number(match["n"])
    if not 0 <= k <= n or n == 0:
        return None
    is_chance = match["link"].lower() == "in" and not match["unit"] and not match["counted"]
    if is_chance and 0 < k < n and match["k"].lower() not in ("once", "twice"):
        return StatedRate(k / n, "as given")
    return StatedRate(jeffreys_base_rate(k, n).mean, f"({k} + ½) / ({n} + 1)")


def _read_number(word: str) -> int:
    return int(word) if word.isdecimal() else _NUMBER_WORDS[word.lower()]
