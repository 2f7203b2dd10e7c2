"""What to expect next, in sections of time and by day; what was noted lately."""

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
"""The sections of a calendar; a week ends on Sunday in the viewer's zone."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due: a signpost by its name, or the close or the answer of questions.

    `entries` are those that fall together: one signpost on several questions, or several questions
    at one instant.
    """

    what: Literal["signpost", "close", "answer due"]
    name: str
    entries: tuple[tuple[Expected, Question], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One instant at which something is due, and all that is due then."""

    at: datetime
    due: tuple[Due, ...]

    @property
    def count(self) -> int:
        """How many entries it has."""
        return sum(len(each.entries) for each in self.due)


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of time with its days; no section is empty."""

    title: Title
    days: tuple[Day, ...]

    @property
    def count(self) -> int:
        """How many entries it has."""
        return sum(day.count for day in self.days)


def sections(found: Calendar, now: datetime, zone: ZoneInfo) -> tuple[Section, ...]:
    """What is overdue, due this week, within 30 days, and later. Signposts that were seen wait for
    nothing.

    Closed questions that wait for their answer belong here as well as open ones.
    """
    titles: tuple[Title, ...] = ("Overdue", "This week", "Next 30 days", "Later")
    by_title: dict[Title, list[Expected]] = {title: [] for title in titles}
    for expected in _waiting(found):
        by_title[_title(expected, now, zone)].append(expected)
    return tuple(Section(title, _days(found, of)) for title, of in by_title.items() if of)


def _waiting(found: Calendar) -> list[Expected]:
    return [e for e in found.expected if e.state in ("waiting", "overdue")]


def _title(expected: Expected, now: datetime, zone: ZoneInfo) -> Title:
    if expected.state == "overdue":
        return "Overdue"
    if expected.at.astimezone(zone).date() <= _sunday(now, zone):
        return "This week"
    return "Next 30 days" if expected.at <= now + MONTH else "Later"


def _sunday(now: datetime, zone: ZoneInfo) -> date:
    today = now.astimezone(zone).date()
    return today + timedelta(days=6 - today.weekday())


def _days(found: Calendar, of: Iterable[Expected]) -> tuple[Day, ...]:
    by_day: dict[datetime, dict[tuple[str, str], list[Expected]]] = {}
    for e in of:
        name = "" if e.indicator is None else e.indicator.name
        by_day.setdefault(e.at, {}).setdefault((e.what, name), []).append(e)
    return tuple(
        Day(at, tuple(_due(found, each) for each in due.values())) for at, due in by_day.items()
    )


def _due(found: Calendar, together: list[Expected]) -> Due:
    first = together[0]
    name = "" if first.indicator is None else first.indicator.name
    return Due(
        first.what, name, tuple((e, found.questions[e.question_id].question) for e in together)
    )


def shortened(of: Section, most: int) -> tuple[Day, ...]:
    """The days of a section that hold its first entries, up to `most` of them; at least one day."""
    kept: list[Day] = []
    count = 0
    for day in of.days:
        count += day.count
        if kept and count > most:
            break
        kept.append(day)
    return tuple(kept)


def noted(found: Calendar) -> tuple[tuple[Mark, Question, str], ...]:
    """What was noted lately, the newest first: the mark, its question, and the name of its
    signpost.
    """
    return tuple(
        (mark, found.questions[mark.question_id].question, found.names[mark.indicator_id])
        for mark in found.marks
        if mark.question_id in found.questions and mark.indicator_id in found.names
    )
