"""Full-text search over the items read: FTS5 in SQLite, a text index of PostgreSQL.

Both are kept by the database itself, in the transaction that writes an item, a later version of
it, or clears an old text. Whatever is typed is split into quoted terms, so no syntax of a query
language reaches the database.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import func, text
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import Evidence, EvidenceStatus, StoryId
from forecasts.questions.question import EvidenceId, QuestionId
from tracker.feeds.item import ItemId
from tracker.model.evidence import EvidenceUse, SearchHit
from tracker.storage.evidence_rows import add_reports
from tracker.storage.items import (
    ITEM,
    ITEM_COLUMNS,
    SavedItem,
    StoredItemText,
    find_id_bounds,
    item_of_row,
    list_archive_items,
)
from tracker.storage.tables import EvidenceRow, FeedRow

MAX_TERMS: Final = 20
"""Words and phrases of a query; a pasted article is searched by its beginning."""

MAX_TERM_WORDS: Final = 12
MIN_WORD_LENGTH: Final = 4
OVERFETCH: Final = 3
"""Hits read for each one returned, since copies of one report are returned once."""

UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)
"""Scripts without spaces between words, such as Chinese, Japanese and Thai."""

_TERM: Final = re.compile(r'"([^"]*)"|(\S+)')
_WORD: Final = re.compile(r"[^\W_]+")
_POSTGRES_TEXT: Final = (
    "to_tsvector('simple', left(title, 10000) || ' ' || left(summary, 100000) || ' '"
    " || left(content, 100000))"
)
"""The expression of the index, which a query has to repeat."""


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """Words that have to follow one another; the last may be the beginning of a longer one."""

    words: tuple[str, ...]
    is_prefix: bool = False


def parse_terms(query: str) -> tuple[SearchTerm, ...]:
    """Split a query into words, "quoted phrases" and begin* of words; all signs are ignored.

    >>> [" ".join(term.words) for term in parse_terms('cease* "peace deal" (U.S.)')]
    ['cease', 'peace deal', 'U S']
    """
    terms = []
    for match in _TERM.finditer(query):
        words = tuple(_WORD.findall(match[1] or match[2] or ""))[:MAX_TERM_WORDS]
        if words:
            terms.append(SearchTerm(words, bool(match[2] and match[2].endswith("*"))))
    return tuple(dict.fromkeys(terms))[:MAX_TERMS]


def search_items(
    session: Session, query: str, *, since: datetime | None = None, limit: int = 20
) -> tuple[SearchHit, ...]:
    """Find items by words, also by those of their later versions; one of several copies.

    Those with all terms, the newest first; if none has all, those with any, the best first.
    """
    terms = parse_terms(query)
    first = ItemId(1) if since is None else find_id_bounds(session, since)[0]
    if not terms or limit < 1 or not first:
        return ()
    if any(UNSPACED.search(word) for term in terms for word in term.words):
        return load_hits(session, _scan_ids(session, terms, first, limit * OVERFETCH), limit)
    for scope in (_Scope(all_terms=True, first=first), _Scope(all_terms=False, first=first)):
        ids = _find_ids(session, terms, scope, limit * OVERFETCH)
        if ids:
            return load_hits(session, ids, limit)
    return ()


@dataclass(frozen=True, slots=True)
class _Scope:
    """Extent of a search: all terms or any of them, from an item on."""

    all_terms: bool
    first: ItemId


def _find_ids(
    session: Session, terms: Sequence[SearchTerm], scope: _Scope, limit: int
) -> list[ItemId]:
    """Return the ids of matching items in their order."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    parameters = _fts5_parameters(terms, scope) if is_sqlite else _gin_parameters(terms)
    places: dict[ItemId, float] = {}
    for table, key in (("item", "id"), ("revision", "item_id")):
        query = text(
            _build_fts5(table, key, scope)
            if is_sqlite
            else _build_gin(table, key, scope, terms=len(terms))
        )
        values = {**parameters, "first": scope.first, "most": limit}
        for item_id, place in session.connection().execute(query, values):
            places[item_id] = min(place, places.get(item_id, place))
    return sorted(places, key=lambda item_id: (places[item_id], -item_id))[:limit]


def _scan_ids(
    session: Session, terms: Sequence[SearchTerm], first: ItemId, limit: int
) -> list[ItemId]:
    """Return the ids of items with all terms, the newest first, without the index.

    It has no words to look up in scripts that do not separate them.
    """
    phrases = [" ".join(term.words).lower() for term in terms]
    query = sa_select(ITEM.c.id).where(ITEM.c.id >= first)
    for phrase in phrases:
        query = query.where(
            func.lower(ITEM.c.title).contains(phrase) | func.lower(ITEM.c.summary).contains(phrase)
        )
    return list(session.execute(query.order_by(ITEM.c.id.desc()).limit(limit)).scalars())


def _build_fts5(table: str, key: str, scope: _Scope) -> str:
    index = f"{table}_search"
    place, order = ("0.0", "rowid DESC") if scope.all_terms else ("rank", "rank")
    return (
        f"SELECT {table}.{key}, {place} FROM {index}"  # noqa: S608 -- constants
        f" JOIN {table} ON {table}.id = {index}.rowid"
        f" WHERE {index} MATCH :words AND {table}.{key} >= :first"
        f" ORDER BY {index}.{order} LIMIT :most"
    )


def _fts5_parameters(terms: Sequence[SearchTerm], scope: _Scope) -> dict[str, str]:
    quoted = (f'"{" ".join(term.words)}"{"*" if term.is_prefix else ""}' for term in terms)
    return {"words": (" AND " if scope.all_terms else " OR ").join(quoted)}


def _build_gin(table: str, key: str, scope: _Scope, *, terms: int) -> str:
    words = (" && " if scope.all_terms else " || ").join(
        f"(CASE WHEN :prefix{n} THEN CAST(NULLIF(CAST(phraseto_tsquery('simple', :term{n})"
        f" AS text), '') || ':*' AS tsquery) ELSE phraseto_tsquery('simple', :term{n}) END)"
        for n in range(terms)
    )
    place, order = ("0.0", f"{key} DESC") if scope.all_terms else ("-ts_rank(texts, words)", "2")
    return (
        f"SELECT {key}, {place} FROM"  # noqa: S608 -- constants
        f" (SELECT {key}, {_POSTGRES_TEXT} AS texts, {words} AS words FROM {table}"
        f" WHERE {_POSTGRES_TEXT} @@ ({words}) AND {key} >= :first)"
        f" AS hits ORDER BY {order} LIMIT :most"
    )


def _gin_parameters(terms: Sequence[SearchTerm]) -> dict[str, Any]:
    phrases = {f"term{n}": " ".join(term.words) for n, term in enumerate(terms)}
    return {**phrases, **{f"prefix{n}": term.is_prefix for n, term in enumerate(terms)}}


def load_hits(session: Session, ids: Sequence[ItemId], limit: int) -> tuple[SearchHit, ...]:
    """Return these items in their order, the first of several copies."""
    columns = [ITEM.c[name] for name in ("story_id", "copy_of", *ITEM_COLUMNS)]
    query = sa_select(*columns, col(FeedRow.title).label("feed_title"))
    query = query.join(FeedRow, col(FeedRow.id) == ITEM.c.feed_id).where(ITEM.c.id.in_(ids))
    by_id = {row.id: row for row in session.execute(query)}
    by_text: dict[int, Any] = {}
    for row in (by_id[item_id] for item_id in ids):
        by_text.setdefault(row.copy_of or row.id, row)
    rows = list(by_text.values())[:limit]
    uses = _load_uses(session, {StoryId(row.story_id) for row in rows if row.story_id})
    return tuple(
        SearchHit(item_of_row(row), row.feed_title, tuple(uses.get(row.story_id, ())))
        for row in rows
    )


def list_similar_texts(
    session: Session, words: str, since: datetime, limit: int
) -> list[StoredItemText]:
    """Return items first seen from `since` on that share the most of these words, by id.

    Short words say little of a report and are in most of them, so they are left out.
    """
    long_words = (word for word in _WORD.findall(words) if len(word) >= MIN_WORD_LENGTH)
    terms = [SearchTerm((word,)) for word in dict.fromkeys(long_words)][:MAX_TERMS]
    first = find_id_bounds(session, since)[0]
    if not terms or not first:
        return []
    ids = _find_ids(session, terms, _Scope(all_terms=False, first=first), limit)
    columns = [ITEM.c[name] for name in StoredItemText.__slots__]
    query = sa_select(*columns).where(ITEM.c.id.in_(ids)).order_by(ITEM.c.id)
    return [StoredItemText(*row) for row in session.connection().execute(query)]


def _load_uses(
    session: Session, story_ids: Collection[StoryId]
) -> dict[StoryId, list[EvidenceUse]]:
    """Return the evidence from each of these stories."""
    uses: dict[StoryId, list[EvidenceUse]] = {}
    query = select(EvidenceRow).where(col(EvidenceRow.story_id).in_(story_ids))
    for row in session.exec(query.order_by(col(EvidenceRow.question_id))):
        use = EvidenceUse(
            EvidenceId(cast(int, row.id)),
            QuestionId(row.question_id),
            cast(EvidenceStatus, row.status),
        )
        uses.setdefault(StoryId(row.story_id), []).append(use)
    return uses


def find_story_evidence(
    session: Session, story_ids: Collection[StoryId], question_id: QuestionId
) -> Evidence | None:
    """Return the evidence on a question from any of these stories, the oldest first."""
    query = select(EvidenceRow).where(
        col(EvidenceRow.story_id).in_(story_ids), EvidenceRow.question_id == question_id
    )
    pieces = add_reports(session, session.exec(query.order_by(col(EvidenceRow.id)).limit(1)).all())
    return pieces[0] if pieces else None


def find_saved_item(session: Session, item_id: int) -> SavedItem | None:
    """Return a stored item with its first-seen time and story; None if there is none."""
    return next(iter(list_archive_items(session, ItemId(item_id - 1), ItemId(item_id))), None)
