"""Habits in a track record: who changes forecasts too much, too little, or about right."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard.components.frames import build_frame
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_skeleton, show_table
from dashboard.wording import display_name, escape_markdown
from forecasts.questions.question import ForecasterId
from forecasts.statistics.small_samples import MIN_FIXED_TEST
from tracker.model.read_models import Accuracy, Habits

_C = st.column_config

_FOLLOW_THROUGH: Final = (
    "−1 to 1, and 0 is right. Above 0 one change tends to be followed by another the same way, so "
    "changes come in too small; below 0 by one back, so they come in too big. In technical terms "
    "the momentum: the lag-1 correlation of changes."
)
_MOVEMENT: Final = (
    "How much forecasts changed, over the uncertainty that the changes removed: 1 is ideal, above "
    "1 too much. In technical terms the excess movement."
)
_REACTION: Final = (
    "How far changes go for each step that the evidence suggests, beside those that come with the "
    "passing of time: 1 goes all the way."
)

_COLUMNS: Final = {
    "forecaster": _C.TextColumn("Forecaster", width=150),
    "acts": _C.NumberColumn("Forecasts", help="On answered yes-no questions, confirmed ones too."),
    "questions": _C.NumberColumn("Questions"),
    "monthly": _C.NumberColumn(
        "Changes a month", format="%.2f", help="On a question, in 30 days with a forecast."
    ),
    "move": _C.NumberColumn(
        "Average change",
        format="%.0f points",
        help="Accurate forecasters make frequent small changes.",
    ),
    "reaffirmed": _C.NumberColumn(
        "Confirmed",
        format="%.0f%%",
        help="Of the forecasts after the first, how many gave the same number again.",
    ),
    "reversed": _C.NumberColumn(
        "Turned back",
        format="%.0f%%",
        help="Of successive changes, how many went the other way.",
    ),
    "momentum": _C.NumberColumn("Follow-through", format="%+.2f", help=_FOLLOW_THROUGH),
    "ratio": _C.NumberColumn("Amount of change", format="%.2f", help=_MOVEMENT),
    "slope": _C.NumberColumn("Reaction to evidence", format="%.2f", help=_REACTION),
}


def show_habits(visit: Visit, accuracy: Accuracy) -> None:
    """Show one answer about everyone, each person's two sentences, and everyone as numbers."""
    with show_skeleton():
        all_habits = visit.tracker.accuracy.habits(accuracy.choice)
    if not all_habits:
        show_empty(
            "Nobody has forecast a yes-no question that was answered.",
            "Habits show once people have.",
        )
        return
    st.markdown(f"**{escape_markdown(describe_habits(all_habits, visit.me))}**")
    lines = [
        f"- **{escape_markdown(display_name(habits.forecaster, visit.me))}**: "
        f"{escape_markdown(describe_person(habits))}"
        for habits in all_habits
        if habits.excess.families >= MIN_FIXED_TEST
    ]
    if lines:
        st.markdown("\n".join(lines))
    if shortage := describe_shortage(all_habits, visit.me):
        st.markdown(escape_markdown(shortage))
    frame = habits_frame(all_habits, visit.me)
    columns = {name: column for name, column in _COLUMNS.items() if frame[name].notna().any()}
    show_table(frame, columns, "Habits of revision")
    st.caption("Over answered yes-no questions. Hover over a heading for its meaning.")


def describe_habits(all_habits: Sequence[Habits], me: ForecasterId) -> str:
    """Say who changes forecasts too much, too little, or about right; or that it is too early."""
    judged = [habits for habits in all_habits if habits.excess.is_enough]
    if not judged:
        return "It is too early to judge anyone's habits."
    verdicts = (
        ("too much", "too much"),
        ("too little", "too little"),
        (None, "by about the right amount, within chance"),
    )
    sentences = []
    for verdict, words in verdicts:
        names = [
            "you" if h.forecaster.id == me else h.forecaster.name
            for h in judged
            if h.excess.verdict == verdict
        ]
        if names:
            verb = "changes" if len(names) == 1 and names != ["you"] else "change"
            subject = join_names(names)
            sentences.append(f"{subject[0].upper()}{subject[1:]} {verb} forecasts {words}.")
    return " ".join(sentences)


def describe_person(habits: Habits) -> str:
    """Describe how much one person changes forecasts, and how they react to evidence."""
    reaction = habits.reaction.sentence if habits.reaction.is_enough else _UNCERTAIN
    return f"{habits.excess.sentence} Reaction to evidence: {reaction[0].lower()}{reaction[1:]}"


_UNCERTAIN: Final = "Too little evidence to say anything yet."


def describe_shortage(all_habits: Sequence[Habits], me: ForecasterId) -> str:
    """Name in one line everyone with too few questions to judge; empty if there is nobody."""
    counts = [
        f"{display_name(habits.forecaster, me)} {habits.excess.families}"
        for habits in all_habits
        if habits.excess.families < MIN_FIXED_TEST
    ]
    if not counts:
        return ""
    return (
        f"Judging takes {MIN_FIXED_TEST} independent answered questions; so far: "
        f"{', '.join(counts)}."
    )


def join_names(names: Sequence[str]) -> str:
    """Join names as in a sentence.

    >>> join_names(["Ada", "Ben", "Cem"])
    'Ada, Ben and Cem'
    """
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def habits_frame(habits: Iterable[Habits], me: ForecasterId) -> pd.DataFrame:
    """Updating habits, one row per forecaster. Columns:

    forecaster, acts, questions, monthly (updates in 30 days), move (mean, points), reaffirmed and
    reversed (percent), momentum (−1 to 1), ratio (movement over the uncertainty removed; 1 is
    right), slope (reaction to evidence; 1 goes all the way). Cells without data are empty; so are
    ratio and slope with too few families, and a slope that is too uncertain.
    """
    types = {"forecaster": "str", "acts": "int64", "questions": "int64"}
    numbers = ("monthly", "move", "reaffirmed", "reversed", "momentum", "ratio", "slope")
    return build_frame(
        {**types, **dict.fromkeys(numbers, "float64")}, (_habit_row(habit, me) for habit in habits)
    )


def _habit_row(habits: Habits, me: ForecasterId) -> tuple[Any, ...]:
    updates = habits.updates
    move, reaffirmed, reversed_ = (
        None if x is None else 100 * x
        for x in (updates.mean_move, updates.reaffirmation_share, updates.reversal_share)
    )
    return (
        display_name(habits.forecaster, me),
        updates.n_acts,
        updates.n_questions,
        updates.per_30_days,
        move,
        reaffirmed,
        reversed_,
        updates.momentum,
        habits.excess.ratio if habits.excess.is_enough else None,
        habits.reaction.slope if habits.reaction.is_telling else None,
    )
