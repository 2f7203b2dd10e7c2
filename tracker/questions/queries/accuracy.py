"""Accuracy of all forecasters on a choice of questions, from stored scores and forecasts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from forecasts.aggregation.crowd import crowd_at
from forecasts.calibration.reliability import (
    ResolvedRecord,
    assess_reliability,
    measure_interval_record,
    take_snapshots,
)
from forecasts.questions.answers import get_answer
from forecasts.questions.links import (
    HORIZONS,
    annul_rate,
    calendar_quarter,
    classify_horizon,
    event_cluster,
    group_cohorts,
    is_past_close,
)
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    PRIOR,
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.rulebook import HEADLINE, is_counted_under
from forecasts.scoring.rules import brier
from forecasts.scoring.scores import Score, Summary, summarise_scores
from forecasts.scoring.skill import (
    REFERENCES,
    ReferenceName,
    Skill,
    adjust_for_difficulty,
    format_skill_difference,
    leave_one_out_shares,
    own_loss,
    reference_losses,
    skill_with_interval,
)
from forecasts.statistics.comparison import compare_all
from forecasts.suggestion.binary import hazard_timeline
from tracker.model.read_models import Accuracy, CalibrationReport, Choice, ComparisonReport, Facets
from tracker.questions.queries.question_page import list_late_forecasts
from tracker.questions.resolve_question import exclude_computed
from tracker.storage import questions, record
from tracker.storage.record import LastAct
from tracker.storage.sessions import Session

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


def list_clusters(questions: pl.DataFrame) -> Mapping[QuestionId, str]:
    """Cluster of each question."""
    return {QuestionId(q): f for q, f in questions.select("question", "fate").iter_rows()}


@dataclass(frozen=True, slots=True)
class QuestionSelection:
    """Questions of a choice: all of them, their answers, and those that count.

    `list_facets` are the choices available among all answered questions of the same sort.
    """

    table: pl.DataFrame
    facets: Facets
    questions: Mapping[QuestionId, Question]
    resolutions: Mapping[QuestionId, Resolution]
    countable: Mapping[QuestionId, Question]

    def filter_headline_scores(self, scores: Iterable[Score]) -> tuple[Score, ...]:
        """Filter the scores on questions that count to the headline rule of each kind."""
        return tuple(
            s
            for s in self.filter_scores(scores)
            if s.rule == HEADLINE[self.countable[s.question_id].kind]
        )

    def filter_scores(self, scores: Iterable[Score]) -> tuple[Score, ...]:
        """Filter the scores to those on questions that count."""
        return tuple(s for s in scores if s.question_id in self.countable)


def gather_questions(session: Session, choice: Choice, now: datetime) -> QuestionSelection:
    """Gather the questions of a choice.

    Those that count have an answer, and their scheduled close has passed.
    """
    all_questions = {q.id: q for q in questions.list_questions(session)}
    table = build_question_table(all_questions.values(), now)
    chosen_ids = {QuestionId(q) for q in filter_question_table(table, choice)["question"]}
    chosen_questions = {q: question for q, question in all_questions.items() if q in chosen_ids}
    answered = record.load_current_resolutions(session)
    resolved = {q: r for q, r in answered.items() if q in chosen_ids}
    counted = {
        q: question
        for q, question in chosen_questions.items()
        if is_past_close(question, now) and get_answer(question, resolved.get(q)) is not None
    }
    choices = list_facets(
        table.filter(pl.col("question").is_in(list(answered))), choice.retrospective
    )
    return QuestionSelection(table, choices, chosen_questions, resolved, counted)


def measure_accuracy(session: Session, choice: Choice, now: datetime) -> Accuracy:
    """Compute scores, summaries, skill against references, and outcomes by cohort."""
    selection = gather_questions(session, choice, now)
    scores = selection.filter_scores(record.list_all_scores(session))
    lines = group_cohorts(selection.questions.values(), selection.resolutions, now)
    return Accuracy(
        choice=choice,
        facets=selection.facets,
        questions=selection.countable,
        resolutions=selection.resolutions,
        forecasters=record.list_forecasters(session),
        scores=scores,
        summaries=summarise_accuracy(scores, selection.countable),
        skills=_compute_skills(session, selection),
        cohorts=lines,
        early=tuple(
            q for q in selection.resolutions if not is_past_close(selection.questions[q], now)
        ),
        unscored=tuple(
            q for q, r in selection.resolutions.items() if r.outcome in ("annulled", "ambiguous")
        ),
        annul_rate=annul_rate(lines),
        hindsight=_count_late_forecasts(session, selection.resolutions),
    )


def summarise_accuracy(
    scores: Iterable[Score], questions: Mapping[QuestionId, Question]
) -> tuple[Summary, ...]:
    """Summarise the scores on these questions by rule, with n and interval (see
    `is_counted_under`).

    Accuracy page, commands, weekly report and API all show this, so that a forecaster has one
    number.
    """
    counting_scores = [
        s
        for s in scores
        if s.question_id in questions and is_counted_under(s.rule, questions[s.question_id].kind)
    ]
    return summarise_scores(
        counting_scores, {q: event_cluster(question) for q, question in questions.items()}
    )


def _count_late_forecasts(
    session: Session, resolved: Mapping[QuestionId, Resolution]
) -> dict[ForecasterId, int]:
    late_counts: dict[ForecasterId, int] = {}
    for resolution in resolved.values():
        for act in list_late_forecasts(session, resolution):
            late_counts[act.forecaster_id] = late_counts.get(act.forecaster_id, 0) + 1
    return late_counts


def _compute_skills(
    session: Session, selection: QuestionSelection
) -> Mapping[ForecasterId, tuple[Skill, ...]]:
    """Compare each forecaster with each reference, on the binary questions that count.

    The only use of receipts here.
    """
    binary = [q.id for q in selection.countable.values() if q.kind == "binary"]
    by_question: dict[QuestionId, dict[ForecasterId, Score]] = {}
    for score in record.list_scores_with_receipts(session, HEADLINE["binary"], binary):
        by_question.setdefault(score.question_id, {})[score.forecaster_id] = score
    climatology = _climatology_losses(selection, list(by_question))
    losses: dict[ForecasterId, dict[ReferenceName, list[tuple[float, float, str]]]] = {}
    clusters = list_clusters(selection.table)
    for question_id, everyone in by_question.items():
        for forecaster_id, score_of_forecaster in everyone.items():
            references = reference_losses(
                score_of_forecaster, everyone, climatology.get(question_id)
            )
            for name, reference_loss in references.items():
                rows = losses.setdefault(forecaster_id, {}).setdefault(name, [])
                rows.append((own_loss(score_of_forecaster), reference_loss, clusters[question_id]))
    return {
        forecaster_id: tuple(
            _compute_skill(name, rows[name]) for name in REFERENCES if name in rows
        )
        for forecaster_id, rows in losses.items()
    }


def _compute_skill(name: ReferenceName, rows: list[tuple[float, float, str]]) -> Skill:
    losses, baseline_losses, clusters = zip(*rows, strict=True)
    return skill_with_interval(losses, baseline_losses, name=name, clusters=clusters)


def _climatology_losses(
    selection: QuestionSelection, question_ids: list[QuestionId]
) -> Mapping[QuestionId, float]:
    """Brier score of the YES share among the other questions; empty for a single question."""
    if len(question_ids) < 2:
        return {}
    outcomes = [selection.resolutions[q].outcome == "yes" for q in question_ids]
    return dict(
        zip(question_ids, brier(leave_one_out_shares(outcomes), outcomes).tolist(), strict=True)
    )


def measure_calibration(
    session: Session, choice: Choice, lead_days: int, now: datetime
) -> CalibrationReport:
    """Compare everyone's forecasts at a lead time with the outcomes."""
    selection = gather_questions(session, choice, now)
    records = _collect_records(session, selection, lead_days)
    reliabilities = {
        forecaster_id: assess_reliability(take_snapshots(own_records, lead_days))
        for forecaster_id, own_records in records.items()
    }
    intervals = {
        forecaster_id: measure_interval_record(own_records, lead_days)
        for forecaster_id, own_records in records.items()
    }
    return CalibrationReport(
        choice=choice,
        lead_days=lead_days,
        questions=selection.countable,
        forecasters=record.list_forecasters(session),
        reliability={
            forecaster_id: r for forecaster_id, r in reliabilities.items() if r is not None
        },
        intervals={forecaster_id: i for forecaster_id, i in intervals.items() if i is not None},
    )


def _collect_records(
    session: Session, selection: QuestionSelection, lead_days: int
) -> dict[ForecasterId, list[ResolvedRecord]]:
    """For each forecaster, the questions that count with a forecast so many days before the close.

    Reads only the forecasts current at that instant, not their history.
    """
    records: dict[ForecasterId, list[ResolvedRecord]] = {}
    instants = {q.id: q.closes_at - timedelta(days=lead_days) for q in selection.countable.values()}
    forecasts_then = record.load_last_acts_at(session, instants)
    for question_id, question in selection.countable.items():
        for forecaster_id, steps in _timelines_at(
            question, instants[question_id], forecasts_then.get(question_id, {})
        ).items():
            records.setdefault(forecaster_id, []).append(
                (question, selection.resolutions[question_id], steps)
            )
    return records


def _timelines_at(
    question: Question, instant: datetime, forecasts_then: Mapping[ForecasterId, LastAct]
) -> Mapping[ForecasterId, Timeline]:
    """Timelines of a question, reduced to the forecasts current at one instant."""
    timelines = {
        forecaster_id: build_timeline([step]) for forecaster_id, step in forecasts_then.items()
    }
    timelines[PRIOR] = build_timeline([(question.opens_at, question.prior)])
    if question.kind == "binary":
        timelines[HAZARD] = hazard_timeline(question, question.opens_at, question.closes_at)
    if (crowd := crowd_at(question, exclude_computed(timelines), instant)) is not None:
        timelines[CROWD] = build_timeline([(instant, crowd)])
    return timelines


def compare_forecasters(session: Session, choice: Choice, now: datetime) -> ComparisonReport:
    """Compare every pair of forecasters on the questions that both answered."""
    selection = gather_questions(session, choice, now)
    people = record.list_forecasters(session)
    skills: dict[ForecasterId, dict[QuestionId, float]] = {}
    for score in selection.filter_headline_scores(record.list_all_scores(session)):
        if score.mean_while_active is not None:
            skills.setdefault(score.forecaster_id, {})[score.question_id] = (
                score.skill_over_schedule
            )
    names = {forecaster_id: people[forecaster_id].name for forecaster_id in skills}
    rows = [
        (str(forecaster_id), question_id, -gain)
        for forecaster_id, own_skills in skills.items()
        for question_id, gain in own_skills.items()
    ]
    return ComparisonReport(
        choice=choice,
        forecasters=people,
        comparisons=compare_all(
            skills,
            clusters=list_clusters(selection.table),
            names=names,
            lower_is_better=False,
            format_difference=format_skill_difference,
        ),
        difficulty=adjust_for_difficulty(rows) if rows else None,
    )


def tabulate_scores(session: Session, choice: Choice, now: datetime) -> pl.DataFrame:
    """Every score of the chosen questions, one row each, for a spreadsheet."""
    selection = gather_questions(session, choice, now)
    rows = build_score_table(
        record.list_all_scores(session), filter_question_table(selection.table, choice)
    )
    return rows.with_columns(pl.col("tags").list.join(" ")).sort("question", "rule", "forecaster")
