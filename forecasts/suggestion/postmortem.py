"""Review of an answered question: evidence that helped or misled, missed signposts, best path.

A single question does not separate luck from skill; for that see `forecasts.scoring.comparison`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import Final, Literal

import numpy as np

from forecasts.distributions.distribution import Distribution
from forecasts.distributions.probability import Floats
from forecasts.evidence.evidence import Direction, Evidence, Indicator, IndicatorId
from forecasts.evidence.signposts import list_signposts
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.answers import Answer, get_answer
from forecasts.questions.question import (
    EvidenceId,
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
    effective_close,
)
from forecasts.questions.timeline import Timeline
from forecasts.scoring.rulebook import HEADLINE, ignorance_forecast, rule_gains, rule_values

MAX_NAMED_EVIDENCE: Final = 3
"""Number of pieces of evidence named on either side."""

_MIN_EFFECT: Final = 0.005
"""Smallest effect on the suggestion, in log-odds, that counts as helpful or harmful."""

ForecasterTimelines = Mapping[ForecasterId, Timeline]


@dataclass(frozen=True, slots=True)
class EvidenceContribution:
    """Largest contribution of a piece of evidence, in log-odds: above 0 towards the answer."""

    evidence_id: EvidenceId
    toward: float


@dataclass(frozen=True, slots=True)
class MissedSignpost:
    """Signpost that was not seen before the answer.

    "silent": expected by a date, which passed; "never seen": it points to the outcome, and nothing
    came. `right`: True if its silence pointed to the answer; None if its silence was uninformative.
    """

    indicator_id: IndicatorId
    state: Literal["silent", "never seen"]
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class PathSegment:
    """Period with constant forecasts of two forecasters (None for no forecast), and the loss.

    `lost` is in the unit of skill over schedule: gain over the uninformed forecast of the other
    minus that of the first, by the headline rule, times the share of the scheduled time. Below 0
    the first was better.
    """

    start: datetime
    end: datetime
    mine: Distribution | None
    other: Distribution | None
    lost: float


@dataclass(frozen=True, slots=True)
class PathComparison:
    """Best-scoring forecaster, and the segment on which somebody lost most against them.

    `worst` lasts as long as one of the own forecasts stood; its `other` is the best one's forecast
    half-way through it. `lead` is the difference of the two skills over schedule, 0 or more; 0 with
    `worst` None where the own path is best.
    """

    best: ForecasterId
    lead: float
    worst: PathSegment | None


@dataclass(frozen=True, slots=True)
class PostMortem:
    """Lessons of one answered question. `path` is None for somebody without a forecast on it."""

    question_id: QuestionId
    helpful: tuple[EvidenceContribution, ...]
    harmful: tuple[EvidenceContribution, ...]
    missed: tuple[MissedSignpost, ...]
    path: PathComparison | None


def strongest_evidence(
    weights: Iterable[tuple[EvidenceId, float]], happened: int
) -> tuple[tuple[EvidenceContribution, ...], tuple[EvidenceContribution, ...]]:
    """Evidence with the largest contributions towards the answer and away from it,
    `MAX_NAMED_EVIDENCE` each.

    `weights` are contributions at any instants, in log-odds towards YES; a piece counts by its
    largest one.

    >>> weights = [(1, 0.2), (1, 0.9), (2, -0.4), (3, 0.001)]
    >>> helpful, harmful = strongest_evidence(weights, happened=0)
    >>> [(push.evidence_id, push.toward) for push in (*helpful, *harmful)]
    [(2, 0.4), (1, -0.9)]
    """
    peaks: dict[EvidenceId, float] = {}
    for evidence_id, log_odds in weights:
        if abs(log_odds) > abs(peaks.get(evidence_id, 0.0)):
            peaks[evidence_id] = log_odds
    sign = 1.0 if happened else -1.0
    pushes = [
        EvidenceContribution(evidence_id, sign * peak)
        for evidence_id, peak in peaks.items()
        if abs(peak) >= _MIN_EFFECT
    ]
    ranked = sorted(pushes, key=lambda push: (-abs(push.toward), push.evidence_id))
    return (
        tuple(push for push in ranked if push.toward > 0)[:MAX_NAMED_EVIDENCE],
        tuple(push for push in ranked if push.toward < 0)[:MAX_NAMED_EVIDENCE],
    )


def find_missed_signposts(
    question: Question,
    indicators: Sequence[Indicator],
    evidence: Sequence[Evidence],
    resolution: Resolution,
) -> tuple[MissedSignpost, ...]:
    """Signposts of a binary question that were not seen before the answer, dated ones first.

    Seen means that there is evidence that was not rejected. Empty for other kinds, and without an
    answer.
    """
    happened, close = get_answer(question, resolution), effective_close(question, resolution)
    if question.kind != "binary" or happened is None:
        return ()
    towards = Direction.YES if happened else Direction.NO
    silent = [
        post.indicator
        for post in list_signposts(question, indicators, evidence, close)
        if post.state == "silent"
    ]
    silent_signposts = [
        MissedSignpost(i.id, "silent", _silence_was_right(i, towards)) for i in silent
    ]
    seen = {e.indicator_id for e in evidence if e.status != "rejected" and e.first_seen_at <= close}
    dated = {i.id for i in silent}
    never_seen = [
        i
        for i in indicators
        if i.direction is towards and i.id not in seen | dated and i.expected is None
    ]
    return (
        *silent_signposts,
        *(
            MissedSignpost(i.id, "never seen")
            for i in sorted(never_seen, key=lambda i: (-int(i.strength), i.name))
        ),
    )


def _silence_was_right(indicator: Indicator, towards: Direction) -> bool | None:
    assert indicator.expected is not None
    ratio = indicator.expected.ratio_when_silent
    return None if ratio == 1.0 else (ratio > 1.0) == (towards is Direction.YES)


def find_best_path(
    question: Question, resolution: Resolution, timelines: ForecasterTimelines, mine: ForecasterId
) -> PathComparison | None:
    """Find the best path by the headline rule over the schedule, and where `mine` lost most to it.

    In a tie the own path comes first. None if `mine` has no forecast that counts, or nothing can be
    scored.
    """
    happened, close = get_answer(question, resolution), effective_close(question, resolution)
    own_timeline = timelines.get(mine)
    if happened is None or own_timeline is None or not own_timeline.spans(question.opens_at, close):
        return None
    against = {
        forecaster_id: compare_timelines(question, resolution, own_timeline, line)
        for forecaster_id, line in timelines.items()
        if forecaster_id != mine and line.spans(question.opens_at, close)
    }
    leads = {
        forecaster_id: sum(s.lost for s in stretches)
        for forecaster_id, stretches in against.items()
    }
    best = max(leads, key=lambda forecaster_id: leads[forecaster_id], default=mine)
    if best == mine or leads[best] <= 0.0:
        return PathComparison(mine, 0.0, None)
    spells = _join_segments(against[best], timelines[best])
    return PathComparison(best, leads[best], max(spells, key=lambda spell: spell.lost))


def _join_segments(stretches: Sequence[PathSegment], other: Timeline) -> list[PathSegment]:
    """Join segments on which the first forecaster held the same forecast."""
    joined = []
    for _, run in groupby(stretches, key=lambda stretch: stretch.mine):
        segments = list(run)
        start, end = segments[0].start, segments[-1].end
        half_way = other.at(start + (end - start) / 2)
        joined.append(
            PathSegment(start, end, segments[0].mine, half_way, sum(s.lost for s in segments))
        )
    return joined


def compare_timelines(
    question: Question, resolution: Resolution, mine: Timeline, other: Timeline
) -> tuple[PathSegment, ...]:
    """Compare two timelines, cut at every change; `lost` adds up to the difference in skill.

    Empty where nothing can be scored.
    """
    happened = get_answer(question, resolution)
    start = question.opens_at
    end = effective_close(question, resolution)
    if happened is None or start >= end:
        return ()
    removed = {o.removed_at for o in question.options if o.removed_at is not None}
    changes = {at for line in (mine, other) for at, _ in line.steps} | removed
    cuts = [start, *sorted(at for at in changes if start < at < end), end]
    length = question.closes_at - question.opens_at
    own_forecasts, other_forecasts = (
        [_read_forecast(question, at, line.at(at)) for at in cuts[:-1]] for line in (mine, other)
    )
    ahead = _headline_gains(question, happened, other_forecasts) - _headline_gains(
        question, happened, own_forecasts
    )
    return tuple(
        PathSegment(
            begin,
            finish,
            own_forecasts[n],
            other_forecasts[n],
            float(ahead[n]) * ((finish - begin) / length),
        )
        for n, (begin, finish) in enumerate(pairwise(cuts))
    )


def _read_forecast(
    question: Question, at: datetime, forecast: Distribution | None
) -> Distribution | None:
    return None if forecast is None else fold_removed_options(question, at, forecast)


def _headline_gains(
    question: Question, happened: Answer, forecasts: Sequence[Distribution | None]
) -> Floats:
    """Gain of each forecast over the uninformed one by the headline rule; 0 for no forecast."""
    rule = HEADLINE[question.kind]
    present = [n for n, forecast in enumerate(forecasts) if forecast is not None]
    reference, *values = rule_values(
        rule,
        question,
        happened,
        [
            ignorance_forecast(question),
            *(forecast for forecast in forecasts if forecast is not None),
        ],
    )
    gained = np.zeros(len(forecasts))
    gained[present] = rule_gains(rule, np.array(values), float(reference))
    return gained
