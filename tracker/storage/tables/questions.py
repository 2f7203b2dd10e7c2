"""Tables of essays, claims, questions and indicators."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from tracker.storage.tables.base import Row, json_column, long_text


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
    restatement: str = long_text()


class QuestionRow(Row, table=True):
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
    log_seq: int = Field(foreign_key="log.seq")


class OptionChangeRow(Row, table=True):
    """An option added or removed after the question's opening; append-only."""

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
    terms: list[list[str]] = json_column()
    unless: list[str] = json_column()
    examples: list[str] = json_column()
    half_life_days: float | None
    usual_level: float
    opposites: list[str] = json_column()
    expected_by: datetime | None = None
    if_yes: str = ""
    if_no: str = ""
    option: str = ""
