"""Evidence that waits for a judgement, a page of cards at a time."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from dashboard.views.cards import INBOX, card
from dashboard.views.parts import choice, empty
from dashboard.views.visit import Visit
from dashboard.wording import clipped, plural
from tracker.summaries import EvidenceCard

PAGE = 10


def render(visit: Visit) -> None:
    """The newest pieces first; judging one makes room for the next."""
    waiting = visit.tracker.inbox()
    st.subheader("Evidence to review", anchor=False)
    if not waiting:
        empty(
            "Nothing waits for you.",
            "New evidence comes in as feeds are polled. The Feeds page shows whether they answer.",
        )
        st.page_link(visit.pages["feeds"], label="Feeds", icon=":material/rss_feed:")
        return
    shown = _of_question(waiting)
    st.caption(
        f"{plural(len(shown), 'piece', 'pieces')} of evidence, the newest first."
        " What you reject no longer counts; what you confirm counts fully."
    )
    pages = -(-len(shown) // PAGE)
    number = min(st.session_state.get("page", 1), pages)
    questions = {s.question.id: s.question for s in visit.tracker.questions()}
    for each in shown[(number - 1) * PAGE : number * PAGE]:
        card(visit, each, questions[each.evidence.question_id], place=INBOX)
    if pages > 1:
        st.pagination(pages, key="page")


def _of_question(waiting: Sequence[EvidenceCard]) -> list[EvidenceCard]:
    texts = {c.evidence.question_id: c.question_text for c in waiting}
    counts = Counter(c.evidence.question_id for c in waiting)
    words = {q: f"{clipped(texts[q], 110)} ({counts[q]})" for q in sorted(texts, key=texts.__getitem__)}
    chosen = choice("Question", words, "about", placeholder="Any question")
    return [c for c in waiting if chosen is None or c.evidence.question_id == chosen]
