"""Forecasts as they stood at a lead before the scheduled close, beside what came: one row a
question, never one a revision.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.questions.answers import get_answer
from forecasts.questions.question import Question, QuestionId, Resolution
from forecasts.questions.timeline import Timeline

LEADS_DAYS: Final = (90, 30, 7)
"""Leads at which calibration is assessed, in days before the scheduled close."""

ResolvedRecord = tuple[Question, Resolution, Timeline]

Families = Mapping[QuestionId, str]
"""Family of each question; one that is not listed is a family of its own."""


@dataclass(frozen=True, slots=True)
class CalibrationSnapshot:
    """Probability of YES held on a binary question at a lead, with the outcome (1 or 0)."""

    question_id: QuestionId
    family: str
    p: float
    outcome: int


@dataclass(frozen=True, slots=True)
class RankSnapshot:
    """Curve held on a numeric or date question at a lead, and where the answer lies in it.

    `low` and `high` are the probabilities that it gave to less than the answer and to at most the
    answer. They differ where the answer lies beyond the curve, at an unknown distance: there the
    rank is even between them. `below` and `above` are the masses beyond the curve.
    """

    question_id: QuestionId
    family: str
    low: float
    high: float
    below: float
    above: float
    curve: Cdf
    scale: Scale
    answer: float

    @property
    def rank(self) -> float:
        """Rank of the answer, 0 to 1: the mean of where it may lie."""
        return (self.low + self.high) / 2.0


def take_snapshots(
    records: Iterable[ResolvedRecord], lead_days: int, families: Families
) -> tuple[CalibrationSnapshot, ...]:
    """Forecasts held `lead_days` before the scheduled close, a row for each binary question, in the
    order of opening.

    Left out are questions that were not open then, whose answer was known by then, that were
    annulled or are ambiguous, and those without a forecast.

    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 2027?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> yes = Resolution("ceasefire", "yes", "https://example.org", "", *[utc("2026-12-20")] * 3,
    ...     "ann")
    >>> held = build_timeline([(utc("2026-02-01"), Binary(0.4)), (utc("2026-12-10"), Binary(0.9))])
    >>> [[s.p for s in take_snapshots([(question, yes, held)], lead, {})] for lead in LEADS_DAYS]
    [[0.4], [0.4], []]
    """
    return tuple(
        CalibrationSnapshot(question.id, families.get(question.id, question.id), forecast.p, answer)
        for question, forecast, answer in _list_standing(records, lead_days)
        if isinstance(forecast, Binary) and isinstance(answer, int)
    )


def take_ranks(
    records: Iterable[ResolvedRecord], lead_days: int, families: Families
) -> tuple[RankSnapshot, ...]:
    """Curves held `lead_days` before the scheduled close, a row for each numeric or date question.

    Left out are the same questions as in `take_snapshots`.
    """
    rows = []
    for question, forecast, answer in _list_standing(records, lead_days):
        if isinstance(forecast, Cdf) and isinstance(answer, float):
            assert question.scale is not None
            low, high = _find_rank(forecast, answer)
            family = families.get(question.id, question.id)
            rows.append(
                RankSnapshot(
                    question.id, family, low, high, forecast.below, forecast.above, forecast,
                    question.scale, answer,
                )
            )  # fmt: skip
    return tuple(rows)


def _find_rank(curve: Cdf, answer: float) -> tuple[float, float]:
    if answer < curve.x[0]:
        return 0.0, curve.below
    if answer > curve.x[-1]:
        return curve.p[-1], 1.0
    return curve.at(answer), curve.at(answer)


def _list_standing(
    records: Iterable[ResolvedRecord], lead_days: int
) -> Iterator[tuple[Question, Distribution, int | float | str]]:
    for question, resolution, timeline in sorted(records, key=_get_opening):
        forecast = _find_forecast(question, resolution, timeline, lead_days)
        answer = get_answer(question, resolution)
        if forecast is not None and answer is not None:
            yield question, forecast, answer


def _get_opening(record: ResolvedRecord) -> tuple[datetime, QuestionId]:
    return record[0].opens_at, record[0].id


def _find_forecast(
    question: Question, resolution: Resolution, timeline: Timeline, lead_days: int
) -> Distribution | None:
    if not 0 <= lead_days <= (question.closes_at - question.opens_at) / timedelta(days=1):
        return None
    moment = question.closes_at - timedelta(days=lead_days)
    return timeline.at(moment) if moment < resolution.known_at else None
