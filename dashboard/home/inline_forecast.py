"""One question of a list at hand: walked to with J and K, forecast and confirmed in place."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.shortcuts import remember, walk
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_question
from dashboard.question import forecasting
from dashboard.wording import inert
from tracker.model.read_models import QuestionSummary

NAME = "at"
"""The question's name in the address."""


def render(visit: Visit, shown: Sequence[QuestionSummary]) -> None:
    """The line to walk with and, once a question is at hand, my forecast of it."""
    ids = tuple(s.question.id for s in shown)
    remember(ids)
    at = of(shown)
    with st.container(horizontal=True, vertical_alignment="center"):
        walk(ids, NAME)
        if at is not None:
            st.button(
                "Close",
                key="at-close",
                icon=":material/close:",
                type="tertiary",
                on_click=_put_away,
            )
        else:
            st.caption("J and K walk through the list, to forecast in place.", width="content")
    if at is not None:
        with st.container(border=True):
            _one(visit, at)


def of(shown: Sequence[QuestionSummary]) -> QuestionSummary | None:
    """The question at hand; None when the address names none of those that are shown."""
    named = st.query_params.get(NAME)
    return next((s for s in shown if s.question.id == named), None)


def _one(visit: Visit, summary: QuestionSummary) -> None:
    st.markdown(f"**{inert(summary.question.text)}**")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(forecasting.standing_words(visit, summary), width="content")
        link_to_question(visit, summary.question, "Open it", ":material/open_in_full:")
    if summary.status in ("open", "upcoming"):
        forecasting.in_place(visit, summary)
    else:
        st.caption("It takes no forecasts any more.")


def _put_away() -> None:
    st.query_params.pop(NAME, None)
