"""Diagnosticity: the open indicator questions by the information that their answers would give."""

import streamlit as st

from dashboard import charts
from dashboard.charts.common import LineStyle
from dashboard.charts.scenarios import scenarios_in_cases_chart
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_question, show_empty
from dashboard.scenarios import scenarios_data as frames
from dashboard.scenarios.scenarios_text import describe_board_state, format_information
from dashboard.wording import clip, escape_markdown, percent_whole
from forecasts.distributions.distribution import Categorical
from forecasts.scenarios.diagnosticity import RowValue
from forecasts.scenarios.scenario_set import ScenarioPosterior
from tracker.model.scenarios import ScenarioPage

MAX_INITIAL_QUESTIONS = 4
"""Questions that are shown by default."""

MAX_QUESTION_CHARACTERS = 160


def show_diagnosticity(visit: Visit, page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    """Show the scenarios now and after each answer, the most informative question first."""
    values = frames.answer_values(page, posterior)
    if not values:
        show_empty(
            "No indicator question is open.", "Add a row about an open question to the table."
        )
        return
    names = posterior.distribution.options
    styles = charts.option_lines(names, ordered=False)
    st.caption(
        "What the answer of each open question would make of the scenarios, the one that is "
        "expected to tell most first. A bit is what a fair coin's toss tells; watch these "
        "questions, and forecast them with care."
    )
    _show_bars(styles, {"Now": posterior.distribution}, "now", legend=True)
    show_all = len(values) > MAX_INITIAL_QUESTIONS and st.toggle(
        f"All {len(values)}", key="all-values"
    )
    for value in values if show_all else values[:MAX_INITIAL_QUESTIONS]:
        _show_question_value(visit, page, value, styles)


def _show_question_value(
    visit: Visit, page: ScenarioPage, value: RowValue, styles: tuple[LineStyle, ...]
) -> None:
    row = page.board[value.question_id]
    question = row.question.question
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            link_to_question(visit, question, "Open", ":material/show_chart:")
            st.markdown(
                f"**{escape_markdown(clip(question.text, MAX_QUESTION_CHARACTERS))}**",
                width="content",
            )
        st.caption(
            escape_markdown(
                f"{describe_board_state(row)} on the board · {format_information(value.bits)} · "
                f"expected to move {percent_whole(value.expected_shift)} of the probability"
            )
        )
        _show_bars(styles, {"If YES": value.if_yes, "If NO": value.if_no}, value.question_id)


def _show_bars(
    styles: tuple[LineStyle, ...], cases: dict[str, Categorical], name: str, *, legend: bool = False
) -> None:
    description = "; ".join(
        (
            f"{case}: "
            f"{', '.join(f'{option} {percent_whole(p)}' for option, p in frames.option_shares(shares))}"
        )
        for case, shares in cases.items()
    )
    st.vega_lite_chart(
        spec=charts.bind_data(
            scenarios_in_cases_chart(styles, tuple(cases), legend=legend),
            cases=frames.cases_frame(cases),
        ),
        width="stretch",
        key=f"cases-{name}",
        alt=description,
    )
