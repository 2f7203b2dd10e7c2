"""Expected events by period and day, and recent signpost marks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from forecasts.evidence.signposts import CalendarEntry
from forecasts.questions.question import Question
from tracker.model.audit import SignpostStatus
from tracker.model.scenarios import SignpostCalendar

MONTH: Final = timedelta(days=30)

PeriodTitle = Literal["Overdue", "This week", "Next 30 days", "Later"]
"""Sections of the calendar; a week ends on Sunday in the viewer's zone."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something due: a signpost by its name, or the close or the answer of questions.

    `entries` fall together: one signpost on several questions, or several questions at one time.
    """

    kind: Literal["signpost", "close", "answer due"]
    name: str
    entries: tuple[tuple[CalendarEntry, Question], ...]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A time at which something is due, with everything due then."""

    at: datetime
    due: tuple[DueItem, ...]

    @property
    def count(self) -> int:
        """Number of entries."""
        return sum(len(item.entries) for item in self.due)


@dataclass(frozen=True, slots=True)
class CalendarSection:
    """A period with its days; never empty."""

    title: PeriodTitle
    days: tuple[CalendarDay, ...]

    @property
    def count(self) -> int:
        """Number of entries."""
        return sum(day.count for day in self.days)


def group_by_period(
    calendar: SignpostCalendar, now: datetime, zone: ZoneInfo
) -> tuple[CalendarSection, ...]:
    """Group expected events into overdue, this week, within 30 days, and later.

    Seen signposts are left out; closed questions that wait for their answer are included.
    """
    titles: tuple[PeriodTitle, ...] = ("Overdue", "This week", "Next 30 days", "Later")
    by_title: dict[PeriodTitle, list[CalendarEntry]] = {title: [] for title in titles}
    for expected in _list_pending(calendar):
        by_title[_period_title(expected, now, zone)].append(expected)
    return tuple(
        CalendarSection(title, _group_by_day(calendar, expectations))
        for title, expectations in by_title.items()
        if expectations
    )


def _list_pending(calendar: SignpostCalendar) -> list[CalendarEntry]:
    return [e for e in calendar.expected if e.state in ("waiting", "overdue")]


def _period_title(expected: CalendarEntry, now: datetime, zone: ZoneInfo) -> PeriodTitle:
    if expected.state == "overdue":
        return "Overdue"
    if expected.at.astimezone(zone).date() <= _next_sunday(now, zone):
        return "This week"
    return "Next 30 days" if expected.at <= now + MONTH else "Later"


def _next_sunday(now: datetime, zone: ZoneInfo) -> date:
    today = now.astimezone(zone).date()
    return today + timedelta(days=6 - today.weekday())


def _group_by_day(
    calendar: SignpostCalendar, expectations: Iterable[CalendarEntry]
) -> tuple[CalendarDay, ...]:
    by_day: dict[datetime, dict[tuple[str, str], list[CalendarEntry]]] = {}
    for expected in expectations:
        name = "" if expected.indicator is None else expected.indicator.name
        by_day.setdefault(expected.at, {}).setdefault((expected.what, name), []).append(expected)
    return tuple(
        CalendarDay(at, tuple(_due_item(calendar, together) for together in due.values()))
        for at, due in by_day.items()
    )


def _due_item(calendar: SignpostCalendar, together: list[CalendarEntry]) -> DueItem:
    first = together[0]
    name = "" if first.indicator is None else first.indicator.name
    return DueItem(
        first.what,
        name,
        tuple(
            (expected, calendar.questions[expected.question_id].question) for expected in together
        ),
    )


def limit_entries(section: CalendarSection, max_entries: int) -> tuple[CalendarDay, ...]:
    """Return the first days of a section with up to `max_entries` entries; at least one day."""
    days: list[CalendarDay] = []
    count = 0
    for day in section.days:
        count += day.count
        if days and count > max_entries:
            break
        days.append(day)
    return tuple(days)


def list_recent_marks(
    calendar: SignpostCalendar,
) -> tuple[tuple[SignpostStatus, Question, str], ...]:
    """List recent marks, newest first, each with its question and the name of its signpost."""
    return tuple(
        (mark, calendar.questions[mark.question_id].question, calendar.names[mark.indicator_id])
        for mark in calendar.marks
        if mark.question_id in calendar.questions and mark.indicator_id in calendar.names
    )
