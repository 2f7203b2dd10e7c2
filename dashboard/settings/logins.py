"""Part of the People page: where one is logged in, how to log in elsewhere, what was refused."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.components.acting import get_login_id, notify
from dashboard.components.rows import Row, RowColumn, TextCell, show_rows
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_refusals, show_section_title
from dashboard.wording.browsers import describe_browser
from dashboard.wording.numbers import escape_markdown, plural
from tracker.model.accounts import Login, Refusal

_COLUMNS: Final = (
    RowColumn("browser", "Browser"),
    RowColumn("address", "Address"),
    RowColumn("seen", "Last seen", "end"),
)
_REFUSAL_COLUMNS: Final = (
    RowColumn("who", "Who"),
    RowColumn("act", "What"),
    RowColumn("at", "When", "end"),
)
_DOORS: Final = {"page": "", "command": "command line", "api": "program", "mcp": "program"}
_ACTS: Final = {"token": "invalid token", "acting_as": "act for somebody else"}
_FIRST: Final = 5


def show_logins(visit: Visit) -> None:
    """Show where the visitor is logged in, and let them end what is not theirs any more."""
    current = get_login_id()
    logins = visit.tracker.accounts.logins()
    show_section_title("Your log-ins")
    if logins:
        rows = [_build_row(visit, login, is_current=login.id == current) for login in logins]
        show_rows("logins", "Your log-ins", _COLUMNS, rows, first=_FIRST)
    elif visit.tracker.settings.require_login:
        show_empty("A proxy before this server logs you in.", "Log out there.")
    else:
        show_empty("Nobody logs in here.", "Whoever reaches this page acts as you.")
    _show_ending(visit, [login for login in logins if login.id != current], current)
    _show_provider(visit)


def _build_row(visit: Visit, login: Login, *, is_current: bool) -> Row:
    browser = describe_browser(login.browser)
    cells = {
        "browser": TextCell(browser, "this browser" if is_current else ""),
        "address": TextCell(login.address),
        "seen": TextCell(visit.age(login.seen_at)),
    }
    return Row(login.id, cells)


def _show_ending(visit: Visit, other_logins: Sequence[Login], current: str) -> None:
    if not other_logins:
        return
    names = {
        login.id: f"{describe_browser(login.browser)}, {visit.age(login.seen_at)}"
        for login in other_logins
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Log-in", list(names), format_func=names.__getitem__)
        st.button("End it", on_click=_end, args=(visit, chosen))
        st.button("End all others", on_click=_end_others, args=(visit, current))


def _end(visit: Visit, login_id: str) -> None:
    with show_refusals():
        visit.tracker.accounts.end_login(login_id)
        notify("That browser is logged out")


def _end_others(visit: Visit, current: str) -> None:
    with show_refusals():
        count = visit.tracker.accounts.end_other_logins(current)
        notify(f"{plural(count, 'other browser')} logged out")


def _show_provider(visit: Visit) -> None:
    """Offer to link the provider, to whoever is logged in."""
    client = visit.tracker.settings.oidc_client
    if client is None or not visit.tracker.settings.require_login:
        return
    name = escape_markdown(client.name)
    if client.issuer in visit.tracker.accounts.issuers():
        st.caption(f"You can log in with {name}, too.")
    else:
        st.link_button(f"Link {name}", "/link", icon=":material/link:")


def show_refused(visit: Visit) -> None:
    """Show an admin what was refused lately."""
    refusals = visit.tracker.accounts.refusals()
    if refusals:
        with st.expander("Refused lately", icon=":material/block:"):
            rows = [_build_refusal_row(visit, refusal) for refusal in refusals]
            show_rows("refusals", "Refused lately", _REFUSAL_COLUMNS, rows, first=_FIRST)
            st.caption("Of each account or token ten an hour are listed, the others counted.")


def _build_refusal_row(visit: Visit, refusal: Refusal) -> Row:
    count = f"{refusal.count:,} " if refusal.count > 1 else ""
    cells = {
        "who": TextCell(refusal.name, _DOORS.get(refusal.door, "")),
        "act": TextCell(f"{count}{_ACTS.get(refusal.act, refusal.act)}"),
        "at": TextCell(visit.age(refusal.at)),
    }
    return Row(str(refusal.seq), cells)
