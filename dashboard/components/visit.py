"""Context of a page run: tracker, time, zone and the other pages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, floor, log2
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.wording.numbers import UTC_ZONE, format_age, format_day, format_moment, parse_zone
from forecasts.questions.question import ForecasterId
from tracker.app.tracker import Tracker

PageName = Literal[
    "home",
    "questions",
    "essays",
    "essay",
    "question",
    "inbox",
    "add",
    "record",
    "learned",
    "feeds",
    "ask",
    "calendar",
    "scenarios",
    "coherence",
    "reports",
    "settings",
    "people",
    "notifications",
    "import",
]


Shown = Literal["bar", "menu", "search", "never"]
"""Place of a page in the navigation: in the bar, in its menu, or only in the list of `Ctrl+K`;
"never" is a page that needs to know what to show."""


class PageEntry(NamedTuple):
    """Entry of a page in the navigation."""

    title: str
    icon: str
    shown: Shown = "search"


PAGES: Final[Mapping[PageName, PageEntry]] = {
    "home": PageEntry("Home", ":material/home:", "bar"),
    "questions": PageEntry("Questions", ":material/list:", "bar"),
    "inbox": PageEntry("Inbox", ":material/inbox:", "bar"),
    "essays": PageEntry("Essays", ":material/article:", "bar"),
    "record": PageEntry("Track record", ":material/target:", "bar"),
    "feeds": PageEntry("Feeds", ":material/rss_feed:", "menu"),
    "reports": PageEntry("Reports", ":material/description:", "menu"),
    "learned": PageEntry("Learned values", ":material/school:", "menu"),
    "settings": PageEntry("Settings", ":material/settings:", "menu"),
    "people": PageEntry("People", ":material/group:", "menu"),
    "notifications": PageEntry("Notifications", ":material/notifications:", "menu"),
    "import": PageEntry("Import forecasts", ":material/upload_file:"),
    "ask": PageEntry("Ask a question", ":material/add:"),
    "calendar": PageEntry("Calendar", ":material/event:"),
    "scenarios": PageEntry("Scenario sets", ":material/stacked_bar_chart:"),
    "coherence": PageEntry("Links and contradictions", ":material/rule:"),
    "add": PageEntry("Add evidence", ":material/add:"),
    "question": PageEntry("Question", ":material/show_chart:", "never"),
    "essay": PageEntry("Essay", ":material/article:", "never"),
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

    @property
    def may_curate(self) -> bool:
        """True if questions, evidence and feeds are this person's to change."""
        return self.tracker.principal.has("curate")

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
