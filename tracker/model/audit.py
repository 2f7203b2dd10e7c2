"""Records: authorship, lint overrides, unverified answers, signposts, job runs and activity."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from forecasts.evidence.evidence import IndicatorId
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.question import (
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.questions.timeline import Forecast

SignpostState = Literal["seen", "silent"]

OUTAGE_JOB: Final = "database"
"""Name of the job run that stands for all that were refused while the database was away."""


@dataclass(frozen=True, slots=True)
class Authorship:
    """Author and time of a statement."""

    by: ForecasterId
    at: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """Reason to open a question although the linter objected, with the codes of the flaws."""

    question_id: QuestionId
    codes: tuple[str, ...]
    why: str
    by: ForecasterId
    at: datetime


@dataclass(frozen=True, slots=True)
class WrittenLines:
    """Lines of a compiled question that its author wrote, and when; the rules fill the others."""

    own_lines: CompiledQuestion
    at: datetime


@dataclass(frozen=True, slots=True)
class UncheckedAnswer:
    """An answer of a question set to be checked by a person; it resolves nothing."""

    question_id: QuestionId
    outcome: str
    answer: str
    source_url: str
    note: str
    event_at: datetime
    known_at: datetime


@dataclass(frozen=True, slots=True)
class SignpostStatus:
    """Status of an expected indicator: seen (with how much trust), or its date passed unseen.

    `ratio` is P(status | YES) / P(status | NO), set in advance.
    """

    indicator_id: IndicatorId
    question_id: QuestionId
    state: SignpostState
    due_at: datetime
    ratio: float
    trust: float
    at: datetime


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a scheduled job: `outcome` is "ok" or "failed", `detail` the message or error."""

    job: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """An act of a person: a question, a forecast or an answer. `seq` is its number in the log."""

    seq: int
    at: datetime
    question: Question
    by: str
    act: Forecast | Resolution | None
