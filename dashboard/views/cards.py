"""A piece of evidence as a card: what was reported, why it matched, and the judgement on it."""

from typing import Any, Final

import streamlit as st

from dashboard.frames.versions import versions
from dashboard.views.parts import calm, link_out, link_to_question, say
from dashboard.views.visit import Visit
from dashboard.wording import DATE_NOTE, EVIDENCE, bearing, clipped, direction, inert, percent, plural, strength
from forecasts.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.question import Question
from tracker.summaries import EvidenceCard, QuestionPage

SUMMARY_LIMIT = 280
LONG_ARTICLE = 1_500
"""Characters from which on an article scrolls in a window of its own."""

MOST_OF_ARTICLE = 30_000
"""Characters that are sent to the browser: an inbox has ten cards, and nobody has opened them yet."""

INBOX = "inbox"


def picked(visit: Visit, page: QuestionPage, state: Any) -> None:
    """The pieces of evidence that were picked among the marks of a question's chart."""
    wanted = {row.get("id") for row in state.selection.get("evidence") or []}
    for each in page.evidence:
        if each.evidence.id in wanted:
            card(visit, each, page.summary.question, place="chart")


def card(visit: Visit, shown: EvidenceCard, question: Question, *, place: str) -> None:
    """Show one piece of evidence with its controls; in the inbox also what it bears on.

    `place` tells the same card at two places of a page apart.
    """
    e, first = shown.evidence, shown.items[0]
    with st.container(border=True, gap="xsmall"):
        st.text(shown.headline)
        summary = clipped(first.item.summary, SUMMARY_LIMIT)
        if summary and summary.lower() != shown.headline.lower():
            st.text(summary)
        st.text(_facts(visit, shown))
        bears = bearing(e.direction, e.strength, sided=question.kind == "binary")
        about = question.text if place == INBOX else EVIDENCE[e.status]
        st.markdown(f"**{inert(bears)}**: {inert(about)}")
        st.caption(f"Signpost: {inert(shown.indicator_name)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            _controls(visit, e, question, place)
            link_out(first.item.url, "Read it", key=f"{place}-link-{e.id}")
            if place == INBOX:
                link_to_question(visit, question, "Question", ":material/show_chart:")
        _versions(visit, shown, place)
        _articles(shown, place)


def _versions(visit: Visit, shown: EvidenceCard, place: str) -> None:
    """What its outlets changed since it was first seen, every version with its time."""
    edits = sum(len(copy.revisions) for copy in shown.items)
    if not edits:
        return
    label = f"Edited {edits}× since it was first seen"
    with st.expander(label, type="compact", key=f"{place}-versions-{shown.evidence.id}"):
        for copy in shown.items:
            for version in versions(copy) if copy.revisions else ():
                with st.container(gap=None):
                    st.text(f"{visit.moment(version.seen_at)} · {version.said} · {copy.feed_title}")
                    st.text(version.title)
                    if version.summary:
                        st.text(clipped(version.summary, SUMMARY_LIMIT))


def _articles(shown: EvidenceCard, place: str) -> None:
    """The whole articles behind its copies, where they were read."""
    for copy in shown.items:
        if copy.article:
            label = f"Whole article, {plural(len(copy.article), 'character')}"
            with (
                st.expander(label, type="compact", key=f"{place}-article-{shown.evidence.id}-{copy.item.id}"),
                st.container(height=360 if len(copy.article) > LONG_ARTICLE else "content", border=False),
            ):
                st.text(f"{copy.feed_title}\n\n{copy.article[:MOST_OF_ARTICLE]}")
                if len(copy.article) > MOST_OF_ARTICLE:
                    st.caption(f"The first {plural(MOST_OF_ARTICLE, 'character')} of it.")


def _facts(visit: Visit, shown: EvidenceCard) -> str:
    """Source, age, an odd date, copies, matched words and how sure the match is: feed text, so never Markdown."""
    e = shown.evidence
    sources = list(dict.fromkeys(copy.feed_title for copy in shown.items))
    copies = f"{plural(len(shown.items), 'copy', 'copies')}" if len(shown.items) > 1 else ""
    words = ", ".join(f"“{word}”" for word in e.matched)
    sure = f"match {percent(e.relevance)} sure" if e.status == "logged" else ""
    seen = f"first seen {visit.day(e.first_seen_at)}, {visit.age(e.first_seen_at)}"
    matched = f"matched {words}" if words else ""
    dated = DATE_NOTE[shown.items[0].item.date_note]
    return " · ".join(filter(None, (", ".join(sources[:3]), seen, dated, copies, matched, sure)))


def _controls(visit: Visit, e: Evidence, question: Question, place: str) -> None:
    if e.status != "confirmed" and st.button("Confirm", key=f"{place}-confirm-{e.id}"):
        _review(visit, e, "confirmed")
    if e.status != "rejected" and st.button("Reject", key=f"{place}-reject-{e.id}"):
        _review(visit, e, "rejected")
    with st.popover("Edit", key=f"{place}-edit-{e.id}"):
        _edit(visit, e, question, place)


def _edit(visit: Visit, e: Evidence, question: Question, place: str) -> None:
    with st.form(f"{place}-form-{e.id}", border=False):
        towards: Direction | None = None  # a side that only yes-no questions have
        if question.kind == "binary":
            sides = list(Direction)[::-1]
            towards = st.selectbox("It speaks", sides, index=1 - int(e.direction), format_func=direction)
        weight = st.selectbox("How strongly", list(Strength), index=int(e.strength), format_func=_strength_option)
        note = st.text_input("Note", max_chars=500)
        if st.form_submit_button("Save as edited"):
            _review(visit, e, "edited", direction=towards, strength=weight, note=note or "")


def _strength_option(value: Strength) -> str:
    return f"{strength(value)} (likelihood ratio {value.likelihood_ratio:g})"


def _review(visit: Visit, e: Evidence, verdict: EvidenceStatus, **change: Any) -> None:
    with calm():
        visit.tracker.review(e.id, verdict, **change)
        say(_DONE[verdict])
        st.rerun()


_DONE: Final = {
    "confirmed": "Confirmed: it counts fully",
    "rejected": "Rejected: it no longer counts",
    "edited": "Saved as edited",
}
