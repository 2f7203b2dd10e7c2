"""Views that a share link opens, independent of the web server."""

from dataclasses import dataclass
from typing import Final

from tracker.app.tracker import Tracker
from tracker.errors import NotFound
from tracker.interfaces.atom import FeedPlace, render_feed
from tracker.model.shares import EMBED_WIDTH, VIEWS, OpenedShare

MIN_WIDTH: Final = 280
MAX_WIDTH: Final = 1400
_WIDTH_STEP: Final = 20
"""Widths are rounded to it, so that few charts are drawn."""

_AXES: Final = 50
"""Width that labels and margins take beside the lines of a chart."""


@dataclass(frozen=True, slots=True)
class SharedFile:
    """Content of a view with its media type; only a frame may stand in pages of others."""

    content: bytes
    media_type: str
    is_frame: bool = False


@dataclass(frozen=True, slots=True)
class ViewRequest:
    """A request for a view: the address of the dashboard, with a slash at its end, and a width."""

    home: str
    secret: str
    view: str
    width: str = ""


def open_view(tracker: Tracker, request: ViewRequest) -> SharedFile:
    """Return the view of a link; raises `NotFound`, which says nothing about the reason."""
    nothing = NotFound("link", "", "it may have ended")
    opened = tracker.shares.open(request.secret)
    if opened is None or request.view not in VIEWS[opened.link.kind]:
        raise nothing
    try:
        return _render_view(tracker.serve(opened.reader), opened, request)
    except NotFound:
        raise nothing from None


def _render_view(tracker: Tracker, opened: OpenedShare, request: ViewRequest) -> SharedFile:
    question_id = opened.link.question_id
    page = f"{request.home}share/{request.secret}" if opened.link.kind == "question" else ""
    if request.view == "calendar.ics":
        from tracker.interfaces.calendar_file import render_calendar

        return SharedFile(render_calendar(tracker, request.home), "text/calendar")
    if request.view == "changes.atom":
        address = f"{request.home}share/{request.secret}/changes.atom"
        place = FeedPlace(request.home.rstrip("/"), address, page)
        return SharedFile(render_feed(tracker, place, question_id), "application/atom+xml")
    return _render_report(tracker, str(question_id), request, page)


def _render_report(
    tracker: Tracker, question_id: str, request: ViewRequest, page: str
) -> SharedFile:
    from tracker.reports import report_files, svg_charts

    report = tracker.reports.build_public(question_id)
    if request.view == "":
        return SharedFile(report_files.render_public_page(report), "text/html")
    if not report.charts:
        raise NotFound("chart", question_id, "there is no forecast yet")
    chart, width = report.charts[0], read_width(request.width) - _AXES
    if request.view == "chart.svg":
        return SharedFile(svg_charts.render_svg(chart, width).encode(), "image/svg+xml")
    if request.view == "chart.png":
        return SharedFile(svg_charts.render_png(chart, width), "image/png")
    frame = report_files.render_frame(report, width, page)
    return SharedFile(frame, "text/html", is_frame=True)


def read_width(text: str) -> int:
    """Read a width in pixels, within bounds; the usual one for anything else.

    >>> read_width("311"), read_width("9e9"), read_width("99999"), read_width("-5")
    (320, 660, 1400, 660)
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        return EMBED_WIDTH
    rounded = round(int(text) / _WIDTH_STEP) * _WIDTH_STEP
    return min(max(rounded, MIN_WIDTH), MAX_WIDTH)
