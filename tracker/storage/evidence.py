"""Evidence and the decisions about it."""

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
    Report,
    StoryId,
    Strength,
)
from forecasts.evidence.story_merges import merged
from forecasts.questions.question import EvidenceId, ForecasterId, QuestionId
from tracker.feeds.item import FeedId, ItemId
from tracker.model.read_models import Decision, EvidenceCard, StoryItem, Why
from tracker.storage import event_log_rows as log
from tracker.storage import items, learned, scenarios, stories
from tracker.storage.items import ITEM, ITEM_COLUMNS, item_of
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

MOST_NAMED: Final = 10_000
"""Values that a query lists; no database takes any number of them."""

UNKNOWN = Why()
"""Evidence that was stored before reasons were."""


def exists(session: Session, story_id: StoryId, question_id: QuestionId) -> bool:
    """Does the story already stand as evidence on the question?"""
    query = select(EvidenceRow.id).where(
        EvidenceRow.story_id == story_id, EvidenceRow.question_id == question_id
    )
    return session.exec(query).first() is not None


def add(session: Session, evidence: Evidence, decision: Decision, why: Why = UNKNOWN) -> EvidenceId:
    """Store a new piece of evidence with the decision that logged it and why it matched; its own id
    is ignored.
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
    _append(session, row, decision)
    return EvidenceId(cast(int, row.id))


def decide(
    session: Session, evidence_id: EvidenceId, decision: Decision, judged: Evidence | None = None
) -> None:
    """Append a decision; the evidence follows it. `judged` is the evidence as a model sees it, with
    its own chances.
    """
    row = session.get_one(EvidenceRow, evidence_id)
    row.status, row.judged_by = decision.status, decision.by
    row.direction, row.strength = decision.direction, decision.strength
    if judged is not None:
        row.indicator_id, row.option = judged.indicator_id, judged.option
        row.relevance, row.p_direction = judged.relevance, judged.p_direction
    session.add(row)
    _append(session, row, decision)


def _append(session: Session, row: EvidenceRow, decision: Decision) -> None:
    evidence_id = cast(int, row.id)
    found = facts(evidence_id, decision)
    seq = log.append(
        session, "evidence", f"{row.question_id}/{evidence_id}", facts=found, at=decision.at
    )
    session.add(DecisionRow(**found, log_seq=seq))
    session.flush()


def facts(evidence_id: int, decision: Decision) -> dict[str, Any]:
    """What the log holds of a decision."""
    numbers = {"direction": int(decision.direction), "strength": int(decision.strength)}
    return {
        "evidence_id": evidence_id,
        **{n: getattr(decision, n) for n in Decision.__slots__},
        **numbers,
    }


def seqs(session: Session) -> Mapping[int, dict[str, Any]]:
    """Facts of each stored decision by the log entry that recorded it."""
    return log.by_seq(
        session.exec(select(DecisionRow)), lambda row: facts(row.evidence_id, _decision(row))
    )


def get(session: Session, evidence_id: int) -> Evidence | None:
    """One piece of evidence with its reports."""
    found = _with_reports(
        session, session.exec(select(EvidenceRow).where(EvidenceRow.id == evidence_id)).all()
    )
    return found[0] if found else None


def of_question(
    session: Session, question_id: QuestionId, at: datetime | None = None
) -> tuple[Evidence, ...]:
    """The evidence on a question, first seen first; each story by itself, as `forecasts.evidence.story_merges`
    has not been asked.

    Its reports are as reliable as their feeds were known to be `at` an instant: now, if none is
    given.
    """
    query = sa_select(EVIDENCE).where(EVIDENCE.c.question_id == question_id)
    rows = session.execute(query.order_by(EVIDENCE.c.first_seen_at, EVIDENCE.c.id)).all()
    return _with_reports(session, rows, at)


def as_counted(session: Session, question_id: QuestionId, at: datetime) -> tuple[Evidence, ...]:
    """The evidence on a question as a suggestion counts it at an instant: stories that were one by
    then once.
    """
    return as_counted_each(session, [question_id], at)[question_id]


def as_counted_each(
    session: Session, question_ids: Sequence[QuestionId], at: datetime
) -> dict[QuestionId, tuple[Evidence, ...]]:
    """The same for several questions, with as many queries as for one; give it few enough for the
    memory.
    """
    query = sa_select(EVIDENCE).where(EVIDENCE.c.question_id.in_(question_ids))
    rows = session.execute(query.order_by(EVIDENCE.c.first_seen_at, EVIDENCE.c.id)).all()
    pieces = _with_reports(session, rows, at)
    touched = {e.story_id for e in pieces}
    merges = (
        stories.merges(session, touched if len(touched) <= MOST_NAMED else None) if pieces else ()
    )
    found: dict[QuestionId, list[Evidence]] = {question_id: [] for question_id in question_ids}
    for piece in merged(pieces, merges, at):
        found[piece.question_id].append(piece)
    return {question_id: tuple(pieces) for question_id, pieces in found.items()}


def counts(
    session: Session, question_id: QuestionId | None = None
) -> dict[QuestionId, tuple[int, int, datetime]]:
    """Per question, or of one: pieces of evidence, how many wait for review, when the newest was
    first seen.

    By status, so that the database reads the index alone, in its order.
    """
    query = select(
        EvidenceRow.question_id,
        EvidenceRow.status,
        func.count(),
        func.max(EvidenceRow.first_seen_at),
    )
    if question_id is not None:
        query = query.where(EvidenceRow.question_id == question_id)
    found: dict[QuestionId, tuple[int, int, datetime]] = {}
    for asked, status, count, newest in session.exec(
        query.group_by(EvidenceRow.question_id, col(EvidenceRow.status))
    ):
        total, waiting, last = found.get(QuestionId(asked), (0, 0, newest))
        waiting += count if status == "logged" else 0
        found[QuestionId(asked)] = (total + count, waiting, max(last, newest))
    return found


def by_feed(
    session: Session, since: datetime, question_ids: Sequence[QuestionId]
) -> tuple[tuple[FeedId, QuestionId], ...]:
    """Which feed brought evidence on which of these questions since then, once for each piece not
    rejected.
    """
    query = select(ItemRow.feed_id, EvidenceRow.question_id, EvidenceRow.id)
    query = query.join(EvidenceRow, col(EvidenceRow.story_id) == ItemRow.story_id).distinct()
    query = query.where(
        ItemRow.first_seen_at >= since, col(EvidenceRow.question_id).in_(question_ids)
    )
    rows = session.exec(query.where(EvidenceRow.status != "rejected"))
    return tuple((FeedId(feed_id), QuestionId(question_id)) for feed_id, question_id, _ in rows)


def questions_of_feed(session: Session, feed_id: FeedId) -> dict[QuestionId, int]:
    """How many pieces of evidence on which question a feed has brought, rejected ones left out.

    So is what bears on a question that was taken back.
    """
    query = select(EvidenceRow.question_id, func.count(func.distinct(EvidenceRow.id)))
    query = query.join(ItemRow, col(ItemRow.story_id) == EvidenceRow.story_id)
    query = query.where(ItemRow.feed_id == feed_id, EvidenceRow.status != "rejected")
    query = query.where(col(EvidenceRow.question_id).not_in(select(RetractionRow.question_id)))
    return {QuestionId(q): n for q, n in session.exec(query.group_by(EvidenceRow.question_id))}


def waiting(
    session: Session, question_ids: Sequence[QuestionId], limit: int
) -> tuple[EvidenceCard, ...]:
    """Cards of the evidence that nobody has judged yet, newest first."""
    query = select(EvidenceRow).where(
        EvidenceRow.status == "logged", col(EvidenceRow.question_id).in_(question_ids)
    )
    newest = query.order_by(
        col(EvidenceRow.first_seen_at).desc(), col(EvidenceRow.id).desc()
    ).limit(limit)
    return cards(session, _with_reports(session, session.exec(newest).all()))


def cards(session: Session, evidence: Sequence[Evidence]) -> tuple[EvidenceCard, ...]:
    """Evidence with its copies, its indicator's name and the decisions about it."""
    copies = _copies(session, [e.story_id for e in evidence])
    decisions = _decisions(session, [e.id for e in evidence])
    texts = _names(session, QuestionRow.id, QuestionRow.text, {e.question_id for e in evidence})
    names = _names(session, IndicatorRow.id, IndicatorRow.name, {e.indicator_id for e in evidence})
    whys = _whys(session, [e.id for e in evidence])
    context = scenarios.context_only(session, {e.question_id for e in evidence})
    return tuple(
        EvidenceCard(
            evidence=e,
            question_text=texts[e.question_id],
            indicator_name=names.get(e.indicator_id, e.indicator_id),
            items=tuple(copies[e.story_id]),
            decisions=tuple(decisions[e.id]),
            why=whys[e.id],
            context_only=e.question_id in context,
        )
        for e in evidence
    )


def _whys(session: Session, evidence_ids: Sequence[EvidenceId]) -> dict[int, Why]:
    columns = [EVIDENCE.c[name] for name in ("id", *Why.__slots__)]
    rows = session.connection().execute(sa_select(*columns).where(EVIDENCE.c.id.in_(evidence_ids)))
    return {row[0]: Why(*row[1:]) for row in rows}


def _names(session: Session, key: str, name: str, wanted: set[Any]) -> dict[str, str]:
    """One column by another, for the rows that are wanted."""
    return dict(session.exec(select(key, name).where(col(key).in_(wanted))).all())


def _with_reports(
    session: Session, rows: Sequence[Any], at: datetime | None = None
) -> tuple[Evidence, ...]:
    reports: dict[StoryId, list[Report]] = {}
    wanted = list(dict.fromkeys(StoryId(row.story_id) for row in rows))
    for start in range(0, len(wanted), MOST_NAMED):
        reports |= _reports(session, wanted[start : start + MOST_NAMED], at)
    return tuple(_evidence(row, tuple(reports[StoryId(row.story_id)])) for row in rows)


def _reports(
    session: Session, story_ids: Sequence[StoryId], at: datetime | None
) -> dict[StoryId, list[Report]]:
    """Who reported these stories and when, which is all that a suggestion asks of their items."""
    columns: list[Any] = [
        ItemRow.story_id,
        ItemRow.wire,
        FeedRow.source_group,
        FeedRow.id,
        FeedRow.grade,
    ]
    columns += [ItemRow.first_seen_at, func.coalesce(ItemRow.copy_of, ItemRow.id)]
    query: Any = sa_select(*columns)
    known = learned.values(session, "reliability", at)
    found: dict[StoryId, list[Report]] = {story_id: [] for story_id in story_ids}
    for story_id, wire, group, feed_id, grade, seen, text in session.execute(
        _of_stories(query, story_ids)
    ):
        reliability = known.get(feed_id, RELIABILITY[cast(Grade, grade)])
        found[StoryId(story_id)].append(Report(wire or group, reliability, seen, text))
    return found


def _copies(session: Session, story_ids: Sequence[StoryId]) -> dict[StoryId, list[StoryItem]]:
    """The items of these stories with their later versions and whole articles."""
    columns = [ITEM.c[name] for name in ("story_id", "wire", "copy_of", *ITEM_COLUMNS)]
    query = sa_select(*columns, col(FeedRow.title).label("feed_title"), col(FeedRow.source_group))
    rows = session.execute(_of_stories(query, story_ids)).all()
    later = items.revisions(session, [row.id for row in rows])
    whole = items.articles(session, [row.id for row in rows])
    found: dict[StoryId, list[StoryItem]] = {story_id: [] for story_id in story_ids}
    for row in rows:
        item, root = item_of(row), None if row.copy_of is None else ItemId(row.copy_of)
        versions, article = later.get(item.id, ()), whole.get(item.id, "")
        report = StoryItem(
            item, row.feed_title, row.wire or row.source_group, versions, article, root
        )
        found[StoryId(row.story_id)].append(report)
    return found


def _of_stories(query: Any, story_ids: Sequence[StoryId]) -> Any:
    """The items of these stories with their feeds, first seen first."""
    query = query.join(FeedRow, col(FeedRow.id) == ItemRow.feed_id).where(
        col(ItemRow.story_id).in_(set(story_ids))
    )
    return query.order_by(col(ItemRow.first_seen_at), col(ItemRow.id))


def decisions(session: Session, evidence_id: EvidenceId) -> tuple[Decision, ...]:
    """Every decision on one piece, the oldest first."""
    return tuple(_decisions(session, [evidence_id])[evidence_id])


def _decisions(
    session: Session, evidence_ids: Sequence[EvidenceId]
) -> dict[EvidenceId, list[Decision]]:
    found: dict[EvidenceId, list[Decision]] = {evidence_id: [] for evidence_id in evidence_ids}
    query = (
        sa_select(DECISION).where(DECISION.c.evidence_id.in_(evidence_ids)).order_by(DECISION.c.id)
    )
    for row in session.execute(query):
        found[EvidenceId(row.evidence_id)].append(_decision(row))
    return found


def _decision(row: Any) -> Decision:
    return Decision(
        cast(EvidenceStatus, row.status),
        Direction(row.direction),
        Strength(row.strength),
        ForecasterId(row.by),
        row.at,
        row.note,
    )


def bare(row: Any) -> Evidence:
    """A row as evidence, without its reports."""
    return _evidence(row, ())


def _evidence(row: Any, reports: tuple[Report, ...]) -> Evidence:
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
