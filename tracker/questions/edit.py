"""Reword or withdraw a question.

Nothing is overwritten: forecasts keep the wording they were made on.
"""

from forecasts.questions.forecaster import RESERVED
from forecasts.questions.question import Question, QuestionId, latest_resolution
from forecasts.questions.versions import QuestionEdit, check_edit
from tracker.errors import Refused
from tracker.model.audit import Authorship
from tracker.questions import lint as linting
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import register_forecaster
from tracker.storage import edits, forecasts, links, questions, resolutions, scenarios
from tracker.storage.sessions import Session


def edit_question(
    session: Session, new_wording: QuestionEdit, keep_days: float, *, override: str = ""
) -> Question:
    """Append a new wording.

    Raises for a wording that changes nothing, has no reason, or comes after the answer. The linter
    checks the new wording like a new question: a blocking flaw that the old one did not have raises
    `Unresolvable`, unless `override` gives a reason to accept it.
    """
    question = require_question(session, new_wording.question_id)
    answered = (
        latest_resolution(resolutions.resolutions_of_question(session, question.id)) is not None
    )
    check_edit(question, new_wording, answered)
    register_forecaster(session, new_wording.by)
    surroundings = linting.gather_surroundings(session, keep_days, new_wording.at)
    indicators = questions.list_indicators(session, [question.id])
    before = {
        flaw.code
        for flaw in linting.find_question_flaws(session, question, surroundings, indicators)
    }
    edits.add_edit(session, new_wording)
    edited = require_question(session, question.id)
    new = [
        flaw
        for flaw in linting.find_question_flaws(session, edited, surroundings, indicators)
        if flaw.code not in before
    ]
    linting.refuse_blocking_flaws(
        session, edited, new, override, authorship=Authorship(new_wording.by, new_wording.at)
    )
    return edited


def withdraw_question(session: Session, question_id: str, why: str, authorship: Authorship) -> None:
    """Withdraw a question without forecasts; raises `Refused` once anybody has forecast it."""
    question = require_question(session, question_id)
    if not why.strip():
        raise Refused(f"{question.id} is not taken back without a reason: say why")
    if any(
        act.forecaster_id not in RESERVED
        for act in forecasts.forecasts_of_question(session, question.id)
    ):
        raise Refused(
            f"{question.id} has been forecast and stays: resolve it as annulled, with the reason"
        )
    if resolutions.resolutions_of_question(session, question.id):
        raise Refused(f"{question.id} is answered and stays")
    if holder := _find_container(session, question.id):
        raise Refused(
            f"{question.id} is part of {holder} and stays: resolve it as annulled, with the reason"
        )
    register_forecaster(session, authorship.by)
    edits.retract_question(session, question.id, why.strip(), at=authorship.at, by=authorship.by)


def _find_container(session: Session, question_id: QuestionId) -> str:
    """Name the link or scenario set that contains the question; "" if there is none."""
    for link in links.list_links(session):
        if question_id in link.question_ids:
            return f"the link {link.id}"
    for scenario_set in scenarios.list_scenario_sets(session):
        if question_id == scenario_set.question_id or any(
            row.question_id == question_id for row in scenario_set.rows
        ):
            return f"the scenarios {scenario_set.question_id}"
    return ""
