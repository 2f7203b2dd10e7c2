"""Read models of scores, for pages and commands; never stored."""

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
from forecasts.statistics.dynamics import ExcessMovement, Reaction, UpdateHabits


@dataclass(frozen=True, slots=True)
class Choice:
    """Filter of the resolved questions of an accuracy page; None selects all.

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
    """Available tags, horizons, periods and kinds of the scored questions, each in order."""

    tags: tuple[str, ...]
    horizons: tuple[Horizon, ...]
    periods: tuple[str, ...]
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Accuracy of all forecasters on the chosen questions.

    `questions` are those that count: their scheduled close has passed and their answer can be
    scored. `scores` are theirs, without receipts (see `Receipts`); `summaries` aggregate them with
    intervals. `skills` compare each forecaster with the references, on binary questions. `early`
    were answered before their scheduled close, which is still to come: they wait, because only the
    quick answers are known. `hindsight` counts the forecasts made when the answer was known, which
    score nothing.
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
    """Forecasts `lead_days` before the scheduled close, compared with the outcomes.

    `reliability` is about binary questions, `intervals` about numeric and date questions: coverage
    and width of the central 90 % interval. A forecaster without a forecast at that lead is in
    neither.
    """

    choice: Choice
    lead_days: int
    questions: Mapping[QuestionId, Question]
    forecasters: Mapping[ForecasterId, Forecaster]
    reliability: Mapping[ForecasterId, Reliability]
    intervals: Mapping[ForecasterId, IntervalRecord]


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """Pairwise comparisons on the questions that both answered, and an adjustment for difficulty.

    The comparison is of the skill over schedule under the headline rule of each question.
    `difficulty` has the effect of each forecaster after removing those of the questions, lower is
    better; see `difficulty_adjusted`.
    """

    choice: Choice
    forecasters: Mapping[ForecasterId, Forecaster]
    comparisons: tuple[Comparison, ...]
    difficulty: Difficulty | None


@dataclass(frozen=True, slots=True)
class Habits:
    """Updating habits of a forecaster: frequency, size, and reaction to evidence.

    `reaction` compares revisions with the change of the suggestion by evidence over the same time.
    """

    forecaster: Forecaster
    updates: UpdateHabits
    excess: ExcessMovement
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class Receipts:
    """All scores on one question with their receipts, and the forecasts that came too late."""

    question: Question
    resolution: Resolution | None
    scores: tuple[Score, ...]
    hindsight: tuple[Forecast, ...]
    forecasters: Mapping[ForecasterId, Forecaster]

    def get_name(self, forecaster_id: ForecasterId) -> str:
        """Display name of a forecaster; the id if unknown."""
        known = self.forecasters.get(forecaster_id)
        return forecaster_id if known is None else known.name


@dataclass(frozen=True, slots=True)
class ScoreCheck:
    """Comparison of stored scores with recomputed ones; `differences` describes the mismatches."""

    questions: int
    scores: int
    differences: tuple[str, ...]
