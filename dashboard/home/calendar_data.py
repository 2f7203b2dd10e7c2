"""Expected events by period and day, and recent signpost marks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from forecasts.evidence.signposts import Expected
from forecasts.questions.question import Question
from tracker.model.audit import Mark
from tracker.model.scenarios import Calendar

MONTH: Final = timedelta(days=30)

Title = Literal["Overdue", "This week", "Next 30 days", "Later"]
"""Sections of the calendar; a week ends on Sunday in the viewer's zone."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something due: a signpost by its name, or the close or the answer of questions.

    `entries` fall together: one signpost on several questions, or several questions at one time.
    """

    what: Literal["signpost", "close", "answer due"]
    name: str
    entries: tuple[tuple[Expected, Question], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A time at which something is due, with everything due then."""

    at: datetime
    due: tuple[Due, ...]

    @property
    def count(self) -> int:
        """Number of entries."""
        return sum(len(item.entries) for item in self.due)


@dataclass(frozen=True, slots=True)
class Section:
    """A period with its days; never empty."""

    title: Title
    days: tuple[Day, ...]

    @property
    def count(self) -> int:
        """Number of entries."""
        return sum(day.count for day in self.days)


def sections(calendar: Calendar, now: datetime, zone: ZoneInfo) -> tuple[Section, ...]:
    """Group expected events into overdue, this week, within 30 days, and later.

    Seen signposts are left out; closed questions that wait for their answer are included.
    """
    titles: tuple[Title, ...] = ("Overdue", "This week", "Next 30 days", "Later")
    by_title: dict[Title, list[Expected]] = {title: [] for title in titles}
    for expected in _list_pending(calendar):
        by_title[_period_title(expected, now, zone)].append(expected)
    return tuple(
        Section(title, _group_by_day(calendar, expectations))
        for title, expectations in by_title.items()
        if expectations
    )


def _list_pending(calendar: Calendar) -> list[Expected]:
    return [e for e in calendar.expected if e.state in ("waiting", "overdue")]


def _period_title(expected: Expected, now: datetime, zone: ZoneInfo) -> Title:
    if expected.state == "overdue":
        return "Overdue"
    if expected.at.astimezone(zone).date() <= _next_sunday(now, zone):
        return "This week"
    return "Next 30 days" if expected.at <= now + MONTH else "Later"


def _next_sunday(now: datetime, zone: ZoneInfo) -> date:
    today = now.astimezone(zone).date()
    return today + timedelta(days=6 - today.weekday())


def _group_by_day(calendar: Calendar, expectations: Iterable[Expected]) -> tuple[Day, ...]:
    by_day: dict[datetime, dict[tuple[str, str], list[Expected]]] = {}
    for expected in expectations:
        name = "" if expected.indicator is None else expected.indicator.name
        by_day.setdefault(expected.at, {}).setdefault((expected.what, name), []).append(expected)
    return tuple(
        Day(at, tuple(_due_item(calendar, together) for together in due.values()))
        for at, due in by_day.items()
    )


def _due_item(calendar: Calendar, together: list[Expected]) -> Due:
    first = together[0]
    name = "" if first.indicator is None else first.indicator.name
    return Due(
        first.what,
        name,
        tuple(
            (expected, calendar.questions[expected.question_id].question) for expected in together
        ),
    )


def shortened(section: Section, max_entries: int) -> tuple[Day, ...]:
    """Return the first days of a section with up to `max_entries` entries; at least one day."""
    days: list[Day] = []
    count = 0
    for day in section.days:
        count += day.count
        if days and count > max_entries:
            break
        days.append(day)
    return tuple(days)


def noted(calendar: Calendar) -> tuple[tuple[Mark, Question, str], ...]:
    """List recent marks, newest first, each with its question and the name of its signpost."""
    return tuple(
        (mark, calendar.questions[mark.question_id].question, calendar.names[mark.indicator_id])
        for mark in calendar.marks
        if mark.question_id in calendar.questions and mark.indicator_id in calendar.names
    )
