"""Forecasts at a fixed lead before the scheduled close, one row a question.

Revisions of one question are not independent, and a time-weighted mean of p is no forecast, so the
forecast at a fixed lead is compared with the outcome.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.questions.answers import get_answer
from forecasts.questions.cohorts import event_cluster, is_past_close
from forecasts.questions.question import Question, QuestionId, Resolution
from forecasts.questions.timeline import Timeline
from forecasts.scoring.crps import IntervalRecord, measure_interval_coverage

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
