"""What every page is given: the tracker, the time and zone of this run, and where the other pages
are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, floor, log2
from typing import Literal
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.wording import UTC_ZONE, age, day, moment, zone_of
from forecasts.questions.question import ForecasterId
from tracker.app.tracker import Tracker

PageName = Literal[
    "today",
    "questions",
    "essays",
    "essay",
    "question",
    "inbox",
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


@dataclass(frozen=True, slots=True)
class Visit:
    """One run of a page. `now` and `zone` are read once, so that a page agrees with itself.

    `replayed_until` is None unless the database is a replay. `known_on` is the earlier instant at
    which somebody looks at a question, and `now` with it: nothing is written then.
    """

    tracker: Tracker
    pages: Mapping[PageName, st.Page]
    now: datetime
    zone: ZoneInfo
    replayed_until: datetime | None
    known_on: datetime | None = None

    @property
    def me(self) -> ForecasterId:
        """The forecaster who looks."""
        return self.tracker.me

    @property
    def stands_at(self) -> datetime:
        """The instant at which the questions stand: the time a replay has reached, else now."""
        return self.replayed_until or self.now

    @property
    def minute(self) -> datetime:
        """The end of the minute: what is drawn up to then, and not up to now, a click need not draw
        anew.
        """
        return self.known_on or self.now.replace(second=0, microsecond=0) + timedelta(minutes=1)

    def anew(self) -> "Visit":
        """The same visit as of now: a part of a page that runs by itself was begun earlier."""
        return replace(self, now=self.tracker.now())

    def drawn_to(self, begins: datetime, shown: timedelta | None = None) -> datetime:
        """The instant up to which a chart is drawn that begins then, and of which so much is shown,
        or all.

        It is now, or ahead of it by less than can be seen: it moves on in steps of a minute, or of
        about a thousandth of what is shown where that is more, so that a click need not draw the
        chart anew.
        """
        if self.known_on is not None:
            return self.known_on
        passed = self.now - begins
        minutes = min(passed, shown or passed) / timedelta(minutes=1)
        step = timedelta(minutes=2.0 ** floor(log2(max(minutes, 1_000.0) / 1_000.0)))
        return begins + ceil(passed / step) * step

    @property
    def looks_back(self) -> bool:
        """Whether the page shows an earlier instant, at which nobody can act any more."""
        return self.known_on is not None

    def age(self, instant: datetime | None) -> str:
        """`3 hours ago`, as seen from this visit."""
        return age(instant, self.now)

    def day(self, instant: datetime) -> str:
        """`24 Nov 2026`, in the viewer's zone."""
        return day(instant, self.zone)

    def moment(self, instant: datetime) -> str:
        """`24 Nov 2026, 14:05 CET`, in the viewer's zone."""
        return moment(instant, self.zone)

    def ago(self, instant: datetime) -> str:
        """`24 Nov 2026, 14:05 CET, 3 hours ago`."""
        return f"{self.moment(instant)}, {self.age(instant)}"

    @property
    def charts_zone(self) -> str:
        """The zone of times in charts: the browser draws them in its own, whichever one the pages
        write.
        """
        return zone_of(st.context.timezone).key

    def utc(self, instant: datetime) -> str:
        """`24 Nov 2026, 13:05 UTC`, for whoever points at a time that is written in another
        zone.
        """
        return moment(instant, UTC_ZONE)
