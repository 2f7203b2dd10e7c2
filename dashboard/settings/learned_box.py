"""Box of learned values: sample, state, history, and the decisions of a person on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED_ROW_HEIGHT, show_refusals, show_table
from dashboard.settings.data import ParameterKey, parameter_history_frame
from dashboard.wording import PARAMETER_STATES, capitalise, escape_markdown, plural
from tracker.questions.fit_parameters import LearnedRecord, ParameterDecision

_C = st.column_config


@dataclass(frozen=True, slots=True)
class LearnedGroup:
    """Values that are learned and decided on together.

    `default` describes the state while nothing was learned, `progress_line` the sample so far.
    """

    key: str
    title: str
    names: tuple[ParameterKey, ...]
    default: str = ""
    progress_line: str = ""


def show_learned_box(
    visit: Visit,
    parameters: Mapping[ParameterKey, LearnedRecord],
    lesson: LearnedGroup,
    lines: Sequence[str],
) -> None:
    """Show a learned value with its sample, state and decisions."""
    values = [parameters[name] for name in lesson.names if name in parameters]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{lesson.title}**")
        if not values:
            st.markdown(escape_markdown(f"{lesson.default} {lesson.progress_line}"))
        elif values[0].state == "reset":
            st.markdown(escape_markdown(lesson.default))
        else:
            for line in lines:
                st.markdown(escape_markdown(line))
        if values:
            show_learned_state(visit, lesson, values[0])
            show_learned_history(visit, lesson)
        else:
            _show_decision(visit, lesson, "freeze")


def show_learned_state(visit: Visit, lesson: LearnedGroup, value: LearnedRecord) -> None:
    """Show the sample and date, with the buttons."""
    st.text(capitalise(value.learned.why))
    since = value.learned.as_of
    st.caption(f"{PARAMETER_STATES[value.state]} · since {visit.ago(since)}", help=visit.utc(since))
    with st.container(horizontal=True, gap="xsmall"):
        for decision in _ALLOWED_DECISIONS[value.state]:
            _show_decision(visit, lesson, decision)


def _show_decision(visit: Visit, lesson: LearnedGroup, decision: ParameterDecision) -> None:
    """Show a button that first explains its effect."""
    label, warning, confirmation, message = _DECISIONS[decision]
    with st.popover(label, key=f"{decision}-{lesson.key}"):
        st.caption(warning)
        if st.button(confirmation, key=f"sure-{decision}-{lesson.key}"):
            with show_refusals():
                # Values that were fitted together follow the first.
                visit.tracker.learning.decide(*lesson.names[0], decision)
                notify(f"{lesson.title}: {message}")
                st.rerun()


_ALLOWED_DECISIONS: Final[Mapping[str, tuple[ParameterDecision, ...]]] = {
    "learned": ("freeze", "reset"),
    "frozen": ("thaw", "reset"),
    "reset": ("freeze",),
}
"""Decisions by state; a reset value is learned anew by itself, unless its default is frozen."""

_DECISIONS: Final[Mapping[ParameterDecision, tuple[str, str, str, str]]] = {
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


def show_learned_history(visit: Visit, lesson: LearnedGroup) -> None:
    """Show every version, the newest first."""
    versions = [
        version
        for name, scope in lesson.names
        for version in visit.tracker.learning.history(name, scope)
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
        show_table(
            parameter_history_frame(versions, visit.me),
            columns,
            f"History: {lesson.title}",
            row_height=WRAPPED_ROW_HEIGHT,
        )
