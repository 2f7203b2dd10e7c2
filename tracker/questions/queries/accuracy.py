"""Accuracy of all forecasters on a choice of questions, from stored scores."""

from collections import Counter
from datetime import datetime

from forecasts.questions.links import annul_rate, group_cohorts
from forecasts.scoring.scores import LazySequence, count_scores, list_bare_scores, sort_scores
from forecasts.scoring.summary import summarise_scores
from tracker.model.read_models import Accuracy, Choice
from tracker.questions.crowd_lessons import find_shown_crowd
from tracker.questions.queries.comparisons import (
    adjust_people,
    compare_pools,
    trace_questions,
)
from tracker.questions.queries.question_page import list_late_forecasts
from tracker.questions.queries.score_selection import (
    TabulatedScore,
    build_score_table,
    filter_question_table,
    gather_questions,
    load_table,
)
from tracker.questions.queries.waiting import list_upcoming, list_waiting
from tracker.questions.resolve_question import compute_scores
from tracker.storage import record, resolution_record
from tracker.storage.sessions import Session


def measure_accuracy(session: Session, choice: Choice, now: datetime) -> Accuracy:
    """Compute scores, summaries, adjusted skill, leading pools, and outcomes by cohort.

    All scores are computed from what stood, as they were when they were stored.
    """
    selection = gather_questions(session, choice, now)
    table = load_table(session, selection.countable, selection.resolutions)
    columns = compute_scores(table)
    scores = LazySequence(count_scores(columns), lambda: sort_scores(list_bare_scores(columns)))
    losses = trace_questions(selection, table)
    late = list_late_forecasts(session, selection.resolutions.values())
    lines = group_cohorts(selection.questions.values(), selection.resolutions, now)
    return Accuracy(
        choice=choice,
        facets=selection.facets,
        questions=selection.countable,
        resolutions=selection.resolutions,
        forecasters=record.list_forecasters(session),
        scores=scores,
        summaries=summarise_scores(columns, selection.families),
        adjusted={rule: adjust_people(answered) for rule, answered in losses.items()},
        pools={rule: compare_pools(answered) for rule, answered in losses.items()},
        shown_pool=find_shown_crowd(session, now),
        cohorts=lines,
        waiting=list_waiting(session, selection, now),
        upcoming=() if scores else list_upcoming(session, selection, now),
        unscored=tuple(
            q for q, r in selection.resolutions.items() if r.outcome in ("annulled", "ambiguous")
        ),
        annul_rate=annul_rate(lines),
        hindsight=Counter(act.forecaster_id for act in late),
    )


def tabulate_scores(session: Session, choice: Choice, now: datetime) -> tuple[TabulatedScore, ...]:
    """Every score of the chosen questions, one row each, for a spreadsheet."""
    selection = gather_questions(session, choice, now)
    return build_score_table(
        resolution_record.list_all_scores(session), filter_question_table(selection.table, choice)
    )
