"""Scores: who was scored, one row a question, one a rule, one an interval of a receipt; and how
questions ended.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import pandas as pd

from dashboard.components.columns_data import TIME, frame_of
from dashboard.wording import answer_of, percent_number
from forecasts.questions.forecaster import CROWD, HAZARD, PRIOR, SUGGESTION, Forecaster
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scoring import scores
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName
from forecasts.scoring.scores import Score
from forecasts.scoring.skill_words import gained
from tracker.model.read_models import Accuracy, Receipts

_COMPUTED: Final = {CROWD: 1, SUGGESTION: 2, HAZARD: 3, PRIOR: 4}


def ordered(forecasters: Iterable[Forecaster], me: ForecasterId) -> tuple[Forecaster, ...]:
    """Me, other people by name, then what is computed."""
    return tuple(sorted(forecasters, key=lambda f: (_COMPUTED.get(f.id, 0), f.id != me, f.name)))


def ranked(accuracy: Accuracy, me: ForecasterId) -> tuple[Forecaster, ...]:
    """Everyone who was scored: me, other people, then what is computed."""
    scored = {s.forecaster_id for s in accuracy.summaries if s.questions}
    return ordered((f for f in accuracy.forecasters.values() if f.id in scored), me)


def cases(p_value: float) -> str:
    """A p-value as cases; rounded up, so that 5 of 100 never stands for more than that."""
    if p_value <= 0.001:
        return "at most 1 of 1,000 cases"
    whole = 1000 if p_value < 0.01 else 100
    return f"{math.ceil(p_value * whole - 1e-9)} of {whole:,} cases"


def headline_scores(accuracy: Accuracy, who: ForecasterId) -> list[Score]:
    """A forecaster's scores by the rule that speaks for each question, where a forecast of theirs
    ever stood.
    """
    return [
        s
        for s in accuracy.scores
        if s.forecaster_id == who
        and s.mean_while_active is not None
        and s.rule == HEADLINE[accuracy.questions[s.question_id].kind]
    ]


def question_scores_frame(accuracy: Accuracy, me: ForecasterId) -> pd.DataFrame:
    """One row a question, the latest answer first. Columns:

    id, question, answer, known (time), and for each forecaster, under their id, the points of skill
    over the schedule by the headline rule of the question (empty where nothing of theirs ever
    stood).
    """
    who = [f.id for f in ranked(accuracy, me)]
    types = {
        "id": "str",
        "question": "str",
        "answer": "str",
        "known": TIME,
        **{str(f): "float64" for f in who},
    }
    held: dict[QuestionId, dict[ForecasterId, float]] = {q: {} for q in accuracy.questions}
    for each in who:
        for score in headline_scores(accuracy, each):
            held[score.question_id][each] = gained(score.rule, score.skill_over_schedule)
    latest = sorted(held, key=lambda q: (accuracy.resolutions[q].known_at, q), reverse=True)
    rows = []
    for q in latest:
        question, resolution = accuracy.questions[q], accuracy.resolutions[q]
        told = answer_of(question, resolution)
        rows.append((q, question.text, told, resolution.known_at, *(held[q].get(f) for f in who)))
    return frame_of(types, rows)


def rules_frame(scores: Sequence[Score]) -> pd.DataFrame:
    """One forecaster on one question by every rule, in the order of the rules. Columns:

    rule (title), better (which way), mean (while active, empty for points), skill (points),
    coverage and attainable (percent of the scheduled time).
    """
    types = {
        "rule": "str",
        "better": "str",
        **dict.fromkeys(("mean", "skill", "coverage", "attainable"), "float64"),
    }
    rows = []
    for score in sorted(scores, key=lambda s: list(RULES).index(s.rule)):
        rule = RULES[score.rule]
        mean = None if rule.is_points else score.mean_while_active
        cover = percent_number(score.coverage), percent_number(score.attainable_coverage)
        gain = gained(score.rule, score.skill_over_schedule)
        rows.append((rule.title, direction(score.rule), mean, gain, *cover))
    return frame_of(types, rows)


def direction(rule: RuleName) -> str:
    """Which way a rule is better: `↓ lower`, `↑ higher`."""
    return "↓ lower" if RULES[rule].better == "lower" else "↑ higher"


def recomputes(found: Receipts, score: Score) -> bool:
    """Whether the score comes out the same when it is worked out from its receipt alone.

    Rules that hold forecasters against each other need the others too, so they are never said to.
    """
    return scores.recomputes(found.question, found.resolution, score) is True


def cohorts_frame(accuracy: Accuracy) -> pd.DataFrame:
    """One row a quarter of opening, oldest first. Columns:

    quarter, opened, over, answered, annulled, ambiguous, unanswered, early: numbers of questions.
    """
    counts = ("opened", "over", "answered", "annulled", "ambiguous", "unanswered", "early")
    types = {"quarter": "str", **dict.fromkeys(counts, "int64")}
    return frame_of(
        types, ((c.quarter, *(getattr(c, name) for name in counts)) for c in accuracy.cohorts)
    )
