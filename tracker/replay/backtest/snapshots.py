"""What each forecaster said of one question on the dates of its schedule, from what was known then.

The suggestion is that of live work; beside it stand the same suggestion with each feed left out,
time alone, the prior, and the people. A question is worked out for itself, so that all cores, or
other machines, can share the work.
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
from forecasts.evidence.base_level import learned_usual_level
from forecasts.evidence.evidence import RELIABILITY, Evidence, IndicatorId
from forecasts.evidence.story_merges import merged
from forecasts.question_sets.question_set import PastResolution
from forecasts.questions.forecaster import HAZARD, PRIOR, RESERVED, SUGGESTION
from forecasts.questions.question import ForecasterId, Question, QuestionId
from forecasts.questions.timeline import timeline_of
from forecasts.suggestion.binary import Model, Suggestion, suggest
from forecasts.suggestion.time_decay import hazard
from tracker.errors import NotFound
from tracker.feeds.item import FeedId
from tracker.questions.parameters import models
from tracker.questions.update_suggestion import archive_start
from tracker.storage import backtests, evidence, feeds, learned, questions, reviews, stories
from tracker.storage import forecasts as acts
from tracker.storage.sessions import Session, Store, open_engine

WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
OF_EVIDENCE: Final = frozenset(
    ("evidence", "silence", "usual level", "evidence scale", "saturation")
)
"""The lines of a suggestion that come from news, or from its absence."""

Rating = frozenset[tuple[str, float]]
"""Feeds with the reliability that was learned of them."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time of an archive, from the first thing that was seen to the end, both included."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was said at `at`: a probability of YES a forecaster, and one of the suggestion without
    each feed.

    Forecasters who held nothing then are left out, as are feeds without which nothing changes.
    """

    at: datetime
    said: Mapping[str, float]
    without: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Move:
    """How far a suggestion moved in one day, in log-odds."""

    question_id: str
    day: datetime
    log_odds: float


@dataclass(frozen=True, slots=True)
class Track:
    """A question through a back-test.

    `scheduled` counts the dates that its schedule has within the archive, `snapshots` are those
    before its answer was known. `feeds` names the feeds that reported its evidence, with how many
    pieces. `largest_move` is that of one day, `largest_evidence` the most that all evidence
    together ever was, in log-odds to either side.
    """

    question_id: str
    scheduled: int
    snapshots: tuple[Snapshot, ...]
    evidence: int
    feeds: Mapping[str, int]
    largest_move: Move | None
    largest_evidence: float


def schedule(question: Question, over: Span) -> tuple[datetime, ...]:
    """The weekly dates of a question, counted from its opening and before its scheduled close,
    within the archive.

    They are fixed before anything happens: an early answer takes none away.
    """
    found, at = [], question.opens_at
    while at < question.closes_at and at <= over.until:
        if at >= over.since:
            found.append(at)
        at += WEEK
    return tuple(found)


def track(url: str, question_id: QuestionId, over: Span, past: PastResolution | None) -> Track:
    """Work a question out from the run's database at `url`, over the time of the archive."""
    store = Store(open_engine(url))
    try:
        with store.reading() as session:
            question = questions.get(session, question_id)
            if question is None:
                raise NotFound(
                    "question", question_id, "the run's database was changed: begin it anew"
                )
            return _Ledger(session, question).track(over, past)
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class _Then:
    """What had been learned by an instant."""

    at: datetime
    model: Model
    levels: Mapping[IndicatorId, float]
    rating: Rating


class _Ledger:
    """The evidence on one question with where it came from, from which the past is read off.

    Nobody reviews in a back-test, so evidence stands as it was logged; what was seen, joined and
    learned after an instant is left out by its time.
    """

    def __init__(self, session: Session, question: Question) -> None:
        self._session = session
        self._question = question
        self._logged = evidence.of_question(session, question.id)
        self._stories = {e.story_id for e in self._logged}
        self._merges = stories.merges(session, self._stories) if self._logged else ()
        self._indicators = {i.id: i for i in questions.indicators(session, [question.id])}
        self._archive_from = archive_start(session, question)
        self._model_at = models(session)
        self._levels_at = learned.values_over_time(session, "usual level")
        self._reliability_at = learned.values_over_time(session, "reliability")
        self._grades = {state.id: RELIABILITY[state.feed.grade] for state in feeds.feeds(session)}
        self._rated: dict[Rating, tuple[Evidence, ...]] = {}
        self._left_out: dict[
            tuple[str, Rating], tuple[Sequence[Evidence], Mapping[IndicatorId, float]]
        ] = {}

    def track(self, over: Span, past: PastResolution | None) -> Track:
        """The question through the back-test."""
        dates = schedule(self._question, over)
        end = min(over.until, self._question.closes_at, past.known_at if past else over.until)
        at_dates = tuple(self._snapshot(at) for at in dates if past is None or at < past.known_at)
        days = list(self._days(max(self._question.opens_at, over.since), end))
        moves = [
            Move(self._question.id, later.at, logit(later.p) - logit(earlier.p))
            for earlier, later in pairwise(days)
        ]
        return Track(
            question_id=self._question.id,
            scheduled=len(dates),
            snapshots=at_dates,
            evidence=sum(e.first_seen_at <= end for e in self._logged),
            feeds=self._carried,
            largest_move=max(moves, key=lambda move: abs(move.log_odds), default=None),
            largest_evidence=max((abs(of_evidence(day)) for day in days), default=0.0),
        )

    def _days(self, at: datetime, end: datetime) -> Iterator[Suggestion]:
        while at <= end:
            then = self._then(at)
            yield self._suggested(self._known(then.rating), then)
            at += DAY

    def _snapshot(self, at: datetime) -> Snapshot:
        then = self._then(at)
        whole = self._suggested(self._known(then.rating), then).p
        said: dict[str, float] = {SUGGESTION: whole, HAZARD: hazard(self._question, at)}
        said[PRIOR] = self._question.base_rate
        without = {feed: self._without(feed, then) for feed in self._carried}
        changed: dict[str, float] = {feed: p for feed, p in without.items() if p != whole}
        return Snapshot(at, {**said, **self._people(at)}, changed)

    def _then(self, at: datetime) -> _Then:
        levels = {IndicatorId(scope): level for scope, level in self._levels_at(at).items()}
        return _Then(at, self._model_at(at), levels, frozenset(self._reliability_at(at).items()))

    def _known(self, rating: Rating) -> tuple[Evidence, ...]:
        """The evidence with its reports as reliable as they were held to be."""
        if rating not in self._rated:
            self._rated[rating] = tuple(
                self._with_reliability(e, dict(rating)) for e in self._logged
            )
        return self._rated[rating]

    def _with_reliability(self, e: Evidence, known: Mapping[str, float]) -> Evidence:
        carried = zip(e.reports, self._feeds[e.story_id], strict=True)
        return replace(
            e,
            reports=tuple(
                replace(r, reliability=known.get(f, self._grades[f])) for r, f in carried
            ),
        )

    def _suggested(self, found: Iterable[Evidence], then: _Then) -> Suggestion:
        return suggest(
            self._question,
            merged([e for e in found if e.first_seen_at <= then.at], self._merges, then.at),
            self._indicators,
            then.at,
            model=then.model,
            archive_from=self._archive_from,
            usual_levels=then.levels,
        )

    def _people(self, at: datetime) -> dict[str, float]:
        held: dict[ForecasterId, list[Any]] = {}
        for act in acts.of_question(self._session, self._question.id):
            if act.forecaster_id not in RESERVED:
                held.setdefault(act.forecaster_id, []).append(act)
        stood = {who: timeline_of(own).at(at) for who, own in held.items()}
        return {who: p for who, d in stood.items() if d is not None and (p := p_yes(d)) is not None}

    @cached_property
    def _feeds(self) -> dict[Any, list[FeedId]]:
        return backtests.feeds_of_reports(self._session, self._stories)

    @cached_property
    def _carried(self) -> Mapping[str, int]:
        """The feeds that reported evidence, each with how many pieces."""
        counts: dict[str, int] = {}
        for e in self._logged:
            for feed in set(self._feeds[e.story_id]):
                counts[feed] = counts.get(feed, 0) + 1
        return dict(sorted(counts.items()))

    def _without(self, feed: str, then: _Then) -> float:
        """The suggestion if nobody had read a feed: its reports are gone, and what they taught of
        usual levels.
        """
        which = (feed, then.rating)
        if which not in self._left_out:
            left, changed = self._left(feed, then.rating)
            self._left_out[which] = (left, self._levels(left, changed))
        left, relearned = self._left_out[which]
        levels = {i: relearned.get(i, level) for i, level in then.levels.items()}
        return self._suggested(left, replace(then, levels=levels)).p

    def _left(self, feed: str, rating: Rating) -> tuple[Sequence[Evidence], frozenset[IndicatorId]]:
        """The evidence that other feeds reported, too, and the indicators of all that changed
        before the opening.
        """
        kept, changed = [], set()
        for e in self._known(rating):
            carried = self._feeds[e.story_id]
            if feed not in carried:
                kept.append(e)
                continue
            if e.first_seen_at < self._question.opens_at:
                changed.add(e.indicator_id)
            reports = tuple(r for r, f in zip(e.reports, carried, strict=True) if f != feed)
            if reports:
                first = max(e.first_seen_at, reports[0].first_seen_at)
                kept.append(replace(e, reports=reports, first_seen_at=first))
        return kept, frozenset(changed)

    def _levels(
        self, left: Sequence[Evidence], changed: Iterable[IndicatorId]
    ) -> dict[IndicatorId, float]:
        """Usual levels learned from what is left, as `learning` learns them from everything."""
        opens_at, start = self._question.opens_at, reviews.archive_from(self._session)
        if start is None:
            return {}
        seen = merged([e for e in left if e.first_seen_at <= opens_at], self._merges, opens_at)
        mine = (self._indicators[i] for i in changed if i in self._indicators)
        return {
            i.id: learned_usual_level(i, seen, archive_from=start, opens_at=opens_at).value
            for i in mine
        }


def of_evidence(suggestion: Suggestion) -> float:
    """What all evidence together adds to a suggestion, in log-odds, after scale and cap."""
    return math.fsum(line.log_odds for line in suggestion.lines if line.kind in OF_EVIDENCE)
