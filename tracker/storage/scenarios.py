"""Scenario sets with their likelihood tables."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from forecasts.questions.question import Kind, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet
from tracker.model.audit import Authorship
from tracker.storage import facts
from tracker.storage.tables import LikelihoodRow as Stored
from tracker.storage.tables import QuestionRow, ScenarioSetRow

KINDS_WITHOUT_SUGGESTION: Final[tuple[Kind, ...]] = ("numeric", "date")

_Table = dict[str, ScenarioLikelihoods]


def add_scenario_set(session: Session, scenario_set: ScenarioSet, authorship: Authorship) -> None:
    """Append a scenario set with its table."""
    columns = {
        "question_id": scenario_set.question_id,
        "title": scenario_set.title,
        "note": scenario_set.note,
        "descriptions": list(scenario_set.descriptions),
    }
    facts.append_fact(
        session, "scenarios", scenario_set.question_id, columns, at=authorship.at, by=authorship.by
    )
    for row in scenario_set.rows:
        save_likelihood_row(session, scenario_set.question_id, row, authorship)


def save_likelihood_row(
    session: Session,
    scenario_question: QuestionId,
    row: ScenarioLikelihoods,
    authorship: Authorship,
) -> None:
    """Append the likelihoods of an indicator question, replacing its previous row."""
    columns = {
        "scenario_question_id": scenario_question,
        "question_id": row.question_id,
        "p": list(row.p),
        "why": row.why,
    }
    facts.append_fact(
        session,
        "likelihood",
        f"{scenario_question}/{row.question_id}",
        columns,
        at=authorship.at,
        by=authorship.by,
    )


def list_scenario_sets(session: Session, at: datetime | None = None) -> tuple[ScenarioSet, ...]:
    """Return all scenario sets by title, with their tables at an instant (default now)."""
    sets = session.exec(select(ScenarioSetRow).order_by(col(ScenarioSetRow.title)))
    rows = _load_tables(session, at)
    return tuple(
        _build_set(row, rows.get(row.question_id, {}).values())
        for row in sets
        if at is None or row.at <= at
    )


def find_scenario_set(
    session: Session, question_id: QuestionId, at: datetime | None = None
) -> ScenarioSet | None:
    """Return the scenario set of a question with its table at an instant; None if it has none."""
    row = session.get(ScenarioSetRow, question_id)
    if row is None or (at is not None and row.at > at):
        return None
    return _build_set(row, _load_tables(session, at).get(question_id, {}).values())


def filter_context_only(
    session: Session, question_ids: Iterable[QuestionId]
) -> frozenset[QuestionId]:
    """Return the questions whose evidence moves no suggestion and is read for context only.

    Numbers and dates have no suggestion, and that of a scenario set follows from its table.
    """
    ids = list(question_ids)
    measured = select(QuestionRow.id).where(
        col(QuestionRow.id).in_(ids), col(QuestionRow.kind).in_(KINDS_WITHOUT_SUGGESTION)
    )
    sets = select(ScenarioSetRow.question_id).where(col(ScenarioSetRow.question_id).in_(ids))
    return frozenset(QuestionId(name) for query in (measured, sets) for name in session.exec(query))


def list_scenario_set_versions(
    session: Session, question_id: QuestionId
) -> tuple[tuple[datetime, ScenarioSet], ...]:
    """Return a scenario set at each change of its table, oldest first; empty if there is none."""
    row = session.get(ScenarioSetRow, question_id)
    if row is None:
        return ()
    table: _Table = {}
    by_instant = {row.at: _build_set(row, ())}
    query = (
        select(Stored)
        .where(col(Stored.scenario_question_id) == question_id)
        .order_by(col(Stored.id))
    )
    for stored in session.exec(query):
        _apply_row(table, stored)
        by_instant[stored.at] = _build_set(row, table.values())
    return tuple(by_instant.items())


def _load_tables(session: Session, at: datetime | None) -> dict[str, _Table]:
    tables: dict[str, _Table] = {}
    query = select(Stored).order_by(col(Stored.id))
    for row in session.exec(query if at is None else query.where(col(Stored.at) <= at)):
        _apply_row(tables.setdefault(row.scenario_question_id, {}), row)
    return tables


def _apply_row(table: _Table, row: Stored) -> None:
    """Replace a question's row in the table; a row without numbers removes it."""
    table.pop(row.question_id, None)
    if row.p:
        table[row.question_id] = ScenarioLikelihoods(
            QuestionId(row.question_id), tuple(row.p), row.why
        )


def _build_set(row: ScenarioSetRow, rows: Iterable[ScenarioLikelihoods]) -> ScenarioSet:
    return ScenarioSet(
        QuestionId(row.question_id), row.title, tuple(row.descriptions), tuple(rows), row.note
    )
