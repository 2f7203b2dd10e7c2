"""Calendar of what is due as a file (RFC 5545); the only module that uses icalendar."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from forecasts.evidence.signposts import CalendarEntry
from tracker.app.tracker import Tracker
from tracker.model.due_items import DUE_WORDS, DueItem, list_due_items
from tracker.model.scenarios import SignpostCalendar
from tracker.reports.content import clean_text

if TYPE_CHECKING:
    from icalendar import Event

REFRESH: Final = timedelta(hours=6)
"""Time after which programs that subscribe may ask again."""


def render_calendar(tracker: Tracker, home: str) -> bytes:
    """Render closes, resolutions due and signposts as a calendar; `home` ends in a slash.

    An event keeps its UID, and has a higher SEQUENCE once its question was worded anew. It is a
    whole day where the time is midnight UTC.
    """
    from icalendar import Calendar, vDuration

    due = tracker.signposts.calendar()
    calendar = Calendar()
    calendar.add("prodid", "-//Scenario tracker//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Scenario tracker")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for item in list_due_items(due):
        calendar.add_component(_build_event(item, due, home))
    return bytes(calendar.to_ical())


def _build_event(item: DueItem, due: SignpostCalendar, home: str) -> "Event":
    from icalendar import Event

    entry, question = item.entries[0]
    edits, worded_at = due.wordings[question.id]
    address = f"{home}question?q={quote(question.id, safe='')}"
    event = Event()
    event.add("uid", _name_event(entry, home))
    event.add("sequence", edits)
    event.add("dtstamp", worded_at)
    event.add("last-modified", worded_at)
    event.add("dtstart", _find_start(item.at))
    event.add("summary", f"{DUE_WORDS[item.kind]}: {clean_text(item.name or question.text)}")
    texts = [clean_text(question.text) for _, question in item.entries] if item.name else []
    event.add("description", "\n".join([*texts, *_describe_odds(entry), address]))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event


def _name_event(entry: CalendarEntry, home: str) -> str:
    """Name an event by its subject, so that a program finds it again when its date has moved."""
    subject = entry.indicator.id if entry.indicator else entry.question_id
    return str(uuid5(NAMESPACE_URL, f"{home}{entry.what}/{subject}"))


def _find_start(at: datetime) -> datetime | date:
    return at.date() if at.time() == time(0) else at


def _describe_odds(entry: CalendarEntry) -> list[str]:
    if entry.if_seen is None or entry.if_silent is None:
        return []
    return [f"The odds change ×{entry.if_seen:.2f} if it comes, ×{entry.if_silent:.2f} if not."]
