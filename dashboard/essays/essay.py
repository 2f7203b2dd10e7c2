"""Page of one essay: its record, and its text with each sentence's status; a sentence can become a
question.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from dashboard.components import widgets
from dashboard.components.scripts import load_component
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, unwrap_prose
from dashboard.essays import claim, drafting
from dashboard.essays import page as essays
from dashboard.essays.data import (
    Paragraph,
    RecordName,
    claim_score_frame,
    count_styles,
    find_sentence,
    list_background,
    list_missing_claims,
    list_paragraphs,
    list_records,
    serialise_paragraphs,
)
from dashboard.essays.text import (
    SKILL_NOTE,
    describe_claim_coverage,
    describe_coverage,
    describe_record,
)
from dashboard.wording import escape_markdown, plural
from forecasts.essays.claim_map import TrackRecord
from tracker.errors import NotFound
from tracker.model.essays import EssayPage

_C = st.column_config
_KEY: Final = "reader"


def show_essay_reader(page: EssayPage, blocks: Sequence[Paragraph], picked: int | None) -> None:
    """Show the paragraphs with one sentence selected; selecting another sets the address parameter
    `s`.
    """
    sent_blocks = serialise_paragraphs(blocks)
    legend_rows = [
        {"look": look.name, "mark": look.mark, "words": look.words, "count": n}
        for look, n in count_styles(page)
    ]
    data = {
        "blocks": sent_blocks,
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


_RECORD_TITLES = {"live": "Live", "looking back": "Looking back"}
_RECORD_NOTES = {
    "live": "Asked before the answer could be known.",
    "looking back": (
        "Asked after the window had passed, with the answer in reach: practice, and no "
        "proof of foresight."
    ),
}


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
    _show_records(page)
    selected = find_sentence(page, st.query_params.get("s", ""))
    is_drafting = selected is not None and drafting.is_open(page, selected)
    left, right = st.columns([1, 1] if is_drafting else [3, 2], gap="medium")  # a form needs room
    with left:
        _show_text(visit, page, selected.sentence.offset if selected else None)
    with right, st.container(key="claim"):
        claim.render(visit, page, selected)
    widgets.show_report_buttons(visit, "essay", page.essay.id)


def _show_not_found(visit: Visit, essay_id: str) -> None:
    st.subheader("There is no such essay", anchor=False)
    st.text(
        f"Nothing here is called “{essay_id[:80]}”. The link may be mistyped, or from another "
        "database."
    )
    st.page_link(visit.pages["essays"], label="All essays", icon=":material/article:")


def _show_header(page: EssayPage) -> None:
    st.set_page_config(page_title=page.essay.title)
    st.header(escape_markdown(page.essay.title), anchor=False)
    coverage_line = (
        describe_coverage(page.coverage)
        if page.text is not None
        else describe_claim_coverage(page.coverage)
    )
    parts = [escape_markdown(page.essay.published)] if page.essay.published else []
    st.caption(" · ".join([*parts, coverage_line]))


def _show_records(page: EssayPage) -> None:
    """Show how its claims did, live and retrospective ones in a box each."""
    all_records = list_records(page)
    if not all_records:
        return
    for place, (name, verdict) in zip(
        st.columns(len(all_records)), all_records.items(), strict=True
    ):
        with place, st.container(border=True, gap="xsmall", height="stretch"):
            _show_record(name, verdict)
    st.caption(SKILL_NOTE)
    if answered := {name: verdict for name, verdict in all_records.items() if verdict.scores}:
        drawer = st.expander("Claim by claim", key="by-claim", on_change="rerun")
        if drawer.open:
            with drawer:
                _show_scores(answered)


def _show_record(name: RecordName, verdict: TrackRecord) -> None:
    headline, sentences = describe_record(verdict)
    st.caption(f"**{_RECORD_TITLES[name]}.** {_RECORD_NOTES[name]}")
    st.subheader(headline, anchor=False)
    for sentence in sentences:
        st.markdown(escape_markdown(sentence))


def _show_scores(all_records: Mapping[RecordName, TrackRecord]) -> None:
    """Show the answered claims of one record at a time."""
    name: RecordName = next(iter(all_records))
    if len(all_records) > 1:
        name = st.segmented_control(
            "Record", list(all_records), default=name, required=True, key="record",
            format_func=_RECORD_TITLES.__getitem__, label_visibility="collapsed",
        )  # fmt: skip
    columns = {
        "borne_out": _C.TextColumn("Borne out", width=80),
        "chance": _C.NumberColumn(
            "By chance", format="%.0f%%", width=80, help="How likely its base rates make it."
        ),
        "skill": _C.NumberColumn(
            "Skill", format="%+.0f points", width=100, help="Borne out minus chance."
        ),
        "quote": _C.TextColumn("Claim", width=380),
        "note": _C.TextColumn("Test", width=170),
    }
    widgets.show_table(claim_score_frame(all_records[name]), columns, "Answered claims")
    st.caption("A claim with several answers counts as the share of them that bears it out.")


def _show_text(visit: Visit, page: EssayPage, selected: int | None) -> None:
    if page.text is None:
        _show_missing_text(visit, page)
    text_blocks = list_paragraphs(page)
    if not text_blocks:
        show_empty("There is no text yet.", "Add it above, and its sentences appear here.")
        return
    st.caption("Click a sentence, or press Tab and use the arrow keys and Enter.")
    show_essay_reader(page, text_blocks, selected)
    _show_other_sentences(page)
    if page.essay.note:
        with st.expander("About this copy", key="note"):
            st.text(unwrap_prose(page.essay.note))
    if page.text is not None:
        with st.expander("A new version of the text", key="new-version"):
            essays.show_text_form(visit, page.essay)


def _show_other_sentences(page: EssayPage) -> None:
    """Show what is no claim of this text: claims of another version, and facts of the day."""
    if misplaced := list_missing_claims(page):
        label = f"{plural(len(misplaced), 'claim')} of another version of the text"
        with st.expander(label, key="lost"):
            for claim in misplaced:
                st.text(f"• “{claim.sentence.text}”: {claim.words}")
    if background := list_background(page):
        label = f"Background: {plural(len(background), 'fact')} of the essay’s own day"
        with st.expander(label, key="background"):
            st.caption("These can be checked today; they predict nothing.")
            for claim in background:
                st.text(f"• {claim.sentence.text}")


def _show_missing_text(visit: Visit, page: EssayPage) -> None:
    """Show how to add a copy of the text, since texts of others are not shipped."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            "**The text itself is not included, as it belongs to others.** Below are the quotes of "
            "its claims, in order."
        )
        st.caption(
            "To read all of it, add your own copy: `tracker essay add FILE --name "
            f"{page.essay.id}`, or here:"
        )
        with st.expander("Add your copy of the text", key="own-copy"):
            essays.show_text_form(visit, page.essay)
