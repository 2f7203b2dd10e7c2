"""Values of the use cases of scenarios, links and signposts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from forecasts.distributions.distribution import Distribution
from forecasts.evidence.evidence import IndicatorId
from forecasts.evidence.signposts import CalendarEntry
from forecasts.questions.families import FamilyId
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import Forecaster, ForecasterId, QuestionId
from forecasts.scenarios.link_rules import Violation
from forecasts.scenarios.scenario_set import ScenarioSet
from tracker.model.audit import SignpostStatus
from tracker.model.read_models import QuestionSummary

RepairWord = Literal["adopted", "declined"]


@dataclass(frozen=True, slots=True)
class RepairDecision:
    """Decision on a repair of one's forecasts, with both versions for scoring."""

    link_id: LinkId
    forecaster_id: ForecasterId
    question_ids: tuple[QuestionId, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    nats: float
    decision: RepairWord
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ScenarioSummary:
    """A scenario set as one row: its question and its current shares by the table."""

    scenario_set: ScenarioSet
    summary: QuestionSummary


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """Board entry of one indicator question: P(YES), its forecaster, and whether it is answered."""

    question: QuestionSummary
    p: float | None
    by: str


@dataclass(frozen=True, slots=True)
class ScenarioShares:
    """Scenario shares at an instant by table and board, in the options' order."""

    at: datetime
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ScenarioPage:
    """Everything about one scenario set.

    `history` is the scenario shares over time, oldest first, each by the table of its time;
    `families` are those of the rows, of which each counts as one row.
    """

    scenario_set: ScenarioSet
    summary: QuestionSummary
    board: Mapping[QuestionId, BoardEntry]
    families: Mapping[QuestionId, FamilyId]
    history: tuple[ScenarioShares, ...]
    held: Mapping[ForecasterId, Distribution]
    forecasters: Mapping[ForecasterId, Forecaster]


MIN_NOTABLE_NATS = 1e-4
"""Nats below which forecasts read the same before and after their repair."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Forecasts of one forecaster that a link forbids, with the proposed repair."""

    violation: Violation
    forecaster: Forecaster
    questions: Mapping[QuestionId, QuestionSummary]
    decided: RepairDecision | None

    @property
    def slight(self) -> bool:
        """True if within noise and too small to change a displayed number."""
        return not self.violation.flagged and self.violation.nats < MIN_NOTABLE_NATS


@dataclass(frozen=True, slots=True)
class ScoredRepair:
    """Decision on a repair, and the gain of adopting it in nats of log score.

    `gain` is None until the questions are answered; above 0 the repaired forecasts were better.
    """

    decision: RepairDecision
    link: Link
    gain: float | None


@dataclass(frozen=True, slots=True)
class CoherenceReport:
    """All links, their current contradictions, and the outcome of earlier repairs."""

    links: tuple[Link, ...]
    contradictions: tuple[Contradiction, ...]
    repairs: tuple[ScoredRepair, ...]


@dataclass(frozen=True, slots=True)
class SignpostCalendar:
    """Upcoming signposts of all open questions, nearest first, and recent marks.

    `wordings` has the number of edits of each question and when it was worded last.
    """

    expected: tuple[CalendarEntry, ...]
    marks: tuple[SignpostStatus, ...]
    questions: Mapping[QuestionId, QuestionSummary]
    names: Mapping[IndicatorId, str]
    wordings: Mapping[QuestionId, tuple[int, datetime]]


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Linked questions on one chart."""

    link: Link
    questions: tuple[QuestionSummary, ...]
