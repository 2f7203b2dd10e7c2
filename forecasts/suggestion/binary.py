"""Suggested probability: prior, elapsed time and evidence as additive log-odds.

    z = logit(prior) + [logit(hazard) − logit(prior)] + γ · doubt(Σ news)
    p = clip(sigmoid(a + z), 0.01, 0.99)

News is counted against what would be usual if YES and if NO: `forecasts.suggestion.news`. Counting
articles instead is far worse than doing nothing: in simulations its Brier score was 0.68, against
0.12 for time alone. Strengths follow Kass & Raftery 1995, reliability the Admiralty grades. Lines
are in `forecasts.evidence.log_odds`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from forecasts.distributions.distribution import Binary
from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.evidence import Evidence, Indicator, IndicatorId
from forecasts.evidence.log_odds import (
    LedgerEntry,
    LedgerGroup,
    LedgerLine,
    LineKind,
    accumulate_lines,
    closing_difference,
    group_lines,
)
from forecasts.evidence.weights import (
    DAY,
    DEFAULT_HALF_LIFE_DAYS,
    DEFAULT_MODEL,
    SuggestionModel,
)
from forecasts.questions.formatting import format_count
from forecasts.questions.question import HorizonShape, Question, QuestionId
from forecasts.questions.timeline import Timeline
from forecasts.suggestion.news import describe_idle, limit_news, news_entries

__all__ = [
    "DEFAULT_HALF_LIFE_DAYS",
    "DEFAULT_MODEL",
    "LedgerLine",
    "LineKind",
    "Suggestion",
    "SuggestionModel",
    "hazard_probability",
    "hazard_timeline",
    "suggest",
]

MAX_HAZARD_STEPS: Final = 1000
"""Steps of the hazard forecaster on a question; on longer ones it revises less than daily."""


def hazard_probability(question: Question, at: datetime) -> float:
    """Prior adjusted for the time elapsed at `at` without the event.

    Range 0 to 1. Before the opening it is the prior; from the scheduled close on it is 0 for
    `event_by`, 1 for `holds_until`, and the prior for `state_at`. See `decay_prior`.

    >>> from forecasts.questions.question import utc
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 2027?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> round(hazard_probability(question, utc("2026-03-02")), 4)
    0.2577
    """
    return decay_prior(question.base_rate, question.horizon_shape, _share_left(question, at))


def decay_prior(p0: float, shape: HorizonShape, left: float) -> float:
    """Adjust a base rate p0 for elapsed time; `left` is the share of time still to come (1 to 0).

    `event_by`: 1 − (1 − p0)^left, falling to 0; `holds_until`: p0^left, rising to 1; `state_at`:
    p0. Range 0 to 1. Source: constant risk per unit of time.

    >>> [round(decay_prior(0.3, "event_by", left), 4) for left in (1.0, 0.5, 0.0)]
    [0.3, 0.1633, 0.0]
    >>> round(decay_prior(0.8, "holds_until", 0.5), 4)
    0.8944
    """
    match shape:
        case "event_by":
            return 1.0 - math.pow(1.0 - p0, left)
        case "holds_until":
            return math.pow(p0, left)
        case "state_at":
            return p0
        case _:
            assert_never(shape)


def hazard_timeline(question: Question, start: datetime, end: datetime) -> Timeline:
    """Timeline of a forecaster who sets `hazard_probability` once a day on [start, end).

    On questions of more than `MAX_HAZARD_STEPS` days it is every so many whole days, by the length
    of the schedule. A revision without change adds no step. An empty period gives an empty
    timeline.
    """
    scheduled = question.closes_at - question.opens_at
    step = max(-(-scheduled // (MAX_HAZARD_STEPS * DAY)), 1) * DAY
    steps: list[tuple[datetime, Binary | None]] = []
    for number in range(max(-((start - end) // step), 0)):
        instant = start + number * step
        forecast = Binary(hazard_probability(question, instant))
        if not steps or steps[-1][1] != forecast:
            steps.append((instant, forecast))
    return Timeline(tuple(steps))


def describe_time_passed(question: Question, at: datetime) -> str:
    """Describe the elapsed time of a question and what it implies."""
    total = (question.closes_at - question.opens_at) / DAY
    over = total * (1.0 - _share_left(question, at))
    passed = f"{_format_days(over)} of {_format_days(total)} days passed"
    match question.horizon_shape:
        case "event_by":
            return f"{passed} without the event"
        case "holds_until":
            return f"{passed} and it still holds"
        case "state_at":
            return f"{passed}; for a state at one date time alone says nothing"
        case _:
            assert_never(question.horizon_shape)


def _share_left(question: Question, at: datetime) -> float:
    left = (question.closes_at - at) / (question.closes_at - question.opens_at)
    return min(max(left, 0.0), 1.0)


def _format_days(days: float) -> str:
    return f"{days:,.0f}" if days >= 10.0 else f"{round(days, 1):g}"


LOGIT_MARGIN = 1e-12
"""Distance of lines from 0 and 1: at a deadline the exact log-odds are infinite and do not add up.
"""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Suggested probability with its lines, whose log-odds add up to logit(p) within 1e-12.

    `version` is that of the model, `learned_from` the number of answered questions behind its
    learned correction, 0 without one. `idle` counts the pieces that move nothing, in words.
    """

    question_id: QuestionId
    at: datetime
    lines: tuple[LedgerLine, ...]
    p: float
    version: str = DEFAULT_MODEL.version
    learned_from: int = 0
    idle: str = ""

    @property
    def groups(self) -> tuple[LedgerGroup, ...]:
        """Lines by group; their log-odds add up to logit(p) as well."""
        return group_lines(self.lines, self.idle)


def suggest(
    question: Question,
    evidence: Sequence[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    *,
    model: SuggestionModel = DEFAULT_MODEL,
    archive_from: datetime | None = None,
) -> Suggestion:
    """Suggest a probability of YES at `at`, with all lines that make it up.

    Range `model.p_min` to `model.p_max`. The order of `evidence` does not matter.
    `archive_from` is the first instant from which news was read, by default the opening.

    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import utc
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 2027?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> for line in suggest(question, [], {}, utc("2026-03-02")).lines[:2]:
    ...     print(f"{line.log_odds:+.3f} → {line.p_after:.0%}  {line.why}")
    -0.847 → 30%  3 of 10 years
    -0.210 → 26%  60 of 365 days passed without the event
    """
    entries = news_entries(
        question, evidence, indicators, at, model=model, archive_from=archive_from
    )
    news = [entry for _, entry in entries]
    start = [_base_rate(question), _time_passed(question, at)]
    limits_of_news, limited = limit_news(news, model)
    z = math.fsum([*(entry.log_odds for entry in start), limited])
    p = final_probability(z, model)
    correction = LedgerEntry("learned correction", _describe_correction(model), model.shift)
    lines = [*start, *news, *limits_of_news, correction]
    limits = LedgerEntry(
        "limits",
        f"kept between {model.p_min:.0%} and {model.p_max:.0%}",
        closing_difference(logit(p), lines),
    )
    return Suggestion(
        question.id,
        at,
        tuple(accumulate_lines([*lines, limits])),
        p,
        model.version,
        model.learned_from,
        describe_idle(evidence, question, at, model),
    )


def is_worth_recording(move: float, since: timedelta, *, prompted: bool = False) -> bool:
    """Return True if a change of probability is worth recording: a point, or a tenth of a point.

    A tenth is enough after a day, or when evidence `prompted` it.

    >>> moves = ((-0.01, 0), (0.002, 23), (0.002, 24))
    >>> [is_worth_recording(move, timedelta(hours=hours)) for move, hours in moves]
    [True, False, True]
    """
    size = round(abs(move), 9)  # 0.29 − 0.28 is a point but for rounding
    return size >= 0.01 or (size >= 0.001 and (prompted or since >= DAY))


def _describe_correction(model: SuggestionModel) -> str:
    """Origin and size of the learned correction."""
    change = f"shift {model.shift:+.2g}"
    if model.learned_from:
        return f"learned from {format_count(model.learned_from, 'answered question')}: {change}"
    return "not learned yet" if model.shift == 0.0 else f"given, not learned: {change}"


def _finite_logit(p: float) -> float:
    return logit(min(max(p, LOGIT_MARGIN), 1.0 - LOGIT_MARGIN))


def _base_rate(question: Question) -> LedgerEntry:
    return LedgerEntry("base rate", question.dated_prior_reason, _finite_logit(question.base_rate))


def _time_passed(question: Question, at: datetime) -> LedgerEntry:
    change = _finite_logit(hazard_probability(question, at)) - _finite_logit(question.base_rate)
    return LedgerEntry("time passed", describe_time_passed(question, at), change)


def final_probability(log_odds: float, model: SuggestionModel) -> float:
    """P(YES) from the log-odds of base rate, time and news, after learned correction and limits."""
    return min(max(sigmoid(model.shift + log_odds), model.p_min), model.p_max)
