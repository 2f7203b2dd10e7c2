"""Inbox page: evidence to judge, answers to confirm, feeds in trouble."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Final

import streamlit as st

from dashboard.components import rows
from dashboard.components.acting import notify, notify_only, show_step_buttons
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    show_choice,
    show_empty,
    show_headline_note,
    show_refusals,
    show_section_title,
)  # fmt: skip
from dashboard.feeds.data import describe_problem, list_unhealthy_feeds
from dashboard.inbox import add_evidence, add_text, cards, judging
from dashboard.inbox.data import Questions, Story, group_stories
from dashboard.inbox.proposed_answers import show_proposal
from dashboard.wording.evidence import describe_bearing, is_uncalled
from dashboard.wording.feeds import HEALTH_LABELS, fleet_sentence
from dashboard.wording.numbers import clip
from forecasts.evidence.evidence import Direction
from forecasts.questions.question import EvidenceId
from tracker.feeds.scheduling.feed_health import Health
from tracker.model.benchmarks import Benchmark
from tracker.model.evidence import EvidenceCard, ManualEvidence, OfferedNearMiss
from tracker.model.feed_read_models import FeedHealth
from tracker.model.proposed_answers import ProposedAnswer

STORY_PARAM: Final = "story"
"""Address parameter of the story at hand."""

PAGE_SIZE: Final = 10
_ORDER_KEY: Final = "inbox-order"
_PLACE_KEY: Final = "inbox-place"
_SHOWN_KEY: Final = "inbox-shown"
_MAX_CHARACTERS: Final = 160
"""Characters of a question, or of the trouble of a feed, in a list."""

_SIDES: Final = {
    "yes": "for YES, higher or earlier",
    "no": "for NO, lower or later",
    "uncalled": "unclear",
}


def render(visit: Visit) -> None:
    """Show the three sections with their counts, of which one is open: at first the evidence."""
    st.subheader("Inbox", anchor=False)
    summaries = [s for s in visit.tracker.questions.list() if s.status == "open"]
    questions = {s.question.id: s.question for s in summaries}
    waiting = _load_waiting(visit, questions, sum(s.waiting for s in summaries))
    proposals = visit.tracker.resolutions.proposals()
    health = visit.tracker.feeds.status().counts
    benchmarks = _list_benchmarks(visit, questions)
    troubled = sum(health[state] for state in _list_troubles(visit)) + len(benchmarks)
    counts = {
        "evidence": ("Evidence to judge", len({card.evidence.story_id for card in waiting})),
        "answers": ("Answers to confirm", len(proposals)),
        "feeds": ("Feeds in trouble", troubled),
    }
    names = {key: f"{name} · {n}" if n else name for key, (name, n) in counts.items()}
    section = show_choice(
        "Section", names, "section", st.segmented_control, index=0, required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    match section:
        case "answers":
            _show_answers(visit, proposals)
        case "feeds":
            _show_feeds(visit, benchmarks)
        case _:
            _show_evidence(visit, waiting, questions)


def _load_waiting(visit: Visit, questions: Questions, expected: int) -> list[EvidenceCard]:
    """Load the evidence that waits, in an order that stands while it is judged.

    It is computed again only when new evidence came, or little is left of what was loaded: where
    there is much evidence it takes half a second, and a judgement needs none of it.
    """
    order, beyond = st.session_state.get(_ORDER_KEY, ((), -1))
    waiting = _load_cards(visit, questions, order)
    if expected - len(waiting) > beyond or (beyond > 0 and len(waiting) < PAGE_SIZE):
        known = set(order)
        inbox = [card.evidence.id for card in visit.tracker.evidence.inbox()]
        order = (*order, *(evidence_id for evidence_id in inbox if evidence_id not in known))
        waiting = _load_cards(visit, questions, order)
        st.session_state[_ORDER_KEY] = (order, expected - len(waiting))
    return waiting


def _load_cards(
    visit: Visit, questions: Questions, order: tuple[EvidenceId, ...]
) -> list[EvidenceCard]:
    loaded = [
        card
        for card in (visit.tracker.evidence.cards(order) if order else ())
        if card.evidence.status == "logged" and card.evidence.question_id in questions
    ]
    places = {evidence_id: place for place, evidence_id in enumerate(order)}
    return sorted(loaded, key=lambda card: places[card.evidence.id])


def _show_evidence(visit: Visit, waiting: Sequence[EvidenceCard], questions: Questions) -> None:
    """Show the story at hand, the field for what is missing, the list, and a near miss."""
    shown, stories, place = waiting, group_stories(waiting), 0
    if waiting:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            steps = st.container(
                horizontal=True, vertical_alignment="center", gap="xsmall", width="content"
            )
            shown = _show_filters(waiting)
            stories = group_stories(shown)
        if stories:
            place = _find_story(stories)
            with steps:
                st.caption(f"{place + 1} of {len(stories)}", width="content")
                show_step_buttons(lambda by: _go_to_story(stories, place + by))
    if stories:
        piece_id = st.query_params.get(cards.PIECE_PARAM, "")
        alone = [card for card in stories[place] if str(card.evidence.id) == piece_id]
        cards.show_card(visit, alone or stories[place], questions, judging.INBOX)
        if len(shown) < len(waiting) and visit.may_curate:
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                st.caption("All that match the filter:", width="content")
                judging.show_joint_verdicts(visit, [card.evidence for card in shown])
    elif waiting:
        show_empty("Nothing fits this filter.", "Choose another question or direction.")
    else:
        show_empty(
            "You’re all caught up.",
            "New evidence comes in as your feeds are read; *Feeds* shows whether they answer. What "
            "they missed you can add here.",
        )
        st.page_link(visit.pages["feeds"], label="Feeds", icon=":material/rss_feed:")
    add_evidence.show_field(visit)
    if stories:
        _show_list(visit, stories, place, questions)
        show_headline_note(visit)
    if offered := visit.tracker.evidence.near_misses():
        _show_near_miss(visit, offered[0], len(offered))


def _show_filters(waiting: Sequence[EvidenceCard]) -> list[EvidenceCard]:
    """Show the filters behind a button, and return what fits them."""
    counts = Counter((card.evidence.question_id, card.question_text) for card in waiting)
    words = {
        question_id: f"{clip(text, _MAX_CHARACTERS)} ({n})"
        for (question_id, text), n in counts.most_common()
    }
    with st.popover("Filter", type="tertiary", icon=":material/filter_list:", key="filter"):
        question_id = show_choice("Question", words, "about", placeholder="Any question")
        side = show_choice("Direction", _SIDES, "points", placeholder="Any direction")
    return [
        card
        for card in waiting
        if question_id in (None, card.evidence.question_id) and side in (None, _find_side(card))
    ]


def _find_side(card: EvidenceCard) -> str:
    if is_uncalled(card.evidence):
        return "uncalled"
    return "yes" if card.evidence.direction is Direction.YES else "no"


def _find_story(stories: Sequence[Story]) -> int:
    """Return the place of the story at hand: that of the address, else where the last one was."""
    story_id = st.query_params.get(STORY_PARAM, "")
    piece_id = st.query_params.get(cards.PIECE_PARAM, "")
    places = [
        place
        for place, story in enumerate(stories)
        if str(story[0].evidence.story_id) == story_id
        or any(str(card.evidence.id) == piece_id for card in story)
    ]
    last: int = st.session_state.get(_PLACE_KEY, 0)
    st.session_state[_PLACE_KEY] = place = [*places, min(last, len(stories) - 1)][0]
    return place


def _go_to_story(stories: Sequence[Story], place: int) -> None:
    if not 0 <= place < len(stories):
        notify_only("Last story in the list" if place else "First story in the list")
        return
    st.query_params.pop(cards.PIECE_PARAM, None)
    st.query_params[STORY_PARAM] = str(stories[place][0].evidence.story_id)


_LIST_COLUMNS: Final = (
    rows.RowColumn(rows.TITLE, "Waiting"),
    rows.RowColumn("question", "Question"),
    rows.RowColumn("bearing", "Says"),
    rows.RowColumn("seen", "Seen", "end"),
)


def _show_list(visit: Visit, stories: Sequence[Story], place: int, questions: Questions) -> None:
    """Show the stories that wait as rows, each a link that brings it up; the one at hand marked."""
    if len(stories) == 1:
        return
    count = max(st.session_state.get(_SHOWN_KEY, PAGE_SIZE), place + 1)
    shown = [_build_row(visit, s, questions, n == place) for n, s in enumerate(stories[:count])]
    rows.show_rows("waiting", "Evidence that waits", _LIST_COLUMNS, shown)
    if count < len(stories):
        more = partial(st.session_state.__setitem__, _SHOWN_KEY, count + PAGE_SIZE)
        st.button(f"Show more of {len(stories)}", key="more", type="tertiary", on_click=more)


def _build_row(visit: Visit, story: Story, questions: Questions, marked: bool, /) -> rows.Row:
    evidence, story_id = story[0].evidence, str(story[0].evidence.story_id)
    question = questions[evidence.question_id]
    filters = {name: v for name in ("about", "points") if (v := st.query_params.get(name))}
    address = rows.page_address("inbox", story=story_id, **filters)
    source, mark = story[0].carrier.feed_title, "▸" * marked
    cells: dict[str, rows.Cell] = {
        rows.TITLE: rows.LinkCell(
            story[0].headline, address, source, mark, "strong" if marked else ""
        ),
        "question": rows.TextCell(f"{len(story)} questions"),
        "seen": rows.TextCell(visit.age(evidence.first_seen_at), tone="quiet"),
    }
    if len(story) == 1:
        cells["question"] = rows.TextCell(clip(question.text, _MAX_CHARACTERS))
        bearing = describe_bearing(evidence, question.kind)
        cells["bearing"] = rows.TextCell(bearing, cards.describe_doubt(story[0]))
    return rows.Row(story_id, cells)


def _show_near_miss(visit: Visit, miss: OfferedNearMiss, count: int) -> None:
    """Show a near miss of this week that nobody has judged, the first of several."""
    question, item = miss.question, miss.hit.item
    key = f"near-{item.id}-{question.id}"
    show_section_title(f"Near misses · {count}")
    st.caption(
        "Each week five reports that came near are drawn at random. Your answers show how much of "
        "the evidence is found, and what you add finds its like."
    )
    with st.container(border=True, gap="small"):
        option = add_evidence.choose_option(question, key)
        piece = ManualEvidence(question.id, item.id, Direction.NEUTRAL, option=option)
        about = f"Is it evidence on this question? {question.text}"
        lines = (item.title, add_text.describe_hit(miss.hit, visit.zone), about)
        dismiss = partial(_dismiss, visit, miss)
        add_evidence.show_report(
            visit, question, piece, lines, key=key, url=item.url, dismiss=dismiss
        )


def _dismiss(visit: Visit, miss: OfferedNearMiss) -> None:
    with show_refusals():
        visit.tracker.evidence.dismiss(miss.hit.item.id, miss.question.id)
        notify("Not evidence: you won’t be asked again")
        st.rerun()


def _show_answers(visit: Visit, proposals: Sequence[ProposedAnswer]) -> None:
    for proposal in proposals:
        show_proposal(visit, proposal, with_question=True)
    if not proposals:
        show_empty(
            "No answer to confirm.",
            "One is proposed here when a series or a decisive report settles a question.",
        )
        st.page_link(
            visit.pages["questions"], label="Questions that are due", icon=":material/list:",
            query_params={"state": "Overdue"},
        )  # fmt: skip


_FEED_COLUMNS: Final = (
    rows.RowColumn(rows.TITLE, "Feed"),
    rows.RowColumn("state", "State"),
    rows.RowColumn("next", "Next try", "end"),
)


def _list_troubles(visit: Visit) -> tuple[Health, ...]:
    """List the states in which a feed needs attention; none in a replay, which reads no feed."""
    return () if visit.replayed_until else ("failing", "quiet")


def _list_benchmarks(visit: Visit, questions: Questions) -> list[Benchmark]:
    """List the benchmarks of open questions that need attention; none in a replay."""
    listed = () if visit.replayed_until else visit.tracker.benchmarks.list()
    return [b for b in listed if b.is_in_trouble and b.link.question_id in questions]


def _show_feeds(visit: Visit, benchmarks: Sequence[Benchmark]) -> None:
    """Show in a sentence how the feeds are, and those in trouble as rows, benchmarks first."""
    troubled = [
        feed
        for feed in list_unhealthy_feeds(visit.tracker.feeds.list())
        if feed.health in _list_troubles(visit)
    ]
    if visit.replayed_until:
        show_empty("No feed is read in a replay.", "*Feeds* lists the outlets that it replays.")
    else:
        st.markdown(fleet_sentence(visit.tracker.feeds.status(), visit.now))
    shown = [_build_benchmark_row(visit, benchmark) for benchmark in benchmarks]
    shown += [_build_feed_row(visit, feed) for feed in troubled[:PAGE_SIZE]]
    if shown:
        rows.show_rows("troubled", "Feeds in trouble", _FEED_COLUMNS, shown)
    st.page_link(visit.pages["feeds"], label="All feeds", icon=":material/rss_feed:")


def _build_feed_row(visit: Visit, feed: FeedHealth) -> rows.Row:
    address = rows.page_address("feeds", feed=feed.state.id)
    problem = clip(describe_problem(feed), _MAX_CHARACTERS)
    cells: dict[str, rows.Cell] = {
        rows.TITLE: rows.LinkCell(feed.state.feed.title, address, problem),
        "state": rows.TextCell(HEALTH_LABELS[feed.health]),
        "next": rows.TextCell(visit.age(feed.state.next_due_at), tone="quiet"),
    }
    return rows.Row(feed.state.id, cells)


def _build_benchmark_row(visit: Visit, benchmark: Benchmark) -> rows.Row:
    link, polls = benchmark.link, benchmark.polls
    address = rows.page_address("question", q=link.question_id, details="Elsewhere")
    title = clip(f"{benchmark.name}: {link.title}", _MAX_CHARACTERS)
    state = HEALTH_LABELS["paused" if polls.changed else "failing"]
    cells: dict[str, rows.Cell] = {
        rows.TITLE: rows.LinkCell(title, address, benchmark.hint),
        "state": rows.TextCell(state),
    }
    if polls.next_at and not polls.changed:
        cells["next"] = rows.TextCell(visit.age(polls.next_at), tone="quiet")
    return rows.Row(f"{link.question_id}/{link.platform}", cells)
