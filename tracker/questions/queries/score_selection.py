"""Questions and scores of a choice, as tables to filter by."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from forecasts.questions.answers import get_answer
from forecasts.questions.families import FamilyId
from forecasts.questions.links import (
    HORIZONS,
    calendar_quarter,
    classify_horizon,
    is_past_close,
)
from forecasts.questions.question import (
    Question,
    QuestionId,
    Resolution,
)
from forecasts.scoring.rulebook import HEADLINE, RuleName
from forecasts.scoring.scores import Score
from forecasts.scoring.span_table import AnsweredQuestion, SpanTable
from tracker.model.read_models import Choice, Facets
from tracker.questions.queries.families import load_families
from tracker.storage import questions, resolution_record
from tracker.storage.sessions import Session

QUESTION_COLUMNS: Mapping[str, Any] = {
    "question": pl.String,
    "kind": pl.String,
    "tags": pl.List(pl.String),
    "horizon": pl.String,
    "period": pl.String,
    "cohort": pl.String,
    "family": pl.String,
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


def build_question_table(
    questions: Iterable[Question], families: Mapping[QuestionId, FamilyId], now: datetime
) -> pl.DataFrame:
    """Build a table of questions with the columns to filter by; `counts`: past its close."""
    rows = [
        (
            q.id,
            q.kind,
            list(q.tags),
            classify_horizon(q),
            calendar_quarter(q.closes_at),
            calendar_quarter(q.opens_at),
            families[q.id],
            q.retrospective,
            is_past_close(q, now),
        )
        for q in questions
    ]
    return pl.DataFrame(rows, schema=QUESTION_COLUMNS, orient="row")


def build_score_table(scores: Iterable[Score], questions: pl.DataFrame) -> pl.DataFrame:
    """Build a table of scores with question columns, as `tracker accuracy score --csv` does."""
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


@dataclass(frozen=True, slots=True)
class QuestionSelection:
    """Questions of a choice: all of them, their answers, and those that count.

    `facets` are the choices available among all answered questions of the same sort; `families`
    those of all questions.
    """

    table: pl.DataFrame
    families: Mapping[QuestionId, FamilyId]
    facets: Facets
    questions: Mapping[QuestionId, Question]
    resolutions: Mapping[QuestionId, Resolution]
    countable: Mapping[QuestionId, Question]

    @property
    def headline_rules(self) -> tuple[RuleName, ...]:
        """Return the headline rules of the questions that count, that of most questions first."""
        counts = Counter(HEADLINE[question.kind] for question in self.countable.values())
        return tuple(rule for rule, _ in counts.most_common())


def load_table(
    session: Session,
    questions: Mapping[QuestionId, Question],
    resolutions: Mapping[QuestionId, Resolution],
) -> SpanTable:
    """Load what stood on answered questions, in columns, by question."""
    standings = resolution_record.load_standings(session, questions)
    return SpanTable.read(
        [
            AnsweredQuestion(questions[name], resolutions[name], standings[name])
            for name in sorted(standings)
        ]
    )


def gather_questions(session: Session, choice: Choice, now: datetime) -> QuestionSelection:
    """Gather the questions of a choice.

    Those that count have an answer, and their scheduled close has passed.
    """
    all_questions = {q.id: q for q in questions.list_questions(session)}
    families = load_families(session, all_questions.values())
    table = build_question_table(all_questions.values(), families, now)
    chosen_ids = {QuestionId(q) for q in filter_question_table(table, choice)["question"]}
    chosen_questions = {q: question for q, question in all_questions.items() if q in chosen_ids}
    answered = resolution_record.load_current_resolutions(session)
    resolved = {q: r for q, r in answered.items() if q in chosen_ids}
    counted = {
        q: question
        for q, question in chosen_questions.items()
        if is_past_close(question, now) and get_answer(question, resolved.get(q)) is not None
    }
    choices = list_facets(
        table.filter(pl.col("question").is_in(list(answered))), choice.retrospective
    )
    return QuestionSelection(table, families, choices, chosen_questions, resolved, counted)
