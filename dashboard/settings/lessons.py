"""One thing that was learned: what it comes to, what it rests on, and what a person can decide
about it.
"""

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
    """Values that are learned together and decided on together: what they are called, and what they
    wait for.

    `default` says what stands while nothing was learned, and `have` how much there is to learn from
    by now.
    """

    key: str
    title: str
    names: tuple[Name, ...]
    default: str = ""
    have: str = ""


def box(visit: Visit, known: Mapping[Name, Kept], lesson: Lesson, lines: Sequence[str]) -> None:
    """One thing learned: what it comes to, what it rests on, its state, and what can be decided
    about it.
    """
    found = [known[name] for name in lesson.names if name in known]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{lesson.title}**")
        if not found:
            st.markdown(inert(f"{lesson.default} {lesson.have}"))
        elif found[0].state == "reset":
            st.markdown(inert(lesson.default))
        else:
            for line in lines:
                st.markdown(inert(line))
        if found:
            stands(visit, lesson, found[0])
            history(visit, lesson)
        else:
            _decide(visit, lesson, "freeze")


def stands(visit: Visit, lesson: Lesson, kept: Kept) -> None:
    """What it rests on and since when, with the buttons."""
    st.text(capital(kept.learned.why))
    since = kept.learned.as_of
    st.caption(f"{STATE[kept.state]} · since {visit.ago(since)}", help=visit.utc(since))
    with st.container(horizontal=True, gap="xsmall"):
        for decided in _OPEN[kept.state]:
            _decide(visit, lesson, decided)


def _decide(visit: Visit, lesson: Lesson, decided: Decided) -> None:
    """A button that says first what it will do."""
    label, warning, sure, done = _DECISIONS[decided]
    with st.popover(label, key=f"{decided}-{lesson.key}"):
        st.caption(warning)
        if st.button(sure, key=f"sure-{decided}-{lesson.key}"):
            with calm():
                visit.tracker.decide_learned(
                    *lesson.names[0], decided
                )  # what was fitted together follows
                say(f"{lesson.title}: {done}")
                st.rerun()


_OPEN: Final[Mapping[str, tuple[Decided, ...]]] = {
    "learned": ("freeze", "reset"),
    "frozen": ("thaw", "reset"),
    "reset": ("freeze",),
}
"""What can be decided by state; what was reset learns anew by itself, unless its default is
frozen.
"""

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
"""For each decision its button, what it does, the button that does it, and what is said when it is
done.
"""


def history(visit: Visit, lesson: Lesson) -> None:
    """Every version of it, the newest first."""
    versions = [
        v for name, scope in lesson.names for v in visit.tracker.learned_history(name, scope)
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
