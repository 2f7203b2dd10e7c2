"""Data frames of scores: scored forecasters, questions, rules, and cohorts of questions."""

from collections.abc import Sequence

import pandas as pd

from dashboard.components.frames import TIME, build_frame
from dashboard.wording import format_answer, percent_number
from forecasts.questions.formatting import format_cases
from forecasts.questions.question import (
    Forecaster,
    ForecasterId,
    QuestionId,
    sort_forecasters,
)
from forecasts.scoring import scores
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName
from forecasts.scoring.scores import Score
from forecasts.scoring.summary import skill_points
from tracker.model.read_models import Accuracy, Receipts


def list_scored_forecasters(accuracy: Accuracy, me: ForecasterId) -> tuple[Forecaster, ...]:
    """List everyone who was scored: me, other people, then computed forecasters."""
    scored = {s.forecaster_id for s in accuracy.summaries if s.questions}
    return sort_forecasters((f for f in accuracy.forecasters.values() if f.id in scored), me)


def format_p_value(p_value: float) -> str:
    """Format a p-value: `5 of 100 cases`."""
    return f"{format_cases(p_value, thousands=',')} cases"


def headline_scores(accuracy: Accuracy, forecaster_id: ForecasterId) -> list[Score]:
    """List a forecaster's scores by the headline rule of each question.

    Questions on which they never held a forecast are left out.
    """
    return [
        s
        for s in accuracy.scores
        if s.forecaster_id == forecaster_id
        and s.mean_while_active is not None
        and s.rule == HEADLINE[accuracy.questions[s.question_id].kind]
    ]


def skill_by_question_frame(accuracy: Accuracy, me: ForecasterId) -> pd.DataFrame:
    """One row per question, latest answer first. Columns:

    id, question, answer, known (time), and for each forecaster, under their id, the points of skill
    over the schedule by the headline rule of the question (empty if they never held a forecast).
    """
    forecaster_ids = [f.id for f in list_scored_forecasters(accuracy, me)]
    types = {
        "id": "str",
        "question": "str",
        "answer": "str",
        "known": TIME,
        **{str(f): "float64" for f in forecaster_ids},
    }
    skills: dict[QuestionId, dict[ForecasterId, float]] = {
        question_id: {} for question_id in accuracy.questions
    }
    for forecaster_id in forecaster_ids:
        for score in headline_scores(accuracy, forecaster_id):
            skills[score.question_id][forecaster_id] = skill_points(
                score.rule, score.skill_over_schedule
            )
    latest_first = sorted(
        skills,
        key=lambda question_id: (accuracy.resolutions[question_id].known_at, question_id),
        reverse=True,
    )
    rows = []
    for question_id in latest_first:
        question, resolution = accuracy.questions[question_id], accuracy.resolutions[question_id]
        answer = format_answer(question, resolution)
        rows.append(
            (
                question_id,
                question.text,
                answer,
                resolution.known_at,
                *(skills[question_id].get(f) for f in forecaster_ids),
            )
        )
    return build_frame(types, rows)


def scores_by_rule_frame(scores: Sequence[Score]) -> pd.DataFrame:
    """One row per scoring rule, for one forecaster on one question. Columns:

    rule (title), better (direction), mean (while active, empty for points), skill (points),
    coverage and attainable (percent of the scheduled time).
    """
    rows = []
    for score in sorted(scores, key=lambda s: list(RULES).index(s.rule)):
        rule = RULES[score.rule]
        mean = None if rule.is_points else score.mean_while_active
        cover = percent_number(score.coverage), percent_number(score.attainable_coverage)
        gain = skill_points(score.rule, score.skill_over_schedule)
        rows.append((rule.title, better_direction(score.rule), mean, gain, *cover))
    return build_frame("rule better mean:float skill:float coverage:float attainable:float", rows)


def better_direction(rule: RuleName) -> str:
    """Return the direction in which scores of a rule are better: `↓ lower`, `↑ higher`."""
    return "↓ lower" if RULES[rule].better == "lower" else "↑ higher"


def is_recomputable(receipts: Receipts, score: Score) -> bool:
    """Return True if the score can be recomputed from its receipt alone.

    Never true of rules that compare forecasters, because they need the others' forecasts too.
    """
    return scores.verify_receipt(receipts.question, receipts.resolution, score) is True


def cohorts_frame(accuracy: Accuracy) -> pd.DataFrame:
    """One row per quarter of opening, oldest first. Columns:

    quarter, opened, over, answered, annulled, ambiguous, unanswered, early: numbers of questions.
    """
    counts = ("opened", "over", "answered", "annulled", "ambiguous", "unanswered", "early")
    types = {"quarter": "str", **dict.fromkeys(counts, "int64")}
    return build_frame(
        types, ((c.quarter, *(getattr(c, name) for name in counts)) for c in accuracy.cohorts)
    )
