"""Accuracy of all forecasters on a choice of questions, from stored scores."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl

from forecasts.questions.families import FamilyId
from forecasts.questions.links import annul_rate, group_cohorts
from forecasts.questions.question import ForecasterId, Question, QuestionId, Resolution
from forecasts.scoring.rulebook import is_counted_under
from forecasts.scoring.scores import Score
from forecasts.scoring.summary import Summary, summarise_scores
from tracker.model.read_models import Accuracy, Choice
from tracker.questions.crowd_lessons import find_shown_crowd
from tracker.questions.queries.comparisons import adjust_people, compare_pools, load_losses
from tracker.questions.queries.question_page import list_late_forecasts
from tracker.questions.queries.score_selection import (
    build_score_table,
    filter_question_table,
    gather_questions,
)
from tracker.questions.queries.waiting import list_upcoming, list_waiting
from tracker.storage import record, resolution_record
from tracker.storage.sessions import Session


def measure_accuracy(session: Session, choice: Choice, now: datetime) -> Accuracy:
    """Compute scores, summaries, adjusted skill, leading pools, and outcomes by cohort."""
    selection = gather_questions(session, choice, now)
    all_scores = resolution_record.list_all_scores(session)
    scores = selection.filter_scores(all_scores)
    losses = {rule: load_losses(session, selection, rule) for rule in selection.headline_rules}
    lines = group_cohorts(selection.questions.values(), selection.resolutions, now)
    return Accuracy(
        choice=choice,
        facets=selection.facets,
        questions=selection.countable,
        resolutions=selection.resolutions,
        forecasters=record.list_forecasters(session),
        scores=scores,
        summaries=summarise_accuracy(scores, selection.countable, selection.families),
        adjusted={rule: adjust_people(answered) for rule, answered in losses.items()},
        pools={rule: compare_pools(answered) for rule, answered in losses.items()},
        shown_pool=find_shown_crowd(session, now),
        cohorts=lines,
        waiting=list_waiting(selection, all_scores, now),
        upcoming=() if scores else list_upcoming(session, selection, now),
        unscored=tuple(
            q for q, r in selection.resolutions.items() if r.outcome in ("annulled", "ambiguous")
        ),
        annul_rate=annul_rate(lines),
        hindsight=_count_late_forecasts(session, selection.resolutions),
    )


def summarise_accuracy(
    scores: Iterable[Score],
    questions: Mapping[QuestionId, Question],
    families: Mapping[QuestionId, FamilyId],
) -> tuple[Summary, ...]:
    """Summarise the scores on these questions by rule (see `is_counted_under`).

    Accuracy page, commands, weekly report and API all show this, so that a forecaster has one
    number.
    """
    counting_scores = [
        s
        for s in scores
        if s.question_id in questions and is_counted_under(s.rule, questions[s.question_id].kind)
    ]
    return summarise_scores(counting_scores, families)


def _count_late_forecasts(
    session: Session, resolved: Mapping[QuestionId, Resolution]
) -> dict[ForecasterId, int]:
    late_counts: dict[ForecasterId, int] = {}
    for resolution in resolved.values():
        for act in list_late_forecasts(session, resolution):
            late_counts[act.forecaster_id] = late_counts.get(act.forecaster_id, 0) + 1
    return late_counts


def tabulate_scores(session: Session, choice: Choice, now: datetime) -> pl.DataFrame:
    """Every score of the chosen questions, one row each, for a spreadsheet."""
    selection = gather_questions(session, choice, now)
    rows = build_score_table(
        resolution_record.list_all_scores(session), filter_question_table(selection.table, choice)
    )
    return rows.with_columns(pl.col("tags").list.join(" ")).sort("question", "rule", "forecaster")
