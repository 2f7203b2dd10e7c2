"""Comments, private notes, mentions, and wide gaps that a person set aside."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.questions.question import EvidenceId, ForecasterId, QuestionId
from tracker.model.audit import Authorship
from tracker.model.comments import Comment, CommentId, Mention, TextVersion
from tracker.storage import event_log
from tracker.storage.database_info import upsert_rows
from tracker.storage.facts import append_fact
from tracker.storage.tables import CommentRow, DismissedGapRow, MentionRow, NoteRow

Origin = Mapping[str, int | None]
"""Columns that only the first version of a comment has."""


def add_comment(
    session: Session, question_id: QuestionId, text: str, author: Authorship, *, origin: Origin
) -> CommentId:
    """Append a comment to its table and to the log."""
    row = _append_version(session, question_id, text, author, origin=origin)
    return CommentId(row.id)


def add_version(session: Session, comment: Comment, text: str, author: Authorship) -> int:
    """Append a later version of a comment, "" to remove it; return the number of the version."""
    origin = {"replaces": comment.id}
    row = _append_version(session, comment.question_id, text, author, origin=origin)
    return int(row.id)


def _append_version(
    session: Session, question_id: QuestionId, text: str, author: Authorship, *, origin: Origin
) -> Any:
    unset = {"replaces": None, "reply_to": None, "evidence_id": None}
    columns: dict[str, Any] = {**unset, **origin, "question_id": question_id, "text": text}
    return append_fact(session, "comment", question_id, columns, at=author.at, by=author.by)


def add_mentions(
    session: Session, question_id: QuestionId, version: int, people: Iterable[ForecasterId]
) -> None:
    """Store whom a version of a comment names."""
    for person in sorted(people):
        session.add(MentionRow(question_id=question_id, comment_id=version, forecaster_id=person))
    session.flush()


def list_comments(session: Session, question_id: QuestionId) -> tuple[Comment, ...]:
    """Return the comments on a question, the oldest first."""
    query = select(CommentRow).where(CommentRow.question_id == question_id)
    return _build_comments(session, session.exec(query.order_by(col(CommentRow.id))).all())


def find_comment(session: Session, comment_id: int) -> Comment | None:
    """Return a comment by its number."""
    is_version = (CommentRow.id == comment_id) | (CommentRow.replaces == comment_id)
    rows = session.exec(select(CommentRow).where(is_version).order_by(col(CommentRow.id))).all()
    comments = _build_comments(session, rows)
    return comments[0] if comments and comments[0].id == comment_id else None


def _build_comments(session: Session, rows: Iterable[CommentRow]) -> tuple[Comment, ...]:
    by_comment: dict[int, list[CommentRow]] = {}
    for row in rows:
        by_comment.setdefault(row.replaces or _get_id(row), []).append(row)
    versions = [_get_id(row) for versions in by_comment.values() for row in versions]
    query = select(MentionRow).where(col(MentionRow.comment_id).in_(versions))
    named: dict[int, set[ForecasterId]] = {}
    for mention in session.exec(query) if versions else ():
        named.setdefault(mention.comment_id, set()).add(ForecasterId(mention.forecaster_id))
    return tuple(_parse_comment(versions, named) for versions in by_comment.values())


def _parse_comment(rows: list[CommentRow], named: Mapping[int, set[ForecasterId]]) -> Comment:
    first = rows[0]
    return Comment(
        CommentId(_get_id(first)),
        QuestionId(first.question_id),
        ForecasterId(first.by),
        first.at,
        tuple(TextVersion(row.text, ForecasterId(row.by), row.at) for row in rows),
        None if first.reply_to is None else CommentId(first.reply_to),
        None if first.evidence_id is None else EvidenceId(first.evidence_id),
        frozenset().union(*(named.get(_get_id(row), set()) for row in rows)),
    )


def _get_id(row: CommentRow) -> int:
    assert row.id is not None
    return row.id


def list_mentions(session: Session, since: datetime) -> tuple[Mention, ...]:
    """Return the mentions since an instant, without those of removed comments.

    Whether a person may still see the question is checked by whoever tells them of it.
    """
    query = select(MentionRow, CommentRow).join(
        CommentRow, col(CommentRow.id) == col(MentionRow.comment_id)
    )
    mentions = []
    rows = session.exec(query.where(CommentRow.at >= since).order_by(col(MentionRow.id)))
    for row, version in rows.all():
        comment = find_comment(session, version.replaces or _get_id(version))
        if comment is not None and not comment.is_removed:
            mentions.append(
                Mention(
                    row.id or 0,
                    comment.question_id,
                    ForecasterId(row.forecaster_id),
                    comment.by,
                    version.at,
                    comment.text,
                )
            )
    return tuple(mentions)


def add_note(session: Session, question_id: QuestionId, text: str, author: Authorship) -> None:
    """Append a version of a private note to its table, and its hash to the log."""
    salt = secrets.token_hex(16)
    row = NoteRow(
        question_id=question_id, salt=salt, text=text, at=author.at, by=author.by, log_seq=0
    )
    subject = f"{question_id}/{author.by}"
    row.log_seq = event_log.append_entry(
        session, "note", subject, facts=_note_facts(row), at=author.at
    )
    session.add(row)
    session.flush()


def _note_facts(row: NoteRow) -> dict[str, Any]:
    """Return the logged facts of a note: instead of its text a hash that nobody can guess it by."""
    digest = hashlib.sha256(f"{row.salt}{row.text}".encode()).hexdigest()
    return {"question_id": row.question_id, "at": row.at, "by": row.by, "sha256": digest}


def index_note_facts(session: Session) -> Mapping[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of stored notes."""
    return event_log.index_facts_by_seq(session.exec(select(NoteRow)), _note_facts)


def list_note_versions(
    session: Session, question_id: QuestionId, by: ForecasterId
) -> tuple[TextVersion, ...]:
    """Return the versions of a person's note on a question, the oldest first."""
    query = select(NoteRow).where(NoteRow.question_id == question_id, NoteRow.by == by)
    rows = session.exec(query.order_by(col(NoteRow.id)))
    return tuple(TextVersion(row.text, ForecasterId(row.by), row.at) for row in rows)


def load_last_comments(session: Session) -> dict[tuple[QuestionId, ForecasterId], datetime]:
    """Return when each person last commented on each question."""
    query = select(CommentRow.question_id, CommentRow.by, func.max(CommentRow.at)).where(
        CommentRow.text != ""
    )
    rows = session.exec(query.group_by(CommentRow.question_id, CommentRow.by))
    return {(QuestionId(name), ForecasterId(by)): at for name, by, at in rows}


def dismiss_gap(
    session: Session, question_id: QuestionId, other: ForecasterId, author: Authorship
) -> None:
    """Store that the author set the gap to another person aside."""
    key = {"question_id": question_id, "forecaster_id": author.by, "other_id": other}
    upsert_rows(session, DismissedGapRow, [{**key, "at": author.at}], update=("at",))


def load_dismissed_gaps(
    session: Session, me: ForecasterId
) -> dict[tuple[QuestionId, ForecasterId], datetime]:
    """Return when a person set the gap to each other one aside, by question."""
    rows = session.exec(select(DismissedGapRow).where(DismissedGapRow.forecaster_id == me))
    return {(QuestionId(row.question_id), ForecasterId(row.other_id)): row.at for row in rows}
