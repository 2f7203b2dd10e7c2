"""Scenario sets with their likelihood tables."""

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import inf
from typing import cast

from sqlmodel import Session, col, select

from forecasts.evidence.evidence import IndicatorId
from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.question import MATCHER, ForecasterId, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet
from tracker.model.audit import Authorship, SignpostState, SignpostStatus
from tracker.model.scenarios import RepairDecision, RepairWord
from tracker.storage import access, facts
from tracker.storage.tables import LikelihoodRow as Stored
from tracker.storage.tables import LinkRow, RepairRow, ScenarioSetRow, SignpostMarkRow

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


def list_scenario_sets(session: Session) -> tuple[ScenarioSet, ...]:
    """Return all scenario sets by title, with their tables."""
    sets = session.exec(select(ScenarioSetRow).order_by(col(ScenarioSetRow.title)))
    rows = _load_tables(session, None)
    return tuple(_build_set(row, rows.get(row.question_id, {}).values()) for row in sets)


def find_scenario_set(
    session: Session, question_id: QuestionId, at: datetime | None = None
) -> ScenarioSet | None:
    """Return the scenario set of a question with its table at an instant; None if it has none."""
    row = session.get(ScenarioSetRow, question_id)
    if row is None or (at is not None and row.at > at):
        return None
    return _build_set(row, _load_tables(session, at).get(question_id, {}).values())


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


_STORED_INFINITY = sys.float_info.max
"""Stored in place of infinite nats, those of contradicting certainties: JSON has no infinity."""


def add_link(session: Session, link: Link, authorship: Authorship) -> None:
    """Append a link."""
    columns = {"id": link.id, "kind": link.kind, "title": link.title, "why": link.why}
    lists = {"question_ids": list(link.question_ids), "labels": list(link.labels)}
    facts.append_fact(
        session, "link", link.id, {**columns, **lists}, at=authorship.at, by=authorship.by
    )


def list_links(session: Session) -> tuple[Link, ...]:
    """Return all links by id, without those to hidden questions."""
    rows = session.exec(select(LinkRow).order_by(col(LinkRow.id)))
    return tuple(
        Link(
            LinkId(r.id),
            cast(LinkKind, r.kind),
            tuple(map(QuestionId, r.question_ids)),
            r.title,
            tuple(r.labels),
            r.why,
        )
        for r in rows
        if access.sees_questions(session, r.question_ids)
    )


def add_repair_decision(session: Session, decision: RepairDecision) -> None:
    """Append that a repair was adopted or declined."""
    plain = ("link_id", "forecaster_id", "nats", "decision", "why")
    columns = {name: getattr(decision, name) for name in plain} | {
        "nats": min(decision.nats, _STORED_INFINITY)
    }
    lists = {name: list(getattr(decision, name)) for name in ("question_ids", "before", "after")}
    facts.append_fact(
        session,
        "repair",
        decision.link_id,
        {**columns, **lists},
        at=decision.at,
        by=decision.forecaster_id,
    )


def list_repair_decisions(session: Session) -> tuple[RepairDecision, ...]:
    """Return all decisions on repairs, oldest first."""
    rows = session.exec(select(RepairRow).order_by(col(RepairRow.id)))
    return tuple(
        RepairDecision(
            link_id=LinkId(r.link_id),
            forecaster_id=ForecasterId(r.forecaster_id),
            question_ids=tuple(map(QuestionId, r.question_ids)),
            before=tuple(r.before),
            after=tuple(r.after),
            nats=inf if r.nats >= _STORED_INFINITY else r.nats,
            decision=cast(RepairWord, r.decision),
            why=r.why,
            at=r.at,
        )
        for r in rows
        if access.sees_questions(session, r.question_ids)
    )


def add_signpost_status(session: Session, mark: SignpostStatus) -> None:
    """Append a signpost status to the table and the log."""
    columns = {name: getattr(mark, name) for name in mark.__slots__ if name != "at"}
    facts.append_fact(session, "signpost", mark.indicator_id, columns, at=mark.at, by=MATCHER)


def load_signpost_statuses(session: Session) -> Mapping[IndicatorId, SignpostStatus]:
    """Return the newest status of each indicator that has one."""
    rows = session.exec(select(SignpostMarkRow).order_by(col(SignpostMarkRow.id)))
    return {mark.indicator_id: mark for mark in map(_parse_status, rows)}


def signpost_statuses_of_question(
    session: Session, question_id: QuestionId
) -> tuple[SignpostStatus, ...]:
    """Return all statuses of a question's indicators, oldest first."""
    query = select(SignpostMarkRow).where(SignpostMarkRow.question_id == question_id)
    return tuple(map(_parse_status, session.exec(query.order_by(col(SignpostMarkRow.id)))))


def _parse_status(row: SignpostMarkRow) -> SignpostStatus:
    return SignpostStatus(
        IndicatorId(row.indicator_id),
        QuestionId(row.question_id),
        cast(SignpostState, row.state),
        row.due_at,
        row.ratio,
        row.trust,
        row.at,
    )
