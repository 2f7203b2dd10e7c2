"""Questions that do not count yet: answered and waiting for their close, or still open."""

from datetime import datetime

from forecasts.questions.answers import get_answer
from forecasts.questions.links import is_past_close
from forecasts.questions.question import Question, QuestionId, is_person
from forecasts.scoring.rulebook import HEADLINE, HEADLINE_RULES
from forecasts.scoring.scores import Score, list_bare_scores, score_alone, sort_scores
from tracker.model.read_models import WaitingQuestion
from tracker.questions.queries.score_selection import QuestionSelection, load_table
from tracker.storage import record
from tracker.storage.sessions import Session


def select_waiting(selection: QuestionSelection, now: datetime) -> dict[QuestionId, Question]:
    """Select the questions answered before their scheduled close, which is still to come."""
    return {
        question_id: question
        for question_id, resolution in selection.resolutions.items()
        if not is_past_close(question := selection.questions[question_id], now)
        and get_answer(question, resolution) is not None
    }


def list_waiting(
    session: Session, selection: QuestionSelection, now: datetime
) -> tuple[WaitingQuestion, ...]:
    """List the questions answered before their scheduled close, the next to count first.

    Each has the provisional scores by the headline rule of all who held a forecast.
    """
    waiting = select_waiting(selection, now)
    table = load_table(session, waiting, selection.resolutions)
    provisional: dict[QuestionId, list[Score]] = {name: [] for name in waiting}
    for score in sort_scores(list_bare_scores(score_alone(table, HEADLINE_RULES))):
        is_headline = score.rule == HEADLINE[waiting[score.question_id].kind]
        if is_headline and score.mean_while_active is not None:
            provisional[score.question_id].append(score)
    listed = [
        WaitingQuestion(
            question=question,
            resolution=selection.resolutions[question_id],
            counts_from=question.closes_at,
            scores=tuple(provisional[question_id]),
        )
        for question_id, question in waiting.items()
    ]
    return tuple(sorted(listed, key=lambda entry: (entry.counts_from, entry.question.id)))


def list_upcoming(
    session: Session, selection: QuestionSelection, now: datetime
) -> tuple[Question, ...]:
    """List the unanswered questions on which a person holds a forecast, the next to close first."""
    forecast_ids = {
        question_id
        for question_id, acts in record.load_last_acts(session).items()
        if any(
            distribution is not None and is_person(forecaster_id)
            for forecaster_id, (_, distribution) in acts.items()
        )
    }
    upcoming = [
        question
        for question_id, question in selection.questions.items()
        if question_id in forecast_ids
        and question_id not in selection.resolutions
        and not is_past_close(question, now)
    ]
    return tuple(sorted(upcoming, key=lambda q: (q.closes_at, q.id)))
