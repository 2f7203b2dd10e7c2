"""Page of one essay: how it stands, its text with the state of each sentence, and details."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import streamlit as st

from dashboard.components import widgets
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
from dashboard.components.scripts import load_component
from dashboard.components.sharing import show_sharing
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, unwrap_prose
from dashboard.essays import claim
from dashboard.essays import page as essays
from dashboard.essays.data import (
    Paragraph,
    count_styles,
    find_sentence,
    list_background,
    list_claims,
    list_missing_claims,
    list_paragraphs,
    serialise_paragraphs,
)
from dashboard.essays.draft_form import is_open
from dashboard.essays.text import (
    PRACTICE_NOTE,
    describe_coverage,
    describe_practice,
    describe_standing,
    list_record_notes,
)
from dashboard.wording.numbers import escape_markdown, percent_whole
from forecasts.essays.claim_outcomes import judge_chance
from forecasts.essays.track_record import ClaimScore, TrackRecord
from forecasts.questions.formatting import format_signed
from forecasts.questions.question import EssayId
from tracker.errors import NotFound
from tracker.model.chart_style import BLUE, GREY, PURPLE, VERMILLION
from tracker.model.essays import EssayPage

_KEY: Final = "reader"
_SECTION: Final = "details"
_SWATCHES: Final = {"borne-out": BLUE, "not-borne-out": VERMILLION, "mixed": PURPLE, "open": GREY}
"""Colours of the states of claims, as in the text of an essay."""


def render(visit: Visit) -> None:
    """Show the essay of `?e=` with the sentence of `?s=` selected."""
    essay_id = st.query_params.get("e", "")
    if not essay_id:
        st.switch_page(visit.pages["essays"])
    try:
        page = visit.tracker.essays.get(essay_id)
    except NotFound:
        _show_not_found(visit, essay_id)
        return
    _show_header(page)
    selected = find_sentence(page, st.query_params.get("s", ""))
    is_drafting = selected is not None and is_open(page, selected)
    left, right = st.columns([1, 1] if is_drafting else [3, 2], gap="medium")  # a form needs room
    with left:
        if page.text is None:
            _show_claims(page)
        else:
            _show_reader(page, selected.sentence.offset if selected else None)
    with right, st.container(key="claim"):
        claim.render(visit, page, selected)
    _show_details(visit, page)


def _show_not_found(visit: Visit, essay_id: str) -> None:
    st.subheader("There is no such essay", anchor=False)
    st.text(
        f"Nothing here is called “{essay_id[:80]}”. The link may be mistyped, or from another "
        "database."
    )
    st.page_link(visit.pages["essays"], label="All essays", icon=":material/article:")


def _show_header(page: EssayPage) -> None:
    """Show title, one sentence how the essay stands, and in small print what it rests on."""
    st.set_page_config(page_title=page.essay.title)
    coverage = describe_coverage(page.coverage, has_text=page.text is not None)
    practice = describe_practice(page.retrospective)
    notes = [
        " · ".join(filter(None, [page.essay.published, coverage])),
        f"{practice} {PRACTICE_NOTE}." if practice else "",
    ]
    with st.container(key="essay-head"):
        show_markup(
            make_tag("h1", page.essay.title),
            make_tag("p", describe_standing(page.live) or "Nothing has been asked yet."),
            *(make_tag("p", note, kind="note") for note in notes if note),
        )


def _show_reader(page: EssayPage, selected: int | None) -> None:
    text_blocks = list_paragraphs(page)
    if not text_blocks:
        show_empty("The text is empty.", "Add a new version of it under Details.")
        return
    show_essay_reader(page, text_blocks, selected)
    st.caption("Click a sentence, or press Tab and use the arrow keys and Enter.")


def show_essay_reader(page: EssayPage, blocks: Sequence[Paragraph], picked: int | None) -> None:
    """Show the paragraphs with one sentence selected, which stands in the address as `s`."""
    legend_rows = [
        {"look": look.name, "mark": look.mark, "words": look.words, "count": n}
        for look, n in count_styles(page)
    ]
    data = {
        "blocks": serialise_paragraphs(blocks),
        "legend": legend_rows,
        "version": f"{page.essay.id}-{hash((tuple(blocks), str(legend_rows)))}",
        "address": f"?e={page.essay.id}&s=",
        "selected": picked,
        "label": f"{page.essay.title}, sentence by sentence",
    }
    prose = "\n\n".join(" ".join(piece.text for piece in block) for block in blocks)
    component = load_component("reader", plain=prose)
    component(key=_KEY, data=data, on_picked_change=_store_selection)


def _store_selection() -> None:
    """Put the selected sentence into the address, before the page runs."""
    offset = st.session_state[_KEY].picked
    if isinstance(offset, int | float) and offset >= 0:
        st.query_params["s"] = str(int(offset))


def _show_claims(page: EssayPage) -> None:
    """Show the claims of an essay whose text is not kept, each in a sentence of its own."""
    st.caption("The full text isn’t included (copyright). Add your copy under Details, Text.")
    rows = []
    for offset, (text, style, state) in list_claims(page).items():
        link = LinkCell(text, page_address("essay", e=page.essay.id, s=str(offset)))
        mark = TextCell(state, swatch=_SWATCHES.get(style.name, ""))
        rows.append(Row(str(offset), {TITLE: link, "state": mark}))
    show_rows("claims", "Claims", [RowColumn(TITLE, "Claim"), RowColumn("state", "State")], rows)


def _show_details(visit: Visit, page: EssayPage) -> None:
    """Show the rest, closed: one section at a time, kept in the address."""
    sections = _list_sections(visit, page)
    drawer = st.expander(
        "Details", st.query_params.get(_SECTION) in sections, key="essay-details", on_change="rerun"
    )
    if not drawer.open:
        return
    with drawer:
        picked = st.pills(
            "Details", list(sections), key=_SECTION, bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
        if picked is not None:
            sections[picked]()


def _list_sections(visit: Visit, page: EssayPage) -> dict[str, Callable[[], Any]]:
    sections: dict[str, Callable[[], Any]] = {}
    if _list_records(page):
        sections["Claim by claim"] = lambda: _show_scores(page)
    if misplaced := list_missing_claims(page):
        lines = [f"“{place.sentence.text}”: {place.words}" for place in misplaced]
        note = "These claims stand in another version of the text."
        sections["Claims elsewhere"] = lambda: _show_lines(note, lines)
    if background := list_background(page):
        facts = [place.sentence.text for place in background]
        sections["Background"] = lambda: _show_lines(
            "Facts of the essay’s own day: they can be checked today, and predict nothing.", facts
        )
    if len(visit.tracker.people.list()) > 1:
        sections["Sharing"] = lambda: _show_sharing(visit, page.essay.id)
    sections["Text"] = lambda: _show_text_section(visit, page)
    sections["Report"] = lambda: widgets.show_report_buttons(visit, "essay", page.essay.id)
    return sections


def _show_sharing(visit: Visit, essay_id: EssayId) -> None:
    access = visit.tracker.essays.get_access(essay_id)
    show_sharing(visit, essay_id, access, partial(visit.tracker.essays.share, essay_id))


def _show_lines(note: str, lines: Sequence[str]) -> None:
    st.caption(note)
    show_markup(make_tag("ul", *(make_tag("li", line) for line in lines)))


def _show_text_section(visit: Visit, page: EssayPage) -> None:
    """Show where the text comes from, and the form for a copy or a new version."""
    if page.essay.note:
        st.text(unwrap_prose(page.essay.note))
    if page.text is None:
        st.caption(
            f"Add your own copy here, or with `tracker essay add FILE --name {page.essay.id}`."
        )
    with st.container(width=760):
        essays.show_text_form(visit, page.essay)


def _show_scores(page: EssayPage) -> None:
    """Show each record against chance, and its answered claims, those that tell most first."""
    columns = [
        RowColumn(TITLE, "Claim"),
        RowColumn("came", "Came true", "end"),
        RowColumn("chance", "Base rate", "end", help="How likely its base rates make it"),
        RowColumn("skill", "Skill", "end", help="Points above the base rate"),
    ]
    for title, record in _list_records(page).items():
        words = " ".join([describe_standing(record), *list_record_notes(record)])
        st.markdown(f"**{title}.** {escape_markdown(words)}")
        scores = sorted(record.scores, key=lambda score: -abs(score.skill or 0.0))
        if scores:
            rows = [_build_score(page, score) for score in scores]
            show_rows(f"scores-{title}", f"Answered claims: {title}", columns, rows)
    st.caption("A claim counts once, however many questions test it.")


def _list_records(page: EssayPage) -> dict[str, TrackRecord]:
    """List the records with claims, live ones first; the two are never merged."""
    both = {"Live": page.live, "Looking back": page.retrospective}
    return {title: record for title, record in both.items() if record.claims}


def _build_score(page: EssayPage, score: ClaimScore) -> Row:
    offset, expected, skill = score.claim.offset, score.tally.expected, score.skill
    weakness = None if expected is None else judge_chance(expected)
    cells: dict[str, Cell] = {
        TITLE: LinkCell(
            score.claim.restatement or f"“{score.claim.quote}”",
            page_address("essay", e=page.essay.id, s=str(offset)),
            note=weakness or "",
        ),
        "came": TextCell(f"{round(score.tally.borne_out, 1):g} of {score.tally.answered}"),
        "chance": TextCell("–" if expected is None else percent_whole(expected)),
    }
    if skill is not None:
        cells["skill"] = TextCell(format_signed(100.0 * skill, 0))
    return Row(str(score.claim.id), cells)
