"""Tables of evidence, decisions, learned parameters, rematching and model requests."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from tracker.storage.tables.base import TableRow, json_column, long_text


class EvidenceRow(TableRow, table=True):
    """Evidence from a story on a question, as it was logged; status, direction, strength and judge
    are those of the last decision, and the newest revision among its decisions has the numbers.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("story_id", "question_id"),
        Index("ix_evidence_question_id_first_seen_at", "question_id", "first_seen_at"),
        Index(
            "ix_evidence_question_id_status_first_seen_at", "question_id", "status", "first_seen_at"
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id")
    story_id: int = Field(foreign_key="story.id")
    indicator_id: str
    direction: int
    strength: int
    relevance: float
    status: str = Field(index=True)
    judged_by: str
    first_seen_at: datetime
    matched: list[str] = json_column()
    p_direction: float = 1.0
    option: str = ""
    nearest: str = Field(default="", sa_column=Column(Text, nullable=False))
    cosine: float = 0.0
    leaning: str = Field(default="", sa_column=Column(Text, nullable=False))
    matcher: str = ""


class DecisionRow(TableRow, table=True):
    """A decision on a piece of evidence, with its numbers from then on if it revises them;
    append-only.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index(
            "ix_decision_revision",
            "evidence_id",
            sqlite_where=text("revision IS NOT NULL"),
            postgresql_where=text("revision IS NOT NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    evidence_id: int = Field(foreign_key="evidence.id", index=True)
    status: str
    direction: int
    strength: int
    by: str
    at: datetime
    note: str
    revision: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class LearnedRow(TableRow, table=True):
    """A learned parameter, or a person's decision on it; append-only, the newest counts."""

    __tablename__ = "learned"
    __table_args__ = (Index("ix_learned_name_scope", "name", "scope"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str
    scope: str
    value: float
    n: int
    as_of: datetime
    why: str = long_text()
    state: str
    by: str
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class RematchRow(TableRow, table=True):
    """A range of the archive matched, or to be matched, against a question by one matcher."""

    __tablename__ = "rematch"
    matcher: str = Field(primary_key=True)
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    first_item: int = Field(primary_key=True)
    last_item: int
    done_at: datetime | None = Field(default=None, index=True)
    found: int = 0


class ModelAnswerRow(TableRow, table=True):
    """A cached answer of the language model."""

    __tablename__ = "model_answer"
    key: str = Field(primary_key=True)
    shape: str
    model: str
    asked_at: datetime
    tokens: int
    value: dict[str, Any] = json_column()


class ModelDayRow(TableRow, table=True):
    """Pieces that the language model was asked about on one day (UTC)."""

    __tablename__ = "model_day"
    day: date = Field(primary_key=True)
    pieces: int
