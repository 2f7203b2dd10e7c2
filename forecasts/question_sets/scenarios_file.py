"""The scenarios of a question set: scenarios.toml, a likelihood table over its questions."""

from collections.abc import Mapping

from forecasts.question_sets.reader import Record, SetFile, is_number
from forecasts.questions.question import Question, QuestionId
from forecasts.scenarios.scenario_set import (
    FIVE_WORDS,
    LikelihoodRow,
    ScenarioSet,
    check_scenario_set,
)


def read_scenarios(
    file: SetFile, questions: Mapping[QuestionId, Question]
) -> tuple[ScenarioSet, ...]:
    """The scenario sets of a set; raises `InvalidQuestionSet`."""
    file.only("scenario_set")
    found: dict[QuestionId, ScenarioSet] = {}
    for r in file.records("scenario_set"):
        scenarios = _scenario_set(r, questions)
        if scenarios.question_id in found:
            r.refuse(f"{scenarios.question_id!r} has its scenarios already", "question")
        found[scenarios.question_id] = scenarios
    return tuple(found.values())


def _scenario_set(r: Record, questions: Mapping[QuestionId, Question]) -> ScenarioSet:
    asked = _named(r, questions)
    if asked.kind != "categorical":
        r.refuse(
            f"{asked.id!r} is {asked.kind}: scenarios are the options of a categorical question",
            "question",
        )
    title, note = r.text("title"), r.text("note", "")
    descriptions, count = r.texts("descriptions"), len(asked.options)
    if len(descriptions) != count:
        names = ", ".join(option.name for option in asked.options)
        r.refuse(
            f"{len(descriptions)} descriptions for {count} scenarios: give one for each of {names}",
            "descriptions",
        )
    rows: dict[QuestionId, LikelihoodRow] = {}
    for row in r.records("row"):
        made = _row(row, questions, count)
        if made.question_id in rows:
            row.refuse(f"{made.question_id!r} has a row already", "question")
        rows[made.question_id] = made
    r.done()
    whole = ScenarioSet(asked.id, title, descriptions, tuple(rows.values()), note)
    r.checked(lambda: check_scenario_set(whole, asked, questions), "row")
    return whole


def _row(r: Record, questions: Mapping[QuestionId, Question], count: int) -> LikelihoodRow:
    asked = _named(r, questions)
    if asked.kind != "binary":
        r.refuse(
            f"{asked.id!r} is {asked.kind}: a row is about a binary question, P(YES | scenario)",
            "question",
        )
    given = r.required("p")
    if not isinstance(given, list) or len(given) != count:
        r.refuse(f"p must be a list of {count}, one for each scenario", "p")
    row = LikelihoodRow(
        asked.id, tuple(_likelihood(r, value) for value in given), r.text("why", "")
    )
    r.done()
    return row


def _likelihood(r: Record, value: object) -> float:
    if isinstance(value, str) and value in FIVE_WORDS:
        return FIVE_WORDS[value]
    if not is_number(value) or not 0.0 < value < 1.0:
        r.refuse(
            f"p holds {value!r}; each is a number above 0 and below 1 or one of: "
            f"{', '.join(FIVE_WORDS)}",
            "p",
        )
    return float(value)


def _named(r: Record, questions: Mapping[QuestionId, Question]) -> Question:
    name = r.text("question")
    if name not in questions:
        r.refuse(f"question names {name!r}, which the set does not define", "question")
    return questions[QuestionId(name)]
