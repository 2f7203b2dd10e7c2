"""Subscriptions: a feed by its address, with a trial, or feeds from an OPML list; export of all
feeds.
"""

from typing import Final

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED_ROW_HEIGHT, show_refusals, show_table
from dashboard.feeds.data import (
    FeedTrial,
    candidate_label,
    summarise_trial,
    trial_matches_frame,
    trial_verdict,
)
from dashboard.wording import capitalise, clip, describe_import
from tracker.model.read_models import FeedImport

_C = st.column_config
_TRIAL_KEY: Final = "tried"
_IMPORT_KEY: Final = "brought"
_ADDRESS_KEY: Final = "new-feed"
_RETRY_KEY: Final = "try-instead"
MAX_LIST_MEGABYTES = 10
MAX_SKIPPED_LINES = 50


@st.fragment
def render(visit: Visit, *, first: bool) -> None:
    """Show two collapsed forms below the feeds; the first is open where there is no feed yet.

    A fragment: typing and trying here does not load all feeds again.
    """
    with st.expander("Add a feed", icon=":material/add:", expanded=first, key="add-feed"):
        _show_address_form(visit)
    with st.expander("Lists of feeds (OPML)", icon=":material/list:", key="feed-lists"):
        _show_list_forms(visit, empty=first)


def _show_address_form(visit: Visit) -> None:
    st.caption(
        "The address of a feed, or of a page that names its feed. A test reads it once and "
        "keeps nothing."
    )
    url = (
        st.text_input("Address", key=_ADDRESS_KEY, placeholder="https://…", autocomplete="off")
        or ""
    ).strip()
    with st.container(horizontal=True, gap="xsmall"):
        is_testing = st.button("Test", key="test-feed", icon=":material/science:")
        is_subscribing = st.button("Read it from now on", key="subscribe", type="primary")
    if is_subscribing:
        _subscribe(visit, url)
    if is_testing or st.session_state.pop(_RETRY_KEY, False):
        _try_feed(visit, url)
    trial = st.session_state.get(_TRIAL_KEY)
    if isinstance(trial, FeedTrial) and trial.url == url:
        _show_trial(visit, trial)


def _is_address_missing(url: str) -> bool:
    if not url:
        st.error("There is no address yet: fill one in first.", icon=":material/error:")
    return not url


def _subscribe(visit: Visit, url: str) -> None:
    if _is_address_missing(url):
        return
    with show_refusals():
        with st.spinner("Asking the server …"):
            feed = visit.tracker.feeds.subscribe(url)
        st.session_state.pop(_TRIAL_KEY, None)
        notify(f"{clip(feed.title, 80)} is read from now on")
        st.switch_page(visit.pages["feeds"], query_params={"feed": feed.id})


def _try_feed(visit: Visit, url: str) -> None:
    st.session_state.pop(_TRIAL_KEY, None)
    if _is_address_missing(url):
        return
    with show_refusals(), st.spinner("Asking the server …"):
        st.session_state[_TRIAL_KEY] = summarise_trial(visit.tracker.feeds.try_address(url))


def _show_trial(visit: Visit, trial: FeedTrial) -> None:
    """Show the result of a trial, the most important facts first."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(trial_verdict(trial))
        if trial.is_feed:
            st.text(clip(trial.title, 200))
        elif trial.reason != trial.answer:
            st.text(f"{capitalise(trial.reason)}.")
        st.text(capitalise(trial.answer))
        if trial.is_feed:
            _show_trial_content(visit, trial)
        if trial.candidates:
            _show_candidates(visit, trial)


def _show_trial_content(visit: Visit, trial: FeedTrial) -> None:
    if trial.odd:
        st.text(f"Odd about the document: {trial.odd}")
    if trial.matches:
        texts = {s.question.id: s.question.text for s in visit.tracker.questions.list()}
        columns = {
            "title": _C.TextColumn("Would be evidence", width=330),
            "question": _C.TextColumn("On the question", width=330),
            "signpost": _C.TextColumn("Signpost", width=200),
            "words": _C.TextColumn("Matched words", width=180),
        }
        show_table(
            trial_matches_frame(trial, texts),
            columns,
            "What would be evidence",
            row_height=WRAPPED_ROW_HEIGHT,
        )
    if trial.entries:
        columns = {
            "published": _C.DatetimeColumn(
                "Published", format="D MMM YYYY, HH:mm", timezone=visit.zone.key, width=140
            ),
            "title": _C.TextColumn(
                "Its first entries" if trial.entries > len(trial.preview) else "Its entries",
                width=800,
            ),
        }
        show_table(trial.preview, columns, "The first entries of this feed")


def _show_candidates(visit: Visit, trial: FeedTrial) -> None:
    """Show the feeds that a page links to; one of them can be tried instead."""
    are_linked = any(candidate.how != "guess" for candidate in trial.candidates)
    urls = {candidate_label(candidate): candidate.url for candidate in trial.candidates}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        label = (
            "The page names these feeds"
            if are_linked
            else "It names no feed; these are usual places for one"
        )
        chosen = st.selectbox(label, list(urls), key="candidate", width="stretch")
        st.button(
            "Test this one", key="test-candidate", on_click=_try_candidate, args=(urls[chosen],)
        )


def _try_candidate(url: str) -> None:
    """Replace the address, which is possible only before a run, and request a trial."""
    st.session_state[_ADDRESS_KEY] = url
    st.session_state[_RETRY_KEY] = True


def _show_list_forms(visit: Visit, *, empty: bool) -> None:
    st.caption(
        "What other feed readers give out and take in. Feeds that are there already stay as "
        "they are."
    )
    number = st.session_state.setdefault("lists-taken", 0)  # a new key clears the field
    upload = st.file_uploader(
        "A list from another reader",
        type=["opml", "xml"],
        key=f"list-{number}",
        max_upload_size=MAX_LIST_MEGABYTES,
    )
    if upload is not None and st.button("Add its feeds", key="import-feeds", type="primary"):
        with show_refusals():
            st.session_state[_IMPORT_KEY] = visit.tracker.feeds.import_opml(upload.getvalue())
            st.session_state["lists-taken"] = number + 1
            st.rerun()
    report = st.session_state.get(_IMPORT_KEY)
    if isinstance(report, FeedImport):
        _show_import(report)
    if not empty:
        st.download_button(
            "Save all feeds as a list",
            visit.tracker.feeds.export_opml,
            file_name="feeds.opml",
            mime="text/x-opml",
            icon=":material/download:",
            on_click="ignore",
            key="export-feeds",
        )


def _show_import(report: FeedImport) -> None:
    """Show the result of an import with the reasons of skipped feeds."""
    with st.container(border=True, gap="xsmall"):
        if report.title:
            st.text(clip(report.title, 200))
        st.markdown(
            f"**{describe_import(report)}**{' Left out, and why:' if report.skipped else ''}"
        )
        if report.skipped:
            omitted = len(report.skipped) - MAX_SKIPPED_LINES
            lines = [f"• {reason}" for reason in report.skipped[:MAX_SKIPPED_LINES]]
            st.text("\n".join([*lines, *([f"… and {omitted:,} more"] if omitted > 0 else [])]))
