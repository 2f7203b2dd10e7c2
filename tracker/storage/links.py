"""Links between questions, and what people decided about repairs of forecasts that contradict each
other.
"""

import sys
from math import inf
from typing import cast

from sqlmodel import Session, col, select

from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.question import ForecasterId, QuestionId
from tracker.model.audit import Standpoint
from tracker.model.scenarios import RepairDecision, RepairWord
from tracker.storage import facts
from tracker.storage.tables import LinkRow, RepairRow

_WITHOUT_END = sys.float_info.max
"""Nats of certainties that contradict each other, which are infinite: neither the log nor JSON
knows that number.
"""


def add(session: Session, link: Link, made: Standpoint) -> None:
    """Append a link."""
    said = {"id": link.id, "kind": link.kind, "title": link.title, "why": link.why}
    lists = {"question_ids": list(link.question_ids), "labels": list(link.labels)}
    facts.append(session, "link", link.id, {**said, **lists}, at=made.at, by=made.by)


def every(session: Session) -> tuple[Link, ...]:
    """All links, by their ids."""
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


def decide(session: Session, decision: RepairDecision) -> None:
    """Append that a repair was adopted or declined."""
    plain = ("link_id", "forecaster_id", "nats", "decision", "why")
    said = {name: getattr(decision, name) for name in plain} | {
        "nats": min(decision.nats, _WITHOUT_END)
    }
    lists = {name: list(getattr(decision, name)) for name in ("question_ids", "before", "after")}
    facts.append(
        session,
        "repair",
        decision.link_id,
        {**said, **lists},
        at=decision.at,
        by=decision.forecaster_id,
    )


def decisions(session: Session) -> tuple[RepairDecision, ...]:
    """Every decision on a repair, the oldest first."""
    rows = session.exec(select(RepairRow).order_by(col(RepairRow.id)))
    return tuple(
        RepairDecision(
            link_id=LinkId(r.link_id),
            forecaster_id=ForecasterId(r.forecaster_id),
            question_ids=tuple(map(QuestionId, r.question_ids)),
            before=tuple(r.before),
            after=tuple(r.after),
            nats=inf if r.nats >= _WITHOUT_END else r.nats,
            decision=cast(RepairWord, r.decision),
            why=r.why,
            at=r.at,
        )
        for r in rows
    )
