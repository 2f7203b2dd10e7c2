"""What was just done, in a sentence, and the ways to undo and redo the acts of this session.

Acts lie on two stacks, as in an editor: undo takes the last one back, redo brings it again, a new
act empties the second. An act that cannot be taken back empties both, so that undo never passes
over it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from dashboard.wording import inert
from forecasts.errors import ForecastsError
from tracker.errors import TrackerError

Side = Literal["undo", "redo"]

_TOAST: Final = "toast"
_LINE: Final = "notice-line"
_COUNT: Final = "notices"
_OTHER: Final[dict[Side, Side]] = {"undo": "redo", "redo": "undo"}
_BUTTONS: Final[tuple[tuple[Side, str, str], ...]] = (
    ("undo", "Undo", "U"),
    ("redo", "Redo", "Shift+U"),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence on what was done. `reverse` does the opposite and returns its own notice, which
    has the way back.
    """

    text: str
    reverse: "Callable[[], Notice] | None" = None
    icon: str = ":material/check:"


def say(text: str) -> None:
    """Keep a sentence for the next run of the page: what was just done, and cannot be taken
    back.
    """
    tell(Notice(text))


def tell(notice: Notice) -> None:
    """Keep the notice of a new act for the next run of the page; it takes the place of an earlier
    one.
    """
    _stack("redo").clear()
    if notice.reverse is None:
        _stack("undo").clear()
    _put("undo", notice)


def tell_undone(notice: Notice) -> None:
    """Keep the notice of an act that was taken back by another way than the button of the
    notice.
    """
    _put("redo", notice)


def remark(text: str) -> None:
    """Keep a sentence for the next run about something that did nothing: undo and redo stay as they
    are.
    """
    st.session_state[_TOAST] = Notice(text)


def toast() -> None:
    """Show a sentence for a moment; a part of a page that runs by itself says it, too."""
    notice: Notice | None = st.session_state.pop(_TOAST, None)
    if notice is not None:
        st.toast(inert(notice.text), icon=notice.icon)


def show_notice() -> None:
    """Show what was just done: in a line at the foot of the window with undo and redo, or else for
    a moment.
    """
    toast()
    line: str | None = st.session_state.get(_LINE)
    if line is not None:
        _show_line(line)


def _show_line(text: str) -> None:
    # Keys of their own for each notice: the second half of a double click must not press the next
    # one's button.
    count = st.session_state[_COUNT]
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="notice"):
        st.markdown(inert(text), width="content")
        for side, label, key in _BUTTONS:
            if _stack(side):
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
            "Close", key="notice-close", type="tertiary", icon=":material/close:", on_click=_close
        )


def _reverse(side: Side, count: int) -> None:
    # While the page is made anew both the old line and the new one stand for a moment, and a click
    # may reach either.
    if st.session_state[_COUNT] != count or not _stack(side):
        return
    try:
        _put(_OTHER[side], _stack(side).pop()())
    except (ForecastsError, TrackerError) as refusal:
        st.session_state[_TOAST] = Notice(f"Not done: {refusal}", icon=":material/error:")
        if not (_stack("undo") or _stack("redo")):
            _close()


def _put(side: Side, notice: Notice) -> None:
    st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1
    if notice.reverse is None:
        st.session_state[_TOAST] = notice
        _close()
        return
    _stack(side).append(notice.reverse)
    st.session_state[_LINE] = notice.text


def _stack(side: Side) -> list[Callable[[], Notice]]:
    stack: list[Callable[[], Notice]] = st.session_state.setdefault(f"{side}-stack", [])
    return stack


def _close() -> None:
    st.session_state[_LINE] = None
