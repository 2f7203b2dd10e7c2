"""What is said about a question beside its text: who says it and when, overrides of the linter, answers to check."""

from dataclasses import dataclass
from datetime import datetime

from forecasts.question import ForecasterId, QuestionId


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Who says something, and when."""

    by: ForecasterId
    at: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """Why a question was opened although the linter objected, and to what."""

    question_id: QuestionId
    codes: tuple[str, ...]
    why: str
    by: ForecasterId
    at: datetime


@dataclass(frozen=True, slots=True)
class UncheckedAnswer:
    """An answer that a question set brought from memory: to be checked by a person, it resolves nothing."""

    question_id: QuestionId
    outcome: str
    answer: str
    source_url: str
    note: str
    event_at: datetime
    known_at: datetime
