"""What can be wrong with a question: the values of the linter, and the list of its codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Literal

from forecasts.asking import Asked
from forecasts.cdf import Scale
from forecasts.distribution import Binary
from forecasts.errors import ForecastsError
from forecasts.evidence import Indicator
from forecasts.question import HorizonShape, Kind, Question
from forecasts.said_probability import read_probability

Severity = Literal["blocking", "advice"]
Where = Literal[
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
        "no-base-rate": "No base rate or reference class stands behind the prior.",
        "no-question": "The text asks nothing.",
        "no-indicators": "No indicator says what to look for.",
        "one-sided": "All indicators speak for the same answer.",
        "retention": "Reports are deleted before the question closes.",
        "no-feed": "No feed that is polled could carry a report on it.",
    }
)
"""Every code with what it means, in the order in which flaws of one severity are told."""

LEAST_PRIOR: Final = 0.02
MOST_PRIOR: Final = 0.98


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is wrong with a question, why, and what to write instead.

    "blocking": a stranger could not resolve the question, or it must not be asked. `reason` names
    the words at fault.
    """

    code: str
    severity: Severity
    where: Where
    reason: str
    fix: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the linter knows beside the question itself.

    `keeps_days` is after how many days reports are deleted (None: never). `feeds` holds the words
    of each polled feed, such as its title and topics (None: not known, so nothing is said about
    feeds). `indicators` are those of the question, `alike` the other questions of the same claim.
    """

    now: datetime
    keeps_days: float | None = None
    feeds: tuple[str, ...] | None = None
    indicators: tuple[Indicator, ...] = ()
    alike: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """A question as the checks read it, opened or not yet; white space is folded, and times are
    aware UTC.
    """

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


def examined(asked: Asked | Question) -> Examined:
    """The question for the checks; `prior` is P(YES), None for another kind or a prior that cannot
    be read.
    """
    options = tuple(option if isinstance(option, str) else option.name for option in asked.options)
    return Examined(
        id=asked.id,
        kind=asked.kind,
        horizon_shape=asked.horizon_shape,
        text=_folded(asked.text),
        criteria=_folded(asked.criteria),
        sources=tuple(filter(None, map(_folded, asked.sources))),
        opens_at=_utc(asked.opens_at),
        closes_at=_utc(asked.closes_at),
        prior=_prior(asked) if asked.kind == "binary" else None,
        prior_reason=_folded(asked.prior_reason),
        options=tuple(map(_folded, options)),
        scale=asked.scale,
        retrospective=asked.retrospective,
    )


def _folded(text: str) -> str:
    return " ".join(text.split())


def _utc(at: datetime) -> datetime:
    """A time without a zone is refused when the question opens; a draft that is only looked at
    takes it as UTC.
    """
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _prior(asked: Asked | Question) -> float | None:
    prior = asked.prior
    if isinstance(prior, str):
        try:
            prior = read_probability(prior) if prior.strip() else Binary(0.5)
        except ForecastsError:
            return None
    return prior.p if isinstance(prior, Binary) else None
