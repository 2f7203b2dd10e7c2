"""Block of the inbox with this week's near misses: is one of them evidence?"""

from functools import partial
from typing import Final

import streamlit as st

from dashboard.components.acting import Notice, notify, push_notice
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_question, link_to_site, show_refusals
from dashboard.inbox import add_evidence, add_text
from dashboard.wording import clip, escape_markdown
from forecasts.evidence.evidence import Direction
from tracker.model.evidence import ManualEvidence, OfferedNearMiss

MAX_QUESTION_CHARACTERS: Final = 160
_NUMBERS: Final = ("One", "Two", "Three", "Four", "Five")


def show(visit: Visit) -> None:
    """Show the near misses that nobody has judged yet; nothing while there are none."""
    offered = () if visit.looks_back else visit.tracker.evidence.near_misses()
    if not offered:
        return
    is_one = len(offered) == 1
    title = (
        f"{_NUMBERS[len(offered) - 1]} that {'was' if is_one else 'were'} left out: "
        f"is {'it' if is_one else 'one of them'} evidence?"
    )
    with st.expander(title, icon=":material/help:", key="near-misses"):
        st.caption(
            "Five of the reports that came near are drawn at random each week. Your answers show "
            "how much of the evidence is found, and what you add finds its like."
        )
        for miss in offered:
            _show_near_miss(visit, miss)


def _show_near_miss(visit: Visit, miss: OfferedNearMiss) -> None:
    """Show a report with its question, and a button for each answer."""
    question, item = miss.question, miss.hit.item
    key = f"near-{item.id}-{question.id}"
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.text(clip(item.title, add_text.MAX_HEADLINE_CHARACTERS))
            link_to_site(item.url, "Read it", key=f"{key}-link")
        with st.container(gap=None):
            st.text(clip(question.text, MAX_QUESTION_CHARACTERS))
            st.caption(escape_markdown(add_text.describe_hit(miss.hit, visit.zone)))
        option = ""
        if question.options:
            names = [o.name for o in question.options]
            option = st.selectbox(
                "Option", names, index=None, placeholder="Which one?", key=f"{key}-option",
                width=220,
            ) or ""  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            if st.button("No evidence", key=f"{key}-no"):
                _dismiss(visit, miss)
            for direction in add_evidence.DIRECTIONS:
                words = add_text.describe_choice(question, direction, option)
                if st.button(
                    escape_markdown(f"Yes, {words}"),
                    key=f"{key}-{int(direction)}",
                    disabled=bool(question.options and direction and not option),
                ):
                    _add(visit, miss, direction, option)
            link_to_question(visit, question, "Question", ":material/show_chart:")


def _add(visit: Visit, miss: OfferedNearMiss, direction: Direction, option: str) -> None:
    piece = ManualEvidence(miss.question.id, miss.hit.item.id, direction, option=option)
    with show_refusals():
        result = visit.tracker.evidence.add(piece)
        words = add_text.describe_addition(miss.question, result)
        undo = partial(add_evidence.undo_addition, visit.tracker, result.evidence.id, words)
        push_notice(Notice(words, undo if result.outcome == "added" else None))
        st.rerun()


def _dismiss(visit: Visit, miss: OfferedNearMiss) -> None:
    with show_refusals():
        visit.tracker.evidence.dismiss(miss.hit.item.id, miss.question.id)
        notify("No evidence: it will not be asked again")
        st.rerun()
