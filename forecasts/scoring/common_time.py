"""Comparison of forecasters like with like: on the same questions, while both had a forecast.

Somebody who joins late meets a question when more is known. So losses are compared instant by
instant, over the time on which both stood, in shares of the scheduled time of the question: a
question that is answered early weighs by the time it took, not fully, which keeps the comparison
proper (Sempere & Lawsen 2021).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from forecasts.distributions.distribution import Distribution
from forecasts.distributions.probability import Floats
from forecasts.questions.answers import Answer
from forecasts.questions.question import ForecasterId, Question
from forecasts.scoring.rulebook import HEADLINE, rule_values
from forecasts.scoring.scores import Score
from forecasts.statistics.betting import Differences

CURVE_ANSWERS = 51
"""Answers tried on a scale to find how much two curves can differ."""


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


def trace_losses(question: Question, scores: Sequence[Score]) -> Paths:
    """Trace the losses of forecasters on one question from the receipts of their headline scores.

    Forecasters without a forecast are left out.
    """
    lines = [line for score in scores for line in score.receipt]
    possible = _possible_losses(question, [line.forecast for line in lines])
    starts = _schedule_shares(question, [line.start for line in lines])
    ends = _schedule_shares(question, [line.end for line in lines])
    losses = np.array([line.score for line in lines])
    paths: dict[ForecasterId, LossPath] = {}
    first = 0
    for score in scores:
        part = slice(first, first := first + len(score.receipt))
        if score.receipt:
            paths[score.forecaster_id] = LossPath(
                starts[part], ends[part], losses[part], possible[part]
            )
    return paths


def _schedule_shares(question: Question, instants: Sequence[datetime]) -> Floats:
    length = (question.closes_at - question.opens_at).total_seconds()
    return np.array([(at - question.opens_at).total_seconds() / length for at in instants])


def _possible_losses(question: Question, forecasts: Sequence[Distribution]) -> Floats:
    """Losses under every possible answer, one row a forecast and one column an answer."""
    rule = HEADLINE[question.kind]
    answers = _list_possible_answers(question)
    return np.column_stack([rule_values(rule, question, answer, forecasts) for answer in answers])


def _list_possible_answers(question: Question) -> Sequence[Answer]:
    if question.scale is not None:
        return list(question.scale.values(np.linspace(0.0, 1.0, CURVE_ANSWERS)).tolist())
    return (0, 1) if question.kind == "binary" else [option.name for option in question.options]


def hold_first_forecast(path: LossPath) -> LossPath:
    """Return the path of a forecaster who keeps the first forecast to the end of their last."""
    return LossPath(path.starts[:1], path.ends[-1:], path.losses[:1], path.possible[:1])


def compare_paths(question: Question, first: LossPath, second: LossPath) -> Differences:
    """Differences in loss over the time that two forecasters have in common, second less first."""
    edges = np.unique(np.concatenate([first.starts, first.ends, second.starts, second.ends]))
    middles = (edges[:-1] + edges[1:]) / 2.0
    rows_first, rows_second = find_rows(first, middles), find_rows(second, middles)
    both = (rows_first >= 0) & (rows_second >= 0)
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


def find_rows(path: LossPath, middles: Floats) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Find the interval of a path that holds each instant; −1 in gaps."""
    rows = np.searchsorted(path.starts, middles, side="right") - 1
    return np.where((rows >= 0) & (middles < path.ends[rows]), rows, -1)
