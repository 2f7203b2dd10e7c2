"""Acting forecaster and time zone of a browser tab; both are chosen on the page Settings.

The session keeps the forecaster, so that nobody forecasts tomorrow in another's name; a cookie
keeps the time zone.
"""

from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.components.scripts import load_component
from dashboard.components.visit import Visit
from dashboard.wording import escape_markdown, parse_zone
from forecasts.questions.question import ForecasterId
from tracker.app.tracker import Tracker
from tracker.errors import NotFound

_FORECASTER_KEY: Final = "acting-as"
_ZONE_KEY: Final = "time-zone"
"""Session key of the zone chosen in this tab, empty for the browser's own."""

_ZONE_COOKIE: Final = "tracker-zone"
"""Cookie in which the browser keeps the zone."""


def get_acting_tracker(tracker: Tracker) -> Tracker:
    """Return the tracker of this session's forecaster: that of the settings, unless another was
    chosen.
    """
    forecaster_id = st.session_state.get(_FORECASTER_KEY)
    if forecaster_id is None or forecaster_id == tracker.me:
        return tracker
    try:
        return tracker.acting_as(forecaster_id)
    except NotFound:  # the database has been replaced
        st.session_state.pop(_FORECASTER_KEY)
        return tracker


def act_as(forecaster_id: ForecasterId) -> None:
    """Let another forecaster act from the next run on.

    Call it only before a run: it clears the session with all inputs, which belong to the other
    person.
    """
    zone_name = st.session_state.get(_ZONE_KEY)
    st.session_state.clear()
    st.session_state[_FORECASTER_KEY] = forecaster_id
    if zone_name is not None:
        st.session_state[_ZONE_KEY] = zone_name


def get_zone() -> ZoneInfo:
    """Return the time zone of the pages: the chosen one, else the browser's, else UTC."""
    return parse_zone(get_chosen_zone() or st.context.timezone)


def get_chosen_zone() -> str | None:
    """Return the time zone chosen in this tab or at an earlier visit; None for the browser's."""
    name: str = (
        st.session_state[_ZONE_KEY]
        if _ZONE_KEY in st.session_state
        else st.context.cookies.get(_ZONE_COOKIE, "")
    )
    return name if name and parse_zone(name).key == name else None


def choose_zone(name: str | None) -> None:
    """Choose the zone of times from now on, None for the browser's."""
    st.session_state[_ZONE_KEY] = name or ""


def save_zone() -> None:
    """Save the chosen zone in a cookie."""
    load_component("zone")(key="keep-zone", data={"zone": get_chosen_zone() or ""})


def show_acting_banner(visit: Visit) -> None:
    """Show a note on every page while another forecaster than that of the settings acts."""
    if st.session_state.get(_FORECASTER_KEY) is None or visit.me == visit.tracker.settings.me:
        return
    name = next((p.name for p in visit.tracker.people.list() if p.id == visit.me), visit.me)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="acting"):
        st.markdown(
            f":material/person: You act as **{escape_markdown(name)}** until this tab is reloaded.",
            width="content",
        )
        st.page_link(visit.pages["settings"], label="Change")
