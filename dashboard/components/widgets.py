"""Shared widgets and columns. Feed text goes through `st.text` or a table cell, never Markdown."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import chain, count
from typing import Any, Final, TypeVar

import pandas as pd
import streamlit as st

from dashboard.components.score_data import list_rules_for
from dashboard.components.visit import Visit
from dashboard.wording.numbers import clip, escape_markdown, safe_web_link
from forecasts.errors import ForecastsError
from forecasts.questions import formatting
from forecasts.questions.formatting import capitalise, format_signed
from forecasts.questions.question import Question
from forecasts.scoring.rulebook import RULES, RuleName
from tracker.errors import TrackerError
from tracker.reports.content import ReportKind
from tracker.reports.report_files import MEDIA_TYPES, ReportFormat, render_report

K = TypeVar("K", bound=str)

WRAPPED_ROW_HEIGHT: Final = 62
"""Row height for text of two or three lines; streamlit wraps from 4 rem (60 px here) on."""

MAX_QUESTION_CHARACTERS: Final = 80
"""Characters of a question's text in a refusal."""

ROW_HEIGHT: Final = 35
HEADER_HEIGHT: Final = 40
MAX_TABLE_HEIGHT: Final = 900


@contextmanager
def show_refusals(question: Question | None = None) -> Iterator[None]:
    """Show a refusal as one sentence; the requested act has not happened."""
    try:
        yield
    except (ForecastsError, TrackerError) as refusal:
        st.error(escape_markdown(describe_refusal(refusal, question)), icon=":material/error:")


def describe_refusal(refusal: Exception, question: Question | None = None) -> str:
    """Describe a refusal in a sentence, in which the question stands by its text."""
    words = str(refusal)
    if question is not None:
        name = f"“{clip(question.text, MAX_QUESTION_CHARACTERS)}”"
        words = re.sub(rf"(?<![\w-])'?{re.escape(question.id)}'?(?![\w-])", lambda _: name, words)
    return formatting.format_sentence(words)


def show_skeleton() -> AbstractContextManager[object]:
    """Show a skeleton placeholder while slow content loads.

    It appears with a delay, so that cached content does not flicker.
    """
    return st.skeleton(height=320)


def format_sentence(text: str) -> str:
    """Format an error message as a sentence without Markdown."""
    return escape_markdown(formatting.format_sentence(text))


def show_headline_note(visit: Visit) -> None:
    """Show who worded the headlines of a replay; nothing in a live database."""
    if note := visit.tracker.system.headline_credit():
        st.caption(escape_markdown(note))


def link_to_question(visit: Visit, question: Question, label: str, icon: str | None = None) -> None:
    """Show a link that keeps the session; its label is truncated to fit, so it is short."""
    st.page_link(visit.pages["question"], label=label, icon=icon, query_params={"q": question.id})


def show_choice(
    label: str, options: Mapping[K, str], name: str, show: Any = st.selectbox, **how: Any
) -> K | None:
    """Show a choice of {id: words} that keeps the chosen id in the address parameter `name`.

    Streamlit's own binding would write the words, which change and may be long. The address
    decides: a link to the same page with another choice is followed.
    """
    ids = list(options)
    index: int | None = how.pop("index", None)
    usual = None if index is None else ids[index]
    key = f"choose-{name}"
    in_address = st.query_params.get(name)
    st.session_state[key] = next((known for known in ids if known == in_address), usual)
    if show is st.selectbox:
        how["index"] = None if usual is None else 0  # with None it can be cleared
    picked: K | None = show(
        label,
        ids,
        format_func=options.__getitem__,
        key=key,
        on_change=_keep_choice,
        args=(name, usual),
        **how,
    )
    return picked


def _keep_choice(name: str, usual: str | None) -> None:
    picked = st.session_state[f"choose-{name}"]
    if picked is None or picked == usual:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = picked


def show_buttons(label: str, options: Sequence[K], usual: K, key: str) -> K:
    """Show a row of buttons of which one is always chosen, kept in the address."""
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


def show_drawer(sections: Mapping[str, Callable[[], None]]) -> None:
    """Show details, closed until they are opened: one section at a time, kept in the address."""
    is_chosen = st.query_params.get("details") in sections
    drawer = st.expander("Details", is_chosen, key="details-drawer", on_change="rerun")
    if not drawer.open:
        return
    with drawer:
        picked = st.pills(
            "Details",
            list(sections),
            key="details",
            bind="query-params",
            label_visibility="collapsed",
        )
        if picked is not None:
            sections[picked]()


def find_unused(name: str, used: Collection[str]) -> str:
    """Return the name, with a number behind it if it is used."""
    names = chain([name], (f"{name}-{n}" for n in count(2)))
    return next(free for free in names if free not in used)


def unwrap_prose(text: str) -> str:
    """Remove the line breaks of prose; paragraphs stay."""
    return "\n\n".join(" ".join(block.split()) for block in text.strip().split("\n\n"))


def link_to_site(url: str, label: str, key: str) -> None:
    """Show a button to an external page, or the address as text if it is not safe to open."""
    safe = safe_web_link(url)
    if safe is None and url:
        st.text(f"Broken link: {url[:200]}")
    elif safe is not None:
        st.link_button(label, safe, icon=":material/open_in_new:", type="tertiary", key=key)


def ask_line(label: str, key: str, value: str = "", place: Any = st, **how: Any) -> str:
    """Show a field of one line, and return what stands in it without spaces around."""
    how = {"max_chars": 1_000, "autocomplete": "off", **how}
    return (place.text_input(label, value, key=key, **how) or "").strip()


def show_section_title(words: str) -> None:
    """Show the title of a section."""
    st.markdown(f"#### {words}")


def show_no_questions(visit: Visit) -> None:
    """Show the first steps of a database without questions."""
    show_empty(
        "There are no questions yet.",
        "Load a question set on Home, or write your own.",
    )
    with st.container(horizontal=True):
        st.page_link(visit.pages["home"], label="First steps", icon=":material/home:")
        st.page_link(visit.pages["ask"], label="Ask your first question", icon=":material/add:")


def show_empty(text: str, next_step: str) -> None:
    """Show an empty state with the next step."""
    with st.container(border=True):
        st.markdown(f"**{text}**")
        st.caption(next_step)


def show_table(frame: pd.DataFrame, columns: dict[str, Any], alt: str, **how: Any) -> Any:
    """Show a table of exactly these columns; others are not sent to the browser.

    It is as high as its rows up to `MAX_TABLE_HEIGHT`, so that a long list never pushes away the
    rest of a page. Numbers with a signed format, such as `%+.1f`, are formatted here with a true
    minus: the browser has only a hyphen.
    """
    shown = [name for name in frame.columns if name in columns]
    formats = {
        name: matched
        for name in shown
        if (matched := _SIGNED_FORMAT.fullmatch(_get_format(columns[name])))
    }
    formatters: dict[Any, Any] = {
        name: partial(_format_signed, matched) for name, matched in formats.items()
    }
    column_config: dict[str, Any] = {
        name: _remove_format(column) if name in formatters else column
        for name, column in columns.items()
    }
    needed = len(frame) * how.get("row_height", ROW_HEIGHT) + HEADER_HEIGHT
    how.setdefault("height", "content" if needed <= MAX_TABLE_HEIGHT else MAX_TABLE_HEIGHT)
    return st.dataframe(
        frame[shown].style.format(formatters, na_rep="–") if formatters else frame[shown],
        column_config=column_config,
        column_order=list(columns),
        hide_index=True,
        placeholder="–",
        alt=alt,
        **how,
    )


_SIGNED_FORMAT: Final = re.compile(r"%\+\.(\d)f(.*)")


def _get_format(column: Any) -> str:
    """Return the number format of a column; empty for a column of another type."""
    return (
        ((column.get("type_config") or {}).get("format") or "") if isinstance(column, dict) else ""
    )


def _remove_format(column: Mapping[str, Any]) -> dict[str, Any]:
    return {**column, "type_config": {**column["type_config"], "format": None}}


def _format_signed(matched: re.Match[str], value: float) -> str:
    return f"{format_signed(value, int(matched[1]))}{matched[2].replace('%%', '%')}"


def get_latest_pick(state: Any, key: str) -> tuple[int, str | None] | None:
    """Return what was picked last in the table `key`: (row, column), or (row, None) by its box.

    The browser keeps a ticked box when a cell of another row is clicked, and the other way round.
    """
    rows = list(state.selection.get("rows", []))
    cells = [tuple(cell) for cell in state.selection.get("cells", [])]
    memory = f"{key}-latest-pick"
    rows_before, cells_before, by_cell = st.session_state.get(memory, ([], [], True))
    if cells and cells != cells_before:
        by_cell = True
    elif rows and rows != rows_before:
        by_cell = False
    st.session_state[memory] = rows, cells, by_cell
    if cells and (by_cell or not rows):
        return cells[0][0], cells[0][1]
    return (rows[0], None) if rows else None


def get_selected_row(state: Any) -> int | None:
    """Return the row selected in a table, by its box or by any of its cells."""
    rows: Sequence[int] = state.selection.get("rows", [])
    cells: Sequence[tuple[int, str]] = state.selection.get("cells", [])
    return rows[0] if rows else cells[0][0] if cells else None


_LABELS: Final[dict[ReportFormat, tuple[str, str]]] = {
    "html": ("HTML", "One file that opens anywhere, offline too, and prints well."),
    "pdf": ("PDF", "With vector charts, and the data attached."),
    "json": (
        "Data",
        "The report’s data as JSON, with the same SHA-256.",
    ),
}


def show_report_buttons(visit: Visit, kind: ReportKind, name: str = "") -> None:
    """Show the download buttons of one report."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"report-{kind}-{name}"
    ):
        st.caption("Report:", width="content")
        parts = (kind, name, f"{visit.stands_at:%Y-%m-%d}")
        stem = "-".join(part for part in parts if part)
        for file_format, (label, help_text) in _LABELS.items():
            st.download_button(
                label,
                make_report_later(visit, kind, name, file_format),
                f"{stem}.{file_format}",
                MEDIA_TYPES[file_format],
                key=f"report-{kind}-{name}-{file_format}",
                help=help_text,
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )


def make_report_later(
    visit: Visit, kind: ReportKind, name: str, file_format: ReportFormat
) -> Callable[[], bytes]:
    """Return a function that builds the report when its button is pressed."""
    tracker = visit.tracker
    return lambda: render_report(tracker.reports.build(kind, name), file_format)


_C = st.column_config

_SKILL = (
    "100 × the gain of the headline rule over knowing nothing, over the scheduled time. "
    "Higher is better."
)

_DEFAULT_RULES: Final[tuple[RuleName, ...]] = (
    "brier",
    "ranked",
    "crps",
    "log",
    "quantile",
    "baseline",
    "peer",
)
"""Rules that a table of scores shows by default."""


def build_score_columns(question: Question, *, everything: bool) -> dict[str, object]:
    """Build the columns of a score table: skill, the rules (headline rule first), coverage."""
    rules = list_rules_for(question.kind)
    shown = rules if everything else [r for r in rules if r.name in _DEFAULT_RULES]
    numbers: dict[str, object] = {
        r.name: _C.NumberColumn(
            f"{r.title} {'↓' if r.better == 'lower' else '↑'}",
            format="%+.1f" if r.is_points else "%.3f",
            help=f"{describe_direction(r.name)}.",
        )
        for r in shown
    }
    return {
        "forecaster": _C.TextColumn("Forecaster", width="medium"),
        "skill": _C.NumberColumn("Skill", format="%+.1f", help=_SKILL),
        **numbers,
        "coverage": _C.NumberColumn(
            "Coverage", format="%g%%", help="Share of the scheduled time with a forecast."
        ),
    }


def describe_direction(rule: RuleName) -> str:
    """Describe the range of a rule and the better direction."""
    definition = RULES[rule]
    return f"{capitalise(definition.range)}; {definition.better} is better"
