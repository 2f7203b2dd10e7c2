"""Peer points and spot points, after Metaculus.

*Peer points* compare the probability given to the outcome with that of the others at the same time.
A single forecaster earns 0, gains and losses cancel, and joining an easy question late earns
nothing. *Spot points* are taken at one instant, so that the frequency of revision does not matter.

The first half of the module is independent of questions: periods, and the probability given to the
outcome, from any platform. The second makes scores with receipts from timelines. Source: Metaculus,
scores FAQ and `score_math.py`. Deliberate differences: coverage ends when the last forecaster
withdraws; and spot forecasts are compared with those held at that instant, not just before it.
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
from forecasts.distributions.probability import Floats, check_probabilities
from forecasts.errors import InvalidForecast, InvalidProbability, InvalidTime
from forecasts.questions.answers import Answer, get_answer
from forecasts.questions.question import ForecasterId, Question, Resolution, effective_close, to_utc
from forecasts.questions.timeline import ForecastSpan
from forecasts.scoring.rulebook import CURVES, RuleName, points_mass, rule_values
from forecasts.scoring.score_table import to_microseconds
from forecasts.scoring.scores import ReceiptLine, Score, Timelines, standing_spans

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class HeldForecast:
    """Forecast held on [start, end), that gave probability `p` to the outcome.

    Times are in any unit. An empty period counts nothing. `p` is above 0, which would earn
    minus infinity, and at most 1, else `InvalidProbability` is raised.

    >>> HeldForecast(0.0, 5.0, 0.0)
    Traceback (most recent call last):
    forecasts.errors.InvalidProbability: a probability of 0 earns minus infinity: limit it
    to 0.001 or more first
    """

    start: float
    end: float
    p: float

    def __post_init__(self) -> None:
        _log_probabilities(self.p)


@dataclass(frozen=True, slots=True)
class PeerLine:
    """Part of a period without any change of forecasts, with its peer points.

    `stretch` is the index of the forecast among those of its forecaster, from 0; `weight` the share
    of the scheduled length.
    """

    start: float
    end: float
    stretch: int
    weight: float
    points: float


@dataclass(frozen=True, slots=True)
class PeerPoints:
    """Peer points of one forecaster, higher is better: Σ points · weight over the lines.

    `coverage` is the share of the scheduled length with a forecast, 0 to 1.
    """

    points: float
    coverage: float
    lines: tuple[PeerLine, ...]


def read_mass(masses: Sequence[float | None], bucket: int) -> float:
    """Mass of a bucket or an option; if None, not offered then, that of the last one.

    Range 0 to 1. Raises `InvalidForecast` for a bucket that the list does not have. Source:
    Metaculus, where an option added later is read from the last one, "Other".

    >>> read_mass([0.25, None, 0.75], 0), read_mass([0.25, None, 0.75], 1)
    (0.25, 0.75)
    """
    if not 0 <= bucket < len(masses):
        raise InvalidForecast(
            f"there is no bucket {bucket}: the forecast has {len(masses)}, counted from 0"
        )
    mass = masses[-1] if masses[bucket] is None else masses[bucket]
    if mass is None:
        raise InvalidForecast(
            "the last option was always offered: it needs a mass to read later ones from"
        )
    return float(check_probabilities(mass))


def peer_points_at(masses: Mapping[Name, float], *, halved: bool = False) -> dict[Name, float]:
    """Peer points at one instant: 100 times the mean over the others of ln(own/other), 0 if alone.

    `masses` has the probability given to the outcome by each standing forecaster. The sum is 0;
    HIGHER is better; with probabilities from 0.001 to 0.999 the range is −691 to 691. `halved` for
    numbers and dates. Raises as `HeldForecast` does. Equal to 100 · n/(n − 1) · ln(own/geometric
    mean of all n). Source: Metaculus, scores FAQ.

    >>> peer_points_at({"ann": 0.9, "bob": 0.1})
    {'ann': 219.722..., 'bob': -219.722...}
    """
    column = _log_probabilities(list(masses.values()))[:, np.newaxis]
    return dict(zip(masses, _peer_matrix(column, halved=halved)[:, 0].tolist(), strict=True))


def peer_points(
    held_forecasts: Mapping[Name, Sequence[HeldForecast]], scheduled: float, *, halved: bool = False
) -> dict[Name, PeerPoints]:
    """Peer points over time: `peer_points_at` integrated over active time, by the scheduled length.

    `held_forecasts` has each forecaster's forecasts in order of time, cut to the time that counts;
    `scheduled` is the length from the opening to the scheduled close in the same unit. HIGHER is
    better; the sum is 0. Raises `InvalidTime` when forecasts of one forecaster overlap, one has no
    end, or there is no scheduled time.

    >>> held = {"ann": [HeldForecast(0, 10, 0.9)], "bob": [HeldForecast(5, 10, 0.6)]}
    >>> {who: (round(found.points, 2), found.coverage) for who, found in peer_points(held,
    ...     10).items()}
    {'ann': (20.27, 1.0), 'bob': (-20.27, 0.5)}
    """
    if not 0.0 < scheduled < math.inf:
        raise InvalidTime(
            f"points are divided by the scheduled length: give one above 0, not {scheduled}"
        )
    numbered = {name: _check_order(forecasts) for name, forecasts in held_forecasts.items()}
    cuts = np.unique(
        [time for forecasts in numbered.values() for _, s in forecasts for time in (s.start, s.end)]
    )
    if not np.isfinite(cuts).all():
        raise InvalidTime(
            "a stretch has a start and an end: cut it at the instant from which nothing counts"
        )
    logs = np.full((len(numbered), max(len(cuts) - 1, 0)), np.nan)
    ranges = []
    for row, forecasts in enumerate(numbered.values()):
        begun = np.searchsorted(cuts, [s.start for _, s in forecasts])
        ended = np.searchsorted(cuts, [s.end for _, s in forecasts])
        ranges.append(
            [
                (k, i, j)
                for (k, _), i, j in zip(forecasts, begun.tolist(), ended.tolist(), strict=True)
            ]
        )
        for (_, s), (_, i, j) in zip(forecasts, ranges[row], strict=True):
            logs[row, i:j] = _log_probabilities(s.p)
    points, times = _peer_matrix(logs, halved=halved), cuts.tolist()
    return {
        name: _sum_points(_peer_lines(forecasts, times, row.tolist(), scheduled), scheduled)
        for name, forecasts, row in zip(numbered, ranges, points, strict=True)
    }


def _peer_lines(
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


def _sum_points(lines: tuple[PeerLine, ...], scheduled: float) -> PeerPoints:
    active = math.fsum(line.end - line.start for line in lines)
    return PeerPoints(
        math.fsum(line.points * line.weight for line in lines), active / scheduled, lines
    )


def _check_order(forecasts: Sequence[HeldForecast]) -> list[tuple[int, HeldForecast]]:
    numbered = [(number, s) for number, s in enumerate(forecasts) if s.start < s.end]
    if any(b.start < a.end for (_, a), (_, b) in pairwise(numbered)):
        raise InvalidTime(
            "a forecaster holds one forecast at a time: end a stretch where the next one starts"
        )
    return numbered


def _log_probabilities(probability: ArrayLike) -> Floats:
    p = check_probabilities(probability)
    if (p == 0.0).any():
        raise InvalidProbability(
            "a probability of 0 earns minus infinity: limit it to 0.001 or more first"
        )
    return np.log(p)


def _peer_matrix(logs: Floats, *, halved: bool) -> Floats:
    """Peer points; rows are forecasters, columns instants, NaN for no forecast."""
    standing = ~np.isnan(logs)
    n = standing.sum(axis=0)
    mean = np.where(standing, logs, 0.0).sum(axis=0) / np.maximum(n, 1)
    factor = np.where(n > 1, n / np.maximum(n - 1, 1), 0.0) * (50.0 if halved else 100.0)
    return np.asarray(factor * (logs - mean), dtype=np.float64)


def spot_time(question: Question) -> datetime:
    """Default instant of the spot scores: the middle of the scheduled time.

    Fixed by the schedule, so that it does not depend on the outcome. A question answered before it
    has no spot scores.
    """
    return question.opens_at + (question.closes_at - question.opens_at) / 2


def score_points(
    question: Question,
    resolution: Resolution,
    timelines: Timelines,
    *,
    spot_at: datetime | None = None,
) -> tuple[Score, ...]:
    """Peer, spot baseline and spot peer points of all forecasters; none when annulled or ambiguous.

    `timelines` are those of peers, which the caller selects: people, not computed forecasters.
    HIGHER is better. Skill over schedule is the points themselves, and the sum of score times
    weight over the receipt, which has a new line whenever anybody's forecast changes.

    Spot scores are taken at `spot_at`, by default `spot_time`; their receipt is that instant with
    weight 1. Without a forecast then, coverage is 0 and the points are 0, for everyone if the
    answer was known by then. Raises `InvalidTime` for a spot without a time zone.

    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 11 January?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-11"), utc("2026-01-12"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> yes = Resolution("ceasefire", "yes", "https://example.org", "", *[utc("2026-01-11")] * 3,
    ...     "ann")
    >>> ann = build_timeline([(utc("2026-01-01"), Binary(0.9))])
    >>> bob = build_timeline([(utc("2026-01-09"), Binary(0.6))])
    >>> found = score_points(question, yes, {"ann": ann, "bob": bob})
    >>> [(s.rule, s.coverage, round(s.skill_over_schedule, 2)) for s in found
    ...     if s.forecaster_id == "bob"]
    [('peer', 0.2, -8.11), ('spot_baseline', 0.0, 0.0), ('spot_peer', 0.0, 0.0)]
    """
    happened = get_answer(question, resolution)
    if happened is None:
        return ()
    spans = {
        forecaster_id: standing_spans(question, resolution, steps)
        for forecaster_id, steps in timelines.items()
    }
    spot = spot_time(question) if spot_at is None else to_utc(spot_at)
    known = effective_close(question, resolution)
    over_time = max((known - question.opens_at) / _schedule_length(question), 0.0)
    peers = _peer_receipts(question, happened, spans)
    at_spot = _spot_receipts(question, happened, spans, spot)
    return (
        *_make_scores(question, "peer", peers, attainable=over_time),
        *_make_scores(question, "spot_baseline", at_spot[0], attainable=float(spot < known)),
        *_make_scores(question, "spot_peer", at_spot[1], attainable=float(spot < known)),
    )


Receipts = Mapping[ForecasterId, tuple[ReceiptLine, ...]]


def _peer_receipts(
    question: Question, happened: Answer, spans: Mapping[ForecasterId, Sequence[ForecastSpan]]
) -> Receipts:
    opens, closes = to_microseconds([question.opens_at, question.closes_at]).tolist()
    held_forecasts = {
        forecaster_id: [_make_held_forecast(question, happened, span) for span in forecast_spans]
        for forecaster_id, forecast_spans in spans.items()
    }
    points_of = peer_points(held_forecasts, closes - opens, halved=question.kind in CURVES)
    return {
        forecaster_id: _receipt_lines(spans[forecaster_id], points)
        for forecaster_id, points in points_of.items()
    }


def _make_held_forecast(question: Question, happened: Answer, span: ForecastSpan) -> HeldForecast:
    start, end = to_microseconds([span.start, span.end]).tolist()
    return HeldForecast(start, end, points_mass(question, happened, span.distribution))


def _receipt_lines(spans: Sequence[ForecastSpan], peer: PeerPoints) -> tuple[ReceiptLine, ...]:
    return tuple(
        ReceiptLine(
            start=_to_datetime(line.start),
            end=_to_datetime(line.end),
            forecast=spans[line.stretch].distribution,
            weight=line.weight,
            score=line.points,
            contribution=line.points * (line.weight / peer.coverage),
        )
        for line in peer.lines
    )


def _to_datetime(since_1970: float) -> datetime:
    # Whole microseconds are exact in a float for 285 years.
    return EPOCH + timedelta(microseconds=since_1970)


def _spot_receipts(
    question: Question,
    happened: Answer,
    spans: Mapping[ForecasterId, Sequence[ForecastSpan]],
    spot: datetime,
) -> tuple[Receipts, Receipts]:
    """Receipts of the spot baseline and of the spot peer points."""
    then = {
        forecaster_id: s.distribution
        for forecaster_id, forecast_spans in spans.items()
        for s in forecast_spans
        if s.start <= spot < s.end
    }
    masses = {
        forecaster_id: points_mass(question, happened, forecast)
        for forecaster_id, forecast in then.items()
    }
    alone = rule_values("baseline", question, happened, list(then.values())).tolist()

    def receipts(points: Mapping[ForecasterId, float]) -> Receipts:
        return {
            forecaster_id: (
                ReceiptLine(
                    spot,
                    spot,
                    then[forecaster_id],
                    1.0,
                    points[forecaster_id],
                    points[forecaster_id],
                ),
            )
            if forecaster_id in then
            else ()
            for forecaster_id in spans
        }

    against = peer_points_at(masses, halved=question.kind in CURVES)
    return receipts(dict(zip(then, alone, strict=True))), receipts(against)


def _make_scores(
    question: Question, rule: RuleName, receipts: Receipts, *, attainable: float
) -> list[Score]:
    return [
        _make_score(question, rule, forecaster_id, receipt, attainable=attainable)
        for forecaster_id, receipt in receipts.items()
    ]


def _make_score(
    question: Question,
    rule: RuleName,
    forecaster_id: ForecasterId,
    receipt: tuple[ReceiptLine, ...],
    *,
    attainable: float,
) -> Score:
    active = sum((line.end - line.start for line in receipt), timedelta())
    return Score(
        question_id=question.id,
        forecaster_id=forecaster_id,
        rule=rule,
        mean_while_active=math.fsum(line.contribution for line in receipt) if receipt else None,
        coverage=active / _schedule_length(question) if rule == "peer" else float(len(receipt)),
        attainable_coverage=attainable,
        skill_over_schedule=math.fsum(line.score * line.weight for line in receipt),
        receipt=receipt,
    )


def _schedule_length(question: Question) -> timedelta:
    return question.closes_at - question.opens_at
