"""Calibration of all forecasters at a lead before the scheduled close."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from forecasts.aggregation.crowd import crowd_at
from forecasts.calibration.reliability import (
    ResolvedRecord,
    assess_reliability,
    measure_interval_record,
    take_snapshots,
)
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    PRIOR,
    ForecasterId,
    Question,
)
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.suggestion.binary import hazard_timeline
from tracker.model.read_models import CalibrationReport, Choice
from tracker.questions.queries.score_selection import (
    QuestionSelection,
    gather_questions,
)
from tracker.questions.resolve_question import exclude_computed
from tracker.storage import record
from tracker.storage.record import LastAct
from tracker.storage.sessions import Session


def measure_calibration(
    session: Session, choice: Choice, lead_days: int, now: datetime
) -> CalibrationReport:
    """Compare everyone's forecasts at a lead time with the outcomes."""
    selection = gather_questions(session, choice, now)
    records = _collect_records(session, selection, lead_days)
    reliabilities = {
        forecaster_id: assess_reliability(take_snapshots(own_records, lead_days))
        for forecaster_id, own_records in records.items()
    }
    intervals = {
        forecaster_id: measure_interval_record(own_records, lead_days)
        for forecaster_id, own_records in records.items()
    }
    return CalibrationReport(
        choice=choice,
        lead_days=lead_days,
        questions=selection.countable,
        forecasters=record.list_forecasters(session),
        reliability={
            forecaster_id: r for forecaster_id, r in reliabilities.items() if r is not None
        },
        intervals={forecaster_id: i for forecaster_id, i in intervals.items() if i is not None},
    )


def _collect_records(
    session: Session, selection: QuestionSelection, lead_days: int
) -> dict[ForecasterId, list[ResolvedRecord]]:
    """For each forecaster, the questions that count with a forecast so many days before the close.

    Reads only the forecasts current at that instant, not their history.
    """
    records: dict[ForecasterId, list[ResolvedRecord]] = {}
    instants = {q.id: q.closes_at - timedelta(days=lead_days) for q in selection.countable.values()}
    forecasts_then = record.load_last_acts_at(session, instants)
    for question_id, question in selection.countable.items():
        for forecaster_id, steps in _timelines_at(
            question, instants[question_id], forecasts_then.get(question_id, {})
        ).items():
            records.setdefault(forecaster_id, []).append(
                (question, selection.resolutions[question_id], steps)
            )
    return records


def _timelines_at(
    question: Question, instant: datetime, forecasts_then: Mapping[ForecasterId, LastAct]
) -> Mapping[ForecasterId, Timeline]:
    """Timelines of a question, reduced to the forecasts current at one instant."""
    timelines = {
        forecaster_id: build_timeline([step]) for forecaster_id, step in forecasts_then.items()
    }
    timelines[PRIOR] = build_timeline([(question.opens_at, question.prior)])
    if question.kind == "binary":
        timelines[HAZARD] = hazard_timeline(question, question.opens_at, question.closes_at)
    if (crowd := crowd_at(question, exclude_computed(timelines), instant)) is not None:
        timelines[CROWD] = build_timeline([(instant, crowd)])
    return timelines
