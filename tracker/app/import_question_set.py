"""Load a question set: store what is new, and resolve what its own history has answered."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, replace
from datetime import datetime
from typing import Any, Final

from forecasts.essays.claim_map import Rejection
from forecasts.question_sets.question_set import PastResolution, QuestionSet
from forecasts.questions.question import (
    Claim,
    EssayId,
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
)
from tracker.errors import Refused
from tracker.essays.anchoring import place
from tracker.feeds.scheduling.polling import feed_of
from tracker.ingestion import subscriptions as subscribing
from tracker.model.audit import Standpoint, UncheckedAnswer
from tracker.model.essays import EssayText
from tracker.model.read_models import Loaded
from tracker.questions import lint as linting
from tracker.questions.resolve import resolve
from tracker.questions.scenarios.pairs import annul_branches, annul_earlier
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import edits, essays, links, questions, scenarios
from tracker.storage.sessions import Session

BY_SET = ForecasterId("question-set")
"""Who entered the answers that a question set brought with it."""

New = Mapping[QuestionId, Question]

_NO_CHARACTER: Final = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps in a text: the NUL character, and halves of characters."""


def load(
    session: Session, question_set: QuestionSet, keep_days: float, now: datetime, *, replay: bool
) -> Loaded:
    """Store a set's new questions, indicators and feeds; in a replay feeds and answers come
    later.
    """
    _check(question_set)
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


def _check(question_set: QuestionSet) -> None:
    """Refuse characters that cannot be kept in what goes into no log, where they would be refused
    anyway.
    """
    parts: tuple[Any, ...] = (
        question_set.essay,
        *question_set.claims,
        *question_set.indicators,
        *question_set.feeds,
    )
    if any(
        map(_NO_CHARACTER.search, _texts((question_set.text, *(astuple(part) for part in parts))))
    ):
        raise Refused(
            f"the set {question_set.essay.id} holds a character that cannot be kept (NUL, or "
            "half a character): leave it out"
        )


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from _texts(value)


def _insist(
    session: Session, question_set: QuestionSet, new: New, keep_days: float, *, made: Standpoint
) -> None:
    """Hold each question against the linter as of its own opening: a set is judged as it was
    written.
    """
    around = linting.surroundings(session, keep_days, made.at)
    brought = tuple(f"{feed.title} {feed.theme}" for feed in question_set.feeds)
    around = replace(around, feeds=(*(around.feeds or ()), *brought))
    asked = questions.every(session)
    for question in new.values():
        then = replace(around, now=min(made.at, question.opens_at))
        indicators = [i for i in question_set.indicators if i.question_id == question.id]
        found = linting.flaws_among(asked, question, then, indicators)
        linting.insist(
            session, question, found, question_set.overrides.get(question.id, ""), made=made
        )


def _take_text(session: Session, question_set: QuestionSet, made: Standpoint) -> None:
    """The essay's own text where the set ships it, and the claims that it sets aside."""
    essay_id = question_set.essay.id
    if question_set.text and essays.newest_text(session, essay_id) is None:
        said = EssayText(essay_id, 1, question_set.text, "question set", made.at, made.by)
        essays.add_text(session, said)
    kept = essays.newest_text(session, essay_id)
    judged = _judged(session, essay_id, "" if kept is None else kept.text)
    for claim in question_set.claims:
        if (why := question_set.rejections.get(claim.id)) and not any(
            _same(claim, *one) for one in judged
        ):
            end = claim.offset + len(claim.quote)
            rejection = Rejection(claim.offset, end, why, made.by, made.at)
            essays.decide_claim(session, essay_id, rejection, claim.quote, verdict="rejected")


def _judged(session: Session, essay_id: EssayId, text: str) -> frozenset[tuple[int, str]]:
    """Where, and on which words, anybody ever decided: as it was then, and where the words stand in
    the text now.
    """
    then = essays.judged(session, essay_id)
    return then | {(place(quote, offset, text), quote) for offset, quote in then}


def _same(claim: Claim, offset: int, quote: str) -> bool:
    """Whether a decision was about this claim: a set quotes no more than the first words of a
    sentence.
    """
    short, long = sorted((claim.quote.split(), quote.split()), key=len)
    return claim.offset == offset and long[: len(short)] == short


def _bind(session: Session, question_set: QuestionSet, made: Standpoint) -> None:
    """Links and scenario sets that are not there yet; the reader of sets has checked them.

    Left out is what rests on a question that was taken back here, and a table's row on it.
    """
    taken, asked = (
        {link.id for link in links.every(session)},
        {q.id for q in questions.every(session)},
    )
    for link in question_set.links:
        if link.id not in taken and asked.issuperset(link.question_ids):
            links.add(session, link, made)
            annul_earlier(session, link, made.at)
    for one in question_set.scenarios:
        if one.question_id in asked and scenarios.of_question(session, one.question_id) is None:
            rows = tuple(row for row in one.rows if row.question_id in asked)
            scenarios.add(session, replace(one, rows=rows), made)


def _answer(session: Session, past: Iterable[PastResolution], new: New, now: datetime) -> None:
    """What the set's history has answered; what it has from memory waits for a check, and resolves
    nothing.
    """
    answers = []
    for one in past:
        if one.question_id in new and one.known_at <= now:
            question = new[one.question_id]
            if one.needs_check:
                note_unchecked(session, one, Standpoint(BY_SET, now))
                continue
            answers.append((question, _answered(one, now)))
            resolve(session, *answers[-1])
    for (
        question,
        answer,
    ) in answers:  # whatever the order, and even if the set answers a branch that does not count
        annul_branches(session, question, answer)


def note_unchecked(session: Session, past: PastResolution, made: Standpoint) -> None:
    """Keep an answer that a person has to check before it counts; one that was kept already is not
    kept twice.
    """
    said = (
        past.question_id,
        past.outcome,
        past.answer,
        past.source_url,
        past.note,
        past.event_at,
        past.known_at,
    )
    answer = UncheckedAnswer(*said)
    if answer not in edits.noted(session, past.question_id):
        edits.add_unchecked(session, answer, at=made.at, by=made.by)


def _answered(past: PastResolution, now: datetime) -> Resolution:
    """What a set knows about a question of the past, as entered now by the set."""
    times = (past.event_at, past.known_at, now)
    return Resolution(
        past.question_id, past.outcome, past.source_url, past.note, *times, BY_SET, past.answer
    )
