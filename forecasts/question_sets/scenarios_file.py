"""Readers of links and scenario sets of a question set."""

from collections.abc import Mapping
from typing import cast, get_args

from forecasts.question_sets.record_reader import SetFile, SetRecord, is_number, require_unique_ids
from forecasts.questions.links import (
    Link,
    LinkId,
    LinkKind,
    check_link_labels,
    check_link_questions,
)
from forecasts.questions.question import (
    Question,
    QuestionId,
)
from forecasts.scenarios.scenario_set import (
    FIVE_WORDS,
    ScenarioLikelihoods,
    ScenarioSet,
    check_scenario_set,
)


def read_links(file: SetFile, questions: Mapping[QuestionId, Question]) -> tuple[Link, ...]:
    """Read the links of a set; raises `InvalidQuestionSet`."""
    file.allow_only("link")
    return require_unique_ids(
        (record, _read_link(record, questions)) for record in file.records("link")
    )


def _read_link(record: SetRecord, questions: Mapping[QuestionId, Question]) -> Link:
    link = Link(
        id=LinkId(record.read_slug()),
        kind=cast(LinkKind, record.read_choice("kind", get_args(LinkKind))),
        question_ids=record.read_ids("questions", questions),
        title=record.read_text("title"),
        labels=record.read_texts("labels"),
        why=record.read_text("why", ""),
    )
    record.check_value(lambda: check_link_questions(link, questions), "questions")
    record.check_value(lambda: check_link_labels(link), "labels")
    record.refuse_unknown_keys()
    return link


def read_scenarios(
    file: SetFile, questions: Mapping[QuestionId, Question]
) -> tuple[ScenarioSet, ...]:
    """Read the scenario sets of a set; raises `InvalidQuestionSet`."""
    file.allow_only("scenario_set")
    by_question: dict[QuestionId, ScenarioSet] = {}
    for record in file.records("scenario_set"):
        scenarios = _read_scenario_set(record, questions)
        if scenarios.question_id in by_question:
            record.refuse(f"{scenarios.question_id!r} has its scenarios already", "question")
        by_question[scenarios.question_id] = scenarios
    return tuple(by_question.values())


def _read_scenario_set(record: SetRecord, questions: Mapping[QuestionId, Question]) -> ScenarioSet:
    question = _read_question_reference(record, questions)
    if question.kind != "categorical":
        record.refuse(
            f"{question.id!r} is {question.kind}: scenarios are the options of a categorical "
            "question",
            "question",
        )
    title, note = record.read_text("title"), record.read_text("note", "")
    descriptions, count = record.read_texts("descriptions"), len(question.options)
    if len(descriptions) != count:
        names = ", ".join(option.name for option in question.options)
        record.refuse(
            f"{len(descriptions)} descriptions for {count} scenarios: give one for each of {names}",
            "descriptions",
        )
    rows: dict[QuestionId, ScenarioLikelihoods] = {}
    for row in record.sub_records("row"):
        likelihood_row = _read_row(row, questions, count)
        if likelihood_row.question_id in rows:
            row.refuse(f"{likelihood_row.question_id!r} has a row already", "question")
        rows[likelihood_row.question_id] = likelihood_row
    record.refuse_unknown_keys()
    scenario_set = ScenarioSet(question.id, title, descriptions, tuple(rows.values()), note)
    record.check_value(lambda: check_scenario_set(scenario_set, question, questions), "row")
    return scenario_set


def _read_row(
    record: SetRecord, questions: Mapping[QuestionId, Question], count: int
) -> ScenarioLikelihoods:
    question = _read_question_reference(record, questions)
    if question.kind != "binary":
        record.refuse(
            f"{question.id!r} is {question.kind}: a row is about a binary question, P(YES | "
            "scenario)",
            "question",
        )
    likelihoods = record.require("p")
    if not isinstance(likelihoods, list) or len(likelihoods) != count:
        record.refuse(f"p must be a list of {count}, one for each scenario", "p")
    row = ScenarioLikelihoods(
        question.id,
        tuple(_parse_likelihood(record, value) for value in likelihoods),
        record.read_text("why", ""),
    )
    record.refuse_unknown_keys()
    return row


def _parse_likelihood(record: SetRecord, value: object) -> float:
    if isinstance(value, str) and value in FIVE_WORDS:
        return FIVE_WORDS[value]
    if not is_number(value) or not 0.0 < value < 1.0:
        record.refuse(
            f"p holds {value!r}; each is a number above 0 and below 1 or one of: "
            f"{', '.join(FIVE_WORDS)}",
            "p",
        )
    return float(value)


def _read_question_reference(
    record: SetRecord, questions: Mapping[QuestionId, Question]
) -> Question:
    name = record.read_text("question")
    if name not in questions:
        record.refuse(f"question names {name!r}, which the set does not define", "question")
    return questions[QuestionId(name)]
