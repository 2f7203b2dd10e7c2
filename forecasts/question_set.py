"""A question set as data: TOML texts → checked values, or a refusal with file, line and reason.

    essay.toml        the essay and its claims
    questions.toml    the questions
    indicators.toml   signposts, each with the questions it speaks for and against
    feeds.toml        the feeds to poll
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
from forecasts.evidence import RELIABILITY, Direction, Grade, Indicator, IndicatorId, Strength
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
    QuestionId,
)
from forecasts.set_history import Copy, Event, InventedForecast, PastResolution, read_history
from forecasts.set_reader import Record, SetFile, unique

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

FILES = ("essay.toml", "questions.toml", "indicators.toml", "feeds.toml", "history.toml")
OPTIONAL = ("history.toml",)
MAX_QUOTED_WORDS = 15
STRENGTHS = tuple(s.name.lower() for s in Strength)


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
    indicators = _indicators(files["indicators.toml"], by_id)
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


def _indicators(file: SetFile, questions: Collection[QuestionId]) -> tuple[Indicator, ...]:
    file.only("indicator")
    return unique((r, indicator) for r in file.records("indicator") for indicator in _indicator(r, questions))


def _indicator(r: Record, questions: Collection[QuestionId]) -> list[Indicator]:
    """One entry speaks for some questions and against others: one `Indicator` for each of them."""
    name, slug = r.text("name"), r.slug()
    strength = Strength[r.word("strength", STRENGTHS).upper()]
    half_life, usual = _half_life(r), _usual_level(r)
    terms, unless, examples = _terms(r), r.texts("unless"), r.texts("examples", required=True)
    yes, no = r.sides(questions)
    if not yes and not no:
        r.refuse("the indicator names no question: fill 'yes' (speaks for) or 'no' (speaks against)")
    r.done()
    sides = [(Direction.YES, q) for q in yes] + [(Direction.NO, q) for q in no]
    return [
        Indicator(IndicatorId(f"{q}/{slug}"), q, name, side, strength, terms, unless, examples, half_life, usual)
        for side, q in sides
    ]


def _half_life(r: Record) -> float | None:
    if r.get("half_life_days") == "none":
        return None
    days = r.number("half_life_days", 45.0)
    if days <= 0:
        r.refuse('half_life_days must be above 0; write "none" for a weight that never fades', "half_life_days")
    return days


def _usual_level(r: Record) -> float:
    usual = r.number("usual_level", 0.0)
    if usual < 0:
        r.refuse("usual_level is a size from 0 on; its sign is the side that the indicator speaks for", "usual_level")
    return usual


def _terms(r: Record) -> tuple[tuple[str, ...], ...]:
    groups = r.get("terms")
    if not isinstance(groups, list) or not groups or not all(_is_group(group) for group in groups):
        r.refuse('terms must be a list of lists, such as [["China", "Beijing"], ["abstain*"]]', "terms")
    for term in (term.strip() for group in groups for term in group):
        if "*" in term.rstrip("*"):
            r.refuse(f"a * may stand only at the end of a term, not as in {term!r}", "terms")
    return tuple(tuple(term.strip() for term in group) for group in groups)


def _is_group(group: object) -> bool:
    return isinstance(group, list) and bool(group) and all(isinstance(t, str) and t.strip(" *") for t in group)


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
