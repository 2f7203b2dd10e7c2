"""What a page or a command shows: values gathered for reading, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from forecasts.evidence import Direction, Evidence, EvidenceStatus, Indicator, IndicatorId, Strength
from forecasts.forecaster import Forecaster
from forecasts.question import Claim, Essay, ForecasterId, Question, QuestionId, Resolution, Status
from forecasts.scoring import Score, Summary
from forecasts.suggestion import Suggestion
from forecasts.timeline import Forecast, Timeline
from tracker.feeds.item import Item
from tracker.feeds.polling import FeedState, Health


@dataclass(frozen=True, slots=True)
class Standing:
    """What a forecaster holds now on a question: probability, and when it was last confirmed."""

    forecaster: Forecaster
    p: float
    since: datetime


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """A question as one row: where it stands, who holds what, and what moved.

    `history` is the suggestion as (instant, probability) over its last 90 days; `change_7d` its move
    in probability (0.12 = up 12 points) over seven days, None when it is younger.
    """

    question: Question
    status: Status
    resolution: Resolution | None
    standings: Mapping[ForecasterId, Standing]
    history: tuple[tuple[datetime, float], ...]
    change_7d: float | None
    evidence: int
    waiting: int
    last_evidence_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoryItem:
    """One copy of a story with the feed that carried it."""

    item: Item
    feed_title: str
    source_group: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One judgement of a piece of evidence: by the matcher when it was logged, by people after."""

    status: EvidenceStatus
    direction: Direction
    strength: Strength
    by: ForecasterId
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """A piece of evidence with everything that explains it. `items` are the copies, first seen first."""

    evidence: Evidence
    question_text: str
    indicator_name: str
    items: tuple[StoryItem, ...]
    decisions: tuple[Decision, ...]

    @property
    def headline(self) -> str:
        """The headline of the first copy. It is feed text: show it as plain text only."""
        return self.items[0].item.title


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Everything about one question. `acts` are all forecasts in the order they were entered."""

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


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed's state with what it brought: `items_7d` new items and `evidence_7d` matches in a week."""

    state: FeedState
    health: Health
    items_7d: int
    evidence_7d: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How good everyone was. `scores` are per question; `points` are (probability, outcome) pairs.

    `points[lead_days][forecaster]` has one pair per question, the forecast that stood that many days
    before the scheduled close. `unscored` counts annulled and ambiguous questions.
    """

    questions: Mapping[QuestionId, Question]
    resolutions: Mapping[QuestionId, Resolution]
    forecasters: Mapping[ForecasterId, Forecaster]
    scores: tuple[Score, ...]
    summaries: tuple[Summary, ...]
    points: Mapping[int, Mapping[ForecasterId, tuple[tuple[float, int], ...]]]
    unscored: int


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one round of polling did."""

    feeds: int
    not_modified: int
    failed: int
    new_items: int
    new_evidence: int
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the log is whole: `bad_seq` is the first bad entry, None when there is none."""

    entries: int
    head: str
    bad_seq: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a question set added."""

    title: str
    questions: int
    feeds: int


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a scheduled job: `outcome` is "ok" or "failed", `detail` says what it did or why not."""

    job: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    detail: str
