"""Load a question set: store what is new, and resolve what its own history has answered."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from forecasts.claim_map import Rejection
from forecasts.question import ForecasterId, Question, QuestionId, Resolution
from forecasts.question_set import PastResolution, QuestionSet
from tracker import linting, subscribing
from tracker.essays.values import EssayText
from tracker.feeds.timing.polling import feed_of
from tracker.resolving import resolve
from tracker.said import Standpoint, UncheckedAnswer
from tracker.scenarios.pairs import annul_branches
from tracker.store import edits, essays, links, questions, scenarios
from tracker.store.engine import Session
from tracker.suggesting import record_suggestions
from tracker.summaries import Loaded

BY_SET = ForecasterId("question-set")
"""Who entered the answers that a question set brought with it."""

New = Mapping[QuestionId, Question]


def load(session: Session, question_set: QuestionSet, keep_days: float, now: datetime, *, replay: bool) -> Loaded:
    """Store a set's new questions, indicators and feeds; in a replay feeds and answers come later."""
    made = Standpoint(BY_SET, now)
    new = {q.id: q for q in question_set.questions if not questions.taken(session, q.id)}
    questions.add_essay(session, question_set.essay, question_set.claims)
    _take_text(session, question_set, made)
    for question in new.values():
        questions.add(session, question, now)
    _insist(session, question_set, new, keep_days, made=made)
    questions.add_indicators(session, question_set.indicators)
    _bind(session, question_set, made)
    added = 0
    if not replay:
        added = sum(subscribing.add(session, feed_of(seed), now) for seed in question_set.feeds)
        _answer(session, question_set.resolutions, new, now)
    record_suggestions(session, [q for q in new.values() if q.opens_at <= now], now)
    return Loaded(question_set.essay.title, len(new), added)


def _insist(session: Session, question_set: QuestionSet, new: New, keep_days: float, *, made: Standpoint) -> None:
    """Hold each question against the linter as of its own opening: a set is judged as it was written."""
    around = linting.surroundings(session, keep_days, made.at)
    brought = tuple(f"{feed.title} {feed.theme}" for feed in question_set.feeds)
    around = replace(around, feeds=(*(around.feeds or ()), *brought))
    for question in new.values():
        then = replace(around, now=min(made.at, question.opens_at))
        indicators = [i for i in question_set.indicators if i.question_id == question.id]
        found = linting.flaws(session, question, then, indicators)
        linting.insist(session, question, found, question_set.overrides.get(question.id, ""), made=made)


def _take_text(session: Session, question_set: QuestionSet, made: Standpoint) -> None:
    """The essay's own text where the set ships it, and the claims that it sets aside."""
    essay_id = question_set.essay.id
    if question_set.text and essays.newest_text(session, essay_id) is None:
        said = EssayText(essay_id, 1, question_set.text, "question set", made.at, made.by)
        essays.add_text(session, said)
    known = {rejected.offset for rejected, _ in essays.rejections(session, essay_id)}
    for claim in question_set.claims:
        if (why := question_set.rejections.get(claim.id)) and claim.offset not in known:
            end = claim.offset + len(claim.quote)
            rejection = Rejection(claim.offset, end, why, made.by, made.at)
            essays.decide_claim(session, essay_id, rejection, claim.quote, verdict="rejected")


def _bind(session: Session, question_set: QuestionSet, made: Standpoint) -> None:
    """Links and scenario sets that are not there yet; the reader of sets has checked them."""
    taken = {link.id for link in links.every(session)}
    for link in question_set.links:
        if link.id not in taken:
            links.add(session, link, made)
    for one in question_set.scenarios:
        if scenarios.of_question(session, one.question_id) is None:
            scenarios.add(session, one, made)


def _answer(session: Session, past: Iterable[PastResolution], new: New, now: datetime) -> None:
    """What the set's history has answered; what it has from memory waits for a check, and resolves nothing."""
    for one in past:
        if one.question_id in new and one.known_at <= now:
            question = new[one.question_id]
            if one.needs_check:
                note_unchecked(session, one, Standpoint(BY_SET, now))
                continue
            answer = _answered(one, now)
            resolve(session, question, answer)
            annul_branches(session, question, answer)


def note_unchecked(session: Session, past: PastResolution, made: Standpoint) -> None:
    """Keep an answer that a person has to check before it counts."""
    said = (past.question_id, past.outcome, past.answer, past.source_url, past.note, past.event_at, past.known_at)
    edits.add_unchecked(session, UncheckedAnswer(*said), at=made.at, by=made.by)


def _answered(past: PastResolution, now: datetime) -> Resolution:
    """What a set knows about a question of the past, as entered now by the set."""
    times = (past.event_at, past.known_at, now)
    return Resolution(past.question_id, past.outcome, past.source_url, past.note, *times, BY_SET, past.answer)
