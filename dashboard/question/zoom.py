"""Zoom of a question's chart: a week, a month, three, or all; the address keeps it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dashboard.charts.revisions_data import TimeWindow, chart_window
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_buttons
from tracker.model.read_models import QuestionPage

ZOOM_LEVELS: Final = {
    "1 week": timedelta(days=7),
    "1 month": timedelta(days=30),
    "3 months": timedelta(days=91),
    "All": None,
}


@dataclass(frozen=True, slots=True)
class ZoomWindow:
    """Window of a chart, and the instant that counts as now in it."""

    window: TimeWindow
    now: datetime


def choose_zoom(visit: Visit, page: QuestionPage) -> ZoomWindow:
    """Show the zoom buttons and return the window."""
    period = ZOOM_LEVELS[show_buttons("Zoom", list(ZOOM_LEVELS), "All", "zoom")]
    until = visit.chart_end(page.summary.question.opens_at, period)
    return ZoomWindow(chart_window(page, until, period), until)
