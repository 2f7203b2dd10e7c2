"""Adding and removing options of an open question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from forecasts.distributions.distribution import OTHER, Categorical, Distribution
from forecasts.errors import InvalidQuestion
from forecasts.questions.question import ForecasterId, Option, Question, QuestionId

_NO_NAMES = ("annulled", "ambiguous")  # reserved words for unanswered questions


@dataclass(frozen=True, slots=True)
class OptionChange:
    """Addition or removal of an option of a categorical question after its opening."""

    question_id: QuestionId
    name: str
    change: Literal["added", "removed"]
    at: datetime
    by: ForecasterId


def apply_option_changes(question: Question, changes: Sequence[OptionChange]) -> Question:
    """Apply option changes to a question, in the order in which they were made."""
    options = {option.name: option for option in question.options}
    for change in changes:
        if change.change == "added":
            options[change.name] = Option(change.name, added_at=change.at)
        else:
            options[change.name] = replace(options[change.name], removed_at=change.at)
    return replace(question, options=tuple(options.values())) if changes else question


def check_option_names(names: Iterable[str]) -> None:
    """Raise `InvalidQuestion` for option names that are ambiguous or cannot be typed as an answer.

    >>> check_option_names(["Moscow", "moscow"])
    Traceback (most recent call last):
    forecasts.errors.InvalidQuestion: 'moscow' is there already: give each option a name of its own
    """
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise InvalidQuestion(f"{name!r} is there already: give each option a name of its own")
        if not name or "=" in name or name != " ".join(name.split()).strip(" ,;"):
            raise InvalidQuestion(
                f"{name!r} is no name for an option: leave out equal signs, and commas at its ends"
            )
        if name.casefold() in _NO_NAMES:
            raise InvalidQuestion(
                f"{name!r} cannot be an option: it would be taken for a question without an answer"
            )
        seen.add(name.casefold())


def fold_removed_options(question: Question, at: datetime, forecast: Distribution) -> Distribution:
    """Move the mass of options removed by `at` to `Other`."""
    for option in question.options:
        if (
            option.removed_at is not None
            and option.removed_at <= at
            and isinstance(forecast, Categorical)
        ):
            forecast = forecast.without(option.name)
    return forecast


def check_option_change(question: Question, change: OptionChange) -> None:
    """Raise `InvalidQuestion` for an option change that would invalidate forecasts."""
    names = [option.name for option in question.options]
    offered = question.offered_options(change.at)
    if question.kind != "categorical" or OTHER not in names:
        raise InvalidQuestion(
            f"only a categorical question with an option {OTHER!r} can change its options"
        )
    if not change.at < question.closes_at:
        raise InvalidQuestion(f"{question.id} is closed: its options stay as they are")
    if change.change == "added":
        if change.name.casefold() in map(str.casefold, names):
            raise InvalidQuestion(
                f"{change.name!r} is there already, or was: give the new option a name of its own"
            )
        check_option_names([change.name])
    if change.change == "removed" and (
        change.name == OTHER or change.name not in offered or len(offered) < 3
    ):
        raise InvalidQuestion(
            f"{change.name!r} cannot be removed: offered are {', '.join(offered)}"
        )
