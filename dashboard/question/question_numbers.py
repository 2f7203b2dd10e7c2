"""Current numbers of a question: mine, the crowd's, the suggestion, and everyone else's."""

from collections.abc import Sequence

import streamlit as st

from dashboard.charts.revisions_data import list_question_forecasters
from dashboard.components.visit import Visit
from dashboard.question.distributions_data import merge_removed_options
from dashboard.wording import (
    display_name,
    escape_markdown,
    forecast_headline,
    format_forecast,
    format_points,
    percent_whole,
    plural,
)
from forecasts.questions.forecaster import CROWD, PRIOR, RESERVED, SUGGESTION, Forecaster
from forecasts.questions.format import format_signed
from tracker.model.read_models import CurrentForecast, QuestionPage, QuestionSummary, WeightedCrowd

MAX_PEOPLE = 8
"""Other people who are named; the chart and the history show all."""


def show_numbers(visit: Visit, page: QuestionPage) -> None:
    """Show the main numbers as boxes, the others as text below."""
    standings = page.summary.standings
    forecasters = [
        forecaster
        for forecaster in list_question_forecasters(page, visit.me)
        if forecaster.id in standings
    ]
    boxed_ids = {visit.me, CROWD, SUGGESTION if SUGGESTION in standings else PRIOR}
    with st.container(horizontal=True):
        for forecaster in forecasters:
            if forecaster.id in boxed_ids:
                _show_number(
                    visit,
                    _format_name(visit, forecaster, page.summary),
                    standings[forecaster.id],
                    page.summary,
                )
    remaining = [forecaster for forecaster in forecasters if forecaster.id not in boxed_ids]
    if remaining:
        st.caption(escape_markdown(_format_others(visit, page, remaining)))
    if page.weighted_crowd is not None:
        st.caption(escape_markdown(_format_weighted_crowd(visit, page, page.weighted_crowd)))


def _format_name(visit: Visit, forecaster: Forecaster, summary: QuestionSummary) -> str:
    """Return the name of a forecaster; for the crowd with its size."""
    if forecaster.id != CROWD:
        return display_name(forecaster, visit.me)
    return f"Crowd of {sum(forecaster_id not in RESERVED for forecaster_id in summary.standings):,}"


def _format_others(visit: Visit, page: QuestionPage, forecasters: Sequence[Forecaster]) -> str:
    """Format everyone else's forecasts, people first; of many people only the first are named."""
    question, standings = page.summary.question, page.summary.standings
    people = [forecaster for forecaster in forecasters if forecaster.id not in RESERVED]
    shown = [
        *people[:MAX_PEOPLE],
        *(forecaster for forecaster in forecasters if forecaster.id in RESERVED),
    ]
    rest_note = (
        [plural(len(people) - MAX_PEOPLE, "more person", "more people")]
        if len(people) > MAX_PEOPLE
        else []
    )
    forecasts = (
        (
            f"{display_name(f, visit.me)}: "
            f"{format_forecast(question, merge_removed_options(question, standings[f.id].distribution, visit.now))}"
        )
        for f in shown
    )
    return " · ".join([*forecasts, *rest_note])


def _format_weighted_crowd(visit: Visit, page: QuestionPage, crowd: WeightedCrowd) -> str:
    """Describe the weighted crowd, with each member's contribution and number of questions."""
    weights = sorted(crowd.weights.items(), key=lambda pair: -pair[1])
    contributions = (
        (
            f"{display_name(page.forecasters[forecaster_id], visit.me)} {format_signed(weight)} "
            f"over {plural(crowd.resolved[forecaster_id], 'question')}"
        )
        for forecaster_id, weight in weights
    )
    return (
        f"Crowd weighted by contribution: {percent_whole(crowd.p)}. What each has added to the "
        "crowd so far, in points of 100 − 100 · Brier, below 0 counting nothing: "
        f"{', '.join(contributions)}."
    )


def _show_number(
    visit: Visit, name: str, standing: CurrentForecast, summary: QuestionSummary
) -> None:
    """Show one forecaster's current forecast: the number, and details in small print."""
    question = summary.question
    number, details = forecast_headline(
        question, merge_removed_options(question, standing.distribution, visit.now)
    )
    if question.kind != "binary":
        with st.container(border=True, width=170, height="stretch", gap="xxsmall"):
            st.caption(escape_markdown(name))
            st.subheader(escape_markdown(number), anchor=False)
            st.caption(escape_markdown(details))
        return
    has_change = (
        standing.forecaster.id == SUGGESTION
        and summary.change_7d is not None
        and summary.status == "open"
    )
    delta = f"{format_points(summary.change_7d or 0.0)} in 7 days" if has_change else None
    st.metric(
        escape_markdown(name),
        number,
        delta,
        delta_color="off",
        delta_arrow="off",
        border=True,
        width=170,
        height="stretch",
    )
