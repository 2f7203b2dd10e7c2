"""What is said about a question beside its text: by whom and when, overrides, answers to check,
marks of signposts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from forecasts.evidence.evidence import IndicatorId
from forecasts.questions.question import ForecasterId, QuestionId

MarkState = Literal["seen", "silent"]


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
    """An answer that a question set brought from memory: to be checked by a person, it resolves
    nothing.
    """

    question_id: QuestionId
    outcome: str
    answer: str
    source_url: str
    note: str
    event_at: datetime
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """What was noted of an expected indicator: that it was seen (with how much trust), or that its
    date passed unseen.

    `ratio` is what that says: P(so | YES) / P(so | NO), as it was set in advance.
    """

    indicator_id: IndicatorId
    question_id: QuestionId
    state: MarkState
    due_at: datetime
    ratio: float
    trust: float
    at: datetime
