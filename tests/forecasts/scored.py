"""Scores of one question."""

from forecasts.questions.question import Question, Resolution
from forecasts.scoring.scores import AnsweredQuestion, Score, score_questions
from forecasts.scoring.span_table import Timelines


def score_question(
    question: Question, resolution: Resolution, timelines: Timelines
) -> tuple[Score, ...]:
    """Score everybody on one question by every solo rule."""
    (scores,) = score_questions([AnsweredQuestion(question, resolution, timelines)])
    return scores
