"""A question is worded anew, or taken back. Nothing is overwritten: forecasts keep the wording they
were made on.
"""

from forecasts.questions.forecaster import RESERVED
from forecasts.questions.question import Question, QuestionId, latest
from forecasts.questions.versions import Edit, check_edit
from tracker.errors import Refused
from tracker.model.audit import Standpoint
from tracker.questions import lint as linting
from tracker.questions.queries.question_page import question_or_refuse
from tracker.questions.submit_forecast import register
from tracker.storage import edits, forecasts, links, questions, resolutions, scenarios
from tracker.storage.sessions import Session


def edit(session: Session, wanted: Edit, keep_days: float, *, override: str = "") -> Question:
    """Append a later wording; raises for one that says nothing new, gives no reason, or comes after
    the answer.

    The linter looks at the new wording as at a new question's: what blocks it and did not block the
    old one raises `Unresolvable`, unless `override` says why it stands all the same.
    """
    question = question_or_refuse(session, wanted.question_id)
    answered = latest(resolutions.of_question(session, question.id)) is not None
    check_edit(question, wanted, answered)
    register(session, wanted.by)
    around = linting.surroundings(session, keep_days, wanted.at)
    indicators = questions.indicators(session, [question.id])
    before = {flaw.code for flaw in linting.flaws(session, question, around, indicators)}
    edits.add(session, wanted)
    edited = question_or_refuse(session, question.id)
    new = [
        flaw
        for flaw in linting.flaws(session, edited, around, indicators)
        if flaw.code not in before
    ]
    linting.insist(session, edited, new, override, made=Standpoint(wanted.by, wanted.at))
    return edited


def retract(session: Session, question_id: str, why: str, made: Standpoint) -> None:
    """Take a question back that nobody has forecast yet; raises `Refused` once anybody has."""
    question = question_or_refuse(session, question_id)
    if not why.strip():
        raise Refused(f"{question.id} is not taken back without a reason: say why")
    if any(
        act.forecaster_id not in RESERVED for act in forecasts.of_question(session, question.id)
    ):
        raise Refused(
            f"{question.id} has been forecast and stays: resolve it as annulled, with the reason"
        )
    if resolutions.of_question(session, question.id):
        raise Refused(f"{question.id} is answered and stays")
    if holder := _bound(session, question.id):
        raise Refused(
            f"{question.id} is part of {holder} and stays: resolve it as annulled, with the reason"
        )
    register(session, made.by)
    edits.retract(session, question.id, why.strip(), at=made.at, by=made.by)


def _bound(session: Session, question_id: QuestionId) -> str:
    """What the question is bound into: a link, or a scenario set."""
    for link in links.every(session):
        if question_id in link.question_ids:
            return f"the link {link.id}"
    for one in scenarios.every(session):
        if question_id == one.question_id or any(
            row.question_id == question_id for row in one.rows
        ):
            return f"the scenarios {one.question_id}"
    return ""
