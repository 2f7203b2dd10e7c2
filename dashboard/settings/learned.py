"""Learned values: what each means, in one list; and the page of one, with its history."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.rows import (
    Badge,
    Cell,
    LinkCell,
    Row,
    RowColumn,
    TextCell,
    page_address,
    show_rows,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.settings.data import (
    Lesson,
    LessonNames,
    describe_learning,
    list_lessons,
    measure_progress,
)
from dashboard.wording.numbers import MINUS, clip, display_name, escape_markdown
from forecasts.questions.formatting import capitalise
from tracker.questions.fit_parameters import LearnedRecord, ParameterDecision

_SHOWN_VALUES: Final = 20
_MAX_TITLE_CHARACTERS: Final = 160
_COLUMNS: Final = (
    RowColumn("title", "Value"),
    RowColumn("meaning", "Effect"),
    RowColumn("sample", "Learned from", "end"),
    RowColumn("since", "Since", "end"),
)
_HISTORY_COLUMNS: Final = (
    RowColumn("title", "Since"),
    RowColumn("name", "Parameter"),
    RowColumn("value", "Value", "end"),
    RowColumn("why", "Reason"),
)


def render(visit: Visit) -> None:
    """Show the value of `?value=`, else all that have an effect."""
    value_id = st.query_params.get("value", "")
    # A link to the current page changes its content but not the address.
    st.query_params.from_dict({"value": value_id} if value_id else {})
    lessons = _list_lessons(visit)
    if value_id:
        _show_lesson(visit, next((lesson for lesson in lessons if lesson.id == value_id), None))
        return
    st.subheader("Learned values", anchor=False)
    record = visit.tracker.learning.matcher_record()
    count = record.total
    total = f"**{count.accepted:,} of {count.reviewed:,} reviewed matches were accepted.** "
    st.markdown(
        f"{total if count.reviewed else ''}Your reviews and resolutions teach the tracker "
        "these values. Each applies from the day it was learned: earlier estimates stay as they "
        f"were. {record.recall_words}"
    )
    rows = [_build_row(visit, lesson) for lesson in lessons]
    show_rows("learned", "Learned values", _COLUMNS, rows, first=_SHOWN_VALUES)
    with st.expander("How values are learned", key="how-learned"):
        st.markdown("\n".join(f"- {line}" for line in describe_learning()))


def _list_lessons(visit: Visit) -> tuple[Lesson, ...]:
    tracker, questions = visit.tracker, visit.tracker.questions.list()
    names = LessonNames(
        {row.state.id: row.state.feed for row in tracker.feeds.list()},
        {s.question.id: s.question.text for s in questions},
        {person.id: display_name(person, visit.me) for person in tracker.people.list()},
    )
    replayed = visit.replayed_until is not None
    progress = measure_progress(questions, visit.stands_at, replayed=replayed)
    return list_lessons(tracker.learning.list(), names, progress)


def _build_row(visit: Visit, lesson: Lesson) -> Row:
    record = lesson.record
    state = "learned" if record is None else record.state
    badges = () if state == "learned" else (Badge(state),)
    title = clip(capitalise(lesson.title), _MAX_TITLE_CHARACTERS)
    address = page_address("learned", value=lesson.id)
    cells: dict[str, Cell] = {
        "title": LinkCell(title, address, lesson.subject, badges=badges),
        "meaning": TextCell(lesson.meaning),
    }
    if record is not None:
        cells["sample"] = TextCell(lesson.sample)
        cells["since"] = TextCell(visit.day(record.learned.as_of))
    return Row(lesson.id, cells)


def _show_lesson(visit: Visit, lesson: Lesson | None) -> None:
    """Show one value with its reason, what can be decided about it, and its history."""
    st.page_link(visit.pages["learned"], label="All learned values", icon=":material/arrow_back:")
    if lesson is None:
        st.subheader("This value has no effect now", anchor=False)
        st.text("It may have returned to its default, or what it was about is gone.")
        return
    title = clip(capitalise(lesson.title), _MAX_TITLE_CHARACTERS)
    st.subheader(escape_markdown(title), anchor=False)
    st.markdown(escape_markdown(lesson.meaning))
    if lesson.subject:
        st.caption(escape_markdown(lesson.subject))
    record = lesson.record
    if record is None:
        _show_decision(visit, lesson, "freeze")
        return
    st.text(f"{capitalise(record.learned.why)}.")
    since = record.learned.as_of
    state = "Learning" if record.state == "learned" else capitalise(record.state)
    st.caption(f"{state} since {visit.ago(since)}", help=visit.utc(since))
    with st.container(horizontal=True, gap="xsmall"):
        for decision in _ALLOWED_DECISIONS[record.state]:
            _show_decision(visit, lesson, decision)
    _show_history(visit, lesson)


_ALLOWED_DECISIONS: Final[Mapping[str, tuple[ParameterDecision, ...]]] = {
    "learned": ("freeze", "reset"),
    "frozen": ("thaw", "reset"),
    "reset": ("freeze",),
}
"""Decisions by state; a reset value is learned anew by itself, unless its default is frozen."""

_DECISIONS: Final[Mapping[ParameterDecision, tuple[str, str, str]]] = {
    "freeze": ("Freeze", "It stays as it is, whatever is reviewed and resolved later.", "frozen"),
    "thaw": ("Unfreeze", "It learns again, also from what came meanwhile.", "learning again"),
    "reset": (
        "Reset",
        "The default applies, and what came before today is ignored. Its history stays.",
        "reset to its default",
    ),
}
"""Label, explanation and message of each decision."""


def _show_decision(visit: Visit, lesson: Lesson, decision: ParameterDecision) -> None:
    """Show a button that first explains its effect."""
    label, warning, message = _DECISIONS[decision]
    with st.popover(label, key=f"{decision}-{lesson.id}"):
        st.caption(warning)
        if st.button(f"{label} it", key=f"sure-{decision}-{lesson.id}"):
            with show_refusals():
                # Values that were fitted together follow the first.
                visit.tracker.learning.decide(*lesson.names[0], decision)
                notify(f"{lesson.title}: {message}")
                st.rerun()


def _show_history(visit: Visit, lesson: Lesson) -> None:
    """Show every version, the newest first."""
    history = visit.tracker.learning.history
    versions = [version for key in lesson.names for version in history(*key)]
    versions.sort(key=lambda version: version.learned.as_of, reverse=True)
    rows = [Row(str(nr), _build_version(visit, version)) for nr, version in enumerate(versions)]
    with st.expander("History", key="lesson-history"):
        show_rows("history", "History", _HISTORY_COLUMNS, rows, first=_SHOWN_VALUES)


def _build_version(visit: Visit, version: LearnedRecord) -> dict[str, Cell]:
    learned, is_reset = version.learned, version.state == "reset"
    return {
        "title": TextCell(visit.moment(learned.as_of)),
        "name": TextCell(learned.name),
        "value": TextCell("default" if is_reset else f"{learned.value:.3f}".replace("-", MINUS)),
        "why": TextCell(capitalise(learned.why)),
    }
