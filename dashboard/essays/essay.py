"""One essay: how it did, and its text with its record written over it; a sentence that is picked
becomes a question.
"""

from collections.abc import Mapping

import streamlit as st

from dashboard import charts
from dashboard.components import downloads
from dashboard.components.visit import Visit
from dashboard.components.widgets import empty, flat
from dashboard.essays import claim, drafting
from dashboard.essays import page as essays
from dashboard.essays.essay_data import (
    Record,
    at_offset,
    blocks,
    elsewhere,
    record_frame,
    records,
    told_apart,
)
from dashboard.essays.essay_text import asked_sentence, claims_asked, headline, sounded
from dashboard.essays.reader import essay_reader
from dashboard.wording import inert, plural
from forecasts.essays.claim_map import Verdict, VerdictLine
from tracker.errors import NotFound
from tracker.model.essays import EssayPage

_TITLE = {"live": "Live", "looking back": "Looking back"}
_WHAT = {
    "live": "Asked before the answer could be known.",
    "looking back": (
        "Asked after the window had passed, with the answer in reach: practice, and no "
        "proof of foresight."
    ),
}


def render(visit: Visit) -> None:
    """The page of the essay named by `?e=`, with the sentence named by `?s=` picked."""
    asked = st.query_params.get("e", "")
    if not asked:
        st.switch_page(visit.pages["essays"])
    try:
        page = visit.tracker.essay(asked)
    except NotFound:
        _not_found(visit, asked)
        return
    _headline(page)
    _verdicts(page)
    picked = at_offset(page, st.query_params.get("s", ""))
    drafted = picked is not None and drafting.is_open(page, picked)
    left, right = st.columns([1, 1] if drafted else [3, 2], gap="medium")  # a form needs room
    with left:
        _text(visit, page, picked.sentence.offset if picked else None)
    with right, st.container(key="claim"):
        claim.render(visit, page, picked)
    downloads.report(visit, "essay", page.essay.id)


def _not_found(visit: Visit, asked: str) -> None:
    st.subheader("There is no such essay", anchor=False)
    st.text(
        f"Nothing here is called “{asked[:80]}”. The link may be mistyped, or from another "
        "database."
    )
    st.page_link(visit.pages["essays"], label="All essays", icon=":material/article:")


def _headline(page: EssayPage) -> None:
    st.set_page_config(page_title=page.essay.title)
    st.header(inert(page.essay.title), anchor=False)
    told = asked_sentence(page.coverage) if page.text is not None else claims_asked(page.coverage)
    about = [inert(page.essay.published)] if page.essay.published else []
    st.caption(" · ".join([*about, told]))


def _verdicts(page: EssayPage) -> None:
    """How its claims did, live ones and those that look back each in a box of their own."""
    found = records(page)
    if not found:
        return
    for place, (name, verdict) in zip(st.columns(len(found)), found.items(), strict=True):
        with place, st.container(border=True, gap="xsmall", height="stretch"):
            _verdict(name, verdict)
    told = [name for name, verdict in found.items() if verdict.overall.answered]
    drawer = st.expander(
        "By word and by kind of claim", expanded=bool(told), key="by-word", on_change="rerun"
    )
    if drawer.open:
        with drawer:
            _details(found, told[0] if told else next(iter(found)))


def _verdict(name: Record, verdict: Verdict) -> None:
    number, more = headline(verdict)
    st.caption(f"**{_TITLE[name]}.** {_WHAT[name]}")
    st.subheader(number, anchor=False)
    st.markdown(more)
    if told := sounded(verdict.calibration):
        st.markdown(told)


def _details(found: Mapping[Record, Verdict], first: Record) -> None:
    """One record at a time, the first that has answers."""
    name = first
    if len(found) > 1:
        names = list(found)
        name = st.segmented_control(
            "Record", names, default=first, required=True, format_func=_TITLE.__getitem__, key="record",
            label_visibility="collapsed",
        )  # fmt: skip
    left, right = st.columns(2, gap="medium")
    with left:
        _lines(f"{name} by word", "By the word that carries the claim", found[name].by_modality)
    with right:
        _lines(f"{name} by kind", "By kind of claim", found[name].by_kind)
    st.caption(
        "● share borne out, with its 95 % interval; ◇ how likely those still open are held to "
        "be. A claim whose questions disagree counts as the share that bears it out. The "
        "interval takes claims as independent: it is too narrow where several rest on the same "
        "questions."
    )


def _lines(name: str, title: str, lines: tuple[VerdictLine, ...]) -> None:
    st.caption(f"**{title}**")
    many, single = told_apart(lines)
    spec = charts.essay_record(tuple(line.label for line in many))
    st.vega_lite_chart(
        spec=charts.drawn(spec, rows=record_frame(many)),
        width="stretch",
        key=name.replace(" ", "-"),
        alt=f"{title}: {'; '.join(f'{line.label}: {line.words}' for line in many)}",
    )
    if single:
        st.caption(
            inert(f"One claim each: {'; '.join(f'{line.label}, {line.words}' for line in single)}.")
        )


def _text(visit: Visit, page: EssayPage, picked: int | None) -> None:
    if page.text is None:
        _without_text(visit, page)
    found = blocks(page)
    if not found:
        empty("Nothing to read yet.", "Give its text above, and its sentences stand here.")
        return
    st.caption(
        "Pick a sentence. With the keyboard: Tab into the text, the arrows from claim to claim, "
        "Enter picks."
    )
    essay_reader(page, found, picked)
    if lost := elsewhere(page):
        with st.expander(
            f"{plural(len(lost), 'claim')} of another version of the text", key="lost"
        ):
            for one in lost:
                st.text(f"• “{one.sentence.text}”: {one.words}")
    if page.essay.note:
        with st.expander("About this copy", key="note"):
            st.text(flat(page.essay.note))
    if page.text is not None:
        with st.expander("A new version of the text", key="new-version"):
            essays.text_form(visit, page.essay)


def _without_text(visit: Visit, page: EssayPage) -> None:
    """Other people's texts are not shipped: here are the quotes, and how to add a copy of one's
    own.
    """
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            "**The text is not here: it is not ours to ship.** Below are the quotes of its "
            "claims, in order."
        )
        st.caption(
            "To read it whole, add your own copy: `tracker essay add FILE --name "
            f"{page.essay.id}`, or here:"
        )
        with st.expander("Add your copy of the text", key="own-copy"):
            essays.text_form(visit, page.essay)
