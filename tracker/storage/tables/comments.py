"""Tables of comments and private notes, mentions, and wide gaps that a person set aside."""

from datetime import datetime

from sqlmodel import Field

from tracker.storage.tables.base import TableRow, long_text


class CommentRow(TableRow, table=True):
    """A comment, or a later version of the one that it `replaces`; append-only.

    Only the first version has `reply_to` and `evidence_id`. A removed comment has no text.
    """

    __tablename__ = "comment"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    replaces: int | None = Field(default=None, foreign_key="comment.id")
    reply_to: int | None = Field(default=None, foreign_key="comment.id")
    evidence_id: int | None = Field(default=None, foreign_key="evidence.id")
    text: str = long_text()
    at: datetime
    by: str = Field(foreign_key="forecaster.id")
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class NoteRow(TableRow, table=True):
    """A version of a person's private note on a question; append-only.

    The log has a hash of `salt` and `text` in their place.
    """

    __tablename__ = "note"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    salt: str
    text: str = long_text()
    at: datetime
    by: str = Field(foreign_key="forecaster.id")
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class MentionRow(TableRow, table=True):
    """A person whom a comment names; `comment_id` is the version that did so first."""

    __tablename__ = "mention"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    comment_id: int = Field(foreign_key="comment.id", index=True)
    forecaster_id: str = Field(foreign_key="forecaster.id")


class DismissedGapRow(TableRow, table=True):
    """A wide gap to another forecaster that a person set aside; it may be set aside again."""

    __tablename__ = "dismissed_gap"
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    forecaster_id: str = Field(primary_key=True, foreign_key="forecaster.id")
    other_id: str = Field(primary_key=True, foreign_key="forecaster.id")
    at: datetime
