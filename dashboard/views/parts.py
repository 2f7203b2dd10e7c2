"""Pieces that pages share. Feed text goes through `st.text` or a table cell, never through Markdown."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard.views.visit import Visit
from dashboard.wording import inert, web_link
from forecasts.errors import ForecastsError
from forecasts.question import Question
from tracker.errors import TrackerError

_SAID: Final = "said"


@contextmanager
def calm() -> Iterator[None]:
    """A refusal becomes one sentence on the page; what was asked for has not happened."""
    try:
        yield
    except (ForecastsError, TrackerError) as refusal:
        st.error(sentence(str(refusal)), icon=":material/error:")


def sentence(text: str) -> str:
    """An error message as a sentence, with nothing in it that Markdown could act on."""
    return inert(text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else "."))


def say(text: str) -> None:
    """Keep a sentence for the next run of the page: what was just done."""
    st.session_state[_SAID] = text


def said() -> None:
    """Show what was just done, once."""
    text = st.session_state.pop(_SAID, None)
    if text:
        st.toast(inert(text), icon=":material/check:")


def replay_banner(visit: Visit) -> None:
    """Say on every page of a replay that it is one."""
    until = visit.tracker.replayed_until()
    if until is not None:
        st.info(
            f"**Replay of 2022 to {until.year}**, with invented forecasters and headlines in our own words; not live.",
            icon=":material/history:",
        )


def link_to_question(visit: Visit, question: Question, label: str, icon: str | None = None) -> None:
    """A link that keeps the session; `label` is Markdown, so whoever calls makes it inert."""
    st.page_link(visit.pages["question"], label=label, icon=icon, query_params={"q": question.id})


def link_out(url: str, label: str, key: str) -> None:
    """A button to another site, where the address may be offered; else the address as text."""
    safe = web_link(url)
    if safe is None:
        st.text(f"No usable link: {url[:200]}")
    else:
        st.link_button(label, safe, icon=":material/open_in_new:", type="tertiary", key=key)


def empty(text: str, next_step: str) -> None:
    """An empty place says so, and what to do."""
    with st.container(border=True):
        st.markdown(f"**{text}**")
        st.caption(next_step)


def table(frame: pd.DataFrame, columns: dict[str, Any], alt: str, **how: Any) -> Any:
    """A table of exactly these columns; what is not configured is not sent to the browser."""
    shown = [name for name in frame.columns if name in columns]
    return st.dataframe(
        frame[shown],
        column_config=columns,
        column_order=list(columns),
        hide_index=True,
        placeholder="–",
        alt=alt,
        **how,
    )


def selected_row(state: Any) -> int | None:
    """The row that was picked in a table, by its box or by any of its cells."""
    rows: Sequence[int] = state.selection.get("rows", [])
    cells: Sequence[tuple[int, str]] = state.selection.get("cells", [])
    return rows[0] if rows else cells[0][0] if cells else None
