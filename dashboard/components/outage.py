"""Banners while the database or the scheduler is away: since when, and what to do.

The page asks again by itself. Each outage of the database is one line of the log, not one for each
visitor and second.
"""

import logging
from datetime import datetime
from threading import Lock
from typing import Final

import streamlit as st

from dashboard.components.acting import get_zone
from dashboard.components.visit import Visit
from dashboard.components.widgets import format_sentence
from dashboard.wording.numbers import escape_markdown, format_age, format_moment
from tracker.app.tracker import clock
from tracker.errors import StorageUnavailable

RETRY_SECONDS: Final = 5.0
SCHEDULER_SECONDS: Final = 30.0
"""Interval at which a page looks whether the scheduler is back."""

_RUN_KEY: Final = "outage-run"
"""Session key that tells the run of a page from a later run of its banner alone."""

_LOG: Final = logging.getLogger("dashboard")


class NoticedOutage:
    """Since when the database has been away, as this process sees it. Thread-safe."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._guard = Lock()

    def begin(self, error: StorageUnavailable) -> datetime:
        """Return when the outage began; the first error of one is logged."""
        with self._guard:
            if self._since is None:
                self._since = clock()
                _LOG.error("the database is away: %s", error)
            return self._since

    def end(self) -> None:
        """The database has answered."""
        with self._guard:
            if self._since is not None:
                seconds = (clock() - self._since).total_seconds()
                _LOG.warning("the database is back after %.0f s", seconds)
                self._since = None


database_outage: Final = NoticedOutage()


def show_database_outage(error: StorageUnavailable, *, guarded: bool) -> None:
    """Show since when the database is away, and ask again every few seconds.

    Where people log in, nobody can be identified now, so the reason stays in the log.
    """
    since = database_outage.begin(error)
    st.session_state[_RUN_KEY] = True
    _wait_for_database(since, "" if guarded else str(error))


@st.fragment(run_every=RETRY_SECONDS)
def _wait_for_database(since: datetime, reason: str) -> None:
    if not st.session_state.pop(_RUN_KEY, False):
        st.rerun()
    st.error(
        f"**The database has not answered since {_format_since(since, clock())}.** What was saved "
        f"is safe. This page tries again every {RETRY_SECONDS:.0f} seconds.",
        icon=":material/cloud_off:",
    )
    if reason:
        st.caption(format_sentence(reason))


def show_scheduler_outage(visit: Visit) -> None:
    """Show since when the scheduler is away, if it is; a replay has none."""
    if visit.replayed_until is None and visit.tracker.system.scheduler_state().is_away(visit.now):
        _wait_for_scheduler(visit)


@st.fragment(run_every=SCHEDULER_SECONDS)
def _wait_for_scheduler(visit: Visit) -> None:
    state, now = visit.tracker.system.scheduler_state(), visit.refresh().now
    if state.seen_at is None or not state.is_away(now):
        st.rerun()
    else:
        st.warning(
            f"**The scheduler has been away since {_format_since(state.seen_at, now)}**: no news "
            "is read, and estimates stand still. `./run`, `tracker up` or `tracker system run` "
            "starts it.",
            icon=":material/schedule:",
        )


def _format_since(since: datetime, now: datetime) -> str:
    return escape_markdown(f"{format_moment(since, get_zone())} ({format_age(since, now)})")
