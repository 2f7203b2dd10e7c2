"""Evidence as cards: with the items of its story, its indicator, and the decisions on it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import (
    Evidence,
    StoryId,
    Strength,
    is_own_text,
)
from forecasts.questions.question import EvidenceId, QuestionId
from tracker.feeds.item import ItemId
from tracker.model.evidence import (
    EvidenceCard,
    EvidencePiece,
    StoryItem,
    find_reason,
    list_decisions_by,
)
from tracker.storage.counted_stories import NEWEST, find_context_only
from tracker.storage.decisions import load_carriers, load_decisions
from tracker.storage.evidence_rows import add_reports, select_story_items
from tracker.storage.items import ITEM, ITEM_COLUMNS, item_of_row, list_revisions, load_articles
from tracker.storage.learned import model_at
from tracker.storage.tables import (
    EvidenceRow,
    FeedRow,
    IndicatorRow,
    QuestionRow,
)


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
    return build_cards(session, add_reports(session, session.exec(newest).all()))


def list_decisive_cards(
    session: Session, question_ids: Sequence[QuestionId]
) -> tuple[EvidenceCard, ...]:
    """Return cards of decisive evidence on these questions that nobody rejected, oldest first."""
    query = select(EvidenceRow).where(
        EvidenceRow.strength == int(Strength.DECISIVE),
        EvidenceRow.status != "rejected",
        col(EvidenceRow.question_id).in_(question_ids),
    )
    rows = session.exec(query.order_by(col(EvidenceRow.id))).all()
    return build_cards(session, add_reports(session, rows)) if rows else ()


def list_newest_cards(
    session: Session, question_id: str, offset: int, limit: int
) -> tuple[EvidenceCard, ...]:
    """Return cards of a question's evidence, newest first, from one place on."""
    query = select(EvidenceRow).where(EvidenceRow.question_id == question_id)
    newest = query.order_by(col(EvidenceRow.first_seen_at).desc(), col(EvidenceRow.id).desc())
    rows = session.exec(newest.offset(offset).limit(limit)).all()
    return build_cards(session, add_reports(session, rows)) if rows else ()


def find_cards(session: Session, evidence_ids: Sequence[EvidenceId]) -> tuple[EvidenceCard, ...]:
    """Return the cards of pieces of evidence; none for a number that is not there."""
    rows = session.exec(select(EvidenceRow).where(col(EvidenceRow.id).in_(evidence_ids))).all()
    return build_cards(session, add_reports(session, rows)) if rows else ()


def summarise_evidence(session: Session, evidence: Sequence[Evidence]) -> tuple[EvidencePiece, ...]:
    """Return evidence with the headline and source of the report that carries each piece."""
    first, by_item = _load_titles(session, [e.story_id for e in evidence])
    lifted = load_carriers(session, [e.id for e in evidence])
    min_relevance = model_at(session, NEWEST).min_relevance
    return tuple(
        EvidencePiece(
            e, *by_item.get(lifted.get(e.id, ItemId(0)), first[e.story_id]), min_relevance
        )
        for e in evidence
    )


_Titles = tuple[str, str]
"""Headline of an item, and the title of its feed."""


def _load_titles(
    session: Session, story_ids: Sequence[StoryId]
) -> tuple[dict[StoryId, _Titles], dict[ItemId, _Titles]]:
    """Return the titles of the first item of each story, and those of all items."""
    columns = [ITEM.c[name] for name in ("story_id", "id", "title")]
    query = sa_select(*columns, col(FeedRow.title))
    first: dict[StoryId, _Titles] = {}
    by_item: dict[ItemId, _Titles] = {}
    for story_id, item_id, title, feed in session.execute(select_story_items(query, story_ids)):
        by_item[ItemId(item_id)] = titles = (title, feed)
        first.setdefault(StoryId(story_id), titles)
    return first, by_item


def build_cards(
    session: Session, evidence: Sequence[Evidence], at: datetime = NEWEST
) -> tuple[EvidenceCard, ...]:
    """Return evidence with its reports, its indicator's name and the decisions on it.

    All of it is as of an instant, also what a piece moves by the model of then: the newest by
    default.
    """
    model = model_at(session, at)
    context = find_context_only(session, evidence, at, model)
    items_by_story = _load_items(session, [e.story_id for e in evidence])
    decisions = {
        evidence_id: tuple(list_decisions_by(known, at))
        for evidence_id, known in load_decisions(session, [e.id for e in evidence]).items()
    }
    question_texts = _load_names(
        session, QuestionRow.id, QuestionRow.text, {e.question_id for e in evidence}
    )
    openings = _load_names(session, QuestionRow.id, QuestionRow.opens_at, set(question_texts))
    indicator_names = _load_names(
        session, IndicatorRow.id, IndicatorRow.name, {e.indicator_id for e in evidence}
    )
    return tuple(
        EvidenceCard(
            evidence=e,
            question_text=question_texts[e.question_id],
            indicator_name=indicator_names.get(e.indicator_id)
            or ("the question itself" if is_own_text(e.indicator_id) else e.indicator_id),
            items=_cut_items(items_by_story[e.story_id], at),
            decisions=decisions[e.id],
            why=find_reason(decisions[e.id]),
            context_only=e.id in context,
            min_relevance=model.min_relevance,
            before_opening=e.first_seen_at < openings[e.question_id],
        )
        for e in evidence
    )


def _cut_items(items: Sequence[StoryItem], at: datetime) -> tuple[StoryItem, ...]:
    """Cut off reports that came later, and later versions of their text; the first one stays."""
    then = [item for item in items if item.item.first_seen_at <= at] or items[:1]
    return tuple(
        replace(item, revisions=tuple(r for r in item.revisions if r.seen_at <= at))
        for item in then
    )


def _load_names(session: Session, key: str, name: Any, keys: set[Any]) -> dict[str, Any]:
    """Map one column to another for these keys."""
    return dict(session.exec(select(key, name).where(col(key).in_(keys))).all())


def _load_items(session: Session, story_ids: Sequence[StoryId]) -> dict[StoryId, list[StoryItem]]:
    """Return the items of these stories with their revisions and articles."""
    columns = [ITEM.c[name] for name in ("story_id", "wire", "copy_of", *ITEM_COLUMNS)]
    query = sa_select(*columns, col(FeedRow.title).label("feed_title"), col(FeedRow.source_group))
    rows = session.execute(select_story_items(query, story_ids)).all()
    revisions = list_revisions(session, [row.id for row in rows])
    texts = load_articles(session, [row.id for row in rows])
    by_story: dict[StoryId, list[StoryItem]] = {story_id: [] for story_id in story_ids}
    for row in rows:
        item, root = item_of_row(row), None if row.copy_of is None else ItemId(row.copy_of)
        versions, article = revisions.get(item.id, ()), texts.get(item.id, "")
        report = StoryItem(
            item, row.feed_title, row.wire or row.source_group, versions, article, root
        )
        by_story[StoryId(row.story_id)].append(report)
    return by_story
