"""Parsing of typed probabilities: a number, a percentage, odds, a fraction, or a change."""

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
_FACTOR: Final = re.compile(rf"[x×*]\s*(?P<factor>{_FIGURE})", re.IGNORECASE)
_MAX_QUOTED_CHARACTERS: Final = 40
"""Maximum characters of typed text repeated in an error message."""


def parse_probability(text: str, current: Binary | None = None) -> Binary:
    """Parse `0.63`, `63%`, `63`, odds `2:1`, a fraction `1/3`, or a change `+5` or `x2`.

    A whole number above 1 is a percentage. Odds are those for YES: `2:1` is two to one that it
    happens. `+5` and `-5` are percentage points on the `current` probability, `x2` and `x0.5`
    multiply its odds. Ambiguous text is refused with a question: a bare `1` (1% or certainty),
    `2.5` (a slip for 0.25), `50/50` (even odds or certainty). Raises `InvalidProbability`.

    >>> parse_probability("63").p, parse_probability("63%").p, parse_probability(".63").p
    (0.63, 0.63, 0.63)
    >>> parse_probability("3:1").p, parse_probability("1/4").p
    (0.75, 0.25)
    >>> parse_probability("+5", Binary(0.6)).p, parse_probability("x2", Binary(0.5)).p
    (0.65, 0.6666666666666666)
    """
    stripped = text.strip()
    for pattern, parse in _PARSERS:
        if match := pattern.fullmatch(stripped):
            return parse(match, current)
    raise InvalidProbability(
        f"{_quote(text)} is not a probability: write 0.63, 63% or 63, odds 2:1, or a change +5"
    )


def _parse_number(match: re.Match[str], current: Binary | None) -> Binary:
    if match["number"].startswith("-") and float(match["number"]) and current is not None:
        return _add_points(match[0], current, -1.0, match["number"][1:])
    number = match["number"]
    if not match["percent"] and "." not in number and float(number) == 1.0:
        raise InvalidProbability("1 could be 1% or certainty: write 1% or 1.0")
    if match["percent"] or "." not in number:
        # Moving the decimal point in the text is exact; dividing by 100 is not always.
        p = float(f"{number}e-2") + 0.0  # no zero is negative
        if not 0.0 <= p <= 1.0:
            raise InvalidProbability(
                f"a probability lies between 0 and 100%, not {_quote(match[0])}"
            )
        return Binary(p)
    if float(number) > 1.0:
        raise InvalidProbability(
            f"a probability lies between 0 and 1, not {_quote(number)}: for a percentage add "
            "the sign, as in 2.5%"
        )
    return Binary(float(number) + 0.0)


def _parse_odds(match: re.Match[str], current: Binary | None) -> Binary:
    yes, no = float(match["yes"]), float(match["no"])
    if not 0.0 < yes + no < float("inf"):
        raise InvalidProbability(
            f"{_quote(match[0])} are no odds: write two numbers, such as 2:1 for two to one"
        )
    return Binary(yes / (yes + no))


def _parse_fraction(match: re.Match[str], current: Binary | None) -> Binary:
    part, whole = (
        int(match["part"][:_MAX_QUOTED_CHARACTERS]),
        int(match["whole"][:_MAX_QUOTED_CHARACTERS]),
    )
    if part >= whole:
        raise InvalidProbability(
            f"{_quote(match[0])} is no part of one: write odds as 1:1, or a fraction such as 1/3"
        )
    return Binary(part / whole)


def _parse_points(match: re.Match[str], current: Binary | None) -> Binary:
    sign = 1.0 if match["sign"] == "+" else -1.0
    return _add_points(match[0], current, sign, match["points"])


def _add_points(text: str, current: Binary | None, sign: float, points: str) -> Binary:
    if current is None:
        raise InvalidProbability(
            f"{_quote(text)} changes a forecast, and there is none: write a probability like 63%"
        )
    if "." in points and float(points[:_MAX_QUOTED_CHARACTERS]) < 1.0 and text[-1].isdigit():
        raise InvalidProbability(
            f"{_quote(text)} could be a part of a point or of one: write +5 or +0.5%"
        )
    p = round(current.p + sign * float(f"{points[:_MAX_QUOTED_CHARACTERS]}e-2"), 12)
    if not 0.0 <= p <= 1.0:
        raise InvalidProbability(
            f"{current.p:.4g} and {_quote(text)} points make {p:.4g}, which is no probability"
        )
    return Binary(p)


def _parse_factor(match: re.Match[str], current: Binary | None) -> Binary:
    if current is None:
        raise InvalidProbability(
            f"{_quote(match[0])} changes a forecast, and there is none: write a probability"
        )
    factor = float(match["factor"][:_MAX_QUOTED_CHARACTERS])
    if factor == 0.0:
        raise InvalidProbability(
            "odds times 0 would rule it out for good: write 0% if that is meant"
        )
    return Binary(current.p * factor / (current.p * factor + 1.0 - current.p))


_PARSERS: Final[
    tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Binary | None], Binary]], ...]
] = (
    (_NUMBER, _parse_number),
    (_ODDS, _parse_odds),
    (_FRACTION, _parse_fraction),
    (_POINTS, _parse_points),
    (_FACTOR, _parse_factor),
)


def _quote(text: str) -> str:
    """Quote typed text for a message, cut to a maximum length."""
    return repr(
        text if len(text) <= _MAX_QUOTED_CHARACTERS else f"{text[:_MAX_QUOTED_CHARACTERS]}…"
    )
