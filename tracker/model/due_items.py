"""Items of the calendar: what is waited for, put together as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from forecasts.evidence.signposts import CalendarEntry
from forecasts.questions.question import Question
from tracker.model.scenarios import SignpostCalendar

DueKind = Literal["signpost", "close", "answer due", "close and answer"]


DUE_WORDS: Final[dict[DueKind, str]] = {
    "signpost": "Signpost",
    "close": "Closes",
    "answer due": "Resolution due",
    "close and answer": "Closes, resolution due",
}
"""Words for the kinds of items."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something due at an instant: a signpost by its name, or the close or answer of a question.

    `entries` has one signpost on several questions; any other item has one question.
    """

    at: datetime
    kind: DueKind
    name: str
    entries: tuple[tuple[CalendarEntry, Question], ...]

    @property
    def question(self) -> Question:
        """Its first question."""
        return self.entries[0][1]


def list_due_items(calendar: SignpostCalendar) -> tuple[DueItem, ...]:
    """List what is waited for, the nearest first; seen signposts are left out.

    A close and an answer that fall together are one item, and so is one signpost on several
    questions.
    """
    together: dict[tuple[datetime, str], list[CalendarEntry]] = {}
    for entry in calendar.expected:
        if entry.state in ("waiting", "overdue"):
            name = entry.question_id if entry.indicator is None else f"“{entry.indicator.name}"
            together.setdefault((entry.at, name), []).append(entry)
    items = [_build_due_item(calendar, entries) for entries in together.values()]
    return tuple(sorted(items, key=lambda item: item.at))


def _build_due_item(calendar: SignpostCalendar, entries: Sequence[CalendarEntry]) -> DueItem:
    first = entries[0]
    pairs = tuple((entry, calendar.questions[entry.question_id].question) for entry in entries)
    if first.indicator is not None:
        return DueItem(first.at, "signpost", first.indicator.name, pairs)
    is_both = len(entries) > 1
    return DueItem(first.at, "close and answer" if is_both else first.what, "", pairs[:1])
