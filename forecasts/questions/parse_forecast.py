"""Parsing of typed forecasts for every kind of question."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import assert_never

from forecasts.distributions.cdf import (
    Cdf,
    Scale,
    curve_from_handles,
    curve_from_quantiles,
    date_from_day_number,
    day_number,
)
from forecasts.distributions.curve_builders import curve_from_quartiles
from forecasts.distributions.distribution import (
    Binary,
    Categorical,
    Distribution,
    distribution_from_shares,
)
from forecasts.distributions.probability import SUM_TOLERANCE
from forecasts.errors import InvalidForecast, InvalidProbability, InvalidTime
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.parse_probability import parse_probability
from forecasts.questions.question import FORECAST_FORMATS, Kind, Question, utc

_TYPED_VALUE = re.compile(r"\s*(?P<value>[^\s,;%]+\s*%?)(?P<next>.*)", re.DOTALL)

_TAIL_WORDS: Mapping[Kind, Mapping[str, str]] = {
    "numeric": {BELOW: BELOW, ABOVE: ABOVE},
    "date": {NEVER: ABOVE},
}
"""Words for the mass beyond the range, and the bound that each refers to."""

_TAIL_MASSES = {
    kind: re.compile(rf"(?i)(?<![^\s,;])(?:{'|'.join(words)})\s*=\s*[^\s,;%]+\s*%?")
    for kind, words in _TAIL_WORDS.items()
}

REMAINDER = "rest"
"""Word for the share that is missing to 100%, as in Other=rest."""


def parse_forecast(
    question: Question, text: str, at: datetime, current: Distribution | None = None
) -> Distribution:
    """Parse a typed forecast; options are those offered at the given time.

    `current` is the forecast to change (see `base_for_change`): `+5` and `x2` apply to it, and
    three numbers or dates keep its masses beyond open bounds, unless these are typed. A probability
    is parsed by `parse_probability`.

    Raises `InvalidForecast` or `InvalidProbability` with the right syntax.

    >>> from forecasts.questions.question import utc
    >>> day = utc("2026-01-01")
    >>> question = Question("grain", "essay", "numeric", "Grain exports?", "As reported.", (),
    ...     "state_at", day, utc("2026-02-01"), utc("2026-02-02"), Cdf((0.0, 90.0), (0.0, 1.0)),
    ...     "even", (), scale=Scale(0.0, 90.0))
    >>> parse_forecast(question, "10%=9 50%=41 90%=72", day).quantile(0.5)
    41.0
    """
    match question.kind:
        case "binary":
            return parse_probability(text, current if isinstance(current, Binary) else None)
        case "categorical" | "ordered":
            return _parse_shares(question, text, at)
        case "numeric" | "date":
            assert question.scale is not None
            return _parse_curve(question, question.scale, text, current)
        case _:
            assert_never(question.kind)


def base_for_change(question: Question, current: Distribution | None) -> Distribution | None:
    """Return the forecast to change: the current one, else the prior of a question with a scale."""
    return question.prior if current is None and question.scale is not None else current


def _parse_shares(question: Question, text: str, at: datetime) -> Categorical:
    offered = question.offered_options(at)
    by_name = {option.casefold(): option for option in offered}
    typed: dict[str, str] = {}
    for name, value in _split_pairs(question, text):
        option = by_name.get(name.casefold())
        if option is None:
            raise InvalidForecast(f"no option {_quote(name)}: the options are {', '.join(offered)}")
        if option in typed:
            raise InvalidForecast(f"{option!r} is given twice: give it one share")
        typed[option] = value
    shares = {
        name: _parse_share(value) for name, value in typed.items() if value.casefold() != REMAINDER
    }
    remainder = round(1.0 - math.fsum(shares.values()), 12) + 0.0  # so that 1 − 0.8 is 0.2
    return distribution_from_shares({**shares, **_assign_remainder(typed, remainder)}, offered)


def _assign_remainder(typed: Mapping[str, str], remainder: float) -> Mapping[str, float]:
    """Return the share of the option that takes the remainder; without one nothing may remain."""
    names = [name for name, value in typed.items() if value.casefold() == REMAINDER]
    if len(names) > 1:
        raise InvalidForecast(
            f"{REMAINDER} can stand for one option alone, not for {' and '.join(names)}"
        )
    total = f"{100 * (1.0 - remainder):.6g}%"
    if names and remainder < 0.0:
        raise InvalidForecast(
            f"there is no {REMAINDER}: the other options already add up to {total}"
        )
    if not names and abs(remainder) > SUM_TOLERANCE:
        missing = f"{100 * abs(remainder):.4g}% {'is missing' if remainder > 0 else 'too much'}"
        raise InvalidForecast(
            f"the options add up to {total}, {missing}: write one of them as {REMAINDER}"
        )
    return dict.fromkeys(names, remainder)


def _parse_share(text: str) -> float:
    """Parse a share; a bare 1 is a percentage here, as 0 and 100 are."""
    return 0.01 if text == "1" else parse_probability(text).p


def _parse_curve(question: Question, scale: Scale, text: str, current: Distribution | None) -> Cdf:
    values = _TAIL_MASSES[question.kind].sub(" ", text)
    if "=" not in text or (values.strip(" ,;\t\n") and "=" not in values):
        masses = _open_bound_masses(scale, current) | _parse_levels(
            question, scale, " ".join(_TAIL_MASSES[question.kind].findall(text))
        )
        return _curve_from_quartiles(
            question, scale, values, below=masses.get(BELOW), above=masses.get(ABOVE)
        )
    typed = _parse_levels(question, scale, text)
    below_mass, above_mass = typed.pop(BELOW, None), typed.pop(ABOVE, None)
    levels = {key: value for key, value in typed.items() if isinstance(key, float)}
    if not levels:  # spread evenly inside the range: half on each side of the middle
        levels = {(1.0 + (below_mass or 0.0) - (above_mass or 0.0)) / 2.0: float(scale.values(0.5))}
    return curve_from_quantiles(levels, scale, below=below_mass, above=above_mass)


def _open_bound_masses(scale: Scale, current: Distribution | None) -> dict[str | float, float]:
    """Return the masses beyond open bounds of the current forecast."""
    if not isinstance(current, Cdf):
        return {}
    masses = ((BELOW, current.below, scale.open_lower), (ABOVE, current.above, scale.open_upper))
    return {word: mass for word, mass, is_open in masses if is_open}


def _parse_levels(question: Question, scale: Scale, text: str) -> dict[str | float, float]:
    """Parse values by level and masses by word; empty for an empty text."""
    typed: dict[str | float, float] = {}
    for name, value in _split_pairs(question, text) if text else ():
        key = _TAIL_WORDS[question.kind].get(name.casefold()) or _parse_level(question, name)
        if key in typed:
            raise InvalidForecast(f"{_quote(name)} is given twice: give it one value")
        typed[key] = (
            _parse_share(value)
            if isinstance(key, str)
            else _parse_placed_value(question, scale, value)
        )
    return typed


def _parse_level(question: Question, name: str) -> float:
    try:
        return _parse_share(name)
    except InvalidProbability:
        raise InvalidForecast(
            f"{_quote(name)} is no level: {FORECAST_FORMATS[question.kind]}"
        ) from None


def _parse_placed_value(question: Question, scale: Scale, text: str) -> float:
    """Parse the value of a level and refuse one outside the scale, in the terms of its kind."""
    value = _parse_value(question, text)
    if question.kind == "date" and value < scale.lower:
        raise InvalidForecast(
            f"{text} lies before the window, which begins on "
            f"{date_from_day_number(scale.lower).date()}"
        )
    if scale.zero_point is not None and value <= scale.zero_point:
        raise InvalidForecast(
            f"{text} has no place on a log scale from {scale.zero_point:g}: write {BELOW}=5% "
            "instead"
        )
    return value


def _curve_from_quartiles(
    question: Question, scale: Scale, text: str, *, below: float | None, above: float | None
) -> Cdf:
    """Return the curve of three quartiles, with the known masses beyond the bounds."""
    parts = text.replace(",", " ").replace(";", " ").split()
    if len(parts) != 3:
        raise InvalidForecast(
            f"{_quote(text)} is not a forecast of {question.id}: {FORECAST_FORMATS[question.kind]}"
        )
    low, middle, high = (_parse_value(question, part) for part in parts)
    curve = curve_from_handles(low, middle, high, scale)
    if below is None and above is None:
        return curve
    below = curve.below if below is None else below
    above = curve.above if above is None else above
    if (below > 0.0 and not scale.open_lower) or (above > 0.0 and not scale.open_upper):
        raise InvalidForecast(
            "the answer cannot lie beyond a closed bound of this question: give no mass to that"
        )
    _check_tail_masses(question, parts, below, above)
    return curve_from_quartiles((low, middle, high), scale, below=below, above=above)


def _check_tail_masses(
    question: Question, parts: Sequence[str], below: float, above: float
) -> None:
    """Refuse a mass above 25% beyond a bound, as only a quarter lies beyond either outer value."""
    words = {key: word for word, key in _TAIL_WORDS[question.kind].items()}
    masses = {
        words.get(key, key): mass for key, mass in ((BELOW, below), (ABOVE, above)) if mass > 0.0
    }
    excessive = [word for word, mass in masses.items() if mass > 0.25]
    if not excessive:
        return
    inside = max(1.0 - (below + above), 0.0)
    levels = {
        f"{100 * (below + inside * fraction):.4g}%": part
        for fraction, part in zip((0.25, 0.5, 0.75), parts, strict=True)
    }
    examples = [f"{level}={part}" for level, part in levels.items()] + [
        f"{w}={100 * m:.4g}%" for w, m in masses.items()
    ]
    values, word = "dates" if question.kind == "date" else "numbers", excessive[0]
    raise InvalidForecast(
        f"three {values} leave a quarter of everything beyond the outer ones, but {word} is "
        f"{100 * masses[word]:.4g}%: give it, too, such as {word}=20%, or write levels, such as "
        f"{' '.join(examples)}"
    )


def _parse_value(question: Question, text: str) -> float:
    try:
        return day_number(utc(text)) if question.kind == "date" else float(text)
    except InvalidTime as error:
        raise InvalidForecast(str(error)) from None
    except ValueError:
        raise InvalidForecast(
            f"{_quote(text)} is not a number: {FORECAST_FORMATS[question.kind]}"
        ) from None


def _split_pairs(question: Question, text: str) -> list[tuple[str, str]]:
    """Split `name=value` pairs at blanks, commas or semicolons; a name may hold those inside it."""
    name, *parts = text.split("=")
    pairs = []
    for part in parts:
        stripped_name, match = _strip_name(name), _TYPED_VALUE.match(part)
        if not stripped_name or match is None:
            raise InvalidForecast(
                f"{_quote(f'{name}={part}')} is not a share: {FORECAST_FORMATS[question.kind]}"
            )
        pairs.append((stripped_name, match["value"].strip()))
        name = match["next"]
    if not pairs or _strip_name(name):
        raise InvalidForecast(f"{_quote(name)} is not a share: {FORECAST_FORMATS[question.kind]}")
    return pairs


def _strip_name(name: str) -> str:
    return " ".join(name.split()).strip(" ,;")


def _quote(text: str) -> str:
    """Quote typed text for a message, stripped and cut."""
    stripped = text.strip()
    return repr(stripped if len(stripped) <= 60 else f"{stripped[:60]}…")
