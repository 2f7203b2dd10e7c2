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

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import numpy as np

from forecasts.distributions.distribution import Distribution
from forecasts.distributions.probability import Floats
from forecasts.questions.answers import Answer, get_answer
from forecasts.questions.question import (
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.questions.timeline import ForecastSpan
from forecasts.scoring.rulebook import (
    BINARY_RULES,
    RULES,
    SOLO_RULES,
    RuleName,
    ignorance_forecast,
    rule_values,
)
from forecasts.scoring.span_table import Spans, SpanTable, Standing, Timelines, stand
from forecasts.scoring.time_averages import AveragedScores, average_scores


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


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """Question with its resolution, and the forecasts to score."""

    question: Question
    resolution: Resolution
    timelines: Timelines


def score_questions(answered: Sequence[AnsweredQuestion]) -> tuple[tuple[Score, ...], ...]:
    """Scores of questions by every solo rule, in their order; none when annulled or ambiguous.

    Scored is [opening, effective close): earlier forecasts count from the opening, later ones not
    at all. Gaps are left out, never filled. All are computed together, in columns: the rules of
    binary questions in one step each. Rules that compare forecasters are in `points`, those on a
    daily grid in `daily`.

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
    >>> [(brier, *_)] = score_questions([AnsweredQuestion(question, no, {"ann": steps})])
    >>> brier.rule, round(brier.mean_while_active, 4), round(brier.skill_over_schedule, 4)
    ('brier', 0.48, -0.23)
    """
    standing = [stand(a.question, a.resolution, a.timelines) for a in answered]
    return _score_standing(standing, SOLO_RULES)


def score_spans(
    question: Question, resolution: Resolution, rule: RuleName, spans: Spans
) -> tuple[Score, ...]:
    """Scores by one rule from forecasts on the scored time; empty without an answer."""
    return _score_standing([Standing(question, resolution, spans)], [rule])[0]


def _score_standing(
    standing: Sequence[Standing], rules: Sequence[RuleName]
) -> tuple[tuple[Score, ...], ...]:
    answers = [get_answer(entry.question, entry.resolution) for entry in standing]
    answered = [
        (entry, answer)
        for entry, answer in zip(standing, answers, strict=True)
        if answer is not None
    ]
    table = SpanTable.read([entry for entry, _ in answered])
    scores: dict[QuestionId, list[Score]] = {entry.question.id: [] for entry in standing}
    cut = table.clip()
    for rule in rules:
        values, no_skill = _rule_columns(rule, answered, table)
        for score in list_scores(table, rule, average_scores(cut, rule, values, no_skill)):
            scores[score.question_id].append(score)
    return tuple(tuple(scores[entry.question.id]) for entry in standing)


def _rule_columns(
    rule: RuleName, answered: Sequence[tuple[Standing, Answer]], table: SpanTable
) -> tuple[Floats, Floats]:
    """Values of a rule by interval, and the value of no skill by pair; NaN where it does not apply.

    The binary questions are scored at once: rules are symmetric in YES and NO, so that the
    probability given to the outcome is scored.
    """
    values, no_skill = np.full(len(table.spans), np.nan), np.full(len(table.pairs), np.nan)
    if rule in BINARY_RULES:
        binary = ~np.isnan(table.outcome_probability)
        values[binary] = BINARY_RULES[rule](table.outcome_probability[binary], 1)
    half = float(BINARY_RULES[rule](0.5, 1)) if rule in BINARY_RULES else np.nan
    row = pair = 0
    for entry, happened in answered:
        question, rows = entry.question, sum(map(len, entry.spans.values()))
        pairs = slice(pair, pair + len(entry.spans))
        if question.kind == "binary":
            no_skill[pairs] = half
        elif question.kind in RULES[rule].kinds:
            forecasts = [span.distribution for span in table.spans[row : row + rows]]
            values[row : row + rows] = rule_values(rule, question, happened, forecasts)
            ignorance = [ignorance_forecast(question)]
            no_skill[pairs] = rule_values(rule, question, happened, ignorance)
        row, pair = row + rows, pairs.stop
    return values, no_skill


def list_scores(table: SpanTable, rule: RuleName, averaged: AveragedScores) -> Iterator[Score]:
    """Yield the score of each pair with its receipt, except where the rule does not apply."""
    cut = averaged.cut
    columns = (cut.length, cut.weight, averaged.score, averaged.contribution)
    lines = zip(table.spans, *(column.tolist() for column in columns), strict=True)
    numbers = zip(
        averaged.mean_while_active.tolist(),
        cut.coverage.tolist(),
        cut.attainable_coverage.tolist(),
        averaged.skill_over_schedule.tolist(),
        strict=True,
    )
    for pair, size, (mean, coverage, attainable, skill) in zip(
        table.pairs, table.sizes, numbers, strict=True
    ):
        pair_lines = tuple(islice(lines, size))
        if math.isnan(skill):
            continue
        receipt = tuple(
            ReceiptLine(span.start, span.end, span.distribution, *line)
            for span, length, *line in pair_lines
            if length
        )
        yield Score(
            *pair,
            rule,
            mean_while_active=mean if receipt else None,
            coverage=coverage,
            attainable_coverage=attainable,
            skill_over_schedule=skill,
            receipt=receipt,
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
