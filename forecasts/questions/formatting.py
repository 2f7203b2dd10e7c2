"""Formatting of forecasts and answers for people: short for tables, full for pages."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import assert_never

from forecasts.distributions.cdf import Cdf, Scale, date_from_day_number, day_number, mass_in_past
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.question import Question, Resolution, utc

MINUS = "\u2212"
"""Minus sign of displayed numbers."""

_MAX_ROUNDING_ERROR = 1e-9
_MIN_GAIN = 0.001  # smaller gains and losses are rounding errors

FULL_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Levels of a curve in the full format."""


def format_count(
    count: int, singular: str, plural: str = "", *, space: str = " ", thousands: str = ","
) -> str:
    """Format a count with its noun, after `space`; reports have no sign between thousands.

    >>> format_count(1, "report"), format_count(1200, "story", "stories")
    ('1 report', '1,200 stories')
    """
    return f"{count:{thousands}}{space}{singular if count == 1 else plural or singular + 's'}"


def format_utc_day(at: datetime | None) -> str:
    """Format a day in UTC: `2026-11-24`."""
    return "–" if at is None else f"{at.astimezone(UTC):%Y-%m-%d}"


def format_utc_minute(at: datetime | None) -> str:
    """Format a time in UTC to the minute: `2026-11-24 14:05 UTC`."""
    return "–" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def format_cases(p_value: float, *, thousands: str = "") -> str:
    """Format a p-value as cases, rounded up so that 5 of 100 never stands for more than that."""
    if p_value <= 0.001:
        return f"at most 1 of {1000:{thousands}}"
    whole = 1000 if p_value < 0.01 else 100
    return f"{math.ceil(p_value * whole - _MAX_ROUNDING_ERROR)} of {whole:{thousands}}"


def capitalise(text: str) -> str:
    """Capitalise the first letter only.

    >>> capitalise("the EU")
    'The EU'
    """
    return text[:1].upper() + text[1:]


def format_sentence(text: str) -> str:
    """Format a message as a sentence: with a capital letter and a full stop."""
    bare = text.strip()
    return capitalise(bare) + ("" if bare.endswith((".", "?", "!")) else ".")


def format_percent(probability: float | None) -> str:
    """Format a probability: whole percents, tenths near the ends, never a false 0% or 100%.

    >>> [format_percent(p) for p in (0.634, 0.0312, 0.9996, 0.0, 1.0, None)]
    ['63%', '3.1%', '>99.9%', '0.0%', '100.0%', '–']
    """
    if probability is None:
        return "–"
    if 0 < probability < 0.001:
        return "<0.1%"
    if 0.999 < probability < 1:
        return ">99.9%"
    return f"{probability:z.1%}" if probability < 0.1 or probability > 0.9 else f"{probability:.0%}"


def format_short(question: Question, forecast: Distribution | None) -> str:
    """Format a forecast briefly: a percentage, the likeliest option, or median and 90% interval.

    >>> from forecasts.questions.question import utc
    >>> question = Question("truce", "essay", "binary", "Truce by 2027?", "As announced.", (),
    ...     "event_by", utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> format_short(question, Binary(0.63))
    '63%'
    """
    match forecast:
        case None:
            return "–"
        case Binary():
            return format_percent(forecast.p)
        case Categorical():
            return f"{forecast.likeliest} {format_percent(forecast.of(forecast.likeliest))}"
        case Cdf():
            middle = forecast.quantile(0.5)
            if middle is None:
                tail_word, mass = max(
                    (_tail_word(question), forecast.above),
                    (BELOW, forecast.below),
                    key=lambda pair: pair[1],
                )
                return f"{tail_word} {format_percent(mass)}"
            low, high = forecast.central()
            return (
                f"{format_value(question, middle)} ({format_value(question, low)} to "
                f"{format_value(question, high)})"
            )
        case _:
            assert_never(forecast)


def format_full(question: Question, forecast: Distribution | None) -> str:
    """Format a forecast with all its numbers, so that it can be typed in again.

    Percentages have four digits, counted from the nearer of 0 and 100%; the rounding error goes to
    the likeliest option, so that options add up. Values have four digits too, or as many as
    distinguish them.

    >>> from forecasts.questions.question import Option, utc
    >>> capital = Categorical(("Moscow", "Beijing"), (0.25, 0.75))
    >>> question = Question("visit", "essay", "categorical", "Where first?", "As announced.", (),
    ...     "state_at", utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), capital, "even",
    ...     (), options=(Option("Moscow"), Option("Beijing")))
    >>> format_full(question, capital)
    'Moscow=25% Beijing=75%'
    """
    match forecast:
        case None:
            return "–"
        case Binary():
            return f"{_format_percentage(forecast.p)}%"
        case Categorical():
            return " ".join(
                f"{name}={share}%"
                for name, share in zip(
                    forecast.options, _percentages_adding_up(forecast), strict=True
                )
            )
        case Cdf():
            assert question.scale is not None
            return " ".join(_format_levels(question, question.scale, forecast))
        case _:
            assert_never(forecast)


def _percentages_adding_up(forecast: Categorical) -> list[str]:
    percentages = [Decimal(_format_percentage(p)) for p in forecast.p]
    percentages[forecast.index(forecast.likeliest)] += 100 - sum(percentages)
    return [_strip_zeros(f"{share:f}") for share in percentages]


def _format_percentage(p: float) -> str:
    nearer = min(p, 1.0 - p)
    # More than 12 places would show the rounding of floats.
    places = min(1 - math.floor(math.log10(nearer)), 12) if nearer > 0.0 else 0
    return _strip_zeros(f"{100 * p:z.{places}f}")


def _strip_zeros(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _format_levels(question: Question, scale: Scale, curve: Cdf) -> list[str]:
    values = {level: x for level in FULL_LEVELS if (x := curve.quantile(level)) is not None}
    texts = _format_distinct(
        question, scale, [min(max(x, scale.lower), scale.upper) for x in values.values()]
    )
    # Reversed, so that the lowest level of equal values remains.
    by_value = dict(zip(reversed(texts), reversed(values), strict=True))
    parts = [f"{level:.0%}={x}" for x, level in reversed(by_value.items())]
    if scale.open_lower:
        parts.append(f"{BELOW}={_format_percentage(curve.below)}%")
    if scale.open_upper:
        parts.append(f"{_tail_word(question)}={_format_percentage(curve.above)}%")
    return parts


def _format_distinct(question: Question, scale: Scale, values: Sequence[float]) -> list[str]:
    """Format values in the fewest digits that keep their order and their side of each bound."""
    texts: list[str] = []
    for formatter in _DATE_FORMATS if question.kind == "date" else _NUMBER_FORMATS:
        texts = [formatter(x) for x in values]
        parsed = [
            day_number(utc(text)) if question.kind == "date" else float(text) for text in texts
        ]
        is_distinct = all(a < b for a, b in pairwise(parsed))
        if is_distinct and all(
            _sides_of_bounds(scale, x) == _sides_of_bounds(scale, y)
            for x, y in zip(values, parsed, strict=True)
        ):
            break
    return texts


def _sides_of_bounds(scale: Scale, x: float) -> tuple[int, int]:
    return (x > scale.lower) - (x < scale.lower), (x > scale.upper) - (x < scale.upper)


def _significant_digits(digits: int) -> Callable[[float], str]:
    # At least the digits before the point, so that 123456 does not become 1.235e+05.
    return lambda x: f"{x:z.{max(digits, len(str(round(abs(x)))))}g}"


_NUMBER_FORMATS: tuple[Callable[[float], str], ...] = tuple(
    _significant_digits(digits) for digits in range(4, 18)
)
_DATE_FORMATS: tuple[Callable[[float], str], ...] = (
    lambda x: date_from_day_number(x).date().isoformat(),
    lambda x: date_from_day_number(x).isoformat(timespec="minutes"),
    lambda x: date_from_day_number(x).isoformat(),
)


def format_answer(question: Question, resolution: Resolution | None) -> str:
    """Format an answer: YES, an option, a number with unit, a date, or why there is none."""
    if resolution is None:
        return "–"
    if resolution.outcome in ("yes", "no"):
        return resolution.outcome.upper()
    if resolution.outcome != "answered":
        return resolution.outcome
    if question.scale is None or resolution.answer.lower() in (BELOW, ABOVE, NEVER):
        return resolution.answer
    return f"{resolution.answer} {question.scale.unit}".strip()


def warn_of_past_mass(question: Question, forecast: Distribution | None, now: datetime) -> str:
    """Return a warning about mass on dates that have passed; empty without one."""
    if question.kind != "date" or not isinstance(forecast, Cdf):
        return ""
    past_mass = mass_in_past(forecast, now)
    if past_mass < 0.005:
        return ""
    return (
        f"{format_percent(past_mass)} of this forecast lies on dates that are over: the event "
        "did not come then."
    )


def format_value(question: Question, x: float) -> str:
    """Format a value of a numeric or date question: four digits, or the day."""
    if question.kind == "date":
        return date_from_day_number(x).date().isoformat()
    return f"{x:,.0f}" if abs(x) >= 9_999.5 else f"{x:z.4g}"


def format_quantile(question: Question, curve: Cdf, level: float) -> str:
    """Format the value with that share of a curve below it, or the word for what lies beyond.

    >>> from forecasts.questions.question import utc
    >>> curve = Cdf((0.0, 40.0), (0.0, 0.8))
    >>> question = Question("grain", "essay", "numeric", "Exports?", "As reported.", (), "state_at",
    ...     utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), curve, "even", (),
    ...     scale=Scale(0.0, 40.0, open_upper=True))
    >>> format_quantile(question, curve, 0.4), format_quantile(question, curve, 0.9)
    ('20', 'above')
    """
    value = curve.quantile(level)
    if value is not None:
        return format_value(question, value)
    return BELOW if level < curve.below else _tail_word(question)


def _tail_word(question: Question) -> str:
    return NEVER if question.kind == "date" else ABOVE


def format_signed(value: float, digits: int = 1) -> str:
    """Format a gain or a loss: `+5.0`, `−1.3`, and `+0.03` where one digit would hide the sign.

    >>> [format_signed(value) for value in (5.0, -1.3, 0.03, 0.0)]
    ['+5.0', '−1.3', '+0.03', '0.0']
    """
    number = f"{abs(value):.{digits}f}"
    if not float(number) and abs(value) >= _MIN_GAIN:
        number = f"{abs(value):.1g}"
    if not float(number):
        return number
    return f"{'+' if value > 0 else MINUS}{number}"
