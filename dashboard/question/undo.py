"""What a person does with a forecast of theirs, each with the way back from it."""

from functools import partial
from typing import Final

from dashboard.components.toasts import Notice
from dashboard.question.form_state import begin_anew
from dashboard.wording import clipped, in_short
from forecasts.questions.question import Question
from forecasts.questions.timeline import Forecast
from tracker.app.tracker import Tracker

_QUESTION_LENGTH: Final = 60
"""Characters of a question's text in a notice: undo may reach a question that is not on the
page.
"""


def done(tracker: Tracker, question: Question, words: str, act: Forecast) -> Notice:
    """What an act did, in words, with its undo. The form of the question starts anew, from what
    stands now.
    """
    begin_anew(question.id)
    return Notice(
        f"{words}: {_standing(question, act)}", partial(undo, tracker, question, f"undo-{act.id}")
    )


def undo(tracker: Tracker, question: Question, key: str) -> Notice:
    """Take my last act back, as a new act; with the same key once only, however often it is
    clicked.

    The form starts anew but for the reason, which may be unsaved work.
    """
    act = tracker.undo(question.id, key=key)
    begin_anew(question.id, "why-text")
    text = f"Undone, you hold {_standing(question, act)}"
    return Notice(f"{text} ({_name(question)})", partial(redo, tracker, question, f"redo-{act.id}"))


def redo(tracker: Tracker, question: Question, key: str) -> Notice:
    """Bring back what I took back last, as a new act."""
    act = tracker.redo(question.id, key=key)
    begin_anew(question.id, "why-text")
    text = f"Done again: {_standing(question, act)}"
    return Notice(f"{text} ({_name(question)})", partial(undo, tracker, question, f"undo-{act.id}"))


def _standing(question: Question, act: Forecast) -> str:
    return "no forecast" if act.distribution is None else in_short(question, act.distribution)


def _name(question: Question) -> str:
    return clipped(question.text, _QUESTION_LENGTH)
