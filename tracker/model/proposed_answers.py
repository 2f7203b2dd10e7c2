"""Answers that the desk proposes, the series behind them, and what is missing for an answer."""

from dataclasses import dataclass
from datetime import datetime

from forecasts.questions.question import (
    EvidenceId,
    ForecasterId,
    Outcome,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.questions.series import Series, SeriesId, SeriesValue
from forecasts.questions.settlement import Settlement
from tracker.feeds.feed import FeedState


@dataclass(frozen=True, slots=True)
class ProposedAnswer:
    """An answer that a series or a decisive report gives; a person confirms or dismisses it.

    `answer` is as a person would type it. `quote` is what the source says, word for word where it
    is text of others, and `document_hash` the SHA-256 of the document that says it, "" for a
    report. `revised` says how the source has changed its number since, "" if it has not. `key`
    names the proposal: once dismissed, the same one does not return.
    """

    question: Question
    key: str
    outcome: Outcome
    answer: str
    quote: str
    source_url: str
    known_at: datetime
    event_at: datetime
    note: str
    series_id: SeriesId | None = None
    evidence_id: EvidenceId | None = None
    document_hash: str = ""
    revised: str = ""

    def to_resolution(self, by: ForecasterId, now: datetime) -> Resolution:
        """Return the resolution that a person who confirms it enters."""
        answer = self.answer if self.outcome == "answered" else ""
        times = (self.event_at, self.known_at, now)
        return Resolution(
            self.question.id, self.outcome, self.source_url, self.note, *times, by, answer
        )


@dataclass(frozen=True, slots=True)
class MissingAnswer:
    """A question whose answer is overdue with nothing proposed, and what is missing."""

    question: Question
    reason: str


@dataclass(frozen=True, slots=True)
class SettlingSeries:
    """The series and rule of a question, with the first releases around its time.

    `distance` says how far the newest value is from the threshold, "" without one.
    """

    settlement: Settlement
    series: Series
    values: tuple[SeriesValue, ...]
    distance: str = ""


@dataclass(frozen=True, slots=True)
class AnswerDesk:
    """Ways to the answer of a question: its series, if any, and proposals.

    `waiting` says what a rule without a result waits for; `missing` what an overdue answer does.
    """

    settling: SettlingSeries | None = None
    proposals: tuple[ProposedAnswer, ...] = ()
    waiting: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class SeriesStatus:
    """A series with the polling state of its document, its values and the questions it settles.

    `count` values were seen, revisions included; `values` are all of them in the order of first
    sight, or the newest alone in a list. `shares` names the other series of the same document.
    """

    series: Series
    state: FeedState
    count: int
    values: tuple[SeriesValue, ...]
    questions: tuple[QuestionId, ...] = ()
    shares: tuple[SeriesId, ...] = ()

    @property
    def newest(self) -> SeriesValue | None:
        """Newest version of the value of the last period."""
        return max(self.values, key=lambda v: (v.period.end, v.known_at), default=None)
