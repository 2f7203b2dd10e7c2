"""The questions of a question set: questions.toml."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast, get_args

from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.errors import InvalidQuestionSet
from forecasts.essays.claim_outcomes import check_bearing
from forecasts.question_sets.curves import read_curve
from forecasts.question_sets.essay_file import EssayFile
from forecasts.question_sets.reader import Record, SetFile, unique
from forecasts.questions.new_question import Asked, date_scale, question_from
from forecasts.questions.options import check_names
from forecasts.questions.question import ClaimId, HorizonShape, Kind, Question, QuestionId


def read_questions(
    file: SetFile, top: EssayFile
) -> tuple[tuple[Question, ...], Mapping[QuestionId, str]]:
    """The questions, and why some of them are asked in spite of blocking flaws; raises
    `InvalidQuestionSet`.
    """
    file.only("question")
    overrides: dict[QuestionId, str] = {}
    questions = unique((r, _question(r, top, overrides)) for r in file.records("question"))
    if not questions:
        raise InvalidQuestionSet(file.name, 1, "the set has no [[question]]")
    return questions, MappingProxyType(overrides)


def _question(r: Record, top: EssayFile, overrides: dict[QuestionId, str]) -> Question:
    opens_at, closes_at, resolves_at = r.when("opens"), r.when("closes"), r.when("resolves")
    if not opens_at < closes_at:
        r.refuse("the question closes before it opens", "closes")
    if resolves_at < closes_at:
        r.refuse("the question resolves before it closes", "resolves")
    kind = cast(Kind, r.word("kind", get_args(Kind)))
    asked = Asked(
        id=r.slug(),
        essay_id=top.essay.id,
        kind=kind,
        text=r.text("text"),
        criteria=r.text("criteria"),
        sources=r.texts("sources", required=True),
        horizon_shape=cast(HorizonShape, r.word("horizon", get_args(HorizonShape))),
        opens_at=opens_at,
        closes_at=closes_at,
        resolves_at=resolves_at,
        prior=_prior(r, kind),
        prior_reason=r.text("prior_reason"),
        claim_ids=_claims(r, top),
        tags=r.texts("tags"),
        retrospective=r.flag("retrospective"),
        options=_options(r) if kind in ("categorical", "ordered") else (),
        scale=_scale(r, kind),
        bears_out=r.text("bears_out", ""),
    )
    if r.get("override") is not None:
        overrides[QuestionId(asked.id)] = r.text("override")
    r.done()
    question = r.checked(lambda: question_from(asked), "prior")
    r.checked(lambda: check_bearing(question), "bears_out")
    return question


def _claims(r: Record, top: EssayFile) -> tuple[ClaimId, ...]:
    claims = r.known("claims", {claim.id for claim in top.claims})
    for claim in claims:
        if claim in top.rejections:
            r.refuse(
                f"claim {claim!r} is rejected in essay.toml as untestable, so no question can "
                "test it",
                "claims",
            )
    return claims


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


def _prior(r: Record, kind: Kind) -> Distribution | str:
    if kind in ("numeric", "date") and (curve := read_curve(r, "prior")) is not None:
        return curve
    if kind != "binary":
        return r.text("prior", "")
    prior = r.checked(lambda: Binary(r.number("prior")), "prior")
    if prior.p in (0.0, 1.0):
        r.refuse("a prior of 0 or 1 could never be revised: use 0.01 to 0.99", "prior")
    return prior
