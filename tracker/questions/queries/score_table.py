"""Scores as one table: a row per question, forecaster and rule, with the columns to filter by."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import polars as pl

from forecasts.questions.cohorts import (
    HORIZONS,
    calendar_quarter,
    classify_horizon,
    event_cluster,
    is_past_close,
)
from forecasts.questions.question import Question, QuestionId
from forecasts.scoring.rulebook import HEADLINE
from forecasts.scoring.scores import Score
from tracker.model.read_models import Choice, Facets

QUESTION_COLUMNS: Mapping[str, Any] = {
    "question": pl.String,
    "kind": pl.String,
    "tags": pl.List(pl.String),
    "horizon": pl.String,
    "period": pl.String,
    "cohort": pl.String,
    "fate": pl.String,
    "retrospective": pl.Boolean,
    "counts": pl.Boolean,
}
SCORE_COLUMNS: Mapping[str, Any] = {
    "question": pl.String,
    "forecaster": pl.String,
    "rule": pl.String,
    "mean_while_active": pl.Float64,
    "coverage": pl.Float64,
    "attainable_coverage": pl.Float64,
    "skill_over_schedule": pl.Float64,
}


def build_question_table(questions: Iterable[Question], now: datetime) -> pl.DataFrame:
    """Build a table of questions with the columns to filter by.

    `is_past_close`: its scheduled close has passed; `event_cluster`: its cluster.
    """
    rows = [
        (
            q.id,
            q.kind,
            list(q.tags),
            classify_horizon(q),
            calendar_quarter(q.closes_at),
            calendar_quarter(q.opens_at),
            event_cluster(q),
            q.retrospective,
            is_past_close(q, now),
        )
        for q in questions
    ]
    return pl.DataFrame(rows, schema=QUESTION_COLUMNS, orient="row")


def build_score_table(scores: Iterable[Score], questions: pl.DataFrame) -> pl.DataFrame:
    """Build a table of scores with question columns, as written by `tracker score --csv`."""
    rows = [
        (s.question_id, s.forecaster_id, s.rule, s.mean_while_active, s.coverage,
         s.attainable_coverage, s.skill_over_schedule)
        for s in scores
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCORE_COLUMNS, orient="row").join(
        questions, on="question", how="inner"
    )


def filter_question_table(questions: pl.DataFrame, choice: Choice) -> pl.DataFrame:
    """Filter the questions of a choice, whether they count yet or not."""
    condition = pl.col("retrospective") == choice.retrospective
    for column in ("horizon", "period", "kind"):
        if (value := getattr(choice, column)) is not None:
            condition &= pl.col(column) == value
    if choice.tag is not None:
        condition &= pl.col("tags").list.contains(choice.tag)
    return questions.filter(condition)


def list_facets(questions: pl.DataFrame, retrospective: bool) -> Facets:
    """List the available choices among the questions of one sort that count."""
    counting = questions.filter((pl.col("retrospective") == retrospective) & pl.col("counts"))

    def values(column: str) -> list[str]:
        return counting[column].unique().sort().to_list()

    tags = sorted({tag for tags in counting["tags"] for tag in tags})
    horizons = tuple(h for h in HORIZONS if h in values("horizon"))
    kinds = tuple(kind for kind in HEADLINE if kind in values("kind"))
    return Facets(tuple(tags), horizons, tuple(values("period")), kinds)


def list_clusters(questions: pl.DataFrame) -> Mapping[QuestionId, str]:
    """Cluster of each question."""
    return {QuestionId(q): f for q, f in questions.select("question", "fate").iter_rows()}
