"""Sentences on the accuracy page: intervals of numbers, and questions that do not count."""

from dashboard.wording import plural
from tracker.model.read_models import Accuracy


def _is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"


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
