"""Evidence and the decisions on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import (
    RELIABILITY,
    Direction,
    Evidence,
    EvidenceStatus,
    Grade,
    IndicatorId,
    SourceReport,
    StoryId,
    Strength,
)
from forecasts.evidence.weights import merge_story_evidence
from forecasts.questions.question import EvidenceId, ForecasterId, QuestionId
from tracker.feeds.item import FeedId, ItemId
from tracker.model.read_models import Decision, EvidenceCard, MatchReason, StoryItem
from tracker.storage import event_log_rows as log
from tracker.storage import items, learned, scenarios, stories
from tracker.storage.items import ITEM, ITEM_COLUMNS, item_of_row
from tracker.storage.tables import (
    DecisionRow,
    EvidenceRow,
    FeedRow,
    IndicatorRow,
    ItemRow,
    QuestionRow,
    RetractionRow,
)

EVIDENCE: Final = EvidenceRow.__table__  # type: ignore[attr-defined]
DECISION: Final = DecisionRow.__table__  # type: ignore[attr-defined]

MAX_VALUES_PER_QUERY: Final = 10_000
"""Values bound by one query; databases limit their number."""

UNKNOWN_REASON = MatchReason()
"""Reason of evidence stored before reasons were."""


def evidence_exists(session: Session, story_id: StoryId, question_id: QuestionId) -> bool:
    """Return True if the story is already evidence on the question."""
    query = select(EvidenceRow.id).where(
        EvidenceRow.story_id == story_id, EvidenceRow.question_id == question_id
    )
    return session.exec(query).first() is not None


def add_evidence(
    session: Session, evidence: Evidence, decision: Decision, why: MatchReason = UNKNOWN_REASON
) -> EvidenceId:
    """Store a piece of evidence, the decision that logged it and the reason why it matched.

    Its own id is ignored; the new one is returned.
    """
    row = EvidenceRow(
        question_id=evidence.question_id,
        story_id=evidence.story_id,
        indicator_id=evidence.indicator_id,
        direction=evidence.direction,
        strength=evidence.strength,
        relevance=evidence.relevance,
        status=evidence.status,
        judged_by=evidence.judged_by,
        first_seen_at=evidence.first_seen_at,
        matched=list(evidence.matched),
        p_direction=evidence.p_direction,
        option=evidence.option,
        nearest=why.nearest,
        cosine=why.cosine,
        leaning=why.leaning,
        matcher=why.matcher,
    )
    session.add(row)
    session.flush()
    _append_decision(session, row, decision)
    return EvidenceId(cast(int, row.id))


def add_decision(
    session: Session, evidence_id: EvidenceId, decision: Decision, judged: Evidence | None = None
) -> None:
    """Append a decision and update the evidence to it.

    `judged` is the evidence as assessed by a model, with its own probabilities.
    """
    row = session.get_one(EvidenceRow, evidence_id)
    row.status, row.judged_by = decision.status, decision.by
    row.direction, row.strength = decision.direction, decision.strength
    if judged is not None:
        row.indicator_id, row.option = judged.indicator_id, judged.option
        row.relevance, row.p_direction = judged.relevance, judged.p_direction
    session.add(row)
    _append_decision(session, row, decision)


def _append_decision(session: Session, row: EvidenceRow, decision: Decision) -> None:
    evidence_id = cast(int, row.id)
    columns = decision_facts(evidence_id, decision)
    seq = log.append_entry(
        session, "evidence", f"{row.question_id}/{evidence_id}", facts=columns, at=decision.at
    )
    session.add(DecisionRow(**columns, log_seq=seq))
    session.flush()


def decision_facts(evidence_id: int, decision: Decision) -> dict[str, Any]:
    """Return the logged facts of a decision."""
    numbers = {"direction": int(decision.direction), "strength": int(decision.strength)}
    return {
        "evidence_id": evidence_id,
        **{n: getattr(decision, n) for n in Decision.__slots__},
        **numbers,
    }


def index_decision_facts(session: Session) -> Mapping[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of stored decisions."""
    return log.index_facts_by_seq(
        session.exec(select(DecisionRow)),
        lambda row: decision_facts(row.evidence_id, _parse_decision(row)),
    )


def find_evidence(session: Session, evidence_id: int) -> Evidence | None:
    """Return one piece of evidence with its reports."""
    pieces = _add_reports(
        session, session.exec(select(EvidenceRow).where(EvidenceRow.id == evidence_id)).all()
    )
    return pieces[0] if pieces else None


def evidence_of_question(
    session: Session, question_id: QuestionId, at: datetime | None = None
) -> tuple[Evidence, ...]:
    """Return the evidence on a question by first-seen time, stories unmerged.

    The reliability of its reports is that known `at` an instant: now by default.
    """
    query = sa_select(EVIDENCE).where(EVIDENCE.c.question_id == question_id)
    rows = session.execute(query.order_by(EVIDENCE.c.first_seen_at, EVIDENCE.c.id)).all()
    return _add_reports(session, rows, at)


def merge_evidence(session: Session, question_id: QuestionId, at: datetime) -> tuple[Evidence, ...]:
    """Return the evidence on a question at an instant, with merged stories counted once."""
    return merge_evidence_by_question(session, [question_id], at)[question_id]


def merge_evidence_by_question(
    session: Session, question_ids: Sequence[QuestionId], at: datetime
) -> dict[QuestionId, tuple[Evidence, ...]]:
    """Return the merged evidence of several questions, with as many queries as for one.

    All of it is held in memory: pass few enough questions.
    """
    query = sa_select(EVIDENCE).where(EVIDENCE.c.question_id.in_(question_ids))
    rows = session.execute(query.order_by(EVIDENCE.c.first_seen_at, EVIDENCE.c.id)).all()
    pieces = _add_reports(session, rows, at)
    story_ids = {e.story_id for e in pieces}
    merges = (
        stories.list_merges(session, story_ids if len(story_ids) <= MAX_VALUES_PER_QUERY else None)
        if pieces
        else ()
    )
    by_question: dict[QuestionId, list[Evidence]] = {
        question_id: [] for question_id in question_ids
    }
    for piece in merge_story_evidence(pieces, merges, at):
        by_question[piece.question_id].append(piece)
    return {question_id: tuple(pieces) for question_id, pieces in by_question.items()}


def count_evidence(
    session: Session, question_id: QuestionId | None = None
) -> dict[QuestionId, tuple[int, int, datetime]]:
    """Count the evidence per question, or of one: total, awaiting review, newest first-seen time.

    Grouped by status, so that the database reads the index alone, in its order.
    """
    query = select(
        EvidenceRow.question_id,
        EvidenceRow.status,
        func.count(),
        func.max(EvidenceRow.first_seen_at),
    )
    if question_id is not None:
        query = query.where(EvidenceRow.question_id == question_id)
    by_question: dict[QuestionId, tuple[int, int, datetime]] = {}
    for name, status, count, newest in session.exec(
        query.group_by(EvidenceRow.question_id, col(EvidenceRow.status))
    ):
        total, waiting, last = by_question.get(QuestionId(name), (0, 0, newest))
        waiting += count if status == "logged" else 0
        by_question[QuestionId(name)] = (total + count, waiting, max(last, newest))
    return by_question


def list_feed_contributions(
    session: Session, since: datetime, question_ids: Sequence[QuestionId]
) -> tuple[tuple[FeedId, QuestionId], ...]:
    """Return feed and question of each piece not rejected, of items first seen since then."""
    query = select(ItemRow.feed_id, EvidenceRow.question_id, EvidenceRow.id)
    query = query.join(EvidenceRow, col(EvidenceRow.story_id) == ItemRow.story_id).distinct()
    query = query.where(
        ItemRow.first_seen_at >= since, col(EvidenceRow.question_id).in_(question_ids)
    )
    rows = session.exec(query.where(EvidenceRow.status != "rejected"))
    return tuple((FeedId(feed_id), QuestionId(question_id)) for feed_id, question_id, _ in rows)


def count_evidence_of_feed(session: Session, feed_id: FeedId) -> dict[QuestionId, int]:
    """Count a feed's evidence per question, without rejected pieces and retracted questions."""
    query = select(EvidenceRow.question_id, func.count(func.distinct(EvidenceRow.id)))
    query = query.join(ItemRow, col(ItemRow.story_id) == EvidenceRow.story_id)
    query = query.where(ItemRow.feed_id == feed_id, EvidenceRow.status != "rejected")
    query = query.where(col(EvidenceRow.question_id).not_in(select(RetractionRow.question_id)))
    return {QuestionId(q): n for q, n in session.exec(query.group_by(EvidenceRow.question_id))}


def list_unreviewed_cards(
    session: Session, question_ids: Sequence[QuestionId], limit: int
) -> tuple[EvidenceCard, ...]:
    """Return cards of unreviewed evidence, newest first."""
    query = select(EvidenceRow).where(
        EvidenceRow.status == "logged", col(EvidenceRow.question_id).in_(question_ids)
    )
    newest = query.order_by(
        col(EvidenceRow.first_seen_at).desc(), col(EvidenceRow.id).desc()
    ).limit(limit)
    return build_cards(session, _add_reports(session, session.exec(newest).all()))


def build_cards(session: Session, evidence: Sequence[Evidence]) -> tuple[EvidenceCard, ...]:
    """Return evidence with its reports, its indicator's name and the decisions on it."""
    items_by_story = _load_items(session, [e.story_id for e in evidence])
    decisions = _load_decisions(session, [e.id for e in evidence])
    question_texts = _load_names(
        session, QuestionRow.id, QuestionRow.text, {e.question_id for e in evidence}
    )
    indicator_names = _load_names(
        session, IndicatorRow.id, IndicatorRow.name, {e.indicator_id for e in evidence}
    )
    reasons = _load_reasons(session, [e.id for e in evidence])
    context = scenarios.filter_context_only(session, {e.question_id for e in evidence})
    return tuple(
        EvidenceCard(
            evidence=e,
            question_text=question_texts[e.question_id],
            indicator_name=indicator_names.get(e.indicator_id, e.indicator_id),
            items=tuple(items_by_story[e.story_id]),
            decisions=tuple(decisions[e.id]),
            why=reasons[e.id],
            context_only=e.question_id in context,
        )
        for e in evidence
    )


def _load_reasons(session: Session, evidence_ids: Sequence[EvidenceId]) -> dict[int, MatchReason]:
    columns = [EVIDENCE.c[name] for name in ("id", *MatchReason.__slots__)]
    rows = session.connection().execute(sa_select(*columns).where(EVIDENCE.c.id.in_(evidence_ids)))
    return {row[0]: MatchReason(*row[1:]) for row in rows}


def _load_names(session: Session, key: str, name: str, keys: set[Any]) -> dict[str, str]:
    """Map one column to another for these keys."""
    return dict(session.exec(select(key, name).where(col(key).in_(keys))).all())


def _add_reports(
    session: Session, rows: Sequence[Any], at: datetime | None = None
) -> tuple[Evidence, ...]:
    reports: dict[StoryId, list[SourceReport]] = {}
    story_ids = list(dict.fromkeys(StoryId(row.story_id) for row in rows))
    for start in range(0, len(story_ids), MAX_VALUES_PER_QUERY):
        reports |= _load_reports(session, story_ids[start : start + MAX_VALUES_PER_QUERY], at)
    return tuple(_parse_evidence(row, tuple(reports[StoryId(row.story_id)])) for row in rows)


def _load_reports(
    session: Session, story_ids: Sequence[StoryId], at: datetime | None
) -> dict[StoryId, list[SourceReport]]:
    """Return the reports of each story: sources, reliability and times."""
    columns: list[Any] = [
        ItemRow.story_id,
        ItemRow.wire,
        FeedRow.source_group,
        FeedRow.id,
        FeedRow.grade,
    ]
    columns += [ItemRow.first_seen_at, func.coalesce(ItemRow.copy_of, ItemRow.id)]
    query: Any = sa_select(*columns)
    known = learned.load_values(session, "reliability", at)
    reports: dict[StoryId, list[SourceReport]] = {story_id: [] for story_id in story_ids}
    for story_id, wire, group, feed_id, grade, seen, text in session.execute(
        _join_stories(query, story_ids)
    ):
        reliability = known.get(feed_id, RELIABILITY[cast(Grade, grade)])
        reports[StoryId(story_id)].append(SourceReport(wire or group, reliability, seen, text))
    return reports


def _load_items(session: Session, story_ids: Sequence[StoryId]) -> dict[StoryId, list[StoryItem]]:
    """Return the items of these stories with their revisions and articles."""
    columns = [ITEM.c[name] for name in ("story_id", "wire", "copy_of", *ITEM_COLUMNS)]
    query = sa_select(*columns, col(FeedRow.title).label("feed_title"), col(FeedRow.source_group))
    rows = session.execute(_join_stories(query, story_ids)).all()
    revisions = items.list_revisions(session, [row.id for row in rows])
    texts = items.load_articles(session, [row.id for row in rows])
    by_story: dict[StoryId, list[StoryItem]] = {story_id: [] for story_id in story_ids}
    for row in rows:
        item, root = item_of_row(row), None if row.copy_of is None else ItemId(row.copy_of)
        versions, article = revisions.get(item.id, ()), texts.get(item.id, "")
        report = StoryItem(
            item, row.feed_title, row.wire or row.source_group, versions, article, root
        )
        by_story[StoryId(row.story_id)].append(report)
    return by_story


def _join_stories(query: Any, story_ids: Sequence[StoryId]) -> Any:
    """Extend a query to the items of these stories and their feeds, by first-seen time."""
    query = query.join(FeedRow, col(FeedRow.id) == ItemRow.feed_id).where(
        col(ItemRow.story_id).in_(set(story_ids))
    )
    return query.order_by(col(ItemRow.first_seen_at), col(ItemRow.id))


def list_decisions(session: Session, evidence_id: EvidenceId) -> tuple[Decision, ...]:
    """Return all decisions on a piece of evidence, oldest first."""
    return tuple(_load_decisions(session, [evidence_id])[evidence_id])


def _load_decisions(
    session: Session, evidence_ids: Sequence[EvidenceId]
) -> dict[EvidenceId, list[Decision]]:
    by_evidence: dict[EvidenceId, list[Decision]] = {
        evidence_id: [] for evidence_id in evidence_ids
    }
    query = (
        sa_select(DECISION).where(DECISION.c.evidence_id.in_(evidence_ids)).order_by(DECISION.c.id)
    )
    for row in session.execute(query):
        by_evidence[EvidenceId(row.evidence_id)].append(_parse_decision(row))
    return by_evidence


def _parse_decision(row: Any) -> Decision:
    return Decision(
        cast(EvidenceStatus, row.status),
        Direction(row.direction),
        Strength(row.strength),
        ForecasterId(row.by),
        row.at,
        row.note,
    )


def evidence_of_row(row: Any) -> Evidence:
    """Return a row as evidence without its reports."""
    return _parse_evidence(row, ())


def _parse_evidence(row: Any, reports: tuple[SourceReport, ...]) -> Evidence:
    return Evidence(
        id=EvidenceId(cast(int, row.id)),
        question_id=QuestionId(row.question_id),
        story_id=StoryId(row.story_id),
        indicator_id=IndicatorId(row.indicator_id),
        direction=Direction(row.direction),
        strength=Strength(row.strength),
        relevance=row.relevance,
        status=cast(EvidenceStatus, row.status),
        judged_by=ForecasterId(row.judged_by),
        first_seen_at=row.first_seen_at,
        reports=reports,
        matched=tuple(row.matched),
        p_direction=row.p_direction,
        option=row.option,
    )
