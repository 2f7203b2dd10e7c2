"""Questions and scores of a choice, as tables to filter by."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from forecasts.questions.answers import get_answer
from forecasts.questions.families import FamilyId
from forecasts.questions.links import (
    HORIZONS,
    Horizon,
    calendar_quarter,
    classify_horizon,
    is_past_close,
)
from forecasts.questions.question import (
    ForecasterId,
    Kind,
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


class TabulatedQuestion(NamedTuple):
    """A question with the columns to filter by; `counts`: past its close."""

    question: QuestionId
    kind: Kind
    tags: tuple[str, ...]
    horizon: Horizon
    period: str
    cohort: str
    family: FamilyId
    retrospective: bool
    counts: bool


class TabulatedScore(NamedTuple):
    """A score with the columns of its question, as `tracker accuracy score --csv` writes it."""

    question: QuestionId
    forecaster: ForecasterId
    rule: RuleName
    mean_while_active: float | None
    coverage: float
    attainable_coverage: float
    skill_over_schedule: float
    kind: Kind
    tags: str
    horizon: Horizon
    period: str
    cohort: str
    family: FamilyId
    retrospective: bool
    counts: bool


def build_question_table(
    questions: Iterable[Question], families: Mapping[QuestionId, FamilyId], now: datetime
) -> tuple[TabulatedQuestion, ...]:
    """Build a table of questions, a row each."""
    return tuple(
        TabulatedQuestion(
            q.id,
            q.kind,
            tuple(q.tags),
            classify_horizon(q),
            calendar_quarter(q.closes_at),
            calendar_quarter(q.opens_at),
            families[q.id],
            q.retrospective,
            is_past_close(q, now),
        )
        for q in questions
    )


def build_score_table(
    scores: Iterable[Score], questions: Iterable[TabulatedQuestion]
) -> tuple[TabulatedScore, ...]:
    """Build a table of the scores of these questions, by question, rule and forecaster."""
    by_id = {row.question: row for row in questions}
    rows = [
        TabulatedScore(
            s.question_id, s.forecaster_id, s.rule, s.mean_while_active, s.coverage,
            s.attainable_coverage, s.skill_over_schedule, q.kind, " ".join(q.tags), *q[3:],
        )
        for s in scores
        if (q := by_id.get(s.question_id)) is not None
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.question, row.rule, row.forecaster)))


def filter_question_table(
    questions: Iterable[TabulatedQuestion], choice: Choice
) -> tuple[TabulatedQuestion, ...]:
    """Filter the questions of a choice, whether they count yet or not."""
    return tuple(
        row
        for row in questions
        if row.retrospective == choice.retrospective
        and choice.horizon in (None, row.horizon)
        and choice.period in (None, row.period)
        and choice.kind in (None, row.kind)
        and (choice.tag is None or choice.tag in row.tags)
    )


def list_facets(questions: Iterable[TabulatedQuestion], retrospective: bool) -> Facets:
    """List the available choices among the questions of one sort that count."""
    counting = [row for row in questions if row.retrospective == retrospective and row.counts]
    horizons, kinds = {row.horizon for row in counting}, {row.kind for row in counting}
    return Facets(
        tags=tuple(sorted({tag for row in counting for tag in row.tags})),
        horizons=tuple(h for h in HORIZONS if h in horizons),
        periods=tuple(sorted({row.period for row in counting})),
        kinds=tuple(kind for kind in HEADLINE if kind in kinds),
    )


@dataclass(frozen=True, slots=True)
class QuestionSelection:
    """Questions of a choice: all of them, their answers, and those that count.

    `facets` are the choices available among all answered questions of the same sort; `families`
    those of all questions.
    """

    table: tuple[TabulatedQuestion, ...]
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
    chosen_ids = {row.question for row in filter_question_table(table, choice)}
    chosen_questions = {q: question for q, question in all_questions.items() if q in chosen_ids}
    answered = resolution_record.load_current_resolutions(session)
    resolved = {q: r for q, r in answered.items() if q in chosen_ids}
    counted = {
        q: question
        for q, question in chosen_questions.items()
        if is_past_close(question, now) and get_answer(question, resolved.get(q)) is not None
    }
    choices = list_facets((row for row in table if row.question in answered), choice.retrospective)
    return QuestionSelection(table, families, choices, chosen_questions, resolved, counted)
