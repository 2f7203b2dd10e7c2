"""Load a question set: store what is new, and resolve what its own history has answered."""

from datetime import datetime

from forecasts.question import ForecasterId, Resolution
from forecasts.question_set import PastResolution, QuestionSet
from tracker import subscribing
from tracker.feeds.timing.polling import feed_of
from tracker.resolving import resolve
from tracker.store import questions
from tracker.store.engine import Session
from tracker.suggesting import record_suggestions
from tracker.summaries import Loaded

BY_SET = ForecasterId("question-set")
"""Who entered the answers that a question set brought with it."""


def load(session: Session, question_set: QuestionSet, now: datetime, *, replay: bool) -> Loaded:
    """Store a set's new questions, indicators and feeds; in a replay feeds and answers come later."""
    known = {q.id for q in questions.every(session)}
    new = {q.id: q for q in question_set.questions if q.id not in known}
    questions.add_essay(session, question_set.essay, question_set.claims)
    for question in new.values():
        questions.add(session, question, now)
    questions.add_indicators(session, question_set.indicators)
    added = 0
    if not replay:
        added = sum(subscribing.add(session, feed_of(seed), now) for seed in question_set.feeds)
        for past in question_set.resolutions:
            if past.question_id in new and past.known_at <= now:
                resolve(session, new[past.question_id], _answered(past, now))
    record_suggestions(session, [q for q in new.values() if q.opens_at <= now], now)
    return Loaded(question_set.essay.title, len(new), added)


def _answered(past: PastResolution, now: datetime) -> Resolution:
    """What a set knows about a question of the past, as entered now by the set."""
    times = (past.event_at, past.known_at, now)
    return Resolution(past.question_id, past.outcome, past.source_url, past.note, *times, BY_SET, past.answer)
