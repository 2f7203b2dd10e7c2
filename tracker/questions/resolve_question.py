"""Answer a question and score all forecasters on it, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from forecasts.aggregation.crowd import CrowdLessons, crowd_timeline, trace_learned_crowds
from forecasts.calibration.personal import recalibrate_timeline
from forecasts.questions.answers import check_resolution, parse_answer
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    PRIOR,
    ForecasterId,
    Question,
    Resolution,
    effective_close,
    is_person,
    name_recalibrated,
)
from forecasts.questions.timeline import Forecast, Timeline, build_timeline, forecaster_timeline
from forecasts.scoring.daily import score_daily
from forecasts.scoring.points import score_points
from forecasts.scoring.rulebook import SOLO_RULES
from forecasts.scoring.scores import Score, ScoreColumns, list_scores, score_alone
from forecasts.scoring.span_table import AnsweredQuestion, SpanTable, stand
from forecasts.suggestion.binary import hazard_timeline
from tracker.errors import Refused
from tracker.model.audit import Authorship
from tracker.questions.crowd_lessons import LessonsByKind, load_crowd_lessons
from tracker.storage import (
    database_info,
    event_log,
    questions,
    recalibrations,
    record,
    resolution_record,
)
from tracker.storage.record import group_by_forecaster
from tracker.storage.sessions import Session

SCORES_VERSION = " ".join(("5", *SOLO_RULES))
"""Stored scores of another version are recomputed on opening: another rule is another version, and
the number is increased when the values of a rule change."""

MAX_SCORED_TOGETHER: Final = 100
"""Questions whose forecasts and scores are in memory at a time."""

TimelinesByForecaster = Mapping[ForecasterId, Timeline]


@dataclass(frozen=True, slots=True)
class AnswerInput:
    """An answer as typed, with source and times; `event_at` defaults to `known_at`."""

    answer: str
    source_url: str
    known_at: datetime
    event_at: datetime | None
    note: str
    by: ForecasterId

    def to_resolution(self, question: Question, now: datetime) -> Resolution:
        """Return the resolution of the question, entered now; raises `InvalidResolution`."""
        outcome, answer = parse_answer(question, self.answer)
        times = (self.event_at or self.known_at, self.known_at, now)
        return Resolution(question.id, outcome, self.source_url, self.note, *times, self.by, answer)


def resolve_questions(session: Session, answers: Sequence[tuple[Question, Resolution]]) -> None:
    """Append resolutions, check each of them, and replace the scores of their questions."""
    for question, resolution in answers:
        check_resolution(question, resolution)
    resolution_record.add_resolutions(session, [resolution for _, resolution in answers])
    last = {question.id: (question, resolution) for question, resolution in answers}
    rescore(session, list(last.values()))


def reopen_question(session: Session, question: Question, why: str, by: Authorship) -> Resolution:
    """Withdraw the answer of a question and its scores. Raises `Refused` without an answer.

    The answer stays in the record, and forecasts made meanwhile count again. Branches of a pair
    that were annulled by it stay annulled until they are re-opened themselves.
    """
    standing = resolution_record.find_resolution(session, question.id)
    if standing is None:
        raise Refused(f"{question.id} has no answer to take back")
    if not why.strip():
        raise Refused("a question is re-opened for a reason: say which")
    at = max(by.at, standing.entered_at)  # entered before what it takes back, it would not count
    taken_back = Resolution(
        question.id, "reopened", standing.source_url, why.strip(), at, at, at, by.by
    )
    resolution_record.add_resolutions(session, [taken_back])
    resolution_record.replace_scores(session, [question.id])
    return taken_back


def preview_scores(
    session: Session, question: Question, answers: Sequence[str], known_at: datetime
) -> dict[str, tuple[Score, ...]]:
    """Score everyone under each of several possible answers, known at one instant; stores nothing.

    Raises `InvalidResolution` for an invalid answer.
    """
    pretended = [(text, _hypothetical_resolution(question, text, known_at)) for text in answers]
    until = min(known_at, question.closes_at)
    timelines = add_recalibrated(
        question,
        load_timelines(session, question, until),
        recalibrations.list_consents(session),
        until,
    )
    return {
        text: list_receipts(stand(question, resolution, timelines))
        for text, resolution in pretended
    }


def _hypothetical_resolution(question: Question, text: str, known_at: datetime) -> Resolution:
    outcome, answer = parse_answer(question, text)
    return Resolution(question.id, outcome, "", "", known_at, known_at, known_at, PRIOR, answer)


def stand_everyone(
    session: Session,
    question: Question,
    resolution: Resolution,
    lessons: LessonsByKind | None = None,
) -> AnsweredQuestion:
    """Return what every forecaster held, and the computed ones, until nothing counted any more."""
    close = effective_close(question, resolution)
    timelines = load_timelines(session, question, close, lessons)
    consents = recalibrations.list_consents(session)
    everyone = add_recalibrated(question, timelines, consents, close)
    return stand(question, resolution, everyone)


def add_recalibrated(
    question: Question,
    timelines: TimelinesByForecaster,
    consents: recalibrations.Consents,
    until: datetime,
) -> dict[ForecasterId, Timeline]:
    """Add everyone who is recalibrated at any time up to `until`."""
    if not consents:
        return dict(timelines)
    recalibrated = {
        name_recalibrated(person).id: recalibrate_timeline(question, timelines[person], steps)
        for person, steps in consents.items()
        if person in timelines
    }
    standing = {
        forecaster_id: steps
        for forecaster_id, steps in recalibrated.items()
        if steps.spans(question.opens_at, until)
    }
    return {**timelines, **standing}


def compute_scores(table: SpanTable) -> tuple[ScoreColumns, ...]:
    """Compute the scores of everyone by every rule that fits the question, in columns.

    Peer scores compare people only: computed forecasters and those outside have no peers.
    """
    peers = table.select(np.array([is_person(name) for name in table.forecasters], dtype=np.bool_))
    return (*score_alone(table), *score_points(peers), *score_daily(peers))


def list_receipts(answered: AnsweredQuestion) -> tuple[Score, ...]:
    """List the scores of everyone on one question, with their receipts."""
    return tuple(list_scores(compute_scores(SpanTable.read([answered]))))


def select_people(all_timelines: TimelinesByForecaster) -> TimelinesByForecaster:
    """Select the members of the crowd: neither computed forecasters nor those outside."""
    return {
        forecaster_id: steps
        for forecaster_id, steps in all_timelines.items()
        if is_person(forecaster_id)
    }


def load_timelines(
    session: Session, question: Question, until: datetime, lessons: LessonsByKind | None = None
) -> dict[ForecasterId, Timeline]:
    """Timelines of all forecasters; the computed ones end at `until`.

    Whoever loads many gives the `lessons` on the crowd.
    """
    if lessons is None:
        lessons = load_crowd_lessons(session)
    acts = record.forecasts_of_question(session, question.id)
    return build_timelines(question, acts, until, lessons.get(question.kind, ()))


def build_timelines(
    question: Question,
    acts: Sequence[Forecast],
    until: datetime,
    lessons: Sequence[CrowdLessons],
) -> dict[ForecasterId, Timeline]:
    """Build the timelines from the acts on the question in the order of entry.

    The crowds that learn follow the `lessons`, each from its own instant on.
    """
    all_timelines = {
        forecaster_id: forecaster_timeline(own_acts)
        for forecaster_id, own_acts in group_by_forecaster(acts).items()
    }
    all_timelines[PRIOR] = build_timeline([(question.opens_at, question.prior)])
    if question.kind == "binary":
        all_timelines[HAZARD] = hazard_timeline(
            question, question.opens_at, min(until, question.closes_at)
        )
    if members := select_people(all_timelines):
        all_timelines[CROWD] = crowd_timeline(question, members, until=until)
        all_timelines |= trace_learned_crowds(question, members, lessons, until=until)
    return all_timelines


def scores_are_current(session: Session) -> bool:
    """Return True if the stored scores have the version of this code."""
    return database_info.read_property(session, "scores") == SCORES_VERSION


def update_scores(session: Session) -> None:
    """Recompute all scores and store their version, once if several processes open the database."""
    event_log.acquire_append_lock(session)
    if scores_are_current(session):
        return
    rescore_all(session)
    database_info.write_property(session, "scores", SCORES_VERSION)


def rescore_all(session: Session) -> int:
    """Recompute the scores of all questions from the facts; return the number of answered ones."""
    event_log.acquire_append_lock(session)  # two who replace the same scores would both insert them
    answered = resolution_record.load_current_resolutions(session)
    all_questions = questions.list_questions(session)
    unanswered = [q.id for q in all_questions if q.id not in answered]
    resolution_record.replace_scores(session, unanswered)
    rescore(session, [(q, answered[q.id]) for q in all_questions if q.id in answered])
    return len(answered)


def rescore(session: Session, answers: Sequence[tuple[Question, Resolution]]) -> None:
    """Replace the scores of answered questions, some at a time to bound memory."""
    consents = recalibrations.list_consents(session)
    lessons = load_crowd_lessons(session)
    for start in range(0, len(answers), MAX_SCORED_TOGETHER):
        chunk = answers[start : start + MAX_SCORED_TOGETHER]
        acts = record.load_forecasts(session, [question.id for question, _ in chunk])
        cases = []
        for question, resolution in chunk:
            close = effective_close(question, resolution)
            known = lessons.get(question.kind, ())
            timelines = build_timelines(question, acts[question.id], close, known)
            timelines = add_recalibrated(question, timelines, consents, close)
            cases.append(stand(question, resolution, timelines))
        table = SpanTable.read(cases)
        replaced = [question.id for question, _ in chunk]
        resolution_record.replace_scores(session, replaced, table.answered, compute_scores(table))
