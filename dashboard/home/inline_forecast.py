"""Inline forecast form for the selected question (J and K to move)."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.shortcuts import remember_order, show_walk_buttons
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_question
from dashboard.question import forecasting
from dashboard.wording import escape_markdown
from tracker.model.read_models import QuestionSummary

QUERY_PARAM = "at"
"""Address parameter of the selected question."""


def show_inline_forecast(visit: Visit, shown: Sequence[QuestionSummary]) -> None:
    """Show the step buttons and, if a question is selected, the form for my forecast."""
    ids = tuple(s.question.id for s in shown)
    remember_order(ids)
    selected = find_selected(shown)
    with st.container(horizontal=True, vertical_alignment="center"):
        show_walk_buttons(ids, QUERY_PARAM)
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


def find_selected(shown: Sequence[QuestionSummary]) -> QuestionSummary | None:
    """Return the selected question; None if the address names none of those shown."""
    question_id = st.query_params.get(QUERY_PARAM)
    return next((s for s in shown if s.question.id == question_id), None)


def _show_question(visit: Visit, summary: QuestionSummary) -> None:
    st.markdown(f"**{escape_markdown(summary.question.text)}**")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(forecasting.describe_own_forecast(visit, summary), width="content")
        link_to_question(visit, summary.question, "Open it", ":material/open_in_full:")
    if summary.status in ("open", "upcoming"):
        forecasting.show_inline_form(visit, summary)
    else:
        st.caption("It takes no forecasts any more.")


def _clear_selection() -> None:
    st.query_params.pop(QUERY_PARAM, None)
