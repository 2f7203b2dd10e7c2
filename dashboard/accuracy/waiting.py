"""Section Waiting of the accuracy page: answers that do not count yet, and what closes next."""

from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard.components.frames import TIME, build_frame
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    get_selected_row,
    show_empty,
    show_question_line,
    show_table,
)
from dashboard.wording import display_name, format_answer, format_day, plural
from forecasts.questions.question import Forecaster, ForecasterId, sort_forecasters
from forecasts.scoring.summary import skill_points
from tracker.model.read_models import Accuracy

_C = st.column_config

SCORING_IN_A_LINE: Final = (
    "A forecast is scored while it stands: on a yes-no question +25 points at best, 0 for knowing "
    "nothing, −75 at worst. A question counts once it is answered and its scheduled close has "
    "passed."
)

_WHY_WAIT: Final = (
    "Points of skill so far, by the main rule of each question. Early answers are mostly those of "
    "events that came, so a question counts only when all that opened beside it are over."
)


@st.fragment
def show_waiting(visit: Visit, accuracy: Accuracy) -> None:
    """Show the answered questions that wait for their close, with everyone's provisional points."""
    if not accuracy.waiting:
        show_empty(
            "No answered question waits for its close.",
            "One that is answered before its scheduled close shows here, with everyone's "
            "provisional points.",
        )
        return
    st.markdown(f"**{describe_waiting(accuracy, visit.zone)}**")
    people = list_waiting_forecasters(accuracy, visit.me)
    columns: dict[str, Any] = {
        "question": _C.TextColumn("Question", width=240),
        "answer": _C.TextColumn("Answer", width=80),
        "counts": _C.DatetimeColumn(
            "Counts from", format="D MMM YYYY", timezone=visit.zone.key, width=105
        ),
        **{
            str(forecaster.id): _C.NumberColumn(display_name(forecaster, visit.me), format="%+.1f")
            for forecaster in people
        },
    }
    state = show_table(
        waiting_frame(accuracy, people),
        columns,
        "Answered, waiting for the close",
        key="waiting",
        on_select="rerun",
        selection_mode="single-row",
        row_height=WRAPPED_ROW_HEIGHT,
    )
    st.caption(f"Provisional. {_WHY_WAIT}")
    picked = get_selected_row(state)
    if picked is not None:
        question = accuracy.waiting[picked].question
        show_question_line(visit, question, "**Answer and receipts**", ":material/receipt_long:")


def show_uncounted(visit: Visit, accuracy: Accuracy) -> None:
    """Show what there is before anything counts: waiting answers, or what closes next."""
    if accuracy.waiting:
        show_waiting(visit, accuracy)
    if accuracy.upcoming:
        st.markdown(f"**{describe_upcoming(accuracy, visit.zone)}**")
        for question in accuracy.upcoming:
            closes = format_day(question.closes_at, visit.zone)
            show_question_line(visit, question, f"**{closes}**", ":material/event:")
    st.caption(SCORING_IN_A_LINE)


def list_waiting_forecasters(accuracy: Accuracy, me: ForecasterId) -> tuple[Forecaster, ...]:
    """List everyone with provisional scores: me, other people, then computed forecasters."""
    scored = {score.forecaster_id for entry in accuracy.waiting for score in entry.scores}
    return sort_forecasters((f for f in accuracy.forecasters.values() if f.id in scored), me)


def waiting_frame(accuracy: Accuracy, people: tuple[Forecaster, ...]) -> pd.DataFrame:
    """One row per waiting question, the next to count first. Columns:

    question, answer, counts (time from which it counts), and for each forecaster, under their id,
    the provisional points of skill (empty if they never held a forecast).
    """
    types = {
        "question": "str",
        "answer": "str",
        "counts": TIME,
        **{str(forecaster.id): "float64" for forecaster in people},
    }
    rows = []
    for entry in accuracy.waiting:
        points = {
            score.forecaster_id: skill_points(score.rule, score.skill_over_schedule)
            for score in entry.scores
        }
        answer = format_answer(entry.question, entry.resolution)
        rows.append(
            (entry.question.text, answer, entry.counts_from, *(points.get(f.id) for f in people))
        )
    return build_frame(types, rows)


def describe_waiting(accuracy: Accuracy, zone: ZoneInfo) -> str:
    """State how many answered questions wait, and when the next one counts."""
    count = len(accuracy.waiting)
    first = format_day(min(entry.counts_from for entry in accuracy.waiting), zone)
    if count == 1:
        return f"1 answered question waits for its close. It counts from {first}."
    return (
        f"{plural(count, 'answered question')} wait for their close. The next counts from {first}."
    )


def describe_upcoming(accuracy: Accuracy, zone: ZoneInfo) -> str:
    """State when the next question with a forecast closes."""
    first = format_day(accuracy.upcoming[0].closes_at, zone)
    if len(accuracy.upcoming) == 1:
        return f"The one question with a forecast closes on {first}."
    return f"Forecasts stand on these questions. The next one closes on {first}."
