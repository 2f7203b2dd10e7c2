"""Forecasts as people type them: text → distribution, for every kind of question."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import assert_never

from forecasts.distributions.cdf import Cdf, Scale, date_of, day_number, from_quantiles, from_slider
from forecasts.distributions.distribution import Binary, Categorical, Distribution, from_shares
from forecasts.distributions.probability import SUM_TOLERANCE
from forecasts.distributions.reshaping import from_quartiles
from forecasts.errors import InvalidForecast, InvalidProbability, InvalidTime
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.parse_probability import read_probability
from forecasts.questions.question import FORMS, Kind, Question, utc

_VALUE = re.compile(r"\s*(?P<value>[^\s,;%]+\s*%?)(?P<next>.*)", re.DOTALL)

_WORDS: Mapping[Kind, Mapping[str, str]] = {
    "numeric": {BELOW: BELOW, ABOVE: ABOVE},
    "date": {NEVER: ABOVE},
}
"""The words for what lies beyond the range, and beyond which bound that is."""

_MASSES = {
    kind: re.compile(rf"(?i)(?<![^\s,;])(?:{'|'.join(words)})\s*=\s*[^\s,;%]+\s*%?")
    for kind, words in _WORDS.items()
}

REST = "rest"
"""What stands for whatever is missing to 100 %, as in Other=rest."""


def read_forecast(
    question: Question, text: str, at: datetime, held: Distribution | None = None
) -> Distribution:
    """What a person typed as their forecast at an instant; options are those offered then.

    `held` is what stands (see `standing`): `+5` and `x2` change it, and three numbers or dates keep
    its masses beyond the bounds that are open, unless these are given. A probability is read by
    `read_probability`.

    Raises `InvalidForecast` or `InvalidProbability` with what would be right.

    >>> from forecasts.questions.question import utc
    >>> day = utc("2026-01-01")
    >>> question = Question("grain", "essay", "numeric", "Grain exports?", "As the ministry reports.", (), "state_at",
    ...     day, utc("2026-02-01"), utc("2026-02-02"), Cdf((0.0, 90.0), (0.0, 1.0)), "even", (), scale=Scale(0.0, 90.0))
    >>> read_forecast(question, "10%=9 50%=41 90%=72", day).quantile(0.5)
    41.0
    """
    match question.kind:
        case "binary":
            return read_probability(text, held if isinstance(held, Binary) else None)
        case "categorical" | "ordered":
            return _shares(question, text, at)
        case "numeric" | "date":
            assert question.scale is not None
            return _curve(question, question.scale, text, held)
        case _:
            assert_never(question.kind)


def standing(question: Question, held: Distribution | None) -> Distribution | None:
    """What three numbers or dates change: what somebody holds, else the base rate; of other kinds
    what they hold.
    """
    return question.prior if held is None and question.scale is not None else held


def _shares(question: Question, text: str, at: datetime) -> Categorical:
    offered = question.offered(at)
    by_name = {option.casefold(): option for option in offered}
    said: dict[str, str] = {}
    for name, value in _pairs(question, text):
        option = by_name.get(name.casefold())
        if option is None:
            raise InvalidForecast(
                f"no option {_quoted(name)}: the options are {', '.join(offered)}"
            )
        if option in said:
            raise InvalidForecast(f"{option!r} is given twice: give it one share")
        said[option] = value
    known = {name: _mass(value) for name, value in said.items() if value.casefold() != REST}
    left = round(1.0 - math.fsum(known.values()), 12) + 0.0  # 1 − 0.8 is meant as 0.2
    return from_shares({**known, **_rest(said, left)}, offered)


def _rest(said: Mapping[str, str], left: float) -> Mapping[str, float]:
    """What goes to the option that stands for the rest; without such an option nothing may be
    left.
    """
    open_ended = [name for name, value in said.items() if value.casefold() == REST]
    if len(open_ended) > 1:
        raise InvalidForecast(
            f"{REST} can stand for one option alone, not for {' and '.join(open_ended)}"
        )
    total = f"{100 * (1.0 - left):.6g}%"
    if open_ended and left < 0.0:
        raise InvalidForecast(f"there is no {REST}: the other options already add up to {total}")
    if not open_ended and abs(left) > SUM_TOLERANCE:
        missing = f"{100 * abs(left):.4g}% {'is missing' if left > 0 else 'too much'}"
        raise InvalidForecast(
            f"the options add up to {total}, {missing}: write one of them as {REST}"
        )
    return dict.fromkeys(open_ended, left)


def _mass(text: str) -> float:
    """A share of the whole; a bare 1 is a percentage here, as 0 and 100 are."""
    return 0.01 if text == "1" else read_probability(text).p


def _curve(question: Question, scale: Scale, text: str, held: Distribution | None) -> Cdf:
    values = _MASSES[question.kind].sub(" ", text)
    if "=" not in text or (values.strip(" ,;\t\n") and "=" not in values):
        kept = _kept(scale, held) | _read(
            question, scale, " ".join(_MASSES[question.kind].findall(text))
        )
        return _handles(question, scale, values, (kept.get(BELOW), kept.get(ABOVE)))
    said = _read(question, scale, text)
    below, above = said.pop(BELOW, None), said.pop(ABOVE, None)
    levels = {key: value for key, value in said.items() if isinstance(key, float)}
    if (
        not levels
    ):  # what lies inside the range is spread evenly: half of it on each side of the middle
        levels = {(1.0 + (below or 0.0) - (above or 0.0)) / 2.0: float(scale.values(0.5))}
    return from_quantiles(levels, scale, below=below, above=above)


def _kept(scale: Scale, held: Distribution | None) -> dict[str | float, float]:
    """The masses beyond open bounds of a forecast that stands."""
    if not isinstance(held, Cdf):
        return {}
    masses = ((BELOW, held.below, scale.open_lower), (ABOVE, held.above, scale.open_upper))
    return {word: mass for word, mass, is_open in masses if is_open}


def _read(question: Question, scale: Scale, text: str) -> dict[str | float, float]:
    """Values by their levels and masses by their words, as they were typed; nothing where nothing
    was.
    """
    said: dict[str | float, float] = {}
    for name, value in _pairs(question, text) if text else ():
        key = _WORDS[question.kind].get(name.casefold()) or _level(question, name)
        if key in said:
            raise InvalidForecast(f"{_quoted(name)} is given twice: give it one value")
        said[key] = _mass(value) if isinstance(key, str) else _placed(question, scale, value)
    return said


def _level(question: Question, name: str) -> float:
    try:
        return _mass(name)
    except InvalidProbability:
        raise InvalidForecast(f"{_quoted(name)} is no level: {FORMS[question.kind]}") from None


def _placed(question: Question, scale: Scale, text: str) -> float:
    """The value of a level; one that has no place on the scale is refused in the words of the
    question's kind.
    """
    value = _value(question, text)
    if question.kind == "date" and value < scale.lower:
        raise InvalidForecast(
            f"{text} lies before the window, which begins on {date_of(scale.lower).date()}"
        )
    if scale.zero_point is not None and value <= scale.zero_point:
        raise InvalidForecast(
            f"{text} has no place on a log scale from {scale.zero_point:g}: write {BELOW}=5% "
            "instead"
        )
    return value


def _handles(
    question: Question, scale: Scale, text: str, beyond: tuple[float | None, float | None]
) -> Cdf:
    """The curve of a quarter, the middle and a quarter, with the masses beyond the bounds where
    they are known.
    """
    parts = text.replace(",", " ").replace(";", " ").split()
    if len(parts) != 3:
        raise InvalidForecast(
            f"{_quoted(text)} is not a forecast of {question.id}: {FORMS[question.kind]}"
        )
    low, middle, high = (_value(question, part) for part in parts)
    made = from_slider(low, middle, high, scale)
    if beyond == (None, None):
        return made
    below, above = (
        own if said is None else said
        for said, own in zip(beyond, (made.below, made.above), strict=True)
    )
    if (below > 0.0 and not scale.open_lower) or (above > 0.0 and not scale.open_upper):
        raise InvalidForecast(
            "the answer cannot lie beyond a closed bound of this question: give no mass to that"
        )
    _refuse_more_than_a_quarter(question, parts, (below, above))
    return from_quartiles((low, middle, high), scale, below=below, above=above)


def _refuse_more_than_a_quarter(
    question: Question, parts: Sequence[str], beyond: tuple[float, float]
) -> None:
    """A quarter of everything lies beyond either outer value, so no more can lie beyond the
    range.
    """
    words = {key: word for word, key in _WORDS[question.kind].items()}
    masses = {
        words.get(key, key): mass
        for key, mass in zip((BELOW, ABOVE), beyond, strict=True)
        if mass > 0.0
    }
    much = [word for word, mass in masses.items() if mass > 0.25]
    if not much:
        return
    start, inside = beyond[0], max(1.0 - sum(beyond), 0.0)
    levels = {
        f"{100 * (start + inside * q):.4g}%": part
        for q, part in zip((0.25, 0.5, 0.75), parts, strict=True)
    }
    told = [f"{level}={part}" for level, part in levels.items()] + [
        f"{w}={100 * m:.4g}%" for w, m in masses.items()
    ]
    values, word = "dates" if question.kind == "date" else "numbers", much[0]
    raise InvalidForecast(
        f"three {values} leave a quarter of everything beyond the outer ones, but {word} is "
        f"{100 * masses[word]:.4g}%: give it, too, such as {word}=20%, or write levels, such as "
        f"{' '.join(told)}"
    )


def _value(question: Question, text: str) -> float:
    try:
        return day_number(utc(text)) if question.kind == "date" else float(text)
    except InvalidTime as error:
        raise InvalidForecast(str(error)) from None
    except ValueError:
        raise InvalidForecast(f"{_quoted(text)} is no number: {FORMS[question.kind]}") from None


def _pairs(question: Question, text: str) -> list[tuple[str, str]]:
    """`name=value` pairs, separated by blanks, commas or semicolons; a name may hold those inside
    it.
    """
    name, *parts = text.split("=")
    found = []
    for part in parts:
        plain, match = _plain(name), _VALUE.match(part)
        if not plain or match is None:
            raise InvalidForecast(
                f"{_quoted(f'{name}={part}')} is not a share: {FORMS[question.kind]}"
            )
        found.append((plain, match["value"].strip()))
        name = match["next"]
    if not found or _plain(name):
        raise InvalidForecast(f"{_quoted(name)} is not a share: {FORMS[question.kind]}")
    return found


def _plain(name: str) -> str:
    return " ".join(name.split()).strip(" ,;")


def _quoted(text: str) -> str:
    """What was typed, on one line and not too long for a message."""
    said = text.strip()
    return repr(said if len(said) <= 60 else f"{said[:60]}…")
