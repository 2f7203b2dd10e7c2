"""Comment on a question: write, edit and remove comments, and keep a private note."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.questions.question import EvidenceId, ForecasterId, QuestionId
from tracker.errors import Forbidden, NotFound, Refused
from tracker.feeds.plain_text import remove_invisible
from tracker.model.audit import Authorship
from tracker.model.comments import Comment, TextVersion, clean_text, find_names
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import refuse_foreign_evidence, register_forecaster
from tracker.storage import comments, record
from tracker.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class NewComment:
    """Comment to add: its question, text, the comment that it answers, the evidence it quotes."""

    question_id: str
    text: str
    reply_to: int | None = None
    evidence_id: int | None = None


def add_comment(
    session: Session, new: NewComment, author: Authorship, *, addressees: Set[ForecasterId]
) -> Comment:
    """Add a comment; raises in one line for a text or a reference that does not fit.

    `addressees` are those of the named people who may see the question.
    """
    text = clean_text(new.text)
    question = require_question(session, new.question_id)
    if new.reply_to is not None:
        answered = require_comment(session, new.reply_to)
        if answered.question_id != question.id:
            raise Refused(f"comment {new.reply_to} is on another question: reply to it there")
    if new.evidence_id is not None:
        refuse_foreign_evidence(session, question, [EvidenceId(new.evidence_id)])
    register_forecaster(session, author.by, author.at)
    origin = {"reply_to": new.reply_to, "evidence_id": new.evidence_id}
    comment_id = comments.add_comment(session, question.id, text, author, origin=origin)
    _mention(session, question.id, comment_id, addressees - {author.by}, at=author.at)
    return require_comment(session, comment_id)


def _mention(
    session: Session,
    question_id: QuestionId,
    version: int,
    people: Set[ForecasterId],
    *,
    at: datetime,
) -> None:
    for person in sorted(people):
        register_forecaster(session, person, at)  # the owner of the machine may not have acted yet
    comments.add_mentions(session, question_id, version, people)


def edit_comment(
    session: Session,
    comment_id: int,
    text: str,
    author: Authorship,
    *,
    addressees: Set[ForecasterId],
) -> Comment:
    """Replace the text of one's own comment; the versions before it stay."""
    comment = require_comment(session, comment_id)
    text = clean_text(text)
    if comment.by != author.by:
        raise Forbidden(f"only {comment.by} edits comment {comment_id}: reply to it")
    if comment.is_removed:
        raise Refused(f"comment {comment_id} was removed: write a new one")
    if text == comment.text:
        return comment
    version = comments.add_version(session, comment, text, author)
    newly_named = addressees - comment.mentions - {author.by}
    _mention(session, comment.question_id, version, newly_named, at=author.at)
    return require_comment(session, comment_id)


def remove_comment(
    session: Session, comment_id: int, author: Authorship, *, is_admin: bool
) -> Comment:
    """Remove a comment, as its author or an admin may; what it said stays in the log."""
    comment = require_comment(session, comment_id)
    if comment.by != author.by and not is_admin:
        raise Forbidden(f"only {comment.by} or an admin removes comment {comment_id}")
    if comment.is_removed:
        return comment
    register_forecaster(session, author.by, author.at)
    comments.add_version(session, comment, "", author)
    return require_comment(session, comment_id)


def require_comment(session: Session, comment_id: int) -> Comment:
    """Return a comment; raises `NotFound`."""
    comment = comments.find_comment(session, comment_id)
    if comment is None:
        raise NotFound("comment", comment_id, "`tracker question comments` lists their numbers")
    return comment


def list_comments(
    session: Session, question_id: str, until: datetime | None
) -> tuple[Comment, ...]:
    """List the comments on a question, the oldest first, optionally as of an instant.

    One that was removed later is removed there, too: what it said is not to be read in the past.
    """
    question = require_question(session, question_id)
    written = map(hide_removed, comments.list_comments(session, question.id))
    if until is None:
        return tuple(written)
    return tuple(_look_back(comment, until) for comment in written if comment.at <= until)


def _look_back(comment: Comment, until: datetime) -> Comment:
    if comment.is_removed:
        return comment
    return replace(comment, versions=tuple(v for v in comment.versions if v.at <= until))


def hide_removed(comment: Comment) -> Comment:
    """Return a comment without its earlier versions if it is removed."""
    return replace(comment, versions=comment.versions[-1:]) if comment.is_removed else comment


def list_versions(
    session: Session, comment_id: int, me: ForecasterId, *, is_admin: bool
) -> tuple[TextVersion, ...]:
    """Return all versions of a comment; those of a removed one to its author and admins alone."""
    comment = require_comment(session, comment_id)
    is_open = not comment.is_removed or comment.by == me or is_admin
    return comment.versions if is_open else hide_removed(comment).versions


def list_named_people(session: Session, text: str, owner: ForecasterId) -> frozenset[ForecasterId]:
    """List the known people whom a text names; `owner` is that of the machine."""
    people = {f.id for f in record.list_forecasters(session).values() if f.kind == "person"}
    return find_names(remove_invisible(text)) & {*people, owner}


def write_note(session: Session, question_id: str, text: str, author: Authorship) -> None:
    """Keep a new version of one's note on a question; an empty text removes it."""
    question = require_question(session, question_id)
    text = clean_text(text) if text.strip() else ""
    versions = comments.list_note_versions(session, question.id, author.by)
    if text == (versions[-1].text if versions else ""):
        return
    register_forecaster(session, author.by, author.at)
    comments.add_note(session, question.id, text, author)
