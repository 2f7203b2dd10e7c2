"""Sentences on the accuracy page: intervals of numbers, and questions that do not count."""

from dashboard.wording import NBSP, plural
from forecasts.calibration.reliability import MIN_CLUSTERS_FOR_ADVICE
from forecasts.scoring.crps import IntervalRecord
from tracker.model.read_models import Accuracy


def _is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"


def describe_interval_record(name: str, record: IntervalRecord) -> str:
    """State whether the answers fall into a forecaster's 90 % intervals as often as claimed."""
    inside = f"{name}: {round(record.coverage * record.n)} of {plural(record.n, 'answer')} inside"
    if record.n < MIN_CLUSTERS_FOR_ADVICE:
        missing = MIN_CLUSTERS_FOR_ADVICE - record.n
        return f"{inside}. Too few to say anything: {missing} more {_is_or_are(missing)} needed."
    if record.high95 < 0.9:
        return f"{inside}. Too narrow: fewer than was said."
    if record.low95 > 0.9:
        return f"{inside}. Wider than need be: more than was said."
    return f"{inside}, which agrees with 90{NBSP}% within chance."


def describe_unscored(accuracy: Accuracy) -> str:
    """State what does not count yet, or at all: early answers, unscored questions, hindsight."""
    early, unscored, late = (
        len(accuracy.waiting),
        len(accuracy.unscored),
        sum(accuracy.hindsight.values()),
    )
    words = []
    if early == 1:
        words.append(
            "1 question was answered before its scheduled close, and counts once that has passed."
        )
    elif early:
        words.append(
            f"{early} questions were answered before their scheduled close, and count once it "
            "has passed."
        )
    if unscored:
        words.append(
            f"{plural(unscored, 'question')} {_was_or_were(unscored)} annulled or ambiguous, and "
            "not scored."
        )
    if late:
        it = "it" if late == 1 else "they"
        words.append(
            f"{plural(late, 'forecast')} {_was_or_were(late)} made when the answer was known: {it} "
            "earned nothing."
        )
    return " ".join(words)


def _was_or_were(count: int) -> str:
    return "was" if count == 1 else "were"
