"""Repeat a long question: open its siblings, one window after the other, as a standing order."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.essays.siblings.sibling import (
    ParentParts,
    build_sibling,
    choose_window,
)
from forecasts.questions.links import Link, find_parents
from forecasts.questions.new_question import build_question
from forecasts.questions.question import Question, QuestionId, Resolution
from forecasts.questions.repetition import Repetition, check_repetition
from forecasts.questions.settlement import Settlement
from tracker.errors import Refused, Unresolvable
from tracker.model.audit import Authorship
from tracker.model.siblings import SiblingPlan, SiblingRun
from tracker.questions import question_lifecycle
from tracker.questions.change_access import inherit_access
from tracker.questions.queries.question_page import require_question
from tracker.questions.scenarios.scenario_edits import load_questions
from tracker.questions.settle_by_series import check_settlement
from tracker.questions.submit_forecast import register_forecaster
from tracker.storage import (
    questions,
    repetitions,
    resolution_record,
    scenarios,
    series,
    statements,
)
from tracker.storage.sessions import Session


def plan_sibling(
    session: Session, repetition: Repetition, keep_days: float, now: datetime
) -> SiblingPlan:
    """Plan the next sibling; raises in one line for a question that cannot be repeated."""
    parent = _require_repeatable(session, repetition, now)
    window = choose_window(parent, repetition, _name_check(session), now)
    sibling = build_sibling(
        parent, repetition, window, parts=_gather_parts(session, parent), now=now
    )
    question = build_question(sibling.question)
    flaws = question_lifecycle.find_question_flaws(
        session, question, keep_days, now, indicators=sibling.indicators
    )
    settlement = _plan_settlement(session, parent, question, sibling.rule)
    return SiblingPlan(repetition, sibling, question, flaws, settlement)


def _plan_settlement(
    session: Session, parent: Question, question: Question, rule: str
) -> Settlement | None:
    """Return how the series of the parent settles a sibling; None if it is left to people.

    So it is when the parent has no series any more. Raises `InvalidQuestion` if the rule cannot
    answer.
    """
    settlement = series.load_settlements(session, [parent.id]).get(parent.id)
    if not rule or settlement is None:
        return None
    settlement = replace(settlement, rule=rule)
    check_settlement(question, settlement)
    return settlement


def repeat_question(
    session: Session, repetition: Repetition, keep_days: float, authorship: Authorship
) -> Question | None:
    """Store a standing repetition, and open the first sibling; None if one is open already.

    A later repetition of the same question replaces the one before.
    """
    plan = plan_sibling(session, repetition, keep_days, authorship.at)
    if repetition.template.rule and plan.settlement is None:
        raise Refused(
            f"no series settles {repetition.question_id}, so none settles its siblings: name one "
            "with `tracker question settle-by`, or leave the rule out"
        )
    register_forecaster(session, authorship.by, authorship.at)
    repetitions.add_repetition(session, repetition, authorship)
    present = set(questions.list_question_ids(session))
    ids = _children_ids(scenarios.list_links(session), repetition.question_id)
    children = tuple(load_questions(session, (q for q in ids if q in present)).values())
    if _has_open(children, resolution_record.load_current_resolutions(session), authorship.at):
        return None
    return _open_sibling(session, plan, keep_days, authorship)


def stop_repetition(session: Session, question_id: str, authorship: Authorship) -> Repetition:
    """Stop a repetition: siblings that are open stay, no further one opens."""
    repetition = find_repetition(session, question_id)
    if repetition is None:
        raise Refused(f"{question_id} is not repeated: there is nothing to stop")
    register_forecaster(session, authorship.by, authorship.at)
    repetitions.add_repetition(session, repetition, authorship, stopped=True)
    return repetition


def find_repetition(session: Session, question_id: str) -> Repetition | None:
    """Return the standing repetition of a question; None if there is none."""
    question = require_question(session, question_id)
    standing = repetitions.list_repetitions(session)
    return next((r for r in standing if r.question_id == question.id), None)


def add_repetitions(session: Session, new: Iterable[Repetition], authorship: Authorship) -> None:
    """Store the repetitions of a question set; one that was ever there stays as it is."""
    known = repetitions.list_repeated_ids(session)
    present = set(questions.list_question_ids(session))
    for repetition in new:
        if repetition.question_id in present - known:
            repetitions.add_repetition(session, repetition, authorship)


def open_due_siblings(session: Session, keep_days: float, now: datetime) -> SiblingRun:
    """Open the next sibling of each repetition that has none open; running it twice adds none.

    Nothing opens after the parent closed, was answered or withdrawn.
    """
    opened: list[QuestionId] = []
    failed: dict[QuestionId, str] = {}
    for repetition in _list_due(session, now):
        try:
            plan = plan_sibling(session, repetition, keep_days, now)
            # Raised before anything is written: the other siblings of the run are to stay.
            blocking = tuple(flaw for flaw in plan.flaws if flaw.severity == "blocking")
            if blocking and not plan.repetition.override:
                raise Unresolvable(plan.question.id, blocking)
        except (ForecastsError, Refused) as error:
            failed[repetition.question_id] = str(error)
        else:
            authorship = Authorship(repetition.by, now)
            opened.append(_open_sibling(session, plan, keep_days, authorship).id)
    return SiblingRun(tuple(opened), failed)


def _list_due(session: Session, now: datetime) -> tuple[Repetition, ...]:
    """List the repetitions whose parent is open and that have no sibling open."""
    standing = repetitions.list_repetitions(session)
    if not standing:
        return ()
    stored = {question.id: question for question in questions.list_questions(session)}
    resolved = resolution_record.load_current_resolutions(session)
    links = scenarios.list_links(session)
    due = []
    for repetition in standing:
        parent = stored.get(repetition.question_id)
        ids = _children_ids(links, repetition.question_id)
        children = tuple(stored[child] for child in ids if child in stored)
        if (
            parent is not None
            and parent.closes_at > now
            and parent.id not in resolved
            and not _has_open(children, resolved, now)
            and (repetition.count is None or len(ids) < repetition.count)
            and _has_window(session, parent, repetition, now)
        ):
            due.append(repetition)
    return tuple(due)


def _has_window(session: Session, parent: Question, repetition: Repetition, now: datetime) -> bool:
    """Return True while a window is left: the end of a repetition is no failure."""
    try:
        choose_window(parent, repetition, _name_check(session), now)
    except InvalidQuestion:
        return False
    return True


def _name_check(session: Session) -> Callable[[QuestionId], bool]:
    """Return a check if a name was ever given, to a withdrawn question as well."""
    return partial(questions.question_id_exists, session)


def _open_sibling(
    session: Session, plan: SiblingPlan, keep_days: float, authorship: Authorship
) -> Question:
    question = question_lifecycle.create_question(
        session,
        plan.sibling.question,
        keep_days,
        authorship,
        indicators=plan.sibling.indicators,
        override=plan.repetition.override,
        flaws=plan.flaws,
    )
    inherit_access(session, plan.repetition.question_id, question.id, authorship)
    scenarios.add_link(session, plan.sibling.link, authorship)
    if plan.settlement is not None:
        series.add_settlement(session, question.id, plan.settlement, authorship)
    return question


def _require_repeatable(session: Session, repetition: Repetition, now: datetime) -> Question:
    parent = require_question(session, repetition.question_id)
    check_repetition(repetition, parent)
    links = scenarios.list_links(session)
    if (grandparent := find_parents(links).get(parent.id)) is not None:
        raise Refused(f"{parent.id} is itself a sibling: repeat {grandparent}")
    if not repetition.template.text and any(
        link.kind == "condition" and parent.id in link.question_ids[1:3] for link in links
    ):
        raise Refused(
            f"{parent.id} counts only under a condition, which a shorter window may not meet: "
            "repeat the condition, or ask without it"
        )
    if resolution_record.find_resolution(session, parent.id) is not None:
        raise Refused(f"{parent.id} has its answer: there is nothing left to repeat")
    if parent.closes_at <= now:
        raise Refused(f"{parent.id} is closed: there is nothing left to repeat")
    return parent


def _gather_parts(session: Session, parent: Question) -> ParentParts:
    written = statements.load_written_lines(session, [parent.id]).get(parent.id)
    return ParentParts(
        None if written is None else written.own_lines,
        questions.list_indicators(session, [parent.id]),
    )


def _children_ids(links: Iterable[Link], parent_id: QuestionId) -> tuple[QuestionId, ...]:
    return tuple(child for child, parent in find_parents(links).items() if parent == parent_id)


def _has_open(
    children: Iterable[Question], resolved: Mapping[QuestionId, Resolution], now: datetime
) -> bool:
    return any(child.closes_at > now and child.id not in resolved for child in children)
