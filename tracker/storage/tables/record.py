"""Tables of questions, properties, the log, forecasts, resolutions, scores and job runs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field

from tracker.storage.tables.base import TableRow, json_column, long_text


class PropertyRow(TableRow, table=True):
    """A property of the database, such as the time a replay has reached."""

    __tablename__ = "property"
    key: str = Field(primary_key=True)
    value: str


class LogRow(TableRow, table=True):
    """An entry of the append-only, hash-chained event log; triggers reject UPDATE and DELETE."""

    __tablename__ = "log"
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    entered_at: datetime
    kind: str
    subject: str
    body: str = long_text()
    prev: str
    hash: str = Field(unique=True)
    actor: str = ""


class LogBlockRow(TableRow, table=True):
    """Root of the Merkle tree over a full block of entries, derived; see `log_tree`."""

    __tablename__ = "log_block"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    root: bytes


class ForecasterRow(TableRow, table=True):
    __tablename__ = "forecaster"
    id: str = Field(primary_key=True)
    name: str
    kind: str


class ForecastRow(TableRow, table=True):
    """An act of a forecaster on a question; append-only."""

    __tablename__ = "forecast"
    __table_args__ = (
        Index(
            "ix_forecast_question_id_forecaster_id_made_at",
            "question_id",
            "forecaster_id",
            "made_at",
        ),
        Index("ix_forecast_forecaster_id_made_at", "forecaster_id", "made_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id")
    forecaster_id: str = Field(foreign_key="forecaster.id")
    act: str
    distribution: dict[str, Any] | None = Field(
        sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    made_at: datetime
    entered_at: datetime
    rationale: str = long_text()
    cites: list[int] = json_column()
    undoes: int | None = Field(default=None, foreign_key="forecast.id")
    key: str | None = Field(default=None, unique=True)
    imported_by: str | None = None
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class ResolutionRow(TableRow, table=True):
    """An answer to a question; append-only, the last one counts."""

    __tablename__ = "resolution"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    outcome: str
    answer: str = ""
    source_url: str
    note: str = long_text()
    event_at: datetime
    known_at: datetime
    entered_at: datetime
    entered_by: str
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class ScoreRow(TableRow, table=True):
    """A score, derived: replaced in the transaction of each resolution."""

    __tablename__ = "score"
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    forecaster_id: str = Field(primary_key=True, foreign_key="forecaster.id")
    rule: str = Field(primary_key=True)
    mean_while_active: float | None
    coverage: float
    attainable_coverage: float
    skill_over_schedule: float


class StandingRow(TableRow, table=True):
    """Forecasts that stood on an answered question, of which receipts are made; derived as scores.

    `forecasters` are names with their numbers of spans; `spans` are triples of eight bytes: start
    and end in microseconds since 1970, and the probability of YES; `forecasts` has those of other
    kinds of questions.
    """

    __tablename__ = "standing"
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    forecasters: list[list[Any]] = json_column()
    spans: bytes
    forecasts: list[dict[str, Any]] = json_column()


class JobRunRow(TableRow, table=True):
    """A run of a scheduled job, for the status page and diagnosis."""

    __tablename__ = "job_run"
    id: int | None = Field(default=None, primary_key=True)
    job: str = Field(index=True)
    started_at: datetime
    ended_at: datetime
    outcome: str
    detail: str = long_text()


class JobSlotRow(TableRow, table=True):
    """A stretch of time in which a job has run, or was handed to a worker: no other process may."""

    __tablename__ = "job_slot"
    job: str = Field(primary_key=True)
    slot: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    taken_at: datetime


class DatabaseSizeRow(TableRow, table=True):
    """Size of the database at its daily upkeep, by which its growth is told."""

    __tablename__ = "database_size"
    day: date = Field(primary_key=True)
    bytes: int = Field(sa_column=Column(BigInteger, nullable=False))


class EssayRow(TableRow, table=True):
    __tablename__ = "essay"
    id: str = Field(primary_key=True)
    title: str
    published: str
    language: str
    note: str


class ClaimRow(TableRow, table=True):
    __tablename__ = "claim"
    id: str = Field(primary_key=True)
    essay_id: str = Field(primary_key=True, foreign_key="essay.id")
    quote: str
    offset: int
    claim_kind: str
    modality: str
    restatement: str = long_text()


class QuestionRow(TableRow, table=True):
    __tablename__ = "question"
    id: str = Field(primary_key=True)
    essay_id: str = Field(foreign_key="essay.id", index=True)
    kind: str
    text: str = long_text()
    criteria: str = long_text()
    sources: list[str] = json_column()
    horizon_shape: str
    opens_at: datetime
    closes_at: datetime
    resolves_at: datetime
    prior: dict[str, Any] = json_column()
    prior_reason: str = long_text()
    claim_ids: list[str] = json_column()
    tags: list[str] = json_column()
    retrospective: bool
    options: list[str] = json_column()
    scale: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True), nullable=True))
    bears_out: str = ""
    prior_as_of: datetime | None = None
    log_seq: int = Field(foreign_key="log.seq")


class OptionChangeRow(TableRow, table=True):
    """An option added or removed after the question's opening; append-only."""

    __tablename__ = "option_change"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    name: str
    change: str
    at: datetime
    by: str
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class IndicatorRow(TableRow, table=True):
    __tablename__ = "indicator"
    id: str = Field(primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    name: str
    direction: int
    strength: int
    terms: list[list[str]] = json_column()
    unless: list[str] = json_column()
    examples: list[str] = json_column()
    half_life_days: float | None
    usual_per_year: float
    opposites: list[str] = json_column()
    expected_by: datetime | None = None
    if_yes: str = ""
    if_no: str = ""
    option: str = ""
