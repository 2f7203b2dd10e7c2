"""What the verbs on scenarios, links and signposts take and give."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from forecasts.linked import Violation
from forecasts.signposts import Expected

from forecasts.distribution import Distribution
from forecasts.evidence import IndicatorId
from forecasts.forecaster import Forecaster
from forecasts.links import Link, LinkId
from forecasts.question import ForecasterId, QuestionId
from forecasts.scenario_set import ScenarioSet
from tracker.summaries import QuestionSummary

RepairWord = Literal["adopted", "declined"]
MarkState = Literal["seen", "silent"]


@dataclass(frozen=True, slots=True)
class RepairDecision:
    """What somebody decided about a repair of their forecasts, with both versions, so that both can be scored."""

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
class Mark:
    """What was noted of an expected indicator: that it was seen (with how much trust), or that its date passed unseen.

    `ratio` is what that says: P(so | YES) / P(so | NO), as it was set in advance.
    """

    indicator_id: IndicatorId
    question_id: QuestionId
    state: MarkState
    due_at: datetime
    ratio: float
    trust: float
    at: datetime


@dataclass(frozen=True, slots=True)
class ScenarioSummary:
    """A scenario set as one row: its question and how its scenarios stand by the table."""

    scenario_set: ScenarioSet
    summary: QuestionSummary


@dataclass(frozen=True, slots=True)
class Seat:
    """What the board says of one indicator question: its probability of YES, by whom, and whether it is answered."""

    question: QuestionSummary
    p: float | None
    by: str


@dataclass(frozen=True, slots=True)
class Stood:
    """How the scenarios stood at an instant, by the table and the board: shares in the options' order."""

    at: datetime
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ScenarioPage:
    """Everything about one scenario set. `history` is how table and board moved the scenarios, the oldest first."""

    scenario_set: ScenarioSet
    summary: QuestionSummary
    board: Mapping[QuestionId, Seat]
    history: tuple[Stood, ...]
    held: Mapping[ForecasterId, Distribution]
    forecasters: Mapping[ForecasterId, Forecaster]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Forecasts of one forecaster that a link forbids, with the repair that is offered."""

    violation: Violation
    forecaster: Forecaster
    questions: Mapping[QuestionId, QuestionSummary]
    decided: RepairDecision | None


@dataclass(frozen=True, slots=True)
class ScoredRepair:
    """A decision on a repair, and what adopting gains in nats of log score now that the questions are answered.

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
