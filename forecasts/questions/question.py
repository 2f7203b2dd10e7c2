"""Essays, claims, questions and their resolutions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, NewType, assert_never, get_args

from forecasts.distributions.cdf import Cdf, Scale, uniform_curve
from forecasts.distributions.distribution import (
    Binary,
    Categorical,
    Distribution,
    even_distribution,
)
from forecasts.errors import InvalidForecast, InvalidQuestion, InvalidTime

EssayId = NewType("EssayId", str)
ClaimId = NewType("ClaimId", str)
QuestionId = NewType("QuestionId", str)
ForecasterId = NewType("ForecasterId", str)

Kind = Literal["binary", "categorical", "ordered", "numeric", "date"]
HorizonShape = Literal["event_by", "holds_until", "state_at"]
Outcome = Literal["yes", "no", "answered", "annulled", "ambiguous", "reopened"]
Status = Literal["upcoming", "open", "closed", "resolved", "annulled", "ambiguous"]


@dataclass(frozen=True, slots=True)
class Essay:
    """Source text whose claims are tracked; only its location is stored, not the text."""

    id: EssayId
    title: str
    published: str
    language: str
    note: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Forward-looking or testable statement of an essay.

    `quote` holds at most 15 words of the essay; `offset` is the character where they start.
    `modality` is the essay's own degree of commitment in words, such as "will" or "could easily".
    """

    id: ClaimId
    essay_id: EssayId
    quote: str
    offset: int
    claim_kind: str
    modality: str
    restatement: str


@dataclass(frozen=True, slots=True)
class Option:
    """Exclusive answer of a categorical or ordered question.

    `added_at` and `removed_at` are None for an option that was offered from the start and to the
    end. A forecast made before the option was added reads it from `Other`; when it is removed, its
    mass goes to `Other`.
    """

    name: str
    added_at: datetime | None = None
    removed_at: datetime | None = None

    def is_offered(self, at: datetime) -> bool:
        """Return True if the option can be chosen at `at`."""
        return (self.added_at is None or self.added_at <= at) and (
            self.removed_at is None or at < self.removed_at
        )


@dataclass(frozen=True, slots=True)
class Question:
    """Resolvable question: subject, resolution criteria and schedule.

    `options` are the answers of a categorical question, or of an ordered one in their order;
    `scale` is the range of a numeric or a date question. A kind that lacks what it needs, or a
    prior of another kind, raises `InvalidQuestion`.

    `opens_at`, `closes_at` (the scheduled close) and `resolves_at` (the scheduled resolution) are
    aware UTC. `prior` is the base rate for YES, fixed before any evidence, with its reason.
    `retrospective` marks a question written after its opening: its scores never mix with live
    ones. `bears_out` says which answer bears the claims out ("yes", "no", "at least 200", "by
    2027-01-01", an option; see `forecasts.essays.claim_outcomes`), and is empty when none does. A
    question that does not open before it closes raises `InvalidTime`, as every score divides by
    that time. `prior_as_of` is the day whose knowledge the prior rests on, None if nobody noted it;
    one after the opening raises `InvalidTime`, as hindsight is no base rate.
    """

    id: QuestionId
    essay_id: EssayId
    kind: Kind
    text: str
    criteria: str
    sources: tuple[str, ...]
    horizon_shape: HorizonShape
    opens_at: datetime
    closes_at: datetime
    resolves_at: datetime
    prior: Distribution
    prior_reason: str
    claim_ids: tuple[ClaimId, ...]
    tags: tuple[str, ...] = ()
    retrospective: bool = False
    options: tuple[Option, ...] = ()
    scale: Scale | None = None
    bears_out: str = ""
    prior_as_of: datetime | None = None

    def __post_init__(self) -> None:
        if not self.opens_at < self.closes_at:
            raise InvalidTime(
                f"question {self.id} closes before it opens: correct one of the two times"
            )
        if self.prior_as_of is not None and self.prior_as_of > self.opens_at:
            raise InvalidTime(
                f"the base rate of {self.id} is as of a time after the opening: judge it on what "
                "was known at the opening"
            )
        _check_options(self)
        if (self.scale is not None) != (self.kind in ("numeric", "date")):
            raise InvalidQuestion(
                f"question {self.id}: a range belongs to numeric and date questions, and to all "
                "of them"
            )
        try:
            check_distribution(self, self.prior)
        except InvalidForecast as error:
            raise InvalidQuestion(f"the prior does not fit: {error}") from None

    def offered_options(self, at: datetime) -> tuple[str, ...]:
        """Names of the options that can be chosen at `at`, in order."""
        return tuple(option.name for option in self.options if option.is_offered(at))

    @property
    def dated_prior_reason(self) -> str:
        """Reason for the prior, with the day as of which it was judged if that was noted."""
        day = self.prior_as_of
        if day is None:
            return self.prior_reason
        return f"{self.prior_reason.rstrip('. ')}. As of {day.day} {day:%B %Y}."

    @property
    def base_rate(self) -> float:
        """Prior probability of YES; raises `InvalidForecast` for other kinds of question."""
        if not isinstance(self.prior, Binary):
            raise InvalidForecast(
                f"{self.id} is a {self.kind} question: it has no single base rate"
            )
        return self.prior.p


def _check_options(question: Question) -> None:
    names = [option.name for option in question.options]
    if question.kind not in ("categorical", "ordered"):
        if names:
            raise InvalidQuestion(
                f"question {question.id}: a {question.kind} question has no options"
            )
    elif len(names) < 2 or len(set(names)) < len(names) or not all(name.strip() for name in names):
        raise InvalidQuestion(
            f"question {question.id}: name at least two options, each of them once"
        )


def check_distribution(question: Question, distribution: Distribution) -> None:
    """Raise `InvalidForecast` unless a distribution fits the question's kind, options and range."""
    expected = {
        "binary": Binary,
        "categorical": Categorical,
        "ordered": Categorical,
        "numeric": Cdf,
        "date": Cdf,
    }
    if not isinstance(distribution, expected[question.kind]):
        raise InvalidForecast(
            f"{question.id} is a {question.kind} question: {FORECAST_FORMATS[question.kind]}"
        )
    if isinstance(distribution, Categorical):
        known = {option.name for option in question.options}
        unknown = [name for name in distribution.options if name not in known]
        if unknown:
            raise InvalidForecast(f"{question.id} has no option {unknown[0]!r}")
    if isinstance(distribution, Cdf):
        assert question.scale is not None
        _check_range(question.scale, distribution)


def _check_range(scale: Scale, curve: Cdf) -> None:
    if (
        curve.x[0] < scale.lower - _SLACK * scale.span
        or curve.x[-1] > scale.upper + _SLACK * scale.span
    ):
        raise InvalidForecast(f"the curve leaves the range {scale.lower:g} to {scale.upper:g}")
    if (curve.below > 0.0 and not scale.open_lower) or (
        curve.above > _SLACK and not scale.open_upper
    ):
        raise InvalidForecast(
            "the curve leaves mass beyond a closed bound: start it at 0 and end it at 1"
        )


_SLACK = 1e-9  # rounding of a bound converted to a logarithm and back

FORECAST_FORMATS: Mapping[Kind, str] = MappingProxyType(
    {
        "binary": "give a probability, such as 63%",
        "categorical": "give each option its share, such as Beijing=50% Moscow=30% Other=20%",
        "ordered": "give each option its share, such as low=20% middle=50% high=30%",
        "numeric": (
            "give values at levels, such as 5%=10 50%=41 95%=120, or three numbers for "
            "quarter, middle, quarter"
        ),
        "date": "give dates at levels, such as 10%=2026-03-01 50%=2026-07-01 never=20%, or three "
        "dates for quarter, middle, quarter",
    }
)
"""Input format of a forecast by kind of question, for messages and form fields."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Outcome of a question with its source, or the reason for having none.

    `outcome` is "answered" for a question that is not binary, and then `answer` holds the option,
    the number or the date as text; "reopened" withdraws earlier answers. `event_at`: time of the
    event; `known_at`: earliest time at which it was public, which ends scoring; `entered_at`: time
    of entry. A later resolution supersedes an earlier one; none is overwritten.
    """

    question_id: QuestionId
    outcome: Outcome
    source_url: str
    note: str
    event_at: datetime
    known_at: datetime
    entered_at: datetime
    entered_by: ForecasterId
    answer: str = ""


def uninformed_prior(options: tuple[str, ...] = (), scale: Scale | None = None) -> Distribution:
    """Uninformed forecast: 50%, equal shares or a uniform curve. The zero of skill.

    >>> uninformed_prior()
    Binary(p=0.5)
    """
    if scale is not None:
        return uniform_curve(scale)
    return even_distribution(options) if options else Binary(0.5)


def effective_close(question: Question, resolution: Resolution | None) -> datetime:
    """min(scheduled close, known_at): forecasts at or after this instant do not count.

    Based on `known_at`, not on the time of entry, so that a late entry earns no credit for
    hindsight.
    """
    if resolution is None:
        return question.closes_at
    return min(question.closes_at, resolution.known_at)


def question_status(question: Question, resolution: Resolution | None, now: datetime) -> Status:
    """Status of the question at `now`."""
    if resolution is not None:
        match resolution.outcome:
            case "annulled" | "ambiguous":
                return resolution.outcome
            case "yes" | "no" | "answered":
                return "resolved"
            case "reopened":
                pass  # same as unanswered
            case _:
                assert_never(resolution.outcome)
    if now < question.opens_at:
        return "upcoming"
    return "open" if now < question.closes_at else "closed"


def is_overdue(question: Question, resolution: Resolution | None, now: datetime) -> bool:
    """Return True if a closed question has no answer although it was due.

    A retrospective question may be so from the moment it is asked.
    """
    is_due = question.resolves_at <= now
    return is_due and question_status(question, resolution, now) == "closed"


def latest_resolution(resolutions: Sequence[Resolution]) -> Resolution | None:
    """Resolution that counts: the last one entered; None after reopening."""
    if not resolutions:
        return None
    last = max(enumerate(resolutions), key=lambda pair: (pair[1].entered_at, pair[0]))[1]
    return None if last.outcome == "reopened" else last


def utc(text: str) -> datetime:
    """Parse an ISO date-time with a zone, or a bare date as its first instant in UTC.

    >>> utc("2022-06-01").isoformat()
    '2022-06-01T00:00:00+00:00'
    >>> utc("2022-06-01T02:00:00+02:00").isoformat()
    '2022-06-01T00:00:00+00:00'
    >>> utc("2022-06-01T02:00:00")
    Traceback (most recent call last):
    forecasts.errors.InvalidTime: '2022-06-01T02:00:00' has no time zone: add Z or an
    offset such as +02:00
    """
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidTime(
            f"{text!r} is not a date: write 2022-06-01 or 2022-06-01T12:00:00Z"
        ) from None
    if len(text.strip()) == len("2022-06-01"):
        return value.replace(tzinfo=UTC)
    return to_utc(value, text)


def to_utc(value: datetime, text: str | None = None) -> datetime:
    """Convert an aware time to UTC; raises `InvalidTime` for a time without a zone."""
    if value.tzinfo is None:
        raise InvalidTime(
            f"{text or value.isoformat()!r} has no time zone: add Z or an offset such as +02:00"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:  # the first and the last day that a datetime can hold
        raise InvalidTime(
            f"{text or value.isoformat()!r} lies outside the years 1 to 9999 in UTC"
        ) from None


EvidenceId = NewType("EvidenceId", int)


MarketKind = Literal["market", "platform"]
"""Kinds of forecasters that are no account: a market with prices, or the crowd of a platform."""

OutsideKind = Literal[MarketKind, "agent"]
"""Kinds of forecasters beside people: a market, the crowd of another platform, or a program."""

ForecasterKind = (
    Literal["person", "bot", "crowd", "suggestion", "prior", "hazard", "recalibrated", "reference"]
    | OutsideKind
)

SUGGESTION = ForecasterId("suggestion")
PRIOR = ForecasterId("prior")
HAZARD = ForecasterId("hazard")
CROWD = ForecasterId("crowd")
CROWD_WEIGHTED = ForecasterId("crowd-weighted")
CROWD_EXTREMISED = ForecasterId("crowd-extremised")
MATCHER = ForecasterId("matcher")
"""Judge of new evidence; it holds no forecasts."""
MODEL_PREFIX = "model:"
"""Name prefix of language models that judge evidence, reserved from people."""
RECALIBRATED_PREFIX = "recalibrated:"
"""Name prefix of the computed forecaster that a person becomes by recalibration."""


@dataclass(frozen=True, slots=True)
class Forecaster:
    """Person, bot, or forecaster that is computed for every question.

    `suggestion` is the evidence ledger, `prior` the fixed base rate, `hazard` the base rate
    adjusted for elapsed time only, `crowd` an aggregate of people, `recalibrated` a person as their
    own record corrects them, from their consent on; a `reference` is made for one comparison. A
    `market`, `platform` or `agent` is outside: its forecasts are kept and scored, but it is no
    member of the crowd; its id begins with its kind (`market:polymarket`).
    """

    id: ForecasterId
    name: str
    kind: ForecasterKind


COMPUTED = (
    Forecaster(SUGGESTION, "Estimate", "suggestion"),
    Forecaster(PRIOR, "Base rate", "prior"),
    Forecaster(HAZARD, "Base rate and time", "hazard"),
    Forecaster(CROWD, "Crowd", "crowd"),
    Forecaster(CROWD_WEIGHTED, "Crowd, weighted by skill", "crowd"),
    Forecaster(CROWD_EXTREMISED, "Crowd, weighted and extremised", "crowd"),
)
"""Computed forecasters, scored beside people."""

LEARNED_POOLS = (CROWD_WEIGHTED, CROWD_EXTREMISED)
"""Crowds that learn from answers how to pool."""

POOLS = (CROWD, *LEARNED_POOLS)
"""Ways of making one forecast of those of people, the plain one first."""

_COMPUTED_RANKS = {name: rank for rank, name in enumerate((*POOLS, SUGGESTION, HAZARD, PRIOR), 3)}


def sort_forecasters(forecasters: Iterable[Forecaster], me: ForecasterId) -> tuple[Forecaster, ...]:
    """Sort forecasters: me, other people by name, those outside, then computed forecasters."""

    def rank(forecaster: Forecaster) -> int:
        if forecaster.id == me:
            return 0
        return _COMPUTED_RANKS.get(forecaster.id, 2 if find_outside_kind(forecaster.id) else 1)

    return tuple(sorted(forecasters, key=lambda f: (rank(f), f.name)))


RESERVED = frozenset(forecaster.id for forecaster in COMPUTED) | {MATCHER}
"""Names that people cannot take."""


def find_outside_kind(forecaster_id: ForecasterId) -> OutsideKind | None:
    """Return the kind of a market, platform or agent, which its id begins with; else None.

    >>> find_outside_kind(ForecasterId("market:polymarket")), find_outside_kind(CROWD)
    ('market', None)
    """
    prefix = forecaster_id.partition(":")[0]
    return next((k for k in get_args(OutsideKind) if k == prefix and k != forecaster_id), None)


def is_person(forecaster_id: ForecasterId) -> bool:
    """Return True for people and bots: neither computed nor outside, so members of the crowd."""
    return not is_computed(forecaster_id) and find_outside_kind(forecaster_id) is None


def name_recalibrated(person: ForecasterId) -> Forecaster:
    """Return the computed forecaster that is a person, recalibrated.

    >>> name_recalibrated(ForecasterId("ann"))
    Forecaster(id='recalibrated:ann', name='ann, recalibrated', kind='recalibrated')
    """
    return Forecaster(
        ForecasterId(RECALIBRATED_PREFIX + person), f"{person}, recalibrated", "recalibrated"
    )


def is_computed(forecaster_id: ForecasterId) -> bool:
    """Return True for forecasters that the tracker computes, and for its matcher.

    >>> [is_computed(ForecasterId(name)) for name in ("ann", "crowd", "recalibrated:ann")]
    [False, True, True]
    """
    return forecaster_id in RESERVED or forecaster_id.startswith(RECALIBRATED_PREFIX)
