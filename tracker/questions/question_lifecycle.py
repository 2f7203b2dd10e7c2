"""Create a question of one's own, or change its options or statements."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from forecasts.distributions.distribution import Binary
from forecasts.errors import InvalidQuestion
from forecasts.essays.claim_outcomes import check_outcome_condition
from forecasts.evidence.evidence import Indicator
from forecasts.linting.lint import Flaw, LintContext, find_flaws
from forecasts.questions.amendments import (
    OptionChange,
    QuestionEdit,
    check_edit,
    check_option_change,
)
from forecasts.questions.compiled_question import CompiledQuestion, check_own_lines, drop_rule_lines
from forecasts.questions.new_question import OWN_ESSAY, NewQuestion, build_question
from forecasts.questions.question import (
    RESERVED,
    Essay,
    Question,
    QuestionId,
    effective_close,
)
from forecasts.statistics.reference_class import read_base_rate
from tracker.errors import NotFound, Refused, Unresolvable
from tracker.model.audit import Authorship, Override
from tracker.questions.queries.compiled_questions import compile_by_rules
from tracker.questions.queries.families import load_families
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import refuse_reserved, register_forecaster
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import (
    essays,
    feeds,
    questions,
    record,
    resolution_record,
    scenarios,
    statements,
)
from tracker.storage.sessions import Session


def set_statements(
    session: Session, question_id: str, lines: CompiledQuestion, authorship: Authorship
) -> Question:
    """Store the lines that a person wrote instead of the earlier ones.

    Raises `InvalidQuestion` for lines that do not fit the question, `Refused` after its answer.
    """
    question = _require_unanswered(session, question_id)
    register_forecaster(session, authorship.by, authorship.at)
    write_statements(session, question, lines, authorship)
    return question


def reset_statements(session: Session, question_id: str, authorship: Authorship) -> Question:
    """Leave all lines of a question to the rules again; raises `Refused` after its answer."""
    question = _require_unanswered(session, question_id)
    register_forecaster(session, authorship.by, authorship.at)
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
    if resolution_record.find_resolution(session, question.id) is not None:
        raise Refused(f"{question.id} has its answer: no news moves it, so its lines stay")
    return question


SUFFICIENT_KEEP_DAYS: Final = 90
"""Retention of texts from which on the linter has no objection: by then news was matched, and
headlines stay.
"""


def find_short_retention(keep_days: float) -> float | None:
    """Return the retention of texts in days if a question could suffer from it, or else None."""
    return keep_days if 0 < keep_days < SUFFICIENT_KEEP_DAYS else None


def gather_surroundings(
    session: Session, all_questions: Iterable[Question], keep_days: float, now: datetime
) -> LintContext:
    """Context of all questions: time, retention in days, topics of polled feeds, answers."""
    polled = [state.feed for state in feeds.list_feeds(session) if not state.paused_why]
    words = tuple(" ".join([feed.title, feed.theme, *sum(feed.categories, ())]) for feed in polled)
    answers = resolution_record.load_current_resolutions(session)
    answered = tuple((q, answers[q.id]) for q in all_questions if q.id in answers)
    return LintContext(now, find_short_retention(keep_days), feeds=words, answered=answered)


def find_question_flaws(
    session: Session,
    question: NewQuestion | Question,
    keep_days: float,
    now: datetime,
    *,
    indicators: Sequence[Indicator] = (),
) -> tuple[Flaw, ...]:
    """Find the linter's flaws in a question, its indicators and the other questions."""
    all_questions = questions.list_questions(session)
    around = gather_surroundings(session, all_questions, keep_days, now)
    if not question.claim_ids:  # a question of one's own, which no claim puts into a family
        families = load_families(session, all_questions)
        own_family = families.get(QuestionId(question.id))
        unlinked = tuple(q for q in all_questions if families[q.id] != own_family)
        around = replace(around, other_questions=unlinked)
    return find_flaws_among(all_questions, question, around, indicators)


def find_flaws_among(
    all_questions: Iterable[Question],
    question: NewQuestion | Question,
    around: LintContext,
    indicators: Sequence[Indicator],
) -> tuple[Flaw, ...]:
    """Find the flaws in a question, with all questions given."""
    alike = tuple(q for q in all_questions if q.id != question.id and _shares_claim(q, question))
    return find_flaws(
        question, replace(around, indicators=tuple(indicators), sibling_questions=alike)
    )


def _shares_claim(first: Question, second: NewQuestion | Question) -> bool:
    is_shared = bool(set(first.claim_ids) & set(second.claim_ids))
    return is_shared and first.essay_id == second.essay_id


def refuse_blocking_flaws(
    session: Session,
    question: Question,
    found_flaws: Sequence[Flaw],
    why: str,
    *,
    authorship: Authorship,
) -> None:
    """Refuse blocking flaws without an override reason; log the override otherwise.

    Raises `Unresolvable`.
    """
    blocking = [flaw for flaw in found_flaws if flaw.severity == "blocking"]
    if not blocking:
        return
    if not why.strip():
        raise Unresolvable(question.id, tuple(blocking))
    codes = tuple(dict.fromkeys(flaw.code for flaw in blocking))
    questions.add_override(
        session, Override(QuestionId(question.id), codes, why.strip(), authorship.by, authorship.at)
    )


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
    flaws: Sequence[Flaw] | None = None,
) -> Question:
    """Store a new question; `flaws` are those of the linter if they are known already.

    A yes/no question without a prior takes the base rate that its reason states, such as 6 of 11.
    A live question opens now at the earliest: what was known before it was asked scores nobody.
    Raises when its name is taken, its essay unknown, or it could never be forecast. Blocking
    findings of the linter raise `Unresolvable`, unless `override` gives a reason to open it
    nevertheless.
    """
    refuse_reserved(authorship.by)
    question = _move_opening(build_question(_complete_prior(new_question)), authorship.at)
    check_outcome_condition(question)
    if questions.question_id_exists(session, question.id):
        raise InvalidQuestion(
            f"there is a question {question.id!r} already: give this one a name of its own"
        )
    if question.essay_id == OWN_ESSAY:
        essays.add_essay(session, OWN_QUESTIONS_ESSAY, ())
    elif essays.find_essay(session, question.essay_id) is None:
        raise NotFound("essay", question.essay_id, "leave the essay out for a question of your own")
    _check_parts(session, question, indicators)
    if flaws is None:
        flaws = find_question_flaws(
            session, question, keep_days, authorship.at, indicators=indicators
        )
    questions.add_question(session, question, authorship.at)
    refuse_blocking_flaws(session, question, flaws, override, authorship=authorship)
    questions.add_indicators(session, indicators, authorship.at)
    if new_question.statements is not None:
        write_statements(session, question, new_question.statements, authorship)
    if question.opens_at <= authorship.at:
        record_suggestions(session, [question], authorship.at)
    return question


def _move_opening(question: Question, now: datetime) -> Question:
    """Move the opening of a live question to now if it lies before; refuse a closed one."""
    if question.retrospective:
        return question
    if question.closes_at <= now:
        raise InvalidQuestion(
            "the question would be closed before it opens here: its close lies in the past"
        )
    return replace(question, opens_at=max(question.opens_at, now))


def _complete_prior(new_question: NewQuestion) -> NewQuestion:
    """Set a missing prior of a yes/no question to the base rate that its reason states."""
    is_missing = new_question.kind == "binary" and new_question.prior == ""
    rate = read_base_rate(new_question.prior_reason) if is_missing else None
    return new_question if rate is None else replace(new_question, prior=Binary(rate.p))


def _check_parts(session: Session, question: Question, indicators: Sequence[Indicator]) -> None:
    """Refuse claims of another essay, and indicators that are duplicated or of another question."""
    known = {claim.id for claim in essays.claims_of_essay(session, question.essay_id)}
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
        question, resolution_record.find_resolution(session, question.id)
    ):
        raise InvalidQuestion(f"{question.id} is answered: its options stay as they are")
    register_forecaster(session, option_change.by, option_change.at)
    questions.add_option_change(session, option_change)
    changed = require_question(session, question.id)
    record_suggestions(session, [changed], option_change.at, prompted=True)
    return changed


def edit_question(
    session: Session, new_wording: QuestionEdit, keep_days: float, *, override: str = ""
) -> Question:
    """Append a new wording.

    Raises for a wording that changes nothing, has no reason, or comes after the answer. The linter
    checks the new wording like a new question: a blocking flaw that the old one did not have raises
    `Unresolvable`, unless `override` gives a reason to accept it.
    """
    question = require_question(session, new_wording.question_id)
    answered = resolution_record.find_resolution(session, question.id) is not None
    check_edit(question, new_wording, answered)
    register_forecaster(session, new_wording.by, new_wording.at)
    indicators, now = questions.list_indicators(session, [question.id]), new_wording.at
    before = {
        flaw.code
        for flaw in find_question_flaws(session, question, keep_days, now, indicators=indicators)
    }
    questions.add_edit(session, new_wording)
    edited = require_question(session, question.id)
    new = [
        flaw
        for flaw in find_question_flaws(session, edited, keep_days, now, indicators=indicators)
        if flaw.code not in before
    ]
    refuse_blocking_flaws(
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
        for act in record.forecasts_of_question(session, question.id)
    ):
        raise Refused(
            f"{question.id} has been forecast and stays: resolve it as annulled, with the reason"
        )
    if resolution_record.resolutions_of_question(session, question.id):
        raise Refused(f"{question.id} is answered and stays")
    if holder := find_container(session, question.id):
        raise Refused(
            f"{question.id} is part of {holder} and stays: resolve it as annulled, with the reason"
        )
    register_forecaster(session, authorship.by, authorship.at)
    questions.retract_question(
        session, question.id, why.strip(), at=authorship.at, by=authorship.by
    )


def find_container(session: Session, question_id: QuestionId) -> str:
    """Name the link or scenario set that contains the question; "" if there is none."""
    for link in scenarios.list_links(session):
        if question_id in link.question_ids and link.kind != "sibling":
            return f"the link {link.id}"
    for scenario_set in scenarios.list_scenario_sets(session):
        if question_id == scenario_set.question_id or any(
            row.question_id == question_id for row in scenario_set.rows
        ):
            return f"the scenarios {scenario_set.question_id}"
    return ""
