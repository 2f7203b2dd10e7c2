"""What a page or a command shows: values gathered for reading, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

from forecasts.calibration.reliability import Reliability
from forecasts.cohorts import Cohort, Horizon
from forecasts.comparison import Comparison
from forecasts.distribution import Distribution, p_yes
from forecasts.dynamics import ExcessMovement, Reaction, Updates
from forecasts.evidence import Direction, Evidence, EvidenceStatus, Indicator, IndicatorId, Strength
from forecasts.forecaster import Forecaster
from forecasts.option_suggestion import Leaning, OptionSuggestion
from forecasts.question import Claim, Essay, ForecasterId, Kind, Question, QuestionId, Resolution, Status
from forecasts.scoring.crps import IntervalRecord
from forecasts.scoring.scores import Score, Summary
from forecasts.scoring.skill import Difficulty, Skill
from forecasts.suggestion import Suggestion
from forecasts.timeline import Forecast, Timeline
from forecasts.versions import Version
from tracker.feeds.answers import FetchResult
from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId, Item, ItemId, Revision
from tracker.feeds.timing.health import DayCount, Health
from tracker.said import Mark, Override, UncheckedAnswer

if TYPE_CHECKING:
    from tracker.feeds.pages.discovery import Candidate
    from tracker.feeds.parsing.parsed import Parsed

MOST_ERRORS = 100
"""Lines of errors in the report of a round of polling."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a forecaster holds now on a question, and when it was last confirmed."""

    forecaster: Forecaster
    distribution: Distribution
    since: datetime

    @property
    def p(self) -> float | None:
        """The probability of YES; None on a question that is not binary."""
        return p_yes(self.distribution)


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
    """One report of a story with the feed that carried it, its later versions, and the whole article if it was read.

    `source_group` is the agency that it names as its source, or else the owner of the feed. `copy_of` is the first
    report that carried the same text.
    """

    item: Item
    feed_title: str
    source_group: str
    revisions: tuple[Revision, ...] = ()
    article: str = ""
    copy_of: ItemId | None = None


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
class Why:
    """Why an item matched: the phrasing `nearest` to it, with the `cosine` of the two (0 without an encoder).

    `leaning` says why it points where it does, and `matcher` which matcher found it.
    """

    nearest: str = ""
    cosine: float = 0.0
    leaning: str = ""
    matcher: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """A piece of evidence with everything that explains it. `items` are its reports, first seen first."""

    evidence: Evidence
    question_text: str
    indicator_name: str
    items: tuple[StoryItem, ...]
    decisions: tuple[Decision, ...]
    why: Why = Why()

    @property
    def may_answer(self) -> bool:
        """Is it news of the strength that usually is the answer itself? It asks for a resolution, and moves no more
        than strong news until a person has confirmed it."""
        e = self.evidence
        return e.strength is Strength.DECISIVE and e.direction is not Direction.NEUTRAL and e.status == "logged"

    @property
    def headline(self) -> str:
        """The headline of the first copy. It is feed text: show it as plain text only."""
        return self.items[0].item.title


@dataclass(frozen=True, slots=True)
class Held:
    """A question, and what everyone held on it over time."""

    question: Question
    timelines: Mapping[ForecasterId, Timeline]


@dataclass(frozen=True, slots=True)
class WeightedCrowd:
    """The crowd's probability of YES when those count who made it better on earlier questions.

    `weights` are each member's contribution in points of 100 − 100 · Brier, and below 0 counts as 0; `resolved` is
    the number of answered questions that they rest on.
    """

    p: float
    weights: Mapping[ForecasterId, float]
    resolved: Mapping[ForecasterId, int]


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Everything about one question. `acts` are all forecasts in the order they were entered.

    `versions` are its wordings, the first one first; `override` says why it opened against the linter; `unchecked` are
    answers that wait for a check; `scenarios` says whether its options are those of a scenario set; `marks` are what
    was noted of its expected indicators, the oldest first.
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
    coverage: "Coverage | None" = None
    versions: tuple[Version, ...] = ()
    override: Override | None = None
    unchecked: tuple[UncheckedAnswer, ...] = ()
    scenarios: bool = False
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed's state with what it brought: `items_7d` new items and `evidence_7d` matches in a week.

    `silence` says why nothing comes of it, "" when all is well. `days` are its last four weeks. `why_next`
    says why the next poll is when it is.
    """

    state: FeedState
    health: Health
    items_7d: int
    evidence_7d: int
    silence: str = ""
    days: tuple[DayCount, ...] = ()
    why_next: str = ""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Everything about one feed: its health, its newest items, and the questions that it brought evidence on."""

    health: FeedHealth
    items: tuple[Item, ...]
    questions: Mapping[QuestionId, int]


@dataclass(frozen=True, slots=True)
class SilentFeed:
    """A feed that should carry evidence on a question, and why it brings none."""

    feed_id: FeedId
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The feeds that should carry a question's evidence: how many there are, and which of them are silent."""

    feeds: int
    silent: tuple[SilentFeed, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What a subscription list brought: feeds added, feeds that were there, and what was left out and why."""

    title: str
    added: int
    known: int
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialMatch:
    """An entry of a feed on trial that would be evidence, by which words."""

    title: str
    question_id: QuestionId
    indicator_name: str
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What an address answered, and what subscribing to it would bring.

    `parsed` is None when it is no feed, and `reason` says why; `candidates` are the feeds that a page names.
    """

    url: str
    result: FetchResult
    parsed: "Parsed | None"
    reason: str
    candidates: "tuple[Candidate, ...]"
    matches: tuple[TrialMatch, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which resolved questions an accuracy page is about; None chooses them all.

    Live and retrospective questions never mix. `period` is the quarter of the scheduled close, as 2026-Q1.
    """

    retrospective: bool = False
    tag: str | None = None
    horizon: Horizon | None = None
    period: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """What can be chosen among the questions that were scored: tags, horizons, periods and kinds, each in order."""

    tags: tuple[str, ...]
    horizons: tuple[Horizon, ...]
    periods: tuple[str, ...]
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How good everyone was on the chosen questions.

    `questions` are those that count: their scheduled close has passed and their answer can be scored. `scores` are
    theirs, the receipts of the headline rules included; `summaries` put them together with intervals. `skills` hold
    each forecaster against the references, on binary questions. `early` were answered before their scheduled close,
    which is still to come: they wait, because only the quick answers are known. `hindsight` counts the forecasts made
    when the answer was known, which earned nothing.
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
    """How the forecasts that stood `lead_days` before the scheduled close compare with what happened.

    `reliability` is about binary questions, `intervals` about numeric and date questions: coverage and width of the
    central 90 % interval. A forecaster with nothing at that lead is in neither.
    """

    choice: Choice
    lead_days: int
    questions: Mapping[QuestionId, Question]
    forecasters: Mapping[ForecasterId, Forecaster]
    reliability: Mapping[ForecasterId, Reliability]
    intervals: Mapping[ForecasterId, IntervalRecord]


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """Every pair of forecasters on the questions that both answered, and all of them adjusted for difficulty.

    Compared is the skill over schedule under the headline rule of each question. `difficulty` has each forecaster's
    effect after the questions' own are taken out, lower is better; see `difficulty_adjusted`.
    """

    choice: Choice
    forecasters: Mapping[ForecasterId, Forecaster]
    comparisons: tuple[Comparison, ...]
    difficulty: Difficulty | None


@dataclass(frozen=True, slots=True)
class Habits:
    """How a forecaster revises: how often, by how much, and whether as much as the evidence asks for.

    `reaction` holds revisions against what the evidence alone moved the suggestion by over the same time.
    """

    forecaster: Forecaster
    updates: Updates
    excess: ExcessMovement
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class Receipts:
    """Everyone's scores on one question with their receipts, and the forecasts that came too late to count."""

    question: Question
    resolution: Resolution | None
    scores: tuple[Score, ...]
    hindsight: tuple[Forecast, ...]


@dataclass(frozen=True, slots=True)
class ScoreCheck:
    """Whether every stored score is what the facts of the log give: `differences` says where not."""

    questions: int
    scores: int
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one round of polling did; `deferred` feeds were left for later out of politeness."""

    feeds: int = 0
    deferred: int = 0
    not_modified: int = 0
    failed: int = 0
    new_items: int = 0
    changed_items: int = 0
    new_evidence: int = 0
    errors: tuple[str, ...] = ()

    def __add__(self, other: "PollReport") -> "PollReport":
        """Two reports as one; of the errors the first hundred, the feeds' own states have them all."""
        counts = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "errors"}
        return PollReport(**counts, errors=(*self.errors, *other.errors)[:MOST_ERRORS])


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
