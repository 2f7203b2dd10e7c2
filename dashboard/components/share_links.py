"""Share links on a page: make one, copy its addresses, list and revoke."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.rows import Row, RowColumn, TextCell, show_rows
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from forecasts.questions.question import Question
from tracker.model.shares import NewShare, ShareKind, ShareLink

_KIND_NAMES: Final[dict[ShareKind, str]] = {
    "question": "Page, chart and changes",
    "chart": "Chart alone",
    "changes": "Changes as a feed",
    "calendar": "Calendar",
}
_LIVES: Final[dict[str, float | None]] = {"Until revoked": None, "30 days": 30, "A year": 365}
_COLUMNS: Final = (
    RowColumn("kind", "Link"),
    RowColumn("used", "Last used", "end"),
    RowColumn("until", "Until", "end"),
)
_NEW_KEY: Final = "new-share"


def show_question_links(visit: Visit, question: Question) -> None:
    """Show the links to a question, and make new ones."""
    kinds: tuple[ShareKind, ...] = ("question", "chart", "changes")
    if not visit.may_curate:
        kinds = ("changes",)
    st.markdown("**Links without a log-in**")
    st.caption(
        "Whoever has such a link sees the numbers, names and evidence, or subscribes to the "
        "changes with their reasons. It shows nothing that you may not see."
    )
    links = [link for link in visit.tracker.shares.list(question.id) if link.kind in _KIND_NAMES]
    _show_links(visit, kinds, links, question)


def show_calendar_links(visit: Visit) -> None:
    """Show the subscriptions to the calendar, and make new ones."""
    st.caption(
        "A calendar program asks this address from time to time. It shows what you see, to "
        "whoever has the address."
    )
    links = [link for link in visit.tracker.shares.list() if link.kind == "calendar"]
    _show_links(visit, ("calendar",), links, None)


def _show_links(
    visit: Visit,
    kinds: Sequence[ShareKind],
    links: Sequence[ShareLink],
    question: Question | None,
) -> None:
    _show_new_link(visit, question)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = (
            st.selectbox("Shows", kinds, format_func=_KIND_NAMES.__getitem__)
            if len(kinds) > 1
            else kinds[0]
        )
        life = st.selectbox("Lasts", list(_LIVES))
        name = None if question is None else question.id
        st.button("Make a link", on_click=partial(_make, visit, kind, name, _LIVES[life]))
    if not links:
        return
    show_rows("share-links", "Links", _COLUMNS, [_build_row(visit, link) for link in links])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = {link.id: f"{_KIND_NAMES[link.kind]}, {visit.day(link.made_at)}" for link in links}
        chosen = st.selectbox("Link", list(names), format_func=names.__getitem__)
        st.button("Revoke", on_click=partial(_revoke, visit, chosen))


def _show_new_link(visit: Visit, question: Question | None) -> None:
    """Show the addresses of a new link once."""
    share: NewShare | None = st.session_state.pop(_NEW_KEY, None)
    if share is None:
        return
    home = visit.tracker.settings.base_url
    st.success("Copy what you need now: it is not shown again.")
    addresses = share.list_addresses(home)
    frame = share.write_frame(home, question.text) if question is not None else ""
    for name, text in {**addresses, "For another page": frame}.items():
        if text:
            st.caption(name)
            st.code(text, language=None, wrap_lines=True)


def _build_row(visit: Visit, link: ShareLink) -> Row:
    until = "no end" if link.expires_at is None else visit.day(link.expires_at)
    cells = {
        "kind": TextCell(_KIND_NAMES[link.kind], f"by {link.maker}, {visit.day(link.made_at)}"),
        "used": TextCell(visit.age(link.used_at) if link.used_at else "never"),
        "until": TextCell(until),
    }
    return Row(link.id, cells)


def _make(visit: Visit, kind: ShareKind, question_id: str | None, days: float | None) -> None:
    with show_refusals():
        st.session_state[_NEW_KEY] = visit.tracker.shares.make(kind, question_id, days=days)


def _revoke(visit: Visit, link_id: str) -> None:
    with show_refusals():
        visit.tracker.shares.revoke(link_id)
        notify("The link shows nothing any more")
