"""Evidence that waits for a judgement: one story at hand, judged by keys, and the others in a list
to choose from.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, Literal

import streamlit as st

from dashboard.components.shortcuts import steps
from dashboard.components.toasts import remark, tell
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm, choice, empty, restated, table
from dashboard.inbox import cards
from dashboard.inbox import keyboard_review as one_key
from dashboard.inbox.inbox_data import inbox_frame
from dashboard.wording import clipped, plural, uncalled
from forecasts.evidence.evidence import Direction, EvidenceStatus, StoryId
from forecasts.questions.question import EvidenceId, Question, QuestionId
from tracker.model.read_models import EvidenceCard

NAME: Final = "at"
"""The number of the evidence at hand, in the address."""

_PLACE: Final = "inbox-place"

Points = Literal["yes", "no", "uncalled"]
POINTS: Final[Mapping[Points, str]] = {
    "yes": "for YES, up or earlier",
    "no": "for NO, down or later",
    "uncalled": "not called",
}

Story = Sequence[EvidenceCard]


def render(visit: Visit) -> None:
    """First the stories whose judgement tells most; judging one brings up the next."""
    waiting = visit.tracker.inbox()
    st.subheader("Evidence to review", anchor=False)
    if not waiting:
        empty(
            "Nothing waits for you.",
            "New evidence comes in as feeds are polled. The Feeds page shows whether they answer.",
        )
        st.page_link(visit.pages["feeds"], label="Feeds", icon=":material/rss_feed:")
        return
    shown = _filtered(waiting)
    if not shown:
        empty("Nothing that waits fits these filters.", "Choose another question, source or side.")
        return
    stories = _stories(shown)
    questions = {s.question.id: s.question for s in visit.tracker.questions()}
    place = _place(stories)
    _heading(shown, stories, place)
    restated(visit)
    cards.story(visit, stories[place], questions, keys=True)
    _others(visit, stories, place, questions)


def _filtered(waiting: Sequence[EvidenceCard]) -> list[EvidenceCard]:
    texts = {c.evidence.question_id: c.question_text for c in waiting}
    counts = Counter(c.evidence.question_id for c in waiting)
    words = {
        q: f"{clipped(texts[q], 110)} ({counts[q]})" for q in sorted(texts, key=texts.__getitem__)
    }
    sources = {item.item.feed_id: item.feed_title for c in waiting for item in c.items}
    named = {
        str(feed): clipped(sources[feed], 60)
        for feed in sorted(sources, key=lambda f: sources[f].lower())
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        about = choice("Question", words, "about", placeholder="Any question", width=420)
        source = choice("Source", named, "from", placeholder="Any source", width=220)
        points = choice("It points", POINTS, "points", placeholder="Any way", width=200)
    return [c for c in waiting if _fits(c, about, source, points)]


def _fits(
    card: EvidenceCard, about: QuestionId | None, source: str | None, points: Points | None
) -> bool:
    e = card.evidence
    side: Points = "uncalled" if uncalled(e) else "yes" if e.direction is Direction.YES else "no"
    return (
        about in (None, e.question_id)
        and (source is None or any(str(item.item.feed_id) == source for item in card.items))
        and points in (None, side)
    )


def _stories(shown: Sequence[EvidenceCard]) -> list[Story]:
    """The pieces by story, each where the first of them stands."""
    found: dict[StoryId, list[EvidenceCard]] = {}
    for card in shown:
        found.setdefault(card.evidence.story_id, []).append(card)
    return list(found.values())


def _place(stories: Sequence[Story]) -> int:
    """Which story is at hand: the one in the address, else the one where the last judged stood."""
    named = st.query_params.get(NAME, "")
    at = [
        n
        for n, story in enumerate(stories)
        if any(str(card.evidence.id) == named for card in story)
    ]
    place: int = at[0] if at else min(st.session_state.get(_PLACE, 0), len(stories) - 1)
    st.session_state[_PLACE] = place
    return place


def _heading(shown: Sequence[EvidenceCard], stories: Sequence[Story], place: int) -> None:
    st.caption(
        f"{plural(len(shown), 'piece', 'pieces')} of evidence in "
        f"{plural(len(stories), 'story', 'stories')}. First comes what may be an answer, then "
        "what your judgement would move most."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        steps(lambda by: _walk(stories, place + by))
        st.caption(f"Story {place + 1} of {len(stories)}", width="content")


def _walk(stories: Sequence[Story], place: int) -> None:
    if not 0 <= place < len(stories):
        remark("That was the last story" if place else "This is the first story")
        return
    _put_at_hand(stories[place][0].evidence.id)


def _put_at_hand(evidence_id: EvidenceId) -> None:
    st.query_params[NAME] = str(evidence_id)


# The others


def _others(
    visit: Visit, stories: Sequence[Story], place: int, questions: Mapping[QuestionId, Question]
) -> None:
    """The list: a cell puts its story at hand, ticked boxes are judged together."""
    pieces = [card for story in stories for card in story]
    if len(pieces) < 2:
        return
    st.markdown("#### All that waits here")
    frame = inbox_frame(pieces, questions, stories[place])
    key = f"inbox-list-{len(pieces)}-{pieces[0].evidence.id}"
    config = st.column_config
    state = table(
        frame,
        {
            "at": config.TextColumn("", width=30),
            "headline": config.TextColumn("Report", width=420),
            "question": config.TextColumn("Question", width=320),
            "points": config.TextColumn("It points", width=170),
            "source": config.TextColumn("Source", width=150),
            "seen": config.DatetimeColumn(
                "First seen", format="D MMM YYYY, HH:mm", timezone=visit.zone.key, width=140
            ),
        },
        "All evidence that waits here",
        key=key,
        on_select=partial(_picked_cell, key, pieces),
        selection_mode=["multi-row", "single-cell"],
    )
    _together(visit, [pieces[row] for row in state.selection.get("rows", []) if row < len(pieces)])
    st.caption(
        "Pick a line to bring it up; tick boxes to judge several at once. Times in "
        + visit.zone.key
        + "."
    )


def _picked_cell(key: str, pieces: Sequence[EvidenceCard]) -> None:
    cells = st.session_state[key].selection.get("cells", [])
    if cells and cells[0][0] < len(pieces):
        _put_at_hand(pieces[cells[0][0]].evidence.id)


def _together(visit: Visit, ticked: Sequence[EvidenceCard]) -> None:
    """What can be done with several at once; a piece that nobody has given a direction is not
    accepted.
    """
    if not ticked:
        return
    called = [card for card in ticked if not uncalled(card.evidence)]
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(f"Accept {len(called)}", key="bulk-accept", disabled=not called):
            _judge_all(visit, called, "Accepted")
        if st.button(f"Reject {len(ticked)}", key="bulk-reject"):
            _judge_all(visit, ticked, "Rejected")
        if len(called) < len(ticked):
            left = len(ticked) - len(called)
            st.caption(
                f"{plural(left, 'piece', 'pieces')} of which nobody has said which way they point.",
                width="content",
            )


def _judge_all(
    visit: Visit, ticked: Sequence[EvidenceCard], verb: Literal["Accepted", "Rejected"]
) -> None:
    ids = tuple(card.evidence.id for card in ticked)
    with calm():
        verdict: EvidenceStatus = "confirmed" if verb == "Accepted" else "rejected"
        words = f"{verb}: {plural(len(ids), 'piece', 'pieces')} of evidence"
        tell(one_key.judge(visit.tracker, one_key.Judgement(ids, verdict, words)))
        st.rerun()
