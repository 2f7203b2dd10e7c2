"""Tables from essay to question: texts, claim decisions, edits, links, scenario sets, signposts.

All but drafts are facts: append-only and logged.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from tracker.storage.tables.base import TableRow, json_column, long_text


class Fact(TableRow):
    """Columns of a logged fact besides its content."""

    at: datetime
    by: str
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class EssayTextRow(Fact, table=True):
    """A version of an essay's text; claims are extracted from the newest."""

    __tablename__ = "essay_text"
    __table_args__ = (UniqueConstraint("essay_id", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    essay_id: str = Field(foreign_key="essay.id")
    version: int
    digest: str
    source: str
    text: str = long_text()


class EssayRemovalRow(Fact, table=True):
    """An essay removed before a question was opened from it, or added again; the last counts."""

    __tablename__ = "essay_removal"
    id: int | None = Field(default=None, primary_key=True)
    essay_id: str = Field(foreign_key="essay.id", index=True)
    is_removed: bool


class ClaimDecisionRow(Fact, table=True):
    """A sentence rejected as untestable, or restored; the last decision per place counts."""

    __tablename__ = "claim_decision"
    id: int | None = Field(default=None, primary_key=True)
    essay_id: str = Field(foreign_key="essay.id", index=True)
    start: int
    end: int
    quote: str
    verdict: str
    why: str = long_text()


class DraftRow(TableRow, table=True):
    """A draft of a question; replaced while edited, and deleted when the question opens."""

    __tablename__ = "draft"
    essay_id: str = Field(primary_key=True, foreign_key="essay.id")
    start: int = Field(primary_key=True)
    by: str
    saved_at: datetime
    fields: dict[str, Any] = json_column()


class QuestionEditRow(Fact, table=True):
    """A later wording of a question, complete."""

    __tablename__ = "question_edit"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    why: str = long_text()
    text: str = long_text()
    criteria: str = long_text()
    sources: list[str] = json_column()


class StatementsRow(Fact, table=True):
    """Lines of a compiled question that somebody wrote; the last ones count, empty ones reset."""

    __tablename__ = "question_statements"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    statements: list[dict[str, str]] = json_column()
    names: list[list[str]] = json_column()


class RepetitionRow(Fact, table=True):
    """A standing order to repeat a question, or its end; the last one of a question counts."""

    __tablename__ = "repetition"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    every: str
    until: str
    count: int | None = None
    template: dict[str, Any] = json_column()
    override: str = long_text()
    stopped: bool


class RecalibrationRow(Fact, table=True):
    """A person's consent to be recalibrated, with the parameters, or its end; the last one counts.

    `shift` and `stretch` are those of the log-odds of yes-no forecasts, from so many `questions` in
    so many `families`; `widening` is the factor of curves. All None: switched off.
    """

    __tablename__ = "recalibration"
    id: int | None = Field(default=None, primary_key=True)
    forecaster_id: str = Field(foreign_key="forecaster.id", index=True)
    shift: float | None = None
    stretch: float | None = None
    questions: int
    families: int
    widening: float | None = None
    curves: int
    curve_families: int


class RetractionRow(Fact, table=True):
    """A question retracted before any forecast."""

    __tablename__ = "retraction"
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    why: str = long_text()


class LintOverrideRow(Fact, table=True):
    """The reason for opening or editing a question despite lint errors; the last one counts."""

    __tablename__ = "lint_override"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    codes: list[str] = json_column()
    why: str = long_text()


class UncheckedAnswerRow(Fact, table=True):
    """An unverified answer imported with a question set; it does not resolve the question."""

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
    """A link between questions."""

    __tablename__ = "link"
    id: str = Field(primary_key=True)
    kind: str
    question_ids: list[str] = json_column()
    title: str
    labels: list[str] = json_column()
    why: str = long_text()


class RepairRow(Fact, table=True):
    """A repair of incoherent forecasts that somebody adopted or declined."""

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
    """A question whose options are scenarios, with their descriptions."""

    __tablename__ = "scenario_set"
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    title: str
    descriptions: list[str] = json_column()
    note: str = long_text()


class LikelihoodRow(Fact, table=True):
    """Likelihoods of an indicator question; the last row counts, an empty one removes it."""

    __tablename__ = "likelihood"
    id: int | None = Field(default=None, primary_key=True)
    scenario_question_id: str = Field(foreign_key="scenario_set.question_id", index=True)
    question_id: str = Field(foreign_key="question.id")
    p: list[float] = json_column()
    why: str = long_text()


class SignpostMarkRow(Fact, table=True):
    """Status of an expected indicator, observed or overdue; the last one counts."""

    __tablename__ = "signpost_mark"
    id: int | None = Field(default=None, primary_key=True)
    indicator_id: str = Field(foreign_key="indicator.id", index=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    state: str
    due_at: datetime
    ratio: float
    trust: float
