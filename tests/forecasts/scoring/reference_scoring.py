"""Scoring written down as one would say it: question by question, rule by rule, forecast by
forecast, in plain floats.

It takes its formulas from nowhere in `forecasts`, so that scores in columns are held against
something that nobody made fast. Times are whole microseconds since 1970.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

OneScore = Callable[[float, int], float]


def brier(p: float, outcome: int) -> float:
    return (p - outcome) ** 2


def log(p: float, outcome: int) -> float:
    given = p if outcome == 1 else 1 - p
    return -math.log(min(max(given, 0.001), 0.999))


def spherical(p: float, outcome: int) -> float:
    given = p if outcome == 1 else 1 - p
    return given / math.sqrt(p**2 + (1 - p) ** 2)


def baseline(p: float, outcome: int) -> float:
    given = p if outcome == 1 else 1 - p
    return 100 * (1 + math.log2(min(max(given, 0.001), 0.999)))


RULES: Mapping[str, OneScore] = {
    "brier": brier,
    "log": log,
    "spherical": spherical,
    "baseline": baseline,
}
LOWER_IS_BETTER = ("brier", "log")
DAY = 86_400_000_000


@dataclass(frozen=True)
class Stood:
    """A forecast of YES that stood on [start, end)."""

    start: int
    end: int
    p: float


@dataclass(frozen=True)
class Asked:
    """A question as one forecaster met it."""

    opens: int
    closes: int
    ends: int
    outcome: int
    stood: Sequence[Stood]


@dataclass(frozen=True)
class Line:
    score: float
    contribution: float


@dataclass(frozen=True)
class Result:
    mean_while_active: float | None
    skill_over_schedule: float
    coverage: float
    attainable_coverage: float
    receipt: Sequence[Line]


def score(question: Asked) -> dict[str, Result]:
    """One forecaster on one question by every rule."""
    return {name: score_by(name, question) for name in RULES}


def score_by(name: str, question: Asked) -> Result:
    """One forecaster on one question by one rule."""
    rule = RULES[name]
    at_a_half = rule(0.5, question.outcome)
    scheduled = question.closes - question.opens
    lengths = [
        max(0, min(s.end, question.ends) - max(s.start, question.opens)) for s in question.stood
    ]
    active = sum(lengths)
    receipt, skill = [], 0.0
    for stood, length in zip(question.stood, lengths, strict=True):
        if not 0 <= stood.p <= 1:
            raise ValueError(f"{stood.p} is no probability")
        earned = rule(stood.p, question.outcome)
        gain = at_a_half - earned if name in LOWER_IS_BETTER else earned - at_a_half
        receipt.append(Line(earned, earned * length / active if active else 0.0))
        skill += gain * length / scheduled
    return Result(
        mean_while_active=sum(line.contribution for line in receipt) if active else None,
        skill_over_schedule=skill,
        coverage=active / scheduled,
        attainable_coverage=max(0, question.ends - question.opens) / scheduled,
        receipt=receipt,
    )


def peer_points(everyone: Sequence[Asked]) -> list[float]:
    """Peer points of all forecasters on one question: instant by instant, other by other."""
    totals = [0.0] * len(everyone)
    times = sorted({t for own in everyone for s in own.stood for t in (s.start, s.end)})
    for start, end in pairwise(times):
        for number, points in peer_points_at(everyone, start).items():
            inside = min(end, everyone[0].ends) - max(start, everyone[0].opens)
            totals[number] += points * max(inside, 0) / (everyone[0].closes - everyone[0].opens)
    return totals


def peer_points_at(everyone: Sequence[Asked], at: int) -> dict[int, float]:
    """Peer points of those who stand at one instant."""
    given = {}
    for number, own in enumerate(everyone):
        for s in own.stood:
            if s.start <= at < s.end:
                given[number] = min(max(s.p if own.outcome == 1 else 1 - s.p, 0.001), 0.999)
    return {
        number: 100
        * sum(math.log(p / other) for place, other in given.items() if place != number)
        / max(len(given) - 1, 1)
        for number, p in given.items()
    }


def spot_peer_points(everyone: Sequence[Asked], spots: Sequence[int]) -> list[float]:
    """Mean peer points of all forecasters over some instants; those after the answer count 0."""
    found = [peer_points_at(everyone, at) if at < everyone[0].ends else {} for at in spots]
    return [sum(each.get(n, 0.0) for each in found) / len(spots) for n in range(len(everyone))]


def daily_gains(everyone: Sequence[Asked]) -> list[tuple[float, float]]:
    """Gains of all forecasters by the day: over 50 %, and over the median of that day."""
    days = sum(1 for _ in midnights(everyone[0].opens, everyone[0].closes))
    totals = [(0.0, 0.0)] * len(everyone)
    for end in midnights(everyone[0].opens, everyone[0].ends):
        scores = {
            number: brier(s.p, own.outcome)
            for number, own in enumerate(everyone)
            for s in own.stood
            if s.start < end <= s.end
        }
        for number, own_score in scores.items():
            plain, relative = totals[number]
            better = median(scores.values()) - own_score
            totals[number] = plain + (0.25 - own_score) / days, relative + better / days
    return totals


def midnights(opens: int, ends: int) -> Iterator[int]:
    """Midnights after the opening, up to the end."""
    return (at for at in range(opens // DAY * DAY + DAY, ends + 1, DAY))


Matrix = NDArray[np.float64]
Numbers = NDArray[np.int64]


def compare_in_matrix(
    pair: Numbers, start: Numbers, end: Numbers, values: Matrix, compare: Callable[[Matrix], Matrix]
) -> list[float]:
    """Mean over each interval of a comparison in a matrix of forecasters by periods, NaN for gaps,
    of one question: stored scores have been computed so since there are any.
    """
    cuts = np.unique(np.concatenate([start, end]))
    first, last = np.searchsorted(cuts, start), np.searchsorted(cuts, end)
    lengths = np.diff(cuts).astype(np.float64)
    here = np.flatnonzero(last > first)
    rows = np.full((int(pair[here].max(initial=-1)) + 1, len(lengths)), np.nan)
    for number in here:
        rows[pair[number], first[number] : last[number]] = values[number]
    compared = compare(rows)
    totals = np.zeros(len(values))
    for number in here:
        part = slice(first[number], last[number])
        totals[number] = np.add.reduceat(compared[pair[number], part] * lengths[part], [0])[0]
    return (totals / np.maximum(end - start, 1)).tolist()


def peer_rows(logs: Matrix) -> Matrix:
    """Peer points; rows are forecasters, columns periods."""
    standing = ~np.isnan(logs)
    n = standing.sum(axis=0)
    mean = np.where(standing, logs, 0.0).sum(axis=0) / np.maximum(n, 1)
    return np.where(n > 1, n / np.maximum(n - 1, 1), 0.0) * 100.0 * (logs - mean)


def median_rows(scores: Matrix) -> Matrix:
    """Differences from the median of all that stand; rows are forecasters, columns periods."""
    standing = (~np.isnan(scores)).sum(axis=0)
    ranked = np.sort(scores, axis=0)
    middles = np.maximum(standing - 1, 0) // 2, standing // 2
    low, high = (np.take_along_axis(ranked, row[np.newaxis], axis=0)[0] for row in middles)
    return scores - (low + high) / 2.0
