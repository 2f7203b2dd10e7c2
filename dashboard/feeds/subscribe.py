"""More feeds: by an address, which can be tried first, or from another reader's list; and the list
to take away.
"""

from typing import Final

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED, calm, table
from dashboard.feeds.trial_data import Tried, matches_frame, named, tried, verdict
from dashboard.wording import brought, capital, clipped
from tracker.model.read_models import Imported

_C = st.column_config
_TRIED: Final = "tried"
_BROUGHT: Final = "brought"
_ADDRESS: Final = "new-feed"
_INSTEAD: Final = "try-instead"
MEGABYTES = 10
LEFT_OUT = 50


@st.fragment
def render(visit: Visit, *, first: bool) -> None:
    """Two closed drawers below the feeds; the one for an address is open where there is no feed
    yet.

    A fragment: what is typed and tried here does not gather all feeds again.
    """
    with st.expander("Add a feed", icon=":material/add:", expanded=first, key="add-feed"):
        _by_address(visit)
    with st.expander("Lists of feeds (OPML)", icon=":material/list:", key="feed-lists"):
        _lists(visit, empty=first)


def _by_address(visit: Visit) -> None:
    st.caption(
        "The address of a feed, or of a page that names its feed. A test reads it once and "
        "keeps nothing."
    )
    url = (
        st.text_input("Address", key=_ADDRESS, placeholder="https://…", autocomplete="off") or ""
    ).strip()
    with st.container(horizontal=True, gap="xsmall"):
        test = st.button("Test", key="test-feed", icon=":material/science:")
        read = st.button("Read it from now on", key="subscribe", type="primary")
    if read:
        _subscribe(visit, url)
    if test or st.session_state.pop(_INSTEAD, False):
        _try(visit, url)
    found = st.session_state.get(_TRIED)
    if isinstance(found, Tried) and found.url == url:
        _trial(visit, found)


def _needs_address(url: str) -> bool:
    if not url:
        st.error("There is no address yet: fill one in first.", icon=":material/error:")
    return not url


def _subscribe(visit: Visit, url: str) -> None:
    if _needs_address(url):
        return
    with calm():
        with st.spinner("Asking the server …"):
            feed = visit.tracker.subscribe(url)
        st.session_state.pop(_TRIED, None)
        say(f"{clipped(feed.title, 80)} is read from now on")
        st.switch_page(visit.pages["feeds"], query_params={"feed": feed.id})


def _try(visit: Visit, url: str) -> None:
    st.session_state.pop(_TRIED, None)
    if _needs_address(url):
        return
    with calm(), st.spinner("Asking the server …"):
        st.session_state[_TRIED] = tried(visit.tracker.try_feed(url))


def _trial(visit: Visit, found: Tried) -> None:
    """What an address answered, in the order in which one wants to know it."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(verdict(found))
        if found.is_feed:
            st.text(clipped(found.title, 200))
        elif found.reason != found.answer:
            st.text(f"{capital(found.reason)}.")
        st.text(capital(found.answer))
        if found.is_feed:
            _inside(visit, found)
        if found.candidates:
            _candidates(visit, found)


def _inside(visit: Visit, found: Tried) -> None:
    if found.odd:
        st.text(f"Odd about the document: {found.odd}")
    if found.matches:
        texts = {s.question.id: s.question.text for s in visit.tracker.questions()}
        columns = {
            "title": _C.TextColumn("Would be evidence", width=330),
            "question": _C.TextColumn("On the question", width=330),
            "signpost": _C.TextColumn("Signpost", width=200),
            "words": _C.TextColumn("Matched words", width=180),
        }
        table(matches_frame(found, texts), columns, "What would be evidence", row_height=WRAPPED)
    if found.entries:
        columns = {
            "published": _C.DatetimeColumn(
                "Published", format="D MMM YYYY, HH:mm", timezone=visit.zone.key, width=140
            ),
            "title": _C.TextColumn(
                "Its first entries" if found.entries > len(found.preview) else "Its entries",
                width=800,
            ),
        }
        table(found.preview, columns, "The first entries of this feed")


def _candidates(visit: Visit, found: Tried) -> None:
    """The feeds that a page names; one of them is put in the place of its address and tried."""
    sure = any(candidate.how != "guess" for candidate in found.candidates)
    urls = {named(candidate): candidate.url for candidate in found.candidates}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        label = (
            "The page names these feeds"
            if sure
            else "It names no feed; these are usual places for one"
        )
        chosen = st.selectbox(label, list(urls), key="candidate", width="stretch")
        st.button(
            "Test this one", key="test-candidate", on_click=_try_instead, args=(urls[chosen],)
        )


def _try_instead(url: str) -> None:
    """Only before a run may the address be written into its field; it is tried where the field
    is.
    """
    st.session_state[_ADDRESS] = url
    st.session_state[_INSTEAD] = True


def _lists(visit: Visit, *, empty: bool) -> None:
    st.caption(
        "What other feed readers give out and take in. Feeds that are there already stay as "
        "they are."
    )
    number = st.session_state.setdefault("lists-taken", 0)  # a new key empties the field
    found = st.file_uploader(
        "A list from another reader",
        type=["opml", "xml"],
        key=f"list-{number}",
        max_upload_size=MEGABYTES,
    )
    if found is not None and st.button("Add its feeds", key="import-feeds", type="primary"):
        with calm():
            st.session_state[_BROUGHT] = visit.tracker.import_feeds(found.getvalue())
            st.session_state["lists-taken"] = number + 1
            st.rerun()
    report = st.session_state.get(_BROUGHT)
    if isinstance(report, Imported):
        _report(report)
    if not empty:
        st.download_button(
            "Save all feeds as a list",
            visit.tracker.export_feeds,
            file_name="feeds.opml",
            mime="text/x-opml",
            icon=":material/download:",
            on_click="ignore",
            key="export-feeds",
        )


def _report(report: Imported) -> None:
    """What a list brought, and what of it was left out and why; the names are the list's own."""
    with st.container(border=True, gap="xsmall"):
        if report.title:
            st.text(clipped(report.title, 200))
        st.markdown(f"**{brought(report)}**{' Left out, and why:' if report.skipped else ''}")
        if report.skipped:
            more = len(report.skipped) - LEFT_OUT
            lines = [f"• {why}" for why in report.skipped[:LEFT_OUT]]
            st.text("\n".join([*lines, *([f"… and {more:,} more"] if more > 0 else [])]))
