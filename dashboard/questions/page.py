"""The place Questions: filters, and the questions as a list, a board or a calendar."""

from collections.abc import Sequence
from typing import Final, Literal

import streamlit as st

from dashboard.components.acting import remember_order, show_toast
from dashboard.components.frames import memoise
from dashboard.components.question_list import (
    ListView,
    SortOrder,
    filter_questions,
    read_order,
    sort_questions,
)
from dashboard.components.rows import show_rows
from dashboard.components.sibling_rows import fold_siblings
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_choice, show_empty, show_no_questions
from dashboard.questions import board, calendar_view
from dashboard.questions.filters import Filters, show_filters
from dashboard.questions.question_rows import (
    RowMarks,
    build_columns,
    build_row,
)
from dashboard.questions.row_forecasts import build_forecast_events, get_refused
from dashboard.scenarios.coherence import group_contradictions, show_contradictions
from dashboard.wording.numbers import plural
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import CoherenceReport

ViewName = Literal["list", "board", "calendar"]
_VIEWS: Final[dict[ViewName, str]] = {"list": "List", "board": "Board", "calendar": "Calendar"}

MAX_ROWS: Final = 100
"""Rows of the list until all are asked for."""

_SAVED_KEY: Final = "forecast-saved"


def render(visit: Visit) -> None:
    """Show the questions; the view, the filters and the order stand in the address."""
    if visit.tracker.questions.list():
        _show_questions(visit)
    else:
        show_no_questions(visit)


def render_calendar(visit: Visit) -> None:
    """Lead the calendar's own address to the place of which it is a view."""
    st.switch_page(visit.pages["questions"], query_params={"view": "calendar"})


def render_scenarios(visit: Visit) -> None:
    """Lead the address of a scenario set to its question, and that of all sets to their list."""
    if question_id := st.query_params.get("q"):
        st.switch_page(visit.pages["question"], query_params={"q": question_id})
    st.switch_page(visit.pages["questions"], query_params={"only": "scenarios"})


@st.fragment
def _show_questions(visit: Visit) -> None:
    """Show the place as a fragment, so that filtering does not draw the rest of the page again."""
    if st.session_state.pop(_SAVED_KEY, False):
        st.rerun()  # the line with Undo stands outside
    show_toast()
    visit = visit.refresh()
    summaries = visit.tracker.questions.list()
    now = visit.replayed_until or visit.minute
    view = _show_heading(visit)
    coherence = visit.tracker.links.coherence()
    marks = _find_marks(visit, coherence)
    filters = show_filters(visit, summaries, marks, with_state=view == "list")
    shown = _select(summaries, filters, ListView(visit.me, now))
    if filters.kind == "contradictions":
        show_contradictions(visit, coherence)
    if not shown:
        show_empty(
            "No question fits these filters.", "Choose another state or tag, or clear the search."
        )
    elif view == "board":
        board.render(shown, ListView(visit.me, now), marks)
    elif view == "calendar":
        calendar_view.render(visit, {s.question.id for s in shown})
    else:
        _show_list(visit, shown, ListView(visit.me, now), marks)


def _show_heading(visit: Visit) -> ViewName:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.subheader("Questions", anchor=False, width="content")
        view = show_choice(
            "View", _VIEWS, "view", st.segmented_control, index=0, required=True,
            label_visibility="collapsed", width="content",
        )  # fmt: skip
        st.page_link(visit.pages["ask"], label="Ask a question", icon=":material/add:")
    return view or "list"


def _find_marks(visit: Visit, coherence: CoherenceReport) -> RowMarks:
    groups = group_contradictions(coherence, visit.me)
    return RowMarks(
        frozenset(s.scenario_set.question_id for s in visit.tracker.scenarios.list()),
        frozenset(
            question_id
            for contradiction in (*groups.mine, *groups.by_others)
            for question_id in contradiction.violation.question_ids
        ),
    )


@memoise()
def _select(
    summaries: Sequence[QuestionSummary], filters: Filters, view: ListView
) -> list[QuestionSummary]:
    """Select the questions that fit the filters."""
    shown = filter_questions(summaries, filters.question, view)
    return shown if filters.ids is None else [s for s in shown if s.question.id in filters.ids]


def _show_list(
    visit: Visit, selected: list[QuestionSummary], view: ListView, marks: RowMarks
) -> None:
    order, reverse = read_order(st.query_params.get("sort"))
    shown = _sort(selected, order, view, reverse=reverse, folded=not st.query_params.get("find"))
    remember_order([s.question.id for s in shown])
    limit = None if "all" in st.query_params else MAX_ROWS
    refused = get_refused("questions")
    rows = [build_row(s, view, marks, refused) for s in shown[:limit]]
    show_rows(
        "questions",
        "Questions",
        build_columns(rows, order, reverse=reverse),
        rows,
        sorted_by=order,
        on={
            "sort": _choose_order,
            **build_forecast_events(visit, shown[:limit], "questions", _note_saved),
        },
    )
    _show_count(len(shown), len(rows))


@memoise()
def _sort(
    selected: list[QuestionSummary],
    order: SortOrder,
    view: ListView,
    *,
    reverse: bool,
    folded: bool,
) -> list[QuestionSummary]:
    """Sort the questions; each takes its latest sibling along, unless they are searched."""
    ordered = sort_questions(selected, order, view, reverse=reverse)
    return fold_siblings(ordered) if folded else ordered


def _show_count(total: int, shown: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{plural(total, 'question')}. J/K move, E edits your forecast, A reaffirms it.",
            width="content",
        )
        if shown < total:
            st.button(f"Show all {total}", key="all-questions", type="tertiary", on_click=_show_all)


def _show_all() -> None:
    st.query_params["all"] = "1"


def _choose_order(order: SortOrder) -> None:
    """Sort by a heading; the same one again turns the order round."""
    turned = read_order(st.query_params.get("sort")) == (order, False)
    if order == "closing" and not turned:
        st.query_params.pop("sort", None)
    else:
        st.query_params["sort"] = f"-{order}" if turned else order


def _note_saved() -> None:
    st.session_state[_SAVED_KEY] = True
