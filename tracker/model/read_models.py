"""Read models for pages and commands, never stored; those of feeds and scores are re-exported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from forecasts.distributions.distribution import Distribution, p_yes
from forecasts.evidence.evidence import (
    Direction,
    Evidence,
    EvidenceStatus,
    Indicator,
    IndicatorId,
    Strength,
)
from forecasts.questions.forecaster import Forecaster
from forecasts.questions.question import Claim, Essay, ForecasterId, Question, Resolution, Status
from forecasts.questions.timeline import Forecast, Timeline
from forecasts.questions.versions import QuestionVersion
from forecasts.scoring.scores import Score
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import Leaning, OptionSuggestion
from tracker.feeds.item import Item, ItemId, ItemRevision
from tracker.model.audit import Override, SignpostStatus, UncheckedAnswer
from tracker.model.feed_read_models import (
    MAX_REPORT_ERRORS,
    FeedCoverage,
    FeedHealth,
    FeedImport,
    FeedPage,
    PollReport,
    SilentFeed,
    Trial,
    TrialMatch,
)
from tracker.model.score_read_models import (
    Accuracy,
    CalibrationReport,
    Choice,
    ComparisonReport,
    Facets,
    Habits,
    Receipts,
    ScoreCheck,
)

__all__ = [
    "MAX_REPORT_ERRORS",
    "Accuracy",
    "CalibrationReport",
    "Choice",
    "ComparisonReport",
    "CurrentForecast",
    "Decision",
    "EvidenceCard",
    "Facets",
    "FeedCoverage",
    "FeedHealth",
    "FeedImport",
    "FeedPage",
    "Habits",
    "JobRun",
    "LogCheck",
    "MatchReason",
    "PollReport",
    "QuestionPage",
    "QuestionSummary",
    "Receipts",
    "ScoreCheck",
    "SetImport",
    "SilentFeed",
    "StoryItem",
    "Trial",
    "TrialMatch",
    "WeightedCrowd",
]


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
    move in probability (0.12 = up 12 points) over seven days, None when it is younger.
    """

    question: Question
    status: Status
    resolution: Resolution | None
    standings: Mapping[ForecasterId, CurrentForecast]
    history: tuple[tuple[datetime, float], ...]
    change_7d: float | None
    evidence: int
    waiting: int
    last_evidence_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoryItem:
    """One report of a story with its feed, its later versions, and the full article if fetched.

    `source_group` is the agency that it names as its source, or else the owner of the feed.
    `copy_of` is the first report that carried the same text.
    """

    item: Item
    feed_title: str
    source_group: str
    revisions: tuple[ItemRevision, ...] = ()
    article: str = ""
    copy_of: ItemId | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on a piece of evidence: by the matcher when it was logged, by people after."""

    status: EvidenceStatus
    direction: Direction
    strength: Strength
    by: ForecasterId
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class MatchReason:
    """Reason of a match: the `nearest` phrasing and the `cosine` (0 without an encoder).

    `leaning` explains the direction, and `matcher` is the version of the matcher.
    """

    nearest: str = ""
    cosine: float = 0.0
    leaning: str = ""
    matcher: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """A piece of evidence with everything that explains it. `items` are its reports in order.

    `context_only`: it changes no suggestion, however it is reviewed, since that of its question
    follows from a likelihood table, or does not exist.
    """

    evidence: Evidence
    question_text: str
    indicator_name: str
    items: tuple[StoryItem, ...]
    decisions: tuple[Decision, ...]
    why: MatchReason = MatchReason()
    context_only: bool = False

    @property
    def state(self) -> str:
        """Status of the review, such as "confirmed", with "context only" if it changes nothing."""
        status = "to review" if self.evidence.status == "logged" else self.evidence.status
        return f"{status}, context only" if self.context_only else status

    @property
    def may_answer(self) -> bool:
        """True for unreviewed news of the strength that usually is the answer itself.

        It asks for a resolution, and counts no more than strong news until a person has confirmed
        it.
        """
        e = self.evidence
        return (
            e.strength is Strength.DECISIVE
            and e.direction is not Direction.NEUTRAL
            and e.status == "logged"
        )

    @property
    def headline(self) -> str:
        """Headline of the first copy. It is feed text: show it as plain text only."""
        return self.items[0].item.title


@dataclass(frozen=True, slots=True)
class QuestionHistory:
    """A question, and the timelines of all forecasters."""

    question: Question
    timelines: Mapping[ForecasterId, Timeline]


@dataclass(frozen=True, slots=True)
class WeightedCrowd:
    """The crowd's probability of YES, weighted by contributions on earlier questions.

    `weights` are each member's contribution in points of 100 − 100 · Brier, and below 0 counts as
    0; `resolved` is the number of answered questions behind it.
    """

    p: float
    weights: Mapping[ForecasterId, float]
    resolved: Mapping[ForecasterId, int]


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Everything about one question. `acts` are all forecasts in the order they were entered.

    `versions` are its wordings, the first one first; `override` is the reason why it opened against
    the linter; `unchecked` are answers to be checked; `scenarios` is true if its options are those
    of a scenario set; `marks` are the statuses of its expected indicators, the oldest first;
    `headlines` names the author of those of a replay.
    """

    summary: QuestionSummary
    essay: Essay
    claims: tuple[Claim, ...]
    indicators: Mapping[IndicatorId, Indicator]
    forecasters: Mapping[ForecasterId, Forecaster]
    acts: tuple[Forecast, ...]
    timelines: Mapping[ForecasterId, Timeline]
    suggestion: Suggestion | None
    evidence: tuple[EvidenceCard, ...]
    resolutions: tuple[Resolution, ...]
    scores: tuple[Score, ...]
    weighted_crowd: WeightedCrowd | None = None
    option_suggestion: OptionSuggestion | None = None
    leaning: Leaning | None = None
    coverage: "FeedCoverage | None" = None
    versions: tuple[QuestionVersion, ...] = ()
    override: Override | None = None
    unchecked: tuple[UncheckedAnswer, ...] = ()
    scenarios: bool = False
    marks: tuple[SignpostStatus, ...] = ()
    headlines: str = ""


@dataclass(frozen=True, slots=True)
class LogCheck:
    """Result of verifying the log: `bad_seq` is the first bad entry, None when there is none."""

    entries: int
    head: str
    bad_seq: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class SetImport:
    """Result of importing a question set."""

    title: str
    questions: int
    feeds: int


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a scheduled job: `outcome` is "ok" or "failed", `detail` the message or error."""

    job: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """An act of a person: a question, a forecast or an answer. `seq` is its number in the log."""

    seq: int
    at: datetime
    question: Question
    by: str
    act: Forecast | Resolution | None
