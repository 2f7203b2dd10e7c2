"""Toasts and the undo line of the last acts of a session.

Acts are on two stacks, as in an editor: undo takes back the last one, redo repeats it, a new act
clears the redo stack. An act that cannot be undone clears both, so that undo never skips it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from dashboard.wording import escape_markdown
from forecasts.errors import ForecastsError
from tracker.errors import TrackerError

UndoSide = Literal["undo", "redo"]

_TOAST_KEY: Final = "toast"
_LINE_KEY: Final = "notice-line"
_COUNT_KEY: Final = "notices"
_OPPOSITE: Final[dict[UndoSide, UndoSide]] = {"undo": "redo", "redo": "undo"}
_UNDO_BUTTONS: Final[tuple[tuple[UndoSide, str, str], ...]] = (
    ("undo", "Undo", "U"),
    ("redo", "Redo", "Shift+U"),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Message about an act. `reverse` does the opposite and returns its own notice with the way
    back.
    """

    text: str
    reverse: "Callable[[], Notice] | None" = None
    icon: str = ":material/check:"


def notify(text: str) -> None:
    """Show a message in the next run of the page about an act that cannot be undone."""
    push_notice(Notice(text))


def push_notice(notice: Notice) -> None:
    """Show the notice of a new act in the next run of the page; it replaces an earlier one."""
    _get_stack("redo").clear()
    if notice.reverse is None:
        _get_stack("undo").clear()
    _push_notice("undo", notice)


def push_undone(notice: Notice) -> None:
    """Show the notice of an act that was undone without the notice's button."""
    _push_notice("redo", notice)


def notify_only(text: str) -> None:
    """Show a message in the next run that leaves undo and redo unchanged."""
    st.session_state[_TOAST_KEY] = Notice(text)


def show_toast() -> None:
    """Show the pending toast; fragments call it as well."""
    notice: Notice | None = st.session_state.pop(_TOAST_KEY, None)
    if notice is not None:
        st.toast(escape_markdown(notice.text), icon=notice.icon)


def show_notice() -> None:
    """Show the last act: in a line at the bottom with undo and redo, else as a toast."""
    show_toast()
    line: str | None = st.session_state.get(_LINE_KEY)
    if line is not None:
        _show_undo_line(line)


def _show_undo_line(text: str) -> None:
    # Separate keys for each notice: a double click must not press the next one's button.
    count = st.session_state[_COUNT_KEY]
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="notice"):
        st.markdown(escape_markdown(text), width="content")
        for side, label, key in _UNDO_BUTTONS:
            if _get_stack(side):
                icon = f":material/{side}:"
                st.button(
                    label,
                    key=f"{side}-{count}",
                    shortcut=key,
                    icon=icon,
                    on_click=_reverse,
                    args=(side, count),
                )
        st.button(
            "Close",
            key="notice-close",
            type="tertiary",
            icon=":material/close:",
            on_click=_close_line,
        )


def _reverse(side: UndoSide, count: int) -> None:
    # During a rerun both the old and the new line are shown, and a click may reach either.
    if st.session_state[_COUNT_KEY] != count or not _get_stack(side):
        return
    try:
        _push_notice(_OPPOSITE[side], _get_stack(side).pop()())
    except (ForecastsError, TrackerError) as refusal:
        st.session_state[_TOAST_KEY] = Notice(f"Not done: {refusal}", icon=":material/error:")
        if not (_get_stack("undo") or _get_stack("redo")):
            _close_line()


def _push_notice(side: UndoSide, notice: Notice) -> None:
    st.session_state[_COUNT_KEY] = st.session_state.get(_COUNT_KEY, 0) + 1
    if notice.reverse is None:
        st.session_state[_TOAST_KEY] = notice
        _close_line()
        return
    _get_stack(side).append(notice.reverse)
    st.session_state[_LINE_KEY] = notice.text


def _get_stack(side: UndoSide) -> list[Callable[[], Notice]]:
    stack: list[Callable[[], Notice]] = st.session_state.setdefault(f"{side}-stack", [])
    return stack


def _close_line() -> None:
    st.session_state[_LINE_KEY] = None
