"""Which answer of a question bears the claims behind it out, as it is typed, judged and told.

`Question.bears_out` says it, by the kind of the question; empty, no answer does:

| kind | bears_out |
|---|---|
| binary | `yes` or `no` |
| numeric | `at least 200`, `at most 5`, `more than 0` or `less than 70`, in the unit of the question |
| date | `by 2027-01-01` or `after 2027-01-01`: that day itself is *by*; never within the window is *after* |
| categorical, ordered | names of options, with ` | ` between them |
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from forecasts.distributions.cdf import Cdf, Scale, day_number
from forecasts.distributions.distribution import OTHER, Binary, Categorical, Distribution
from forecasts.errors import InvalidForecast, InvalidQuestion
from forecasts.questions.answers import Answer, answer
from forecasts.questions.question import FORMS, Option, Question, Resolution, utc

__all__ = ["BEARING_FORMS", "borne_out", "chance", "check_bearing", "in_words"]

_T = TypeVar("_T", Binary, Categorical, Cdf)

BEARING_FORMS = {
    "binary": "yes or no",
    "numeric": "at least 200, at most 5, more than 0 or less than 70, without the unit",
    "date": "by 2027-01-01 or after 2027-01-01",
    "categorical": "options with | between them, such as Moscow | Beijing",
    "ordered": "options with | between them, such as middle | high",
}
"""How the answer that bears a claim out is written, by kind of question, for messages and for the
field.
"""

_NUMBER = re.compile(
    r"(at least|at most|more than|less than)\s+([+-]?\d+(?:\.\d+)?)", re.IGNORECASE
)
_DAY = re.compile(r"(by|after)\s+(\d{4}-\d{2}-\d{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Side:
    yes: bool

    def holds(self, found: Answer) -> bool:
        return found == int(self.yes)

    def chance(self, held: Distribution) -> float | None:
        p = _of_kind(held, Binary).p
        return p if self.yes else 1.0 - p

    def words(self) -> str:
        return f"the answer is {'YES' if self.yes else 'NO'}"


@dataclass(frozen=True, slots=True)
class _Bound:
    comparison: str
    value: float
    typed: str
    scale: Scale

    def holds(self, found: Answer) -> bool:
        number = float(found)
        match self.comparison:
            case "at least":
                return number >= self.value
            case "at most":
                return number <= self.value
            case "more than":
                return number > self.value
        return number < self.value

    def chance(self, held: Distribution) -> float | None:
        """None at a closed bound: whether the answer is that one number is nothing that a curve
        says.
        """
        curve = _of_kind(held, Cdf)
        scale = self.scale
        if (self.value == scale.lower and not scale.open_lower) or (
            self.value == scale.upper and not scale.open_upper
        ):
            return None
        up_to = curve.at(self.value)
        return up_to if self.comparison in ("at most", "less than") else 1.0 - up_to

    def words(self) -> str:
        return f"{self.comparison} {self.typed} {self.scale.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class _Deadline:
    last_day: date
    within: bool
    scale: Scale

    def holds(self, found: Answer) -> bool:
        day = float(found)
        return (day < self._end and day <= self.scale.upper) == self.within

    def chance(self, held: Distribution) -> float | None:
        up_to = _of_kind(held, Cdf).at(self._end)
        return up_to if self.within else 1.0 - up_to

    def words(self) -> str:
        day = self.last_day.isoformat()
        return f"it comes by {day}" if self.within else f"it comes after {day}, or never"

    @property
    def _end(self) -> float:
        """The first instant after the day, as the values of a date question are kept."""
        return day_number(utc(self.last_day.isoformat())) + 1.0


@dataclass(frozen=True, slots=True)
class _Among:
    options: tuple[Option, ...]

    def holds(self, found: Answer) -> bool:
        return found in [option.name for option in self.options]

    def chance(self, held: Distribution) -> float | None:
        shares = _of_kind(held, Categorical)
        places = {place for option in self.options if (place := _place(shares, option)) is not None}
        return min(1.0, sum(shares.p[place] for place in sorted(places)))

    def words(self) -> str:
        *most, last = [f"“{option.name}”" for option in self.options]
        return f"the answer is {', '.join(most)} or {last}" if most else f"the answer is {last}"


_Bearing = _Side | _Bound | _Deadline | _Among


def check_bearing(question: Question) -> None:
    """Refuse a `bears_out` that does not fit the question, or that every answer or none would meet.

    Raises `InvalidQuestion` with what would be right; returns nothing when it fits or is empty.

    >>> from forecasts.questions.new_question import Asked, question_from
    >>> asked = Asked("truce", "A truce by July?", "As announced.", ("https://example.org",), utc("2026-01-01"),
    ...     utc("2026-07-01"), utc("2026-07-08"), bears_out="probably")
    >>> check_bearing(question_from(asked))
    Traceback (most recent call last):
    forecasts.errors.InvalidQuestion: 'probably' does not say which answer bears the claims out: write yes or no
    """
    _bearing(question)


def borne_out(question: Question, resolution: Resolution) -> bool | None:
    """Whether the answer bears the claims of the question out; None where it says nothing about
    them.

    It says nothing when the question was annulled or is ambiguous, and when no answer bears the
    claims out. Raises `InvalidQuestion` as `check_bearing` does, and `InvalidResolution` for an
    answer of another kind.
    """
    bearing = _bearing(question)
    found = answer(question, resolution)
    return None if bearing is None or found is None else bearing.holds(found)


def chance(question: Question, held: Distribution) -> float | None:
    """The probability, 0 to 1, that the claims of the question are borne out, under a forecast on
    it.

    None when no answer bears them out, and for a number exactly at a closed bound, of which a curve
    says nothing. Curves are continuous, so that `at least` and `more than` have one chance. An
    option that was added after the forecast was made is read from `Other`; one that is gone by then
    has no chance. Raises `InvalidQuestion` as `check_bearing` does, `InvalidForecast` for a
    forecast of another kind.

    >>> from forecasts.questions.new_question import Asked, question_from
    >>> trade = question_from(Asked("trade", "How much?", "As reported.", ("https://example.org",), utc("2026-01-01"),
    ...     utc("2026-07-01"), utc("2026-07-08"), "numeric", scale=Scale(0.0, 400.0), bears_out="at least 300"))
    >>> chance(trade, trade.prior)
    0.25
    """
    bearing = _bearing(question)
    if bearing is None:
        return None
    try:
        return bearing.chance(held)
    except InvalidForecast:
        raise InvalidForecast(
            f"{question.id} is a {question.kind} question: {FORMS[question.kind]}"
        ) from None


def in_words(question: Question) -> str:
    """When the claims of a question are borne out, to follow "The claim …"; empty when no answer
    does it.

    >>> from forecasts.questions.new_question import Asked, question_from
    >>> trade = question_from(Asked("trade", "How much?", "As reported.", ("https://example.org",), utc("2026-01-01"),
    ...     utc("2026-07-01"), utc("2026-07-08"), "numeric", scale=Scale(0.0, 400.0, unit="billion US dollars"),
    ...     bears_out="at least 200"))
    >>> in_words(trade)
    'is borne out if at least 200 billion US dollars'
    """
    bearing = _bearing(question)
    return "" if bearing is None else f"is borne out if {bearing.words()}"


def _bearing(question: Question) -> _Bearing | None:
    said = " ".join(question.bears_out.split())
    if not said:
        return None
    if question.kind == "binary":
        if said.lower() in ("yes", "no"):
            return _Side(said.lower() == "yes")
    elif question.scale is None:
        return _among(question, said)
    elif question.kind == "date":
        if typed := _DAY.fullmatch(said):
            return _deadline(question.scale, typed[1].lower() == "by", typed[2])
    elif typed := _NUMBER.fullmatch(said):
        return _bound(question.scale, typed[1].lower(), typed[2])
    raise InvalidQuestion(
        f"{said!r} does not say which answer bears the claims out: write "
        f"{BEARING_FORMS[question.kind]}"
    )


def _bound(scale: Scale, comparison: str, typed: str) -> _Bound:
    value = float(typed)
    if not scale.lower <= value <= scale.upper:
        raise InvalidQuestion(
            f"{typed} lies outside the range {scale.lower:g} to {scale.upper:g}: a claim is "
            "borne out or not within it"
        )
    lower = (
        value == scale.lower and not scale.open_lower and comparison in ("at least", "less than")
    )
    upper = value == scale.upper and not scale.open_upper and comparison in ("at most", "more than")
    if lower or upper:
        raise InvalidQuestion(
            f"'{comparison} {typed}' holds for all answers or for none: give a number inside"
        )
    return _Bound(comparison, value, typed, scale)


def _deadline(scale: Scale, within: bool, typed: str) -> _Deadline:
    try:
        last_day = date.fromisoformat(typed)
    except ValueError:
        raise InvalidQuestion(
            f"{typed} is no day: write it as in {BEARING_FORMS['date']}"
        ) from None
    if last_day == date.max or not scale.lower - 1.0 < day_number(utc(typed)) <= scale.upper:
        raise InvalidQuestion(
            f"{typed} lies outside the window of the question: give a day within it"
        )
    return _Deadline(last_day, within, scale)


def _among(question: Question, said: str) -> _Among:
    by_name = {option.name.casefold(): option for option in question.options}
    names = [name.strip() for name in said.split(" | ")]
    strange = [name for name in names if name.casefold() not in by_name]
    if strange:
        offered = ", ".join(option.name for option in question.options)
        raise InvalidQuestion(
            f"no option {strange[0]!r}: write options with | between them; they are {offered}"
        )
    chosen = tuple(option for key, option in by_name.items() if key in map(str.casefold, names))
    if len(chosen) < len(names) or len(chosen) == len(by_name):
        raise InvalidQuestion(
            "name each option that bears the claims out once, and leave at least one that does not"
        )
    return _Among(chosen)


def _place(shares: Categorical, option: Option) -> int | None:
    """Where a forecast has the option: at `Other` if it came later, nowhere if it is gone."""
    if option.name in shares.options:
        return shares.options.index(option.name)
    came_later = option.added_at is not None and option.removed_at is None
    return shares.options.index(OTHER) if came_later and OTHER in shares.options else None


def _of_kind(held: Distribution, wanted: type[_T]) -> _T:
    if not isinstance(held, wanted):
        raise InvalidForecast("a forecast of another kind")
    return held
