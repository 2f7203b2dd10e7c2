"""Parsing and validation of answers and resolutions."""

import math
import re

from forecasts.distributions.cdf import Scale, day_number
from forecasts.errors import InvalidResolution, InvalidTime
from forecasts.questions.question import Option, Outcome, Question, Resolution, utc

BELOW, ABOVE, NEVER = "below", "above", "never"
"""Answers outside the range of a numeric question; a date that did not come within the window."""

# Requires a full group, as a lone comma could be a decimal point.
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[, ]\d{3})+(?:\.\d*)?")

Answer = int | str | float
"""1 or 0 for YES or NO; an option name; or a number (days since 1970 for a date, ±inf beyond the
range).
"""


def get_answer(question: Question, resolution: Resolution | None) -> Answer | None:
    """Answer against which forecasts are scored; None if there is nothing to score.

    Raises `InvalidResolution` for an answer that is no option, or no value, of the question.

    >>> from forecasts.distributions.cdf import Cdf
    >>> from forecasts.questions.question import utc
    >>> day = utc("2026-01-10")
    >>> question = Question("grain", "essay", "numeric", "Grain exports?",
    ...     "As the ministry reports.", (), "state_at",
    ...     utc("2026-01-01"), day, day, Cdf((0.0, 9.0), (0.0, 1.0)), "even", (), scale=Scale(0.0,
    ...     9.0))
    >>> get_answer(question, Resolution("grain", "answered", "https://example.org", "", day, day,
    ...     day, "ann", "4.5"))
    4.5
    """
    if resolution is None or resolution.outcome in ("annulled", "ambiguous", "reopened"):
        return None
    if resolution.outcome != "answered":
        return int(resolution.outcome == "yes")
    if question.scale is None:
        return _find_option(question, resolution.answer).name
    return _parse_value(question, question.scale, resolution.answer)


def parse_answer(question: Question, text: str) -> tuple[Outcome, str]:
    """Parse a typed answer into an outcome and, unless binary, the answer text.

    `annulled` and `ambiguous` fit every kind; otherwise yes or no, an option name, a number or a
    date; `below` and `above` for a number beyond the range, `never` for a date. Raises
    `InvalidResolution` with the accepted forms.
    """
    typed = text.strip()
    match typed.lower():
        case "annulled":
            return "annulled", ""
        case "ambiguous":
            return "ambiguous", ""
        case "yes" | "no" if question.kind == "binary":
            return ("yes", "") if typed.lower() == "yes" else ("no", "")
    if question.kind == "binary":
        raise InvalidResolution(
            f"{question.id} is answered with yes, no, annulled or ambiguous, not {typed!r}"
        )
    if question.scale is not None:
        _parse_value(question, question.scale, typed)  # raises if out of range
        return "answered", typed
    return "answered", _find_option(question, typed).name


def _find_option(question: Question, name: str) -> Option:
    for option in question.options:
        if option.name.casefold() == name.casefold():
            return option
    raise InvalidResolution(
        f"no option {name!r}: the options are {', '.join(o.name for o in question.options)}"
    )


def _parse_value(question: Question, scale: Scale, text: str) -> float:
    word = text.lower()
    if word in (ABOVE, NEVER) and scale.open_upper and (word == NEVER) == (question.kind == "date"):
        return math.inf
    if word == BELOW and scale.open_lower:
        return -math.inf
    value = _parse_date(text) if question.kind == "date" else _parse_number(text)
    if (value < scale.lower and not scale.open_lower) or (
        value > scale.upper and not scale.open_upper
    ):
        raise InvalidResolution(
            f"{text} lies outside the closed range of {question.id}: annul it if that is the answer"
        )
    return value


def _parse_number(text: str) -> float:
    try:
        value = float(re.sub("[, ]", "", text) if _GROUPED.fullmatch(text) else text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InvalidResolution(
            f"{text!r} is not a number: write 41.5, or {BELOW} or {ABOVE} where a bound is open"
        )
    return value


def _parse_date(text: str) -> float:
    try:
        return day_number(utc(text))
    except InvalidTime as error:
        raise InvalidResolution(
            f"{error}, or {NEVER} if it did not come within the window"
        ) from None


def check_resolution(question: Question, resolution: Resolution) -> None:
    """Raise `InvalidResolution` if a resolution contradicts the question or has no source."""
    _check_outcome(question, resolution)
    if not resolution.source_url.strip():
        raise InvalidResolution(
            "a resolution needs a source: give the link where anyone can check it"
        )
    if not resolution.source_url.startswith(("http://", "https://")):
        raise InvalidResolution(
            f"the source must be an http(s) link, not {resolution.source_url!r}"
        )
    if resolution.known_at < question.opens_at:
        raise InvalidResolution(
            f"known at {resolution.known_at:%Y-%m-%d %H:%M} UTC, before the question opened"
            f" ({question.opens_at:%Y-%m-%d %H:%M} UTC): correct the time, or annul the question"
        )
    if resolution.event_at > resolution.known_at:
        raise InvalidResolution(
            "an event cannot be known before it happened: correct event or known time"
        )
    if resolution.known_at > resolution.entered_at:
        raise InvalidResolution(
            "the answer cannot become known in the future: correct the known time"
        )


def _check_outcome(question: Question, resolution: Resolution) -> None:
    happened = get_answer(question, resolution) if _has_answer(question, resolution) else None
    option = next((option for option in question.options if option.name == happened), None)
    if option is not None and not option.is_offered(min(resolution.known_at, question.closes_at)):
        raise InvalidResolution(f"option {option.name!r} was not offered when the answer was known")


def _has_answer(question: Question, resolution: Resolution) -> bool:
    """Return True if there is an answer; raises for an answer to another kind of question."""
    if resolution.outcome in ("annulled", "ambiguous", "reopened"):
        return False
    if (resolution.outcome == "answered") == (question.kind == "binary"):
        raise InvalidResolution(
            f"{question.id} is a {question.kind} question: {resolution.outcome!r} does not "
            "answer it"
        )
    return True
