"""Scenario sets and links are added, and a table is revised; checked whole before anything is
kept.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from forecasts.distributions.distribution import OTHER
from forecasts.errors import InvalidQuestion
from forecasts.questions.links import Link
from forecasts.questions.question import Question, QuestionId
from forecasts.scenarios.link_rules import check_link
from forecasts.scenarios.scenario_set import LikelihoodRow, ScenarioSet, check_scenario_set
from tracker.errors import NotFound
from tracker.model.audit import Standpoint
from tracker.questions.queries.question_page import question_or_refuse
from tracker.questions.scenarios.pairs import annul_earlier
from tracker.questions.submit_forecast import register
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import links, scenarios
from tracker.storage.sessions import Session


def add_scenario_set(session: Session, new: ScenarioSet, made: Standpoint) -> None:
    """Make a categorical question a scenario set; raises if it is one already, or its table does
    not fit.
    """
    if scenarios.of_question(session, new.question_id) is not None:
        raise InvalidQuestion(f"{new.question_id} is a scenario set already: change its rows")
    _check(session, new)
    register(session, made.by)
    scenarios.add(session, new, made)
    _follow(session, new.question_id, made)


def set_row(
    session: Session, scenario_question: QuestionId, row: LikelihoodRow, made: Standpoint
) -> ScenarioSet:
    """Say anew what the scenarios make of an indicator question; a row without numbers takes the
    question out.

    A row has a number for each scenario that is offered now, in their order; see `completed` for
    those that are gone.
    """
    found = scenario_set_or_refuse(session, scenario_question)
    before = next((one for one in found.rows if one.question_id == row.question_id), None)
    if not row.p and before is None:
        raise NotFound(
            "row on question",
            row.question_id,
            f"the table of {scenario_question} has none to take out",
        )
    whole = completed(question_or_refuse(session, scenario_question), row, before, made.at)
    kept = (whole,) if whole.p else ()
    _check(session, replace(found, rows=kept))  # a scenario that came later: row after row follows
    register(session, made.by)
    scenarios.set_row(session, scenario_question, whole, made)
    _follow(session, scenario_question, made)
    return replace(
        found, rows=(*(one for one in found.rows if one.question_id != row.question_id), *kept)
    )


def completed(
    question: Question, row: LikelihoodRow, before: LikelihoodRow | None, at: datetime
) -> LikelihoodRow:
    """The row with a number for each scenario that there ever was, in their order, as a table keeps
    it.

    A scenario that is gone keeps the number it had `before`, so that the past reads as it did;
    without one it has that of `Other`, where its share is now. A row that names those that are gone
    as well stays as it is. Raises `InvalidQuestion` for any other number of numbers.
    """
    names, offered = [option.name for option in question.options], question.offered(at)
    if len(row.p) in (0, len(names)):
        return row
    if len(row.p) != len(offered):
        raise InvalidQuestion(
            f"the row of {row.question_id!r} has {len(row.p)} numbers for {len(offered)} "
            f"scenarios: give one for each of {', '.join(offered)}"
        )
    said = dict(zip(names, before.p if before else (), strict=False)) | dict(
        zip(offered, row.p, strict=True)
    )
    return replace(row, p=tuple(said.get(name, said[OTHER]) for name in names))


def scenario_set_or_refuse(session: Session, question_id: str) -> ScenarioSet:
    """The scenario set of a question; raises `NotFound`."""
    found = scenarios.of_question(session, QuestionId(question_id))
    if found is None:
        raise NotFound("scenario set", question_id, "see `tracker scenarios list` for their names")
    return described(found, question_or_refuse(session, question_id))


def described(found: ScenarioSet, question: Question) -> ScenarioSet:
    """The set with a description for each option that there is now: a scenario that came later has
    an empty one.
    """
    missing = len(question.options) - len(found.descriptions)
    return replace(found, descriptions=(*found.descriptions, *[""] * missing))


def add_link(session: Session, link: Link, made: Standpoint) -> None:
    """Bind questions to each other; raises for a name that is taken, and for questions that do not
    fit the kind.
    """
    if any(one.id == link.id for one in links.every(session)):
        raise InvalidQuestion(
            f"there is a link {link.id!r} already: give this one a name of its own"
        )
    check_link(link, asked(session, link.question_ids))
    _refuse_circle(session, link)
    register(session, made.by)
    links.add(session, link, made)
    annul_earlier(session, link, made.at)


def _refuse_circle(session: Session, link: Link) -> None:
    """Refuse a pair whose own branches are, pair after pair, the condition of its condition.

    One answer would annul the next, and in the end itself.
    """
    if link.kind != "condition":
        return
    pairs = [one for one in links.every(session) if one.kind == "condition"]
    condition, reached = link.question_ids[0], set(link.question_ids[1:3])
    while condition not in reached:
        further = {
            q for one in pairs if one.question_ids[0] in reached for q in one.question_ids[1:3]
        } - reached
        if not further:
            return
        reached |= further
    raise InvalidQuestion(
        f"{condition!r} counts only if {link.id!r} has come about: a pair cannot be its own "
        "condition"
    )


def asked(session: Session, question_ids: Iterable[QuestionId]) -> dict[QuestionId, Question]:
    """Some questions by their ids; raises `NotFound` for one that is not there."""
    return {question_id: question_or_refuse(session, question_id) for question_id in question_ids}


def _check(session: Session, new: ScenarioSet) -> None:
    known = asked(session, [new.question_id, *(row.question_id for row in new.rows)])
    check_scenario_set(new, known[new.question_id], known)


def _follow(session: Session, question_id: QuestionId, made: Standpoint) -> None:
    """The suggestion of a scenario question rests on its table, so it moves with it."""
    question = question_or_refuse(session, question_id)
    if question.opens_at <= made.at:
        record_suggestions(session, [question], made.at, prompted=True)
