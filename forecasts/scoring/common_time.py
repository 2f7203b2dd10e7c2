"""Comparison of forecasters like with like: on the same questions, while both had a forecast.

Somebody who joins late meets a question when more is known. So losses are compared instant by
instant, over the time on which both stood, in shares of the scheduled time of the question: a
question that is answered early weighs by the time it took, not fully, which keeps the comparison
proper (Sempere & Lawsen 2021).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecasts.distributions.distribution import Distribution
from forecasts.distributions.probability import Floats
from forecasts.questions.question import ForecasterId, Question
from forecasts.scoring.rulebook import HEADLINE, curve_losses, rule_values
from forecasts.scoring.scores import rule_columns, score_binary
from forecasts.scoring.span_table import SpanTable
from forecasts.statistics.betting import Differences
from forecasts.statistics.gaps import MIN_PROBABILITY

CURVE_ANSWERS = 51
"""Answers tried on a scale to find how much two curves can differ."""

GAP_TOLERANCE = 1e-9
"""Nats by which a gap may miss its limit through rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class LossPath:
    """Loss of one forecaster over the scheduled time of a question, by its headline rule.

    `starts` and `ends` of the intervals with a forecast are shares of the scheduled time, 0 to 1,
    in order. `losses` is the loss of each, `possible` that under every possible answer, one column
    an answer.
    """

    starts: Floats
    ends: Floats
    losses: Floats
    possible: Floats


Paths = Mapping[ForecasterId, LossPath]
"""Losses of everyone on one question."""

Rows = np.ndarray[tuple[int], np.dtype[np.intp]]
"""Numbers of intervals of a path."""


def trace_losses(table: SpanTable) -> tuple[Paths, ...]:
    """Trace the losses of forecasters on each question, by name.

    Forecasters without a forecast are left out.
    """
    windows, pair = table.windows, table.pair
    length = ((windows.closes - windows.opens) / 1e6)[pair]
    starts, ends = (
        (times - windows.opens[pair]) / 1e6 / length for times in (table.start, table.end)
    )
    losses, _ = rule_columns(table)
    possible = _list_possible_losses(table)
    paths: tuple[dict[ForecasterId, LossPath], ...] = tuple({} for _ in table.answered)
    bounds = np.searchsorted(pair, np.arange(len(table.question_index) + 1)).tolist()
    for number, name, first, end in zip(
        table.question_index.tolist(), table.forecasters, bounds[:-1], bounds[1:], strict=True
    ):
        if first < end:
            part = slice(first, end)
            options = possible[number][table.number[first] : table.number[first] + end - first]
            paths[number][name] = LossPath(starts[part], ends[part], losses[part], options)
    return tuple(dict(sorted(by_name.items())) for by_name in paths)


def _list_possible_losses(table: SpanTable) -> list[Floats]:
    """Losses under every possible answer by question, one row a forecast and one column an answer.

    All forecasts of a question are listed, selected or not.
    """
    yes = np.concatenate([np.zeros(0), *(a.standing.yes for a in table.answered)])
    binary = np.column_stack([score_binary(HEADLINE["binary"], p) for p in (1.0 - yes, yes)])
    ends = np.cumsum([len(a.standing.yes) for a in table.answered], dtype=np.intp)
    return [
        part if question.kind == "binary" else _score_answers(question, standing.forecasts)
        for (question, _, standing), part in zip(
            table.answered, np.split(binary, ends)[:-1], strict=True
        )
    ]


def _score_answers(question: Question, forecasts: Sequence[Distribution]) -> Floats:
    if question.scale is not None:
        answers = question.scale.values(np.linspace(0.0, 1.0, CURVE_ANSWERS))
        return curve_losses(question.scale, forecasts, answers)
    rule = HEADLINE[question.kind]
    return np.column_stack(
        [rule_values(rule, question, option.name, forecasts) for option in question.options]
    )


def hold_first_forecast(path: LossPath) -> LossPath:
    """Return the path of a forecaster who keeps the first forecast to the end of their last."""
    return LossPath(path.starts[:1], path.ends[-1:], path.losses[:1], path.possible[:1])


def compare_paths(
    question: Question, first: LossPath, second: LossPath, min_gap: float = 0.0
) -> Differences:
    """Differences in loss over the time that two forecasters have in common, second less first.

    With `min_gap`, only over the time on which they were at least so far apart, in nats; the
    question is a yes-no question then.
    """
    edges, (rows_first, rows_second) = align_paths([first, second])
    both = (rows_first >= 0) & (rows_second >= 0)
    if min_gap > 0.0:
        gaps = np.abs(_log_odds(first)[rows_first] - _log_odds(second)[rows_second])
        both &= gaps >= min_gap - GAP_TOLERANCE
    a, b = rows_first[both], rows_second[both]
    bounds = np.abs(second.possible[b] - first.possible[a]).max(axis=1, initial=0.0)
    gains = second.losses[b] - first.losses[a]
    if question.scale is not None:
        bounds = bounds + 1.0 / (CURVE_ANSWERS - 1)  # an answer between two that were tried
    first_common = float(edges[:-1][both].min(initial=1.0))
    return Differences(
        np.diff(edges)[both],
        gains,
        np.minimum(np.maximum(bounds, np.abs(gains)), 1.0),
        1.0 - first_common,
    )


def _log_odds(path: LossPath) -> Floats:
    """Log-odds of YES of each forecast: under NO its Brier score is the square of p."""
    p = np.clip(np.sqrt(path.possible[:, 0]), MIN_PROBABILITY, 1.0 - MIN_PROBABILITY)
    odds: Floats = np.log(p) - np.log1p(-p)
    return odds


def align_paths(paths: Iterable[LossPath]) -> tuple[Floats, list[Rows]]:
    """Cut the scheduled time where a forecast of anybody begins or ends.

    Returns the edges of the pieces, and for each path the row that holds each piece; −1 in gaps.
    """
    listed = list(paths)
    edges = np.unique(np.concatenate([np.append(path.starts, path.ends) for path in listed]))
    middles = (edges[:-1] + edges[1:]) / 2.0
    return edges, [_find_rows(path, middles) for path in listed]


def _find_rows(path: LossPath, middles: Floats) -> Rows:
    rows = np.searchsorted(path.starts, middles, side="right") - 1
    return np.where((rows >= 0) & (middles < path.ends[rows]), rows, -1)


def average_paths(paths: Paths) -> LossPath | None:
    """Average the losses of forecasters over the time on which several stood; None without any."""
    if len(paths) < 2:
        return None
    edges, rows = align_paths(paths.values())
    stands = np.array(rows) >= 0
    counts = stands.sum(axis=0)
    shared = counts > 1
    if not shared.any():
        return None
    losses, possible = (
        sum(
            np.where(there[:, None], table[row], 0.0)
            for table, row, there in zip(tables, rows, stands, strict=True)
        )
        / np.maximum(counts, 1)[:, None]
        for tables in (
            [path.losses[:, None] for path in paths.values()],
            [path.possible for path in paths.values()],
        )
    )
    return LossPath(edges[:-1][shared], edges[1:][shared], losses[shared, 0], possible[shared])
