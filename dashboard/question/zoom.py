"""How much of its time a question's chart shows: a week, a month, three, or all of it; the choice
is in the address.
"""

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
    """From when to when a chart is drawn, and the instant that counts as now in it."""

    window: Window
    now: datetime


def zoomed(visit: Visit, page: QuestionPage) -> Shown:
    """The buttons, and what they let be seen."""
    back = ZOOMS[buttons("Zoom", list(ZOOMS), "All", "zoom")]
    until = visit.drawn_to(page.summary.question.opens_at, back)
    return Shown(window_of(page, until, back), until)
