"""Inline forecast form for the selected question (J and K to move)."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.shortcuts import remember, walk
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_question
from dashboard.question import forecasting
from dashboard.wording import inert
from tracker.model.read_models import QuestionSummary

NAME = "at"
"""Address parameter of the selected question."""


def render(visit: Visit, shown: Sequence[QuestionSummary]) -> None:
    """Show the step buttons and, if a question is selected, the form for my forecast."""
    ids = tuple(s.question.id for s in shown)
    remember(ids)
    selected = of(shown)
    with st.container(horizontal=True, vertical_alignment="center"):
        walk(ids, NAME)
        if selected is not None:
            st.button(
                "Close",
                key="at-close",
                icon=":material/close:",
                type="tertiary",
                on_click=_clear_selection,
            )
        else:
            st.caption("J and K walk through the list, to forecast in place.", width="content")
    if selected is not None:
        with st.container(border=True):
            _show_question(visit, selected)


def of(shown: Sequence[QuestionSummary]) -> QuestionSummary | None:
    """Return the selected question; None if the address names none of those shown."""
    question_id = st.query_params.get(NAME)
    return next((s for s in shown if s.question.id == question_id), None)


def _show_question(visit: Visit, summary: QuestionSummary) -> None:
    st.markdown(f"**{inert(summary.question.text)}**")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(forecasting.standing_words(visit, summary), width="content")
        link_to_question(visit, summary.question, "Open it", ":material/open_in_full:")
    if summary.status in ("open", "upcoming"):
        forecasting.in_place(visit, summary)
    else:
        st.caption("It takes no forecasts any more.")


def _clear_selection() -> None:
    st.query_params.pop(NAME, None)
