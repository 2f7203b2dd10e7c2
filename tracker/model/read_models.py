"""Read models for pages and commands, never stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from forecasts.aggregation.leading_pool import find_offered_pool
from forecasts.calibration.personal import PersonalRecalibration
from forecasts.calibration.ranks import RankRecord
from forecasts.calibration.reliability import Reliability
from forecasts.distributions.distribution import Distribution, p_yes
from forecasts.evidence.evidence import (
    Indicator,
    IndicatorId,
)
from forecasts.questions.amendments import QuestionVersion
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.links import Cohort, Horizon
from forecasts.questions.question import (
    Claim,
    Essay,
    Forecaster,
    ForecasterId,
    Kind,
    Question,
    QuestionId,
    Resolution,
    Status,
)
from forecasts.questions.series import SeriesId
from forecasts.questions.timeline import Forecast, Timeline
from forecasts.scoring.adjusted_skill import AdjustedSkill
from forecasts.scoring.comparison import Comparison
from forecasts.scoring.rulebook import RuleName
from forecasts.scoring.scores import Score
from forecasts.scoring.skill_record import SkillRecord
from forecasts.scoring.summary import Summary
from forecasts.statistics.dynamics import ExcessMovement, UpdateHabits
from forecasts.statistics.reaction import Reaction
from forecasts.suggestion.explanation import AnySuggestion
from tracker.model.access import Access
from tracker.model.audit import Override, SignpostStatus, UncheckedAnswer
from tracker.model.evidence import EvidenceCard, EvidencePiece
from tracker.model.feed_read_models import FeedCoverage
from tracker.model.proposed_answers import AnswerDesk

if TYPE_CHECKING:
    pass


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
class WaitingQuestion:
    """Question answered before its scheduled close, from which on it counts.

    `scores` are by the headline rule of its kind, and provisional until then.
    """

    question: Question
    resolution: Resolution
    counts_from: datetime
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Accuracy of all forecasters on the chosen questions.

    `questions` are those that count: their scheduled close has passed and their answer can be
    scored. `scores` are theirs, without receipts (see `Receipts`); `summaries` add them up.
    `adjusted` is the skill of people on the same questions at the same times, by headline rule;
    empty where nobody shared a question; `pools` are the crowds that learn against the plain one,
    `shown_pool` is that which pages show as the crowd.
    `waiting` were answered before their scheduled close, which is still to come: they do not count
    yet, because only the quick answers are known. `upcoming` are those still open on which a person
    holds a forecast, the next to close first, as long as nothing counts. `hindsight` counts the
    forecasts made when the answer was known, which score nothing.
    """

    choice: Choice
    facets: Facets
    questions: Mapping[QuestionId, Question]
    resolutions: Mapping[QuestionId, Resolution]
    forecasters: Mapping[ForecasterId, Forecaster]
    scores: Sequence[Score]
    summaries: tuple[Summary, ...]
    adjusted: Mapping[RuleName, tuple[AdjustedSkill, ...]]
    pools: Mapping[RuleName, tuple[Comparison, ...]]
    shown_pool: ForecasterId
    cohorts: tuple[Cohort, ...]
    waiting: tuple[WaitingQuestion, ...]
    upcoming: tuple[Question, ...]
    unscored: tuple[QuestionId, ...]
    annul_rate: float | None
    hindsight: Mapping[ForecasterId, int]

    @property
    def offered_pool(self) -> ForecasterId | None:
        """Pool that leads over all live questions and is not shown as the crowd yet."""
        if self.choice != Choice():
            return None
        return find_offered_pool(self.pools.values(), self.shown_pool)


@dataclass(frozen=True, slots=True)
class AnsweredForecast:
    """Answered question with the last forecast of one forecaster, and its points.

    `points` are those of skill by the headline rule of the kind, `crowd_points` those of the crowd,
    None if nobody else had a forecast. They are provisional until `provisional_until`, None if they
    count.
    """

    question: Question
    resolution: Resolution
    forecast: Distribution
    points: float
    crowd_points: float | None
    provisional_until: datetime | None


@dataclass(frozen=True, slots=True)
class ForecasterRecord:
    """Record of one forecaster: skill over time, and the answered questions, latest answer first.

    `skill` is by the headline rule of most of their questions, None without one that counts.
    """

    forecaster: Forecaster
    reference: Forecaster | None
    rule: RuleName | None
    skill: SkillRecord | None
    answered: tuple[AnsweredForecast, ...]

    def describe(self) -> str:
        """Describe how good you are, against whom, and how sure that is; empty without answers."""
        if self.skill is None:
            return ""
        reference = "" if self.reference is None else self.reference.name
        return self.skill.describe("you", f"the {reference[:1].lower()}{reference[1:]}")


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """Forecasts `lead_days` before the scheduled close, compared with the outcomes.

    `reliability` is about binary questions, `ranks` about numeric and date questions: where the
    answers lie in the curves. A forecaster without a forecast at that lead is in neither.
    """

    choice: Choice
    lead_days: int
    questions: Mapping[QuestionId, Question]
    forecasters: Mapping[ForecasterId, Forecaster]
    reliability: Mapping[ForecasterId, Reliability]
    ranks: Mapping[ForecasterId, RankRecord]


@dataclass(frozen=True, slots=True)
class RecalibrationState:
    """A person's recalibration: what their record offers now, and what they have consented to.

    `sentences` say what the offer would change. The record has `questions` yes-no questions in
    `families`. `standing` was consented to at `since`; both None without a consent.
    """

    offer: PersonalRecalibration
    sentences: tuple[str, ...]
    questions: int
    families: int
    standing: PersonalRecalibration | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class RuleComparison:
    """Comparisons under one headline rule, which were looked at together."""

    rule: RuleName
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """Pairs of forecasters on common questions and times, by headline rule.

    `forecasters` has names for all of them, references included.
    """

    choice: Choice
    forecasters: Mapping[ForecasterId, Forecaster]
    rules: tuple[RuleComparison, ...]


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
    """All scores on one question with their receipts, and the forecasts that came too late.

    `provisional_until` is the scheduled close of a question that was answered before it, as long as
    that is still to come.
    """

    question: Question
    resolution: Resolution | None
    scores: tuple[Score, ...]
    hindsight: tuple[Forecast, ...]
    forecasters: Mapping[ForecasterId, Forecaster]
    provisional_until: datetime | None = None

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


@dataclass(frozen=True, slots=True)
class CurrentForecast:
    """Current forecast of a forecaster on a question, and when it was last confirmed."""

    forecaster: Forecaster
    distribution: Distribution
    since: datetime

    @property
    def p(self) -> float | None:
        """Probability of YES; None on a question that is not binary."""
        return p_yes(self.distribution)


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """A question as one row: status, current forecasts, and change of the suggestion.

    `history` is the suggestion as (instant, probability) over its last 90 days; `change_7d` its
    move in probability (0.12 = up 12 points) over seven days, None when it is younger. `parent_id`
    is the long question of which this one is a sibling.
    """

    question: Question
    status: Status
    resolution: Resolution | None
    standings: Mapping[ForecasterId, CurrentForecast]
    history: tuple[tuple[datetime, float], ...]
    change_7d: float | None
    evidence: int
    waiting: int
    parent_id: QuestionId | None = None


@dataclass(frozen=True, slots=True)
class QuestionHistory:
    """A question, and the timelines of all forecasters."""

    question: Question
    timelines: Mapping[ForecasterId, Timeline]


@dataclass(frozen=True, slots=True)
class QuestionStatements:
    """Lines that news on a question is compared with, and those that the rules make of its text.

    `derived` are headlines that follow from the lines, each with the answer that it speaks for:
    shorter ones, and those that usually come before such an event. `written_at` is when somebody
    wrote any of them, None while all come from the rules; `reworded` says that the text has changed
    since.
    """

    compiled: CompiledQuestion
    rules: CompiledQuestion
    derived: tuple[tuple[str, str], ...] = ()
    written_at: datetime | None = None
    reworded: bool = False


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Everything about one question. `acts` are all forecasts in the order they were entered.

    `versions` are its wordings, the first one first; `override` is the reason why it opened against
    the linter; `unchecked` are answers to be checked; `scenarios` is true if its options are those
    of a scenario set; `marks` are the statuses of its expected indicators, the oldest first;
    `headlines` names the author of those of a replay; `desk` tells how it gets its answer, `access`
    who sees it. `pieces` are all its evidence, the newest first, and `evidence` the newest of it as
    cards, or all.
    """

    summary: QuestionSummary
    essay: Essay
    claims: tuple[Claim, ...]
    indicators: Mapping[IndicatorId, Indicator]
    forecasters: Mapping[ForecasterId, Forecaster]
    acts: tuple[Forecast, ...]
    timelines: Mapping[ForecasterId, Timeline]
    suggestion: AnySuggestion | None
    evidence: tuple[EvidenceCard, ...]
    pieces: tuple[EvidencePiece, ...]
    resolutions: tuple[Resolution, ...]
    scores: tuple[Score, ...]
    statements: QuestionStatements
    coverage: FeedCoverage | None = None
    versions: tuple[QuestionVersion, ...] = ()
    override: Override | None = None
    unchecked: tuple[UncheckedAnswer, ...] = ()
    scenarios: bool = False
    marks: tuple[SignpostStatus, ...] = ()
    headlines: str = ""
    desk: AnswerDesk = field(default_factory=AnswerDesk)
    access: Access = field(default_factory=Access)


@dataclass(frozen=True, slots=True)
class LogCheck:
    """Result of verifying the log: `bad_seq` is the first bad entry, None when there is none.

    `witness` says which head outside the database vouches for it, or that none does.
    """

    entries: int
    head: str
    bad_seq: int | None
    reason: str
    witness: str = ""


@dataclass(frozen=True, slots=True)
class SetImport:
    """Result of importing a question set; `siblings` are those opened of repeated questions.

    `offered` are series that settle `settled` of its questions once a person has them read.
    """

    title: str
    questions: int
    feeds: int
    siblings: int = 0
    offered: tuple[SeriesId, ...] = ()
    settled: int = 0

    @property
    def offer(self) -> str:
        """Sentence on the series that are offered, with the commands; "" without one."""
        if not self.offered:
            return ""
        commands = ", ".join(f"`tracker feed retry {name}`" for name in self.offered)
        return (
            f"{self.settled} of its questions can be settled by a published series, which is not "
            f"read before you say so: {commands}."
        )
