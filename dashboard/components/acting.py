"""Who acts in this browser tab, and in which time zone it reads: both are chosen on the page
Settings.

Who acts is held by the session, so that nobody forecasts tomorrow in another's name; the time zone
by the browser.
"""

from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.components.scripts import scripted
from dashboard.components.visit import Visit
from dashboard.wording import inert, zone_of
from forecasts.questions.question import ForecasterId
from tracker.app.tracker import Tracker
from tracker.errors import NotFound

_WHO: Final = "acting-as"
_ZONE: Final = "time-zone"
"""In the session: the zone that was chosen in this tab, empty for the browser's own."""

_KEPT: Final = "tracker-zone"
"""The cookie in which the browser keeps the zone for its next visits."""


def acting(tracker: Tracker) -> Tracker:
    """The tracker as whoever acts in this session: the one of the settings, unless somebody else
    was chosen.
    """
    who = st.session_state.get(_WHO)
    if who is None or who == tracker.me:
        return tracker
    try:
        return tracker.acting_as(who)
    except NotFound:  # the database is another one than it was
        st.session_state.pop(_WHO)
        return tracker


def act_as(who: ForecasterId) -> None:
    """Let somebody else act from the next run on. What was begun here was the other person's, and
    goes.

    Only before a run: the session is emptied, the inputs of pages with it.
    """
    zone = st.session_state.get(_ZONE)
    st.session_state.clear()
    st.session_state[_WHO] = who
    if zone is not None:
        st.session_state[_ZONE] = zone


def zone() -> ZoneInfo:
    """The time zone that pages write: the one that was chosen, else the browser's, else UTC."""
    return zone_of(chosen_zone() or st.context.timezone)


def chosen_zone() -> str | None:
    """The time zone that was chosen, in this tab or at an earlier visit; None for the browser's."""
    name: str = (
        st.session_state[_ZONE] if _ZONE in st.session_state else st.context.cookies.get(_KEPT, "")
    )
    return name if name and zone_of(name).key == name else None


def read_in(name: str | None) -> None:
    """Write times in this zone from now on, None for the browser's."""
    st.session_state[_ZONE] = name or ""


def keep_zone() -> None:
    """Let the browser keep what was chosen."""
    scripted("zone")(key="keep-zone", data={"zone": chosen_zone() or ""})


def acting_banner(visit: Visit) -> None:
    """Say on every page that somebody other than usual acts, so that nobody forecasts in another's
    name unawares.
    """
    if st.session_state.get(_WHO) is None or visit.me == visit.tracker.settings.me:
        return
    name = next((p.name for p in visit.tracker.people() if p.id == visit.me), visit.me)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="acting"):
        st.markdown(
            f":material/person: You act as **{inert(name)}** until this tab is reloaded.",
            width="content",
        )
        st.page_link(visit.pages["settings"], label="Change")
