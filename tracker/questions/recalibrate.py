"""Recalibrate a person with their consent, from that instant on, or stop."""

from forecasts.calibration.personal import PersonalRecalibration
from forecasts.questions.question import name_recalibrated
from forecasts.statistics.recalibration import MIN_RECALIBRATION_QUESTIONS
from forecasts.statistics.small_samples import MIN_FAMILIES
from tracker.errors import Refused
from tracker.model.audit import Authorship
from tracker.model.read_models import RecalibrationState
from tracker.questions.queries.calibration import find_consent, find_recalibration
from tracker.questions.submit_forecast import register_forecaster
from tracker.storage import recalibrations, record
from tracker.storage.sessions import Session


def start_recalibration(session: Session, authorship: Authorship) -> PersonalRecalibration:
    """Append the consent to what the record offers now; raises `Refused` without an offer."""
    state = find_recalibration(session, authorship.by, authorship.at)
    if state.offer.is_empty:
        raise Refused(_explain_refusal(state))
    register_forecaster(session, authorship.by, authorship.at)
    record.add_forecaster(session, name_recalibrated(authorship.by), authorship.at)
    recalibrations.add_consent(session, state.offer, authorship)
    return state.offer


def _explain_refusal(state: RecalibrationState) -> str:
    if state.questions < MIN_RECALIBRATION_QUESTIONS or state.families < MIN_FAMILIES:
        return (
            f"your record offers no recalibration: it has {state.questions} of the "
            f"{MIN_RECALIBRATION_QUESTIONS} questions needed, in {state.families} of the "
            f"{MIN_FAMILIES} families; wait for more answers"
        )
    return "your record gives no reason to change your forecasts: leave them as they are"


def stop_recalibration(session: Session, authorship: Authorship) -> None:
    """Append that the recalibration ends; raises `Refused` if there is none."""
    if find_consent(session, authorship.by)[1] is None:
        raise Refused("your forecasts are not recalibrated: there is nothing to switch off")
    recalibrations.add_consent(session, None, authorship)
