"""Footer of every page: jump list, next question, keyboard shortcuts.

The browser decides which keys reach these buttons, and when: see `keyboard/commands.js`.
"""

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from dashboard.components.question_list import ListView, sort_questions
from dashboard.components.toasts import notify_only
from dashboard.components.visit import PageName, Visit
from dashboard.wording import escape_markdown
from dashboard.wording.installation import zone_line
from forecasts.questions.question import QuestionId

SHORTCUTS: Final = (
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
_ORDER_KEY: Final = "walked"


def remember_order(shown: Sequence[QuestionId]) -> None:
    """Store the order in which J and K step through the listed questions."""
    st.session_state[_ORDER_KEY] = tuple(shown)


def step_through(ids: Sequence[QuestionId], selected: str | None, by: int) -> QuestionId | None:
    """Return the question `by` places after the selected one, or the first; None beyond either end.

    >>> step_through(["a", "b"], "a", 1), step_through(["a", "b"], "b", 1)
    ('b', None)
    >>> step_through(["a", "b"], None, 1), step_through([], None, 1)
    ('a', None)
    """
    if selected is None or selected not in ids:
        return ids[0] if ids else None
    position = ids.index(QuestionId(selected)) + by
    return ids[position] if 0 <= position < len(ids) else None


def show_walk_buttons(ids: Sequence[QuestionId], name: str) -> None:
    """Show the buttons that put the previous or next question into the address parameter `name`."""
    show_step_buttons(lambda by: _step_address(ids, name, by))


def show_step_buttons(go: Callable[[int], None]) -> None:
    """Show the buttons Previous and Next with their keys; `go` is called with −1 or 1."""
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


def _step_address(ids: Sequence[QuestionId], name: str, by: int) -> None:
    target = step_through(ids, st.query_params.get(name), by)
    if target is None:
        notify_only(
            "There is no other question in this list"
            if by > 0
            else "This is the first question of the list"
        )
        return
    st.query_params[name] = target


def show_footer(visit: Visit, name: PageName) -> None:
    """Show the footer of a page."""
    with st.container(horizontal=True, vertical_alignment="center", key="foot"):
        if name == "question" and st.query_params.get("q"):
            show_walk_buttons(_load_order(visit), "q")
        # The browser opens the list itself (`keyboard/jump.js`), without asking the server.
        st.button(
            "Jump to …", key="jump", shortcut="Ctrl+K", icon=":material/search:", type="tertiary"
        )
        if st.button("Keys", key="keys", shortcut="H", icon=":material/keyboard:", type="tertiary"):
            _show_shortcuts()
        st.caption(
            f"As of {escape_markdown(visit.moment(visit.stands_at))}",
            width="content",
            help=describe_page_time(visit),
        )


def describe_page_time(visit: Visit) -> str:
    """Describe the time of a page in UTC, and the zone of its other times."""
    zone = escape_markdown(zone_line(visit.zone, visit.stands_at))
    return (
        f"{escape_markdown(visit.utc(visit.stands_at))}. Times of this page are in {zone}; choose "
        "another on the page Settings."
    )


def _load_order(visit: Visit) -> tuple[QuestionId, ...]:
    """Return the questions as last listed, else the open ones, the next to close first."""
    if _ORDER_KEY not in st.session_state:
        open_ones = [s for s in visit.tracker.questions.list() if s.status == "open"]
        remember_order(
            [
                s.question.id
                for s in sort_questions(open_ones, "closing", ListView(visit.me, visit.stands_at))
            ]
        )
    order: tuple[QuestionId, ...] = st.session_state[_ORDER_KEY]
    return order


@st.dialog("Keys")
def _show_shortcuts() -> None:
    for key, effect in SHORTCUTS:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(escape_markdown(key), color="gray")
            st.markdown(effect, width="content")
    st.caption("Single keys act when the page is ready and nothing is being typed.")
