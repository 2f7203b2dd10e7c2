"""Evidence and the decisions on it; stories, their items and vectors, and merged stories."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import bindparam, desc, func, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import (
    Direction,
    Evidence,
    SourceReport,
    StoryId,
)
from forecasts.evidence.rungs import read_rung
from forecasts.evidence.weights import StoryMerge, find_root, merge_story_evidence
from forecasts.questions.question import MATCHER, EvidenceId, QuestionId
from tracker.feeds.item import FeedId, ItemId
from tracker.matching.matching_profile import ConfirmedHeadlines
from tracker.model.evidence import Decision, MatchReason, apply_revision
from tracker.storage.decisions import (
    EVIDENCE,
    MAX_VALUES_PER_QUERY,
    append_decision,
    load_carriers,
    load_revisions,
)
from tracker.storage.evidence_rows import add_reports, parse_evidence
from tracker.storage.tables import (
    DecisionRow,
    EvidenceRow,
    ItemRow,
    QuestionRow,
    RetractionRow,
    StoryMergeRow,
    StoryRow,
)

if TYPE_CHECKING:
    from tracker.matching.story_index import KnownStory

STORY: Final = StoryRow.__table__  # type: ignore[attr-defined]
ITEM: Final = ItemRow.__table__  # type: ignore[attr-defined]
MAX_STORIES_PER_QUERY: Final = 400
KINDS_WITH_OPTIONS: Final = ("categorical", "ordered")
MAX_CONFIRMED_HEADLINES: Final = 10
"""Headlines of each side of a question that become lines of its profile."""


def add_story(session: Session, title: str, at: datetime) -> StoryId:
    """Add a story with the title of its first item."""
    row = StoryRow(title=title, first_seen_at=at, last_seen_at=at)
    session.add(row)
    session.flush()
    return StoryId(cast(int, row.id))


def join_story(session: Session, item_id: ItemId, story_id: StoryId, at: datetime) -> None:
    """Add an item to a story and update the story's last-seen time."""
    session.execute(update(ITEM).where(ITEM.c.id == item_id).values(story_id=story_id))
    later = update(STORY).where(STORY.c.id == story_id, STORY.c.last_seen_at < at)
    session.execute(later.values(last_seen_at=at))


def save_vectors(session: Session, stories: "Sequence[KnownStory]", encoder: str) -> None:
    """Save the vectors of stories for other processes."""
    rows = [{"which": story.id, "bytes": story.pack_vector(), "by": encoder} for story in stories]
    if rows:
        keeping = update(STORY).where(STORY.c.id == bindparam("which"))
        session.connection().execute(
            keeping.values(vector=bindparam("bytes"), encoder=bindparam("by")), rows
        )


def list_recent_stories(
    session: Session, since: datetime, until: datetime, encoder: str
) -> "list[KnownStory]":
    """Return stories reported at or after `since` and begun by `until`, oldest first, with the
    headlines and directions of those merged into them.
    """
    from tracker.matching.story_index import KnownStory  # slow: imports the matcher

    query = select(StoryRow).where(
        col(StoryRow.last_seen_at) >= since, col(StoryRow.first_seen_at) <= until
    )
    rows = session.exec(query.order_by(col(StoryRow.id))).all()
    root = {merge.story: merge.into for merge in list_merges(session)} if rows else {}
    recent = {StoryId(cast(int, row.id)) for row in rows} - set(root)
    parts = [story for story in root if find_root(story, root) in recent]
    story_ids = [*sorted(recent), *sorted(parts)]
    directions, titles = _load_directions(session, story_ids), _load_titles(session, story_ids)
    for part in sorted(parts):
        whole = find_root(part, root)
        directions[whole] = directions.get(part, {}) | directions.get(whole, {})
        titles.setdefault(whole, set()).update(titles.get(part, ()))
    return [
        KnownStory.from_row(
            StoryId(row.id),
            row.title,
            row.vector if row.encoder == encoder else b"",
            (row.first_seen_at, row.last_seen_at),
            directions.get(row.id, {}),
            titles.get(row.id, ()),
        )
        for row in rows
        if row.id in recent
    ]


def _load_directions(
    session: Session, story_ids: Sequence[StoryId]
) -> dict[Any, dict[QuestionId, Direction]]:
    """Return the direction of each story on each question, as the matcher last saw it.

    Later decisions of people and models do not count, so that a restarted process joins what a
    running one would have joined.
    """
    directions: dict[Any, dict[QuestionId, Direction]] = {}
    first = select(func.min(DecisionRow.id)).join(
        EvidenceRow, col(DecisionRow.evidence_id) == EvidenceRow.id
    )
    first = first.group_by(col(DecisionRow.evidence_id))
    logged = select(EvidenceRow.story_id, EvidenceRow.question_id, DecisionRow.direction)
    logged = logged.join(DecisionRow, col(DecisionRow.evidence_id) == EvidenceRow.id)
    logged = logged.order_by(col(DecisionRow.id))
    for start in range(0, len(story_ids), MAX_STORIES_PER_QUERY):
        condition = col(EvidenceRow.story_id).in_(story_ids[start : start + MAX_STORIES_PER_QUERY])
        is_first = col(DecisionRow.id).in_(first.where(condition))
        for story, question, direction in session.exec(
            logged.where(condition, is_first | (col(DecisionRow.by) == MATCHER))
        ):
            directions.setdefault(story, {})[QuestionId(question)] = Direction(direction)
    return directions


def _load_titles(session: Session, story_ids: Sequence[StoryId]) -> dict[Any, set[str]]:
    """Return the different headlines of each story."""
    titles: dict[Any, set[str]] = {}
    for start in range(0, len(story_ids), MAX_STORIES_PER_QUERY):
        chosen = col(ItemRow.story_id).in_(story_ids[start : start + MAX_STORIES_PER_QUERY])
        query = select(ItemRow.story_id, ItemRow.title).where(chosen).distinct()
        for story, title in session.exec(query):
            titles.setdefault(story, set()).add(title)
    return titles


def merge_stories(session: Session, record: StoryMerge, why: str) -> None:
    """Record that a story is part of an earlier one from now on; both keep their items."""
    session.add(StoryMergeRow(story_id=record.story, into_id=record.into, at=record.at, why=why))
    session.flush()


def list_merges(
    session: Session, story_ids: Collection[StoryId] | None = None
) -> tuple[StoryMerge, ...]:
    """Return the records of merged stories, oldest first; only those that involve `story_ids` if
    given.
    """
    query = select(StoryMergeRow).order_by(col(StoryMergeRow.id))
    if story_ids is not None:
        ids = set(story_ids)
        query = query.where(
            col(StoryMergeRow.story_id).in_(ids) | col(StoryMergeRow.into_id).in_(ids)
        )
    return tuple(
        StoryMerge(StoryId(row.story_id), StoryId(row.into_id), row.at)
        for row in session.exec(query)
    )


UNKNOWN_REASON = MatchReason()
"""Reason of evidence stored before reasons were."""


def evidence_exists(session: Session, story_id: StoryId, question_id: QuestionId) -> bool:
    """Return True if the story is already evidence on the question."""
    query = select(EvidenceRow.id).where(
        EvidenceRow.story_id == story_id, EvidenceRow.question_id == question_id
    )
    return session.exec(query).first() is not None


@dataclass(frozen=True, slots=True)
class StandingEvidence:
    """A piece of evidence that a report may lift, and the reason of its match."""

    piece: Evidence
    why: MatchReason


def find_standing_evidence(
    session: Session, story_id: StoryId, question_id: QuestionId
) -> StandingEvidence | None:
    """Return the evidence that a story is on a question, with its first report alone."""
    row = session.exec(
        select(EvidenceRow).where(
            EvidenceRow.story_id == story_id, EvidenceRow.question_id == question_id
        )
    ).first()
    if row is None:
        return None
    title = session.exec(select(StoryRow.title).where(StoryRow.id == story_id)).one()
    report = SourceReport("", 0.0, row.first_seen_at, rung=read_rung(title))
    revision = load_revisions(session, [cast(int, row.id)]).get(cast(int, row.id))
    piece = parse_evidence(row, (report,))
    piece = piece if revision is None else apply_revision(piece, revision)
    why = MatchReason(row.nearest, row.cosine, row.leaning, row.matcher)
    return StandingEvidence(piece, revision.why if revision and revision.why else why)


def find_carrier(session: Session, piece: Evidence) -> ItemId | None:
    """Return the report that carries a piece: that which lifted it last, or the first one."""
    first = select(ItemRow.id).where(ItemRow.story_id == piece.story_id)
    first = first.order_by(col(ItemRow.first_seen_at), col(ItemRow.id)).limit(1)
    item_id = load_carriers(session, [piece.id]).get(piece.id) or session.exec(first).first()
    return None if item_id is None else ItemId(item_id)


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
    append_decision(session, row, decision)
    return EvidenceId(cast(int, row.id))


def find_evidence(session: Session, evidence_id: int) -> Evidence | None:
    """Return one piece of evidence with its reports."""
    pieces = add_reports(
        session, session.exec(select(EvidenceRow).where(EvidenceRow.id == evidence_id)).all()
    )
    return pieces[0] if pieces else None


def find_evidence_of_item(
    session: Session, item_id: ItemId, question_id: QuestionId
) -> Evidence | None:
    """Return the evidence on a question that the story of an item is."""
    query = select(EvidenceRow).join(ItemRow, col(ItemRow.story_id) == EvidenceRow.story_id)
    query = query.where(ItemRow.id == item_id, EvidenceRow.question_id == question_id)
    pieces = add_reports(session, session.exec(query).all())
    return pieces[0] if pieces else None


def evidence_of_question(
    session: Session, question_id: QuestionId, at: datetime | None = None
) -> tuple[Evidence, ...]:
    """Return the evidence on a question by first-seen time, stories unmerged.

    The reliability of its reports is that known `at` an instant: now by default.
    """
    query = sa_select(EVIDENCE).where(EVIDENCE.c.question_id == question_id)
    rows = session.execute(query.order_by(EVIDENCE.c.first_seen_at, EVIDENCE.c.id)).all()
    return add_reports(session, rows, at)


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
    by_question: dict[QuestionId, list[Evidence]] = {
        question_id: [] for question_id in question_ids
    }
    for piece in merge_pieces(session, add_reports(session, rows, at), at):
        by_question[piece.question_id].append(piece)
    return {question_id: tuple(pieces) for question_id, pieces in by_question.items()}


def merge_pieces(
    session: Session, pieces: Sequence[Evidence], at: datetime
) -> tuple[Evidence, ...]:
    """Return evidence, oldest first, at an instant, with merged stories counted once."""
    story_ids = {e.story_id for e in pieces}
    merges = (
        list_merges(session, story_ids if len(story_ids) <= MAX_VALUES_PER_QUERY else None)
        if pieces
        else ()
    )
    return tuple(merge_story_evidence(pieces, merges, at))


def list_confirmed_headlines(
    session: Session, question_ids: Sequence[QuestionId]
) -> dict[QuestionId, ConfirmedHeadlines]:
    """Return the headlines that carry confirmed stories with a side, the newest few of each.

    On questions with options an option has the side, not the question.
    """
    query = select(
        EvidenceRow.id, EvidenceRow.question_id, EvidenceRow.direction, StoryRow.title
    ).join(StoryRow, col(StoryRow.id) == EvidenceRow.story_id)
    query = query.join(QuestionRow, col(QuestionRow.id) == EvidenceRow.question_id).where(
        col(EvidenceRow.status).in_(("confirmed", "edited")),
        col(EvidenceRow.question_id).in_(question_ids),
        EvidenceRow.direction != 0,
        col(QuestionRow.kind).not_in(KINDS_WITH_OPTIONS),
    )
    titles: dict[tuple[str, int], dict[int, str]] = {}
    for number, question_id, direction, title in session.exec(
        query.order_by(desc(col(EvidenceRow.id)))
    ):
        headlines = titles.setdefault((question_id, direction), {})
        if len(headlines) < MAX_CONFIRMED_HEADLINES:
            headlines[cast(int, number)] = title
    lifted = _load_carrier_titles(session, [n for numbers in titles.values() for n in numbers])
    sides = {
        side: tuple(lifted.get(n, title) for n, title in headlines.items())
        for side, headlines in titles.items()
    }
    return {
        QuestionId(name): ConfirmedHeadlines(sides.get((name, 1), ()), sides.get((name, -1), ()))
        for name in {name for name, _ in titles}
    }


def _load_carrier_titles(session: Session, evidence_ids: Sequence[int]) -> dict[int, str]:
    """Return the headline of the report that lifted each of these pieces last."""
    carriers = load_carriers(session, evidence_ids)
    query = select(ItemRow.id, ItemRow.title).where(col(ItemRow.id).in_(set(carriers.values())))
    titles = {ItemId(cast(int, item_id)): title for item_id, title in session.exec(query)}
    return {number: titles[item] for number, item in carriers.items() if item in titles}


def count_evidence(
    session: Session, only: Collection[QuestionId] | None = None
) -> dict[QuestionId, tuple[int, int]]:
    """Count the evidence per question, or of these: total, and awaiting review.

    Grouped by status, so that the database reads the index alone, in its order.
    """
    query = select(EvidenceRow.question_id, EvidenceRow.status, func.count())
    if only is not None:
        query = query.where(col(EvidenceRow.question_id).in_(only))
    by_question: dict[QuestionId, tuple[int, int]] = {}
    for name, status, count in session.exec(
        query.group_by(EvidenceRow.question_id, col(EvidenceRow.status))
    ):
        total, waiting = by_question.get(QuestionId(name), (0, 0))
        waiting += count if status == "logged" else 0
        by_question[QuestionId(name)] = (total + count, waiting)
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
