"""Every question as one row, with filters and an order that stand in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, get_args

import pandas as pd
import streamlit as st

from dashboard.components.memoise import once
from dashboard.components.question_list import (
    Look,
    Mine,
    Order,
    State,
    Wanted,
    as_of,
    chosen,
    in_order,
    questions_frame,
)
from dashboard.components.toasts import toast
from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED, choice, empty, no_questions, selected_row, table
from dashboard.home import inline_forecast as at_hand
from dashboard.home.today_data import STRETCHES
from dashboard.wording import plural
from forecasts.questions.new_question import OWN_ESSAY
from forecasts.questions.question import ForecasterId
from tracker.model.read_models import QuestionSummary

STATES: Final[Mapping[State, str]] = {state: state for state in get_args(State)}
MINE: Final[Mapping[Mine, str]] = {
    "yes": "I forecast",
    "stale": "Stale, over 30 days",
    "no": "I do not",
}
ORDERS: Final[Mapping[Order, str]] = {
    "closing": "Closing first",
    "change": "Most moved first",
    "stale": "Stale first",
    "apart": "Furthest apart first",
}
SHORT: Final = 8
"""Letters of a percentage in a list; anything longer is more than a percentage."""

OVER: Final = {words: words for words in STRETCHES}


def render(visit: Visit) -> None:
    """The filters, then the list; a row opens its question."""
    if not visit.tracker.questions():
        no_questions(visit)
        return
    with st.container(
        horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"
    ):
        st.subheader("Questions", anchor=False, width="content")
        st.page_link(visit.pages["ask"], label="Ask a question", icon=":material/add:")
    _filtered(visit)


@st.fragment
def _filtered(visit: Visit) -> None:
    """The list by itself: who filters it, or walks through it, need not have the rest of the page
    drawn anew.
    """
    toast()
    visit = visit.anew()
    every = visit.tracker.questions()
    now = visit.replayed_until or visit.minute
    if visit.replayed_until is not None:
        every = tuple(as_of(every, now))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = _wanted(visit, every)
        order, over = _order()
        wanted = replace(wanted, find=_search())
    shown, frame = _listed(every, wanted, order, Look(visit.me, now, STRETCHES[over]))
    if not shown:
        empty(
            "No question fits these filters.", "Choose another state or tag, or clear the search."
        )
        return
    at_hand.render(visit, shown)
    _list(visit, shown, frame, over)


@once()
def _listed(
    every: Sequence[QuestionSummary], wanted: Wanted, order: Order, look: Look
) -> tuple[list[QuestionSummary], pd.DataFrame]:
    """The questions that are wanted, in order, and their frame."""
    shown = in_order(chosen(every, wanted, look), order, look)
    return shown, questions_frame(shown, look)


def _wanted(visit: Visit, every: Sequence[QuestionSummary]) -> Wanted:
    any_open = any(s.status == "open" for s in every)
    usual: State = "Open" if any_open else "All"
    state = choice("State", STATES, "state", index=list(STATES).index(usual), width=130)
    tags = sorted({tag for s in every for tag in s.question.tags})
    tag = st.selectbox(
        "Tag", tags, index=None, placeholder="Any", key="tag", bind="query-params", width=150
    )
    essay = _essay(visit, every)
    mine = choice("My forecasts", MINE, "mine", placeholder="All", index=None, width=180)
    return Wanted(state or usual, tag, essay, mine)


def _search() -> str:
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


def _essay(visit: Visit, every: Sequence[QuestionSummary]) -> str | None:
    """The essay that is asked for; no choice is offered where there is one only."""
    names = sorted({s.question.essay_id for s in every})
    if len(names) < 2:
        return None
    titles = visit.tracker.essay_titles()
    words = {
        str(name): "From no essay" if name == OWN_ESSAY else titles.get(name, name)
        for name in names
    }
    return choice("Essay", words, "essay", placeholder="Any", index=None, width=200)


def _order() -> tuple[Order, str]:
    order = choice("Order", ORDERS, "sort", index=0, width=180) or "closing"
    over = choice("Moved over", OVER, "over", index=1, width=120) if order == "change" else None
    return order, over or "7 days"


def _list(visit: Visit, shown: Sequence[QuestionSummary], frame: pd.DataFrame, over: str) -> None:
    st.caption(f"{plural(len(shown), 'question')}. Pick a row to open it.")
    columns = _columns(frame, over)
    at = at_hand.of(shown)
    if at is not None:
        frame = frame.copy(deep=False)  # the frame itself is shared by all who look
        frame.insert(0, "at", ["▸" if s is at else "" for s in shown])
        columns = {"at": st.column_config.TextColumn("", width=30), **columns}
    for name in _needless(shown, visit.me):
        columns.pop(name, None)
    picked = selected_row(
        table(
            frame,
            columns,
            "All questions",
            key="questions",
            on_select="rerun",
            selection_mode=["single-row", "single-cell"],
            row_height=WRAPPED,
        )
    )
    if picked is not None:
        st.switch_page(visit.pages["question"], query_params={"q": shown[picked].question.id})


def _columns(frame: pd.DataFrame, over: str) -> dict[str, object]:
    """All columns there are, as wide as their words need.

    Where all answers are yes or no, forecasts are numbers that sort; else they are words, and the
    crowd's stand beside mine: of shares what is suggested stands there until there is a crowd, of
    numbers and dates the base rate.
    """
    config = st.column_config
    return {
        "suggestion": config.NumberColumn(
            "Suggested",
            format="%g %%",
            width=85,
            help="What base rate, time and evidence suggest now.",
        ),
        "question": config.TextColumn("Question", width=400),
        "mine": config.NumberColumn("Mine", format="%g %%", help="The forecast that you hold."),
        "crowd": config.NumberColumn(
            "Crowd", format="%g %%", help="Everyone's forecasts together."
        ),
        "mine_said": config.TextColumn(
            "Mine", width=_width(frame["mine_said"]), help="The forecast that you hold."
        ),
        "crowd_said": config.TextColumn(
            "Crowd",
            width=_width(frame["crowd_said"]),
            help="Everyone's together; where nobody has forecast, what is suggested or the base "
            "rate.",
        ),
        "change": config.NumberColumn(
            over, format="%+g", help="Points it moved, from one point up."
        ),
        "trend": config.LineChartColumn(
            "90 days", y_min=0.0, y_max=1.0, width=100, help="The suggestion, 0 to 100 %."
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


def _width(words: "pd.Series[str]") -> int:
    """Room for the longest of the words: a percentage needs half of what a range with its unit
    does.
    """
    return 170 if (words.str.len() > SHORT).any() else 85


def _needless(shown: Sequence[QuestionSummary], me: ForecasterId) -> list[str]:
    """The columns that would say nothing, or the same in every row: an answer before there is one,
    a closing after.
    """
    states, kinds = {s.status for s in shown}, {s.question.kind for s in shown}
    found = ["mine_said", "crowd_said"] if kinds == {"binary"} else ["mine", "crowd"]
    if "binary" not in kinds:
        found += ["suggestion", "change", "trend"]
    if "open" not in states:
        found += ["change", "waiting", "closes_in"]
    if not any(s.status == "open" and me in s.standings for s in shown):
        found.append("last_change")
    if len(states) == 1:
        found.append("state")
    if not states & {"resolved", "annulled", "ambiguous"}:
        found.append("answer")
    return found
