"""Repetitions of a question set: the `[[repeat]]` entries of questions.toml."""

from collections.abc import Collection, Iterable, Mapping
from typing import cast, get_args

from forecasts.distributions.cdf import Scale
from forecasts.essays.siblings.sibling import ParentParts, build_sibling, choose_window
from forecasts.question_sets.record_reader import (
    SetFile,
    SetRecord,
    is_number,
    require_unique_ids,
)
from forecasts.question_sets.toml_text import TomlValue
from forecasts.questions.new_question import build_question
from forecasts.questions.question import ForecasterId, Kind, Question, QuestionId
from forecasts.questions.repetition import Repetition, SiblingTemplate, check_repetition
from forecasts.questions.settlement import check_rule, parse_rule
from forecasts.questions.windows import Rhythm, start_of_day

_KINDS = ("binary", "numeric")


def read_repeats(
    file: SetFile,
    questions: Mapping[QuestionId, Question],
    settled: Collection[QuestionId],
    author: ForecasterId,
) -> tuple[Repetition, ...]:
    """Read the repetitions of a set; a rule needs a question that a series settles.

    Raises `InvalidQuestionSet`.
    """
    repetitions = []
    for record in file.records("repeat"):
        repetition = _read_repeat(record, questions, author)
        if repetition.template.rule and repetition.question_id not in settled:
            record.refuse("a rule is of the series of the question, which has none", "rule")
        repetitions.append((record, repetition))
    return require_unique_ids(repetitions)


def _read_repeat(
    record: SetRecord, questions: Mapping[QuestionId, Question], author: ForecasterId
) -> Repetition:
    name = record.read_text("question")
    if name not in questions:
        record.refuse(f"question names {name!r}, which the set does not define", "question")
    parent = questions[QuestionId(name)]
    repetition = Repetition(
        question_id=parent.id,
        every=cast(Rhythm, record.read_choice("every", get_args(Rhythm))),
        until=None if record.get("until") is None else record.read_time("until").date(),
        count=None if record.get("count") is None else record.read_count("count"),
        template=_read_template(record, parent),
        override=record.read_text("override", ""),
        by=author,
    )
    record.refuse_unknown_keys()
    record.check_value(lambda: check_repetition(repetition, parent), "question")
    _try_first_sibling(record, repetition, parent)
    return repetition


def _try_first_sibling(record: SetRecord, repetition: Repetition, parent: Question) -> None:
    """Build the sibling that would open with its parent, so that a fault shows its line."""
    at = parent.opens_at
    window = record.check_value(
        lambda: choose_window(parent, repetition, lambda _: False, at), "every"
    )
    sibling = record.check_value(
        lambda: build_sibling(parent, repetition, window, parts=ParentParts(), now=at),
        "text" if repetition.template.text else "question",
    )
    key = "prior" if repetition.template.prior else "question"
    question = record.check_value(lambda: build_question(sibling.question), key)
    if sibling.rule:
        record.check_value(lambda: check_rule(question, parse_rule(sibling.rule)), "rule")


def _read_template(record: SetRecord, parent: Question) -> SiblingTemplate:
    kind = None
    if record.get("kind") is not None:
        kind = cast(Kind, record.read_choice("kind", _KINDS))
    return SiblingTemplate(
        kind=kind,
        text=record.read_text("text", ""),
        criteria=record.read_text("criteria", ""),
        sources=record.read_texts("sources"),
        prior=_read_prior(record),
        prior_reason=record.read_text("prior_reason", ""),
        scale=_read_range(record, parent),
        yes=record.read_text("yes", ""),
        no=record.read_text("no", ""),
        answer_days=None if record.get("answer_days") is None else record.read_count("answer_days"),
        rule=record.read_text("rule", ""),
    )


def _read_prior(record: SetRecord) -> str:
    """Return a prior as typed; a number is the probability of YES."""
    value = record.get("prior")
    if is_number(value):
        if not 0.0 < value < 1.0:
            record.refuse("a prior of 0 or 1 could never be revised: use 0.01 to 0.99", "prior")
        return f"{100.0 * value:.10g}%"
    return record.read_text("prior", "")


def _read_range(record: SetRecord, parent: Question) -> Scale | None:
    """Return the range of a numeric sibling; its unit is the parent's unless it is given."""
    if record.get("lower") is None and record.get("upper") is None:
        return None
    unit = record.read_text("unit", "" if parent.scale is None else parent.scale.unit)
    lower, upper = record.read_number("lower"), record.read_number("upper")
    open_lower, open_upper = record.read_flag("open_lower"), record.read_flag("open_upper")
    return record.check_value(
        lambda: Scale(lower, upper, open_lower, open_upper, None, unit), "lower"
    )


def build_repeat_entries(repetitions: Iterable[Repetition]) -> list[dict[str, TomlValue]]:
    """Build the entries of the file; reading them gives equal repetitions."""
    return [_build_entry(repetition) for repetition in repetitions]


def _build_entry(repetition: Repetition) -> dict[str, TomlValue]:
    template, scale = repetition.template, repetition.template.scale
    values: dict[str, TomlValue | None] = {
        "question": repetition.question_id,
        "every": repetition.every,
        "until": None if repetition.until is None else start_of_day(repetition.until),
        "count": repetition.count,
        "kind": template.kind,
        "text": template.text,
        "criteria": template.criteria,
        "sources": template.sources,
        "prior": template.prior,
        "prior_reason": template.prior_reason,
        "yes": template.yes,
        "no": template.no,
        "answer_days": template.answer_days,
        "rule": template.rule,
        "override": repetition.override,
    }
    if scale is not None:
        values |= {"lower": scale.lower, "upper": scale.upper, "unit": scale.unit}
        values |= {"open_lower": scale.open_lower, "open_upper": scale.open_upper}
    # 0 is a value; what is empty, false or missing is what a reader assumes anyway
    return {
        key: value
        for key, value in values.items()
        if value is not None and value is not False and value not in ("", ())
    }
