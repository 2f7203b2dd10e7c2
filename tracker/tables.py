"""Rows as they are stored. Seen by the store alone; a row is never a domain value.

SQLModel maps `datetime` to an aware UTC column on both dialects: a naive value is refused.
Natural keys are unique, so that every effect can be repeated without being doubled.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, MetaData, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """Base of all tables: constraint names are fixed, so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMING)


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


def _long_text() -> Any:
    return Field(sa_column=Column(Text, nullable=False))


class PropertyRow(Row, table=True):
    """A fact about the database itself, such as the time up to which a replay has run."""

    __tablename__ = "property"
    key: str = Field(primary_key=True)
    value: str


class LogRow(Row, table=True):
    """An entry of the append-only, hash-chained event log. Triggers refuse update and delete."""

    __tablename__ = "log"
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    entered_at: datetime
    kind: str
    subject: str
    body: str = _long_text()
    prev: str
    hash: str = Field(unique=True)


class EssayRow(Row, table=True):
    __tablename__ = "essay"
    id: str = Field(primary_key=True)
    title: str
    published: str
    language: str
    note: str


class ClaimRow(Row, table=True):
    __tablename__ = "claim"
    id: str = Field(primary_key=True)
    essay_id: str = Field(primary_key=True, foreign_key="essay.id")
    quote: str
    offset: int
    claim_kind: str
    modality: str
    restatement: str = _long_text()


class QuestionRow(Row, table=True):
    __tablename__ = "question"
    id: str = Field(primary_key=True)
    essay_id: str = Field(foreign_key="essay.id", index=True)
    kind: str
    text: str = _long_text()
    criteria: str = _long_text()
    sources: list[str] = _json()
    horizon_shape: str
    opens_at: datetime
    closes_at: datetime
    resolves_at: datetime
    prior: dict[str, Any] = _json()
    prior_reason: str = _long_text()
    claim_ids: list[str] = _json()
    tags: list[str] = _json()
    retrospective: bool
    options: list[str] = _json()
    scale: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True), nullable=True))
    log_seq: int = Field(foreign_key="log.seq")


class OptionChangeRow(Row, table=True):
    """An option added to a question, or removed from it, after its opening; appended, never changed."""

    __tablename__ = "option_change"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    name: str
    change: str
    at: datetime
    by: str
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class IndicatorRow(Row, table=True):
    __tablename__ = "indicator"
    id: str = Field(primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    name: str
    direction: int
    strength: int
    terms: list[list[str]] = _json()
    unless: list[str] = _json()
    examples: list[str] = _json()
    half_life_days: float | None
    usual_level: float


class FeedRow(Row, table=True):
    """A feed and the state of polling it: the database is the schedule."""

    __tablename__ = "feed"
    __table_args__ = (
        Index("ix_feed_due", "next_due_at", sqlite_where=text("NOT paused"), postgresql_where=text("NOT paused")),
    )
    id: str = Field(primary_key=True)
    title: str
    url: str = Field(unique=True)
    source_group: str
    grade: str
    theme: str
    etag: str | None = None
    last_modified: str | None = None
    next_due_at: datetime
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    last_status: int | None = None
    last_error: str = ""
    failures: int = 0
    paused: bool = False
    items_seen: int = 0


class StoryRow(Row, table=True):
    """A cluster of items that report the same event."""

    __tablename__ = "story"
    id: int | None = Field(default=None, primary_key=True)
    title: str
    first_seen_at: datetime
    last_seen_at: datetime = Field(index=True)


class ItemRow(Row, table=True):
    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("feed_id", "key"), UniqueConstraint("canonical_url"))
    id: int | None = Field(default=None, primary_key=True)
    feed_id: str = Field(foreign_key="feed.id")
    story_id: int = Field(foreign_key="story.id", index=True)
    key: str
    canonical_url: str | None
    title: str
    summary: str = _long_text()
    url: str
    published_at: datetime | None
    published_raw: str
    first_seen_at: datetime = Field(index=True)


class ForecasterRow(Row, table=True):
    __tablename__ = "forecaster"
    id: str = Field(primary_key=True)
    name: str
    kind: str


class EvidenceRow(Row, table=True):
    """A story that bears on a question; status, direction and strength follow the last decision."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("story_id", "question_id"),
        Index("ix_evidence_question_id_first_seen_at", "question_id", "first_seen_at"),
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
    matched: list[str] = _json()


class DecisionRow(Row, table=True):
    """One judgement of a piece of evidence; appended, never changed."""

    __tablename__ = "decision"
    id: int | None = Field(default=None, primary_key=True)
    evidence_id: int = Field(foreign_key="evidence.id", index=True)
    status: str
    direction: int
    strength: int
    by: str
    at: datetime
    note: str
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class ForecastRow(Row, table=True):
    """One act of a forecaster on a question; appended, never changed."""

    __tablename__ = "forecast"
    __table_args__ = (Index("ix_forecast_question_id_forecaster_id", "question_id", "forecaster_id"),)
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id")
    forecaster_id: str = Field(foreign_key="forecaster.id")
    act: str
    distribution: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True), nullable=True))
    made_at: datetime
    entered_at: datetime
    rationale: str = _long_text()
    cites: list[int] = _json()
    undoes: int | None = Field(default=None, foreign_key="forecast.id")
    key: str | None = Field(default=None, unique=True)
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class ResolutionRow(Row, table=True):
    """An answer to a question; appended, a later one supersedes."""

    __tablename__ = "resolution"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    outcome: str
    answer: str = ""
    source_url: str
    note: str = _long_text()
    event_at: datetime
    known_at: datetime
    entered_at: datetime
    entered_by: str
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class ScoreRow(Row, table=True):
    """A score with its receipt: derived, replaced in the transaction of the resolution it follows."""

    __tablename__ = "score"
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    forecaster_id: str = Field(primary_key=True, foreign_key="forecaster.id")
    rule: str = Field(primary_key=True)
    mean_while_active: float | None
    coverage: float
    attainable_coverage: float
    skill_over_schedule: float
    receipt: list[list[Any]] = _json()


class JobRunRow(Row, table=True):
    """One run of a scheduled job, for the health page and for finding out what happened."""

    __tablename__ = "job_run"
    id: int | None = Field(default=None, primary_key=True)
    job: str = Field(index=True)
    started_at: datetime
    ended_at: datetime
    outcome: str
    detail: str = _long_text()
