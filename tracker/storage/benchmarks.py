"""Benchmarks: links to the same question elsewhere, and the state of their polls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.questions.question import ForecasterId, QuestionId
from tracker.model.audit import Authorship
from tracker.model.benchmarks import BenchmarkLink, PlatformName, PollState, make_digest
from tracker.storage.database_info import upsert_rows
from tracker.storage.facts import append_fact, read_slots
from tracker.storage.tables import BenchmarkPollRow, BenchmarkRow

LinkedQuestion = tuple[BenchmarkLink, PollState]


def add_link(session: Session, link: BenchmarkLink) -> None:
    """Append a link to its table and to the log; it replaces that of the same platform."""
    _append(session, link, Authorship(link.by, link.at), is_linked=True)


def end_link(session: Session, link: BenchmarkLink, author: Authorship) -> None:
    """Append that a question elsewhere is no longer linked, and forget the state of its polls."""
    _append(session, link, author, is_linked=False)
    row = session.get(BenchmarkPollRow, (link.question_id, link.platform))
    if row is not None:
        session.delete(row)
        session.flush()


def _append(session: Session, link: BenchmarkLink, author: Authorship, *, is_linked: bool) -> None:
    columns = {
        **{name: value for name, value in read_slots(link).items() if name not in ("by", "at")},
        "options": [list(pair) for pair in link.options],
        "digest": make_digest(link.title, link.criteria),
        "is_linked": is_linked,
    }
    append_fact(session, "benchmark", link.question_id, columns, at=author.at, by=author.by)


def list_links(
    session: Session, question_id: QuestionId | None = None
) -> tuple[LinkedQuestion, ...]:
    """Return the links that stand, of a question or of all, with the state of their polls."""
    newest = select(func.max(BenchmarkRow.id)).group_by(
        col(BenchmarkRow.question_id), col(BenchmarkRow.platform)
    )
    query = _select_links().where(col(BenchmarkRow.id).in_(newest))
    if question_id is not None:
        query = query.where(BenchmarkRow.question_id == question_id)
    order = (col(BenchmarkRow.question_id), col(BenchmarkRow.platform))
    return _read_links(session.exec(query.order_by(*order)).all())


def find_link(
    session: Session, question_id: QuestionId, platform: PlatformName
) -> LinkedQuestion | None:
    """Return the link of a question to a platform; None without one."""
    links = list_links(session, question_id)
    return next((linked for linked in links if linked[0].platform == platform), None)


def list_due_links(session: Session, now: datetime) -> tuple[LinkedQuestion, ...]:
    """Return the links that are to be read now, those that waited longest first."""
    due = (linked for linked in list_links(session) if _is_due(linked[1], now))
    return tuple(sorted(due, key=lambda linked: linked[1].next_at or now))


def _is_due(state: PollState, now: datetime) -> bool:
    return state.next_at is not None and state.next_at <= now and not state.changed


def save_polls(
    session: Session, question_id: QuestionId, platform: PlatformName, state: PollState
) -> None:
    """Store the state of the polls of a link."""
    columns = read_slots(state)
    row = {"question_id": question_id, "platform": platform, **columns}
    upsert_rows(session, BenchmarkPollRow, [row], update=tuple(columns))


def _select_links() -> Any:
    return select(BenchmarkRow, BenchmarkPollRow).join(
        BenchmarkPollRow,
        (col(BenchmarkPollRow.question_id) == col(BenchmarkRow.question_id))
        & (col(BenchmarkPollRow.platform) == col(BenchmarkRow.platform)),
    )


def _read_links(
    rows: Sequence[tuple[BenchmarkRow, BenchmarkPollRow]],
) -> tuple[LinkedQuestion, ...]:
    return tuple((_read_link(row), _read_state(polls)) for row, polls in rows if row.is_linked)


def _read_link(row: BenchmarkRow) -> BenchmarkLink:
    return BenchmarkLink(
        QuestionId(row.question_id),
        cast(PlatformName, row.platform),
        row.external_id,
        row.url,
        row.title,
        row.criteria,
        row.is_inverted,
        tuple((ours, theirs) for ours, theirs in row.options),
        ForecasterId(row.by),
        row.at,
    )


def _read_state(row: BenchmarkPollRow) -> PollState:
    return PollState(**{name: getattr(row, name) for name in PollState.__slots__})
