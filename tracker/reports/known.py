"""Every question as this tracker knew it at an instant: by what had been entered by then, and nothing later."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from forecasts.crowd import crowd_timeline
from forecasts.distribution import Binary
from forecasts.forecaster import CROWD, HAZARD, PRIOR, RESERVED, Forecaster
from forecasts.hazard import hazard
from forecasts.question import ForecasterId, Question, QuestionId, Resolution, effective_close, status
from forecasts.timeline import Forecast, timeline
from forecasts.versions import version_at, versions
from tracker.store import edits, forecasts, questions
from tracker.store import known as store
from tracker.store.engine import Session
from tracker.summaries import QuestionSummary, Standing

_INSTANT = timedelta(microseconds=1)

Rows = Mapping[QuestionId, QuestionSummary]


def known(session: Session, at: datetime) -> Rows:
    """All questions that had been asked, as rows, the next to close first.

    What waits for review, and what moved lately, is not told.
    """
    people, asked, answers = forecasts.forecasters(session), store.asked(session, at), store.resolved(session, at)
    counts = store.evidence(session, at)
    acts: dict[QuestionId, list[Forecast]] = {}
    for act in store.standing(session, at):
        acts.setdefault(act.question_id, []).append(act)
    later = {q for q, several in edits.every(session).items() if several[-1].at > at}
    rows = {}
    for newest in questions.every(session):
        if newest.id in asked:
            question = worded(session, newest, at) if newest.id in later else newest
            held = _standings(question, acts.get(question.id, ()), people, (at, answers.get(question.id)))
            rows[question.id] = _row(question, answers.get(question.id), held, (at, counts.get(question.id, 0)))
    return rows


def worded(session: Session, question: Question, at: datetime) -> Question:
    """The question in the words that it had at an instant."""
    opened = questions.as_opened(session, question.id)
    then = version_at(versions(opened, edits.of_question(session, question.id)), at)
    return replace(question, text=then.text, criteria=then.criteria, sources=then.sources)


def _row(
    question: Question,
    answer: Resolution | None,
    held: Mapping[ForecasterId, Standing],
    seen: tuple[datetime, int],
) -> QuestionSummary:
    at, evidence = seen
    return QuestionSummary(
        question=question,
        status=status(question, answer, at),
        resolution=answer,
        standings=held,
        history=(),
        change_7d=None,
        evidence=evidence,
        waiting=0,
        last_evidence_at=None,
    )


def _standings(
    question: Question,
    acts: Sequence[Forecast],
    people: Mapping[ForecasterId, Forecaster],
    then: tuple[datetime, Resolution | None],
) -> Mapping[ForecasterId, Standing]:
    """What everybody held, the computed forecasters too; after the close, what they held last."""
    at = min(then[0], effective_close(question, then[1]))
    held = {PRIOR: Standing(people[PRIOR], question.prior, question.opens_at)}
    if question.kind == "binary":
        held[HAZARD] = Standing(people[HAZARD], Binary(hazard(question, at)), at)
    for act in acts:
        if act.distribution is not None:
            held[act.forecaster_id] = Standing(people[act.forecaster_id], act.distribution, act.made_at)
    members = {who: timeline([(s.since, s.distribution)]) for who, s in held.items() if who not in RESERVED}
    crowd = crowd_timeline(question, members, until=at + _INSTANT).at(at) if members else None
    if crowd is not None:
        held[CROWD] = Standing(people[CROWD], crowd, max(held[who].since for who in members))
    return held
