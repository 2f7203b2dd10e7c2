"""Points: forecasters of one question held against each other, at every instant and at one.

*Peer points* ask whether somebody gave more to what happened than the others did at the same time. Whoever stands
alone earns 0, what one gains the others lose, and coming late to an easy question earns nothing.
*Spot points* look at one instant alone, so that revising often or seldom makes no difference.

The first half knows no questions: a stretch of time and the probability given to what happened,
from whatever platform. The second makes scores with receipts of timelines. Source: Metaculus,
scores FAQ and `score_math.py`. On purpose different from there: when the last forecaster withdraws,
their coverage ends; and who stands at the spot is compared with those who stand at that instant,
not with those just before it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forecasts.distributions.cdf import EPOCH
from forecasts.distributions.probability import Floats, probabilities
from forecasts.errors import InvalidForecast, InvalidProbability, InvalidTime
from forecasts.questions.answers import Answer, answer
from forecasts.questions.question import ForecasterId, Question, Resolution, aware, effective_close
from forecasts.questions.timeline import Span
from forecasts.scoring.rulebook import CURVES, RuleName, points_mass, values_of
from forecasts.scoring.scores import Held, Interval, Score, standing_spans
from forecasts.scoring.stretches import microseconds

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Stood:
    """A forecast stood on [start, end), in any unit of time, and gave the probability `given` to
    what happened.

    A stretch without length counts nothing. `given` is above 0 and at most 1: nothing earns minus
    infinity. Else `InvalidProbability` is raised.

    >>> Stood(0.0, 5.0, 0.0)
    Traceback (most recent call last):
    forecasts.errors.InvalidProbability: a probability of 0 earns minus infinity: limit it to 0.001 or more first
    """

    start: float
    end: float
    given: float

    def __post_init__(self) -> None:
        _logs(self.given)


@dataclass(frozen=True, slots=True)
class PeerLine:
    """Part of a stretch during which nobody's forecast changed, and the peer points it earned while
    it lasted.

    `stretch` is the place of the forecast among those of its forecaster, from 0; `weight` the share
    of the scheduled length that the line covers.
    """

    start: float
    end: float
    stretch: int
    weight: float
    points: float


@dataclass(frozen=True, slots=True)
class PeerPoints:
    """One forecaster's peer points, from −∞ to ∞, higher is better: Σ points · weight over the
    lines.

    `coverage` is the share of the scheduled length on which a forecast of theirs stood, 0 to 1.
    """

    points: float
    coverage: float
    lines: tuple[PeerLine, ...]


def given_in(masses: Sequence[float | None], bucket: int) -> float:
    """What a list of masses gave to a bucket or an option; where that is None, not offered then,
    what the last got.

    Range 0 to 1. Raises `InvalidForecast` for a bucket that the list does not have. Source:
    Metaculus, where an option added later is read from the last one, "Other".

    >>> given_in([0.25, None, 0.75], 0), given_in([0.25, None, 0.75], 1)
    (0.25, 0.75)
    """
    if not 0 <= bucket < len(masses):
        raise InvalidForecast(
            f"there is no bucket {bucket}: the forecast has {len(masses)}, counted from 0"
        )
    found = masses[-1] if masses[bucket] is None else masses[bucket]
    if found is None:
        raise InvalidForecast(
            "the last option was always offered: it needs a mass to read later ones from"
        )
    return float(probabilities(found))


def peer_at(given: Mapping[Name, float], *, halved: bool = False) -> dict[Name, float]:
    """Peer points at one instant: 100 times the mean over the others of ln(own/other), 0 for who
    stands alone.

    `given` has what each who stands gave to what happened. All together 0; HIGHER is better; with
    probabilities from
    0.001 to 0.999 the range is −691 to 691. `halved` for numbers and dates. Raises as `Stood` does. The same as
    100 · n/(n − 1) · ln(own/geometric mean of all n). Source: Metaculus, scores FAQ.

    >>> peer_at({"ann": 0.9, "bob": 0.1})
    {'ann': 219.722..., 'bob': -219.722...}
    """
    column = _logs(list(given.values()))[:, np.newaxis]
    return dict(zip(given, _peer(column, halved=halved)[:, 0].tolist(), strict=True))


def peer_points(
    stood: Mapping[Name, Sequence[Stood]], scheduled: float, *, halved: bool = False
) -> dict[Name, PeerPoints]:
    """Peer points over time: `peer_at` integrated over each one's own active time, divided by the
    scheduled length.

    `stood` has each forecaster's stretches in the order of time, cut to the time that counts;
    `scheduled` is the length from the opening to the scheduled close in the same unit. HIGHER is
    better; all together 0. Raises `InvalidTime` when stretches of one forecaster overlap, one has
    no end, or there is no scheduled time.

    >>> held = {"ann": [Stood(0, 10, 0.9)], "bob": [Stood(5, 10, 0.6)]}
    >>> {who: (round(found.points, 2), found.coverage) for who, found in peer_points(held, 10).items()}
    {'ann': (20.27, 1.0), 'bob': (-20.27, 0.5)}
    """
    if not 0.0 < scheduled < math.inf:
        raise InvalidTime(
            f"points are divided by the scheduled length: give one above 0, not {scheduled}"
        )
    kept = {name: _in_order(own) for name, own in stood.items()}
    cuts = np.unique([time for own in kept.values() for _, s in own for time in (s.start, s.end)])
    if not np.isfinite(cuts).all():
        raise InvalidTime(
            "a stretch has a start and an end: cut it at the instant from which nothing counts"
        )
    logs = np.full((len(kept), max(len(cuts) - 1, 0)), np.nan)
    ranges = []
    for row, own in enumerate(kept.values()):
        begun, ended = (
            np.searchsorted(cuts, [s.start for _, s in own]),
            np.searchsorted(cuts, [s.end for _, s in own]),
        )
        ranges.append(
            [(k, i, j) for (k, _), i, j in zip(own, begun.tolist(), ended.tolist(), strict=True)]
        )
        for (_, s), (_, i, j) in zip(own, ranges[row], strict=True):
            logs[row, i:j] = _logs(s.given)
    points, times = _peer(logs, halved=halved), cuts.tolist()
    return {
        name: _added_up(_lines(own, times, row.tolist(), scheduled), scheduled)
        for name, own, row in zip(kept, ranges, points, strict=True)
    }


def _lines(
    ranges: Sequence[tuple[int, int, int]],
    times: Sequence[float],
    points: Sequence[float],
    scheduled: float,
) -> tuple[PeerLine, ...]:
    return tuple(
        PeerLine(
            times[at], times[at + 1], stretch, (times[at + 1] - times[at]) / scheduled, points[at]
        )
        for stretch, first, last in ranges
        for at in range(first, last)
    )


def _added_up(lines: tuple[PeerLine, ...], scheduled: float) -> PeerPoints:
    active = math.fsum(line.end - line.start for line in lines)
    return PeerPoints(
        math.fsum(line.points * line.weight for line in lines), active / scheduled, lines
    )


def _in_order(stood: Sequence[Stood]) -> list[tuple[int, Stood]]:
    kept = [(number, s) for number, s in enumerate(stood) if s.start < s.end]
    if any(b.start < a.end for (_, a), (_, b) in pairwise(kept)):
        raise InvalidTime(
            "a forecaster holds one forecast at a time: end a stretch where the next one starts"
        )
    return kept


def _logs(given: ArrayLike) -> Floats:
    p = probabilities(given)
    if (p == 0.0).any():
        raise InvalidProbability(
            "a probability of 0 earns minus infinity: limit it to 0.001 or more first"
        )
    return np.log(p)


def _peer(logs: Floats, *, halved: bool) -> Floats:
    """Rows are forecasters, columns instants; NaN where somebody has no forecast, and in the answer
    too.
    """
    standing = ~np.isnan(logs)
    n = standing.sum(axis=0)
    mean = np.where(standing, logs, 0.0).sum(axis=0) / np.maximum(n, 1)
    factor = np.where(n > 1, n / np.maximum(n - 1, 1), 0.0) * (50.0 if halved else 100.0)
    return np.asarray(factor * (logs - mean), dtype=np.float64)


def spot_time(question: Question) -> datetime:
    """The instant of the spot scores where none was chosen: the middle of the scheduled time.

    Fixed by the schedule, so that it does not depend on what happens. A question answered before it
    has no spot scores.
    """
    return question.opens_at + (question.closes_at - question.opens_at) / 2


def score_points(
    question: Question, resolution: Resolution, held: Held, *, spot_at: datetime | None = None
) -> tuple[Score, ...]:
    """Everyone's peer, spot baseline and spot peer points; none when annulled or ambiguous.

    `held` are the forecasters who count as peers of each other, and the caller decides who they
    are: people, and not what is computed from them. HIGHER is better. Skill over schedule is the
    points themselves, and the sum of score times weight over the receipt, which has a new line
    whenever anybody's forecast changes.

    Spot scores are taken at `spot_at`, by default `spot_time`; their receipt is that one instant
    with weight 1. Who has no forecast then gets coverage 0 and 0 points, and so does everyone when
    the answer was known by then. Raises `InvalidTime` for a spot without a time zone.

    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 11 January?", "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-11"), utc("2026-01-12"), Binary(0.3), "3 of 10 years", ())
    >>> yes = Resolution("ceasefire", "yes", "https://example.org", "", *[utc("2026-01-11")] * 3, "ann")
    >>> ann, bob = timeline([(utc("2026-01-01"), Binary(0.9))]), timeline([(utc("2026-01-09"), Binary(0.6))])
    >>> found = score_points(question, yes, {"ann": ann, "bob": bob})
    >>> [(s.rule, s.coverage, round(s.skill_over_schedule, 2)) for s in found if s.forecaster_id == "bob"]
    [('peer', 0.2, -8.11), ('spot_baseline', 0.0, 0.0), ('spot_peer', 0.0, 0.0)]
    """
    happened = answer(question, resolution)
    if happened is None:
        return ()
    spans = {who: standing_spans(question, resolution, steps) for who, steps in held.items()}
    spot, known = (
        spot_time(question) if spot_at is None else aware(spot_at),
        effective_close(question, resolution),
    )
    over_time = max((known - question.opens_at) / _scheduled(question), 0.0)
    peers, at_spot = (
        _peer_receipts(question, happened, spans),
        _spot_receipts(question, happened, spans, spot),
    )
    return (
        *_scores(question, "peer", peers, attainable=over_time),
        *_scores(question, "spot_baseline", at_spot[0], attainable=float(spot < known)),
        *_scores(question, "spot_peer", at_spot[1], attainable=float(spot < known)),
    )


Receipts = Mapping[ForecasterId, tuple[Interval, ...]]


def _peer_receipts(
    question: Question, happened: Answer, spans: Mapping[ForecasterId, Sequence[Span]]
) -> Receipts:
    opens, closes = microseconds([question.opens_at, question.closes_at]).tolist()
    stood = {who: [_stood(question, happened, span) for span in own] for who, own in spans.items()}
    found = peer_points(stood, closes - opens, halved=question.kind in CURVES)
    return {who: _intervals(spans[who], points) for who, points in found.items()}


def _stood(question: Question, happened: Answer, span: Span) -> Stood:
    start, end = microseconds([span.start, span.end]).tolist()
    return Stood(start, end, points_mass(question, happened, span.distribution))


def _intervals(own: Sequence[Span], found: PeerPoints) -> tuple[Interval, ...]:
    return tuple(
        Interval(
            start=_instant(line.start),
            end=_instant(line.end),
            forecast=own[line.stretch].distribution,
            weight=line.weight,
            score=line.points,
            contribution=line.points * (line.weight / found.coverage),
        )
        for line in found.lines
    )


def _instant(since_1970: float) -> datetime:
    return EPOCH + timedelta(
        microseconds=since_1970
    )  # whole numbers, which a float holds exactly for 285 years


def _spot_receipts(
    question: Question,
    happened: Answer,
    spans: Mapping[ForecasterId, Sequence[Span]],
    spot: datetime,
) -> tuple[Receipts, Receipts]:
    """Of the spot baseline and of the spot peer points."""
    then = {
        who: s.distribution for who, own in spans.items() for s in own if s.start <= spot < s.end
    }
    given = {who: points_mass(question, happened, forecast) for who, forecast in then.items()}
    alone = values_of("baseline", question, happened, list(then.values())).tolist()

    def receipts(points: Mapping[ForecasterId, float]) -> Receipts:
        return {
            who: (Interval(spot, spot, then[who], 1.0, points[who], points[who]),)
            if who in then
            else ()
            for who in spans
        }

    against = peer_at(given, halved=question.kind in CURVES)
    return receipts(dict(zip(then, alone, strict=True))), receipts(against)


def _scores(
    question: Question, rule: RuleName, receipts: Receipts, *, attainable: float
) -> list[Score]:
    return [
        _score(question, rule, who, receipt, attainable=attainable)
        for who, receipt in receipts.items()
    ]


def _score(
    question: Question,
    rule: RuleName,
    who: ForecasterId,
    receipt: tuple[Interval, ...],
    *,
    attainable: float,
) -> Score:
    active = sum((line.end - line.start for line in receipt), timedelta())
    return Score(
        question_id=question.id,
        forecaster_id=who,
        rule=rule,
        mean_while_active=math.fsum(line.contribution for line in receipt) if receipt else None,
        coverage=active / _scheduled(question) if rule == "peer" else float(len(receipt)),
        attainable_coverage=attainable,
        skill_over_schedule=math.fsum(line.score * line.weight for line in receipt),
        receipt=receipt,
    )


def _scheduled(question: Question) -> timedelta:
    return question.closes_at - question.opens_at
