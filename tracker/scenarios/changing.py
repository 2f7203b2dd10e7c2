"""Scenario sets and links are added, and a table is revised; checked whole before anything is kept."""

from collections.abc import Iterable

from forecasts.linked import check_link

from forecasts.errors import InvalidQuestion
from forecasts.links import Link
from forecasts.question import Question, QuestionId
from forecasts.scenario_set import LikelihoodRow, ScenarioSet, check_scenario_set
from tracker.errors import NotFound
from tracker.forecasting import register
from tracker.reading import question_or_refuse
from tracker.said import Standpoint
from tracker.store import links, scenarios
from tracker.store.engine import Session
from tracker.suggesting import record_suggestions


def add_scenario_set(session: Session, new: ScenarioSet, made: Standpoint) -> None:
    """Make a categorical question a scenario set; raises if it is one already, or its table does not fit."""
    if scenarios.of_question(session, new.question_id) is not None:
        raise InvalidQuestion(f"{new.question_id} is a scenario set already: change its rows")
    _check(session, new)
    register(session, made.by)
    scenarios.add(session, new, made)
    _follow(session, new.question_id, made)


def set_row(session: Session, scenario_question: QuestionId, row: LikelihoodRow, made: Standpoint) -> ScenarioSet:
    """Say anew what the scenarios make of an indicator question; a row without numbers takes the question out."""
    found = scenario_set_or_refuse(session, scenario_question)
    others = tuple(one for one in found.rows if one.question_id != row.question_id)
    if not row.p and len(others) == len(found.rows):
        raise NotFound("row on question", row.question_id, f"the table of {scenario_question} has none to take out")
    kept = (*others, row) if row.p else others
    changed = ScenarioSet(found.question_id, found.title, found.descriptions, kept, found.note)
    _check(session, changed)
    register(session, made.by)
    scenarios.set_row(session, scenario_question, row, made)
    _follow(session, scenario_question, made)
    return changed


def scenario_set_or_refuse(session: Session, question_id: str) -> ScenarioSet:
    """The scenario set of a question; raises `NotFound`."""
    found = scenarios.of_question(session, QuestionId(question_id))
    if found is None:
        raise NotFound("scenario set", question_id, "see `tracker scenarios list` for their names")
    return found


def add_link(session: Session, link: Link, made: Standpoint) -> None:
    """Bind questions to each other; raises for a name that is taken, and for questions that do not fit the kind."""
    if any(one.id == link.id for one in links.every(session)):
        raise InvalidQuestion(f"there is a link {link.id!r} already: give this one a name of its own")
    check_link(link, asked(session, link.question_ids))
    register(session, made.by)
    links.add(session, link, made)


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
