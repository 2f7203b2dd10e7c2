"""Forecasts on one question at its scheduled dates, using only what was known then.

Beside the live suggestion stand the suggestion with each feed left out, the time-only baseline, the
prior, and the people. Each question is independent, so the work is shared by all cores or machines.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from forecasts.distributions.distribution import p_yes
from forecasts.distributions.probability import logit
from forecasts.evidence.evidence import RELIABILITY, Evidence
from forecasts.evidence.log_odds import RAW_NEWS_KINDS
from forecasts.evidence.weights import merge_story_evidence
from forecasts.question_sets.question_set import PastResolution
from forecasts.questions.question import (
    HAZARD,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    Question,
    QuestionId,
    is_person,
)
from forecasts.questions.timeline import forecaster_timeline
from forecasts.suggestion.binary import Suggestion, SuggestionModel, hazard_probability, suggest
from tracker.errors import NotFound
from tracker.feeds.item import FeedId
from tracker.questions.update_suggestion import archive_start
from tracker.storage import evidence, evidence_history, feeds, learned, questions, record
from tracker.storage.evidence import list_merges
from tracker.storage.learned import load_models
from tracker.storage.sessions import Session, Store, open_engine

WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
EVIDENCE_LINE_KINDS: Final = frozenset((*RAW_NEWS_KINDS, "doubt", "evidence scale"))
"""Kinds of suggestion lines that come from news, or from its absence."""

FeedReliabilities = frozenset[tuple[str, float]]
"""Feeds with their learned reliability."""


@dataclass(frozen=True, slots=True)
class ArchiveSpan:
    """Time span of an archive, both ends included."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ForecastSnapshot:
    """Forecasts at `at`: P(YES) by forecaster, and of the suggestion without each feed.

    Forecasters without a forecast are left out, as are feeds that change nothing.
    """

    at: datetime
    said: Mapping[str, float]
    without: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DailyMove:
    """Change of a suggestion within one day, in log-odds."""

    question_id: str
    day: datetime
    log_odds: float


@dataclass(frozen=True, slots=True)
class QuestionTrack:
    """A question through a back-test.

    `scheduled` counts the dates of its schedule within the archive, `snapshots` are those before
    its answer was known. `feeds` maps the feeds that reported its evidence to the number of pieces.
    `largest_move` is that of one day, `largest_evidence` the largest effect of all evidence
    together, in log-odds in either direction.
    """

    question_id: str
    scheduled: int
    snapshots: tuple[ForecastSnapshot, ...]
    evidence: int
    feeds: Mapping[str, int]
    largest_move: DailyMove | None
    largest_evidence: float


def schedule_dates(question: Question, span: ArchiveSpan) -> tuple[datetime, ...]:
    """Return the weekly dates of a question within the archive, from opening to scheduled close.

    They are fixed in advance: an early answer removes none.
    """
    dates, at = [], question.opens_at
    while at < question.closes_at and at <= span.until:
        if at >= span.since:
            dates.append(at)
        at += WEEK
    return tuple(dates)


def track_question(
    url: str, question_id: QuestionId, span: ArchiveSpan, past: PastResolution | None
) -> QuestionTrack:
    """Compute the track of a question from the run's database at `url`."""
    store = Store(open_engine(url))
    try:
        with store.reading() as session:
            question = questions.find_question(session, question_id)
            if question is None:
                raise NotFound(
                    "question", question_id, "the run's database was changed: start it again"
                )
            return _Ledger(session, question).track(span, past)
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class _LearnedParameters:
    """Learned parameters at an instant."""

    at: datetime
    model: SuggestionModel
    rating: FeedReliabilities


class _Ledger:
    """Evidence on one question with its sources, evaluated at past instants.

    Nobody reviews in a back-test, so evidence stands as logged; whatever was seen, merged or
    learned later is filtered out by its time.
    """

    def __init__(self, session: Session, question: Question) -> None:
        self._session = session
        self._question = question
        self._logged = evidence.evidence_of_question(session, question.id)
        self._stories = {e.story_id for e in self._logged}
        self._lifts = evidence_history.load_lifts(session, [e.id for e in self._logged])
        self._merges = list_merges(session, self._stories) if self._logged else ()
        self._indicators = {i.id: i for i in questions.list_indicators(session, [question.id])}
        self._archive_from = archive_start(session, question)
        self._model_at = load_models(session)
        self._reliability_at = learned.load_values_over_time(session, "reliability")
        self._grades = {
            state.id: RELIABILITY[state.feed.grade] for state in feeds.list_feeds(session)
        }
        self._rated: dict[FeedReliabilities, tuple[Evidence, ...]] = {}
        self._left_out: dict[tuple[str, FeedReliabilities], Sequence[Evidence]] = {}

    def track(self, span: ArchiveSpan, past: PastResolution | None) -> QuestionTrack:
        """Compute the track of the question."""
        dates = schedule_dates(self._question, span)
        end = min(span.until, self._question.closes_at, past.known_at if past else span.until)
        at_dates = tuple(
            self._take_snapshot(at) for at in dates if past is None or at < past.known_at
        )
        days = list(self._suggest_daily(max(self._question.opens_at, span.since), end))
        moves = [
            DailyMove(self._question.id, later.at, logit(later.p) - logit(earlier.p))
            for earlier, later in pairwise(days)
        ]
        return QuestionTrack(
            question_id=self._question.id,
            scheduled=len(dates),
            snapshots=at_dates,
            evidence=sum(e.first_seen_at <= end for e in self._logged),
            feeds=self._feed_counts,
            largest_move=max(moves, key=lambda move: abs(move.log_odds), default=None),
            largest_evidence=max((abs(sum_evidence(day)) for day in days), default=0.0),
        )

    def _suggest_daily(self, at: datetime, end: datetime) -> Iterator[Suggestion]:
        while at <= end:
            then = self._parameters_at(at)
            yield self._suggest(self._rate_evidence(then.rating), then)
            at += DAY

    def _take_snapshot(self, at: datetime) -> ForecastSnapshot:
        then = self._parameters_at(at)
        suggested = self._suggest(self._rate_evidence(then.rating), then).p
        forecasts: dict[str, float] = {
            SUGGESTION: suggested,
            HAZARD: hazard_probability(self._question, at),
        }
        forecasts[PRIOR] = self._question.base_rate
        without = {feed: self._suggest_without(feed, then) for feed in self._feed_counts}
        changed: dict[str, float] = {feed: p for feed, p in without.items() if p != suggested}
        return ForecastSnapshot(at, {**forecasts, **self._forecasts_of_people(at)}, changed)

    def _parameters_at(self, at: datetime) -> _LearnedParameters:
        rating = frozenset(self._reliability_at(at).items())
        return _LearnedParameters(at, self._model_at(at), rating)

    def _rate_evidence(self, rating: FeedReliabilities) -> tuple[Evidence, ...]:
        """Return the evidence with the feed reliabilities learned by then."""
        if rating not in self._rated:
            self._rated[rating] = tuple(
                self._set_reliability(e, dict(rating)) for e in self._logged
            )
        return self._rated[rating]

    def _set_reliability(self, e: Evidence, reliabilities: Mapping[str, float]) -> Evidence:
        reports_with_feeds = zip(e.reports, self._feeds_by_story[e.story_id], strict=True)
        return replace(
            e,
            reports=tuple(
                replace(r, reliability=reliabilities.get(f, self._grades[f]))
                for r, f in reports_with_feeds
            ),
        )

    def _merge_at(
        self, pieces: Iterable[Evidence], at: datetime, without: str = ""
    ) -> tuple[Evidence, ...]:
        """Merge evidence seen by then, lifted by the reports of then; `without` those of a feed."""
        seen = (e for e in pieces if e.first_seen_at <= at)
        return merge_story_evidence(
            [self._lifts.judge_at(e, at, without=without) for e in seen], self._merges, at
        )

    def _suggest(
        self, pieces: Iterable[Evidence], then: _LearnedParameters, without: str = ""
    ) -> Suggestion:
        return suggest(
            self._question,
            self._merge_at(pieces, then.at, without),
            self._indicators,
            then.at,
            model=then.model,
            archive_from=self._archive_from,
        )

    def _forecasts_of_people(self, at: datetime) -> dict[str, float]:
        acts_by_forecaster: dict[ForecasterId, list[Any]] = {}
        for act in record.forecasts_of_question(self._session, self._question.id):
            if is_person(act.forecaster_id):
                acts_by_forecaster.setdefault(act.forecaster_id, []).append(act)
        forecasts = {
            forecaster: forecaster_timeline(own_acts).at(at)
            for forecaster, own_acts in acts_by_forecaster.items()
        }
        return {
            forecaster: p
            for forecaster, d in forecasts.items()
            if d is not None and (p := p_yes(d)) is not None
        }

    @cached_property
    def _feeds_by_story(self) -> dict[Any, list[FeedId]]:
        return evidence_history.list_report_feeds(self._session, self._stories)

    @cached_property
    def _feed_counts(self) -> Mapping[str, int]:
        """Number of pieces of evidence by feed that reported them."""
        counts: dict[str, int] = {}
        for e in self._logged:
            for feed in set(self._feeds_by_story[e.story_id]):
                counts[feed] = counts.get(feed, 0) + 1
        return dict(sorted(counts.items()))

    def _suggest_without(self, feed: str, then: _LearnedParameters) -> float:
        """Return the suggestion without a feed: without its reports, old ones too."""
        key = (feed, then.rating)
        if key not in self._left_out:
            self._left_out[key] = self._drop_feed(feed, then.rating)
        return self._suggest(self._left_out[key], then, without=feed).p

    def _drop_feed(self, feed: str, rating: FeedReliabilities) -> Sequence[Evidence]:
        """Return the evidence that other feeds reported too."""
        remaining = []
        for e in self._rate_evidence(rating):
            feed_ids = self._feeds_by_story[e.story_id]
            if feed not in feed_ids:
                remaining.append(e)
                continue
            reports = tuple(r for r, f in zip(e.reports, feed_ids, strict=True) if f != feed)
            if reports:
                first = max(e.first_seen_at, reports[0].first_seen_at)
                remaining.append(replace(e, reports=reports, first_seen_at=first))
        return remaining


def sum_evidence(suggestion: Suggestion) -> float:
    """Sum the log-odds that all evidence adds to a suggestion, after doubt and scale."""
    return math.fsum(line.log_odds for line in suggestion.lines if line.kind in EVIDENCE_LINE_KINDS)
