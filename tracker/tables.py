"""Rows as they are stored. Seen by the store alone; a row is never a domain value.

SQLModel maps `datetime` to an aware UTC column on both dialects: a naive value is refused.
Natural keys are unique, so that every effect can be repeated without being doubled.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, MetaData, Text, UniqueConstraint, text
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
    opposites: list[str] = _json()
    expected_by: datetime | None = None
    if_yes: str = ""
    if_no: str = ""
    option: str = ""


class FeedRow(Row, table=True):
    """A feed and the state of polling it: the database is the schedule."""

    __tablename__ = "feed"
    __table_args__ = (
        Index(
            "ix_feed_due",
            "next_due_at",
            sqlite_where=text("paused_why = ''"),
            postgresql_where=text("paused_why = ''"),
        ),
    )
    id: str = Field(primary_key=True)
    title: str
    url: str = Field(unique=True)
    source_group: str
    grade: str
    theme: str
    site_url: str = ""
    categories: list[list[str]] = _json()
    importance: float = 1.0
    every_minutes: float | None = None
    user_agent: str = ""
    max_megabytes: float | None = None
    full_text: bool = False
    next_due_at: datetime
    next_reason: str
    etag: str | None = None
    last_modified: str | None = None
    ttl_seconds: float
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    last_status: int | None = None
    last_error: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    paused_why: str = ""
    moved_to: str = ""
    moved_since: datetime | None = None
    recent: str = ""
    last_bytes: int = 0
    last_seconds: float = 0.0
    items_seen: int = 0
    need: float = 1.0
    rhythm_items: float = 0.0
    rhythm_days: float = 0.0
    rhythm_at: datetime | None = None
    rhythm_hours: bytes = b""


class FeedDocumentRow(Row, table=True):
    """What is remembered of a feed's last document, to tell what is new in the next one."""

    __tablename__ = "feed_document"
    feed_id: str = Field(primary_key=True, foreign_key="feed.id")
    body_hash: bytes
    entries: bytes


class FeedDayRow(Row, table=True):
    """What polling a feed came to on one day (UTC)."""

    __tablename__ = "feed_day"
    feed_id: str = Field(primary_key=True, foreign_key="feed.id")
    day: date = Field(primary_key=True, index=True)
    polls: int
    not_modified: int
    failed: int
    bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    seconds: float
    new_items: int
    changed_items: int


class StoryRow(Row, table=True):
    """A cluster of items that report the same event. `vector` sums those of its reports, made by `encoder`."""

    __tablename__ = "story"
    id: int | None = Field(default=None, primary_key=True)
    title: str
    first_seen_at: datetime
    last_seen_at: datetime = Field(index=True)
    vector: bytes = b""
    encoder: str = ""


class StoryMergeRow(Row, table=True):
    """From `at` on two stories are one: the later one counts as part of the earlier. Appended, never changed."""

    __tablename__ = "story_merge"
    id: int | None = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="story.id", index=True)
    into_id: int = Field(foreign_key="story.id", index=True)
    at: datetime
    why: str


class ItemRow(Row, table=True):
    """An entry as it was first seen. `fingerprint` is that of its newest version, "" when it is not known."""

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("feed_id", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    feed_id: str = Field(foreign_key="feed.id")
    story_id: int | None = Field(default=None, foreign_key="story.id", index=True)
    key: str
    canonical_url: str | None = Field(default=None, index=True)
    title: str
    summary: str = _long_text()
    content: str = _long_text()
    url: str
    published_at: datetime | None
    published_raw: str
    updated_at: datetime | None
    date_note: str
    first_seen_at: datetime = Field(index=True)
    fingerprint: str
    revisions: int
    same_as: int | None = Field(default=None, foreign_key="item.id")
    copy_of: int | None = None
    wire: str = ""


class RevisionRow(Row, table=True):
    """A later version of an item, as it was seen; appended, never changed."""

    __tablename__ = "revision"
    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", index=True)
    seen_at: datetime
    title: str
    summary: str = _long_text()
    content: str = _long_text()
    url: str
    updated_at: datetime | None


class ArticleRow(Row, table=True):
    """The whole article behind an item, or why there is none."""

    __tablename__ = "article"
    item_id: int = Field(primary_key=True, foreign_key="item.id")
    fetched_at: datetime
    text: str = _long_text()
    why_not: str


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
    p_direction: float = 1.0
    option: str = ""
    nearest: str = Field(default="", sa_column=Column(Text, nullable=False))
    cosine: float = 0.0
    leaning: str = Field(default="", sa_column=Column(Text, nullable=False))
    matcher: str = ""


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


class LearnedRow(Row, table=True):
    """A number that this installation learned, or what a person decided about it; appended, the newest counts."""

    __tablename__ = "learned"
    __table_args__ = (Index("ix_learned_name_scope", "name", "scope"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str
    scope: str
    value: float
    n: int
    as_of: datetime
    why: str = _long_text()
    state: str
    by: str
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class RematchRow(Row, table=True):
    """A stretch of the archive that one matcher has held against one set of questions, or still has to."""

    __tablename__ = "rematch"
    matcher: str = Field(primary_key=True)
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    first_item: int = Field(primary_key=True)
    last_item: int
    done_at: datetime | None = Field(default=None, index=True)
    found: int = 0


class ModelAnswerRow(Row, table=True):
    """What the model answered to a question put to it, so that it is not asked twice."""

    __tablename__ = "model_answer"
    key: str = Field(primary_key=True)
    shape: str
    model: str
    asked_at: datetime
    tokens: int
    value: dict[str, Any] = _json()


class ModelDayRow(Row, table=True):
    """How many requests the model was sent on one day (UTC)."""

    __tablename__ = "model_day"
    day: date = Field(primary_key=True)
    requests: int


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
