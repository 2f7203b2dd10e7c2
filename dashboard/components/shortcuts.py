"""What every page ends with: the way to any question or page, to the next question, and the list of
keys.

Which keys reach these buttons, and when, is decided in the browser: see `keyboard/commands.js`.
"""

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from dashboard.components.question_list import Look, in_order
from dashboard.components.toasts import remark
from dashboard.components.visit import PageName, Visit
from dashboard.wording import inert
from dashboard.wording.installation import zone_line
from forecasts.questions.question import QuestionId

KEYS: Final = (
    ("J", "the next question, or the next piece of evidence"),
    ("K", "the one before"),
    ("E", "type a forecast"),
    ("Ctrl + Enter", "save it"),
    ("A", "say again what you hold; in the inbox, accept the evidence"),
    ("X", "in the inbox, reject the evidence"),
    ("U", "undo the last act; again, the one before it"),
    ("Shift + U", "redo it"),
    ("Ctrl + K", "jump to a question or a page"),
    ("H", "this list"),
)
_ORDER: Final = "walked"


def remember(shown: Sequence[QuestionId]) -> None:
    """The questions in the order that J and K walk through them, as they were last listed."""
    st.session_state[_ORDER] = tuple(shown)


def step(ids: Sequence[QuestionId], at: str | None, by: int) -> QuestionId | None:
    """The question so many places after the one that is at hand, or the first; None beyond either
    end.

    >>> step(["a", "b"], "a", 1), step(["a", "b"], "b", 1), step(["a", "b"], None, 1), step([], None, 1)
    ('b', None, 'a', None)
    """
    if at is None or at not in ids:
        return ids[0] if ids else None
    place = ids.index(QuestionId(at)) + by
    return ids[place] if 0 <= place < len(ids) else None


def walk(ids: Sequence[QuestionId], name: str) -> None:
    """The buttons that put the question before or after the one at hand into the address, under
    this name.
    """
    steps(lambda by: _walk(ids, name, by))


def steps(go: Callable[[int], None]) -> None:
    """The buttons to the one before and the next, with their keys; `go` is told −1 or 1."""
    for label, key, by in (("Previous", "K", -1), ("Next", "J", 1)):
        icon = ":material/keyboard_arrow_down:" if by > 0 else ":material/keyboard_arrow_up:"
        st.button(
            label,
            key=f"walk-{key}",
            shortcut=key,
            icon=icon,
            on_click=go,
            args=(by,),
            type="tertiary",
        )


def _walk(ids: Sequence[QuestionId], name: str, by: int) -> None:
    found = step(ids, st.query_params.get(name), by)
    if found is None:
        remark(
            "There is no other question in this list"
            if by > 0
            else "This is the first question of the list"
        )
        return
    st.query_params[name] = found


def foot(visit: Visit, name: PageName) -> None:
    """The last line of a page."""
    with st.container(horizontal=True, vertical_alignment="center", key="foot"):
        if name == "question" and st.query_params.get("q"):
            walk(_walked(visit), "q")
        # The browser opens the list itself (`keyboard/jump.js`), without asking the server.
        st.button(
            "Jump to …", key="jump", shortcut="Ctrl+K", icon=":material/search:", type="tertiary"
        )
        if st.button("Keys", key="keys", shortcut="H", icon=":material/keyboard:", type="tertiary"):
            _list()
        st.caption(
            f"As of {inert(visit.moment(visit.stands_at))}", width="content", help=in_full(visit)
        )


def in_full(visit: Visit) -> str:
    """The time of a page in UTC, and the zone in which the page writes all others."""
    zone = inert(zone_line(visit.zone, visit.stands_at))
    return (
        f"{inert(visit.utc(visit.stands_at))}. Times of this page are in {zone}; choose "
        "another on the page Settings."
    )


def _walked(visit: Visit) -> tuple[QuestionId, ...]:
    """The questions as they were last listed, else the open ones, the next to close first."""
    if _ORDER not in st.session_state:
        open_ones = [s for s in visit.tracker.questions() if s.status == "open"]
        remember(
            [s.question.id for s in in_order(open_ones, "closing", Look(visit.me, visit.stands_at))]
        )
    found: tuple[QuestionId, ...] = st.session_state[_ORDER]
    return found


@st.dialog("Keys")
def _list() -> None:
    for key, does in KEYS:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(inert(key), color="gray")
            st.markdown(does, width="content")
    st.caption("Single keys act when the page is ready and nothing is being typed.")
