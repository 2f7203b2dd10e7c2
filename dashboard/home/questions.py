"""Questions page: one row a question, with filters and order kept in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, get_args

import pandas as pd
import streamlit as st

from dashboard.components.acting import remember_order, show_toast, show_walk_buttons
from dashboard.components.frames import memoise
from dashboard.components.question_list import (
    ListView,
    MyForecastFilter,
    QuestionFilter,
    SortOrder,
    StateFilter,
    filter_questions,
    questions_frame,
    refresh_states,
    sort_questions,
)
from dashboard.components.sibling_rows import fold_siblings
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    get_selected_row,
    link_to_question,
    show_choice,
    show_empty,
    show_no_questions,
    show_table,
)
from dashboard.home.data import CHANGE_PERIODS
from dashboard.question import forecasting
from dashboard.wording import escape_markdown, plural
from forecasts.questions.new_question import OWN_ESSAY
from forecasts.questions.question import ForecasterId
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
        link_to_question(visit, summary.question, "Open it", ":material/open_in_full:")
    if summary.status in ("open", "upcoming"):
        forecasting.show_form(visit, summary)
    else:
        st.caption("It takes no forecasts any more.")


def _clear_selection() -> None:
    st.query_params.pop(QUERY_PARAM, None)


STATE_FILTERS: Final[Mapping[StateFilter, str]] = {state: state for state in get_args(StateFilter)}
OWN_FORECAST_FILTERS: Final[Mapping[MyForecastFilter, str]] = {
    "yes": "You forecast",
    "stale": "Stale, over 30 days",
    "no": "You do not",
}
ORDERS: Final[Mapping[SortOrder, str]] = {
    "closing": "Closing first",
    "change": "Most moved first",
    "stale": "Stale first",
    "apart": "Furthest apart first",
}
MAX_PERCENT_CHARACTERS: Final = 8
"""Characters of a percentage in a list; anything longer is more than a percentage."""

PERIOD_LABELS: Final = {words: words for words in CHANGE_PERIODS}


def render(visit: Visit) -> None:
    """Show the filters, then the list; a row opens its question."""
    if not visit.tracker.questions.list():
        show_no_questions(visit)
        return
    with st.container(
        horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"
    ):
        st.subheader("Questions", anchor=False, width="content")
        st.page_link(visit.pages["ask"], label="Ask a question", icon=":material/add:")
    _show_filtered_list(visit)


@st.fragment
def _show_filtered_list(visit: Visit) -> None:
    """Show filters and list as a fragment, so that filtering does not draw the rest of the page
    again.
    """
    show_toast()
    visit = visit.refresh()
    all_questions = visit.tracker.questions.list()
    now = visit.replayed_until or visit.minute
    if visit.replayed_until is not None:
        all_questions = tuple(refresh_states(all_questions, now))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        filters = _show_filters(visit, all_questions)
        order, period = _choose_order()
        filters = replace(filters, find=_show_search())
    shown, frame = _filter_questions(
        all_questions, filters, order, ListView(visit.me, now, CHANGE_PERIODS[period])
    )
    if not shown:
        show_empty(
            "No question fits these filters.", "Choose another state or tag, or clear the search."
        )
        return
    show_inline_forecast(visit, shown)
    _show_list(visit, shown, frame, period)


@memoise()
def _filter_questions(
    all_questions: Sequence[QuestionSummary],
    filters: QuestionFilter,
    order: SortOrder,
    view: ListView,
) -> tuple[list[QuestionSummary], pd.DataFrame]:
    """Return the filtered questions in order, and their frame; a search unfolds siblings."""
    shown = sort_questions(filter_questions(all_questions, filters, view), order, view)
    if not filters.find:
        shown = fold_siblings(shown)
    return shown, questions_frame(shown, view)


def _show_filters(visit: Visit, all_questions: Sequence[QuestionSummary]) -> QuestionFilter:
    any_open = any(s.status == "open" for s in all_questions)
    default_state: StateFilter = "Open" if any_open else "All"
    state = show_choice(
        "State", STATE_FILTERS, "state", index=list(STATE_FILTERS).index(default_state), width=130
    )
    tags = sorted({tag for s in all_questions for tag in s.question.tags})
    tag = st.selectbox(
        "Tag", tags, index=None, placeholder="Any", key="tag", bind="query-params", width=150
    )
    essay = _choose_essay(visit, all_questions)
    mine = show_choice(
        "Your forecasts", OWN_FORECAST_FILTERS, "mine", placeholder="All", index=None, width=180
    )
    return QuestionFilter(state or default_state, tag, essay, mine)


def _show_search() -> str:
    return (
        st.text_input(
            "Search",
            type="search",
            key="find",
            placeholder="Words in the question",
            live=True,
            bind="query-params",
            width=220,
        )
        or ""
    )


def _choose_essay(visit: Visit, all_questions: Sequence[QuestionSummary]) -> str | None:
    """Show the choice of essay; none is offered where there is only one."""
    names = sorted({s.question.essay_id for s in all_questions})
    if len(names) < 2:
        return None
    titles = visit.tracker.essays.titles()
    words = {
        str(name): "From no essay" if name == OWN_ESSAY else titles.get(name, name)
        for name in names
    }
    return show_choice("Essay", words, "essay", placeholder="Any", index=None, width=200)


def _choose_order() -> tuple[SortOrder, str]:
    order = show_choice("Order", ORDERS, "sort", index=0, width=180) or "closing"
    period = (
        show_choice("Moved over", PERIOD_LABELS, "over", index=1, width=120)
        if order == "change"
        else None
    )
    return order, period or "7 days"


def _show_list(
    visit: Visit, shown: Sequence[QuestionSummary], frame: pd.DataFrame, period: str
) -> None:
    st.caption(f"{plural(len(shown), 'question')}. Pick a row to open it.")
    columns = _build_columns(frame, period)
    selected = find_selected(shown)
    if selected is not None:
        frame = frame.copy(deep=False)  # the frame is shared by all sessions
        frame.insert(0, "at", ["▸" if s is selected else "" for s in shown])
        columns = {"at": st.column_config.TextColumn("", width=30), **columns}
    for name in _list_empty_columns(shown, visit.me):
        columns.pop(name, None)
    picked = get_selected_row(
        show_table(
            frame,
            columns,
            "All questions",
            key="questions",
            on_select="rerun",
            selection_mode=["single-row", "single-cell"],
            row_height=WRAPPED_ROW_HEIGHT,
        )
    )
    if picked is not None:
        st.switch_page(visit.pages["question"], query_params={"q": shown[picked].question.id})


def _build_columns(frame: pd.DataFrame, period: str) -> dict[str, object]:
    """Build all columns, as wide as their words need.

    If all answers are yes or no, forecasts are numbers that sort. Else they are words with the
    crowd's beside the viewer's; while there is no crowd, its column has the estimated shares, or
    the base rate of a number or date.
    """
    config = st.column_config
    return {
        "suggestion": config.NumberColumn(
            "Estimate",
            format="%g%%",
            width=85,
            help="What base rate, time and evidence add up to now.",
        ),
        "question": config.TextColumn("Question", width=400),
        "mine": config.NumberColumn("You", format="%g%%", help="The forecast that you hold."),
        "crowd": config.NumberColumn("Crowd", format="%g%%", help="Everyone's forecasts together."),
        "mine_said": config.TextColumn(
            "You", width=_choose_width(frame["mine_said"]), help="The forecast that you hold."
        ),
        "crowd_said": config.TextColumn(
            "Crowd",
            width=_choose_width(frame["crowd_said"]),
            help="Everyone's together; where nobody has forecast, the estimate or the base rate.",
        ),
        "change": config.NumberColumn(
            period, format="%+g", help="Points it moved, from one point up."
        ),
        "trend": config.LineChartColumn(
            "90 days", y_min=0.0, y_max=1.0, width=100, help="The estimate, 0 to 100%."
        ),
        "waiting": config.NumberColumn("To review", help="Evidence that waits for your judgement."),
        "closes_in": config.NumberColumn("Closes in", format="%d days"),
        "last_change": config.NumberColumn(
            "Last change",
            format="%d days",
            help="Days since you last forecast, or confirmed what you hold.",
        ),
        "state": config.TextColumn("State"),
        "answer": config.TextColumn("Answer"),
    }


def _choose_width(words: "pd.Series[str]") -> int:
    """Return the width of a column: a percentage needs half of that of a range with its unit."""
    return 170 if (words.str.len() > MAX_PERCENT_CHARACTERS).any() else 85


def _list_empty_columns(shown: Sequence[QuestionSummary], me: ForecasterId) -> list[str]:
    """List the columns that would be empty or the same in every row."""
    states, kinds = {s.status for s in shown}, {s.question.kind for s in shown}
    names = ["mine_said", "crowd_said"] if kinds == {"binary"} else ["mine", "crowd"]
    if "binary" not in kinds:
        names += ["suggestion", "change", "trend"]
    if "open" not in states:
        names += ["change", "waiting", "closes_in"]
    if not any(s.status == "open" and me in s.standings for s in shown):
        names.append("last_change")
    if len(states) == 1:
        names.append("state")
    if not states & {"resolved", "annulled", "ambiguous"}:
        names.append("answer")
    return names
