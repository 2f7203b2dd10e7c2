"""Content of the board and of the calendar: which question stands where, and what is due when."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dashboard.components.question_list import (
    MIN_MOVE,
    ListView,
    measure_move,
    my_open_forecast,
    sort_questions,
)
from forecasts.questions.question import Question
from tracker.model.audit import SignpostStatus
from tracker.model.due_items import DueItem
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import SignpostCalendar

MONTH: Final = timedelta(days=30)
"""Time within which something is near, before or after now."""

ColumnTitle = Literal[
    "Closing within 30 days", "Moved this week", "To forecast", "To resolve", "Recently resolved"
]
"""Columns of the board, from left to right."""


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """Column of the board with all its questions, the most urgent first."""

    title: ColumnTitle
    questions: tuple[QuestionSummary, ...]


def build_board(
    summaries: Sequence[QuestionSummary], view: ListView
) -> tuple[tuple[BoardColumn, ...], int]:
    """Put each question into the first column that fits; return them all, and how many fit none.

    A question that neither moves nor closes soon, and on which I hold a forecast, needs nothing.
    """
    placed: dict[ColumnTitle, list[QuestionSummary]] = {title: [] for title in _COLUMNS}
    steady = 0
    for s in summaries:
        title = next((title for title, fits in _COLUMNS.items() if fits(s, view)), None)
        if title is None:
            steady += s.status == "open"
        else:
            placed[title].append(s)
    return tuple(
        BoardColumn(title, _sort_column(title, questions, view))
        for title, questions in placed.items()
    ), steady


def _closes_soon(s: QuestionSummary, view: ListView) -> bool:
    return s.status == "open" and s.question.closes_at <= view.now + MONTH


def _has_moved(s: QuestionSummary, view: ListView) -> bool:
    move = measure_move(s, view.over, view.now)
    return move is not None and abs(move.change) >= MIN_MOVE


def _needs_forecast(s: QuestionSummary, view: ListView) -> bool:
    return s.status == "open" and my_open_forecast(s, view.me) is None


def _is_resolved_lately(s: QuestionSummary, view: ListView) -> bool:
    return s.resolution is not None and s.resolution.known_at >= view.now - MONTH


_COLUMNS: Final[dict[ColumnTitle, Callable[[QuestionSummary, ListView], bool]]] = {
    "Closing within 30 days": _closes_soon,
    "Moved this week": _has_moved,
    "To forecast": _needs_forecast,
    "To resolve": lambda s, view: s.status == "closed",
    "Recently resolved": _is_resolved_lately,
}


def _sort_column(
    title: ColumnTitle, questions: Sequence[QuestionSummary], view: ListView
) -> tuple[QuestionSummary, ...]:
    if title == "Recently resolved":
        return tuple(sorted(questions, key=_resolution_time, reverse=True))
    if title == "Moved this week":
        return tuple(sort_questions(questions, "change", view))
    return tuple(sort_questions(questions, "closing", view, reverse=title == "To resolve"))


def _resolution_time(s: QuestionSummary) -> datetime:
    assert s.resolution is not None
    return s.resolution.known_at


PeriodTitle = Literal["Overdue", "Older", "This week", "Next 30 days", "Later"]
"""Periods of the calendar; a week ends on Sunday in the viewer's zone. "Older" has been overdue for
more than 30 days.
"""


def group_by_period(
    items: Iterable[DueItem], now: datetime, zone: ZoneInfo
) -> dict[PeriodTitle, tuple[DueItem, ...]]:
    """Group items by period; those overdue are the latest first. Empty periods are left out."""
    titles: tuple[PeriodTitle, ...] = ("Overdue", "This week", "Next 30 days", "Later", "Older")
    periods: dict[PeriodTitle, list[DueItem]] = {title: [] for title in titles}
    for item in items:
        periods[_find_period(item, now, zone)].append(item)
    for title in ("Overdue", "Older"):
        periods[title].reverse()
    return {title: tuple(due) for title, due in periods.items() if due}


def _find_period(item: DueItem, now: datetime, zone: ZoneInfo) -> PeriodTitle:
    if item.entries[0][0].state == "overdue":
        return "Overdue" if item.at >= now - MONTH else "Older"
    if item.at.astimezone(zone).date() <= _next_sunday(now, zone):
        return "This week"
    return "Next 30 days" if item.at <= now + MONTH else "Later"


def _next_sunday(now: datetime, zone: ZoneInfo) -> date:
    today = now.astimezone(zone).date()
    return today + timedelta(days=6 - today.weekday())


def count_by_month(items: Iterable[DueItem], zone: ZoneInfo) -> dict[str, int]:
    """Count what is to come by month, such as `2027-01`, in their order."""
    months = Counter(
        f"{item.at.astimezone(zone):%Y-%m}"
        for item in items
        if item.entries[0][0].state == "waiting"
    )
    return dict(sorted(months.items()))


def list_recent_marks(
    calendar: SignpostCalendar,
) -> tuple[tuple[SignpostStatus, Question, str], ...]:
    """List recent marks, newest first, each with its question and the name of its signpost."""
    return tuple(
        (mark, calendar.questions[mark.question_id].question, calendar.names[mark.indicator_id])
        for mark in calendar.marks
        if mark.question_id in calendar.questions and mark.indicator_id in calendar.names
    )
