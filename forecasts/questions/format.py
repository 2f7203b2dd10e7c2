"""Forecasts and answers as people read them: the short form for a table, the full form for a
page.
"""

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import assert_never

from forecasts.distributions.cdf import Cdf, Scale, date_of, day_number, mass_in_the_past
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.question import Question, Resolution, utc

MINUS = "\u2212"
"""The minus sign of every number that people read."""

_LEAST = 0.001  # a gain or loss that is less is rounding

FULL_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The levels at which a curve is told in full."""


def counted(n: int, one: str, many: str = "") -> str:
    """A number of things.

    >>> counted(1, "report"), counted(2, "story", "stories")
    ('1 report', '2 stories')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def percent(p: float | None) -> str:
    """A probability for people: whole percents, tenths near the ends, never a false 0 % or 100 %.

    >>> [percent(p) for p in (0.634, 0.0312, 0.9996, 0.0, 1.0, None)]
    ['63%', '3.1%', '>99.9%', '0.0%', '100.0%', '–']
    """
    if p is None:
        return "–"
    if 0 < p < 0.001:
        return "<0.1%"
    if 0.999 < p < 1:
        return ">99.9%"
    return f"{p:z.1%}" if p < 0.1 or p > 0.9 else f"{p:.0%}"


def in_short(question: Question, held: Distribution | None) -> str:
    """A forecast in a few words: a percentage, the likeliest option, or the middle with its 90 %
    range.

    >>> from forecasts.questions.question import utc
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 2027?", "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), Binary(0.3), "3 of 10 years", ())
    >>> in_short(question, Binary(0.63))
    '63%'
    """
    match held:
        case None:
            return "–"
        case Binary():
            return percent(held.p)
        case Categorical():
            return f"{held.likeliest} {percent(held.of(held.likeliest))}"
        case Cdf():
            middle = held.quantile(0.5)
            if middle is None:
                beyond, mass = max(
                    (_beyond(question), held.above), (BELOW, held.below), key=lambda pair: pair[1]
                )
                return f"{beyond} {percent(mass)}"
            low, high = held.central()
            return f"{value(question, middle)} ({value(question, low)} to {value(question, high)})"
        case _:
            assert_never(held)


def in_full(question: Question, held: Distribution | None) -> str:
    """A forecast with all its numbers, so that it can be typed in again.

    Percentages have four digits, counted from the nearer of 0 and 100 %; what rounding leaves goes
    to the likeliest option, so that options add up. Values have four digits too, or as many as tell
    them apart.

    >>> from forecasts.questions.question import Option, utc
    >>> capital = Categorical(("Moscow", "Beijing"), (0.25, 0.75))
    >>> question = Question("visit", "essay", "categorical", "Where first?", "As announced.", (), "state_at",
    ...     utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), capital, "even", (),
    ...     options=(Option("Moscow"), Option("Beijing")))
    >>> in_full(question, capital)
    'Moscow=25% Beijing=75%'
    """
    match held:
        case None:
            return "–"
        case Binary():
            return f"{_percents(held.p)}%"
        case Categorical():
            return " ".join(
                f"{name}={told}%" for name, told in zip(held.options, _adding_up(held), strict=True)
            )
        case Cdf():
            assert question.scale is not None
            return " ".join(_levels(question, question.scale, held))
        case _:
            assert_never(held)


def _adding_up(held: Categorical) -> list[str]:
    told = [Decimal(_percents(p)) for p in held.p]
    told[held.index(held.likeliest)] += 100 - sum(told)
    return [_trimmed(f"{share:f}") for share in told]


def _percents(p: float) -> str:
    nearer = min(p, 1.0 - p)
    places = (
        min(1 - math.floor(math.log10(nearer)), 12) if nearer > 0.0 else 0
    )  # more would show how floats round
    return _trimmed(f"{100 * p:z.{places}f}")


def _trimmed(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _levels(question: Question, scale: Scale, curve: Cdf) -> list[str]:
    read = {level: x for level in FULL_LEVELS if (x := curve.quantile(level)) is not None}
    told = _told_apart(
        question, scale, [min(max(x, scale.lower), scale.upper) for x in read.values()]
    )
    by_value = dict(
        zip(reversed(told), reversed(read), strict=True)
    )  # of values that are the same, the lowest level
    found = [f"{level:.0%}={x}" for x, level in reversed(by_value.items())]
    if scale.open_lower:
        found.append(f"{BELOW}={_percents(curve.below)}%")
    if scale.open_upper:
        found.append(f"{_beyond(question)}={_percents(curve.above)}%")
    return found


def _told_apart(question: Question, scale: Scale, values: Sequence[float]) -> list[str]:
    """The values in as few digits as leave them in their order, and on their sides of the range's
    bounds.
    """
    told: list[str] = []
    for write in _DATES if question.kind == "date" else _NUMBERS:
        told = [write(x) for x in values]
        back = [day_number(utc(text)) if question.kind == "date" else float(text) for text in told]
        apart = all(a < b for a, b in pairwise(back))
        if apart and all(
            _side(scale, x) == _side(scale, y) for x, y in zip(values, back, strict=True)
        ):
            break
    return told


def _side(scale: Scale, x: float) -> tuple[int, int]:
    return (x > scale.lower) - (x < scale.lower), (x > scale.upper) - (x < scale.upper)


def _written(digits: int) -> Callable[[float], str]:
    # As many digits as stand before the point, so that 123456 is not told as 1.235e+05.
    return lambda x: f"{x:z.{max(digits, len(str(round(abs(x)))))}g}"


_NUMBERS: tuple[Callable[[float], str], ...] = tuple(_written(digits) for digits in range(4, 18))
_DATES: tuple[Callable[[float], str], ...] = (
    lambda x: date_of(x).date().isoformat(),
    lambda x: date_of(x).isoformat(timespec="minutes"),
    lambda x: date_of(x).isoformat(),
)


def answer_in_words(question: Question, resolution: Resolution | None) -> str:
    """How a question was answered: YES, an option, a number with its unit, a date, or why there is
    none.
    """
    if resolution is None:
        return "–"
    if resolution.outcome in ("yes", "no"):
        return resolution.outcome.upper()
    if resolution.outcome != "answered":
        return resolution.outcome
    if question.scale is None or resolution.answer.lower() in (BELOW, ABOVE, NEVER):
        return resolution.answer
    return f"{resolution.answer} {question.scale.unit}".strip()


def warning_of(question: Question, held: Distribution | None, now: datetime) -> str:
    """What is worth a second look in a forecast that is allowed; empty when nothing is."""
    if question.kind != "date" or not isinstance(held, Cdf):
        return ""
    lost = mass_in_the_past(held, now)
    if lost < 0.005:
        return ""
    return (
        f"{percent(lost)} of this forecast lies on dates that are over: the event did not "
        "come then."
    )


def value(question: Question, x: float) -> str:
    """A value of a numeric or date question for people: four digits, or the day of a date."""
    if question.kind == "date":
        return date_of(x).date().isoformat()
    return f"{x:,.0f}" if abs(x) >= 9_999.5 else f"{x:z.4g}"


def _beyond(question: Question) -> str:
    return NEVER if question.kind == "date" else ABOVE


def signed(value: float, digits: int = 1) -> str:
    """A gain or a loss: `+5.0`, `−1.3`, and `+0.03` where one digit would hide which of them it is.

    >>> [signed(value) for value in (5.0, -1.3, 0.03, 0.0)]
    ['+5.0', '−1.3', '+0.03', '0.0']
    """
    number = f"{abs(value):.{digits}f}"
    if not float(number) and abs(value) >= _LEAST:
        number = f"{abs(value):.1g}"
    if not float(number):
        return number
    return f"{'+' if value > 0 else MINUS}{number}"
