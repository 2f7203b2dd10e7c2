"""When someone says 70 %, does it happen seven times in ten?

One point per question, never one per revision: twenty revisions of one question are one piece of
luck, not twenty. A time-weighted mean of p is no forecast, so a point is what stood at a fixed lead
before the scheduled close.

Sources: Wilson 1927 for the intervals; Spiegelhalter 1986, Statistics in Medicine 5, for the test.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from forecasts.distribution import Binary
from forecasts.question import Question, Resolution, outcome_value
from forecasts.timeline import Timeline

LEADS_DAYS = (90, 30, 7)
"""Days before the scheduled close at which forecasts are compared with what happened."""

TOO_FEW = 20
"""With fewer questions the intervals are so wide that any pattern is noise."""

BIN_PERCENT = 20
"""Width of a bin. Narrower bins would be nearly empty for years."""

TELLING = 2.24
"""Two tests at 2.5 % each: a perfect forecaster is told to change in one case out of twenty."""

_PARTS = 10_000_000  # of one percent: 1 − 0.8 counts as 20 %, though it is 0.19999999999999996


@dataclass(frozen=True, slots=True)
class Bin:
    """The forecasts from `low` up to `high` (the last bin includes 100 %), and how often it happened.

    `mean_p` is what was said on average, `share` how often it happened, with its 95 % Wilson interval
    `low95` to `high95`; all four are None in an empty bin. Well calibrated: `mean_p` inside the
    interval. The interval takes questions as independent; those that share their fate need a wider one.
    """

    low: float
    high: float
    n: int
    mean_p: float | None
    happened: int
    share: float | None
    low95: float | None
    high95: float | None


def snapshots(
    records: Iterable[tuple[Question, Resolution, Timeline]], lead_days: int, *, as_of: datetime | None = None
) -> tuple[tuple[float, int], ...]:
    """One (p, outcome) per question: what stood `lead_days` before the scheduled close.

    Left out are questions that were not open then, whose answer was known by then, that were annulled
    or are ambiguous, and those on which nothing stood. With `as_of`, also those whose scheduled close
    lies after it: they are there only because they resolved early, which is mostly YES.

    >>> from forecasts.question import utc
    >>> from forecasts.timeline import timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 2027?", "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), Binary(0.3), "3 of 10 years", ())
    >>> yes = Resolution("ceasefire", "yes", "https://example.org", "", *[utc("2026-12-20")] * 3, "ann")
    >>> held = timeline([(utc("2026-02-01"), Binary(0.4)), (utc("2026-12-10"), Binary(0.9))])
    >>> [snapshots([(question, yes, held)], lead) for lead in LEADS_DAYS]
    [((0.4, 1),), ((0.4, 1),), ()]
    """
    found = []
    for question, resolution, timeline in records:
        moment = question.closes_at - timedelta(days=lead_days)
        outcome = outcome_value(resolution)
        late = as_of is not None and question.closes_at > as_of
        if outcome is None or late or not question.opens_at <= moment < resolution.known_at:
            continue
        held = timeline.at(moment)
        if held is not None:
            found.append((held.p, outcome))
    return tuple(found)


def bins(points: Sequence[tuple[float, int]]) -> tuple[Bin, ...]:
    """Five bins of 20 points each, lower edge included; every point lands in exactly one.

    A p outside [0, 1] raises `InvalidProbability`.

    >>> [(b.low, b.n, b.happened) for b in bins([(0.35, 1), (1 - 0.8, 0), (1.0, 1)])]
    [(0.0, 0, 0), (0.2, 2, 1), (0.4, 0, 0), (0.6, 0, 0), (0.8, 1, 1)]
    """
    last = 100 // BIN_PERCENT - 1
    members: list[list[tuple[float, int]]] = [[] for _ in range(last + 1)]
    for p, outcome in points:
        parts = round(Binary(p).p * 100 * _PARTS)
        members[min(parts // (BIN_PERCENT * _PARTS), last)].append((p, outcome))
    return tuple(_bin(index, inside) for index, inside in enumerate(members))


def _bin(index: int, points: Sequence[tuple[float, int]]) -> Bin:
    low, high = index * BIN_PERCENT / 100, (index + 1) * BIN_PERCENT / 100
    n, happened = len(points), sum(outcome for _, outcome in points)
    if n == 0:
        return Bin(low, high, 0, None, 0, None, None, None)
    low95, high95 = wilson(happened, n)
    return Bin(low, high, n, math.fsum(p for p, _ in points) / n, happened, happened / n, low95, high95)


def wilson(k: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's interval for a share of which k out of n were seen; 95 % with the given z.

    Range 0 to 1, the lower end first; it holds k/n and never leaves [0, 1], also at 0 of n. Raises
    `ValueError` unless 0 ≤ k ≤ n and n ≥ 1. Source: Wilson 1927, Journal of the American Statistical
    Association 22.

    >>> [round(end, 4) for end in wilson(0, 5)], [round(end, 4) for end in wilson(27, 40)]
    ([0.0, 0.4345], [0.5202, 0.7992])
    """
    if n < 1 or not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share: give 0 ≤ k ≤ n with n ≥ 1")
    share, spread = k / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def advice(points: Sequence[tuple[float, int]]) -> str:
    """One plain sentence about what to change, or that there is nothing to say yet.

    Under `TOO_FEW` points it says how many are missing. Else two tests: are forecasts too high or too
    low on average, and are they too far from 50 % or too near (Spiegelhalter's)? The one that differs
    more from chance speaks; when neither does, the advice is to change nothing.

    >>> advice([(0.7, 1)] * 8)
    'Too few questions to say anything: 8 of the 20 needed, 12 are missing.'
    >>> advice([(0.9, 1), (0.9, 0), (0.1, 1), (0.1, 0)] * 5)
    'Too sure: forecasts lay 40 points from 50% on average, more than what happened bears out; move towards 50%.'
    """
    n = len(points)
    if n < TOO_FEW:
        return f"Too few questions to say anything: {n} of the {TOO_FEW} needed, {TOO_FEW - n} are missing."
    level, sureness = _deviation(points, _alike), _deviation(points, _by_sureness)
    if max(abs(level), abs(sureness)) < TELLING:
        return f"Over {n} questions forecasts and outcomes agree within chance: nothing to change."
    # For forecasts that are all alike the two are one test; then the level is the plainer thing to say.
    return _about_level(points) if abs(level) >= abs(sureness) - 1e-9 else _about_sureness(points, sureness)


def _deviation(points: Sequence[tuple[float, int]], weigh: Callable[[float], float]) -> float:
    """The weighted sum of (o − p) in standard deviations of what it would be for perfect forecasts."""
    found = math.fsum((outcome - p) * weigh(p) for p, outcome in points)
    variance = math.fsum(weigh(p) ** 2 * p * (1.0 - p) for p, _ in points)
    if variance > 0.0:
        return found / math.sqrt(variance)
    return math.copysign(math.inf, found) if found else 0.0  # only certainties, and one of them was wrong


def _alike(p: float) -> float:
    return 1.0


def _by_sureness(p: float) -> float:
    return 1.0 - 2.0 * p


def _about_level(points: Sequence[tuple[float, int]]) -> str:
    said = math.fsum(p for p, _ in points) / len(points)
    share = sum(outcome for _, outcome in points) / len(points)
    word, change = ("high", "lower") if said > share else ("low", "higher")
    return f"Too {word}: forecasts said {said:.0%} on average and {share:.0%} happened; go {change}."


def _about_sureness(points: Sequence[tuple[float, int]], sureness: float) -> str:
    distance = math.fsum(abs(p - 0.5) for p, _ in points) / len(points) * 100
    lay = f"forecasts lay {distance:.0f} points from 50% on average"
    if sureness > 0.0:
        return f"Too sure: {lay}, more than what happened bears out; move towards 50%."
    return f"Too cautious: {lay}, less than what happened bears out; move away from 50%."
