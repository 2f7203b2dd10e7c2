"""Inbox page: one story to review by keys, the list of the others, and near misses."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, Literal

import streamlit as st

from dashboard.components.acting import Notice, notify, notify_only, push_notice, show_step_buttons
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    link_to_question,
    link_to_site,
    show_choice,
    show_empty,
    show_headline_note,
    show_refusals,
    show_table,
)
from dashboard.inbox import add_evidence, add_text, cards, evidence_review, proposed_answers
from dashboard.inbox.data import inbox_frame
from dashboard.wording import clip, escape_markdown, is_uncalled, plural
from forecasts.evidence.evidence import Direction, EvidenceStatus, StoryId
from forecasts.questions.question import EvidenceId, Question, QuestionId
from tracker.model.evidence import EvidenceCard, ManualEvidence, OfferedNearMiss

EVIDENCE_PARAM: Final = "at"
"""Address parameter of the selected evidence."""

_PLACE_KEY: Final = "inbox-place"

DirectionFilter = Literal["yes", "no", "uncalled"]
DIRECTION_FILTERS: Final[Mapping[DirectionFilter, str]] = {
    "yes": "for YES, up or earlier",
    "no": "for NO, down or later",
    "uncalled": "not called",
}

StoryCards = Sequence[EvidenceCard]


def render(visit: Visit) -> None:
    """Show answers to confirm, then the most informative stories; a review brings up the next."""
    evidence = visit.tracker.evidence.inbox()
    proposed_answers.show_in_inbox(visit)
    st.subheader("Evidence to review", anchor=False)
    if not evidence:
        show_empty(
            "Nothing waits for you.",
            "New evidence comes in as feeds are polled. The Feeds page shows whether they answer.",
        )
        st.page_link(visit.pages["feeds"], label="Feeds", icon=":material/rss_feed:")
        _show_missing(visit)
        return
    shown = _show_filters(evidence)
    if not shown:
        show_empty(
            "Nothing that waits fits these filters.", "Choose another question, source or side."
        )
        _show_missing(visit)
        return
    stories = _group_stories(shown)
    questions = {s.question.id: s.question for s in visit.tracker.questions.list()}
    index = _find_selected_story(stories)
    _show_heading(shown, stories, index)
    show_headline_note(visit)
    cards.show_story(visit, stories[index], questions, keys=True)
    _show_missing(visit)
    _show_list(visit, stories, index, questions)


def _show_missing(visit: Visit) -> None:
    """Show what may be missing: near misses, and the form for what was not found at all."""
    show_near_misses(visit)
    add_evidence.show_in_inbox(visit)


def _show_filters(evidence: Sequence[EvidenceCard]) -> list[EvidenceCard]:
    texts = {card.evidence.question_id: card.question_text for card in evidence}
    counts = Counter(card.evidence.question_id for card in evidence)
    words = {
        identifier: f"{clip(texts[identifier], 110)} ({counts[identifier]})"
        for identifier in sorted(texts, key=texts.__getitem__)
    }
    sources = {item.item.feed_id: item.feed_title for card in evidence for item in card.items}
    source_names = {
        str(feed): clip(sources[feed], 60)
        for feed in sorted(sources, key=lambda feed_id: sources[feed_id].lower())
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        question_id = show_choice("Question", words, "about", placeholder="Any question", width=420)
        source = show_choice("Source", source_names, "from", placeholder="Any source", width=220)
        points = show_choice(
            "It points", DIRECTION_FILTERS, "points", placeholder="Any way", width=200
        )
    return [card for card in evidence if _matches(card, question_id, source, points)]


def _matches(
    card: EvidenceCard,
    question_id: QuestionId | None,
    source: str | None,
    points: DirectionFilter | None,
) -> bool:
    evidence = card.evidence
    side: DirectionFilter = (
        "uncalled"
        if is_uncalled(evidence)
        else "yes"
        if evidence.direction is Direction.YES
        else "no"
    )
    return (
        question_id in (None, evidence.question_id)
        and (source is None or any(str(item.item.feed_id) == source for item in card.items))
        and points in (None, side)
    )


def _group_stories(shown: Sequence[EvidenceCard]) -> list[StoryCards]:
    """Group evidence by story, in the order of their first pieces."""
    stories: dict[StoryId, list[EvidenceCard]] = {}
    for card in shown:
        stories.setdefault(card.evidence.story_id, []).append(card)
    return list(stories.values())


def _find_selected_story(stories: Sequence[StoryCards]) -> int:
    """Return the index of the selected story: that of the address, else that reviewed last."""
    evidence_id = st.query_params.get(EVIDENCE_PARAM, "")
    matches = [
        n
        for n, story in enumerate(stories)
        if any(str(card.evidence.id) == evidence_id for card in story)
    ]
    index: int = (
        matches[0] if matches else min(st.session_state.get(_PLACE_KEY, 0), len(stories) - 1)
    )
    st.session_state[_PLACE_KEY] = index
    return index


def _show_heading(shown: Sequence[EvidenceCard], stories: Sequence[StoryCards], index: int) -> None:
    st.caption(
        f"{plural(len(shown), 'piece', 'pieces')} of evidence in "
        f"{plural(len(stories), 'story', 'stories')}. First comes what may be an answer, then "
        "what your judgement would move most."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        show_step_buttons(lambda by: _go_to_story(stories, index + by))
        st.caption(f"Story {index + 1} of {len(stories)}", width="content")


def _go_to_story(stories: Sequence[StoryCards], index: int) -> None:
    if not 0 <= index < len(stories):
        notify_only("That was the last story" if index else "This is the first story")
        return
    _select_evidence(stories[index][0].evidence.id)


def _select_evidence(evidence_id: EvidenceId) -> None:
    st.query_params[EVIDENCE_PARAM] = str(evidence_id)


def _show_list(
    visit: Visit,
    stories: Sequence[StoryCards],
    index: int,
    questions: Mapping[QuestionId, Question],
) -> None:
    """Show the list: a cell selects its story, ticked boxes are reviewed together."""
    pieces = [card for story in stories for card in story]
    if len(pieces) < 2:
        return
    st.markdown("#### All that waits here")
    frame = inbox_frame(pieces, questions, stories[index])
    key = f"inbox-list-{len(pieces)}-{pieces[0].evidence.id}"
    config = st.column_config
    state = show_table(
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
        on_select=partial(_handle_cell_click, key, pieces),
        selection_mode=["multi-row", "single-cell"],
    )
    _show_bulk_actions(
        visit, [pieces[row] for row in state.selection.get("rows", []) if row < len(pieces)]
    )
    st.caption(
        "Pick a line to bring it up; tick boxes to judge several at once. Times in "
        + visit.zone.key
        + "."
    )


def _handle_cell_click(key: str, pieces: Sequence[EvidenceCard]) -> None:
    cells = st.session_state[key].selection.get("cells", [])
    if cells and cells[0][0] < len(pieces):
        _select_evidence(pieces[cells[0][0]].evidence.id)


def _show_bulk_actions(visit: Visit, ticked: Sequence[EvidenceCard]) -> None:
    """Show the bulk actions; a piece without a direction cannot be accepted."""
    if not ticked:
        return
    with_direction = [card for card in ticked if not is_uncalled(card.evidence)]
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            f"Accept {len(with_direction)}", key="bulk-accept", disabled=not with_direction
        ):
            _review_all(visit, with_direction, "Accepted")
        if st.button(f"Reject {len(ticked)}", key="bulk-reject"):
            _review_all(visit, ticked, "Rejected")
        if len(with_direction) < len(ticked):
            missing = len(ticked) - len(with_direction)
            st.caption(
                f"{plural(missing, 'piece', 'pieces')} of which nobody has said which way they "
                "point.",
                width="content",
            )


def _review_all(
    visit: Visit, ticked: Sequence[EvidenceCard], verb: Literal["Accepted", "Rejected"]
) -> None:
    ids = tuple(card.evidence.id for card in ticked)
    with show_refusals():
        verdict: EvidenceStatus = "confirmed" if verb == "Accepted" else "rejected"
        words = f"{verb}: {plural(len(ids), 'piece', 'pieces')} of evidence"
        push_notice(
            evidence_review.apply_review(
                visit.tracker, evidence_review.ReviewRequest(ids, verdict, words)
            )
        )
        st.rerun()


MAX_QUESTION_CHARACTERS: Final = 160
_NUMBERS: Final = ("One", "Two", "Three", "Four", "Five")


def show_near_misses(visit: Visit) -> None:
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
