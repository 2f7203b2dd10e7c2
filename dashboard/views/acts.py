"""What a person does with a forecast of theirs, each with the way back from it."""

from functools import partial

from dashboard.views.notice import Notice
from dashboard.wording import in_short
from forecasts.question import Question
from forecasts.timeline import Forecast
from tracker.api import Tracker


def done(tracker: Tracker, question: Question, words: str, act: Forecast) -> Notice:
    """What an act did, in words, with an undo of it."""
    return Notice(f"{words}: {_held(question, act)}", "Undo", partial(undo, tracker, question, f"undo-{act.id}"))


def undo(tracker: Tracker, question: Question, key: str) -> Notice:
    """Take my last act back, as a new act; with the same key once only, however often it is clicked."""
    act = tracker.undo(question.id, key=key)
    return Notice(
        f"Undone, you hold {_held(question, act)}", "Redo", partial(redo, tracker, question, f"redo-{act.id}")
    )


def redo(tracker: Tracker, question: Question, key: str) -> Notice:
    """Bring back what I took back last, as a new act."""
    return done(tracker, question, "Done again", tracker.redo(question.id, key=key))


def _held(question: Question, act: Forecast) -> str:
    return "no forecast" if act.distribution is None else in_short(question, act.distribution)
