"""Outcome conditions: the answers of a question that confirm the claims behind it.

`Question.bears_out` holds the condition in the syntax of the question's kind; if it is empty, no
answer confirms them:

| kind | bears_out |
|---|---|
| binary | `yes` or `no` |
| numeric | `at least 200`, `at most 5`, `more than 0` or `less than 70`, in the question's unit |
| date | `by 2027-01-01` (that day included) or `after 2027-01-01` (never included) |
| categorical, ordered | names of options, with ` | ` between them |
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeVar

from forecasts.distributions.cdf import Cdf, Scale, day_number
from forecasts.distributions.distribution import OTHER, Binary, Categorical, Distribution
from forecasts.errors import InvalidForecast, InvalidQuestion
from forecasts.questions.answers import Answer, get_answer
from forecasts.questions.new_question import has_base_rate
from forecasts.questions.question import FORECAST_FORMATS, Option, Question, Resolution, utc

_T = TypeVar("_T", Binary, Categorical, Cdf)

CONDITION_FORMATS = {
    "binary": "yes or no",
    "numeric": "at least 200, at most 5, more than 0 or less than 70, without the unit",
    "date": "by 2027-01-01 or after 2027-01-01",
    "categorical": "options with | between them, such as Moscow | Beijing",
    "ordered": "options with | between them, such as middle | high",
}
"""Syntax of a condition by kind of question, for messages and form fields."""

_NUMBER = re.compile(
    r"(at least|at most|more than|less than)\s+([+-]?\d+(?:\.\d+)?)", re.IGNORECASE
)
_DAY = re.compile(r"(by|after)\s+(\d{4}-\d{2}-\d{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _AnswerCondition:
    yes: bool

    def is_met_by(self, answer_value: Answer) -> bool:
        return answer_value == int(self.yes)

    def probability(self, forecast: Distribution) -> float | None:
        p = _require_kind(forecast, Binary).p
        return p if self.yes else 1.0 - p

    def describe(self) -> str:
        return f"the answer is {'YES' if self.yes else 'NO'}"


@dataclass(frozen=True, slots=True)
class _ThresholdCondition:
    comparison: str
    value: float
    text: str
    scale: Scale

    def is_met_by(self, answer_value: Answer) -> bool:
        number = float(answer_value)
        match self.comparison:
            case "at least":
                return number >= self.value
            case "at most":
                return number <= self.value
            case "more than":
                return number > self.value
        return number < self.value

    def probability(self, forecast: Distribution) -> float | None:
        """Return None at a closed bound, where a curve has no probability for the bound itself."""
        curve = _require_kind(forecast, Cdf)
        scale = self.scale
        if (self.value == scale.lower and not scale.open_lower) or (
            self.value == scale.upper and not scale.open_upper
        ):
            return None
        up_to = curve.at(self.value)
        return up_to if self.comparison in ("at most", "less than") else 1.0 - up_to

    def describe(self) -> str:
        return f"{self.comparison} {self.text} {self.scale.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class _DateCondition:
    last_day: date
    is_deadline: bool
    scale: Scale

    def is_met_by(self, answer_value: Answer) -> bool:
        day = float(answer_value)
        return (day < self._end and day <= self.scale.upper) == self.is_deadline

    def probability(self, forecast: Distribution) -> float | None:
        up_to = _require_kind(forecast, Cdf).at(self._end)
        return up_to if self.is_deadline else 1.0 - up_to

    def describe(self) -> str:
        day = self.last_day.isoformat()
        return f"it comes by {day}" if self.is_deadline else f"it comes after {day}, or never"

    @property
    def _end(self) -> float:
        """First instant after the day, as a value of a date question."""
        return day_number(utc(self.last_day.isoformat())) + 1.0


@dataclass(frozen=True, slots=True)
class _OptionCondition:
    options: tuple[Option, ...]

    def is_met_by(self, answer_value: Answer) -> bool:
        return answer_value in [option.name for option in self.options]

    def probability(self, forecast: Distribution) -> float | None:
        categorical = _require_kind(forecast, Categorical)
        indexes = {
            index
            for option in self.options
            if (index := _option_index(categorical, option)) is not None
        }
        return min(1.0, sum(categorical.p[index] for index in sorted(indexes)))

    def describe(self) -> str:
        *most, last = [f"“{option.name}”" for option in self.options]
        return f"the answer is {', '.join(most)} or {last}" if most else f"the answer is {last}"


_OutcomeCondition = _AnswerCondition | _ThresholdCondition | _DateCondition | _OptionCondition


def check_outcome_condition(question: Question) -> None:
    """Validate `bears_out`: it must fit the question, and some answers but not all must meet it.

    An empty one is valid. Raises `InvalidQuestion` with the right syntax.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> truce = NewQuestion("truce", "A truce by July?", "As announced.", ("https://example.org",),
    ...     utc("2026-01-01"), utc("2026-07-01"), utc("2026-07-08"), bears_out="probably")
    >>> check_outcome_condition(build_question(truce))
    Traceback (most recent call last):
    forecasts.errors.InvalidQuestion: 'probably' does not say which answer bears the claims out: ...
    """
    _parse_condition(question)


def confirms_claim(question: Question, resolution: Resolution) -> bool | None:
    """Return True if the answer confirms the claims of the question, None if it says nothing of
    them.

    It says nothing if the question was annulled or is ambiguous, or if no answer confirms the
    claims. Raises `InvalidQuestion` as `check_outcome_condition` does, and `InvalidResolution` for
    an answer of another kind.
    """
    condition = _parse_condition(question)
    answer_value = get_answer(question, resolution)
    return None if condition is None or answer_value is None else condition.is_met_by(answer_value)


def claim_probability(question: Question, forecast: Distribution) -> float | None:
    """Return the probability, 0 to 1, that the claims are confirmed under a forecast.

    None if no answer confirms them, and for a number at a closed bound, where a curve has no
    density. Curves are continuous, so that `at least` and `more than` are equally probable. An
    option added after the forecast takes the share of `Other`; one removed before has probability
    0. Raises `InvalidQuestion` as `check_outcome_condition` does, `InvalidForecast` for a forecast
    of another kind.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> trade = build_question(NewQuestion("trade", "How much?", "As reported.",
    ...     ("https://example.org",), utc("2026-01-01"), utc("2026-07-01"), utc("2026-07-08"),
    ...     "numeric", scale=Scale(0.0, 400.0), bears_out="at least 300"))
    >>> claim_probability(trade, trade.prior)
    0.25
    """
    condition = _parse_condition(question)
    if condition is None:
        return None
    try:
        return condition.probability(forecast)
    except InvalidForecast:
        raise InvalidForecast(
            f"{question.id} is a {question.kind} question: {FORECAST_FORMATS[question.kind]}"
        ) from None


TestWeakness = Literal["could hardly fail", "could hardly succeed"]
"""Reason for which a question says little about its claim, whatever the answer."""

NEARLY_CERTAIN: Final = 0.9
"""Base rate of the confirming answer from which a test could hardly fail."""


def base_chance(question: Question) -> float | None:
    """Return the probability, 0 to 1, that the claims are confirmed by the base rate alone.

    None if no base rate was given, or no answer confirms them.
    """
    return claim_probability(question, question.prior) if has_base_rate(question) else None


def find_weakness(question: Question) -> TestWeakness | None:
    """Find out if a question says little about its claims: it could hardly fail, or succeed.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> trade = NewQuestion("trade", "How much?", "As reported.", ("https://example.org",),
    ...     utc("2026-01-01"), utc("2026-07-01"), utc("2026-07-08"), "numeric",
    ...     scale=Scale(0.0, 400.0), prior="200 230 260", bears_out="more than 100")
    >>> find_weakness(build_question(trade))
    'could hardly fail'
    """
    chance = base_chance(question)
    return None if chance is None else judge_chance(chance)


def judge_chance(chance: float) -> TestWeakness | None:
    """Judge how little a test says that is passed with a probability of 0 to 1.

    >>> [judge_chance(chance) for chance in (0.9, 0.89, 0.11, 0.1)]
    ['could hardly fail', None, None, 'could hardly succeed']
    """
    if chance >= NEARLY_CERTAIN - _ROUNDING:
        return "could hardly fail"
    return "could hardly succeed" if chance <= 1.0 - NEARLY_CERTAIN + _ROUNDING else None


_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class ClaimTests:
    """Number of questions that test claims, and of those that say little by their base rate."""

    total: int = 0
    hardly_fail: int = 0
    hardly_succeed: int = 0

    @property
    def weak(self) -> int:
        """Number of tests that say little."""
        return self.hardly_fail + self.hardly_succeed

    @property
    def words(self) -> str:
        """Count of the weak ones, such as "12 of 28 tests could hardly fail"; empty without any."""
        tests = "test" if self.total == 1 else "tests"
        counts = (("fail", self.hardly_fail), ("succeed", self.hardly_succeed))
        parts = [f"{number} could hardly {end}" for end, number in counts if number]
        return ", ".join(parts).replace(" could", f" of {self.total} {tests} could", 1)


def count_tests(questions: Iterable[Question]) -> ClaimTests:
    """Count the questions that test a claim; those that no answer confirms are left out."""
    tests = [question for question in questions if question.bears_out.strip()]
    weaknesses = [find_weakness(question) for question in tests]
    return ClaimTests(
        total=len(tests),
        hardly_fail=weaknesses.count("could hardly fail"),
        hardly_succeed=weaknesses.count("could hardly succeed"),
    )


def describe_outcome_condition(question: Question) -> str:
    """Describe the condition, to follow "The claim …"; empty if no answer confirms the claims.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> trade = build_question(NewQuestion("trade", "How much?", "As reported.",
    ...     ("https://example.org",), utc("2026-01-01"), utc("2026-07-01"), utc("2026-07-08"),
    ...     "numeric", scale=Scale(0.0, 400.0, unit="billion US dollars"),
    ...     bears_out="at least 200"))
    >>> describe_outcome_condition(trade)
    'is borne out if at least 200 billion US dollars'
    """
    condition = _parse_condition(question)
    return "" if condition is None else f"is borne out if {condition.describe()}"


def _parse_condition(question: Question) -> _OutcomeCondition | None:
    text = " ".join(question.bears_out.split())
    if not text:
        return None
    if question.kind == "binary":
        if text.lower() in ("yes", "no"):
            return _AnswerCondition(text.lower() == "yes")
    elif question.scale is None:
        return _option_condition(question, text)
    elif question.kind == "date":
        if match := _DAY.fullmatch(text):
            return _date_condition(question.scale, match[1].lower() == "by", match[2])
    elif match := _NUMBER.fullmatch(text):
        return _threshold_condition(question.scale, match[1].lower(), match[2])
    raise InvalidQuestion(
        f"{text!r} does not say which answer bears the claims out: write "
        f"{CONDITION_FORMATS[question.kind]}"
    )


def _threshold_condition(scale: Scale, comparison: str, text: str) -> _ThresholdCondition:
    value = float(text)
    if not scale.lower <= value <= scale.upper:
        raise InvalidQuestion(
            f"{text} lies outside the range {scale.lower:g} to {scale.upper:g}: a claim is "
            "borne out or not within it"
        )
    lower = (
        value == scale.lower and not scale.open_lower and comparison in ("at least", "less than")
    )
    upper = value == scale.upper and not scale.open_upper and comparison in ("at most", "more than")
    if lower or upper:
        raise InvalidQuestion(
            f"'{comparison} {text}' holds for all answers or for none: give a number inside"
        )
    return _ThresholdCondition(comparison, value, text, scale)


def _date_condition(scale: Scale, within: bool, text: str) -> _DateCondition:
    try:
        last_day = date.fromisoformat(text)
    except ValueError:
        raise InvalidQuestion(
            f"{text} is not a date: write it as in {CONDITION_FORMATS['date']}"
        ) from None
    if last_day == date.max or not scale.lower - 1.0 < day_number(utc(text)) <= scale.upper:
        raise InvalidQuestion(
            f"{text} lies outside the window of the question: give a day within it"
        )
    return _DateCondition(last_day, within, scale)


def _option_condition(question: Question, text: str) -> _OptionCondition:
    by_name = {option.name.casefold(): option for option in question.options}
    names = [name.strip() for name in text.split(" | ")]
    unknown_names = [name for name in names if name.casefold() not in by_name]
    if unknown_names:
        known_names = ", ".join(option.name for option in question.options)
        raise InvalidQuestion(
            f"no option {unknown_names[0]!r}: write options with | between them; they are "
            f"{known_names}"
        )
    options = tuple(option for key, option in by_name.items() if key in map(str.casefold, names))
    if len(options) < len(names) or len(options) == len(by_name):
        raise InvalidQuestion(
            "name each option that bears the claims out once, and leave at least one that does not"
        )
    return _OptionCondition(options)


def _option_index(categorical: Categorical, option: Option) -> int | None:
    """Return the index of the option's share: that of `Other` if it was added later, None if it is
    gone.
    """
    if option.name in categorical.options:
        return categorical.options.index(option.name)
    is_added_later = option.added_at is not None and option.removed_at is None
    return (
        categorical.options.index(OTHER)
        if is_added_later and OTHER in categorical.options
        else None
    )


def _require_kind(forecast: Distribution, kind: type[_T]) -> _T:
    if not isinstance(forecast, kind):
        raise InvalidForecast("a forecast of another kind")
    return forecast
