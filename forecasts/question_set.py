"""A question set as data: TOML texts → checked values, or a refusal with file, line and reason.

    essay.toml        the essay and its claims
    questions.toml    the questions
    indicators.toml   signposts, each with the questions it speaks for and against
    feeds.toml        the feeds to poll
    statements.toml   what a report can say, over the signposts (optional)
    history.toml      dated events, resolutions and invented demo forecasts (optional)

Reading the files is the tracker's business; this module sees their texts alone.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast, get_args

from forecasts.asking import Asked, date_scale, question_from
from forecasts.cdf import Scale
from forecasts.distribution import Binary
from forecasts.errors import InvalidQuestionSet
from forecasts.evidence import RELIABILITY, Grade, Indicator
from forecasts.options import check_names
from forecasts.question import (
    Claim,
    ClaimId,
    Essay,
    EssayId,
    ForecasterId,
    HorizonShape,
    Kind,
    Question,
)
from forecasts.set_history import Copy, Event, InventedForecast, PastResolution, read_history
from forecasts.set_indicators import read_indicators, read_statements
from forecasts.set_reader import Record, SetFile, unique
from forecasts.statement import Statement

__all__ = [
    "FILES",
    "MAX_QUOTED_WORDS",
    "OPTIONAL",
    "Copy",
    "Event",
    "FeedSeed",
    "InventedForecast",
    "PastResolution",
    "QuestionSet",
    "read_question_set",
]

FILES = ("essay.toml", "questions.toml", "indicators.toml", "feeds.toml", "history.toml", "statements.toml")
OPTIONAL = ("history.toml", "statements.toml")
MAX_QUOTED_WORDS = 15


@dataclass(frozen=True, slots=True)
class FeedSeed:
    """A feed to poll. `source_group` is its owner or wire: copies inside one group count once."""

    id: str
    title: str
    url: str
    source_group: str
    grade: Grade
    theme: str


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Everything that the files of a set say, checked against each other."""

    essay: Essay
    claims: tuple[Claim, ...]
    questions: tuple[Question, ...]
    indicators: tuple[Indicator, ...]
    feeds: tuple[FeedSeed, ...]
    events: tuple[Event, ...]
    resolutions: tuple[PastResolution, ...]
    forecasts: tuple[InventedForecast, ...]
    forecasters: Mapping[ForecasterId, str]
    statements: tuple[Statement, ...] = ()


def read_question_set(texts: Mapping[str, str]) -> QuestionSet:
    """Parse and check a set given as {file name: text}.

    Raises `InvalidQuestionSet` with file, line and reason at the first thing that cannot be used.

    >>> read_question_set({"essay.toml": "titel = 'a misspelt key'"})
    Traceback (most recent call last):
    forecasts.errors.InvalidQuestionSet: questions.toml:1: the set needs a file questions.toml
    """
    for name in FILES:
        if name not in texts and name not in OPTIONAL:
            raise InvalidQuestionSet(name, 1, f"the set needs a file {name}")
    files = {name: SetFile(name, texts.get(name, "")) for name in FILES}
    essay, claims = _essay(files["essay.toml"])
    questions = _questions(files["questions.toml"], essay.id, {c.id for c in claims})
    by_id = {q.id: q for q in questions}
    indicators = read_indicators(files["indicators.toml"], by_id)
    feeds = _feeds(files["feeds.toml"])
    history = read_history(files["history.toml"], by_id)
    return QuestionSet(
        essay=essay,
        claims=claims,
        questions=questions,
        indicators=indicators,
        feeds=feeds,
        events=history.events,
        resolutions=history.resolutions,
        forecasts=history.forecasts,
        forecasters=history.forecasters,
        statements=read_statements(files["statements.toml"], indicators),
    )


def _essay(file: SetFile) -> tuple[Essay, tuple[Claim, ...]]:
    file.only("id", "title", "published", "language", "note", "claim")
    top = file.top()
    essay = Essay(
        EssayId(top.slug()), top.text("title"), top.text("published"), top.text("language"), top.text("note", "")
    )
    return essay, unique((r, _claim(r, essay.id)) for r in file.records("claim"))


def _claim(r: Record, essay_id: EssayId) -> Claim:
    quote = r.text("quote")
    words = len(quote.split())
    if words > MAX_QUOTED_WORDS:
        r.refuse(f"a quote holds at most {MAX_QUOTED_WORDS} words; this one has {words}", "quote")
    claim = Claim(
        id=ClaimId(r.text("id")),
        essay_id=essay_id,
        quote=quote,
        offset=r.count("offset"),
        claim_kind=r.text("kind"),
        modality=r.text("modality"),
        restatement=r.text("restatement"),
    )
    r.done()
    return claim


def _questions(file: SetFile, essay_id: EssayId, claims: Collection[ClaimId]) -> tuple[Question, ...]:
    file.only("question")
    questions = unique((r, _question(r, essay_id, claims)) for r in file.records("question"))
    if not questions:
        raise InvalidQuestionSet(file.name, 1, "the set has no [[question]]")
    return questions


def _question(r: Record, essay_id: EssayId, claims: Collection[ClaimId]) -> Question:
    opens_at, closes_at, resolves_at = r.when("opens"), r.when("closes"), r.when("resolves")
    if not opens_at < closes_at:
        r.refuse("the question closes before it opens", "closes")
    if resolves_at < closes_at:
        r.refuse("the question resolves before it closes", "resolves")
    kind = cast(Kind, r.word("kind", get_args(Kind)))
    asked = Asked(
        id=r.slug(),
        essay_id=essay_id,
        kind=kind,
        text=r.text("text"),
        criteria=r.text("criteria"),
        sources=r.texts("sources", required=True),
        horizon_shape=cast(HorizonShape, r.word("horizon", get_args(HorizonShape))),
        opens_at=opens_at,
        closes_at=closes_at,
        resolves_at=resolves_at,
        prior=_prior(r) if kind == "binary" else r.text("prior", ""),
        prior_reason=r.text("prior_reason"),
        claim_ids=r.known("claims", claims),
        tags=r.texts("tags"),
        retrospective=r.flag("retrospective"),
        options=_options(r) if kind in ("categorical", "ordered") else (),
        scale=_scale(r, kind),
    )
    r.done()
    return r.checked(lambda: question_from(asked), "prior")


def _options(r: Record) -> tuple[str, ...]:
    names = r.texts("options")
    if len(names) < 2:
        r.refuse("the question needs at least two options", "options")
    r.checked(lambda: check_names(names), "options")
    return names


def _scale(r: Record, kind: Kind) -> Scale | None:
    """The range of a numeric question, or the window of a date question."""
    if kind == "date":
        earliest, latest = r.when("earliest"), r.when("latest")
        return r.checked(lambda: date_scale(earliest.isoformat(), latest.isoformat()), "latest")
    if kind != "numeric":
        return None
    zero = r.number("zero_point") if r.get("zero_point") is not None else None
    open_lower, open_upper, unit = r.flag("open_lower"), r.flag("open_upper"), r.text("unit", "")
    lower, upper = r.number("lower"), r.number("upper")
    return r.checked(lambda: Scale(lower, upper, open_lower, open_upper, zero, unit), "lower")


def _prior(r: Record) -> Binary:
    prior = r.checked(lambda: Binary(r.number("prior")), "prior")
    if prior.p in (0.0, 1.0):
        r.refuse("a prior of 0 or 1 could never be revised: use 0.01 to 0.99", "prior")
    return prior


def _feeds(file: SetFile) -> tuple[FeedSeed, ...]:
    file.only("feed")
    return unique((r, _feed(r)) for r in file.records("feed"))


def _feed(r: Record) -> FeedSeed:
    feed = FeedSeed(
        id=r.slug(),
        title=r.text("title"),
        url=r.link(),
        source_group=r.slug("source_group"),
        grade=cast(Grade, r.word("grade", RELIABILITY)),
        theme=r.text("theme"),
    )
    r.done()
    return feed
