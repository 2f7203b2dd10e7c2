"""Validation of a new question."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.distributions.cdf import Scale, day_number
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.errors import InvalidQuestion, InvalidTime
from forecasts.questions.amendments import check_option_names
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.horizon import infer_horizon_shape
from forecasts.questions.parse_forecast import parse_forecast
from forecasts.questions.question import (
    ClaimId,
    EssayId,
    HorizonShape,
    Kind,
    Option,
    Question,
    QuestionId,
    to_utc,
    uninformed_prior,
    utc,
)

_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")

OWN_ESSAY = EssayId("own-questions")
"""Essay id of questions that belong to no essay."""

NO_PRIOR_REASON = "none given"
"""Beginning of the stored reason of an uninformed prior."""


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """Input for a new question.

    `prior` is a typed forecast or a distribution; empty means the uninformed prior. `scale` applies
    to numeric and date questions, `options` to categorical and ordered ones. Without a
    `horizon_shape` it follows from the text. `statements` are lines in the asker's own words; the
    rules fill the others.
    """

    id: str
    text: str
    criteria: str
    sources: tuple[str, ...]
    opens_at: datetime
    closes_at: datetime
    resolves_at: datetime
    kind: Kind = "binary"
    horizon_shape: HorizonShape | None = None
    prior: str | Distribution = ""
    prior_reason: str = ""
    prior_as_of: datetime | None = None
    options: tuple[str, ...] = ()
    scale: Scale | None = None
    tags: tuple[str, ...] = ()
    essay_id: EssayId = OWN_ESSAY
    claim_ids: tuple[ClaimId, ...] = ()
    retrospective: bool = False
    bears_out: str = ""
    statements: CompiledQuestion | None = None

    @property
    def shape(self) -> HorizonShape:
        """Horizon shape, given or inferred from the text."""
        return self.horizon_shape or infer_horizon_shape(self.text, self.kind, self.closes_at).shape


def build_question(new: NewQuestion) -> Question:
    """Build a `Question`; raises `InvalidQuestion` or another `ForecastsError` for invalid input.

    >>> from forecasts.questions.question import utc
    >>> build_question(NewQuestion("visit", "Where first?", "As announced.",
    ...     ("https://example.org",), utc("2026-01-01"), utc("2026-02-01"), utc("2026-02-02"),
    ...     "categorical", options=("Moscow", "Beijing", "Other"),
    ...     prior="Moscow=50 Beijing=30 Other=rest")).prior.of("Moscow")
    0.5
    """
    _check_words(new)
    options = tuple(" ".join(name.split()) for name in new.options)
    check_option_names(options)
    question = Question(
        id=QuestionId(new.id),
        essay_id=new.essay_id,
        kind=new.kind,
        text=new.text.strip(),
        criteria=new.criteria.strip(),
        sources=new.sources,
        horizon_shape=new.shape,
        opens_at=to_utc(new.opens_at),
        closes_at=to_utc(new.closes_at),
        resolves_at=to_utc(new.resolves_at),
        prior=uninformed_prior(options, new.scale),
        prior_reason=new.prior_reason.strip() or NO_PRIOR_REASON,
        claim_ids=new.claim_ids,
        tags=new.tags,
        retrospective=new.retrospective,
        options=tuple(map(Option, options)),
        scale=new.scale,
        bears_out=new.bears_out.strip(),
        prior_as_of=None if new.prior_as_of is None else to_utc(new.prior_as_of),
    )
    if question.resolves_at < question.closes_at:
        raise InvalidQuestion(
            "the question resolves before it closes: correct one of the two times"
        )
    prior = _read_prior(new, question)
    if isinstance(prior, Binary) and prior.p in (0.0, 1.0):
        raise InvalidQuestion("a prior of 0 or 1 could never be revised: use 1% to 99%")
    made = replace(question, prior=prior)  # raises for a prior of another kind
    if isinstance(prior, Categorical) and set(prior.options) != set(options):
        raise InvalidQuestion(
            f"the prior names {', '.join(prior.options)}: give each option of the question its "
            "share"
        )
    return made


def has_base_rate(question: Question) -> bool:
    """Return False if the prior says nothing: the uninformed one, with no reason given for it."""
    prior = question.prior
    options = prior.options if isinstance(prior, Categorical) else ()
    reason = question.prior_reason
    is_given = bool(reason) and not reason.startswith(NO_PRIOR_REASON)
    return is_given or prior != uninformed_prior(options, question.scale)


def date_scale(earliest: str, latest: str) -> Scale:
    """Scale of a date question from its typed ends, open above.

    Raises `InvalidTime` for an end that is no date, and for a window that ends before it begins.
    """
    first, last = day_number(utc(earliest)), day_number(utc(latest))
    if not first < last:
        raise InvalidTime(f"the window ends before it begins: {earliest} is not before {latest}")
    return Scale(first, last, open_upper=True)


def short_name(text: str) -> str:
    """Identifier made of the first five significant words of a question or title, in lower case.

    >>> short_name("Will both governments announce a ceasefire by 30 June 2027?")
    'both-governments-announce-ceasefire-30'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall(r"[a-z0-9]+", plain) if word not in _STOP_WORDS]
    return "-".join(words[:5])


_STOP_WORDS = frozenset(
    (
        "a an and at be by for how in is it many much of on or the to was what when where which "
        "who will"
    ).split()
)


def _read_prior(new: NewQuestion, question: Question) -> Distribution:
    if not isinstance(new.prior, str):
        return new.prior
    return (
        parse_forecast(question, new.prior, question.opens_at)
        if new.prior.strip()
        else question.prior
    )


def _check_words(new: NewQuestion) -> None:
    if not _NAME.fullmatch(new.id):
        raise InvalidQuestion(
            f"{new.id!r} is not a valid name: use small letters, digits and dashes, such as "
            "grain-exports"
        )
    for field, value in (
        ("the question itself", new.text),
        ("resolution criteria", new.criteria),
    ):
        if not value.strip():
            raise InvalidQuestion(f"{field} must not be empty: say it in one sentence")
    if not all(map(str.strip, new.sources)):
        raise InvalidQuestion("a source is empty: name who will report the answer, or leave it out")
