"""Sentences on the accuracy page: scores of questions, and questions that do not count."""

from dashboard.wording import plural
from tracker.model.read_models import Accuracy


def describe_question_scores(accuracy: Accuracy) -> str:
    """Say in which points the questions are scored, and how to see a score worked out."""
    count = plural(len(accuracy.questions), "question")
    if all(question.kind == "binary" for question in accuracy.questions.values()):
        scale = "+25 is the best possible, 0 is knowing nothing, −75 the worst"
    else:
        scale = "each by the rule of its kind, 0 is knowing nothing, higher is better"
    return f"{count}, in points: {scale}. Click a score to see how it was worked out."


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
