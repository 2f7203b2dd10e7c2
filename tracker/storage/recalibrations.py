"""Consents of people to be recalibrated, with the parameters of then; the last one counts."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from forecasts.calibration.personal import PersonalRecalibration, RecalibrationStep
from forecasts.calibration.widening import Widening
from forecasts.questions.question import ForecasterId
from forecasts.statistics.recalibration import Recalibration
from tracker.model.audit import Authorship
from tracker.storage import facts
from tracker.storage.tables import RecalibrationRow

Consents = Mapping[ForecasterId, tuple[RecalibrationStep, ...]]
"""Steps of each person who ever consented, in the order of entry."""


def add_consent(
    session: Session, recalibration: PersonalRecalibration | None, authorship: Authorship
) -> None:
    """Append that a person is recalibrated from now on, or no longer."""
    yes_no = None if recalibration is None else recalibration.yes_no
    widening = None if recalibration is None else recalibration.widening
    columns = {
        "forecaster_id": authorship.by,
        "shift": None if yes_no is None else yes_no.a,
        "stretch": None if yes_no is None else yes_no.b,
        "questions": 0 if recalibration is None else recalibration.questions,
        "families": 0 if recalibration is None else recalibration.families,
        "widening": None if widening is None else widening.factor,
        "curves": 0 if widening is None else widening.questions,
        "curve_families": 0 if widening is None else widening.families,
    }
    facts.append_fact(
        session, "recalibration", authorship.by, columns, at=authorship.at, by=authorship.by
    )


def list_consents(session: Session, at: datetime | None = None) -> Consents:
    """Return the consents of each person that were entered by an instant, all by default."""
    query = select(RecalibrationRow).order_by(col(RecalibrationRow.id))
    if at is not None:
        query = query.where(col(RecalibrationRow.at) <= at)
    steps: dict[ForecasterId, tuple[RecalibrationStep, ...]] = {}
    for row in session.exec(query):
        person = ForecasterId(row.forecaster_id)
        steps[person] = (*steps.get(person, ()), (row.at, _parse_consent(row)))
    return steps


def _parse_consent(row: RecalibrationRow) -> PersonalRecalibration | None:
    recalibration = PersonalRecalibration(
        yes_no=None
        if row.shift is None or row.stretch is None
        else Recalibration(row.shift, row.stretch),
        questions=row.questions,
        families=row.families,
        widening=None
        if row.widening is None
        else Widening(row.widening, row.curves, row.curve_families),
    )
    return None if recalibration.is_empty else recalibration
