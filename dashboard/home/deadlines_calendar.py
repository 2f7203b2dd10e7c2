"""What to expect next over all open questions: signposts, closes, answers that are due; and what
was noted lately.
"""

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import empty, link_to_question
from dashboard.home.calendar_data import Day, Due, Section, noted, sections, shortened
from dashboard.wording import DUE, clipped, if_seen, inert, mark_line, plural
from forecasts.questions.question import Question
from tracker.model.audit import Mark

MOST = 40
"""Entries of a section that are shown before all of them are asked for."""

LONGEST = 140
_ICONS = {
    "signpost": ":material/show_chart:",
    "close": ":material/lock:",
    "answer due": ":material/gavel:",
}


def render(visit: Visit) -> None:
    """What is overdue first, then what comes, the nearest first, then what was noted in the last 30
    days.
    """
    found = visit.tracker.calendar()
    coming = sections(found, visit.stands_at, visit.zone)
    st.subheader("What to expect next", anchor=False)
    if not coming:
        empty(
            "Nothing is expected.",
            "Open questions, with the signposts that should be seen by a date, will be listed "
            "here.",
        )
        st.page_link(visit.pages["questions"], label="All questions", icon=":material/list:")
    else:
        st.caption(inert(_in_short(coming)))
    for section in coming:
        _section(visit, section)
    _noted(visit, noted(found))


def _in_short(coming: tuple[Section, ...]) -> str:
    every = [
        (due.what, len(due.entries))
        for section in coming
        for each in section.days
        for due in each.due
    ]
    told = [
        plural(count, noun, many)
        for what, noun, many in (
            ("signpost", "signpost to watch for", "signposts to watch for"),
            ("close", "close", "closes"),
            ("answer due", "answer due", "answers due"),
        )
        if (count := sum(n for each, n in every if each == what))
    ]
    return (
        f"{', '.join(told)}. A signpost that is not seen by its date counts as evidence: "
        "silence speaks, too."
    )


def _section(visit: Visit, section: Section) -> None:
    st.markdown(f"#### {section.title}")
    days = section.days
    if section.count > MOST and not st.session_state.get(f"all-{section.title}"):
        days = shortened(section, MOST)
    for each in days:
        _day(visit, each)
    if section.count > MOST:
        st.toggle(f"All {section.count}", key=f"all-{section.title}")


def _day(visit: Visit, each: Day) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{inert(visit.day(each.at))}** · {inert(visit.age(each.at))}")
        for due in each.due:
            _due(visit, due)


def _due(visit: Visit, due: Due) -> None:
    if due.what == "signpost":
        st.markdown(f":material/flag: **{inert(clipped(due.name, LONGEST))}**")
    for expected, question in due.entries:
        label = "Question" if due.what == "signpost" else DUE[due.what]
        _line(visit, question, label, icon=_ICONS[due.what], more=if_seen(question, expected))


def _line(visit: Visit, question: Question, label: str, *, icon: str, more: str = "") -> None:
    """A short link, the question's text beside it, and below what it would say."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        link_to_question(visit, question, label, icon)
        st.markdown(inert(clipped(question.text, LONGEST)), width="content")
    if more:
        st.caption(inert(more))


def _noted(visit: Visit, marks: tuple[tuple[Mark, Question, str], ...]) -> None:
    st.markdown("#### Noted in the last 30 days")
    if not marks:
        st.caption(
            "Nothing. Signposts that are seen, and dates that pass in silence, are noted here."
        )
        return
    for mark, question, name in marks:
        with st.container(border=True, gap="xsmall"):
            st.markdown(inert(mark_line(mark, name, question.kind, visit.zone)))
            _line(visit, question, "Question", icon=":material/show_chart:")
