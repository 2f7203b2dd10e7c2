"""Import a question set: store what is new, and resolve what its history has answered."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, replace
from datetime import datetime
from typing import Any, Final

from forecasts.essays.claim_map import ClaimRejection
from forecasts.question_sets.question_set import SET_AUTHOR, PastResolution, QuestionSet
from forecasts.questions.question import (
    Claim,
    EssayId,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.questions.series import SeriesId
from tracker.errors import Refused
from tracker.essays.quote_anchors import find_quote
from tracker.feeds.scheduling.polling import feed_from_seed
from tracker.ingestion import series_subscriptions, subscriptions
from tracker.ingestion.first_start import begin_first_start
from tracker.model.audit import Authorship, UncheckedAnswer
from tracker.model.essays import EssayText
from tracker.model.read_models import SetImport
from tracker.questions import question_lifecycle, repeat_question
from tracker.questions.resolve_question import resolve_questions
from tracker.questions.scenarios.scenario_edits import annul_branches, annul_earlier
from tracker.questions.settle_by_series import check_settlement
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import (
    essays,
    feeds,
    questions,
    resolution_record,
    scenarios,
    series,
    statements,
)
from tracker.storage.sessions import Session

QUESTION_SET_FORECASTER = SET_AUTHOR
"""Forecaster who entered the answers of a question set."""

NewQuestions = Mapping[QuestionId, Question]

_INVALID_CHARACTER: Final = re.compile("[\x00\ud800-\udfff]")
"""Characters that no database can store: NUL and lone surrogates."""


def import_question_set(
    session: Session, question_set: QuestionSet, keep_days: float, now: datetime, *, replay: bool
) -> SetImport:
    """Store a set's new questions, indicators and feeds.

    A replay adds feeds, answers and siblings later.
    """
    _check_characters(question_set)
    authorship = Authorship(QUESTION_SET_FORECASTER, now)
    new = {
        q.id: q for q in question_set.questions if not questions.question_id_exists(session, q.id)
    }
    essay_id = question_set.essay.id
    essays.add_essay(session, question_set.essay, question_set.claims)
    if essay_id in essays.list_removed_ids(session):
        essays.set_removed(session, essay_id, False, at=now, by=authorship.by)
    _store_text(session, question_set, authorship)
    for question in new.values():
        questions.add_question(session, question, now)
    _lint_questions(session, question_set, new, keep_days, made=authorship)
    questions.add_indicators(session, question_set.indicators, now)
    _store_statements(session, question_set, authorship)
    _store_links(session, question_set, authorship)
    added = 0
    offered: tuple[SeriesId, ...] = ()
    if not replay:
        if question_set.feeds and not feeds.map_urls_to_feeds(session):
            begin_first_start(session)
        added = sum(
            subscriptions.add_subscription(session, feed_from_seed(seed), now)
            for seed in question_set.feeds
        )
        offered = _store_series(session, question_set, authorship)
        _store_answers(session, question_set.resolutions, new, now)
    record_suggestions(session, [q for q in new.values() if q.opens_at <= now], now)
    repeat_question.add_repetitions(session, question_set.repetitions, authorship)
    siblings = 0
    if not replay:
        siblings = len(repeat_question.open_due_siblings(session, keep_days, now).opened)
    settled = sum(
        settlement.series_id in offered for settlement in question_set.settlements.values()
    )
    title = question_set.essay.title
    return SetImport(title, len(new), added, siblings, offered, settled)


def _check_characters(question_set: QuestionSet) -> None:
    """Refuse characters that cannot be stored, in the parts that the log does not check."""
    parts: tuple[Any, ...] = (
        question_set.essay,
        *question_set.claims,
        *question_set.indicators,
        *question_set.feeds,
        *question_set.series,
    )
    if any(
        map(
            _INVALID_CHARACTER.search,
            _iterate_texts((question_set.text, *(astuple(part) for part in parts))),
        )
    ):
        raise Refused(
            f"the set {question_set.essay.id} holds a character that cannot be kept (NUL, or "
            "half a character): leave it out"
        )


def _iterate_texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from _iterate_texts(value)


def _lint_questions(
    session: Session,
    question_set: QuestionSet,
    new: NewQuestions,
    keep_days: float,
    *,
    made: Authorship,
) -> None:
    """Lint each question as of its own opening, since a set is checked as it was written."""
    all_questions = questions.list_questions(session)
    around = question_lifecycle.gather_surroundings(session, all_questions, keep_days, made.at)
    set_feeds = tuple(f"{feed.title} {feed.theme}" for feed in question_set.feeds)
    around = replace(around, feeds=(*(around.feeds or ()), *set_feeds))
    for question in new.values():
        at_opening = replace(around, now=min(made.at, question.opens_at))
        indicators = [i for i in question_set.indicators if i.question_id == question.id]
        flaws = question_lifecycle.find_flaws_among(all_questions, question, at_opening, indicators)
        question_lifecycle.refuse_blocking_flaws(
            session, question, flaws, question_set.overrides.get(question.id, ""), authorship=made
        )


def _store_statements(session: Session, question_set: QuestionSet, authorship: Authorship) -> None:
    """Store the lines of questions, old ones included, whose lines nobody has ever edited."""
    stored_ids = {q.id for q in questions.list_questions(session)}
    untouched = stored_ids - statements.list_edited_ids(session)
    for question_id, own_lines in question_set.statements.items():
        if question_id in untouched:
            statements.add_statements(session, question_id, own_lines, authorship)


def _store_series(
    session: Session, question_set: QuestionSet, authorship: Authorship
) -> tuple[SeriesId, ...]:
    """Store series that are new, and the rules of questions, old ones included, that have none.

    Return the series that wait for a person to take them up.
    """
    offered = tuple(
        definition.id
        for definition in question_set.series
        if series_subscriptions.offer_series(session, definition, authorship.at)
    )
    stored = {q.id: q for q in questions.list_questions(session)}
    answered = resolution_record.load_current_resolutions(session)
    ruled = series.load_settlements(session)
    for question_id, settlement in question_set.settlements.items():
        if question_id in stored and question_id not in {*answered, *ruled}:
            check_settlement(stored[question_id], settlement)
            series.add_settlement(session, question_id, settlement, authorship)
    return offered


def _store_text(session: Session, question_set: QuestionSet, authorship: Authorship) -> None:
    """Store the text of the essay if the set has one, and the claims that it rejects."""
    essay_id = question_set.essay.id
    if question_set.text and essays.find_newest_text(session, essay_id) is None:
        essay_text = EssayText(
            essay_id, 1, question_set.text, "question set", authorship.at, authorship.by
        )
        essays.add_essay_text(session, essay_text)
    stored_text = essays.find_newest_text(session, essay_id)
    decisions = _earlier_decisions(
        session, essay_id, "" if stored_text is None else stored_text.text
    )
    for claim in question_set.claims:
        if (why := question_set.rejections.get(claim.id)) and not any(
            _is_same_claim(claim, *decision) for decision in decisions
        ):
            end = claim.offset + len(claim.quote)
            rejection = ClaimRejection(claim.offset, end, why, authorship.by, authorship.at)
            essays.decide_claim(session, essay_id, rejection, claim.quote, verdict="rejected")


def _earlier_decisions(
    session: Session, essay_id: EssayId, text: str
) -> frozenset[tuple[int, str]]:
    """Positions and words of all earlier decisions: the original and the current position."""
    decisions = essays.list_decided_claims(session, essay_id)
    return decisions | {(find_quote(quote, offset, text), quote) for offset, quote in decisions}


def _is_same_claim(claim: Claim, offset: int, quote: str) -> bool:
    """Return True if a decision was about this claim; a set quotes only its first words."""
    short, long = sorted((claim.quote.split(), quote.split()), key=len)
    return claim.offset == offset and long[: len(short)] == short


def _store_links(session: Session, question_set: QuestionSet, authorship: Authorship) -> None:
    """Store links and scenario sets that are new; the reader of sets has checked them.

    Those that depend on a withdrawn question are left out, and a table's row on it.
    """
    link_ids = {link.id for link in scenarios.list_links(session)}
    question_ids = {q.id for q in questions.list_questions(session)}
    for link in question_set.links:
        if link.id not in link_ids and question_ids.issuperset(link.question_ids):
            scenarios.add_link(session, link, authorship)
            annul_earlier(session, link, authorship.at)
    for scenario_set in question_set.scenarios:
        if (
            scenario_set.question_id in question_ids
            and scenarios.find_scenario_set(session, scenario_set.question_id) is None
        ):
            rows = tuple(row for row in scenario_set.rows if row.question_id in question_ids)
            scenarios.add_scenario_set(session, replace(scenario_set, rows=rows), authorship)


def _store_answers(
    session: Session, past: Iterable[PastResolution], new: NewQuestions, now: datetime
) -> None:
    """Resolve questions by the set's history; unchecked answers are recorded only."""
    answers = []
    for past_answer in past:
        if past_answer.question_id in new and past_answer.known_at <= now:
            question = new[past_answer.question_id]
            if past_answer.needs_check:
                record_unchecked_answer(
                    session, past_answer, Authorship(QUESTION_SET_FORECASTER, now)
                )
                continue
            answers.append((question, _as_resolution(past_answer, now)))
    resolve_questions(session, answers)
    # After all answers, so that their order does not matter.
    for question, answer in answers:
        annul_branches(session, question, answer)


def record_unchecked_answer(session: Session, past: PastResolution, authorship: Authorship) -> None:
    """Record an answer that a person has to check before it counts; never twice."""
    answer = UncheckedAnswer(
        question_id=past.question_id,
        outcome=past.outcome,
        answer=past.answer,
        source_url=past.source_url,
        note=past.note,
        event_at=past.event_at,
        known_at=past.known_at,
    )
    if answer not in questions.list_unverified_answers(session, past.question_id):
        questions.add_unverified_answer(session, answer, at=authorship.at, by=authorship.by)


def _as_resolution(past: PastResolution, now: datetime) -> Resolution:
    """Resolution of a question of the past, as entered now by the set."""
    times = (past.event_at, past.known_at, now)
    return Resolution(
        past.question_id,
        past.outcome,
        past.source_url,
        past.note,
        *times,
        QUESTION_SET_FORECASTER,
        past.answer,
    )
