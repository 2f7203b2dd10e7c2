"""Compiled questions: the lines that news is compared with, written by somebody or by the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter

from forecasts.questions.amendments import QuestionVersion, find_version
from forecasts.questions.compiled_question import (
    SIDES,
    CompiledQuestion,
    complete_own_lines,
)
from forecasts.questions.question import Question, QuestionId
from tracker.model.audit import WrittenLines
from tracker.model.read_models import QuestionStatements
from tracker.storage import statements
from tracker.storage.sessions import Session


def load_compiled_questions(
    session: Session, questions: Sequence[Question]
) -> Mapping[QuestionId, CompiledQuestion]:
    """Compile questions in their wording: lines that somebody wrote, the others by rules.

    One query, however many questions there are.
    """
    written = statements.load_written_lines(session, [question.id for question in questions])
    return {question.id: _complete(question, written.get(question.id)) for question in questions}


def _complete(question: Question, written: WrittenLines | None) -> CompiledQuestion:
    rules = compile_by_rules(question)
    return rules if written is None else complete_own_lines(question, written.own_lines, rules)


def describe_statements(
    session: Session,
    question: Question,
    versions: Sequence[QuestionVersion],
    until: datetime | None = None,
) -> QuestionStatements:
    """Describe the lines of a question as worded in `question`; as entered by `until`, if given."""
    rules = compile_by_rules(question)
    written = statements.load_written_lines(session, [question.id], until).get(question.id)
    if written is None:
        return QuestionStatements(rules, rules, derive_lines(question, rules))
    wording_then = find_version(versions, written.at).text
    lines = complete_own_lines(question, written.own_lines, rules)
    return QuestionStatements(
        lines, rules, derive_lines(question, lines), written.at, wording_then != question.text
    )


def derive_lines(question: Question, lines: CompiledQuestion) -> tuple[tuple[str, str], ...]:
    """Derive the headlines that usually come before what the lines say, each with its answer."""
    from tracker.matching.event_frames import expand_statement

    derived = []
    for statement in filter(attrgetter("yes"), lines.statements):
        towards, away = expand_statement(statement)
        answer, other = (
            (statement.option, f"against {statement.option}")
            if statement.option
            else SIDES[question.kind]
        )
        derived += [(answer, line) for line in towards] + [(other, line) for line in away]
    return tuple(derived)


def compile_by_rules(question: Question) -> CompiledQuestion:
    """Compile a question by rules alone, with the options that it has by now."""
    from tracker.matching.compile_question import compile_question  # 40 ms to import

    if not question.options:
        return compile_question(question)
    offered_from_start = tuple(replace(option, added_at=None) for option in question.options)
    rules = compile_question(replace(question, options=offered_from_start))
    removed = {option.name for option in question.options if option.removed_at is not None}
    return replace(rules, statements=tuple(s for s in rules.statements if s.option not in removed))
