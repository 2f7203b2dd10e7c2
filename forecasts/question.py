"""Questions: what is forecast, where it came from, and how it was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NewType, assert_never

from forecasts.distribution import Binary
from forecasts.errors import InvalidResolution, InvalidTime

EssayId = NewType("EssayId", str)
ClaimId = NewType("ClaimId", str)
QuestionId = NewType("QuestionId", str)
ForecasterId = NewType("ForecasterId", str)

Kind = Literal["binary", "categorical", "ordered", "numeric", "date"]
HorizonShape = Literal["event_by", "holds_until", "state_at"]
Outcome = Literal["yes", "no", "annulled", "ambiguous"]
Status = Literal["upcoming", "open", "closed", "resolved", "annulled", "ambiguous"]


@dataclass(frozen=True, slots=True)
class Essay:
    """A source text whose claims are tracked; the text itself is not kept, only where it is."""

    id: EssayId
    title: str
    published: str
    language: str
    note: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One forward-looking or testable statement of an essay.

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
class Question:
    """A resolvable question: what is forecast, by which criteria, over which time.

    `opens_at`, `closes_at` (the scheduled close) and `resolves_at` (the scheduled resolution) are
    aware UTC. `prior` is the base rate for YES, fixed before any evidence, with its reason.
    `retrospective` marks a question written after its own window: its scores never mix with live
    ones. A question that does not open before it closes raises `InvalidTime`: every score divides
    by that time.
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
    prior: Binary
    prior_reason: str
    claim_ids: tuple[ClaimId, ...]
    tags: tuple[str, ...] = ()
    retrospective: bool = False

    def __post_init__(self) -> None:
        if not self.opens_at < self.closes_at:
            raise InvalidTime(f"question {self.id} closes before it opens: correct one of the two times")


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a question was answered, or why it was not.

    `event_at`: when it happened; `known_at`: when anyone could know, which ends scoring;
    `entered_at`: when it was written down. A later resolution supersedes; none is overwritten.
    """

    question_id: QuestionId
    outcome: Outcome
    source_url: str
    note: str
    event_at: datetime
    known_at: datetime
    entered_at: datetime
    entered_by: ForecasterId


def effective_close(question: Question, resolution: Resolution | None) -> datetime:
    """min(scheduled close, known_at): forecasts at or after this instant do not count.

    Not the instant of entering: whoever enters an answer late gives nobody credit for hindsight.
    """
    if resolution is None:
        return question.closes_at
    return min(question.closes_at, resolution.known_at)


def status(question: Question, resolution: Resolution | None, now: datetime) -> Status:
    """Where the question stands at `now`."""
    if resolution is not None:
        match resolution.outcome:
            case "annulled" | "ambiguous":
                return resolution.outcome
            case "yes" | "no":
                return "resolved"
            case _:
                assert_never(resolution.outcome)
    if now < question.opens_at:
        return "upcoming"
    return "open" if now < question.closes_at else "closed"


def outcome_value(resolution: Resolution | None) -> int | None:
    """1 for YES, 0 for NO, None where there is nothing to score against."""
    if resolution is None:
        return None
    return {"yes": 1, "no": 0}.get(resolution.outcome)


def latest(resolutions: Sequence[Resolution]) -> Resolution | None:
    """The resolution that counts: the one entered last (the later of two at one instant)."""
    if not resolutions:
        return None
    return max(enumerate(resolutions), key=lambda pair: (pair[1].entered_at, pair[0]))[1]


def check_resolution(question: Question, resolution: Resolution) -> None:
    """Refuse an answer that contradicts the question's own times or names no source.

    Raises `InvalidResolution`; returns nothing when all is well.
    """
    if not resolution.source_url.strip():
        raise InvalidResolution("a resolution needs a source: give the link where anyone can check it")
    if not resolution.source_url.startswith(("http://", "https://")):
        raise InvalidResolution(f"the source must be an http(s) link, not {resolution.source_url!r}")
    if resolution.known_at < question.opens_at:
        raise InvalidResolution(
            f"known at {resolution.known_at:%Y-%m-%d %H:%M} UTC, before the question opened"
            f" ({question.opens_at:%Y-%m-%d %H:%M} UTC): correct the time, or annul the question"
        )
    if resolution.event_at > resolution.known_at:
        raise InvalidResolution("an event cannot be known before it happened: correct event or known time")
    if resolution.known_at > resolution.entered_at:
        raise InvalidResolution("the answer cannot become known in the future: correct the known time")


def utc(text: str) -> datetime:
    """Read an ISO date-time with a zone, or a bare date as its first instant in UTC.

    >>> utc("2022-06-01").isoformat()
    '2022-06-01T00:00:00+00:00'
    >>> utc("2022-06-01T02:00:00+02:00").isoformat()
    '2022-06-01T00:00:00+00:00'
    >>> utc("2022-06-01T02:00:00")
    Traceback (most recent call last):
    forecasts.errors.InvalidTime: '2022-06-01T02:00:00' has no time zone: add Z or an offset such as +02:00
    """
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidTime(f"{text!r} is not a date: write 2022-06-01 or 2022-06-01T12:00:00Z") from None
    if len(text.strip()) == len("2022-06-01"):
        return value.replace(tzinfo=UTC)
    return aware(value, text)


def aware(value: datetime, text: str | None = None) -> datetime:
    """The same instant in UTC; a time without a zone raises `InvalidTime`."""
    if value.tzinfo is None:
        raise InvalidTime(f"{text or value.isoformat()!r} has no time zone: add Z or an offset such as +02:00")
    try:
        return value.astimezone(UTC)
    except OverflowError:  # the first and the last day that a datetime can hold
        raise InvalidTime(f"{text or value.isoformat()!r} lies outside the years 1 to 9999 in UTC") from None
