"""Accuracy of all forecasters on a choice of questions, from stored scores."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl

from forecasts.questions.links import (
    annul_rate,
    event_cluster,
    group_cohorts,
    is_past_close,
)
from forecasts.questions.question import (
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.scoring.rulebook import HEADLINE, is_counted_under
from forecasts.scoring.rules import brier
from forecasts.scoring.scores import Score, Summary, summarise_scores
from forecasts.scoring.skill import (
    REFERENCES,
    ReferenceName,
    Skill,
    leave_one_out_shares,
    own_loss,
    reference_losses,
    skill_with_interval,
)
from tracker.model.read_models import Accuracy, Choice
from tracker.questions.queries.question_page import list_late_forecasts
from tracker.questions.queries.score_selection import (
    QuestionSelection,
    build_score_table,
    filter_question_table,
    gather_questions,
    list_clusters,
)
from tracker.storage import record
from tracker.storage.sessions import Session


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


def tabulate_scores(session: Session, choice: Choice, now: datetime) -> pl.DataFrame:
    """Every score of the chosen questions, one row each, for a spreadsheet."""
    selection = gather_questions(session, choice, now)
    rows = build_score_table(
        record.list_all_scores(session), filter_question_table(selection.table, choice)
    )
    return rows.with_columns(pl.col("tags").list.join(" ")).sort("question", "rule", "forecaster")
