"""A new question as somebody asks it, checked and made into a `Question`."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.distributions.cdf import Scale, day_number
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.errors import InvalidQuestion, InvalidTime
from forecasts.questions.options import check_names
from forecasts.questions.parse_forecast import read_forecast
from forecasts.questions.question import (
    ClaimId,
    EssayId,
    HorizonShape,
    Kind,
    Option,
    Question,
    QuestionId,
    aware,
    knowing_nothing,
    utc,
)

_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")

OWN_ESSAY = EssayId("own-questions")
"""The essay of questions that came from no essay."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is made of, as people give it.

    `prior` is a forecast as it is typed, or one that is made already; empty, it is what somebody
    who knows nothing would say. `scale` belongs to numeric and date questions, `options` to
    categorical and ordered ones.
    """

    id: str
    text: str
    criteria: str
    sources: tuple[str, ...]
    opens_at: datetime
    closes_at: datetime
    resolves_at: datetime
    kind: Kind = "binary"
    horizon_shape: HorizonShape = "event_by"
    prior: str | Distribution = ""
    prior_reason: str = ""
    options: tuple[str, ...] = ()
    scale: Scale | None = None
    tags: tuple[str, ...] = ()
    essay_id: EssayId = OWN_ESSAY
    claim_ids: tuple[ClaimId, ...] = ()
    retrospective: bool = False
    bears_out: str = ""


def question_from(asked: Asked) -> Question:
    """The question, or `InvalidQuestion` (or another refusal of `forecasts`) with what is missing.

    >>> from forecasts.questions.question import utc
    >>> question_from(Asked("visit", "Where first?", "As announced.", ("https://example.org",), utc("2026-01-01"),
    ...     utc("2026-02-01"), utc("2026-02-02"), "categorical", options=("Moscow", "Beijing", "Other"),
    ...     prior="Moscow=50 Beijing=30 Other=rest", prior_reason="7 of 14 first visits")).prior.of("Moscow")
    0.5
    """
    _check_words(asked)
    options = tuple(" ".join(name.split()) for name in asked.options)
    check_names(options)
    question = Question(
        id=QuestionId(asked.id),
        essay_id=asked.essay_id,
        kind=asked.kind,
        text=asked.text.strip(),
        criteria=asked.criteria.strip(),
        sources=asked.sources,
        horizon_shape=asked.horizon_shape,
        opens_at=aware(asked.opens_at),
        closes_at=aware(asked.closes_at),
        resolves_at=aware(asked.resolves_at),
        prior=knowing_nothing(options, asked.scale),
        prior_reason=asked.prior_reason.strip()
        or "none given: what somebody who knows nothing would say",
        claim_ids=asked.claim_ids,
        tags=asked.tags,
        retrospective=asked.retrospective,
        options=tuple(map(Option, options)),
        scale=asked.scale,
        bears_out=asked.bears_out.strip(),
    )
    if question.resolves_at < question.closes_at:
        raise InvalidQuestion(
            "the question resolves before it closes: correct one of the two times"
        )
    prior = _prior(asked, question)
    if isinstance(prior, Binary) and prior.p in (0.0, 1.0):
        raise InvalidQuestion("a prior of 0 or 1 could never be revised: use 1% to 99%")
    made = replace(question, prior=prior)  # refuses a prior of another kind
    if isinstance(prior, Categorical) and set(prior.options) != set(options):
        raise InvalidQuestion(
            f"the prior names {', '.join(prior.options)}: give each option of the question its "
            "share"
        )
    return made


def date_scale(earliest: str, latest: str) -> Scale:
    """The window of a date question, its ends as they are typed; the event may also never come
    within it.

    Raises `InvalidTime` for what is no date, and for a window that ends before it begins.
    """
    first, last = day_number(utc(earliest)), day_number(utc(latest))
    if not first < last:
        raise InvalidTime(f"the window ends before it begins: {earliest} is not before {latest}")
    return Scale(first, last, open_upper=True)


def short_name(text: str) -> str:
    """A short name out of a question or a title: its first five words of some weight, in small
    letters.

    >>> short_name("Will both governments announce a ceasefire by 30 June 2027?")
    'both-governments-announce-ceasefire-30'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall(r"[a-z0-9]+", plain) if word not in _LIGHT]
    return "-".join(words[:5])


_LIGHT = frozenset(
    (
        "a an and at be by for how in is it many much of on or the to was what when where which who "
        "will"
    ).split()
)


def _prior(asked: Asked, question: Question) -> Distribution:
    if not isinstance(asked.prior, str):
        return asked.prior
    return (
        read_forecast(question, asked.prior, question.opens_at)
        if asked.prior.strip()
        else question.prior
    )


def _check_words(asked: Asked) -> None:
    if not _NAME.fullmatch(asked.id):
        raise InvalidQuestion(
            f"{asked.id!r} is no name: use small letters, digits and dashes, such as grain-exports"
        )
    for what, said in (
        ("the question itself", asked.text),
        ("resolution criteria", asked.criteria),
    ):
        if not said.strip():
            raise InvalidQuestion(f"{what} must not be empty: say it in one sentence")
    if not asked.sources or not all(map(str.strip, asked.sources)):
        raise InvalidQuestion("name at least one source that will tell the answer")
