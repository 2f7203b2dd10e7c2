"""Create a question of one's own, or change the options of a question."""

from collections.abc import Sequence
from dataclasses import replace

from forecasts.errors import InvalidQuestion
from forecasts.essays.claim_outcomes import check_outcome_condition
from forecasts.evidence.evidence import Indicator
from forecasts.questions.new_question import OWN_ESSAY, NewQuestion, build_question
from forecasts.questions.options import OptionChange, check_option_change
from forecasts.questions.question import Essay, Question, effective_close, latest_resolution
from tracker.errors import NotFound
from tracker.model.audit import Authorship
from tracker.questions import lint as linting
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import refuse_reserved, register_forecaster
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import questions, resolutions
from tracker.storage.sessions import Session

OWN_QUESTIONS_ESSAY = Essay(
    OWN_ESSAY, "Questions of our own", "", "en", "Questions that came from no essay."
)


def create_question(
    session: Session,
    new_question: NewQuestion,
    keep_days: float,
    authorship: Authorship,
    *,
    indicators: Sequence[Indicator] = (),
    override: str = "",
) -> Question:
    """Store a new question.

    Raises when its name is taken, its essay unknown, or it could never be forecast. Blocking
    findings of the linter raise `Unresolvable`, unless `override` gives a reason to open it
    nevertheless.
    """
    refuse_reserved(authorship.by)
    question = build_question(new_question)
    check_outcome_condition(question)
    if questions.question_id_exists(session, question.id):
        raise InvalidQuestion(
            f"there is a question {question.id!r} already: give this one a name of its own"
        )
    if not question.retrospective and question.closes_at <= authorship.at:
        raise InvalidQuestion(
            "the question would be closed before it opens here: its close lies in the past"
        )
    if question.essay_id == OWN_ESSAY:
        questions.add_essay(session, OWN_QUESTIONS_ESSAY, ())
    elif questions.find_essay(session, question.essay_id) is None:
        raise NotFound("essay", question.essay_id, "leave the essay out for a question of your own")
    _check_parts(session, question, indicators)
    flaws = linting.find_question_flaws(
        session,
        question,
        linting.gather_surroundings(session, keep_days, authorship.at),
        indicators,
    )
    questions.add_question(session, question, authorship.at)
    linting.refuse_blocking_flaws(session, question, flaws, override, authorship=authorship)
    questions.add_indicators(session, indicators)
    if question.opens_at <= authorship.at:
        record_suggestions(session, [question], authorship.at)
    return question


def _check_parts(session: Session, question: Question, indicators: Sequence[Indicator]) -> None:
    """Refuse claims of another essay, and indicators that are duplicated or of another question."""
    known = {claim.id for claim in questions.claims_of_essay(session, question.essay_id)}
    for claim_id in question.claim_ids:
        if claim_id not in known:
            raise NotFound(
                "claim",
                claim_id,
                f"see `tracker essay map {question.essay_id}` for those of its essay",
            )
    ids = [indicator.id for indicator in indicators]
    if len(set(ids)) < len(ids):
        raise InvalidQuestion(
            "two of its indicators have the same name: give each a name of its own"
        )
    if any(indicator.question_id != question.id for indicator in indicators):
        raise InvalidQuestion(f"an indicator belongs to another question than {question.id!r}")


def change_option(session: Session, change: OptionChange) -> Question:
    """Add or remove an option from then on; raises when a forecast would lose its meaning."""
    question = require_question(session, change.question_id)
    option_change = replace(change, name=" ".join(change.name.split()))
    check_option_change(question, option_change)
    if option_change.at >= effective_close(
        question, latest_resolution(resolutions.resolutions_of_question(session, question.id))
    ):
        raise InvalidQuestion(f"{question.id} is answered: its options stay as they are")
    register_forecaster(session, option_change.by)
    questions.add_option_change(session, option_change)
    changed = require_question(session, question.id)
    record_suggestions(session, [changed], option_change.at, prompted=True)
    return changed
