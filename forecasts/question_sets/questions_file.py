"""Questions of a question set: questions.toml."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import cast, get_args

from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.errors import InvalidQuestionSet
from forecasts.essays.claim_outcomes import check_outcome_condition
from forecasts.question_sets.curve_values import read_curve
from forecasts.question_sets.record_reader import SetFile, SetRecord, require_unique_ids
from forecasts.questions.amendments import check_option_names
from forecasts.questions.compiled_question import (
    CompiledQuestion,
    build_own_lines,
    check_own_lines,
    parse_names,
)
from forecasts.questions.new_question import NewQuestion, build_question, date_scale
from forecasts.questions.question import (
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
from forecasts.questions.series import Series, SeriesFormat, SeriesId
from forecasts.questions.settlement import Settlement, check_rule, parse_rule

ESSAY_TEXT = "essay.txt"
"""Name of the verbatim essay text, the only file that is not TOML."""

MAX_QUOTED_WORDS = 15

SET_AUTHOR = ForecasterId("question-set")
"""Author of all that a question set brings."""


@dataclass(frozen=True, slots=True)
class EssayFile:
    """Contents of `essay.toml`."""

    essay: Essay
    claims: tuple[Claim, ...]
    rejections: Mapping[ClaimId, str]


def read_essay(file: SetFile, text: str) -> EssayFile:
    """Read the essay and its claims, and check their quotes against `text` if it is given.

    Raises `InvalidQuestionSet`.
    """
    file.allow_only("id", "title", "published", "language", "note", "claim")
    top = file.top_record()
    essay = Essay(
        EssayId(top.read_slug()),
        top.read_text("title"),
        top.read_text("published", ""),
        top.read_text("language", ""),
        top.read_text("note", ""),
    )
    rejections: dict[ClaimId, str] = {}
    claims = require_unique_ids(
        (record, _read_claim(record, essay.id, text, rejections))
        for record in file.records("claim")
    )
    return EssayFile(essay, claims, MappingProxyType(rejections))


def _read_claim(
    record: SetRecord, essay_id: EssayId, text: str, rejections: dict[ClaimId, str]
) -> Claim:
    quote = record.read_text("quote")
    word_count = len(quote.split())
    if word_count > MAX_QUOTED_WORDS:
        record.refuse(
            f"a quote holds at most {MAX_QUOTED_WORDS} words; this one has {word_count}", "quote"
        )
    claim = Claim(
        id=ClaimId(record.read_text("id")),
        essay_id=essay_id,
        quote=quote,
        offset=record.read_count("offset"),
        claim_kind=record.read_text("kind"),
        modality=record.read_text("modality"),
        restatement=record.read_text("restatement"),
    )
    if record.get("rejected") is not None:
        rejections[claim.id] = record.read_text("rejected")
    if text:
        _check_quote_position(record, claim, text)
    record.refuse_unknown_keys()
    return claim


def _check_quote_position(record: SetRecord, claim: Claim, text: str) -> None:
    """Check that the quote starts at its offset; white space may differ."""
    pattern = re.compile(r"\s+".join(map(re.escape, claim.quote.split())))
    if pattern.match(text, claim.offset) is None:
        match = pattern.search(text)
        position = f"it stands at {match.start()}" if match else "it stands nowhere in it"
        record.refuse(
            f"the quote does not stand at character {claim.offset} of {ESSAY_TEXT}: {position}",
            "offset",
        )


@dataclass(frozen=True, slots=True)
class QuestionsFile:
    """Contents of `questions.toml`.

    `overrides` are the reasons to ask questions despite blocking flaws, `statements` the lines of
    compiled questions that the set words itself, `settlements` the series that settle some.
    """

    questions: tuple[Question, ...]
    overrides: Mapping[QuestionId, str]
    statements: Mapping[QuestionId, CompiledQuestion]
    settlements: Mapping[QuestionId, Settlement]


@dataclass(frozen=True, slots=True)
class _Additions:
    """Parts of questions that are kept beside them, as they are read."""

    series_ids: Collection[SeriesId]
    extra_keys: Collection[str] = ()
    overrides: dict[QuestionId, str] = field(default_factory=dict)
    statements: dict[QuestionId, CompiledQuestion] = field(default_factory=dict)
    settlements: dict[QuestionId, Settlement] = field(default_factory=dict)


def read_questions(
    file: SetFile,
    essay_file: EssayFile,
    series_ids: Collection[SeriesId] = (),
    *,
    extra_keys: Collection[str] = (),
) -> QuestionsFile:
    """Read the questions, which may name series of the set; raises `InvalidQuestionSet`.

    `extra_keys` are keys of a question that the caller reads.
    """
    file.allow_only("question", "repeat")
    additions = _Additions(series_ids, extra_keys)
    questions = require_unique_ids(
        (record, _read_question(record, essay_file, additions))
        for record in file.records("question")
    )
    if not questions:
        raise InvalidQuestionSet(file.name, 1, "the set has no [[question]]")
    return QuestionsFile(
        questions,
        MappingProxyType(additions.overrides),
        MappingProxyType(additions.statements),
        MappingProxyType(additions.settlements),
    )


def _read_question(record: SetRecord, essay_file: EssayFile, additions: _Additions) -> Question:
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
        sources=record.read_texts("sources"),
        horizon_shape=_read_horizon(record),
        opens_at=opens_at,
        closes_at=closes_at,
        resolves_at=resolves_at,
        prior=_read_prior(record, kind),
        prior_reason=record.read_text("prior_reason"),
        prior_as_of=_read_as_of(record, opens_at),
        claim_ids=_read_claim_ids(record, essay_file),
        tags=record.read_texts("tags"),
        retrospective=record.read_flag("retrospective"),
        options=_read_option_names(record) if kind in ("categorical", "ordered") else (),
        scale=_read_scale(record, kind),
        bears_out=record.read_text("bears_out", ""),
    )
    if record.get("override") is not None:
        additions.overrides[QuestionId(new_question.id)] = record.read_text("override")
    own_lines, settlement = _read_statements(record), _read_settlement(record, additions)
    record.read_keys.update(additions.extra_keys)
    record.refuse_unknown_keys()
    question = record.check_value(lambda: build_question(new_question), "prior")
    record.check_value(lambda: check_outcome_condition(question), "bears_out")
    if own_lines is not None:
        record.check_value(lambda: check_own_lines(question, own_lines), "statements")
        additions.statements[question.id] = own_lines
    if settlement is not None:
        record.check_value(lambda: check_rule(question, parse_rule(settlement.rule)), "rule")
        additions.settlements[question.id] = settlement
    return question


def _read_settlement(record: SetRecord, additions: _Additions) -> Settlement | None:
    """Read the series and rule that settle a question; None if there is neither."""
    if record.get("series") is None and record.get("rule") is None:
        return None
    series_id = SeriesId(record.read_text("series"))
    if series_id not in additions.series_ids:
        record.refuse(f"series names {series_id!r}, which series.toml does not define", "series")
    return Settlement(series_id, record.read_text("rule"))


def read_series(file: SetFile) -> tuple[Series, ...]:
    """Read the series of a set; raises `InvalidQuestionSet`."""
    file.allow_only("series")
    return require_unique_ids((record, _read_series(record)) for record in file.records("series"))


def _read_series(record: SetRecord) -> Series:
    where = record.get("where", {})
    if not isinstance(where, dict) or not all(isinstance(value, str) for value in where.values()):
        record.refuse('write where = { country = "Norway" }, the content of a column', "where")
    series = Series(
        SeriesId(record.read_slug()),
        record.read_url(),
        cast(SeriesFormat, record.read_choice("format", get_args(SeriesFormat))),
        record.read_text("date"),
        record.read_text("value"),
        tuple(where.items()),
        record.read_text("unit", ""),
        record.read_flag("day_first"),
        record.read_flag("decimal_comma"),
    )
    record.refuse_unknown_keys()
    return series


def _read_statements(record: SetRecord) -> CompiledQuestion | None:
    """Read the lines in the words of headlines, and the names; None if there is neither."""
    by_option, names = record.get("statements", {}), parse_names(record.read_texts("names"))
    if not isinstance(by_option, dict) or not all(
        isinstance(line, str) and line.strip() for line in by_option.values()
    ):
        record.refuse(
            'write statements = { Moscow = "New president flies to Moscow" }, a line an option',
            "statements",
        )
    yes, no = record.read_text("yes", ""), record.read_text("no", "")
    if not (yes or no or by_option or names):
        return None
    key = "no" if no else "yes" if yes else "statements"
    own_lines = record.check_value(lambda: build_own_lines(yes, no, by_option, names), key)
    return replace(own_lines, author=SET_AUTHOR)


def _read_horizon(record: SetRecord) -> HorizonShape | None:
    if record.get("horizon") is None:
        return None
    return cast(HorizonShape, record.read_choice("horizon", get_args(HorizonShape)))


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


def _read_as_of(record: SetRecord, opens_at: datetime) -> datetime | None:
    """Read the day whose knowledge the prior rests on."""
    if record.get("as_of") is None:
        return None
    as_of = record.read_time("as_of")
    if as_of > opens_at:
        record.refuse(
            "as_of is after the opening: judge the prior on what was known then, open the question "
            "later, or mark it retrospective and leave as_of out",
            "as_of",
        )
    return as_of


def _read_prior(record: SetRecord, kind: Kind) -> Distribution | str:
    if kind in ("numeric", "date") and (curve := read_curve(record, "prior")) is not None:
        return curve
    if kind != "binary":
        return record.read_text("prior", "")
    prior = record.check_value(lambda: Binary(record.read_number("prior")), "prior")
    if prior.p in (0.0, 1.0):
        record.refuse("a prior of 0 or 1 could never be revised: use 0.01 to 0.99", "prior")
    return prior
