"""Distributions over a question's outcomes: the only place where a probability is checked."""

import math
import re
from dataclasses import dataclass

from forecasts.errors import InvalidProbability

_NUMBER = re.compile(r"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*(?P<percent>%?)")


@dataclass(frozen=True, slots=True)
class Binary:
    """The probability, 0 to 1, that a binary question resolves YES.

    0 and 1 are allowed: a forecaster may be certain. Anything outside, or NaN, raises
    `InvalidProbability`.

    >>> Binary(0.63).p
    0.63
    >>> Binary(1.2)
    Traceback (most recent call last):
    forecasts.errors.InvalidProbability: a probability lies between 0 and 1, not 1.2
    """

    p: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.p <= 1.0:  # NaN fails every comparison
            raise InvalidProbability(f"a probability lies between 0 and 1, not {self.p}")

    @property
    def log_odds(self) -> float:
        """ln(p / (1 − p)) in nats; ±inf at the ends."""
        return logit(self.p)


def logit(p: float) -> float:
    """Log-odds of a probability, in nats: ln(p / (1 − p)); −inf at 0 and +inf at 1.

    >>> round(logit(0.75), 4)
    1.0986
    """
    if p <= 0.0:
        return -math.inf
    if p >= 1.0:
        return math.inf
    return math.log(p) - math.log1p(-p)


def sigmoid(z: float) -> float:
    """The probability with log-odds z; the inverse of `logit`.

    >>> sigmoid(0.0)
    0.5
    """
    if z >= 0.0:
        return 1.0 / (1.0 + math.exp(-z))
    e = math.exp(z)
    return e / (1.0 + e)


def parse_probability(text: str) -> Binary:
    """Read what a person typed: `0.63`, `63%` or `63` (a whole number above 1 is a percentage).

    A bare `1` could be 1 % or certainty, so it is refused with the question which was meant.

    >>> parse_probability("63").p, parse_probability("63%").p, parse_probability(".63").p
    (0.63, 0.63, 0.63)
    >>> parse_probability("1.0").p, parse_probability("1%").p
    (1.0, 0.01)
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise InvalidProbability(f"{text!r} is not a probability: write 0.63, 63% or 63")
    number = match["number"]
    value = float(number)
    if match["percent"]:
        return Binary(_percent(number))
    if number.lstrip("+") == "1":
        raise InvalidProbability("1 could be 1 % or certainty: write 1% or 1.0")
    if "." not in number and value > 1:
        return Binary(_percent(number))
    return Binary(value)


def _percent(number: str) -> float:
    # Moving the decimal point in the text keeps 29 % at 0.29; dividing 29.0 by 100 does not always.
    return float(f"{number}e-2")
