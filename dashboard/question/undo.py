"""Undo and redo of forecast acts."""

from functools import partial
from typing import Final

from dashboard.components.toasts import Notice
from dashboard.question.form_state import reset_form
from dashboard.wording import clip, format_forecast
from forecasts.questions.question import Question
from forecasts.questions.timeline import Forecast
from tracker.app.tracker import Tracker

_MAX_QUESTION_CHARACTERS: Final = 60
"""Characters of a question's text in a notice: undo may concern a question of another page."""


def build_act_notice(tracker: Tracker, question: Question, words: str, act: Forecast) -> Notice:
    """Build the notice of an act with its undo, and reset the form of the question."""
    reset_form(question.id)
    return Notice(
        f"{words}: {_format_forecast(question, act)}",
        partial(undo_act, tracker, question, f"undo-{act.id}"),
    )


def undo_act(tracker: Tracker, question: Question, key: str) -> Notice:
    """Undo the last act by appending a compensating one, once for each key.

    The form is reset except for the reason, which may be unsaved work.
    """
    act = tracker.forecasts.undo(question.id, key=key)
    reset_form(question.id, "why-text")
    text = f"Undone, you hold {_format_forecast(question, act)}"
    return Notice(
        f"{text} ({_shorten_question(question)})",
        partial(redo_act, tracker, question, f"redo-{act.id}"),
    )


def redo_act(tracker: Tracker, question: Question, key: str) -> Notice:
    """Repeat the act undone last, as a new act."""
    act = tracker.forecasts.redo(question.id, key=key)
    reset_form(question.id, "why-text")
    text = f"Done again: {_format_forecast(question, act)}"
    return Notice(
        f"{text} ({_shorten_question(question)})",
        partial(undo_act, tracker, question, f"undo-{act.id}"),
    )


def _format_forecast(question: Question, act: Forecast) -> str:
    return (
        "no forecast" if act.distribution is None else format_forecast(question, act.distribution)
    )


def _shorten_question(question: Question) -> str:
    return clip(question.text, _MAX_QUESTION_CHARACTERS)
