"""Subscriptions: a feed by one address, which is tried first, and lists of feeds (OPML)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.rows import (
    Cell,
    LinkCell,
    Row,
    RowColumn,
    TextCell,
    page_address,
    show_rows,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.wording.feeds import describe_import
from dashboard.wording.numbers import clip, plural
from forecasts.questions.formatting import capitalise
from tracker.model.feed_read_models import FeedImport, Trial, TrialMatch

if TYPE_CHECKING:
    from tracker.feeds.discovery.feed_links import FeedCandidate

_TRIAL_KEY: Final = "feed-trial"
_IMPORT_KEY: Final = "feed-import"
MAX_LIST_MEGABYTES: Final = 10
MAX_SKIPPED_LINES: Final = 50
MAX_ENTRIES: Final = 8
_TITLE_CHARACTERS: Final = 200
_COLUMNS: Final = (RowColumn("title", "Entry"), RowColumn("question", "Evidence on"))


@dataclass(frozen=True, slots=True)
class FeedTrial:
    """Trial of an address without its document; `title` is "" if it is no feed.

    All texts come from the server. `candidates` are the feeds that the page names, or usual places
    for one.
    """

    url: str
    title: str
    entries: tuple[str, ...]
    count: int
    matches: tuple[TrialMatch, ...]
    problem: str
    candidates: "tuple[FeedCandidate, ...]"


def summarise_trial(trial: Trial) -> FeedTrial:
    """Summarise a trial without its document."""
    parsed = trial.parsed
    return FeedTrial(
        trial.url,
        clip(parsed.title or "A feed without a title", _TITLE_CHARACTERS) if parsed else "",
        tuple(item.title for item in parsed.items[:MAX_ENTRIES]) if parsed else (),
        len(parsed.items) if parsed else 0,
        trial.matches,
        (parsed.warning or "") if parsed else trial.reason,
        trial.linked or trial.candidates,
    )


def trial_verdict(trial: FeedTrial) -> str:
    """Describe in a sentence, without foreign text, what an address has."""
    if not trial.title:
        if not trial.candidates:
            return "**No feed here.**"
        return "**A page, not a feed.** Choose one of the feeds that it may have:"
    matched = len({match.title for match in trial.matches}) or "none"
    entries = plural(trial.count, "entry", "entries")
    return f"**{entries}**; {matched} would be evidence on your open questions today."


def build_trial_rows(trial: FeedTrial, texts: dict[str, str]) -> list[Row]:
    """Build rows of the entries that would be evidence, then of the first of the rest."""
    matches: dict[str, list[TrialMatch]] = {}
    for match in trial.matches:
        matches.setdefault(match.title, []).append(match)
    rows: list[Row] = []
    for title in list(dict.fromkeys((*matches, *trial.entries)))[:MAX_ENTRIES]:
        cells: dict[str, Cell] = {"title": TextCell(title)}
        if title in matches:
            first, *more = matches[title]
            cells["title"] = TextCell(title, f"Matched words: {', '.join(first.matched)}")
            cells["question"] = LinkCell(
                texts.get(first.question_id, first.question_id),
                page_address("question", q=first.question_id),
                f"and {plural(len(more), 'more question')}" if more else "",
            )
        rows.append(Row(str(len(rows)), cells))
    return rows


@st.fragment
def show_address_form(visit: Visit) -> None:
    """Show the field for an address, and what was found there.

    A fragment: looking up an address does not load all feeds again.
    """
    with (
        st.form("add-feed", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"),
    ):
        url = st.text_input(
            "Add a feed", key="new-feed", placeholder="Address of a news site or feed",
            autocomplete="off", width=480,
        )  # fmt: skip
        if st.form_submit_button("Find", key="find-feed"):
            _find(visit, (url or "").strip())
    trial = st.session_state.get(_TRIAL_KEY)
    if isinstance(trial, FeedTrial):
        _show_trial(visit, trial)


def _find(visit: Visit, url: str) -> None:
    st.session_state.pop(_TRIAL_KEY, None)
    if not url:
        st.error("Enter an address first.", icon=":material/error:")
        return
    with show_refusals(), st.spinner("Asking the server …"):
        st.session_state[_TRIAL_KEY] = summarise_trial(visit.tracker.feeds.find(url))


def _show_trial(visit: Visit, trial: FeedTrial) -> None:
    with st.container(border=True, gap="small"):
        if trial.title:
            st.text(trial.title)
        st.markdown(trial_verdict(trial))
        if trial.problem and not trial.candidates:
            st.text(f"{capitalise(trial.problem)}.")
        if not trial.title:
            for nr, candidate in enumerate(trial.candidates):
                with st.container(horizontal=True, vertical_alignment="center"):
                    again = (visit, candidate.url)
                    st.button("Try", f"candidate-{nr}", on_click=_find, args=again)
                    st.text(" · ".join(filter(None, (candidate.title, candidate.url))))
            return
        if st.button("Subscribe", key="subscribe", type="primary"):
            _subscribe(visit, trial)
        texts = {str(s.question.id): s.question.text for s in visit.tracker.questions.list()}
        show_rows("trial", "Entries of this feed", _COLUMNS, build_trial_rows(trial, texts))


def _subscribe(visit: Visit, trial: FeedTrial) -> None:
    with show_refusals():
        with st.spinner("Asking the server …"):
            feed = visit.tracker.feeds.subscribe(trial.url)
        st.session_state.pop(_TRIAL_KEY, None)
        notify(f"Subscribed to {clip(feed.title, 80)}")
        st.switch_page(visit.pages["feeds"], query_params={"feed": feed.id})


@st.fragment
def show_lists(visit: Visit, *, empty: bool) -> None:
    """Show how lists of feeds come in and go out."""
    with st.expander("Import or export a list (OPML)", key="feed-lists"):
        number = st.session_state.setdefault("lists-taken", 0)  # a new key clears the field
        upload = st.file_uploader(
            "A list from another feed reader; feeds that you have stay as they are",
            type=["opml", "xml"],
            key=f"list-{number}",
            max_upload_size=MAX_LIST_MEGABYTES,
        )
        if upload is not None and st.button("Import", key="import-feeds", type="primary"):
            with show_refusals():
                st.session_state[_IMPORT_KEY] = visit.tracker.feeds.import_opml(upload.getvalue())
                st.session_state["lists-taken"] = number + 1
                st.rerun()
        report = st.session_state.get(_IMPORT_KEY)
        if isinstance(report, FeedImport):
            _show_import(report)
        if not empty:
            st.download_button(
                "Export all feeds", visit.tracker.feeds.export_opml, "feeds.opml", "text/x-opml",
                key="export-feeds", icon=":material/download:", on_click="ignore",
            )  # fmt: skip


def _show_import(report: FeedImport) -> None:
    """Show the result of an import with the reasons of skipped feeds."""
    st.markdown(f"**{describe_import(report)}**{' Skipped:' if report.skipped else ''}")
    omitted = len(report.skipped) - MAX_SKIPPED_LINES
    more = f"\n… and {omitted:,} more" if omitted > 0 else ""
    st.text("\n".join(f"• {why}" for why in report.skipped[:MAX_SKIPPED_LINES]) + more)
