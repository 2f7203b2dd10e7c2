"""Acting person of a browser tab, their acts with undo, and the footer with keyboard shortcuts.

The session keeps the forecaster, so that nobody forecasts tomorrow in another's name; a cookie
keeps the time zone. Acts are on two stacks, as in an editor: undo takes back the last one, redo
repeats it, a new act clears the redo stack. An act that cannot be undone clears both, so that undo
never skips it. The browser decides which keys reach the buttons of the footer, and when: see
`keyboard/commands.js`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.components.question_list import ListView, sort_questions
from dashboard.components.scripts import load_component
from dashboard.components.visit import PageName, Visit
from dashboard.wording.feeds import zone_line
from dashboard.wording.numbers import clip, escape_markdown, parse_zone
from forecasts.errors import ForecastsError
from forecasts.questions.question import ForecasterId, QuestionId
from tracker.app.tracker import Tracker
from tracker.errors import Forbidden, NotFound, TrackerError

_FORECASTER_KEY: Final = "acting-as"
_ZONE_KEY: Final = "time-zone"
"""Session key of the zone chosen in this tab, empty for the browser's own."""

_PAGE_RUN_KEY: Final = "page-run"
"""Session key that tells the run of a page from a later run of its badge alone."""

REFRESH_SECONDS: Final = 3.0
"""Interval at which pages show how far a running replay is."""

_MAX_NAME_CHARACTERS: Final = 30
"""Characters of a name in the corner."""

_ZONE_COOKIE: Final = "tracker-zone"
"""Cookie in which the browser keeps the zone."""


LOGIN_HEADER: Final = "x-tracker-login"
"""Header by which the gate of the server names the log-in of a session: see `server/login.py`."""


def get_login_id() -> str:
    """Return the id of the visitor's log-in; "" where nobody is asked to log in."""
    return st.context.headers.get(LOGIN_HEADER, "")


def get_acting_tracker(tracker: Tracker, *, guarded: bool = False) -> Tracker:
    """Return the tracker of whoever is logged in, in the name of another whom an admin chose.

    Stops the run of a guarded page where the log-in has ended.
    """
    if guarded:
        principal = tracker.accounts.identify(get_login_id())
        if principal is None:
            st.info("You are logged out.", icon=":material/logout:")
            st.link_button("Log in", "/login")
            st.stop()
        tracker = tracker.serve(principal)
    forecaster_id = st.session_state.get(_FORECASTER_KEY)
    if forecaster_id is None or forecaster_id == tracker.me:
        return tracker
    try:
        return tracker.acting_as(forecaster_id)
    except (NotFound, Forbidden):  # the database has been replaced, or they are no admin any more
        st.session_state.pop(_FORECASTER_KEY)
        return tracker


def act_as(forecaster_id: ForecasterId) -> None:
    """Let another forecaster act from the next run on.

    Call it only before a run: it clears the session with all inputs, which belong to the other
    person.
    """
    zone_name = st.session_state.get(_ZONE_KEY)
    st.session_state.clear()
    st.session_state[_FORECASTER_KEY] = forecaster_id
    if zone_name is not None:
        st.session_state[_ZONE_KEY] = zone_name


def get_zone() -> ZoneInfo:
    """Return the time zone of the pages: the chosen one, else the browser's, else UTC."""
    return parse_zone(get_chosen_zone() or st.context.timezone)


def get_chosen_zone() -> str | None:
    """Return the time zone chosen in this tab or at an earlier visit; None for the browser's."""
    name: str = (
        st.session_state[_ZONE_KEY]
        if _ZONE_KEY in st.session_state
        else st.context.cookies.get(_ZONE_COOKIE, "")
    )
    return name if name and parse_zone(name).key == name else None


def choose_zone(name: str | None) -> None:
    """Choose the zone of times from now on, None for the browser's."""
    st.session_state[_ZONE_KEY] = name or ""


def save_zone() -> None:
    """Save the chosen zone in a cookie."""
    save_cookie(_ZONE_COOKIE, get_chosen_zone() or "")


def save_cookie(name: str, value: str) -> None:
    """Save a value in the browser for a year; an empty one removes it."""
    load_component("zone")(key=f"keep-{name}", data={"name": name, "value": value})


def show_corner(visit: Visit) -> None:
    """Show in the header's corner of every page: a replay, who acts, and the search."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="corner"):
        _show_replay_badge(visit)
        _show_acting_person(visit)
        # The browser opens the list itself (`keyboard/jump.js`), without asking the server.
        st.button(
            "Search", key="jump", shortcut="Ctrl+K", icon=":material/search:", type="tertiary"
        )


def _show_replay_badge(visit: Visit) -> None:
    until = visit.replayed_until
    if until is None:
        return
    if visit.tracker.system.replay_end() is not None:
        st.session_state[_PAGE_RUN_KEY] = True
        _show_running_replay(visit)
        return
    st.badge(
        f"Replay 2022–{until.year}",
        color="orange",
        help="A demonstration: headlines are restated, forecasters are invented, and nothing "
        "is live.",
    )


@st.fragment(run_every=REFRESH_SECONDS)
def _show_running_replay(visit: Visit) -> None:
    """Show how far a replay is; run the page anew every few seconds, so that it fills."""
    if not st.session_state.pop(_PAGE_RUN_KEY, False):
        st.rerun()
    st.badge(
        f"Replaying: {visit.stands_at:%B %Y} …",
        color="orange",
        help="A demonstration: recorded history runs behind the pages, which fill meanwhile. "
        "Headlines are restated, forecasters are invented, and nothing is live.",
    )


def _show_acting_person(visit: Visit) -> None:
    """Show who acts while it is another forecaster than that of the settings."""
    if st.session_state.get(_FORECASTER_KEY) is None or visit.me == visit.tracker.settings.me:
        return
    name = next((p.name for p in visit.tracker.people.list() if p.id == visit.me), visit.me)
    st.page_link(
        visit.pages["settings"],
        label=f"Acting as {escape_markdown(clip(name, _MAX_NAME_CHARACTERS))}",
        icon=":material/person:",
        help="In this tab until it is reloaded. Change this in Settings.",
    )


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


SHORTCUTS: Final = (
    ("J", "next question or piece of evidence"),
    ("K", "previous"),
    ("E", "edit your forecast"),
    ("Enter", "save it; Shift + Enter starts a new line of the reason"),
    ("A", "reaffirm your forecast; in the Inbox: accept"),
    ("X", "in the Inbox: reject"),
    ("Y N 0 1–5", "in the Inbox: direction and strength"),
    ("U", "undo; press again to go further back"),
    ("Shift + U", "redo"),
    ("Ctrl + K", "search questions and pages"),
    ("H", "show these keys"),
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
        st.button(label, key=f"walk-{key}", shortcut=key, on_click=go, args=(by,), type="tertiary")


def _step_address(ids: Sequence[QuestionId], name: str, by: int) -> None:
    target = step_through(ids, st.query_params.get(name), by)
    if target is None:
        notify_only("This list has no other question" if by > 0 else "First question in the list")
        return
    st.query_params[name] = target


def show_footer(visit: Visit, name: PageName) -> None:
    """Show the footer of a page."""
    with st.container(horizontal=True, vertical_alignment="center", key="foot"):
        if name == "question" and st.query_params.get("q"):
            show_walk_buttons(_load_order(visit), "q")
        if st.button("Keys", key="keys", shortcut="H", type="tertiary"):
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
        f"{escape_markdown(visit.utc(visit.stands_at))}. Times are in {zone}; choose "
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
    st.caption("Single-letter keys are off while you type.")
