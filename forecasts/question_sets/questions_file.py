"""Questions of a question set: questions.toml."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast, get_args

from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.errors import InvalidQuestionSet
from forecasts.essays.claim_outcomes import check_outcome_condition
from forecasts.question_sets.curves import read_curve
from forecasts.question_sets.essay_file import EssayFile
from forecasts.question_sets.reader import SetFile, SetRecord, require_unique_ids
from forecasts.questions.new_question import NewQuestion, build_question, date_scale
from forecasts.questions.options import check_option_names
from forecasts.questions.question import ClaimId, HorizonShape, Kind, Question, QuestionId


def read_questions(
    file: SetFile, essay_file: EssayFile
) -> tuple[tuple[Question, ...], Mapping[QuestionId, str]]:
    """Read the questions, and the reasons to ask some despite blocking flaws; raises
    `InvalidQuestionSet`.
    """
    file.allow_only("question")
    overrides: dict[QuestionId, str] = {}
    questions = require_unique_ids(
        (record, _read_question(record, essay_file, overrides))
        for record in file.records("question")
    )
    if not questions:
        raise InvalidQuestionSet(file.name, 1, "the set has no [[question]]")
    return questions, MappingProxyType(overrides)


def _read_question(
    record: SetRecord, essay_file: EssayFile, overrides: dict[QuestionId, str]
) -> Question:
    opens_at, closes_at, resolves_at = (
        record.read_time("opens"),
        record.read_time("closes"),
        record.read_time("resolves"),
    )
    if not opens_at < closes_at:
        record.refuse("the question closes before it opens", "closes")
    if resolves_at < closes_at:
        record.refuse("the question resolves before it closes", "resolves")
    kind = cast(Kind, record.read_choice("kind", get_args(Kind)))
    new_question = NewQuestion(
        id=record.read_slug(),
        essay_id=essay_file.essay.id,
        kind=kind,
        text=record.read_text("text"),
        criteria=record.read_text("criteria"),
        sources=record.read_texts("sources", required=True),
        horizon_shape=cast(HorizonShape, record.read_choice("horizon", get_args(HorizonShape))),
        opens_at=opens_at,
        closes_at=closes_at,
        resolves_at=resolves_at,
        prior=_read_prior(record, kind),
        prior_reason=record.read_text("prior_reason"),
        claim_ids=_read_claim_ids(record, essay_file),
        tags=record.read_texts("tags"),
        retrospective=record.read_flag("retrospective"),
        options=_read_option_names(record) if kind in ("categorical", "ordered") else (),
        scale=_read_scale(record, kind),
        bears_out=record.read_text("bears_out", ""),
    )
    if record.get("override") is not None:
        overrides[QuestionId(new_question.id)] = record.read_text("override")
    record.refuse_unknown_keys()
    question = record.check_value(lambda: build_question(new_question), "prior")
    record.check_value(lambda: check_outcome_condition(question), "bears_out")
    return question


def _read_claim_ids(record: SetRecord, essay_file: EssayFile) -> tuple[ClaimId, ...]:
    claims = record.read_ids("claims", {claim.id for claim in essay_file.claims})
    for claim in claims:
        if claim in essay_file.rejections:
            record.refuse(
                f"claim {claim!r} is rejected in essay.toml as untestable, so no question can "
                "test it",
                "claims",
            )
    return claims


def _read_option_names(record: SetRecord) -> tuple[str, ...]:
    names = record.read_texts("options")
    if len(names) < 2:
        record.refuse("the question needs at least two options", "options")
    record.check_value(lambda: check_option_names(names), "options")
    return names


def _read_scale(record: SetRecord, kind: Kind) -> Scale | None:
    """Read the range of a numeric question, or the window of a date question."""
    if kind == "date":
        earliest, latest = record.read_time("earliest"), record.read_time("latest")
        return record.check_value(
            lambda: date_scale(earliest.isoformat(), latest.isoformat()), "latest"
        )
    if kind != "numeric":
        return None
    zero_point = record.read_number("zero_point") if record.get("zero_point") is not None else None
    open_lower, open_upper, unit = (
        record.read_flag("open_lower"),
        record.read_flag("open_upper"),
        record.read_text("unit", ""),
    )
    lower, upper = record.read_number("lower"), record.read_number("upper")
    return record.check_value(
        lambda: Scale(lower, upper, open_lower, open_upper, zero_point, unit), "lower"
    )


def _read_prior(record: SetRecord, kind: Kind) -> Distribution | str:
    if kind in ("numeric", "date") and (curve := read_curve(record, "prior")) is not None:
        return curve
    if kind != "binary":
        return record.read_text("prior", "")
    prior = record.check_value(lambda: Binary(record.read_number("prior")), "prior")
    if prior.p in (0.0, 1.0):
        record.refuse("a prior of 0 or 1 could never be revised: use 0.01 to 0.99", "prior")
    return prior
