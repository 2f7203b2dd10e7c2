"""Undo and redo of forecast acts."""

from functools import partial
from typing import Final

from dashboard.components.toasts import Notice
from dashboard.question.form_state import begin_anew
from dashboard.wording import clipped, in_short
from forecasts.questions.question import Question
from forecasts.questions.timeline import Forecast
from tracker.app.tracker import Tracker

_MAX_QUESTION_CHARACTERS: Final = 60
"""Characters of a question's text in a notice: undo may concern a question of another page."""


def done(tracker: Tracker, question: Question, words: str, act: Forecast) -> Notice:
    """Build the notice of an act with its undo, and reset the form of the question."""
    begin_anew(question.id)
    return Notice(
        f"{words}: {_format_forecast(question, act)}",
        partial(undo, tracker, question, f"undo-{act.id}"),
    )


def undo(tracker: Tracker, question: Question, key: str) -> Notice:
    """Undo the last act by appending a compensating one, once for each key.

    The form is reset except for the reason, which may be unsaved work.
    """
    act = tracker.undo(question.id, key=key)
    begin_anew(question.id, "why-text")
    text = f"Undone, you hold {_format_forecast(question, act)}"
    return Notice(
        f"{text} ({_shorten_question(question)})",
        partial(redo, tracker, question, f"redo-{act.id}"),
    )


def redo(tracker: Tracker, question: Question, key: str) -> Notice:
    """Repeat the act undone last, as a new act."""
    act = tracker.redo(question.id, key=key)
    begin_anew(question.id, "why-text")
    text = f"Done again: {_format_forecast(question, act)}"
    return Notice(
        f"{text} ({_shorten_question(question)})",
        partial(undo, tracker, question, f"undo-{act.id}"),
    )


def _format_forecast(question: Question, act: Forecast) -> str:
    return "no forecast" if act.distribution is None else in_short(question, act.distribution)


def _shorten_question(question: Question) -> str:
    return clipped(question.text, _MAX_QUESTION_CHARACTERS)
