"""Edit the statements and names of a question, or leave them to the rules again."""

from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.question import Question, latest_resolution
from forecasts.questions.statement_edits import check_own_lines, drop_rule_lines
from tracker.errors import Refused
from tracker.model.audit import Authorship
from tracker.questions.queries.compiled_questions import compile_by_rules
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import register_forecaster
from tracker.storage import record, statements
from tracker.storage.sessions import Session


def set_statements(
    session: Session, question_id: str, lines: CompiledQuestion, authorship: Authorship
) -> Question:
    """Store the lines that a person wrote instead of the earlier ones.

    Raises `InvalidQuestion` for lines that do not fit the question, `Refused` after its answer.
    """
    question = _require_unanswered(session, question_id)
    register_forecaster(session, authorship.by)
    write_statements(session, question, lines, authorship)
    return question


def reset_statements(session: Session, question_id: str, authorship: Authorship) -> Question:
    """Leave all lines of a question to the rules again; raises `Refused` after its answer."""
    question = _require_unanswered(session, question_id)
    register_forecaster(session, authorship.by)
    if question.id in statements.load_written_lines(session, [question.id]):
        statements.add_statements(session, question.id, CompiledQuestion(()), authorship)
    return question


def write_statements(
    session: Session, question: Question, lines: CompiledQuestion, authorship: Authorship
) -> None:
    """Store lines under any author; those that the rules have anyway are left to them."""
    check_own_lines(question, lines)
    own_lines = drop_rule_lines(lines, compile_by_rules(question))
    written = statements.load_written_lines(session, [question.id]).get(question.id)
    before = CompiledQuestion(()) if written is None else written.own_lines
    if (own_lines.statements, own_lines.names) != (before.statements, before.names):
        statements.add_statements(session, question.id, own_lines, authorship)


def _require_unanswered(session: Session, question_id: str) -> Question:
    question = require_question(session, question_id)
    if latest_resolution(record.resolutions_of_question(session, question.id)) is not None:
        raise Refused(f"{question.id} has its answer: no news moves it, so its lines stay")
    return question
