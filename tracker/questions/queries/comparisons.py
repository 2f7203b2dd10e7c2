"""Comparison of each pair of forecasters on the questions of both."""

from datetime import datetime

from forecasts.questions.question import (
    ForecasterId,
    QuestionId,
)
from forecasts.scoring.skill import (
    adjust_for_difficulty,
    format_skill_difference,
)
from forecasts.statistics.comparison import compare_all
from tracker.model.read_models import Choice, ComparisonReport
from tracker.questions.queries.score_selection import gather_questions, list_clusters
from tracker.storage import record
from tracker.storage.sessions import Session


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
