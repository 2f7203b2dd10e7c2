"""Probabilities as people write them: a number, a percentage, odds, a fraction, or a change of what
they hold.
"""

import re
from collections.abc import Callable
from typing import Final

from forecasts.distributions.distribution import Binary
from forecasts.errors import InvalidProbability

_FIGURE: Final = r"(?:\d+(?:\.\d+)?|\.\d+)"
_NUMBER: Final = re.compile(rf"(?P<number>-?{_FIGURE})\s*(?P<percent>%?)")
_ODDS: Final = re.compile(rf"(?P<yes>{_FIGURE})\s*(?::|\bto\b)\s*(?P<no>{_FIGURE})", re.IGNORECASE)
_FRACTION: Final = re.compile(r"(?P<part>\d+)\s*/\s*(?P<whole>\d+)")
_POINTS: Final = re.compile(
    rf"(?P<sign>[+−-])\s*(?P<points>{_FIGURE})\s*(?:%|pp|points?|percentage points?)?",
    re.IGNORECASE,
)
_TIMES: Final = re.compile(rf"[x×*]\s*(?P<factor>{_FIGURE})", re.IGNORECASE)
_LONGEST: Final = 40
"""Characters of what was typed that a refusal repeats."""


def read_probability(text: str, held: Binary | None = None) -> Binary:
    """A probability as `0.63`, `63%` or `63`, as odds `2:1`, as a fraction `1/3`; `+5` and `x2`
    change what is held.

    A whole number above 1 is a percentage. Odds are those for YES: `2:1` is two to one that it
    happens. `+5` and `-5` are percentage points on what is `held`, `x2` and `x0.5` multiply its
    odds. What could be meant in two ways is refused with the question which was meant: a bare `1`
    (1 % or certainty), `2.5` (a slip for 0.25), `50/50` (even odds or certainty). Raises
    `InvalidProbability`.

    >>> read_probability("63").p, read_probability("63%").p, read_probability(".63").p
    (0.63, 0.63, 0.63)
    >>> read_probability("3:1").p, read_probability("1/4").p
    (0.75, 0.25)
    >>> read_probability("+5", Binary(0.6)).p, read_probability("x2", Binary(0.5)).p
    (0.65, 0.6666666666666666)
    """
    said = text.strip()
    for pattern, read in _READERS:
        if match := pattern.fullmatch(said):
            return read(match, held)
    raise InvalidProbability(
        f"{_quoted(text)} is not a probability: write 0.63, 63% or 63, odds 2:1, or a change +5"
    )


def _number(match: re.Match[str], held: Binary | None) -> Binary:
    if match["number"].startswith("-") and float(match["number"]) and held is not None:
        return _changed(match[0], held, -1.0, match["number"][1:])
    number = match["number"]
    if not match["percent"] and "." not in number and float(number) == 1.0:
        raise InvalidProbability("1 could be 1 % or certainty: write 1% or 1.0")
    if match["percent"] or "." not in number:
        return Binary(_percent(number))
    if float(number) > 1.0:
        raise InvalidProbability(
            f"a probability lies between 0 and 1, not {_quoted(number)}: for a percentage add "
            "the sign, as in 2.5%"
        )
    return Binary(float(number) + 0.0)


def _odds(match: re.Match[str], held: Binary | None) -> Binary:
    yes, no = float(match["yes"]), float(match["no"])
    if not 0.0 < yes + no < float("inf"):
        raise InvalidProbability(
            f"{_quoted(match[0])} are no odds: write two numbers, such as 2:1 for two to one"
        )
    return Binary(yes / (yes + no))


def _fraction(match: re.Match[str], held: Binary | None) -> Binary:
    part, whole = int(match["part"][:_LONGEST]), int(match["whole"][:_LONGEST])
    if part >= whole:
        raise InvalidProbability(
            f"{_quoted(match[0])} is no part of one: write odds as 1:1, or a fraction such as 1/3"
        )
    return Binary(part / whole)


def _points(match: re.Match[str], held: Binary | None) -> Binary:
    sign = 1.0 if match["sign"] == "+" else -1.0
    return _changed(match[0], held, sign, match["points"])


def _changed(said: str, held: Binary | None, sign: float, points: str) -> Binary:
    if held is None:
        raise InvalidProbability(
            f"{_quoted(said)} changes a forecast, and there is none: write a probability like 63%"
        )
    if "." in points and float(points[:_LONGEST]) < 1.0 and said[-1].isdigit():
        raise InvalidProbability(
            f"{_quoted(said)} could be a part of a point or of one: write +5 or +0.5%"
        )
    p = round(held.p + sign * float(f"{points[:_LONGEST]}e-2"), 12)
    if not 0.0 <= p <= 1.0:
        raise InvalidProbability(
            f"{held.p:.4g} and {_quoted(said)} points make {p:.4g}, which is no probability"
        )
    return Binary(p)


def _times(match: re.Match[str], held: Binary | None) -> Binary:
    if held is None:
        raise InvalidProbability(
            f"{_quoted(match[0])} changes a forecast, and there is none: write a probability"
        )
    factor = float(match["factor"][:_LONGEST])
    if factor == 0.0:
        raise InvalidProbability(
            "odds times 0 would rule it out for good: write 0% if that is meant"
        )
    return Binary(held.p * factor / (held.p * factor + 1.0 - held.p))


_READERS: Final[
    tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Binary | None], Binary]], ...]
] = (
    (_NUMBER, _number),
    (_ODDS, _odds),
    (_FRACTION, _fraction),
    (_POINTS, _points),
    (_TIMES, _times),
)


def _percent(number: str) -> float:
    # Moving the decimal point in the text keeps 29 % at 0.29; dividing 29.0 by 100 does not always.
    return float(f"{number}e-2") + 0.0  # no zero is negative


def _quoted(text: str) -> str:
    """What was typed, short and on one line."""
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
