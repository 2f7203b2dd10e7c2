"""Forecasts that are entered and confirmed in the rows of a list."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from dashboard.components.rows import RowEvent
from dashboard.components.visit import Visit
from dashboard.question import forecasting
from dashboard.questions.question_rows import RefusedForecast
from tracker.model.read_models import QuestionSummary


def get_refused(place: str) -> RefusedForecast:
    """Return the forecast that the list at `place` refused last, to be shown in its field."""
    refused: RefusedForecast = st.session_state.get(f"{place}-refused", RefusedForecast())
    return refused


def build_forecast_events(
    visit: Visit,
    summaries: Iterable[QuestionSummary],
    place: str,
    on_saved: Callable[[], None] | None = None,
) -> dict[RowEvent, Callable[[Mapping[str, Any]], None]]:
    """Build the callbacks of a list: forecast in a row, and confirm the forecast of one.

    Rows of other things than these questions are passed over.
    """
    by_id = {s.question.id: s for s in summaries}

    def take(event: Mapping[str, Any], act: Callable[[Visit, QuestionSummary], str | None]) -> None:
        st.session_state.pop(f"{place}-refused", None)
        summary = by_id.get(event["id"])
        if summary is None:
            return
        problem = act(visit, summary)
        if problem:
            st.session_state[f"{place}-refused"] = RefusedForecast(
                summary.question.id, event.get("text", ""), problem
            )
        elif on_saved is not None:
            on_saved()

    return {
        "forecast": lambda event: take(
            event, lambda visit, s: forecasting.save_text_forecast(visit, s, event["text"])
        ),
        "reaffirm": lambda event: take(event, forecasting.reaffirm_in_list),
    }
