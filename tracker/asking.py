"""A person opens a question of their own, or changes the options of one."""

from dataclasses import replace
from datetime import datetime

from forecasts.asking import OWN_ESSAY, Asked, question_from
from forecasts.errors import InvalidQuestion
from forecasts.options import OptionChange, check_change
from forecasts.question import Essay, Question, effective_close, latest
from tracker.errors import NotFound
from tracker.forecasting import register
from tracker.reading import question_or_refuse
from tracker.store import questions, resolutions
from tracker.store.engine import Session
from tracker.suggesting import record_suggestions

OWN = Essay(OWN_ESSAY, "Questions of our own", "", "en", "Questions that came from no essay.")


def ask(session: Session, asked: Asked, now: datetime) -> Question:
    """Store a new question; raises when its name is taken, its essay unknown, or it could never be forecast."""
    question = question_from(asked)
    if questions.get(session, question.id) is not None:
        raise InvalidQuestion(f"there is a question {question.id!r} already: give this one a name of its own")
    if not question.retrospective and question.closes_at <= now:
        raise InvalidQuestion("the question would be closed before it opens here: its close lies in the past")
    if question.essay_id == OWN_ESSAY:
        questions.add_essay(session, OWN, ())
    elif questions.essay(session, question.essay_id) is None:
        raise NotFound("essay", question.essay_id, "leave the essay out for a question of your own")
    questions.add(session, question, now)
    if question.opens_at <= now:
        record_suggestions(session, [question], now)
    return question


def change_option(session: Session, asked: OptionChange) -> Question:
    """Add or remove an option from then on; raises when that would leave a forecast without a meaning."""
    question = question_or_refuse(session, asked.question_id)
    wanted = replace(asked, name=" ".join(asked.name.split()))
    check_change(question, wanted)
    if wanted.at >= effective_close(question, latest(resolutions.of_question(session, question.id))):
        raise InvalidQuestion(f"{question.id} is answered: its options stay as they are")
    register(session, wanted.by)
    questions.add_option_change(session, wanted)
    return question_or_refuse(session, question.id)
