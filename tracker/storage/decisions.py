"""Decisions on evidence, and the revisions of its numbers that they make; append-only."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, Final, cast

from sqlalchemy import func, or_
from sqlalchemy import select as sa_select
from sqlmodel import Session, select

from forecasts.evidence.evidence import Direction, EvidenceStatus, IndicatorId, Strength
from forecasts.evidence.rungs import Rung
from forecasts.questions.question import MATCHER, EvidenceId, ForecasterId
from tracker.feeds.item import ItemId
from tracker.model.evidence import Decision, MatchReason, Revision
from tracker.storage import event_log
from tracker.storage.event_log import ChainBreak
from tracker.storage.tables import DecisionRow, EvidenceRow

DECISION: Final = DecisionRow.__table__  # type: ignore[attr-defined]
EVIDENCE: Final = EvidenceRow.__table__  # type: ignore[attr-defined]

MAX_VALUES_PER_QUERY: Final = 10_000
"""Values bound by one query; databases limit their number."""


def add_decision(
    session: Session,
    evidence_id: EvidenceId,
    decision: Decision,
    judged_by: ForecasterId | None = None,
) -> None:
    """Append a decision and update the evidence to it.

    `judged_by` is whoever the evidence counts as judged by, if not the author of the decision: what
    a model only proposes leaves it with the matcher.
    """
    row = session.get_one(EvidenceRow, evidence_id)
    row.status, row.judged_by = decision.status, judged_by or decision.by
    row.direction, row.strength = decision.direction, decision.strength
    session.add(row)
    append_decision(session, row, decision)


def append_decision(session: Session, row: EvidenceRow, decision: Decision) -> None:
    """Append a decision to its table and to the log."""
    evidence_id = cast(int, row.id)
    columns = decision_facts(evidence_id, decision)
    seq = event_log.append_entry(
        session, "evidence", f"{row.question_id}/{evidence_id}", facts=columns, at=decision.at
    )
    session.add(DecisionRow(**columns, log_seq=seq))
    session.flush()


def decision_facts(evidence_id: int, decision: Decision) -> dict[str, Any]:
    """Return the logged facts of a decision; of its revision only if there is one."""
    facts: dict[str, Any] = {
        "evidence_id": evidence_id,
        **{n: getattr(decision, n) for n in Decision.__slots__},
        "direction": int(decision.direction),
        "strength": int(decision.strength),
    }
    revision = facts.pop("revision")
    return facts if revision is None else facts | {"revision": _write_revision(revision)}


def _write_revision(revision: Revision) -> dict[str, Any]:
    """Return a revision as JSON that is the same after a database has held it."""
    seen = revision.seen_at
    return asdict(revision) | {
        "raised_rung": int(revision.raised_rung),
        "matched": list(revision.matched),
        "seen_at": None if seen is None else seen.astimezone(UTC).isoformat(),
    }


def _read_revision(columns: Mapping[str, Any]) -> Revision:
    seen, why = columns["seen_at"], columns["why"]
    return Revision(
        **{
            **columns,
            "raised_rung": Rung(columns["raised_rung"]),
            "matched": tuple(columns["matched"]),
            "why": None if why is None else MatchReason(**why),
            "seen_at": None if seen is None else datetime.fromisoformat(seen),
        }
    )


def load_revisions(session: Session, evidence_ids: Sequence[int]) -> dict[int, Revision]:
    """Return the newest revision of each of these pieces that has one."""
    query = sa_select(DECISION.c.evidence_id, DECISION.c.revision).order_by(DECISION.c.id)
    query = query.where(DECISION.c.revision.is_not(None))
    revisions: dict[int, Any] = {}
    for start in range(0, len(evidence_ids), MAX_VALUES_PER_QUERY):
        chosen = evidence_ids[start : start + MAX_VALUES_PER_QUERY]
        rows = session.execute(query.where(DECISION.c.evidence_id.in_(chosen)))
        revisions |= {row.evidence_id: row.revision for row in rows}
    return {evidence_id: _read_revision(columns) for evidence_id, columns in revisions.items()}


def index_decision_facts(session: Session) -> Mapping[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of stored decisions."""
    return event_log.index_facts_by_seq(
        session.exec(select(DecisionRow)),
        lambda row: decision_facts(row.evidence_id, parse_decision(row)),
    )


def find_changed_evidence(session: Session) -> ChainBreak | None:
    """Return the first piece of evidence that is not what its newest decision says.

    A proposal leaves a piece with its judge, so that there an earlier one is right, too.
    """
    newest = sa_select(func.max(DECISION.c.log_seq)).where(DECISION.c.evidence_id == EVIDENCE.c.id)
    query = sa_select(EVIDENCE.c.id, EVIDENCE.c.question_id, DECISION.c.log_seq).outerjoin(
        DECISION, DECISION.c.log_seq == newest.correlate(EVIDENCE).scalar_subquery()
    )
    earlier = DECISION.alias()
    judged = sa_select(earlier.c.id).where(
        earlier.c.evidence_id == EVIDENCE.c.id, earlier.c.by == EVIDENCE.c.judged_by
    )
    is_judge_kept = (DECISION.c.status == "logged") & (
        (EVIDENCE.c.judged_by == MATCHER) | judged.correlate(EVIDENCE).exists()
    )
    differs = or_(
        DECISION.c.id.is_(None),
        *(EVIDENCE.c[name] != DECISION.c[name] for name in ("status", "direction", "strength")),
        (EVIDENCE.c.judged_by != DECISION.c.by) & ~is_judge_kept,
    )
    row = session.execute(query.where(differs).order_by(EVIDENCE.c.id).limit(1)).first()
    if row is None:
        return None
    name = f"the evidence {row.question_id}/{row.id}"
    if row.log_seq is None:
        return ChainBreak(0, f"{name} stands in no entry")
    return ChainBreak(row.log_seq, f"{name} was changed after entry {row.log_seq} judged it")


def list_decisions(session: Session, evidence_id: EvidenceId) -> tuple[Decision, ...]:
    """Return all decisions on a piece of evidence, oldest first."""
    return tuple(load_decisions(session, [evidence_id])[evidence_id])


def load_decisions(
    session: Session, evidence_ids: Sequence[EvidenceId]
) -> dict[EvidenceId, list[Decision]]:
    """Return the decisions on each piece of evidence, oldest first.

    The first of them has the numbers as they were logged.
    """
    by_evidence: dict[EvidenceId, list[Decision]] = {
        evidence_id: [] for evidence_id in evidence_ids
    }
    for start in range(0, len(evidence_ids), MAX_VALUES_PER_QUERY):
        chosen = evidence_ids[start : start + MAX_VALUES_PER_QUERY]
        rows = session.execute(sa_select(EVIDENCE).where(EVIDENCE.c.id.in_(chosen)))
        logged = {EvidenceId(row.id): _read_logged_revision(row) for row in rows}
        query = sa_select(DECISION).where(DECISION.c.evidence_id.in_(chosen))
        for row in session.execute(query.order_by(DECISION.c.id)):
            decision = parse_decision(row)
            evidence_id = EvidenceId(row.evidence_id)
            if not by_evidence[evidence_id]:
                decision = replace(decision, revision=logged[evidence_id])
            by_evidence[evidence_id].append(decision)
    return by_evidence


def parse_decision(row: Any) -> Decision:
    """Return a row as a decision."""
    return Decision(
        cast(EvidenceStatus, row.status),
        Direction(row.direction),
        Strength(row.strength),
        ForecasterId(row.by),
        row.at,
        row.note,
        None if row.revision is None else _read_revision(row.revision),
    )


def _read_logged_revision(row: Any) -> Revision:
    """Return the numbers of a piece as they were logged."""
    return Revision(
        row.relevance,
        row.p_direction,
        IndicatorId(row.indicator_id),
        row.option,
        Rung.TALK,
        tuple(row.matched),
        MatchReason(row.nearest, row.cosine, row.leaning, row.matcher),
    )


def load_matcher_entries(
    session: Session, evidence_ids: Sequence[EvidenceId]
) -> dict[EvidenceId, tuple[datetime, int]]:
    """Return when the matcher logged each of these pieces, or lifted it last, and under which
    number of the log.
    """
    query = sa_select(DECISION.c.evidence_id, DECISION.c.at, DECISION.c.log_seq)
    query = query.where(DECISION.c.evidence_id.in_(evidence_ids), DECISION.c.by == MATCHER)
    rows = session.execute(query.order_by(DECISION.c.id))
    return {EvidenceId(evidence_id): (at, log_seq) for evidence_id, at, log_seq in rows}


def load_carriers(session: Session, evidence_ids: Sequence[int]) -> dict[int, ItemId]:
    """Return the report that lifted each of these pieces last; none for the others."""
    query = sa_select(DECISION.c.evidence_id, DECISION.c.revision["item_id"].as_integer())
    query = query.where(
        DECISION.c.evidence_id.in_(evidence_ids),
        DECISION.c.by == MATCHER,
        DECISION.c.revision.is_not(None),
    )
    rows = session.execute(query.order_by(DECISION.c.id))
    return {evidence_id: ItemId(item_id) for evidence_id, item_id in rows}
