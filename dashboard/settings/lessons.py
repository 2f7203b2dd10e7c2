"""Panel of a learned value: the value, its sample, and the decisions on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED, calm, table
from dashboard.settings.learned_data import Name, history_frame
from dashboard.wording import STATE, capital, inert, plural
from tracker.questions.fit_parameters import Decided, Kept

_C = st.column_config


@dataclass(frozen=True, slots=True)
class Lesson:
    """Values that are learned and decided on together.

    `default` describes the state while nothing was learned, `have` the sample so far.
    """

    key: str
    title: str
    names: tuple[Name, ...]
    default: str = ""
    have: str = ""


def box(
    visit: Visit, parameters: Mapping[Name, Kept], lesson: Lesson, lines: Sequence[str]
) -> None:
    """Show a learned value with its sample, state and decisions."""
    values = [parameters[name] for name in lesson.names if name in parameters]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{lesson.title}**")
        if not values:
            st.markdown(inert(f"{lesson.default} {lesson.have}"))
        elif values[0].state == "reset":
            st.markdown(inert(lesson.default))
        else:
            for line in lines:
                st.markdown(inert(line))
        if values:
            stands(visit, lesson, values[0])
            history(visit, lesson)
        else:
            _show_decision(visit, lesson, "freeze")


def stands(visit: Visit, lesson: Lesson, value: Kept) -> None:
    """Show the sample and date, with the buttons."""
    st.text(capital(value.learned.why))
    since = value.learned.as_of
    st.caption(f"{STATE[value.state]} · since {visit.ago(since)}", help=visit.utc(since))
    with st.container(horizontal=True, gap="xsmall"):
        for decision in _ALLOWED_DECISIONS[value.state]:
            _show_decision(visit, lesson, decision)


def _show_decision(visit: Visit, lesson: Lesson, decision: Decided) -> None:
    """Show a button that first explains its effect."""
    label, warning, confirmation, message = _DECISIONS[decision]
    with st.popover(label, key=f"{decision}-{lesson.key}"):
        st.caption(warning)
        if st.button(confirmation, key=f"sure-{decision}-{lesson.key}"):
            with calm():
                # Values that were fitted together follow the first.
                visit.tracker.decide_learned(*lesson.names[0], decision)
                say(f"{lesson.title}: {message}")
                st.rerun()


_ALLOWED_DECISIONS: Final[Mapping[str, tuple[Decided, ...]]] = {
    "learned": ("freeze", "reset"),
    "frozen": ("thaw", "reset"),
    "reset": ("freeze",),
}
"""Decisions by state; a reset value is learned anew by itself, unless its default is frozen."""

_DECISIONS: Final[Mapping[Decided, tuple[str, str, str, str]]] = {
    "freeze": (
        "Freeze",
        "It stays as it is, whatever is judged and answered from now on.",
        "Freeze it",
        "frozen",
    ),
    "thaw": (
        "Let it learn",
        "It follows judgements and answers again, those made meanwhile included.",
        "Let it learn again",
        "it learns again",
    ),
    "reset": (
        "Reset",
        (
            "The default counts from now on, and what was known until now teaches it no more. "
            "Its history stays."
        ),
        "Reset it",
        "reset to its default",
    ),
}
"""Label, explanation, confirmation and message of each decision."""


def history(visit: Visit, lesson: Lesson) -> None:
    """Show every version, the newest first."""
    versions = [
        version
        for name, scope in lesson.names
        for version in visit.tracker.learned_history(name, scope)
    ]
    columns = {
        "since": _C.DatetimeColumn(
            "Since", format="D MMM YYYY, HH:mm", timezone=visit.zone.key, width=140
        ),
        **({"name": _C.TextColumn("Value of", width=120)} if len(lesson.names) > 1 else {}),
        "value": _C.NumberColumn("Value", format="%.3f", width=70),
        "n": _C.NumberColumn("From", width=60, help="How many it was learned from."),
        "state": _C.TextColumn("State", width=90),
        "by": _C.TextColumn("By", width=120),
        "why": _C.TextColumn("Why", width=520),
    }
    label = f"History, {plural(len(versions), 'entry', 'entries')}"
    with st.expander(label, type="compact", key=f"history-{lesson.key}"):
        table(
            history_frame(versions, visit.me),
            columns,
            f"History: {lesson.title}",
            row_height=WRAPPED,
        )
