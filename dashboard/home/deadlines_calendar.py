"""Calendar page: expected signposts, closes and due answers of all open questions, and recent
notes.
"""

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_question, show_empty
from dashboard.home.data import (
    CalendarDay,
    CalendarSection,
    DueItem,
    group_by_period,
    limit_entries,
    list_recent_marks,
)
from dashboard.wording import DUE_KINDS, clip, describe_outcomes, escape_markdown, mark_line, plural
from forecasts.questions.question import Question
from tracker.model.audit import SignpostStatus

MAX_SECTION_ENTRIES = 40
"""Entries of a section that are shown by default."""

MAX_TEXT_CHARACTERS = 140
_ICONS = {
    "signpost": ":material/show_chart:",
    "close": ":material/lock:",
    "answer due": ":material/gavel:",
}


def render(visit: Visit) -> None:
    """Show overdue entries, then future ones, the nearest first, then the notes of the last 30
    days.
    """
    calendar = visit.tracker.signposts.calendar()
    coming = group_by_period(calendar, visit.stands_at, visit.zone)
    st.subheader("What to expect next", anchor=False)
    if not coming:
        show_empty(
            "Nothing is expected.",
            "Open questions, with the signposts that should be seen by a date, will be listed "
            "here.",
        )
        st.page_link(visit.pages["questions"], label="All questions", icon=":material/list:")
    else:
        st.caption(escape_markdown(_summarise(coming)))
    for section in coming:
        _show_section(visit, section)
    _show_notes(visit, list_recent_marks(calendar))


def _summarise(coming: tuple[CalendarSection, ...]) -> str:
    counts = [
        (due.kind, len(due.entries))
        for section in coming
        for day in section.days
        for due in day.due
    ]
    parts = [
        plural(count, noun, nouns)
        for kind, noun, nouns in (
            ("signpost", "signpost to watch for", "signposts to watch for"),
            ("close", "close", "closes"),
            ("answer due", "answer due", "answers due"),
        )
        if (count := sum(number for day, number in counts if day == kind))
    ]
    return (
        f"{', '.join(parts)}. A signpost that is not seen by its date counts as evidence: "
        "silence speaks, too."
    )


def _show_section(visit: Visit, section: CalendarSection) -> None:
    st.markdown(f"#### {section.title}")
    days = section.days
    if section.count > MAX_SECTION_ENTRIES and not st.session_state.get(f"all-{section.title}"):
        days = limit_entries(section, MAX_SECTION_ENTRIES)
    for day in days:
        _show_day(visit, day)
    if section.count > MAX_SECTION_ENTRIES:
        st.toggle(f"All {section.count}", key=f"all-{section.title}")


def _show_day(visit: Visit, day: CalendarDay) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f"**{escape_markdown(visit.day(day.at))}** · {escape_markdown(visit.age(day.at))}"
        )
        for due in day.due:
            _show_due(visit, due)


def _show_due(visit: Visit, due: DueItem) -> None:
    if due.kind == "signpost":
        st.markdown(f":material/flag: **{escape_markdown(clip(due.name, MAX_TEXT_CHARACTERS))}**")
    for expected, question in due.entries:
        label = "Question" if due.kind == "signpost" else DUE_KINDS[due.kind]
        _show_entry(
            visit,
            question,
            label,
            icon=_ICONS[due.kind],
            note=describe_outcomes(question, expected),
        )


def _show_entry(visit: Visit, question: Question, label: str, *, icon: str, note: str = "") -> None:
    """Show a short link with the question's text beside it, and a note below."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        link_to_question(visit, question, label, icon)
        st.markdown(escape_markdown(clip(question.text, MAX_TEXT_CHARACTERS)), width="content")
    if note:
        st.caption(escape_markdown(note))


def _show_notes(visit: Visit, marks: tuple[tuple[SignpostStatus, Question, str], ...]) -> None:
    st.markdown("#### Noted in the last 30 days")
    if not marks:
        st.caption(
            "Nothing. Signposts that are seen, and dates that pass in silence, are noted here."
        )
        return
    for mark, question, name in marks:
        with st.container(border=True, gap="xsmall"):
            st.markdown(escape_markdown(mark_line(mark, name, question.kind, visit.zone)))
            _show_entry(visit, question, "Question", icon=":material/show_chart:")
