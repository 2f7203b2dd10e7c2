"""Calibration of all forecasters at a lead before the scheduled close, and what it offers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from forecasts.aggregation.crowd import CrowdLessons, crowd_at, find_learned_crowds
from forecasts.calibration.personal import (
    PersonalRecalibration,
    describe_offer,
    offer_recalibration,
    recalibrate_timeline,
)
from forecasts.calibration.ranks import assess_ranks
from forecasts.calibration.reliability import assess_reliability
from forecasts.calibration.snapshots import (
    LEADS_DAYS,
    CalibrationSnapshot,
    RankSnapshot,
    ResolvedRecord,
    take_ranks,
    take_snapshots,
)
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    PRIOR,
    ForecasterId,
    Question,
    name_recalibrated,
)
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.suggestion.binary import hazard_timeline
from tracker.model.read_models import CalibrationReport, Choice, RecalibrationState
from tracker.questions.crowd_lessons import load_crowd_lessons
from tracker.questions.queries.score_selection import QuestionSelection, gather_questions
from tracker.questions.resolve_question import select_people
from tracker.storage import recalibrations, record
from tracker.storage.recalibrations import Consents
from tracker.storage.record import LastAct
from tracker.storage.sessions import Session


def measure_calibration(
    session: Session, choice: Choice, lead_days: int, now: datetime
) -> CalibrationReport:
    """Compare everyone's forecasts at a lead time with the outcomes."""
    selection = gather_questions(session, choice, now)
    families = selection.families
    reliabilities, ranks = {}, {}
    for forecaster_id, own_records in _collect_records(session, selection, lead_days).items():
        reliability = assess_reliability(take_snapshots(own_records, lead_days, families))
        record_of_ranks = assess_ranks(take_ranks(own_records, lead_days, families))
        if reliability is not None:
            reliabilities[forecaster_id] = reliability
        if record_of_ranks is not None:
            ranks[forecaster_id] = record_of_ranks
    return CalibrationReport(
        choice=choice,
        lead_days=lead_days,
        questions=selection.countable,
        forecasters=record.list_forecasters(session),
        reliability=reliabilities,
        ranks=ranks,
    )


def find_recalibration(session: Session, person: ForecasterId, now: datetime) -> RecalibrationState:
    """Return what a person's record offers, and what they have consented to.

    The record is that of all live questions that count, at the lead with most of them.
    """
    selection = gather_questions(session, Choice(), now)
    families = selection.families
    snapshots: tuple[CalibrationSnapshot, ...] = ()
    ranks: tuple[RankSnapshot, ...] = ()
    for lead in LEADS_DAYS:
        own_records = _collect_records(session, selection, lead).get(person, ())
        snapshots = max(snapshots, take_snapshots(own_records, lead, families), key=len)
        ranks = max(ranks, take_ranks(own_records, lead, families), key=len)
    offer = offer_recalibration(snapshots, ranks)
    at, standing = find_consent(session, person)
    return RecalibrationState(
        offer=offer,
        sentences=describe_offer(snapshots, offer),
        questions=len(snapshots),
        families=len({s.family for s in snapshots}),
        standing=standing,
        since=at,
    )


def find_consent(
    session: Session, person: ForecasterId
) -> tuple[datetime | None, PersonalRecalibration | None]:
    """Return what a person has consented to and since when; None twice without a consent."""
    at, standing = recalibrations.list_consents(session).get(person, ((None, None),))[-1]
    return (None, None) if standing is None else (at, standing)


def _collect_records(
    session: Session, selection: QuestionSelection, lead_days: int
) -> dict[ForecasterId, list[ResolvedRecord]]:
    """For each forecaster, the questions that count with a forecast so many days before the close.

    Reads only the forecasts current at that instant, not their history.
    """
    records: dict[ForecasterId, list[ResolvedRecord]] = {}
    instants = {q.id: q.closes_at - timedelta(days=lead_days) for q in selection.countable.values()}
    forecasts_then = record.load_last_acts_at(session, instants)
    consents, lessons = recalibrations.list_consents(session), load_crowd_lessons(session)
    for question_id, question in selection.countable.items():
        for forecaster_id, steps in _timelines_at(
            question,
            instants[question_id],
            forecasts_then.get(question_id, {}),
            consents=consents,
            lessons=lessons.get(question.kind, ()),
        ).items():
            records.setdefault(forecaster_id, []).append(
                (question, selection.resolutions[question_id], steps)
            )
    return records


def _timelines_at(
    question: Question,
    instant: datetime,
    forecasts_then: Mapping[ForecasterId, LastAct],
    *,
    consents: Consents,
    lessons: Sequence[CrowdLessons],
) -> Mapping[ForecasterId, Timeline]:
    """Timelines of a question, reduced to the forecasts current at one instant."""
    timelines = {
        forecaster_id: build_timeline([step]) for forecaster_id, step in forecasts_then.items()
    }
    timelines[PRIOR] = build_timeline([(question.opens_at, question.prior)])
    if question.kind == "binary":
        timelines[HAZARD] = hazard_timeline(question, question.opens_at, question.closes_at)
    members = select_people(timelines)
    crowds = {CROWD: crowd_at(question, members, instant)}
    crowds |= find_learned_crowds(question, members, lessons, instant)
    for forecaster_id, pooled in crowds.items():
        if pooled is not None:
            timelines[forecaster_id] = build_timeline([(instant, pooled)])
    for person in consents.keys() & timelines.keys():
        timelines[name_recalibrated(person).id] = recalibrate_timeline(
            question, timelines[person], consents[person]
        )
    return timelines
