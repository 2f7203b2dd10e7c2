"""A person opens a question of their own, or changes the options of one."""

from collections.abc import Sequence
from dataclasses import replace

from forecasts.errors import InvalidQuestion
from forecasts.essays.claim_outcomes import check_bearing
from forecasts.evidence.evidence import Indicator
from forecasts.questions.new_question import OWN_ESSAY, Asked, question_from
from forecasts.questions.options import OptionChange, check_change
from forecasts.questions.question import Essay, Question, effective_close, latest
from tracker.errors import NotFound
from tracker.model.audit import Standpoint
from tracker.questions import lint as linting
from tracker.questions.queries.question_page import question_or_refuse
from tracker.questions.submit_forecast import refuse_reserved, register
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import questions, resolutions
from tracker.storage.sessions import Session

OWN = Essay(OWN_ESSAY, "Questions of our own", "", "en", "Questions that came from no essay.")


def ask(
    session: Session,
    asked: Asked,
    keep_days: float,
    made: Standpoint,
    *,
    indicators: Sequence[Indicator] = (),
    override: str = "",
) -> Question:
    """Store a new question; raises when its name is taken, its essay unknown, or it could never be
    forecast.

    Findings of the linter that block it raise `Unresolvable`, unless `override` says why it opens
    all the same.
    """
    refuse_reserved(made.by)
    question = question_from(asked)
    check_bearing(question)
    if questions.taken(session, question.id):
        raise InvalidQuestion(
            f"there is a question {question.id!r} already: give this one a name of its own"
        )
    if not question.retrospective and question.closes_at <= made.at:
        raise InvalidQuestion(
            "the question would be closed before it opens here: its close lies in the past"
        )
    if question.essay_id == OWN_ESSAY:
        questions.add_essay(session, OWN, ())
    elif questions.essay(session, question.essay_id) is None:
        raise NotFound("essay", question.essay_id, "leave the essay out for a question of your own")
    _check_parts(session, question, indicators)
    found = linting.flaws(
        session, question, linting.surroundings(session, keep_days, made.at), indicators
    )
    questions.add(session, question, made.at)
    linting.insist(session, question, found, override, made=made)
    questions.add_indicators(session, indicators)
    if question.opens_at <= made.at:
        record_suggestions(session, [question], made.at)
    return question


def _check_parts(session: Session, question: Question, indicators: Sequence[Indicator]) -> None:
    """Refuse claims that its essay does not make, and indicators that are not its own or come
    twice.
    """
    known = {claim.id for claim in questions.claims_of(session, question.essay_id)}
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


def change_option(session: Session, asked: OptionChange) -> Question:
    """Add or remove an option from then on; raises when that would leave a forecast without a
    meaning.
    """
    question = question_or_refuse(session, asked.question_id)
    wanted = replace(asked, name=" ".join(asked.name.split()))
    check_change(question, wanted)
    if wanted.at >= effective_close(
        question, latest(resolutions.of_question(session, question.id))
    ):
        raise InvalidQuestion(f"{question.id} is answered: its options stay as they are")
    register(session, wanted.by)
    questions.add_option_change(session, wanted)
    changed = question_or_refuse(session, question.id)
    record_suggestions(session, [changed], wanted.at, prompted=True)
    return changed
