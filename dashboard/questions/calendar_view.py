"""Calendar: a strip of months, and what is due in each period; silence counts, too."""

from collections.abc import Collection, Sequence
from datetime import date
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
from dashboard.components.share_links import show_calendar_links
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_choice, show_empty
from dashboard.questions.data import (
    count_by_month,
    group_by_period,
    list_recent_marks,
)
from dashboard.wording.evidence import describe_outcomes, mark_line
from dashboard.wording.numbers import plural
from forecasts.questions.question import Question, QuestionId
from tracker.model.audit import SignpostStatus
from tracker.model.due_items import DUE_WORDS, DueItem, list_due_items

MAX_MONTHS: Final = 12
MAX_ITEMS: Final = 8
"""Items of a period until all are asked for."""

MAX_MONTH_ITEMS: Final = 25
"""Items of one month, or of what is long overdue, until all are asked for."""

_COLUMNS: Final = (
    RowColumn("day", ""),
    RowColumn("title", ""),
    RowColumn("kind", ""),
)


def render(visit: Visit, shown: Collection[QuestionId]) -> None:
    """Show what is due on these questions, by period, or in one month; then the notes."""
    calendar = visit.tracker.signposts.calendar()
    items = [
        item
        for item in list_due_items(calendar)
        if any(question.id in shown for _, question in item.entries)
    ]
    if not items:
        show_empty(
            "Nothing is coming up.",
            "Closing dates, resolutions due, and signposts expected by a date appear here.",
        )
    else:
        _show_items(visit, items)
    _show_notes(visit, [mark for mark in list_recent_marks(calendar) if mark[1].id in shown])
    drawer = st.expander("Subscribe", icon=":material/event:", key="subscribe", on_change="rerun")
    if drawer.open:
        with drawer:
            show_calendar_links(visit)


def _show_items(visit: Visit, items: Sequence[DueItem]) -> None:
    month = _choose_month(visit, items)
    if month is not None:
        chosen = [item for item in items if f"{item.at.astimezone(visit.zone):%Y-%m}" == month]
        _show_rows(visit, month, chosen, MAX_MONTH_ITEMS)
        return
    for title, due in group_by_period(items, visit.stands_at, visit.zone).items():
        if title != "Older":
            st.markdown(f"**{title}** · {len(due)}")
            _show_rows(visit, title, due, MAX_ITEMS)
            continue
        with st.expander(
            f"{len(due)} overdue for more than a month", key="older", on_change="rerun"
        ) as drawer:
            if drawer.open:
                _show_rows(visit, title, due, MAX_MONTH_ITEMS)


def _choose_month(visit: Visit, items: Sequence[DueItem]) -> str | None:
    """Show the strip of months, each with how much is to come in it."""
    months = list(count_by_month(items, visit.zone).items())[:MAX_MONTHS]
    labels: dict[str, str] = {}
    year = ""
    for month, count in months:
        first = date.fromisoformat(f"{month}-01")
        labels[month] = f"{first:%b}{'' if month[:4] == year else f' {month[:4]}'} · {count}"
        year = month[:4]
    return show_choice("Month", labels, "month", st.pills, label_visibility="collapsed")


def _show_rows(visit: Visit, title: str, due: Sequence[DueItem], limit: int) -> None:
    key = f"all-{title}"
    shown = due if st.session_state.get(key) else due[:limit]
    days = [visit.day(item.at) for item in shown]
    rows = [
        _build_row(visit, item, n, day="" if n and days[n] == days[n - 1] else days[n])
        for n, item in enumerate(shown)
    ]
    show_rows(f"due-{title}", f"Due: {title}", _COLUMNS, rows)
    if len(due) > limit:
        st.toggle(f"All {len(due)}", key=key)


def _build_row(visit: Visit, item: DueItem, n: int, *, day: str) -> Row:
    """Build a row; `day` is empty under another row of the same day."""
    entry, question = item.entries[0]
    note = ""
    badges: tuple[Badge, ...] = ()
    if item.kind == "signpost":
        outcomes = describe_outcomes(question, entry)
        note = f"{question.text} {outcomes}" if len(item.entries) == 1 else outcomes
        if len(item.entries) > 1:
            badges = (Badge(plural(len(item.entries), "question")),)
    text = item.name or question.text
    link = LinkCell(text, page_address("question", q=question.id), note, badges=badges)
    cells: dict[str, Cell] = {"title": link, "kind": TextCell(DUE_WORDS[item.kind], tone="quiet")}
    if day:
        cells["day"] = TextCell(day, visit.age(item.at))
    return Row(f"{question.id}-{n}", cells)


def _show_notes(visit: Visit, marks: Sequence[tuple[SignpostStatus, Question, str]]) -> None:
    """Show which signposts were seen or stayed silent in the last 30 days."""
    if not marks:
        return
    st.markdown("**Marked in the last 30 days**")
    rows = [
        Row(
            f"{question.id}-{n}",
            {
                "day": TextCell(visit.day(mark.at)),
                "title": LinkCell(
                    question.text,
                    page_address("question", q=question.id),
                    mark_line(mark, name, question.kind, visit.zone),
                ),
            },
        )
        for n, (mark, question, name) in enumerate(marks)
    ]
    show_rows("noted", "Marked in the last 30 days", _COLUMNS[:2], rows)
