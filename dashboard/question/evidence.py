"""Section of evidence: a list that is read page by page, the chosen piece, and ways to add some."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from dashboard.components.markup import make_tag, show_markup
from dashboard.components.rows import (
    TITLE,
    Cell,
    LinkCell,
    Row,
    RowColumn,
    TextCell,
    page_address,
    show_rows,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_headline_note
from dashboard.feeds import feed
from dashboard.inbox import add_evidence, cards
from dashboard.question import comments, signposts
from dashboard.question.as_of import DAY_PARAM
from dashboard.question.why_data import most_changed_option
from dashboard.wording.evidence import evidence_side
from dashboard.wording.feeds import silent_line
from dashboard.wording.numbers import clip, format_signed_points
from forecasts.questions.question import EvidenceId
from forecasts.suggestion.categorical import OptionSuggestion
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import story_changes
from tracker.errors import NotFound
from tracker.model.evidence import EvidenceCard
from tracker.model.read_models import QuestionPage

PAGE_SIZE: Final = 4
MORE: Final = 20
EVIDENCE_PARAM: Final = "evidence"
_MAX_HEADLINE_CHARACTERS: Final = 140
_MAX_REASON_CHARACTERS: Final = 200


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the evidence, rejected pieces included, and expected dates that passed in silence."""
    count = len(page.pieces)
    title = make_tag("h2", f"Evidence · {count:,}" if count else "Evidence")
    empty = "No evidence yet. News that matches a signpost will be listed here."
    show_markup(title, *([] if count else [make_tag("p", empty, kind="note")]))
    signposts.show_silences(visit, page)
    chosen = find_card(visit, page, st.query_params.get(EVIDENCE_PARAM, ""))
    if chosen is not None:
        _show_card(visit, page, chosen, "list")
    if page.pieces:
        _show_list(visit, page)
    if page.summary.status == "open" and not visit.looks_back:
        _show_ways_to_add(visit, page)
    _show_silent_feeds(visit, page)


def _show_ways_to_add(visit: Visit, page: QuestionPage) -> None:
    drawer = st.expander("Add evidence", type="compact", key="add-evidence", on_change="rerun")
    if drawer.open:
        with drawer:
            add_evidence.show_field(visit, page.summary.question)


def find_card(visit: Visit, page: QuestionPage, name: str) -> EvidenceCard | None:
    """Return the piece of evidence of this number if it is on the question; else None."""
    if not name.isdecimal() or all(p.evidence.id != int(name) for p in page.pieces):
        return None
    near = next((card for card in page.evidence if card.evidence.id == int(name)), None)
    try:
        return near or visit.tracker.evidence.get(int(name))
    except NotFound:  # retracted since the page was read
        return None


def show_selected_card(visit: Visit, page: QuestionPage, state: Any) -> None:
    """Show the piece of evidence whose mark was clicked."""
    for picked in state.selection.get("evidence") or []:
        card = find_card(visit, page, str(picked.get("id", "")))
        if card is not None:
            _show_card(visit, page, card, "chart")


def _show_card(visit: Visit, page: QuestionPage, card: EvidenceCard, place: str) -> None:
    """Show a piece with what the estimate would lose without it."""
    question, changes = page.summary.question, measure_changes(page)
    show_headline_note(visit)
    cards.show_card(visit, [card], {question.id: question}, place)
    if question.scale is None:
        change = changes.get(card.evidence.id)
        size = "" if change is None else f" by {_format_change(change)}"
        words = f"Moves the estimate{size}." if size else "Does not move the estimate."
        remark = f" It is {card.remark}." if card.remark else ""
        show_markup(make_tag("p", words + remark, kind="note"))
    if not visit.looks_back and visit.tracker.principal.has("forecast"):
        st.button(
            "Comment on it",
            key=f"quote-{place}",
            type="tertiary",
            icon=":material/forum:",
            on_click=comments.open_field,
            args=(comments.Turn(evidence_id=card.evidence.id),),
        )


def _format_change(change: float) -> str:
    return format_signed_points(change).replace("unchanged", "0 points")


@st.fragment
def _show_list(visit: Visit, page: QuestionPage) -> None:
    """Show the newest pieces; a fragment, so that reading on draws nothing else."""
    question = page.summary.question
    key = f"evidence-shown-{question.id}"
    count = st.session_state.setdefault(key, PAGE_SIZE)
    shown = page.evidence[:count]
    if len(shown) < min(count, len(page.pieces)):
        older = visit.tracker.evidence.list(
            question.id, offset=len(shown), limit=count - len(shown)
        )
        shown = (*shown, *older)
    changes = measure_changes(page)
    columns = [
        RowColumn(TITLE, "Headline"),
        RowColumn("side", "Points" if question.scale is not None else "Speaks"),
        RowColumn("effect", "Effect", "end", help="How much the estimate would change without it."),
        RowColumn("seen", "Seen", "end"),
    ]
    if not changes:
        del columns[2]
    show_rows(
        "evidence", "Evidence", columns, [_build_row(visit, page, card, changes) for card in shown]
    )
    if count < len(page.pieces):
        st.button(
            "Show more",
            key="more-evidence",
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(key, count + MORE),
        )


def measure_changes(page: QuestionPage) -> Mapping[EvidenceId, float]:
    """Measure the effect of each piece in probability; empty for numbers and dates."""
    suggestion = page.suggestion
    if suggestion is None or isinstance(suggestion, CurveSuggestion):
        return {}
    if not isinstance(suggestion, OptionSuggestion):
        return story_changes(suggestion)
    return story_changes(suggestion, most_changed_option(suggestion, page.summary.question))


def _build_row(
    visit: Visit, page: QuestionPage, card: EvidenceCard, changes: Mapping[EvidenceId, float]
) -> Row:
    e, question = card.evidence, page.summary.question
    known = {DAY_PARAM: st.query_params[DAY_PARAM]} if visit.looks_back else {}
    address = page_address("question", q=question.id, evidence=str(e.id), **known)
    cells: dict[str, Cell] = {
        TITLE: LinkCell(
            clip(card.headline, _MAX_HEADLINE_CHARACTERS), address, note=card.carrier.feed_title
        ),
        "side": TextCell(evidence_side(e, question.kind), note=_describe_state(card)),
        "seen": TextCell(visit.day(e.first_seen_at), tone="quiet"),
    }
    if e.id in changes:
        cells["effect"] = TextCell(_format_change(changes[e.id]))
    return Row(str(e.id), cells)


def _describe_state(card: EvidenceCard) -> str:
    """Describe what is to be known of a piece beside its side: only what is not usual."""
    if card.context_only:
        return "context only"
    if card.before_opening:
        return "before the opening"
    if card.evidence.status == "logged":
        return "to review" if not card.perhaps else "unconfirmed"
    return "rejected" if card.evidence.status == "rejected" else ""


def _show_silent_feeds(visit: Visit, page: QuestionPage) -> None:
    """Show that feeds which should cover the question are silent: no news may mean no reading."""
    coverage = page.coverage
    is_live = page.summary.status == "open" and visit.replayed_until is None
    if coverage is None or not coverage.silent or not is_live:
        return
    with st.expander(
        silent_line(coverage), type="compact", icon=":material/rss_feed:", key="silent"
    ):
        for silent_feed in coverage.silent:
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                feed.link_to_feed(visit, silent_feed.feed_id, silent_feed.title)
                st.text(clip(silent_feed.why, _MAX_REASON_CHARACTERS))
