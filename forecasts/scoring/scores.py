"""Scores of forecasters on questions, averaged over time, with receipts.

Scores are computed before averaging over time: scoring an averaged forecast would not be proper.
*Mean while active* is the mean score of the forecasts while they stood; *skill over schedule*
divides by the question's scheduled length, and is the one for ranking. Take an event that occurs on
day 1 of 10 with 50 %, or never: the mean counts the first day fully if it occurs and a tenth if
not, so that the best report is 91 %. Over the schedule both count a tenth, and the best report is
the true probability.

Sources: Sempere & Lawsen 2021, arXiv 2106.11248, for early resolution; rules are documented in
`rules` and `crps`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise

import numpy as np

from forecasts.distributions.distribution import Distribution
from forecasts.distributions.probability import check_probabilities
from forecasts.errors import InvalidTime
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.answers import get_answer
from forecasts.questions.question import (
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
    effective_close,
)
from forecasts.questions.timeline import ForecastSpan, Timeline
from forecasts.scoring.rulebook import (
    RULES,
    SOLO_RULES,
    RuleName,
    ignorance_forecast,
    rule_gains,
    rule_values,
)
from forecasts.scoring.score_table import ClippedIntervals, Windows, clip_intervals, to_microseconds


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Receipt line: a forecast held on [start, end), and its score.

    `weight` is its share of the scheduled length; `contribution` is its score times its share of
    the active time, so that contributions add up to the mean while active.
    """

    start: datetime
    end: datetime
    forecast: Distribution
    weight: float
    score: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Score:
    """Score of one forecaster on one question under one rule.

    `mean_while_active`: time-weighted mean of the rule, None without a forecast; the direction
    depends on the rule. `coverage`: share of the scheduled time with a forecast, 0 to 1;
    `attainable_coverage`: its maximum, below 1 when the question resolved early.
    `skill_over_schedule`: gain over the uninformed forecast (50 %, equal shares or a uniform
    curve), integrated over the active time and divided by the scheduled length; higher is better, 0
    is no skill; skipping a question costs and earns nothing. Points (baseline, peer, spot) are
    gains already: there skill over schedule is the points themselves.
    """

    question_id: QuestionId
    forecaster_id: ForecasterId
    rule: RuleName
    mean_while_active: float | None
    coverage: float
    attainable_coverage: float
    skill_over_schedule: float
    receipt: tuple[ReceiptLine, ...]


Timelines = Mapping[ForecasterId, Timeline]


def score_question(
    question: Question, resolution: Resolution, timelines: Timelines
) -> tuple[Score, ...]:
    """Scores of all forecasters by every solo rule; none when annulled or ambiguous.

    Scored is [opening, effective close): earlier forecasts count from the opening, later ones not
    at all. Gaps are left out, never filled. Rules that compare forecasters are in `points`, those
    on a daily grid in `daily`.

    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 10 January?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-10"), utc("2026-01-12"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> no = Resolution("ceasefire", "no", "https://example.org", "", *[utc("2026-01-10")] * 3,
    ...     "ann")
    >>> steps = build_timeline([(utc("2026-01-01"), Binary(0.8)), (utc("2026-01-07"), Binary(0.4))])
    >>> scored = score_question(question, no, {"ann": steps})[0]
    >>> scored.rule, round(scored.mean_while_active, 4), round(scored.skill_over_schedule, 4)
    ('brier', 0.48, -0.23)
    """
    spans = {
        forecaster_id: standing_spans(question, resolution, steps)
        for forecaster_id, steps in timelines.items()
    }
    return _score_rules(
        question, resolution, [r for r in SOLO_RULES if question.kind in RULES[r].kinds], spans
    )


def score_spans(
    question: Question,
    resolution: Resolution,
    rule: RuleName,
    spans: Mapping[ForecasterId, Sequence[ForecastSpan]],
) -> tuple[Score, ...]:
    """Scores by one rule from forecasts on the scored time; empty without an answer."""
    return _score_rules(question, resolution, [rule], spans)


Spans = Mapping[ForecasterId, Sequence[ForecastSpan]]


def _score_rules(
    question: Question, resolution: Resolution, rules: Sequence[RuleName], spans: Spans
) -> tuple[Score, ...]:
    """Scores by rule and forecaster; all rules share the clipped intervals."""
    happened = get_answer(question, resolution)
    if happened is None:
        return ()
    flat = [span for forecast_spans in spans.values() for span in forecast_spans]
    forecasts = [span.distribution for span in flat]
    cut = _clip_spans(question, resolution, spans, flat)
    scores = []
    for rule in rules:
        values = rule_values(rule, question, happened, forecasts)
        means, parts = cut.means(values)
        reference = float(rule_values(rule, question, happened, [ignorance_forecast(question)])[0])
        skill = cut.over_schedule(rule_gains(rule, means, reference))
        lines = zip(flat, cut.weight.tolist(), values.tolist(), parts.tolist(), strict=True)
        for number, (forecaster_id, forecast_spans) in enumerate(spans.items()):
            receipt = tuple(
                ReceiptLine(s.start, s.end, s.distribution, *line)
                for s, *line in islice(lines, len(forecast_spans))
            )
            scores.append(
                Score(
                    question_id=question.id,
                    forecaster_id=forecaster_id,
                    rule=rule,
                    mean_while_active=float(means[number]) if forecast_spans else None,
                    coverage=float(cut.coverage[number]),
                    attainable_coverage=float(cut.attainable_coverage[number]),
                    skill_over_schedule=float(skill[number]),
                    receipt=receipt,
                )
            )
    return tuple(scores)


def _clip_spans(
    question: Question, resolution: Resolution, spans: Spans, flat: Sequence[ForecastSpan]
) -> ClippedIntervals:
    count = len(spans)
    ends = effective_close(question, resolution)
    windows = Windows(
        *(to_microseconds([t] * count) for t in (question.opens_at, question.closes_at, ends))
    )
    pair = np.repeat(np.arange(count), [len(forecast_spans) for forecast_spans in spans.values()])
    return clip_intervals(
        pair,
        to_microseconds([s.start for s in flat]),
        to_microseconds([s.end for s in flat]),
        windows,
    )


def recompute_score(question: Question, resolution: Resolution, score: Score) -> Score:
    """Recompute a score from the times and forecasts of its receipt.

    The result equals the score, bit by bit, exactly if the receipt is intact. Only for rules that
    score a forecaster without others.
    """
    spans = [ForecastSpan(line.start, line.end, line.forecast) for line in score.receipt]
    return score_spans(question, resolution, score.rule, {score.forecaster_id: spans})[0]


def verify_receipt(question: Question, resolution: Resolution | None, score: Score) -> bool | None:
    """Return True if the receipt reproduces the score bit by bit; None if that cannot be checked.

    It cannot without an answer, and for rules that compare forecasters.
    """
    if (
        resolution is None
        or get_answer(question, resolution) is None
        or score.rule not in SOLO_RULES
    ):
        return None
    return recompute_score(question, resolution, score) == score


def standing_spans(
    question: Question, resolution: Resolution, timeline: Timeline
) -> tuple[ForecastSpan, ...]:
    """Forecasts from the opening to the effective close, removed options in `Other`."""
    spans = timeline.spans(question.opens_at, effective_close(question, resolution))
    removals = [option.removed_at for option in question.options if option.removed_at is not None]
    return tuple(
        ForecastSpan(start, end, fold_removed_options(question, start, span.distribution))
        for span in spans
        for start, end in pairwise(
            sorted({span.start, span.end, *(r for r in removals if span.start < r < span.end)})
        )
    )


def best_report(p_true: float, resolves_day: float, scheduled_days: float) -> tuple[float, float]:
    """Report with the best expected Brier score: by realised life, and by schedule.

    The report q applies until `resolves_day`. An event occurs on `resolves_day` with probability
    `p_true`, or not at all in `scheduled_days`. The expected mean over the realised life is
    p_true·(1 − q)² + (1 − p_true)·q²·d/D, least at p_true / (p_true + (1 − p_true)·d/D); over the
    schedule both terms are divided by D alone, and the best q is p_true. Both 0 to 1. The first
    exceeds `p_true` by more the earlier the answer can come. Raises `InvalidTime` unless 0 < d ≤ D,
    and `InvalidProbability`. Source: Sempere & Lawsen 2021, arXiv 2106.11248.

    >>> by_life, by_schedule = best_report(0.5, 1.0, 10.0)
    >>> round(by_life, 3), by_schedule
    (0.909, 0.5)
    """
    if not 0.0 < resolves_day <= scheduled_days:
        raise InvalidTime(
            f"the event comes after the opening and by the end: day {resolves_day} of "
            f"{scheduled_days}"
        )
    truth = float(check_probabilities(p_true))
    return truth / (truth + (1.0 - truth) * (resolves_day / scheduled_days)), truth
