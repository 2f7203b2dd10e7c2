"""Zoom of a question's chart: a week, a month, three, or all; the address keeps it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dashboard.charts.revisions_data import Window, window_of
from dashboard.components.visit import Visit
from dashboard.components.widgets import buttons
from tracker.model.read_models import QuestionPage

ZOOMS: Final = {
    "1 week": timedelta(days=7),
    "1 month": timedelta(days=30),
    "3 months": timedelta(days=91),
    "All": None,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """Window of a chart, and the instant that counts as now in it."""

    window: Window
    now: datetime


def zoomed(visit: Visit, page: QuestionPage) -> Shown:
    """Show the zoom buttons and return the window."""
    period = ZOOMS[buttons("Zoom", list(ZOOMS), "All", "zoom")]
    until = visit.drawn_to(page.summary.question.opens_at, period)
    return Shown(window_of(page, until, period), until)
