"""Reword or withdraw a question.

Nothing is overwritten: forecasts keep the wording they were made on.
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


def edit(session: Session, new_wording: Edit, keep_days: float, *, override: str = "") -> Question:
    """Append a new wording.

    Raises for a wording that changes nothing, has no reason, or comes after the answer. The linter
    checks the new wording like a new question: a blocking flaw that the old one did not have raises
    `Unresolvable`, unless `override` gives a reason to accept it.
    """
    question = question_or_refuse(session, new_wording.question_id)
    answered = latest(resolutions.of_question(session, question.id)) is not None
    check_edit(question, new_wording, answered)
    register(session, new_wording.by)
    surroundings = linting.surroundings(session, keep_days, new_wording.at)
    indicators = questions.indicators(session, [question.id])
    before = {flaw.code for flaw in linting.flaws(session, question, surroundings, indicators)}
    edits.add(session, new_wording)
    edited = question_or_refuse(session, question.id)
    new = [
        flaw
        for flaw in linting.flaws(session, edited, surroundings, indicators)
        if flaw.code not in before
    ]
    linting.insist(session, edited, new, override, made=Standpoint(new_wording.by, new_wording.at))
    return edited


def retract(session: Session, question_id: str, why: str, authorship: Standpoint) -> None:
    """Withdraw a question without forecasts; raises `Refused` once anybody has forecast it."""
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
    if holder := _find_container(session, question.id):
        raise Refused(
            f"{question.id} is part of {holder} and stays: resolve it as annulled, with the reason"
        )
    register(session, authorship.by)
    edits.retract(session, question.id, why.strip(), at=authorship.at, by=authorship.by)


def _find_container(session: Session, question_id: QuestionId) -> str:
    """Name the link or scenario set that contains the question; "" if there is none."""
    for link in links.every(session):
        if question_id in link.question_ids:
            return f"the link {link.id}"
    for scenario_set in scenarios.every(session):
        if question_id == scenario_set.question_id or any(
            row.question_id == question_id for row in scenario_set.rows
        ):
            return f"the scenarios {scenario_set.question_id}"
    return ""
