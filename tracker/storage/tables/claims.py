"""From essay to question: texts, verdicts on claims, edits, links, scenario sets, signposts.

All but drafts are facts: appended and logged, never changed.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from tracker.storage.tables.base import Row, json_column, long_text


class Fact(Row):
    """What a logged fact carries besides what it says."""

    at: datetime
    by: str
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class EssayTextRow(Fact, table=True):
    """One version of an essay's text; claims are found in the newest."""

    __tablename__ = "essay_text"
    __table_args__ = (UniqueConstraint("essay_id", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    essay_id: str = Field(foreign_key="essay.id")
    version: int
    digest: str
    source: str
    text: str = long_text()


class ClaimDecisionRow(Fact, table=True):
    """A sentence set aside as untestable, or taken up again; of two decisions on one place the
    later counts.
    """

    __tablename__ = "claim_decision"
    id: int | None = Field(default=None, primary_key=True)
    essay_id: str = Field(foreign_key="essay.id", index=True)
    start: int
    end: int
    quote: str
    verdict: str
    why: str = long_text()


class DraftRow(Row, table=True):
    """A question half written; replaced as it is worked on, and gone when it is opened."""

    __tablename__ = "draft"
    essay_id: str = Field(primary_key=True, foreign_key="essay.id")
    start: int = Field(primary_key=True)
    by: str
    saved_at: datetime
    fields: dict[str, Any] = json_column()


class QuestionEditRow(Fact, table=True):
    """A later wording of a question, whole."""

    __tablename__ = "question_edit"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    why: str = long_text()
    text: str = long_text()
    criteria: str = long_text()
    sources: list[str] = json_column()


class RetractionRow(Fact, table=True):
    """A question taken back before anybody had forecast it."""

    __tablename__ = "retraction"
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    why: str = long_text()


class LintOverrideRow(Fact, table=True):
    """Why a question was opened, or worded anew, although the linter objected; of several the last
    counts.
    """

    __tablename__ = "lint_override"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    codes: list[str] = json_column()
    why: str = long_text()


class UncheckedAnswerRow(Fact, table=True):
    """An answer that a question set brought and that a person has to check first: it resolves
    nothing.
    """

    __tablename__ = "unchecked_answer"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    outcome: str
    answer: str
    source_url: str
    note: str = long_text()
    event_at: datetime
    known_at: datetime


class LinkRow(Fact, table=True):
    """Questions bound to each other."""

    __tablename__ = "link"
    id: str = Field(primary_key=True)
    kind: str
    question_ids: list[str] = json_column()
    title: str
    labels: list[str] = json_column()
    why: str = long_text()


class RepairRow(Fact, table=True):
    """A repair of forecasts that contradicted each other, as somebody adopted or declined it."""

    __tablename__ = "repair"
    id: int | None = Field(default=None, primary_key=True)
    link_id: str = Field(foreign_key="link.id", index=True)
    forecaster_id: str
    question_ids: list[str] = json_column()
    before: list[float] = json_column()
    after: list[float] = json_column()
    nats: float
    decision: str
    why: str = long_text()


class ScenarioSetRow(Fact, table=True):
    """A question whose options are scenarios, described."""

    __tablename__ = "scenario_set"
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    title: str
    descriptions: list[str] = json_column()
    note: str = long_text()


class LikelihoodRow(Fact, table=True):
    """What each scenario says about an indicator question; of several the last counts, an empty one
    takes it out.
    """

    __tablename__ = "likelihood"
    id: int | None = Field(default=None, primary_key=True)
    scenario_question_id: str = Field(foreign_key="scenario_set.question_id", index=True)
    question_id: str = Field(foreign_key="question.id")
    p: list[float] = json_column()
    why: str = long_text()


class SignpostMarkRow(Fact, table=True):
    """An expected indicator that was seen, or whose date passed unseen; of several marks the last
    counts.
    """

    __tablename__ = "signpost_mark"
    id: int | None = Field(default=None, primary_key=True)
    indicator_id: str = Field(foreign_key="indicator.id", index=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    state: str
    due_at: datetime
    ratio: float
    trust: float
