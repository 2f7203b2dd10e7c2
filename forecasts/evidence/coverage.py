"""Coverage of a question: all its streams of news together, as some unknowns are common to them.

How much reports echo each other, and how much more is reported since the opening, is the same for
all news of a question, whatever the answer. So each stream is held against the others and against
the *context*, the reports that take no side: a rise of all of them is no sign. The likelihood ratio
of a side is that of all its streams, summed over the unknowns. The streams share it by the path
method of Aumann & Shapley 1974: each gets the mean of its own log-ratio while all of its side are
raised together from 0 to 1, so that the lines add up and no order matters.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

import numpy as np

from forecasts.distributions.probability import Floats
from forecasts.evidence.evidence import Direction, Evidence, Indicator, IndicatorId
from forecasts.evidence.log_odds import StoryEffect
from forecasts.evidence.rates import (
    COMMON_LOGS,
    NewsCourse,
    weigh_context,
    weigh_courses,
)
from forecasts.evidence.streams import (
    Sighting,
    Stream,
    find_span,
    find_streams,
    make_course,
    split_episodes,
)
from forecasts.evidence.weights import DAY
from forecasts.questions.question import Question

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)
_PATH: Final = (_NODES + 1.0) / 2.0
_PATH_SHARES: Final = _WEIGHTS / 2.0


@dataclass(frozen=True)
class Coverage:
    """Streams of a question, and its reports that take no side, None without an archive of them."""

    streams: tuple[Stream, ...]
    context: NewsCourse | None = None

    @cached_property
    def log_odds(self) -> tuple[float, ...]:
        """Contribution of each stream, in nats: above 0 in favour of YES, or of its option."""
        amounts = [0.0] * len(self.streams)
        for numbers in self._sides:
            sign = self.streams[numbers[0]].direction
            for n, amount in zip(numbers, self._share_ratio(numbers), strict=True):
                amounts[n] = sign * amount
        return tuple(amounts)

    @cached_property
    def totals(self) -> Mapping[str, float]:
        """Sum of the contributions for each option, "" for YES."""
        totals: dict[str, float] = {}
        for numbers in self._sides:
            first = self.streams[numbers[0]]
            amount = first.direction * self._weigh_side(numbers)
            totals[first.option] = totals.get(first.option, 0.0) + amount
        return totals

    def change_stream(self, stream: Stream, changed: Stream) -> "Coverage":
        """Coverage with another stream in the place of one."""
        return replace(self, streams=tuple(changed if s is stream else s for s in self.streams))

    def find_effects(self, number: int) -> tuple[StoryEffect, ...]:
        """Effect of each story of a stream since the count began: what its absence would change."""
        stream = self.streams[number]
        effects = {s.evidence_id: 0.0 for episode in stream.recent for s in episode.sightings}
        courses = {
            sighting.evidence_id: stream.drop_story(place, sighting)
            for place, episode in enumerate(stream.episodes)
            for sighting in episode.decisive
            if sighting.evidence_id in effects
        }
        if courses:
            changes = self._weigh_changes(number, tuple(courses.values()))
            effects |= zip(courses, changes, strict=True)
        return tuple(map(StoryEffect, effects, effects.values()))

    def _weigh_changes(self, number: int, courses: tuple[NewsCourse, ...]) -> list[float]:
        """Loss of the total of a stream's option with each of these courses in place of its own."""
        stream = self.streams[number]
        changed = weigh_courses(stream.words, courses)
        usual = self._usual_logs - stream.likelihoods.other + changed.other
        total = np.zeros(len(usual))
        for numbers in self._sides:
            first = self.streams[numbers[0]]
            if first.option == stream.option:
                remaining = self._raise_side([n for n in numbers if n != number]).sum(axis=0)
                gain = changed.favoured - changed.other if number in numbers else 0.0
                total += first.direction * (_sum_logs(usual + remaining + gain) - _sum_logs(usual))
        return (self.totals[stream.option] - total).tolist()  # type: ignore[no-any-return]

    @cached_property
    def _sides(self) -> list[list[int]]:
        """Numbers of the streams of each side of each option."""
        sides: dict[tuple[str, Direction], list[int]] = {}
        for n, stream in enumerate(self.streams):
            sides.setdefault((stream.option, stream.direction), []).append(n)
        return list(sides.values())

    @cached_property
    def _usual_logs(self) -> Floats:
        """Log-likelihoods of all news if none of it says anything, by the common unknowns."""
        context = 0.0 if self.context is None else weigh_context(self.context)
        usual = np.array([stream.likelihoods.other for stream in self.streams])
        logs: Floats = COMMON_LOGS + context + usual.sum(axis=0)
        return logs

    def _raise_side(self, numbers: Sequence[int]) -> Floats:
        likelihoods = [self.streams[n].likelihoods for n in numbers]
        raised = [logs.favoured - logs.other for logs in likelihoods]
        return np.array(raised).reshape(-1, *COMMON_LOGS.shape)

    def _weigh_side(self, numbers: Sequence[int]) -> float:
        """Log-likelihood ratio of all streams of a side together."""
        raised = self._usual_logs + self._raise_side(numbers).sum(axis=0)
        return float(_sum_logs(raised) - _sum_logs(self._usual_logs))

    def _share_ratio(self, numbers: Sequence[int]) -> list[float]:
        """Share of each stream in the log-likelihood ratio of its side."""
        if len(numbers) == 1:
            return [self._weigh_side(numbers)]
        raised = self._raise_side(numbers)
        logs = self._usual_logs + _PATH[:, None, None] * raised.sum(axis=0)
        chances = np.exp(logs - logs.max(axis=(1, 2), keepdims=True))
        chances *= (_PATH_SHARES / chances.sum(axis=(1, 2)))[:, None, None]
        shares = np.tensordot(raised, chances.sum(axis=0), axes=2)
        remaining = self._weigh_side(numbers) - math.fsum(shares)  # of the rule of integration
        return (shares + remaining / len(numbers)).tolist()  # type: ignore[no-any-return]


def find_coverage(
    question: Question,
    counted: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    *,
    context: Iterable[Evidence] = (),
    archive_from: datetime | None = None,
) -> Coverage:
    """Find the coverage of a question at `at`; see `find_streams`, and `select_context`."""
    streams = find_streams(question, counted, indicators, at, archive_from=archive_from)
    span = find_span(question, at, archive_from)
    if span is None or not NewsCourse(*span).is_archived:
        return Coverage(streams)
    sightings = (
        Sighting((e.first_seen_at - question.opens_at) / DAY, e.relevance, e.id) for e in context
    )
    counted_context = sorted(s for s in sightings if s.weight and s.day >= span[0])
    if not counted_context:
        return Coverage(streams)
    return Coverage(streams, make_course(tuple(split_episodes(counted_context, span[1])), *span))


def select_context(
    evidence: Iterable[Evidence], question: Question, at: datetime
) -> list[Evidence]:
    """Select the reports on a question that take no side, and that nobody rejected."""
    return [
        e
        for e in evidence
        if e.question_id == question.id
        and e.first_seen_at <= at
        and e.direction is Direction.NEUTRAL
        and e.status != "rejected"
    ]


def _sum_logs(logs: Floats) -> Floats:
    """Logarithm of the sum over the common unknowns, of values given as logarithms."""
    highest = logs.max(axis=(-2, -1), keepdims=True)
    total: Floats = highest[..., 0, 0] + np.log(np.exp(logs - highest).sum(axis=(-2, -1)))
    return total
