"""Scores of forecasters on questions, averaged over time, with receipts.

Scores are computed before averaging over time: scoring an averaged forecast would not be proper.
*Mean while active* is the mean score of the forecasts while they stood; *skill over schedule*
divides by the question's scheduled length, and is the one for ranking. Take an event that occurs on
day 1 of 10 with 50%, or never: the mean counts the first day fully if it occurs and a tenth if
not, so that the best report is 91%. Over the schedule both count a tenth, and the best report is
the true probability.

Sources: Sempere & Lawsen 2021, arXiv 2106.11248, for early resolution; rules are documented in
`rules` and `crps`.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, overload

import numpy as np

from forecasts.distributions.distribution import Distribution
from forecasts.distributions.probability import Floats
from forecasts.questions.answers import get_answer
from forecasts.questions.question import (
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.questions.timeline import ForecastSpan
from forecasts.scoring.rulebook import (
    BINARY_RULES,
    HEADLINE,
    RULES,
    SOLO_RULES,
    RuleName,
    ignorance_forecast,
    rule_values,
)
from forecasts.scoring.span_table import AnsweredQuestion, SpanTable, collect_spans
from forecasts.scoring.time_averages import AveragedScores, average_scores, to_instant

Entry_co = TypeVar("Entry_co", covariant=True)


class LazySequence(Sequence[Entry_co]):
    """Sequence of known length whose entries are made when the first is read; equals its tuple."""

    __slots__ = ("_entries", "_length", "_make")

    def __init__(self, length: int, make: Callable[[], Iterable[Entry_co]]) -> None:
        self._length, self._make = length, make
        self._entries: tuple[Entry_co, ...] | None = None

    def _read(self) -> tuple[Entry_co, ...]:
        if self._entries is None:
            self._entries = tuple(self._make())
        return self._entries

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Entry_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Entry_co, ...]: ...
    def __getitem__(self, index: int | slice) -> Entry_co | tuple[Entry_co, ...]:
        return self._read()[index]

    def __iter__(self) -> Iterator[Entry_co]:
        return iter(self._read())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._read() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._read())

    def __repr__(self) -> str:
        return repr(self._read())


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
    `skill_over_schedule`: gain over the uninformed forecast (50%, equal shares or a uniform
    curve), integrated over the active time and divided by the scheduled length; higher is better, 0
    is no skill; skipping a question costs and earns nothing. Points (baseline, peer, spot) are
    gains already: there skill over schedule is the points themselves. The lines of a `receipt` are
    made when they are read.
    """

    question_id: QuestionId
    forecaster_id: ForecasterId
    rule: RuleName
    mean_while_active: float | None
    coverage: float
    attainable_coverage: float
    skill_over_schedule: float
    receipt: Sequence[ReceiptLine] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ScoreColumns:
    """Scores by one rule, in columns; its skill is NaN for a pair that the rule does not fit."""

    rule: RuleName
    table: SpanTable
    averaged: AveragedScores


ScoreNumbers = tuple[QuestionId, ForecasterId, RuleName, float | None, float, float, float]
"""Fields of a score, without its receipt."""


def score_alone(
    table: SpanTable, rules: Sequence[RuleName] = SOLO_RULES
) -> tuple[ScoreColumns, ...]:
    """Scores by rules that need no other forecasters, in columns.

    Scored is [opening, effective close): earlier forecasts count from the opening, later ones not
    at all. Gaps are left out, never filled. Rules that compare forecasters are in `points`, those
    on a daily grid in `daily`.

    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> from forecasts.scoring.span_table import stand
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 10 January?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-10"), utc("2026-01-12"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> no = Resolution("ceasefire", "no", "https://example.org", "", *[utc("2026-01-10")] * 3,
    ...     "ann")
    >>> steps = build_timeline([(utc("2026-01-01"), Binary(0.8)), (utc("2026-01-07"), Binary(0.4))])
    >>> table = SpanTable.read([stand(question, no, {"ann": steps})])
    >>> brier, *_ = list_scores(score_alone(table))
    >>> brier.rule, round(brier.mean_while_active, 4), round(brier.skill_over_schedule, 4)
    ('brier', 0.48, -0.23)
    """
    cut = table.clip()
    return tuple(
        ScoreColumns(rule, table, average_scores(cut, rule, *rule_columns(table, rule)))
        for rule in rules
    )


def rule_columns(table: SpanTable, rule: RuleName | None = None) -> tuple[Floats, Floats]:
    """Values of a rule by interval, and the value of no skill by pair; NaN where it does not fit.

    Without a rule those of the headline rule of each question. The binary questions are scored at
    once: rules are symmetric in YES and NO, so that the probability given to the outcome is scored.
    """
    name = rule or HEADLINE["binary"]
    values = score_binary(name, table.outcome_probability)
    no_skill = np.full(len(table.question_index), float(score_binary(name, np.array([0.5]))[0]))
    for question, answer, forecasts, rows, pairs in table.list_others():
        own_rule = rule or HEADLINE[question.kind]
        if fits := question.kind in RULES[own_rule].kinds:
            values[rows] = rule_values(own_rule, question, answer, forecasts)
        no_skill[pairs] = (
            rule_values(own_rule, question, answer, [ignorance_forecast(question)])
            if fits
            else np.nan
        )
    return values, no_skill


def score_binary(rule: RuleName, outcome_probability: Floats) -> Floats:
    """Values of a rule for the probability given to the outcome; NaN for NaN and other kinds."""
    if rule not in BINARY_RULES:
        return np.full(len(outcome_probability), np.nan)
    if not (missing := np.isnan(outcome_probability)).any():
        return BINARY_RULES[rule](outcome_probability, 1)
    values = np.full(len(outcome_probability), np.nan)
    values[~missing] = BINARY_RULES[rule](outcome_probability[~missing], 1)
    return values


def list_numbers(columns: ScoreColumns) -> Iterator[tuple[int, ScoreNumbers]]:
    """Yield each pair that the rule fits, with the numbers of its score."""
    table, averaged = columns.table, columns.averaged
    ids = [a.question.id for a in table.answered]
    cut = averaged.cut
    numbers: Any = zip(
        table.question_index.tolist(),
        table.forecasters,
        averaged.mean_while_active.tolist(),
        (cut.active > 0.0).tolist(),
        cut.coverage.tolist(),
        cut.attainable_coverage.tolist(),
        averaged.skill_over_schedule.tolist(),
        strict=True,
    )
    for pair, (index, name, mean, is_active, *shares, skill) in enumerate(numbers):
        if not math.isnan(skill):
            known = mean if is_active else None
            yield pair, (ids[index], name, columns.rule, known, *shares, skill)


def list_scores(columns: Iterable[ScoreColumns]) -> Iterator[Score]:
    """Yield the scores by each rule, with their receipts."""
    for scored in columns:
        table, cut = scored.table, scored.averaged.cut
        bounds = np.searchsorted(table.pair, np.arange(len(table.question_index) + 1)).tolist()
        standing = np.bincount(
            table.pair[cut.length > 0.0], minlength=len(table.question_index)
        ).tolist()
        for pair, numbers in list_numbers(scored):
            rows = range(bounds[pair], bounds[pair + 1])
            yield Score(*numbers, _open_receipt(scored, rows, standing[pair]))


def list_bare_scores(columns: Iterable[ScoreColumns]) -> Iterator[Score]:
    """Yield the scores by each rule, without receipts."""
    return (Score(*numbers) for scored in columns for _, numbers in list_numbers(scored))


def count_scores(columns: Iterable[ScoreColumns]) -> int:
    """Count the scores in columns."""
    return sum(int((~np.isnan(scored.averaged.skill_over_schedule)).sum()) for scored in columns)


def sort_scores(scores: Iterable[Score]) -> list[Score]:
    """Sort scores by question, rule and forecaster."""
    order = {rule: place for place, rule in enumerate(RULES)}
    return sorted(scores, key=lambda s: (s.question_id, order[s.rule], s.forecaster_id))


def _open_receipt(columns: ScoreColumns, rows: range, length: int) -> Sequence[ReceiptLine]:
    return LazySequence(length, lambda: _list_lines(columns, rows)) if length else ()


def _list_lines(columns: ScoreColumns, rows: range) -> Iterator[ReceiptLine]:
    """Make the lines of a receipt, without the spans that were cut away."""
    table, averaged = columns.table, columns.averaged
    for row in rows:
        pair = table.pair[row]
        if averaged.cut.length[row] > 0.0:
            number = int(table.number[row])
            standing = table.answered[table.question_index[pair]].standing
            yield ReceiptLine(
                to_instant(standing.start[number]),
                to_instant(standing.end[number]),
                standing.get_forecast(number),
                float(averaged.cut.length[row] / averaged.cut.scheduled[pair]),
                float(averaged.score[row]),
                float(averaged.contribution[row]),
            )


def recompute_score(question: Question, resolution: Resolution, score: Score) -> Score:
    """Recompute a score from the times and forecasts of its receipt.

    The result equals the score, bit by bit, exactly if the receipt is intact. Only for rules that
    score a forecaster without others.
    """
    spans = [ForecastSpan(line.start, line.end, line.forecast) for line in score.receipt]
    standing = collect_spans(question, {score.forecaster_id: spans})
    table = SpanTable.read([AnsweredQuestion(question, resolution, standing)])
    (recomputed,) = list_scores(score_alone(table, [score.rule]))
    return recomputed


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
