"""Links between questions, and decisions on repairs of incoherent forecasts."""

import sys
from math import inf
from typing import cast

from sqlmodel import Session, col, select

from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.question import ForecasterId, QuestionId
from tracker.model.audit import Authorship
from tracker.model.scenarios import RepairDecision, RepairWord
from tracker.storage import facts
from tracker.storage.tables import LinkRow, RepairRow

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
    """Return all links by id."""
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
    )
