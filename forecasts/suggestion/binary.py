"""Suggested probability: prior, elapsed time and evidence as additive log-odds.

    z = logit(prior) + [logit(hazard) − logit(prior)]
      + softcap(γ · (Σ stories ± ln LR · novelty · decay + Σ silences ln LR
                     − Σ indicators usual level · ramp))
    p = clip(sigmoid(a + b z), 0.01, 0.99)

An event counts once, however many outlets copy it. A second story of the same fact within 90 days
counts half, a third a quarter; one that reports it with more certainty is a new fact. News decays.
The *usual level* of news is subtracted. Counting articles instead is far worse than doing nothing:
in simulations its Brier score was 0.68, against 0.12 for this model and for time alone. Strengths
follow Kass & Raftery 1995, reliability the Admiralty grades. Lines are in
`forecasts.evidence.log_odds`, weights of stories in `forecasts.evidence.weights`. The rules:

- Only evidence and reports first seen at or before `at` count, so that the past can be recomputed
  without hindsight. (Evidence carries its newest status: a replay has to pass the decisions of
  that time.) Evidence from before the opening counts too.
- Evidence on other questions, rejected, neutral, without strength, or below the model's
  `min_relevance` until a person confirmed it, adds no line and does not reduce the novelty of
  others.
- The weight is ln of the strength's ratio, weakened by reliability (independent source groups)
  times trust (relevance and direction, until a person confirmed the match), times novelty, times
  decay from its first report by the indicator's half-life. Evidence of a deleted indicator has a
  half-life of 45 days and no usual level.
- A decisive story counts as strong until a person confirmed or edited it: news of that weight
  usually *is* the answer, and calls for a resolution.
- An indicator that was expected by a date and not seen between the opening and that date adds ln
  of its ratio when silent, from the date on, without decay. Rejected evidence does not count as
  seen, a doubtful match by its trust: the line is multiplied by Π (1 − trust).
- An indicator's usual level is subtracted in its direction, growing as 1 − 2^(−days since
  `archive_from` / half-life), in step with the evidence that can have accumulated. The archive
  starts at the opening by default. Without decay there is no steady level, and nothing is
  subtracted. A level in `usual_levels`, such as one learned by `forecasts.evidence.parameters`,
  replaces the indicator's own.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, assert_never

from forecasts.distributions.distribution import Binary
from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.evidence import MIN_RELEVANCE, Evidence, Expectation, Indicator, IndicatorId
from forecasts.evidence.log_odds import (
    LedgerEntry,
    LedgerGroup,
    LedgerLine,
    LineKind,
    accumulate_lines,
    apply_soft_cap,
    closing_difference,
    group_lines,
)
from forecasts.evidence.signposts import unseen_probabilities
from forecasts.evidence.weights import (
    DAY,
    DEFAULT_HALF_LIFE_DAYS,
    DEFAULT_MODEL,
    SuggestionModel,
    saturation_share,
    visible_evidence,
    weigh_stories,
)
from forecasts.questions.formatting import format_count
from forecasts.questions.question import HorizonShape, Question, QuestionId
from forecasts.questions.timeline import Timeline

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

_DAY = timedelta(days=1)

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
    step = max(-(-scheduled // (MAX_HAZARD_STEPS * _DAY)), 1) * _DAY
    steps: list[tuple[datetime, Binary | None]] = []
    for number in range(max(-((start - end) // step), 0)):
        instant = start + number * step
        forecast = Binary(hazard_probability(question, instant))
        if not steps or steps[-1][1] != forecast:
            steps.append((instant, forecast))
    return Timeline(tuple(steps))


def describe_time_passed(question: Question, at: datetime) -> str:
    """Describe the elapsed time of a question and what it implies."""
    total = (question.closes_at - question.opens_at) / _DAY
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
    return f"{round(days, 1):g}"


LOGIT_MARGIN = 1e-12
"""Distance of lines from 0 and 1: at a deadline the exact log-odds are infinite and do not add up.
"""

NO_USUAL_LEVELS: Mapping[IndicatorId, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Suggested probability with its lines, whose log-odds add up to logit(p) within 1e-12.

    `version` is that of the model, `learned_from` the number of answered questions behind its
    learned correction, 0 without one.
    """

    question_id: QuestionId
    at: datetime
    lines: tuple[LedgerLine, ...]
    p: float
    version: str = DEFAULT_MODEL.version
    learned_from: int = 0

    @property
    def groups(self) -> tuple[LedgerGroup, ...]:
        """Lines by group; their log-odds add up to logit(p) as well."""
        return group_lines(self.lines)


def suggest(
    question: Question,
    evidence: Sequence[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    *,
    model: SuggestionModel = DEFAULT_MODEL,
    archive_from: datetime | None = None,
    usual_levels: Mapping[IndicatorId, float] = NO_USUAL_LEVELS,
) -> Suggestion:
    """Suggest a probability of YES at `at`, with all lines that make it up.

    Range `model.p_min` to `model.p_max`. The order of `evidence` does not matter.
    `archive_from` is the opening by default; a level in `usual_levels`, such as one learned by
    `forecasts.evidence.parameters`, replaces that of the indicator.

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
    weights = news_entries(
        question,
        evidence,
        indicators,
        at,
        model=model,
        archive_from=archive_from,
        usual_levels=usual_levels,
    )
    start = [_base_rate(question), _time_passed(question, at)]
    scaling, capped = scale_evidence(weights, model)
    z = math.fsum([*(w.log_odds for w in start), capped])
    p = final_probability(z, model)
    correction = LedgerEntry(
        "learned correction", _describe_correction(model), _apply_correction(z, model) - z
    )
    lines = [*start, *weights, *scaling, correction]
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
    )


def news_entries(
    question: Question,
    evidence: Sequence[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    *,
    model: SuggestionModel = DEFAULT_MODEL,
    archive_from: datetime | None = None,
    usual_levels: Mapping[IndicatorId, float] = NO_USUAL_LEVELS,
) -> list[LedgerEntry]:
    """Entries of stories, silences and usual levels of a question, before scale and saturation."""
    own_indicators = list_own_indicators(question, indicators)
    archive_days = (at - (archive_from or question.opens_at)) / DAY
    seen = visible_evidence(evidence, question.id, at, model)
    return [
        *(s.ledger_entry(question.kind) for s in weigh_stories(seen, indicators, at, model)),
        *silence_entries(question, evidence, own_indicators, at, min_relevance=model.min_relevance),
        *usual_level_entries(own_indicators, archive_days, usual_levels),
    ]


def list_own_indicators(
    question: Question, indicators: Mapping[IndicatorId, Indicator]
) -> list[Indicator]:
    """Indicators of a question, by name."""
    return sorted(
        (i for i in indicators.values() if i.question_id == question.id),
        key=lambda i: (i.name, i.id),
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


def usual_level_entries(
    indicators: Iterable[Indicator],
    archive_days: float,
    levels: Mapping[IndicatorId, float] = NO_USUAL_LEVELS,
) -> Iterator[LedgerEntry]:
    """Entries that subtract the usual level of each indicator that has one and a direction."""
    for indicator in indicators:
        usual = levels.get(indicator.id, indicator.usual_level)
        if not usual or not indicator.direction:
            continue
        level, share = (
            indicator.direction * usual,
            saturation_share(indicator.half_life_days, archive_days),
        )
        why = (
            f"{indicator.name}: usual level {level:+.3f}, ramp ×{share:.3f}; such news comes anyway"
        )
        yield LedgerEntry("usual level", why, 0.0 - level * share)


def scale_evidence(
    weights: Sequence[LedgerEntry], model: SuggestionModel
) -> tuple[list[LedgerEntry], float]:
    """Apply scale and saturation to the sum of all evidence: their entries, and the result."""
    if not weights:
        return [], 0.0
    raw = math.fsum(w.log_odds for w in weights)
    scaled = model.gamma * raw
    capped = apply_soft_cap(scaled, model.soft_cap)
    scaling = []
    if model.gamma != 1.0:
        scaling.append(
            LedgerEntry("evidence scale", f"evidence counts ×{model.gamma:.3g}", scaled - raw)
        )
    max_ratio = f"{math.exp(model.soft_cap):.3g}"
    why = f"all evidence together never exceeds a likelihood ratio of {max_ratio}"
    scaling.append(LedgerEntry("saturation", why, capped - scaled))
    return scaling, capped


def _describe_correction(model: SuggestionModel) -> str:
    """Origin and size of the learned correction."""
    changes = f"shift {model.shift:+.2g}" + (
        "" if model.slope == 1.0 else f", slope ×{model.slope:.2g}"
    )
    if model.learned_from:
        return f"learned from {format_count(model.learned_from, 'answered question')}: {changes}"
    return (
        "not learned yet"
        if (model.shift, model.slope) == (0.0, 1.0)
        else f"given, not learned: {changes}"
    )


def _finite_logit(p: float) -> float:
    return logit(min(max(p, LOGIT_MARGIN), 1.0 - LOGIT_MARGIN))


def _base_rate(question: Question) -> LedgerEntry:
    return LedgerEntry("base rate", question.dated_prior_reason, _finite_logit(question.base_rate))


def _time_passed(question: Question, at: datetime) -> LedgerEntry:
    change = _finite_logit(hazard_probability(question, at)) - _finite_logit(question.base_rate)
    return LedgerEntry("time passed", describe_time_passed(question, at), change)


def final_probability(log_odds: float, model: SuggestionModel) -> float:
    """P(YES) from the log-odds of base rate, time and news, after learned correction and limits."""
    return min(max(sigmoid(_apply_correction(log_odds, model)), model.p_min), model.p_max)


def _apply_correction(log_odds: float, model: SuggestionModel) -> float:
    return model.shift + model.slope * log_odds


def silence_entries(
    question: Question,
    evidence: Iterable[Evidence],
    indicators: Sequence[Indicator],
    at: datetime,
    *,
    min_relevance: float = MIN_RELEVANCE,
) -> Iterator[LedgerEntry]:
    """Entries for expected indicators whose date passed unseen while the question was open."""
    left = unseen_probabilities(question, indicators, evidence, at, min_relevance=min_relevance)
    for indicator in indicators:
        if indicator.expected and indicator.expected.by <= at and left.get(indicator.id):
            yield _silence_entry(indicator, indicator.expected, left[indicator.id])


def _silence_entry(indicator: Indicator, expected: Expectation, left: float) -> LedgerEntry:
    words = f"{expected.if_yes} if YES, {expected.if_no} if NO"
    ratio = f"likelihood ratio {expected.ratio_when_silent:.3g}"
    doubt = f", ×{left:.3f} as a match in doubt may have been it" if left < 1.0 else ""
    why = (
        f"{indicator.name}: expected by {expected.by.date().isoformat()} ({words}) and not "
        f"seen ({ratio}){doubt}"
    )
    return LedgerEntry("silence", why, math.log(expected.ratio_when_silent) * left)
