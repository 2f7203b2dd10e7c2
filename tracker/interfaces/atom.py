"""Atom feed of changes, independent of the web server."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from forecasts.questions.formatting import format_answer, format_short
from forecasts.questions.question import Resolution
from forecasts.questions.timeline import Forecast
from tracker.app.tracker import Tracker
from tracker.model.audit import ActivityEntry
from tracker.reports.content import clean_text

ATOM: Final = "http://www.w3.org/2005/Atom"
MAX_CHANGES: Final = 100


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """Addresses of a feed: of the dashboard, without a slash at its end, and of the feed itself.

    With `page`, all entries lead there instead of to pages that ask for a log-in.
    """

    home: str
    address: str
    page: str = ""


def render_changes(tracker: Tracker, home: str) -> bytes:
    """`/changes.atom`: new questions, people's forecasts and answers as Atom 1.0 (RFC 4287).

    The newest come first. `home` is the address of the dashboard, without a slash at its end. Every
    text is plain text.
    """
    return render_feed(tracker, FeedPlace(home, f"{home}/changes.atom"))


def render_feed(tracker: Tracker, place: FeedPlace, question_id: str | None = None) -> bytes:
    """Render the changes on one question, or on all; raises `NotFound`."""
    newest = tracker.reports.recent_changes(MAX_CHANGES, question_id)
    subject = newest[0].question.text if question_id and newest else "changes"
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(_qualify_tag("feed"))
    _add_text(
        feed, "id", _make_urn(place.home, f"changes/{question_id}" if question_id else "changes")
    )
    _add_text(feed, "title", f"Scenario tracker: {subject}")
    _add_text(feed, "updated", _format_time(newest[0].at if newest else tracker.now()))
    ElementTree.SubElement(
        feed,
        _qualify_tag("link"),
        rel="self",
        type="application/atom+xml",
        href=place.address,
    )
    ElementTree.SubElement(
        feed,
        _qualify_tag("link"),
        rel="alternate",
        type="text/html",
        href=place.page or f"{place.home}/",
    )
    _add_text(ElementTree.SubElement(feed, _qualify_tag("author")), "name", "Scenario tracker")
    for change in newest:
        _add_entry(feed, change, place)
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _add_entry(feed: ElementTree.Element, change: ActivityEntry, place: FeedPlace) -> None:
    q = change.question
    entry = ElementTree.SubElement(feed, _qualify_tag("entry"))
    _add_text(entry, "id", _make_urn(place.home, f"{change.seq}/{change.at.isoformat()}"))
    _add_text(entry, "title", f"{_entry_title(change)} – {q.text}")
    _add_text(entry, "updated", _format_time(change.at))
    href = place.page or f"{place.home}/question?q={quote(q.id, safe='')}"
    ElementTree.SubElement(
        entry, _qualify_tag("link"), rel="alternate", type="text/html", href=href
    )
    _add_text(
        ElementTree.SubElement(entry, _qualify_tag("author")),
        "name",
        change.by or "Scenario tracker",
    )
    _add_text(entry, "content", _entry_content(change), type="text")


def _entry_title(change: ActivityEntry) -> str:
    match change.act:
        case Forecast(distribution=None):
            return f"{change.by} holds no forecast any more"
        case Forecast():
            return f"{change.by}: {format_short(change.question, change.act.distribution)}"
        case Resolution():
            return f"Answered {format_answer(change.question, change.act)}"
        case None:
            return "Asked"


def _entry_content(change: ActivityEntry) -> str:
    match change.act:
        case Forecast():
            return change.act.rationale
        case Resolution():
            return f"{change.act.note} {change.act.source_url}".strip()
        case None:
            return change.question.criteria


def _add_text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    """Add an element with a text; characters that XML cannot hold are removed."""
    ElementTree.SubElement(parent, _qualify_tag(name), attributes).text = clean_text(text)


def _qualify_tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _make_urn(home: str, name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{home}/{name}')}"


def _format_time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
