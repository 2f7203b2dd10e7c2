"""Repetition of a long question: sibling questions with shorter windows, one after the other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from forecasts.distributions.cdf import Scale
from forecasts.errors import InvalidQuestion
from forecasts.questions.question import ForecasterId, Kind, Question, QuestionId
from forecasts.questions.windows import (
    Rhythm,
    Window,
    format_day,
    previous_window,
    shorten_spans,
)

PLACEHOLDERS: Final[Mapping[str, str]] = {
    "first": "the first day that counts",
    "last": "the last day that counts",
    "window": "the window in words, such as “December 2026”",
    "previous": "the window before it, whose figure is published in this one",
}
"""Placeholders of a template, with their meaning."""

_NOBODY: Final = ForecasterId("")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class SiblingTemplate:
    """Parts of a sibling that differ from its parent's; an empty part follows the parent.

    Texts and lines may hold placeholders. `prior` is typed as a forecast, empty to derive it from
    the parent's; `scale` is the range of a numeric sibling. `answer_days` is how long after the
    close the answer should be known. A sibling of another kind needs a text and a prior. `rule`
    is how the series of the parent settles a sibling, empty to leave it to people.
    """

    kind: Kind | None = None
    text: str = ""
    criteria: str = ""
    sources: tuple[str, ...] = ()
    prior: str = ""
    prior_reason: str = ""
    scale: Scale | None = None
    yes: str = ""
    no: str = ""
    answer_days: int | None = None
    rule: str = ""

    @property
    def texts(self) -> Mapping[str, str]:
        """The parts that may hold placeholders, by name."""
        names = ("text", "criteria", "yes", "no", "rule")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Repetition:
    """Standing order to open the sibling questions of a parent, one window after the other.

    It ends with the parent, after the window that holds `until`, or after `count` siblings.
    `override` is the reason to open siblings despite flaws that the linter blocks.
    """

    question_id: QuestionId
    every: Rhythm
    until: date | None = None
    count: int | None = None
    template: SiblingTemplate = field(default_factory=SiblingTemplate)
    override: str = ""
    by: ForecasterId = _NOBODY

    @property
    def id(self) -> QuestionId:
        """Identifier: a question has one repetition."""
        return self.question_id


def check_repetition(repetition: Repetition, parent: Question) -> None:
    """Raise `InvalidQuestion` for a repetition that no sibling can follow."""
    template = repetition.template
    kind = template.kind or parent.kind
    if kind == "date":
        raise InvalidQuestion(
            f"{parent.id} asks for a date, which no shorter window has: repeat a yes/no question "
            "on the same event"
        )
    if parent.retrospective:
        raise InvalidQuestion(f"{parent.id} is retrospective: only a question ahead is repeated")
    if repetition.count is not None and repetition.count < 1:
        raise InvalidQuestion("a repetition opens at least one sibling: give a count from 1 on")
    for part, text in template.texts.items():
        check_placeholders(part, text)
    if template.prior and not template.prior_reason:
        raise InvalidQuestion("a prior of its own needs its reason: where does it come from?")
    _check_kind(template, kind, parent)


def _check_kind(template: SiblingTemplate, kind: Kind, parent: Question) -> None:
    """Raise `InvalidQuestion` for a kind or a range that the siblings of a question cannot have."""
    if kind != parent.kind and not (template.text and template.criteria and template.prior):
        raise InvalidQuestion(
            f"{parent.id} is {parent.kind}: a {kind} sibling needs text, criteria and prior"
        )
    if kind in ("categorical", "ordered") and kind != parent.kind:
        raise InvalidQuestion(f"{parent.id} is {parent.kind}: its siblings cannot have options")
    if (kind == "numeric") != (template.scale is not None) and kind != parent.kind:
        raise InvalidQuestion("a number needs its range, and only a number has one")
    if template.scale is not None and kind != "numeric":
        raise InvalidQuestion(f"a {kind} question has no range: leave it out")


def check_placeholders(part: str, text: str) -> None:
    """Raise `InvalidQuestion` for a placeholder that nothing can fill.

    >>> check_placeholders("text", "Will it rain in {month}?")
    Traceback (most recent call last):
    forecasts.errors.InvalidQuestion: text holds {month}: write {first}, {last}, {window} or
    {previous}
    """
    unknown = [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]
    if unknown:
        *first_names, last = (f"{{{name}}}" for name in PLACEHOLDERS)
        known = f"{', '.join(first_names)} or {last}"
        raise InvalidQuestion(f"{part} holds {{{unknown[0]}}}: write {known}")


def fill_placeholders(text: str, window: Window, first: date) -> str:
    """Fill the placeholders of a template; `first` is the first day that counts.

    >>> from forecasts.questions.windows import window_of
    >>> december = window_of(date(2026, 12, 1), "month")
    >>> fill_placeholders("between {first} and {last}", december, date(2026, 12, 5))
    'between 5 and 31 December 2026'
    """
    values = {
        "first": format_day(first),
        "last": format_day(window.last),
        "window": window.words,
        "previous": previous_window(window).words,
    }
    return shorten_spans(_PLACEHOLDER.sub(lambda match: values[match[1]], text))
