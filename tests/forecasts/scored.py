"""Scores of one question."""

from collections.abc import Sequence
from datetime import datetime

from forecasts.questions.question import Question, Resolution
from forecasts.scoring import daily, points
from forecasts.scoring.scores import Score, list_scores, score_alone
from forecasts.scoring.span_table import SpanTable, Timelines, stand


def read_one(question: Question, resolution: Resolution, timelines: Timelines) -> SpanTable:
    """What stood on one question, in columns."""
    return SpanTable.read([stand(question, resolution, timelines)])


def score_question(
    question: Question, resolution: Resolution, timelines: Timelines
) -> tuple[Score, ...]:
    """Score everybody on one question by every solo rule."""
    return tuple(list_scores(score_alone(read_one(question, resolution, timelines))))


def score_points(
    question: Question,
    resolution: Resolution,
    timelines: Timelines,
    *,
    spots: Sequence[datetime] | None = None,
) -> tuple[Score, ...]:
    """Score everybody on one question by points against others."""
    table = read_one(question, resolution, timelines)
    return tuple(list_scores(points.score_points(table, spots=spots)))


def score_daily(
    question: Question, resolution: Resolution, timelines: Timelines
) -> tuple[Score, ...]:
    """Score everybody on one question day by day."""
    return tuple(list_scores(daily.score_daily(read_one(question, resolution, timelines))))
