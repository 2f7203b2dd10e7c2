"""Questions of a question set: questions.toml."""

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
    file: SetFile, essay_file: EssayFile
) -> tuple[tuple[Question, ...], Mapping[QuestionId, str]]:
    """Read the questions, and the reasons to ask some despite blocking flaws; raises
    `InvalidQuestionSet`.
    """
    file.only("question")
    overrides: dict[QuestionId, str] = {}
    questions = unique(
        (record, _read_question(record, essay_file, overrides))
        for record in file.records("question")
    )
    if not questions:
        raise InvalidQuestionSet(file.name, 1, "the set has no [[question]]")
    return questions, MappingProxyType(overrides)


def _read_question(
    record: Record, essay_file: EssayFile, overrides: dict[QuestionId, str]
) -> Question:
    opens_at, closes_at, resolves_at = (
        record.when("opens"),
        record.when("closes"),
        record.when("resolves"),
    )
    if not opens_at < closes_at:
        record.refuse("the question closes before it opens", "closes")
    if resolves_at < closes_at:
        record.refuse("the question resolves before it closes", "resolves")
    kind = cast(Kind, record.word("kind", get_args(Kind)))
    new_question = Asked(
        id=record.slug(),
        essay_id=essay_file.essay.id,
        kind=kind,
        text=record.text("text"),
        criteria=record.text("criteria"),
        sources=record.texts("sources", required=True),
        horizon_shape=cast(HorizonShape, record.word("horizon", get_args(HorizonShape))),
        opens_at=opens_at,
        closes_at=closes_at,
        resolves_at=resolves_at,
        prior=_read_prior(record, kind),
        prior_reason=record.text("prior_reason"),
        claim_ids=_read_claim_ids(record, essay_file),
        tags=record.texts("tags"),
        retrospective=record.flag("retrospective"),
        options=_read_option_names(record) if kind in ("categorical", "ordered") else (),
        scale=_read_scale(record, kind),
        bears_out=record.text("bears_out", ""),
    )
    if record.get("override") is not None:
        overrides[QuestionId(new_question.id)] = record.text("override")
    record.done()
    question = record.checked(lambda: question_from(new_question), "prior")
    record.checked(lambda: check_bearing(question), "bears_out")
    return question


def _read_claim_ids(record: Record, essay_file: EssayFile) -> tuple[ClaimId, ...]:
    claims = record.known("claims", {claim.id for claim in essay_file.claims})
    for claim in claims:
        if claim in essay_file.rejections:
            record.refuse(
                f"claim {claim!r} is rejected in essay.toml as untestable, so no question can "
                "test it",
                "claims",
            )
    return claims


def _read_option_names(record: Record) -> tuple[str, ...]:
    names = record.texts("options")
    if len(names) < 2:
        record.refuse("the question needs at least two options", "options")
    record.checked(lambda: check_names(names), "options")
    return names


def _read_scale(record: Record, kind: Kind) -> Scale | None:
    """Read the range of a numeric question, or the window of a date question."""
    if kind == "date":
        earliest, latest = record.when("earliest"), record.when("latest")
        return record.checked(
            lambda: date_scale(earliest.isoformat(), latest.isoformat()), "latest"
        )
    if kind != "numeric":
        return None
    zero_point = record.number("zero_point") if record.get("zero_point") is not None else None
    open_lower, open_upper, unit = (
        record.flag("open_lower"),
        record.flag("open_upper"),
        record.text("unit", ""),
    )
    lower, upper = record.number("lower"), record.number("upper")
    return record.checked(
        lambda: Scale(lower, upper, open_lower, open_upper, zero_point, unit), "lower"
    )


def _read_prior(record: Record, kind: Kind) -> Distribution | str:
    if kind in ("numeric", "date") and (curve := read_curve(record, "prior")) is not None:
        return curve
    if kind != "binary":
        return record.text("prior", "")
    prior = record.checked(lambda: Binary(record.number("prior")), "prior")
    if prior.p in (0.0, 1.0):
        record.refuse("a prior of 0 or 1 could never be revised: use 0.01 to 0.99", "prior")
    return prior
