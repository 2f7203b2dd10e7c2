"""Scenario sets: their descriptions, and the newest row of each table."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from forecasts.questions.question import Kind, QuestionId
from forecasts.scenarios.scenario_set import LikelihoodRow, ScenarioSet
from tracker.model.audit import Standpoint
from tracker.storage import facts
from tracker.storage.tables import LikelihoodRow as Stored
from tracker.storage.tables import QuestionRow, ScenarioSetRow

MEASURED: Final[tuple[Kind, ...]] = ("numeric", "date")

_Table = dict[str, LikelihoodRow]


def add(session: Session, scenario_set: ScenarioSet, made: Standpoint) -> None:
    """Append a scenario set with its table."""
    said = {
        "question_id": scenario_set.question_id,
        "title": scenario_set.title,
        "note": scenario_set.note,
    }
    whole = {**said, "descriptions": list(scenario_set.descriptions)}
    facts.append(session, "scenarios", scenario_set.question_id, whole, at=made.at, by=made.by)
    for row in scenario_set.rows:
        set_row(session, scenario_set.question_id, row, made)


def set_row(
    session: Session, scenario_question: QuestionId, row: LikelihoodRow, made: Standpoint
) -> None:
    """Append what scenarios say about an indicator question, in place of what they said before."""
    said = {
        "scenario_question_id": scenario_question,
        "question_id": row.question_id,
        "p": list(row.p),
        "why": row.why,
    }
    facts.append(
        session,
        "likelihood",
        f"{scenario_question}/{row.question_id}",
        said,
        at=made.at,
        by=made.by,
    )


def every(session: Session, at: datetime | None = None) -> tuple[ScenarioSet, ...]:
    """All scenario sets with their tables as they stood at an instant, now if none is given; by
    title.
    """
    sets = session.exec(select(ScenarioSetRow).order_by(col(ScenarioSetRow.title)))
    rows = _tables(session, at)
    return tuple(
        _set(row, rows.get(row.question_id, {}).values())
        for row in sets
        if at is None or row.at <= at
    )


def of_question(
    session: Session, question_id: QuestionId, at: datetime | None = None
) -> ScenarioSet | None:
    """The scenario set that a question is, with its table as it stood at an instant; None when it
    is none.
    """
    row = session.get(ScenarioSetRow, question_id)
    if row is None or (at is not None and row.at > at):
        return None
    return _set(row, _tables(session, at).get(question_id, {}).values())


def context_only(session: Session, question_ids: Iterable[QuestionId]) -> frozenset[QuestionId]:
    """Those of the questions whose suggestion no evidence moves: it is read for context only.

    Numbers and dates have no suggestion, and that of a scenario set follows from its table.
    """
    wanted = list(question_ids)
    measured = select(QuestionRow.id).where(
        col(QuestionRow.id).in_(wanted), col(QuestionRow.kind).in_(MEASURED)
    )
    sets = select(ScenarioSetRow.question_id).where(col(ScenarioSetRow.question_id).in_(wanted))
    return frozenset(QuestionId(name) for query in (measured, sets) for name in session.exec(query))


def versions(session: Session, question_id: QuestionId) -> tuple[tuple[datetime, ScenarioSet], ...]:
    """A scenario set as it stood from each instant at which its table changed, the oldest first;
    empty for none.
    """
    row = session.get(ScenarioSetRow, question_id)
    if row is None:
        return ()
    table: _Table = {}
    found = {row.at: _set(row, ())}
    query = (
        select(Stored)
        .where(col(Stored.scenario_question_id) == question_id)
        .order_by(col(Stored.id))
    )
    for said in session.exec(query):
        _say(table, said)
        found[said.at] = _set(row, table.values())
    return tuple(found.items())


def _tables(session: Session, at: datetime | None) -> dict[str, _Table]:
    found: dict[str, _Table] = {}
    query = select(Stored).order_by(col(Stored.id))
    for row in session.exec(query if at is None else query.where(col(Stored.at) <= at)):
        _say(found.setdefault(row.scenario_question_id, {}), row)
    return found


def _say(table: _Table, row: Stored) -> None:
    """What a row says counts in place of what it said before; without numbers it says nothing any
    more.
    """
    table.pop(row.question_id, None)
    if row.p:
        table[row.question_id] = LikelihoodRow(QuestionId(row.question_id), tuple(row.p), row.why)


def _set(row: ScenarioSetRow, rows: Iterable[LikelihoodRow]) -> ScenarioSet:
    return ScenarioSet(
        QuestionId(row.question_id), row.title, tuple(row.descriptions), tuple(rows), row.note
    )
