"""Values of the linter, and the list of its codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Literal

from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Binary
from forecasts.errors import ForecastsError
from forecasts.evidence.evidence import Indicator
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.parse_probability import parse_probability
from forecasts.questions.question import HorizonShape, Kind, Question

Severity = Literal["blocking", "advice"]
FlawPlace = Literal[
    "text", "criteria", "sources", "prior", "options", "scale", "times", "indicators", "feeds"
]

CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "placeholder": "A gap of the draft is still open, such as “[…]”.",
        "no-deadline": (
            "Neither text nor criteria name a day, a month or a year in which the question ends."
        ),
        "other-deadline": (
            "The deadline that is written down is another one than the scheduled close."
        ),
        "loose-deadline": "The deadline can be read as two days, such as “by 2030” or “mid-2027”.",
        "no-start": "The criteria do not say from which day on an event counts.",
        "moving-date": "“This year” or “within six months” means another day to each reader.",
        "no-time-zone": "The criteria name days but not the time zone in which a day ends.",
        "already-settled": "The close, or the deadline that is written down, is past.",
        "no-source": "No source is named by which a stranger could resolve the question.",
        "no-fall-back": "There is one source and no other should it fail.",
        "no-verdict": "The criteria do not say what makes the answer YES.",
        "no-annul-rule": (
            "Nothing says when the question is annulled, or what counts if the source is silent."
        ),
        "vague-word": "A word that readers measure by different yardsticks, such as “significant”.",
        "loose-word": "A word that is often vague, such as “several” or “crisis”.",
        "threshold-unit": "A threshold has no unit.",
        "scale-unit": "The range of a numeric question has no unit.",
        "options-overlap": "Two options can be right at once.",
        "options-gap": "An answer is possible that is none of the options.",
        "double-barrelled": "Two questions are asked in one.",
        "inner-thought": "What somebody thinks or weighs leaves no trace by which to resolve.",
        "death": "The question is about the death of a person.",
        "extreme-prior": (
            "The prior lies outside 2 to 98 % at the shortest horizon: too sure to be worth asking."
        ),
        "cannot-fail": (
            "By the prior a claim is borne out, or not, almost whatever happens: from 90 % on, or "
            "up to 10 %."
        ),
        "no-base-rate": "No base rate or reference class stands behind the prior.",
        "no-question": "The text asks nothing.",
        "no-indicators": "No indicator says what to look for.",
        "one-sided": "All indicators speak for the same answer.",
        "retention": "Reports are deleted before the question closes.",
        "no-feed": "No feed that is polled could carry a report on it.",
    }
)
"""Codes with their meaning, in the order in which flaws of one severity are listed."""

MIN_PRIOR: Final = 0.02
MAX_PRIOR: Final = 0.98


@dataclass(frozen=True, slots=True)
class Flaw:
    """Flaw of a question with its reason and a proposed correction.

    "blocking": the question cannot be resolved by a stranger, or must not be asked. `reason` quotes
    the words at fault.
    """

    code: str
    severity: Severity
    where: FlawPlace
    reason: str
    fix: str


@dataclass(frozen=True, slots=True)
class LintContext:
    """Context of a question for the linter.

    `keeps_days` is the number of days until reports are deleted (None: never). `feeds` holds the
    words of each polled feed, such as its title and topics (None: unknown, so feeds are not
    checked). `indicators` are those of the question, `sibling_questions` the other questions of the
    same claim.
    """

    now: datetime
    keeps_days: float | None = None
    feeds: tuple[str, ...] | None = None
    indicators: tuple[Indicator, ...] = ()
    sibling_questions: tuple[Question, ...] = ()


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
