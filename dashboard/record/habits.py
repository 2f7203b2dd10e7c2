"""Habits in a track record: who changes forecasts too much, too little, or about right."""

from collections.abc import Iterable, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.components.frames import build_frame
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_skeleton, show_table
from dashboard.wording.numbers import display_name, escape_markdown
from forecasts.questions.question import ForecasterId
from forecasts.statistics.small_samples import MIN_FIXED_TEST
from tracker.model.read_models import Accuracy, Habits

_C = st.column_config

_COLUMNS: Final = {
    "forecaster": _C.TextColumn("Forecaster", width=150),
    "acts": _C.NumberColumn("Forecasts", help="On resolved yes/no questions, confirmed ones too."),
    "questions": _C.NumberColumn("Questions"),
    "move": _C.NumberColumn("Average change", format="%.0f points"),
    "reaffirmed": _C.NumberColumn(
        "Confirmed", format="%.0f%%", help="Share of later forecasts that gave the same number."
    ),
    "ratio": _C.NumberColumn(
        "Amount of change",
        format="%.2f",
        help="Movement over the uncertainty that it removed: 1 is ideal, above 1 too much.",
    ),
    "slope": _C.NumberColumn(
        "Reaction to evidence",
        format="%.2f",
        help="How far changes go for each step that the evidence suggests, beside those that come "
        "with the passing of time: 1 goes all the way.",
    ),
}


def show_habits(visit: Visit, accuracy: Accuracy) -> None:
    """Show one answer about everyone, a sentence on each who can be judged, and the numbers."""
    with show_skeleton():
        all_habits = visit.tracker.accuracy.habits(accuracy.choice)
    if not all_habits:
        show_empty(
            "Nobody has forecast a resolved yes/no question yet.",
            "Habits show once people have.",
        )
        return
    st.markdown(f"**{escape_markdown(describe_habits(all_habits, visit.me))}**")
    judged = [habits for habits in all_habits if habits.excess.families >= MIN_FIXED_TEST]
    for habits in judged:
        name = escape_markdown(display_name(habits.forecaster, visit.me))
        st.markdown(f"**{name}**: {escape_markdown(describe_person(habits))}")
    frame = habits_frame(all_habits, visit.me)
    columns = {name: column for name, column in _COLUMNS.items() if frame[name].notna().any()}
    show_table(frame, columns, "Habits of revision")
    st.caption("Over resolved yes/no questions. Hover over a heading for its meaning.")


def describe_habits(all_habits: Sequence[Habits], me: ForecasterId) -> str:
    """Say who changes forecasts too much, too little, or about right; or what is missing for it."""
    judged = [habits for habits in all_habits if habits.excess.is_enough]
    if not judged:
        most = max(habits.excess.families for habits in all_habits)
        if most < MIN_FIXED_TEST:
            return f"Not enough data: {most} of {MIN_FIXED_TEST} independent questions."
        return "Not enough data: YES or NO came in too few questions."
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
            subject = " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
            sentences.append(f"{subject[0].upper()}{subject[1:]} {verb} forecasts {words}.")
    return " ".join(sentences)


def describe_person(habits: Habits) -> str:
    """Describe how much one person changes forecasts, and how they react to evidence."""
    if not habits.reaction.is_enough:
        return f"{habits.excess.sentence} There is too little evidence to judge the reaction to it."
    reaction = habits.reaction.sentence
    return f"{habits.excess.sentence} Reaction to evidence: {reaction[0].lower()}{reaction[1:]}"


def habits_frame(habits: Iterable[Habits], me: ForecasterId) -> pd.DataFrame:
    """Updating habits, one row per forecaster. Columns:

    forecaster, acts, questions, move (mean, points), reaffirmed (percent), ratio (movement over the
    uncertainty removed; 1 is right), slope (reaction to evidence; 1 goes all the way). Cells
    without data are empty; so are ratio and slope with too few questions, and a slope that is too
    uncertain.
    """
    rows = []
    for h in habits:
        updates = h.updates
        move, reaffirmed = (
            None if share is None else 100 * share
            for share in (updates.mean_move, updates.reaffirmation_share)
        )
        ratio = h.excess.ratio if h.excess.is_enough else None
        slope = h.reaction.slope if h.reaction.is_telling else None
        counts = updates.n_acts, updates.n_questions
        rows.append((display_name(h.forecaster, me), *counts, move, reaffirmed, ratio, slope))
    return build_frame(
        "forecaster acts:int questions:int move:float reaffirmed:float ratio:float slope:float",
        rows,
    )
