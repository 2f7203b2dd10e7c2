"""Pieces that pages share. Feed text goes through `st.text` or a table cell, never through
Markdown.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, Final, TypeVar

import pandas as pd
import streamlit as st

from dashboard.components.visit import Visit
from dashboard.wording import inert, web_link
from forecasts.errors import ForecastsError
from forecasts.questions.format import signed
from forecasts.questions.question import Question
from tracker.errors import TrackerError

K = TypeVar("K", bound=str)

WRAPPED: Final = 62
"""Height of a row in which text may take two or three lines; streamlit wraps from 4 rem (60 px
here) on.
"""

ROW: Final = 35
HEADER: Final = 40
TALLEST: Final = 900


@contextmanager
def calm() -> Iterator[None]:
    """A refusal becomes one sentence on the page; what was asked for has not happened."""
    try:
        yield
    except (ForecastsError, TrackerError) as refusal:
        st.error(sentence(str(refusal)), icon=":material/error:")


def worked_out(height: int = 320) -> AbstractContextManager[object]:
    """Around what may take longer than the blink of an eye: what is above stands already, and a
    grey field waits below.

    It shows only after a moment, so that what is remembered comes without a flicker.
    """
    return st.skeleton(height=height)


def sentence(text: str) -> str:
    """An error message as a sentence, with nothing in it that Markdown could act on."""
    return inert(text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else "."))


def replay_banner(visit: Visit) -> None:
    """Say on every page of a replay that it is one."""
    until = visit.replayed_until
    if until is not None:
        st.info(
            f"**Replay of 2022–{until.year}** with invented forecasters; not live.",
            icon=":material/history:",
        )


def restated(visit: Visit) -> None:
    """Say where headlines of a replay stand who worded them; nothing in a live database."""
    if said := visit.tracker.headlines():
        st.caption(inert(said))


def link_to_question(visit: Visit, question: Question, label: str, icon: str | None = None) -> None:
    """A link that keeps the session. Its label is cut off where it does not fit: a few words, no
    question.
    """
    st.page_link(visit.pages["question"], label=label, icon=icon, query_params={"q": question.id})


def choice(label: str, options: Mapping[K, str], name: str, **how: Any) -> K | None:
    """A selectbox of {id: words} whose choice stands in the address as its id, under this name.

    Streamlit's own binding would write the words, which change and may be long.
    """
    ids = list(options)
    default: int | None = how.pop("index", None)
    asked = [k for k, each in enumerate(ids) if each == st.query_params.get(name)]
    index = asked[0] if asked else default
    picked = st.selectbox(
        label, ids, index=index, format_func=options.__getitem__, key=f"choose-{name}", **how
    )
    if picked is None or (default is not None and picked == ids[default]):
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = picked
    return picked


def buttons(label: str, options: Sequence[K], usual: K, key: str) -> K:
    """A row of buttons of which one is always chosen, under its name in the address."""
    picked = st.segmented_control(
        label,
        options,
        default=usual,
        required=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
    )
    return picked or usual


def line_about(
    visit: Visit, question: Question, label: str, icon: str, *, inbox: bool = False
) -> None:
    """A short link, and the question's text beside it or, on a phone, below it.

    The link leads to the question, or to its evidence in the inbox.
    """
    page, params = (
        (visit.pages["inbox"], {"about": question.id}) if inbox else (visit.pages["question"], None)
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.page_link(page, label=label, icon=icon, query_params=params or {"q": question.id})
        st.markdown(inert(question.text), width="content")


def flat(text: str) -> str:
    """Prose without the line breaks of the file it was written in; paragraphs stay."""
    return "\n\n".join(" ".join(block.split()) for block in text.strip().split("\n\n"))


def link_out(url: str, label: str, key: str) -> None:
    """A button to another site, where the address may be offered; else the address as text, if
    there is one.
    """
    safe = web_link(url)
    if safe is None and url:
        st.text(f"No usable link: {url[:200]}")
    elif safe is not None:
        st.link_button(label, safe, icon=":material/open_in_new:", type="tertiary", key=key)


def titled(words: str) -> None:
    """The title of a section of a page."""
    st.markdown(f"#### {words}")


def no_questions(visit: Visit) -> None:
    """A database without a question says what comes next."""
    empty(
        "There are no questions yet.",
        "Load a question set on the page Today, or with `tracker sets import "
        "china_russia_2022`; or write your own.",
    )
    with st.container(horizontal=True):
        st.page_link(visit.pages["today"], label="The first steps", icon=":material/today:")
        st.page_link(visit.pages["ask"], label="Ask your first question", icon=":material/add:")


def empty(text: str, next_step: str) -> None:
    """An empty place says so, and what to do."""
    with st.container(border=True):
        st.markdown(f"**{text}**")
        st.caption(next_step)


def table(frame: pd.DataFrame, columns: dict[str, Any], alt: str, **how: Any) -> Any:
    """A table of exactly these columns; what is not configured is not sent to the browser.

    It is as high as its rows up to `TALLEST`, so that a long list never pushes the rest of a page
    away. A number whose format has a sign, such as `%+.1f`, is written as everywhere else, with a
    true minus: the browser has but a hyphen.
    """
    shown = [name for name in frame.columns if name in columns]
    formats = {
        name: found for name in shown if (found := _SIGNED.fullmatch(_format(columns[name])))
    }
    written: dict[Any, Any] = {name: partial(_signed, found) for name, found in formats.items()}
    plain: dict[str, Any] = {
        name: _unformatted(own) if name in written else own for name, own in columns.items()
    }
    needed = len(frame) * how.get("row_height", ROW) + HEADER
    how.setdefault("height", "content" if needed <= TALLEST else TALLEST)
    return st.dataframe(
        frame[shown].style.format(written, na_rep="–") if written else frame[shown],
        column_config=plain,
        column_order=list(columns),
        hide_index=True,
        placeholder="–",
        alt=alt,
        **how,
    )


_SIGNED: Final = re.compile(r"%\+\.(\d)f(.*)")


def _format(column: Any) -> str:
    """The format of a column's numbers; empty for a column of another sort."""
    return (
        ((column.get("type_config") or {}).get("format") or "") if isinstance(column, dict) else ""
    )


def _unformatted(column: Mapping[str, Any]) -> dict[str, Any]:
    return {**column, "type_config": {**column["type_config"], "format": None}}


def _signed(found: re.Match[str], value: float) -> str:
    return f"{signed(value, int(found[1]))}{found[2].replace('%%', '%')}"


def selected_row(state: Any) -> int | None:
    """The row that was picked in a table, by its box or by any of its cells."""
    rows: Sequence[int] = state.selection.get("rows", [])
    cells: Sequence[tuple[int, str]] = state.selection.get("cells", [])
    return rows[0] if rows else cells[0][0] if cells else None
