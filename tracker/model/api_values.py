"""Answers of the HTTP API about questions, evidence and forecasts; its client reads them, too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forecasts.evidence.evidence import Direction, EvidenceStatus, Strength
from forecasts.questions.amendments import QuestionVersion
from forecasts.questions.compiled_question import Statement
from forecasts.questions.question import HorizonShape, Kind, Outcome, Status
from forecasts.questions.timeline import Act


@dataclass(frozen=True, slots=True)
class StandingForecast:
    """A forecast that stands: as it would be typed, and P(YES) of a yes-no question."""

    forecaster: str
    name: str
    kind: str
    forecast: str
    p: float | None
    since: datetime


@dataclass(frozen=True, slots=True)
class QuestionBrief:
    """A question as an entry of a list; `answer` is in words, `evidence` a number of pieces."""

    id: str
    kind: Kind
    text: str
    status: Status
    answer: str | None
    opens_at: datetime
    closes_at: datetime
    resolves_at: datetime
    tags: tuple[str, ...]
    retrospective: bool
    evidence: int
    forecasts: tuple[StandingForecast, ...]


@dataclass(frozen=True, slots=True)
class ForecastAct:
    """An act of a forecaster; `cites` are ids of evidence, `forecast` what stands after it."""

    id: int
    question: str
    forecaster: str
    name: str
    act: Act
    forecast: str | None
    p: float | None
    made_at: datetime
    rationale: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EvidenceBrief:
    """A piece of evidence; `reports` counts the reports of its story.

    While it is `perhaps` evidence, it moves nothing until a person confirms it. Headline and source
    are the words of others.
    """

    id: int
    question: str
    first_seen_at: datetime
    headline: str
    url: str
    source: str
    reports: int
    direction: Direction
    option: str
    strength: Strength
    relevance: float
    status: EvidenceStatus
    context_only: bool
    perhaps: bool


@dataclass(frozen=True, slots=True)
class AnswerBrief:
    """A proposed answer as `resolutions` would get it; `key` names it where there are several."""

    question: str
    key: str
    answer: str
    quote: str
    url: str
    known_at: datetime
    series: str | None
    evidence: int | None
    document_hash: str
    revised: str


@dataclass(frozen=True, slots=True)
class ResolutionBrief:
    """An answer that was entered; `answer` is in words."""

    outcome: Outcome
    answer: str
    source_url: str
    note: str
    event_at: datetime
    known_at: datetime
    entered_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ScoreBrief:
    """A score of a forecaster by one rule; see the page of scoring rules for their units."""

    forecaster: str
    rule: str
    mean_while_active: float | None
    skill_over_schedule: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class ChangeBrief:
    """An act of a person: `kind` is asked, forecast or answered; `forecast_or_answer` is in words.

    `seq` is its number in the log.
    """

    seq: int
    at: datetime
    question: str
    text: str
    by: str
    kind: str
    forecast_or_answer: str
    why: str


@dataclass(frozen=True, slots=True)
class ClaimBrief:
    """A claim that a question tests."""

    id: str
    quote: str


@dataclass(frozen=True, slots=True)
class SettlingBrief:
    """The series and the rule that settle a question."""

    series: str
    rule: str
    unit: str


@dataclass(frozen=True, slots=True)
class QuestionDetail(QuestionBrief):
    """All about a question.

    `acts` are those of people, agents, markets and platforms. `suggestion` is the estimate with its
    lines, by kind of question. `statements_by` is "rules", or whoever wrote any of the lines.
    """

    criteria: str
    sources: tuple[str, ...]
    essay: str
    claims: tuple[ClaimBrief, ...]
    options: tuple[str, ...]
    unit: str
    horizon: HorizonShape
    statements: tuple[Statement, ...]
    names: tuple[tuple[str, ...], ...]
    statements_by: str
    wordings: tuple[QuestionVersion, ...]
    acts: tuple[ForecastAct, ...]
    suggestion: Mapping[str, Any] | None
    headlines: str
    evidence_pieces: tuple[EvidenceBrief, ...]
    settled_by: SettlingBrief | None
    proposed_answers: tuple[AnswerBrief, ...]
    missing: str
    resolutions: tuple[ResolutionBrief, ...]
    scores: tuple[ScoreBrief, ...]
