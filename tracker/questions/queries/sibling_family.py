"""Siblings of a question for its page: their answers, one person's scores, the standing order."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from forecasts.essays.siblings.foretelling import SiblingAnswer, summarise_siblings
from forecasts.questions.links import Link, find_parents
from forecasts.questions.question import ForecasterId, Question, QuestionId, Resolution
from forecasts.scoring.rulebook import HEADLINE
from tracker.model.siblings import SiblingFamily
from tracker.questions.queries.question_page import require_question
from tracker.storage import questions, repetitions, resolution_record, scenarios
from tracker.storage.sessions import Session


def load_family(
    session: Session, question_id: str, me: ForecasterId, now: datetime
) -> SiblingFamily | None:
    """Load the family of a parent or a sibling; None for a question that is neither."""
    question = require_question(session, question_id)
    links = scenarios.list_links(session)
    parent_id = find_parents(links).get(question.id, question.id)
    standing = repetitions.list_repetitions(session)
    repetition = next((r for r in standing if r.question_id == parent_id), None)
    siblings = _load_siblings(session, links, parent_id, me)
    parent = questions.find_question(session, parent_id)
    if parent is None or not (siblings or repetition):
        return None
    return SiblingFamily(parent, repetition, siblings, summarise_siblings(parent, siblings, now))


def _load_siblings(
    session: Session, links: Iterable[Link], parent_id: QuestionId, me: ForecasterId
) -> tuple[SiblingAnswer, ...]:
    windows = {
        link.question_ids[1]: link.title
        for link in links
        if link.kind == "sibling" and link.question_ids[0] == parent_id
    }
    present = filter(None, (questions.find_question(session, child) for child in windows))
    children = sorted(present, key=lambda q: q.closes_at, reverse=True)
    resolved = resolution_record.load_current_resolutions(session) if children else {}
    return tuple(
        _load_answer(session, child, windows[child.id], resolved, me=me) for child in children
    )


def _load_answer(
    session: Session,
    child: Question,
    window: str,
    resolved: Mapping[QuestionId, Resolution],
    *,
    me: ForecasterId,
) -> SiblingAnswer:
    resolution = resolved.get(child.id)
    scores = () if resolution is None else resolution_record.list_scores(session, child.id)
    mine = (
        score.mean_while_active
        for score in scores
        if score.forecaster_id == me and score.rule == HEADLINE[child.kind]
    )
    return SiblingAnswer(child, resolution, next(mine, None), window)
