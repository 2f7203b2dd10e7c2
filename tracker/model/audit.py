"""Annotations on questions: authorship, lint overrides, unverified answers, signpost status."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from forecasts.evidence.evidence import IndicatorId
from forecasts.questions.question import ForecasterId, QuestionId

SignpostState = Literal["seen", "silent"]


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
