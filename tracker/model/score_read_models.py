"""What pages and commands show of scores: values gathered for reading, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass

from forecasts.calibration.reliability import Reliability
from forecasts.questions.cohorts import Cohort, Horizon
from forecasts.questions.forecaster import Forecaster
from forecasts.questions.question import ForecasterId, Kind, Question, QuestionId, Resolution
from forecasts.questions.timeline import Forecast
from forecasts.scoring.crps import IntervalRecord
from forecasts.scoring.scores import Score, Summary
from forecasts.scoring.skill import Difficulty, Skill
from forecasts.statistics.comparison import Comparison
from forecasts.statistics.dynamics import ExcessMovement, Reaction, Updates


@dataclass(frozen=True, slots=True)
class Choice:
    """Which resolved questions an accuracy page is about; None chooses them all.

    Live and retrospective questions never mix. `period` is the quarter of the scheduled close, as
    2026-Q1.
    """

    retrospective: bool = False
    tag: str | None = None
    horizon: Horizon | None = None
    period: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """What can be chosen among the questions that were scored: tags, horizons, periods and kinds,
    each in order.
    """

    tags: tuple[str, ...]
    horizons: tuple[Horizon, ...]
    periods: tuple[str, ...]
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How good everyone was on the chosen questions.

    `questions` are those that count: their scheduled close has passed and their answer can be
    scored. `scores` are theirs, without receipts (see `Receipts`); `summaries` put them together
    with intervals. `skills` hold each forecaster against the references, on binary questions.
    `early` were answered before their scheduled close, which is still to come: they wait, because
    only the quick answers are known. `hindsight` counts the forecasts made when the answer was
    known, which earned nothing.
    """

    choice: Choice
    facets: Facets
    questions: Mapping[QuestionId, Question]
    resolutions: Mapping[QuestionId, Resolution]
    forecasters: Mapping[ForecasterId, Forecaster]
    scores: tuple[Score, ...]
    summaries: tuple[Summary, ...]
    skills: Mapping[ForecasterId, tuple[Skill, ...]]
    cohorts: tuple[Cohort, ...]
    early: tuple[QuestionId, ...]
    unscored: tuple[QuestionId, ...]
    annul_rate: float | None
    hindsight: Mapping[ForecasterId, int]


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """How the forecasts that stood `lead_days` before the scheduled close compare with what
    happened.

    `reliability` is about binary questions, `intervals` about numeric and date questions: coverage
    and width of the central 90 % interval. A forecaster with nothing at that lead is in neither.
    """

    choice: Choice
    lead_days: int
    questions: Mapping[QuestionId, Question]
    forecasters: Mapping[ForecasterId, Forecaster]
    reliability: Mapping[ForecasterId, Reliability]
    intervals: Mapping[ForecasterId, IntervalRecord]


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """Every pair of forecasters on the questions that both answered, and all of them adjusted for
    difficulty.

    Compared is the skill over schedule under the headline rule of each question. `difficulty` has
    each forecaster's effect after the questions' own are taken out, lower is better; see
    `difficulty_adjusted`.
    """

    choice: Choice
    forecasters: Mapping[ForecasterId, Forecaster]
    comparisons: tuple[Comparison, ...]
    difficulty: Difficulty | None


@dataclass(frozen=True, slots=True)
class Habits:
    """How a forecaster revises: how often, by how much, and whether as much as the evidence asks
    for.

    `reaction` holds revisions against what the evidence alone moved the suggestion by over the same
    time.
    """

    forecaster: Forecaster
    updates: Updates
    excess: ExcessMovement
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class Receipts:
    """Everyone's scores on one question with their receipts, and the forecasts that came too late
    to count.
    """

    question: Question
    resolution: Resolution | None
    scores: tuple[Score, ...]
    hindsight: tuple[Forecast, ...]
    forecasters: Mapping[ForecasterId, Forecaster]

    def name(self, who: ForecasterId) -> str:
        """How a forecaster is called for people; the identity where nothing else is known."""
        known = self.forecasters.get(who)
        return who if known is None else known.name


@dataclass(frozen=True, slots=True)
class ScoreCheck:
    """Whether every stored score is what the facts of the log give: `differences` says where
    not.
    """

    questions: int
    scores: int
    differences: tuple[str, ...]
