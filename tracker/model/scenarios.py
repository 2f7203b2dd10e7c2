"""What the verbs on scenarios, links and signposts take and give."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from forecasts.distributions.distribution import Distribution
from forecasts.evidence.evidence import IndicatorId
from forecasts.evidence.signposts import Expected
from forecasts.questions.forecaster import Forecaster
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scenarios.link_rules import Violation
from forecasts.scenarios.scenario_set import ScenarioSet
from tracker.model.audit import Mark
from tracker.model.read_models import QuestionSummary

RepairWord = Literal["adopted", "declined"]


@dataclass(frozen=True, slots=True)
class RepairDecision:
    """What somebody decided about a repair of their forecasts, with both versions, so that both can
    be scored.
    """

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
    """A scenario set as one row: its question and how its scenarios stand by the table."""

    scenario_set: ScenarioSet
    summary: QuestionSummary


@dataclass(frozen=True, slots=True)
class Seat:
    """What the board says of one indicator question: its probability of YES, by whom, and whether
    it is answered.
    """

    question: QuestionSummary
    p: float | None
    by: str


@dataclass(frozen=True, slots=True)
class Stood:
    """How the scenarios stood at an instant, by the table and the board: shares in the options'
    order.
    """

    at: datetime
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ScenarioPage:
    """Everything about one scenario set.

    `history` is how table and board moved the scenarios, the oldest first, each by the table as it
    stood then.
    """

    scenario_set: ScenarioSet
    summary: QuestionSummary
    board: Mapping[QuestionId, Seat]
    history: tuple[Stood, ...]
    held: Mapping[ForecasterId, Distribution]
    forecasters: Mapping[ForecasterId, Forecaster]


LEAST = 1e-4
"""Nats below which forecasts read the same before and after their repair."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Forecasts of one forecaster that a link forbids, with the repair that is offered."""

    violation: Violation
    forecaster: Forecaster
    questions: Mapping[QuestionId, QuestionSummary]
    decided: RepairDecision | None

    @property
    def slight(self) -> bool:
        """Whether it is too small to be told: within noise, and no more than rounding shows."""
        return not self.violation.flagged and self.violation.nats < LEAST


@dataclass(frozen=True, slots=True)
class ScoredRepair:
    """A decision on a repair, and what adopting gains in nats of log score now that the questions
    are answered.

    `gain` is None until then; above 0 the repaired forecasts were better.
    """

    decision: RepairDecision
    link: Link
    gain: float | None


@dataclass(frozen=True, slots=True)
class Coherence:
    """All links, what contradicts them now, and how earlier repairs did."""

    links: tuple[Link, ...]
    contradictions: tuple[Contradiction, ...]
    repairs: tuple[ScoredRepair, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """What to expect next over all open questions, the nearest first, and what was noted lately."""

    expected: tuple[Expected, ...]
    marks: tuple[Mark, ...]
    questions: Mapping[QuestionId, QuestionSummary]
    names: Mapping[IndicatorId, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions on one chart."""

    link: Link
    questions: tuple[QuestionSummary, ...]
