"""Habits section of the accuracy page: frequency and size of updates, and reaction to evidence."""

import streamlit as st

from dashboard.accuracy.compared_data import habits_frame
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_skeleton, show_table
from dashboard.wording import display_name, escape_markdown
from tracker.model.read_models import Accuracy

_C = st.column_config

_MOVE = "Of updates. Accurate forecasters make frequent small ones."
_REAFFIRMED = "Of the acts after the first, how many said the same again."
_REVERSED = "Of successive updates, how many changed direction."
_MOMENTUM = (
    "−1 to 1, and 0 is right. Above 0 moves carry on: they came in too small. Below 0 they "
    "swing back: too big."
)
_MOVEMENT = (
    "How far forecasts moved, over the uncertainty that they removed: 1 is right, above 1 too much."
)
_REACTION = "How far revisions go for each step that the evidence suggests: 1 goes all the way."

_COLUMNS = {
    "forecaster": _C.TextColumn("Forecaster", width=150),
    "acts": _C.NumberColumn(
        "Acts", help="Forecasts and reaffirmations on answered yes-no questions."
    ),
    "questions": _C.NumberColumn("Questions"),
    "monthly": _C.NumberColumn(
        "Updates a month", format="%.2f", help="On a question, in 30 days with a forecast."
    ),
    "move": _C.NumberColumn("Mean move", format="%.0f points", help=_MOVE),
    "reaffirmed": _C.NumberColumn("Reaffirmed", format="%.0f %%", help=_REAFFIRMED),
    "reversed": _C.NumberColumn("Reversed", format="%.0f %%", help=_REVERSED),
    "momentum": _C.NumberColumn("Momentum", format="%+.2f", help=_MOMENTUM),
    "ratio": _C.NumberColumn("Movement", format="%.2f", help=_MOVEMENT),
    "slope": _C.NumberColumn("Reaction", format="%.2f", help=_REACTION),
}


@st.fragment
def show_habits(visit: Visit, accuracy: Accuracy) -> None:
    """Show each person's habits in two sentences, and everyone as numbers."""
    with show_skeleton():
        all_habits = visit.tracker.accuracy.habits(accuracy.choice)
    if not all_habits:
        show_empty(
            "Nobody has forecast a yes-no question that was answered.",
            "Habits show once people have.",
        )
        return
    for habits in all_habits:
        movement, reaction = (
            escape_markdown(habits.excess.sentence),
            escape_markdown(habits.reaction.sentence),
        )
        name = escape_markdown(display_name(habits.forecaster, visit.me))
        st.markdown(f"**{name}**\n- Movement: {movement}\n- Reaction to evidence: {reaction}")
    show_table(habits_frame(all_habits, visit.me), _COLUMNS, "Habits of revision")
    st.caption(
        "Over answered yes-no questions. Movement asks whether forecasts moved as much as the "
        "uncertainty that they removed (Augenblick and Rabin 2021); reaction holds revisions "
        "against what the evidence alone suggested meanwhile. Both are left out below 30 "
        "questions or revisions."
    )
