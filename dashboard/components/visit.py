"""Context of a page run: tracker, time, zone and the other pages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, floor, log2
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.wording import UTC_ZONE, format_age, format_day, format_moment, parse_zone
from forecasts.questions.question import ForecasterId
from tracker.app.tracker import Tracker

PageName = Literal[
    "today",
    "questions",
    "essays",
    "essay",
    "question",
    "inbox",
    "add",
    "accuracy",
    "learned",
    "feeds",
    "ask",
    "calendar",
    "scenarios",
    "coherence",
    "reports",
    "settings",
]


class PageEntry(NamedTuple):
    """Entry of a page in the navigation."""

    title: str
    icon: str
    hidden: bool = False


PAGES: Final[Mapping[PageName, PageEntry]] = {
    "today": PageEntry("Today", ":material/today:"),
    "questions": PageEntry("Questions", ":material/list:"),
    "essays": PageEntry("Essays", ":material/article:"),
    "essay": PageEntry("Essay", ":material/article:", hidden=True),
    "question": PageEntry("Question", ":material/show_chart:", hidden=True),
    "inbox": PageEntry("Inbox", ":material/inbox:"),
    "add": PageEntry("Add evidence", ":material/add:", hidden=True),
    "calendar": PageEntry("Calendar", ":material/event:"),
    "scenarios": PageEntry("Scenarios", ":material/stacked_bar_chart:"),
    "coherence": PageEntry("Coherence", ":material/rule:"),
    "accuracy": PageEntry("Accuracy", ":material/target:"),
    "learned": PageEntry("Learned", ":material/school:", hidden=True),
    "feeds": PageEntry("Feeds", ":material/rss_feed:"),
    "reports": PageEntry("Reports", ":material/description:"),
    "ask": PageEntry("Ask", ":material/add:"),
    "settings": PageEntry("Settings", ":material/settings:"),
}
"""Pages in the order of the navigation."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One run of a page. `now` and `zone` are read once, so that a page is consistent.

    `replayed_until` is None unless the database is a replay. `known_on` is the earlier instant of
    an as-of view, and then also `now`: such a view is read-only.
    """

    tracker: Tracker
    pages: Mapping[PageName, st.Page]
    now: datetime
    zone: ZoneInfo
    replayed_until: datetime | None
    known_on: datetime | None = None

    @property
    def me(self) -> ForecasterId:
        """Forecaster who views the page."""
        return self.tracker.me

    @property
    def stands_at(self) -> datetime:
        """Current instant of the questions: the end of a replay, else now."""
        return self.replayed_until or self.now

    @property
    def minute(self) -> datetime:
        """End of the minute: charts are drawn up to it, so that a click need not redraw them."""
        return self.known_on or self.now.replace(second=0, microsecond=0) + timedelta(minutes=1)

    def refresh(self) -> "Visit":
        """Return the visit as of now, for a fragment that runs later than its page."""
        return replace(self, now=self.tracker.now())

    def chart_end(self, begins: datetime, shown: timedelta | None = None) -> datetime:
        """Return the end of a chart that begins at `begins` and shows the period `shown`, or all.

        It is now, rounded up to steps of a minute, or of about a thousandth of the shown period if
        that is longer: a click need not redraw the chart, and the difference is invisible.
        """
        if self.known_on is not None:
            return self.known_on
        passed = self.now - begins
        minutes = min(passed, shown or passed) / timedelta(minutes=1)
        step = timedelta(minutes=2.0 ** floor(log2(max(minutes, 1_000.0) / 1_000.0)))
        return begins + ceil(passed / step) * step

    @property
    def looks_back(self) -> bool:
        """True in an as-of view, in which nobody can act."""
        return self.known_on is not None

    def age(self, instant: datetime | None) -> str:
        """`3 hours ago`, as seen from this visit."""
        return format_age(instant, self.now)

    def day(self, instant: datetime) -> str:
        """`24 Nov 2026`, in the viewer's zone."""
        return format_day(instant, self.zone)

    def moment(self, instant: datetime) -> str:
        """`24 Nov 2026, 14:05 CET`, in the viewer's zone."""
        return format_moment(instant, self.zone)

    def ago(self, instant: datetime) -> str:
        """`24 Nov 2026, 14:05 CET, 3 hours ago`."""
        return f"{self.moment(instant)}, {self.age(instant)}"

    @property
    def charts_zone(self) -> str:
        """Zone of times in charts, which is always the browser's."""
        return parse_zone(st.context.timezone).key

    def utc(self, instant: datetime) -> str:
        """`24 Nov 2026, 13:05 UTC`, for the tooltip of a time in another zone."""
        return format_moment(instant, UTC_ZONE)
