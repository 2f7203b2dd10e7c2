"""Calibration report of one forecaster: numbers, band and advice, from one row a question."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from forecasts.calibration.corp import (
    Band,
    Corp,
    CurvePoint,
    consistency_band,
    corp,
    mcb_test,
    reliability_curve,
)
from forecasts.calibration.decomposition import (
    Discrimination,
    Murphy,
    measure_discrimination,
    murphy,
    sharpness,
)
from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.distributions.probability import check_outcomes, check_probabilities
from forecasts.questions.answers import get_answer
from forecasts.questions.links import event_cluster, is_past_close
from forecasts.questions.question import Question, QuestionId, Resolution
from forecasts.questions.timeline import Timeline
from forecasts.scoring.crps import IntervalRecord, measure_interval_coverage
from forecasts.statistics.intervals import jeffreys, wilson

MIN_CLUSTERS_FOR_ADVICE = 20
"""Minimum of questions; with fewer the intervals are too wide to show a pattern."""

BIN_PERCENT = 20
"""Width of a bin, in percent. Narrower bins would be nearly empty for years."""

ADVICE_Z = 2.24
"""Critical z of two tests at 2.5 % each, so that a perfect forecaster gets advice in 5 % of cases.
"""

_PARTS = 10_000_000  # per percent: 1 − 0.8 is 0.19999999999999996 and counts as 20 %


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts from `low` up to `high` (the last bin includes 100 %), and the share that happened.

    `mean_p` is the mean forecast, `share` the share that happened, with its 95 % Wilson interval
    `low95` to `high95`, and Jeffreys' interval, which is slightly shorter at the ends; all six are
    None in an empty bin. Well calibrated: `mean_p` inside the interval. Questions of one cluster
    count as one in the intervals.
    """

    low: float
    high: float
    n: int
    mean_p: float | None
    happened: int
    share: float | None
    low95: float | None
    high95: float | None
    jeffreys_low95: float | None = None
    jeffreys_high95: float | None = None


def bin_index(p: float) -> int:
    """Index of the bin of a probability, from 0; robust to rounding.

    Raises `InvalidProbability` outside [0, 1].

    >>> bin_index(0.35), bin_index(1 - 0.8), bin_index(1.0)
    (1, 1, 4)
    """
    parts = round(float(check_probabilities(p)) * 100 * _PARTS)
    return min(parts // (BIN_PERCENT * _PARTS), 100 // BIN_PERCENT - 1)


def bin_forecasts(
    points: Sequence[tuple[float, int]], clusters: Sequence[str] | None = None
) -> tuple[Bin, ...]:
    """Sort points into five bins of 20 percentage points, lower edge included.

    `clusters` names the cluster of each point: in the intervals a cluster counts as one question. A
    p outside [0, 1] raises `InvalidProbability`, an outcome that is not 0 or 1 `ValueError`.

    >>> [(b.low, b.n, b.happened) for b in bin_forecasts([(0.35, 1), (1 - 0.8, 0), (1.0, 1)])]
    [(0.0, 0, 0), (0.2, 2, 1), (0.4, 0, 0), (0.6, 0, 0), (0.8, 1, 1)]
    """
    check_outcomes([outcome for _, outcome in points])
    members: list[list[tuple[float, int]]] = [[] for _ in range(100 // BIN_PERCENT)]
    fates: list[set[str]] = [set() for _ in members]
    for (p, outcome), fate in zip(points, clusters or map(str, range(len(points))), strict=True):
        members[bin_index(p)].append((p, outcome))
        fates[bin_index(p)].add(fate)
    return tuple(
        _make_bin(index, inside, len(fates[index])) for index, inside in enumerate(members)
    )


def _make_bin(index: int, points: Sequence[tuple[float, int]], clusters: int) -> Bin:
    low, high = index * BIN_PERCENT / 100, (index + 1) * BIN_PERCENT / 100
    n, happened = len(points), sum(outcome for _, outcome in points)
    if n == 0:
        return Bin(low, high, 0, None, 0, None, None, None)
    mean_p = math.fsum(p for p, _ in points) / n
    bars = (
        *wilson(happened * clusters / n, clusters),
        *jeffreys(happened * clusters / n, clusters),
    )
    return Bin(low, high, n, mean_p, happened, happened / n, *bars)


def give_advice(points: Sequence[tuple[float, int]], clusters: Sequence[str] | None = None) -> str:
    """Advice in one sentence: what to change, if anything.

    `clusters` names the cluster of each point; outcomes of a cluster are taken as fully correlated,
    like twenty deadlines of one event. Below `MIN_CLUSTERS_FOR_ADVICE` clusters it says how many
    are missing. Otherwise there are two tests: for level (forecasts too high or too low on average)
    and for confidence (too far from 50 % or too near; Spiegelhalter's). The more significant one
    decides; if neither is significant, the advice is to change nothing.

    >>> give_advice([(0.7, 1)] * 8)
    'Too few questions to say anything: 8 of the 20 needed, 12 are missing.'
    >>> give_advice([(0.9, 1), (0.9, 0), (0.1, 1), (0.1, 0)] * 5)
    'Too sure: forecasts lay 40 points from 50% on average, more than what happened
    bears out; move towards 50%.'
    """
    n = len(points)
    fates = list(clusters or map(str, range(n)))
    separate = len(set(fates))
    if separate < MIN_CLUSTERS_FOR_ADVICE:
        noun = "questions" if separate == n else "questions of separate fate"
        return (
            f"Too few {noun} to say anything: {separate} of the {MIN_CLUSTERS_FOR_ADVICE} needed, "
            f"{MIN_CLUSTERS_FOR_ADVICE - separate} are missing."
        )
    level = _deviation(points, fates, _equal_weight)
    confidence = _deviation(points, fates, _confidence_weight)
    if max(abs(level), abs(confidence)) < ADVICE_Z:
        return f"Over {n} questions forecasts and outcomes agree within chance: nothing to change."
    # For equal forecasts both tests coincide; level is simpler to explain.
    return (
        _describe_level(points)
        if abs(level) >= abs(confidence) - 1e-9
        else _describe_confidence(points, confidence)
    )


def _deviation(
    points: Sequence[tuple[float, int]], fates: Sequence[str], weigh: Callable[[float], float]
) -> float:
    """Weighted sum of (o − p), in standard deviations under perfect calibration."""
    total = math.fsum((outcome - p) * weigh(p) for p, outcome in points)
    # Deviations within a cluster are correlated, so they are summed before squaring.
    spread: dict[str, float] = {}
    for (p, _), fate in zip(points, fates, strict=True):
        spread[fate] = spread.get(fate, 0.0) + weigh(p) * math.sqrt(p * (1.0 - p))
    variance = math.fsum(deviation**2 for deviation in spread.values())
    if variance > 0.0:
        return total / math.sqrt(variance)
    # All forecasts are certain: any error is infinitely unlikely.
    return math.copysign(math.inf, total) if total else 0.0


def _equal_weight(p: float) -> float:
    return 1.0


def _confidence_weight(p: float) -> float:
    return 1.0 - 2.0 * p


def _describe_level(points: Sequence[tuple[float, int]]) -> str:
    mean_p = math.fsum(p for p, _ in points) / len(points)
    share = sum(outcome for _, outcome in points) / len(points)
    word, change = ("high", "lower") if mean_p > share else ("low", "higher")
    return (
        f"Too {word}: forecasts said {mean_p:.0%} on average and {share:.0%} happened; go {change}."
    )


def _describe_confidence(points: Sequence[tuple[float, int]], confidence: float) -> str:
    distance = math.fsum(abs(p - 0.5) for p, _ in points) / len(points) * 100
    lay = f"forecasts lay {distance:.0f} points from 50% on average"
    if confidence > 0.0:
        return f"Too sure: {lay}, more than what happened bears out; move towards 50%."
    return f"Too cautious: {lay}, less than what happened bears out; move away from 50%."


LEADS_DAYS = (90, 30, 7)
"""Leads at which calibration is assessed, in days before the scheduled close."""

ResolvedRecord = tuple[Question, Resolution, Timeline]


@dataclass(frozen=True, slots=True)
class CalibrationSnapshot:
    """Probability of YES held on a binary question at a lead, with the outcome (1 or 0).

    `cluster` names the cluster of related questions.
    """

    question_id: QuestionId
    cluster: str
    p: float
    outcome: int


def take_snapshots(
    records: Iterable[ResolvedRecord], lead_days: int, *, as_of: datetime | None = None
) -> tuple[CalibrationSnapshot, ...]:
    """Forecasts held `lead_days` before the scheduled close, a row for each binary question.

    Left out are questions that were not open then, whose answer was known by then, that were
    annulled or are ambiguous, and those without a forecast. With `as_of`, also those whose
    scheduled close lies after it: they resolved early, which is mostly YES.

    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 2027?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> yes = Resolution("ceasefire", "yes", "https://example.org", "", *[utc("2026-12-20")] * 3,
    ...     "ann")
    >>> held = build_timeline([(utc("2026-02-01"), Binary(0.4)), (utc("2026-12-10"), Binary(0.9))])
    >>> [[s.p for s in take_snapshots([(question, yes, held)], lead)] for lead in LEADS_DAYS]
    [[0.4], [0.4], []]
    """
    rows = []
    for question, resolution, timeline in records:
        forecast = _forecast_at_lead(question, resolution, timeline, lead_days)
        happened = get_answer(question, resolution)
        if (
            isinstance(forecast, Binary)
            and isinstance(happened, int)
            and (as_of is None or is_past_close(question, as_of))
        ):
            rows.append(
                CalibrationSnapshot(question.id, event_cluster(question), forecast.p, happened)
            )
    return tuple(rows)


def measure_interval_record(
    records: Iterable[ResolvedRecord], lead_days: int, *, level: float = 0.9
) -> IntervalRecord | None:
    """Coverage of the central intervals held at a lead, for numeric and date questions.

    Widths are shares of the scale, so that questions of different units can be combined. None
    without such a question. A good forecaster has a small mean width *and* a coverage near `level`.
    An interval that extends beyond an open bound covers every answer there, including "never".
    """
    tail = (1.0 - level) / 2.0 + 1e-9  # with exactly the tail mass the interval ends at the bound
    lows, highs, answers = [], [], []
    for question, resolution, timeline in records:
        forecast = _forecast_at_lead(question, resolution, timeline, lead_days)
        happened = get_answer(question, resolution)
        if isinstance(forecast, Cdf) and isinstance(happened, float):
            assert question.scale is not None
            low, high, value = question.scale.locations(
                [*forecast.central(level), happened]
            ).tolist()
            if (value > 1.0 and forecast.above > tail) or (value < 0.0 and forecast.below > tail):
                value = high if value > 1.0 else low
            lows.append(low)
            highs.append(high)
            answers.append(value)
    return measure_interval_coverage(lows, highs, answers) if answers else None


def _forecast_at_lead(
    question: Question, resolution: Resolution, timeline: Timeline, lead_days: int
) -> Distribution | None:
    if not 0 <= lead_days <= (question.closes_at - question.opens_at) / timedelta(days=1):
        return None
    moment = question.closes_at - timedelta(days=lead_days)
    return timeline.at(moment) if moment < resolution.known_at else None


BAND_LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Reliability:
    """Calibration of one forecaster at one lead.

    `reliability_curve` is the CORP reliability diagram, `band` its 90 % consistency band for a
    perfectly calibrated forecaster, and `p_value` the probability that such a forecaster looks at
    least as miscalibrated. `clusters` is the number of clusters of related questions; all
    resampling is by cluster. `give_advice` is a summary in one sentence.
    """

    snapshots: tuple[CalibrationSnapshot, ...]
    clusters: int
    bins: tuple[Bin, ...]
    corp: Corp
    curve: tuple[CurvePoint, ...]
    band: Band
    p_value: float
    murphy: Murphy
    discrimination: Discrimination
    sharpness: float
    advice: str

    @property
    def n(self) -> int:
        """Number of questions."""
        return len(self.snapshots)


def assess_reliability(
    points: Sequence[CalibrationSnapshot], *, resamples: int = 1000, seed: int = 0
) -> Reliability | None:
    """Assess the calibration of one forecaster's snapshots; None if there are none.

    >>> points = [CalibrationSnapshot(f"q{n}", f"q{n}", 0.7, int(n % 10 < 7)) for n in range(40)]
    >>> found = assess_reliability(points)
    >>> found.n, round(found.corp.mcb, 3), found.advice
    (40, 0.0, 'Over 40 questions forecasts and outcomes agree within chance: nothing to change.')
    """
    if not points:
        return None
    p, outcomes = [s.p for s in points], [s.outcome for s in points]
    clusters = [s.cluster for s in points]
    pairs = tuple(zip(p, outcomes, strict=True))
    return Reliability(
        snapshots=tuple(points),
        clusters=len(set(clusters)),
        bins=bin_forecasts(pairs, clusters),
        corp=corp(p, outcomes),
        curve=reliability_curve(p, outcomes),
        band=consistency_band(
            p, level=BAND_LEVEL, resamples=resamples, seed=seed, clusters=clusters
        ),
        p_value=mcb_test(p, outcomes, resamples=resamples, seed=seed, clusters=clusters),
        murphy=murphy(p, outcomes),
        discrimination=measure_discrimination(p, outcomes),
        sharpness=sharpness(p),
        advice=give_advice(pairs, clusters),
    )
