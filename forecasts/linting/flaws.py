"""Values of the linter, and the list of its codes."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal

from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Binary
from forecasts.errors import ForecastsError
from forecasts.evidence.evidence import Indicator
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.parse_probability import parse_probability
from forecasts.questions.question import HorizonShape, Kind, Question, Resolution

Severity = Literal["blocking", "advice"]
FlawPlace = Literal[
    "text", "criteria", "sources", "prior", "options", "scale", "times", "indicators", "feeds"
]

RULES: Final[Mapping[str, Any]] = MappingProxyType(
    tomllib.loads(resources.files(__package__).joinpath("rules.toml").read_text("utf-8"))
)
"""Codes, vague words and patterns; the head of `rules.toml` says how to write them."""

CODES: Final[Mapping[str, str]] = MappingProxyType(
    {code: meaning for code, (meaning, _) in RULES["codes"].items()}
)
"""Codes with their meaning, in the order in which flaws of one severity are listed."""


def compile_regex(name: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """Compile a regular expression of `rules.toml`."""
    return re.compile(RULES["regex"][name], flags)


MIN_PRIOR: Final = 0.02
MAX_PRIOR: Final = 0.98


@dataclass(frozen=True, slots=True)
class Flaw:
    """Flaw of a question with its reason and a proposed correction.

    "blocking": the question cannot be resolved by a stranger, or must not be asked. `reason` quotes
    the words at fault; without a `fix` it is that of the code.
    """

    code: str
    severity: Severity
    where: FlawPlace
    reason: str
    fix: str = ""

    def __post_init__(self) -> None:
        if not self.fix:
            object.__setattr__(self, "fix", RULES["codes"][self.code][1])


@dataclass(frozen=True, slots=True)
class LintContext:
    """Context of a question for the linter.

    `keeps_days` is the number of days until reports are deleted (None: never). `feeds` holds the
    words of each polled feed, such as its title and topics (None: unknown, so feeds are not
    checked). `indicators` are those of the question, `sibling_questions` the other questions of the
    same claim, `answered` all questions that have an answer, with it, `other_questions` all that
    share no claim with it.
    """

    now: datetime
    keeps_days: float | None = None
    feeds: tuple[str, ...] | None = None
    indicators: tuple[Indicator, ...] = ()
    sibling_questions: tuple[Question, ...] = ()
    answered: tuple[tuple[Question, Resolution], ...] = ()
    other_questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class LintTarget:
    """Question prepared for the checks: white space is collapsed, and times are aware UTC."""

    id: str
    kind: Kind
    horizon_shape: HorizonShape
    text: str
    criteria: str
    sources: tuple[str, ...]
    opens_at: datetime
    closes_at: datetime
    prior: float | None
    prior_reason: str
    options: tuple[str, ...]
    scale: Scale | None
    retrospective: bool


def prepare_lint_target(question: NewQuestion | Question) -> LintTarget:
    """Prepare a question for the checks; `prior` is P(YES), None for another kind or an invalid
    prior.
    """
    options = tuple(
        option if isinstance(option, str) else option.name for option in question.options
    )
    return LintTarget(
        id=question.id,
        kind=question.kind,
        horizon_shape=(
            question.shape if isinstance(question, NewQuestion) else question.horizon_shape
        ),
        text=_collapse_spaces(question.text),
        criteria=_collapse_spaces(question.criteria),
        sources=tuple(filter(None, map(_collapse_spaces, question.sources))),
        opens_at=_as_utc(question.opens_at),
        closes_at=_as_utc(question.closes_at),
        prior=_parse_prior(question) if question.kind == "binary" else None,
        prior_reason=_collapse_spaces(question.prior_reason),
        options=tuple(map(_collapse_spaces, options)),
        scale=question.scale,
        retrospective=question.retrospective,
    )


_SENTENCE_BREAK: Final = re.compile(r"(?<=[.!?;])\s+")


def split_rules(text: str) -> list[str]:
    """Split a text into sentences, also at semicolons.

    >>> split_rules("YES if it is signed; drafts do not count. NO otherwise.")
    ['YES if it is signed;', 'drafts do not count.', 'NO otherwise.']
    """
    return _SENTENCE_BREAK.split(text)


def _collapse_spaces(text: str) -> str:
    return " ".join(text.split())


def _as_utc(at: datetime) -> datetime:
    """Take a naive time as UTC: opening refuses it, but a draft can still be checked."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _parse_prior(question: NewQuestion | Question) -> float | None:
    prior = question.prior
    if isinstance(prior, str):
        try:
            prior = parse_probability(prior) if prior.strip() else Binary(0.5)
        except ForecastsError:
            return None
    return prior.p if isinstance(prior, Binary) else None
