"""Evidence that waits for a judgement, a page of stories at a time."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from dashboard.views import cards
from dashboard.views.parts import choice, empty
from dashboard.views.visit import Visit
from dashboard.wording import clipped, plural
from forecasts.evidence import StoryId
from tracker.summaries import EvidenceCard

PAGE = 10


def render(visit: Visit) -> None:
    """First the stories whose judgement tells most; judging one makes room for the next."""
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
    stories = _stories(shown)
    st.caption(
        f"{plural(len(shown), 'piece', 'pieces')} of evidence in {plural(len(stories), 'story', 'stories')}."
        " First comes what your judgement would move most: where the matcher is unsure and much hangs on it."
        " What you reject no longer counts; what you confirm counts fully."
    )
    pages = -(-len(stories) // PAGE)
    number = min(st.session_state.get("page", 1), pages)
    questions = {s.question.id: s.question for s in visit.tracker.questions()}
    for pieces in stories[(number - 1) * PAGE : number * PAGE]:
        cards.story(visit, pieces, questions)
    if pages > 1:
        st.pagination(pages, key="page")


def _stories(shown: Sequence[EvidenceCard]) -> list[list[EvidenceCard]]:
    """The pieces by story, each where the first of them stands."""
    found: dict[StoryId, list[EvidenceCard]] = {}
    for card in shown:
        found.setdefault(card.evidence.story_id, []).append(card)
    return list(found.values())


def _of_question(waiting: Sequence[EvidenceCard]) -> list[EvidenceCard]:
    texts = {c.evidence.question_id: c.question_text for c in waiting}
    counts = Counter(c.evidence.question_id for c in waiting)
    words = {q: f"{clipped(texts[q], 110)} ({counts[q]})" for q in sorted(texts, key=texts.__getitem__)}
    chosen = choice("Question", words, "about", placeholder="Any question")
    return [c for c in waiting if chosen is None or c.evidence.question_id == chosen]
