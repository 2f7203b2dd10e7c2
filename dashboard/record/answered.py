"""Answered questions of one forecaster as rows, and what closes next."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.components.rows import (
    Badge,
    Cell,
    LinkCell,
    Row,
    RowColumn,
    TextCell,
    page_address,
    show_rows,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_section_title
from dashboard.record.text import SCORING_IN_A_LINE, describe_answered
from dashboard.wording.questions import format_answer, format_forecast
from forecasts.questions.formatting import format_signed
from forecasts.questions.question import CROWD, Question
from tracker.model.read_models import Accuracy, AnsweredForecast, ForecasterRecord

MAX_ROWS: Final = 30
"""Rows of the list until all are asked for."""

MAX_UPCOMING: Final = 5


@st.fragment
def show_answered(visit: Visit, record: ForecasterRecord) -> None:
    """Show the answered questions, the latest answer first, or by points."""
    show_section_title("Answered questions")
    order = st.query_params.get("sort", "date")
    listed = _sort(record.answered, order)
    shown = listed[: None if "all" in st.query_params else MAX_ROWS]
    name = "Your forecast" if record.forecaster.id == visit.me else "Forecast"
    columns = [
        RowColumn("title", "Question"),
        RowColumn("forecast", name, "end", help="The last one before the answer was known"),
        RowColumn("outcome", "Outcome", "end"),
        RowColumn(
            "points", "Points", "end", "points", descending=order == "points",
            help="Gain over knowing nothing, by the time that each forecast stood",
        ),
        RowColumn("crowd", "Crowd", "end", help="Points of the crowd on the same question"),
        RowColumn("date", "Date", "end", "date", descending=order == "date"),
    ]  # fmt: skip
    if record.forecaster.id == CROWD or not any(a.crowd_points is not None for a in shown):
        columns = [column for column in columns if column.name != "crowd"]
    show_rows(
        "answered",
        "Answered questions",
        columns,
        [_build_row(visit, answer) for answer in shown],
        sorted_by=order.lstrip("-"),
        on={"sort": _choose_order},
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(describe_answered(listed), width="content")
        if len(shown) < len(listed):
            label = f"Show all {len(listed):,}"
            st.button(label, key="all-answered", type="tertiary", on_click=_show_all)


def _sort(answers: Sequence[AnsweredForecast], order: str) -> list[AnsweredForecast]:
    """Sort by the named order, else by date, the latest first."""
    if order.lstrip("-") == "points":
        return sorted(answers, key=lambda a: a.points, reverse=not order.startswith("-"))
    return list(answers)[:: -1 if order == "-date" else 1]


def _choose_order(order: str) -> None:
    """Sort by a heading; the same one again turns the order round."""
    turned = st.query_params.get("sort", "date") == order
    st.query_params["sort"] = f"-{order}" if turned else order


def _show_all() -> None:
    st.query_params["all"] = "1"


def _build_row(visit: Visit, answer: AnsweredForecast) -> Row:
    question = answer.question
    until = answer.provisional_until
    badges = () if until is None else (Badge(f"until {visit.day(until)}", help=_PROVISIONAL),)
    cells: dict[str, Cell] = {
        "title": LinkCell(question.text, page_address("question", q=question.id), badges=badges),
        "forecast": TextCell(format_forecast(question, answer.forecast)),
        "outcome": TextCell(format_answer(question, answer.resolution)),
        "points": LinkCell(
            format_signed(answer.points),
            page_address("question", q=question.id, details="Scores"),
            help="Everyone’s scores, and how they come about",
        ),
        "date": TextCell(visit.day(answer.resolution.known_at), tone="quiet"),
    }
    if answer.crowd_points is not None:
        cells["crowd"] = TextCell(format_signed(answer.crowd_points), tone="quiet")
    return Row(question.id, cells)


_PROVISIONAL: Final = "Provisional: it counts once its scheduled close has passed"


def show_upcoming(visit: Visit, accuracy: Accuracy) -> None:
    """Show the questions with a forecast that close next, or the way to the first forecast."""
    if accuracy.upcoming:
        show_section_title("Closing next")
        listed = [(q, visit.day(q.closes_at)) for q in accuracy.upcoming[:MAX_UPCOMING]]
        show_questions("Closing next", "Closes", listed)
    else:
        st.page_link(visit.pages["questions"], label="Forecast a question", icon=":material/list:")
    st.caption(SCORING_IN_A_LINE)


def show_questions(name: str, heading: str, listed: Sequence[tuple[Question, str]]) -> None:
    """Show questions as rows, each with words under a heading."""
    rows = [
        Row(
            question.id,
            {
                "title": LinkCell(question.text, page_address("question", q=question.id)),
                "words": TextCell(words),
            },
        )
        for question, words in listed
    ]
    columns = [RowColumn("title", "Question"), RowColumn("words", heading, "end")]
    show_rows(name.lower().replace(" ", "-"), name, columns, rows)
