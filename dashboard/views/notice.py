"""What was just done, said once, and the way back from it for as long as nothing else is done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard.wording import inert
from forecasts.errors import ForecastsError
from tracker.errors import TrackerError

_SAID: Final = "said"
_BACK: Final = "way-back"
_COUNT: Final = "notices"


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence on what was done; `way` names what `back` would do, which says what it did in turn."""

    text: str
    way: str = ""
    back: "Callable[[], Notice] | None" = None
    icon: str = ":material/check:"


def say(text: str) -> None:
    """Keep a sentence for the next run of the page: what was just done."""
    tell(Notice(text))


def tell(notice: Notice) -> None:
    """Keep a notice for the next run of the page; it takes the place of an earlier one."""
    st.session_state[_SAID] = notice
    st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1
    st.session_state[_BACK] = notice if notice.back is not None else None


def remark(text: str) -> None:
    """Keep a sentence for the next run about something that did nothing: the way back from what was done stays."""
    st.session_state[_SAID] = Notice(text)


def toast() -> None:
    """Show what was just done for a moment; a part of a page that runs by itself says it, too."""
    notice: Notice | None = st.session_state.pop(_SAID, None)
    if notice is not None:
        st.toast(inert(notice.text), icon=notice.icon)


def said() -> None:
    """Show what was just done: a toast, and at the foot of the window a line with the way back."""
    toast()
    standing: Notice | None = st.session_state.get(_BACK)
    if standing is not None:
        _line(standing)


def _line(notice: Notice) -> None:
    # A key of its own for each notice: the second half of a double click must not press the next one's button.
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="notice"):
        st.markdown(inert(notice.text), width="content")
        st.button(
            notice.way,
            key=f"back-{st.session_state[_COUNT]}",
            shortcut="U",
            icon=":material/undo:",
            on_click=_go_back,
            args=(notice,),
        )
        st.button("Close", key="back-close", type="tertiary", icon=":material/close:", on_click=_forget)


def _go_back(notice: Notice) -> None:
    # While the page is made anew both the old line and the new one stand for a moment, and U presses both.
    if st.session_state.get(_BACK) is not notice:
        return
    assert notice.back is not None
    try:
        tell(notice.back())
    except (ForecastsError, TrackerError) as refusal:
        tell(Notice(f"Not done: {refusal}", icon=":material/error:"))


def _forget() -> None:
    st.session_state[_BACK] = None
